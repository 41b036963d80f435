"""Reading one Mandarin name where it stands: a surname and one or two characters, a nickname, a name of another tongue in characters or letters."""

from functools import cached_property

from agent.nlu.candidates import Context
from agent.nlu.effort import spend
from agent.nlu.utterance import Utterance
from agent.slots.name.en_phrase import Reader
from agent.slots.name.en_tokens import Trust
from agent.slots.name.spelling import settled
from agent.slots.name.writing import capitalised
from agent.slots.name.zh_characters import is_han
from agent.slots.name.zh_text import MARKS, HanText

_DOTS = "·•"
MAX_TRIES = 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""
_PLACE = 40
"""Units of effort that such a place takes."""
_MAX_TRANSLITERATED = 14
_MIN_TRANSLITERATED = 4
"""Characters from which a name of another tongue is known by its characters alone: 迪丽热巴; with a dot in it any is."""
_MAX_NICKNAME = 3
_MAX_OTHER = 4
"""Characters of a nickname, and of another name that has no surname we know."""


class HanReader(HanText):
    """One utterance, and the names that may stand in it."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        super().__init__(utterance, context)
        self.tries = 0

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.utterance.tokens, "zh")

    @cached_property
    def latin(self) -> dict[int, int]:
        """Where Latin words and spelled letters begin in the text, and with which token."""
        if not any(character.isascii() and character.isalpha() for character in self.text):
            return {}
        tokens = self.utterance.tokens
        return {token.start: at for at, token in enumerate(tokens) if (token.norm.isascii() and token.is_word) or self.reader.spelled(at)[0]}

    def name_at(self, at: int, *, plain: bool, short: bool = False) -> tuple[str, int] | None:
        """The name that stands at `at`, and where it ends. `plain`: a cue says that one does; `short`: a nickname will do."""
        self.tries += 1
        spend(_PLACE)
        if at >= len(self.text):
            return None
        if at in self.latin:
            return self._latin(at, plain=plain)
        words, text = self.words, self.text
        if words.apart.at(text, at):
            return None
        if text[at] in words.nick and at + 1 < len(text) and text[at + 1] in words.single and self.is_closed(at + 2):
            return text[at : at + 2], at + 2
        if (foreign := self.foreign_at(at)) is not None and (plain or "·" in foreign[0]):
            return foreign
        if (family := words.surname_at(text, at)) and (name := self._behind_surname(at, at + len(family), plain=plain)) is not None:
            return name
        return (self.unusual_at(at) or self._other(at, short=short)) if plain else None

    def _behind_surname(self, at: int, base: int, *, plain: bool) -> tuple[str, int] | None:
        """The name whose surname stands from `at` to `base`, with a title or a given name behind it."""
        words, text = self.words, self.text
        if base in self.latin and (latin := self._latin(base, plain=plain)) is not None:
            return text[at:base] + latin[0], latin[1]
        if (title := words.titles.at(text, base)) and not (plain and self.given(base, 2)):
            return text[at : base + title], base + title
        goes_on = max(phrases.at(text, here) for phrases in (words.next, words.after) for here in (base, base + 1)) > 1
        for end in (base + 1,) if goes_on else (base + 2, base + 1):
            if self.given(base, end - base) and (text[at:end] not in words.common or (plain and self.is_over(end))) and self.is_closed(end):
                return text[at:end], end
        name, end = text[at : base + 2], base + 2
        usual = plain and self.given(base, 2) and all(character in words.given for character in text[base:end])
        return (name, end) if usual and name not in words.common else None

    def unusual_at(self, at: int) -> tuple[str, int] | None:
        """A surname and any one or two characters, with nothing behind them: 牛大壮, 万里. For who has other reasons to hear one."""
        words, text = self.words, self.text
        family = words.surname_at(text, at)
        base = at + len(family)
        for count in (2, 1) if family and not words.apart.at(text, at) else ():
            end = base + count
            given = text[base:end]
            if len(given) < count or not all(map(is_han, given)) or not self.is_done(end):
                continue
            name = text[at:end]
            polite = words.after.at(text, end - 1) > 1  # "写王冰就行"
            titled = words.titles.at(text, base) == count
            if not (polite or titled or self.is_talk(name) or (name in words.common and name not in words.nameable)):
                return name, end
        return None

    def foreign_at(self, at: int) -> tuple[str, int] | None:
        """A name of another tongue as characters write it: 迪丽热巴, 阿卜杜拉·买买提."""
        text, end = self.text, at
        limit = min(len(text), at + _MAX_TRANSLITERATED)
        while end < limit and (text[end] in self.words.foreign or (end > at and text[end] in _DOTS)):
            end += 1
        name = text[at:end].rstrip(_DOTS)
        dotted = any(dot in name for dot in _DOTS)
        if dotted and end < limit and is_han(text[end]):
            return None
        if (len(name) < _MIN_TRANSLITERATED and not dotted) or len(set(name)) <= len(name) // 2 or not self.is_done(at + len(name)):
            return None
        return name, at + len(name)

    def _other(self, at: int, *, short: bool) -> tuple[str, int] | None:
        """A nickname (小明) or a foreign name in characters (约翰·史密斯), as far as it goes, behind a cue that says that one follows."""
        text, words = self.text, self.words
        if text[at] in words.stop and "·" not in text[at : at + _MAX_TRANSLITERATED]:
            return None
        end = at
        while end < min(len(text), at + _MAX_TRANSLITERATED) and (is_han(text[end]) or (text[end] in "·•" and end > at)):
            if words.after.at(text, end) and self.past(end, words.after) >= len(text) and end - at >= 2:
                break
            if text[end] in words.stop and end > at and "·" not in text[at : at + _MAX_TRANSLITERATED]:
                return None
            end += 1
        name = text[at:end]
        if self.is_talk(name):
            return None
        limit = _MAX_TRANSLITERATED if "·" in name or "•" in name else _MAX_NICKNAME if short else _MAX_OTHER
        if not 2 <= len(name) <= limit or not self.is_closed(end) or name in words.common:
            return None
        if short and not (name[0] in words.nick or all(character in words.given for character in name)):
            return None
        return name, end

    def _latin(self, at: int, *, plain: bool) -> tuple[str, int] | None:
        """A name in Latin letters, spelled ones too, with a Chinese surname behind it."""
        trust = Trust.CUED if plain else Trust.BARE
        first = self.latin[at]
        phrase = self.reader.phrase(first, trust)
        if phrase is None or (phrase.spelled and not phrase.words and not plain and not self.is_over(self.utterance.tokens[phrase.end - 1].end)):
            return None
        end = self.utterance.tokens[phrase.end - 1].end
        name = capitalised(" ".join(settled(phrase.pieces)))
        after = self.past(end, None)
        if after < len(self.text) and (family := self.words.surname_at(self.text, after)) and self.is_over(after + len(family)):
            return f"{name} {family}", after + len(family)
        return name, end

    def surname_at(self, at: int) -> tuple[str, int] | None:
        """A surname by itself, with what is said of its parts, or with a title."""
        part = self.words.apart.at(self.text, at)
        if part:
            return self.text[at + part - 1], at + part
        family = self.words.surname_at(self.text, at)
        if not family:
            return None
        end = at + len(family)
        closed = self.is_closed(end) or self.words.given_cue.at(self.text, end) or self.words.titles.at(self.text, end)
        if not closed:
            return None
        start = self.past(end, None)
        start = self.past(start + self.words.apart.at(self.text, start), None)
        led = self.words.given_cue.at(self.text, start)
        start += led
        if start > end and self.text.startswith(family, start):
            # "我姓欧阳，叫欧阳修": the surname again, with the rest of the name or a title.
            full = self.name_at(start, plain=False)
            if full is None or not self.words.titles.at(full[0], len(family)):
                return full or (family, end)
            return family, full[1]
        for count in (2, 1):
            if start > end and self.given(start, count) and (self.is_closed if led else self.is_done)(start + count):
                name = family + self.text[start : start + count]
                return (name, start + count) if self.likely(name) and name not in self.words.common else (family, end)
        return family, end

    def again(self, family: str, start: int) -> tuple[str, int, int] | None:
        """The last name from `start` on that begins with the surname just told and stands by itself: "免贵姓高，高兴", "姓何，叫何必"."""
        found, text, words = None, self.text, self.words
        at = text.find(family, start)
        while at >= 0 and self.tries < MAX_TRIES:
            self.tries += 1
            opens = text[at - 1] in MARKS or self.behind(at, words.given_cue) or self.behind(at, words.plain) or self.behind(at, words.writing)
            read = self.unusual_at(at) if opens else None
            if read is not None and read[0][-1] not in words.place_ends:
                found = (read[0], at, read[1])
            at = text.find(family, at + 1)
        return found
