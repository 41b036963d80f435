"""Reading one Mandarin name where it stands: a surname and one or two characters, a nickname, a name of another tongue in characters or letters."""

from functools import cached_property

from agent.nlu.candidates import Context
from agent.nlu.effort import spend
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import MARKS
from agent.slots.name.en_phrase import Reader
from agent.slots.name.en_words import Trust
from agent.slots.name.lists import is_han, stands_in
from agent.slots.name.spelling import settled
from agent.slots.name.writing import capitalised
from agent.slots.name.zh_text import HanText, is_likely, is_talk, is_titled

_DOTS = "·•"
Read = tuple[str, int]
"""A name, and the token after it."""


class HanReader(HanText):
    """One utterance, and the names that may stand in it."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        super().__init__(utterance, context)
        self.tries = 0

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.utterance, "zh")

    @cached_property
    def latin(self) -> frozenset[int]:
        """Where Latin words and spelled letters begin."""
        words = [at for at, word in enumerate(self.words) if word.isascii() and word[0].isalpha()]
        return frozenset([*words, *(at for at in self.reader.runs if self.reader.spelled(at)[0])] if words else ())

    def name_at(self, at: int, *, plain: bool, short: bool = False) -> Read | None:
        """The name that stands at `at`, and where it ends. `plain`: a cue says that one does; `short`: a nickname will do."""
        self.tries += 1
        spend(weights.PLACE)
        if at in self.latin:
            return self._latin(at, plain=plain)
        if at >= self.end or self.size(at, "apart"):
            return None
        if stands_in(self.word(at), "nick") and stands_in(self.word(at + 1), "single") and self.is_closed(at + 2):
            return self.said(at, at + 2), at + 2
        if (foreign := self.foreign_at(at)) is not None and (plain or "·" in foreign[0]):
            return foreign
        if (family := self.surname_at(at)) and (name := self._behind_surname(at, at + len(family), plain=plain)) is not None:
            return name
        return (self.unusual_at(at) or self._other(at, short=short)) if plain else None

    def _behind_surname(self, at: int, base: int, *, plain: bool) -> Read | None:
        """The name whose surname stands from `at` to `base`, with a title or a given name behind it."""
        if self.is_paused(base):
            return None
        if base in self.latin and (latin := self._latin(base, plain=plain)) is not None:
            return self.said(at, base) + latin[0], latin[1]
        full = self.is_given(base, 2)
        if (title := self.size(base, "titles")) and not (plain and full):
            return self.said(at, base + title), base + title
        goes_on = max(self.size(here, "next", "after") for here in (base, base + 1)) > 1
        for end in (base + 1,) if goes_on else (base + 2, base + 1):
            everyday = stands_in(self.said(at, end), "common") and not (plain and self.is_over(end))
            if self.is_given(base, end - base) and self.is_closed(end) and not everyday:
                return self.said(at, end), end
        name = self.said(at, base + 2)
        usual = plain and full and all(stands_in(character, "given") for character in name[base - at :]) and not stands_in(name, "common")
        return (name, base + 2) if usual else None

    def unusual_at(self, at: int) -> Read | None:
        """A surname and any one or two characters, with nothing behind them: 牛大壮, 万里. For who has other reasons to hear one."""
        base = at + len(self.surname_at(at))
        for end in (base + 2, base + 1) if base > at and not self.size(at, "apart") else ():
            name = self.said(at, end)
            if not self.is_written(at, end - at) or not self.is_done(end) or is_talk(name):
                continue
            polite = self.size(end - 1, "after") > 1  # "写王冰就行"
            everyday = stands_in(name, "common") and not stands_in(name, "nameable")
            if not (polite or everyday or is_titled(name)):
                return name, end
        return None

    def _stretch(self, at: int, *, foreign: bool) -> int:
        """Where characters and the dots between them end that stand at `at`; `foreign`: those that write names of other tongues alone."""
        end = at
        while end < min(self.end, at + weights.MOST_TRANSLITERATED) and not (end > at and self.is_paused(end)):
            character = self.word(end)
            dotted = character in _DOTS and end > at
            if not dotted and not (stands_in(character, "foreign") if foreign else is_han(character)):
                break
            if not foreign and end - at >= 2 and self.size(end, "after") and self.past(end, "after") >= self.end:
                break
            end += 1
        return end

    def foreign_at(self, at: int) -> Read | None:
        """A name of another tongue as characters write it: 迪丽热巴, 阿卜杜拉·买买提."""
        end = self._stretch(at, foreign=True)
        name = self.said(at, end).rstrip(_DOTS)
        dotted = not set(_DOTS).isdisjoint(name)
        if dotted and end < self.end and is_han(self.word(end)) and not self.is_paused(end):
            return None
        if (len(name) < weights.LEAST_TRANSLITERATED and not dotted) or len(set(name)) <= len(name) // 2 or not self.is_done(at + len(name)):
            return None
        return name, at + len(name)

    def _other(self, at: int, *, short: bool) -> Read | None:
        """A nickname (小明) or a foreign name in characters (约翰·史密斯), as far as it goes, behind a cue that says that one follows."""
        end = self._stretch(at, foreign=False)
        name = self.said(at, end)
        dotted = not set(_DOTS).isdisjoint(name)
        if is_talk(name) or stands_in(name, "common") or not self.is_closed(end):
            return None
        if not dotted and any(stands_in(character, "stop") for character in name):
            return None
        most = weights.MOST_TRANSLITERATED if dotted else weights.MOST_NICKNAME if short else weights.MOST_OTHER
        nick = not short or stands_in(name[:1], "nick") or all(stands_in(character, "given") for character in name)
        return (name, end) if 2 <= len(name) <= most and nick else None

    def _latin(self, at: int, *, plain: bool) -> Read | None:
        """A name in Latin letters, spelled ones too, with a Chinese surname behind it."""
        phrase = self.reader.phrase(at, Trust.CUED if plain else Trust.BARE)
        if phrase is None or (phrase.spelled and not phrase.words and not plain and not self.is_over(phrase.end)):
            return None
        name = capitalised(" ".join(settled(phrase.pieces)))
        after = self.past(phrase.end)
        family = self.surname_at(after)
        return (f"{name} {family}", after + len(family)) if family and self.is_over(after + len(family)) else (name, phrase.end)

    def family_at(self, at: int) -> Read | None:
        """A surname by itself, with what is said of its parts, or with a title."""
        if part := self.size(at, "apart"):
            return self.word(at + part - 1), at + part
        family = self.surname_at(at)
        end = at + len(family)
        if not family or not (self.is_closed(end) or self.size(end, "given_cue", "titles")):
            return None
        start = self.past(end)
        start = self.past(start + self.size(start, "apart"))
        led = self.size(start, "given_cue")
        start += led
        apart = start > end or self.is_paused(end)
        if apart and self.said(start, start + len(family)) == family:
            # "我姓欧阳，叫欧阳修": the surname again, with the rest of the name or a title.
            full = self.name_at(start, plain=False)
            return full if full is not None and not is_titled(full[0]) else (family, full[1] if full is not None else end)
        for count in (2, 1) if apart else ():
            if self.is_given(start, count) and (self.is_closed if led else self.is_done)(start + count):
                name = family + self.said(start, start + count)
                return (name, start + count) if is_likely(name) and not stands_in(name, "common") else (family, end)
        return family, end

    def again(self, family: str, start: int) -> tuple[str, int, int] | None:
        """The last name from `start` on that begins with the surname just told and stands by itself: "免贵姓高，高兴", "姓何，叫何必"."""
        found = None
        for at in range(start, self.end):
            if self.word(at) != family[0] or self.said(at, at + len(family)) != family or self.tries >= weights.MOST_TRIES:
                continue
            self.tries += 1
            opens = self.word(at - 1) in MARKS or self.is_paused(at) or any(self.behind(at, kind) for kind in ("given_cue", "plain", "writing"))
            read = self.unusual_at(at) if opens else None
            if read is not None and not stands_in(read[0][-1], "place_ends"):
                found = (read[0], at, read[1])
        return found
