"""Hearing a Mandarin name: 我叫王宝强, 免贵姓王, 叫我小王; the characters told apart by words (国王的王) or by their parts (弓长张).

A name is a surname and one or two characters. Behind a plain cue any characters will do; by itself a name must be made of characters that names are
made of, and be no everyday word (周末). Where it ends is seen from what follows: nothing, a mark, a title, a word that cannot be part of a name.
"""

from collections.abc import Iterator
from functools import cached_property

from agent.hearing import Context, Heard
from agent.slots.name.characters import HanPhrases, characters, is_han
from agent.slots.name.mending import settled
from agent.slots.name.phrase import Reader, Trust
from agent.slots.name.told import Described, HanFound, joined
from agent.slots.name.writing import written
from agent.text import Said

_MARKS = frozenset("，。,.!?！？、;；:： -—\"'“”()…~")
_SENTENCE = frozenset("，。,.!?！？、;；")
_MAX_LEAD = 12
_MAX_TRANSLITERATED = 14
_MAX_WORD = 4
"""Characters that a word naming one of its characters has: 国王的王."""
_FULL = 3
_MAX_FOUND = 8
_MAX_TRIES = 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""


def hear_mandarin(said: Said, context: Context) -> list[Heard]:
    """Every name in the utterance, the caller's own first."""
    listener = _Listener(said, context)
    found = listener.listen()
    own = [one for one in found if one.role != "other"]
    whole = joined(own, listener.described, said.text, context)
    answers: dict[str, Heard] = {}
    for one, patch in (*whole, *((one, False) for one in found if one.role == "other")):
        answers.setdefault(one.name, Heard(value=one.name, rule=one.rule, span=(one.start, one.end), sure=one.sure, patch=patch))
    return list(answers.values())


class _Listener:
    """One utterance, listened to for names."""

    def __init__(self, said: Said, context: Context) -> None:
        self.said = said
        self.text = said.lower
        self.context = context
        self.words = characters()
        self.tries = 0

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.said.tokens, "zh")

    @cached_property
    def latin(self) -> dict[int, int]:
        """Where Latin words and spelled letters begin in the text, and with which token."""
        if not any(character.isascii() and character.isalpha() for character in self.text):
            return {}
        tokens = self.said.tokens
        return {token.start: at for at, token in enumerate(tokens) if (token.norm.isascii() and token.is_word) or self.reader.spelled(at)[0]}

    def listen(self) -> list[HanFound]:
        """Everything that may be a name, in the order it was said."""
        found: list[HanFound] = []
        opening = self._past(0, self.words.lead)
        at = 0
        while at < len(self.text) and len(found) < _MAX_FOUND and self.tries < _MAX_TRIES:
            one = next(self._here(at, opening), None)
            if one is not None:
                found.append(one)
            at = max(one.end, at + 1) if one is not None else at + 1
        return found

    @cached_property
    def described(self) -> list[Described]:
        """Every character that is told by a word or by its parts."""
        found: list[Described] = []
        for at, character in enumerate(self.text):
            if len(found) > _MAX_FOUND:
                break
            if character == "的" and (one := self._of(at)) is not None:
                found.append(one)
            part = self.words.apart.at(self.text, at)
            if part and not (found and found[-1].end > at):
                family = self._behind(at, self.words.family) > 0
                found.append(Described(self.text[at + part - 1], at, at + part, None, family or self.text[at + part - 1] in self.words.single))
        return found

    def _of(self, at: int) -> Described | None:
        """The character behind the 的 at `at`, when the word before it has it, or names a part of it."""
        if at + 1 >= len(self.text) or not is_han(self.text[at + 1]):
            return None
        character = self.text[at + 1]
        radical = self._behind(at, self.words.radicals)
        start = at - radical
        if not radical:
            places = [at - back for back in range(1, _MAX_WORD + 1) if at - back >= 0 and self.text[at - back] == character]
            places = [place for place in places if not _MARKS.intersection(self.text[place:at])]
            if not places:
                return None
            start = min(places)
        place = next((self.words.places[phrase] for phrase in self.words.places if phrase in self.text[max(0, start - 8) : start]), None)
        return Described(character, start, at + 2, place, place == 0)

    def _here(self, at: int, opening: int) -> Iterator[HanFound]:
        """The readings of a name whose cue, or which itself, begins at `at`, best first."""
        words = self.words
        starts = at == opening or (at > 0 and self.text[at - 1] in _SENTENCE)
        if not starts and self.text[at] not in words.cue_first:
            return
        theirs = self._behind(at, words.theirs) > 0
        if self._behind(at, words.not_mine) and not theirs:
            if at == opening:
                yield from self._bare(at)
            return
        if length := words.helping.at(self.text, at):
            helped = self._name(self._past(at + length, words.link), plain=True)
            if helped is not None:
                yield HanFound(helped[0], at, helped[1], 0.3, "other_person", "other")
        for phrases, role, sure in (
            (words.plain, "full", 0.95),
            (words.call, "call", 0.9),
            (words.family, "family", 0.9),
            (words.weak, "weak", 0.75),
        ):
            length = phrases.at(self.text, at)
            if not length:
                continue
            start = self._past(at + length, words.link)
            read = self._surname(start) if role == "family" else self._name(start, plain=role in ("full", "call"), short=role == "call")
            if role == "family" and (full := self._name(start, plain=False)) is not None:
                read = full
            if read is None:
                continue
            name, end = read
            if role == "weak" and (name[-1] == "人" or not (self._likely(name) and self._is_over(end))):
                continue
            if theirs:
                yield HanFound(name, at, end, 0.3, "other_person", "other")
            elif role == "family":
                yield HanFound(name, at, end, sure, "family_name", "full" if len(name) > len(words.surname_of(name)) else "family")
            else:
                likely = self._likely(name)
                if role == "weak" and len(name) >= _FULL:
                    sure = 0.85
                yield HanFound(name, at, end, sure if likely else min(sure, 0.75), "self" if role == "weak" else "cue")
        if (length := words.under.at(self.text, at)) and (one := self._under(at, at + length)) is not None:
            yield one
        if starts and self.context.asks("name"):
            yield from self._bare(at, first=at == opening)

    def _under(self, at: int, start: int) -> HanFound | None:
        """ "用郑爽的名字", "登记在何炅名下": a name between the two words that say it is one."""
        for size in range(_FULL + 1, 1, -1):
            end = start + size
            name = self.text[start:end]
            if len(name) == size and self.words.of_name.at(self.text, end) and self.words.surname_of(name) and all(map(is_han, name)):
                return HanFound(name, at, end + self.words.of_name.at(self.text, end), 0.9, "cue")
        return None

    def _bare(self, at: int, *, first: bool = True) -> Iterator[HanFound]:
        """A name with nothing before it."""
        asked = self.context.asked is not None and "name" in self.context.asked
        read = self._name(at, plain=False)
        if read is None:
            return
        name, end = read
        asked = asked or any(one.start >= end for one in self.described)
        if not (self._likely(name) or (asked and self._possible(name))):
            return
        if name[-1] in self.words.place_ends:
            return
        rest = self._past(end + self.words.titles.at(self.text, end), self.words.after)
        whole = rest >= len(self.text)
        if not self.words.surname_of(name) and not (whole and first):
            return
        opens = rest < len(self.text) and self._likely(name) and (self.text[rest - 1] in _SENTENCE or self.words.next.at(self.text, rest) > 0)
        described = self.words.apart.at(self.text, rest) or any(one.start >= end for one in self.described)
        if whole or described or (opens and len(name) >= _FULL):
            yield HanFound(name, at, end, 0.6 if len(name) >= _FULL else 0.5, "bare")

    def _name(self, at: int, *, plain: bool, short: bool = False) -> tuple[str, int] | None:
        """The name that stands at `at`, and where it ends. `plain`: a cue says that one does; `short`: a nickname will do."""
        self.tries += 1
        if at >= len(self.text):
            return None
        if at in self.latin:
            return self._latin(at, plain=plain)
        words, text = self.words, self.text
        if words.apart.at(text, at):
            return None
        if text[at] in words.nick and at + 1 < len(text) and text[at + 1] in words.single and self._is_closed(at + 2):
            return text[at : at + 2], at + 2
        family = words.surname_at(text, at)
        if family:
            base = at + len(family)
            if base in self.latin and (latin := self._latin(base, plain=plain)) is not None:
                return family + latin[0], latin[1]
            if (title := words.titles.at(text, base)) and not (plain and self._given(base, 2)):
                return text[at : base + title], base + title
            for count in (2, 1):
                end = base + count
                if (
                    count > 1
                    and max(words.next.at(text, base), words.next.at(text, base + 1), words.after.at(text, base + 1), words.after.at(text, base)) > 1
                ):
                    continue
                if self._given(base, count) and (text[at:end] not in words.common or (plain and self._is_over(end))) and self._is_closed(end):
                    return text[at:end], end
            if (
                plain
                and self._given(base, 2)
                and all(character in words.given for character in text[base : base + 2])
                and text[at : base + 2] not in words.common
            ):
                return text[at : base + 2], base + 2
        return self._other(at, short=short) if plain else None

    def _other(self, at: int, *, short: bool) -> tuple[str, int] | None:
        """A nickname (小明) or a foreign name in characters (约翰·史密斯), as far as it goes, behind a cue that says that one follows."""
        text, words = self.text, self.words
        if text[at] in words.stop and "·" not in text[at : at + _MAX_TRANSLITERATED]:
            return None
        end = at
        while end < min(len(text), at + _MAX_TRANSLITERATED) and (is_han(text[end]) or (text[end] in "·•" and end > at)):
            if words.after.at(text, end) and self._past(end, words.after) >= len(text) and end - at >= 2:
                break
            if text[end] in words.stop and end > at and "·" not in text[at : at + _MAX_TRANSLITERATED]:
                return None
            end += 1
        name = text[at:end]
        limit = _MAX_TRANSLITERATED if "·" in name or "•" in name else 3 if short else 4
        if not 2 <= len(name) <= limit or not self._is_closed(end) or name in words.common:
            return None
        if short and not (name[0] in words.nick or all(character in words.given for character in name)):
            return None
        return name, end

    def _latin(self, at: int, *, plain: bool) -> tuple[str, int] | None:
        """A name in Latin letters, spelled ones too, with a Chinese surname behind it."""
        phrase = self.reader.phrase(self.latin[at], Trust.CUED if plain else Trust.BARE)
        if phrase is None or (phrase.spelled and not phrase.words and not plain and not self._is_over(self.said.tokens[phrase.end - 1].end)):
            return None
        end = self.said.tokens[phrase.end - 1].end
        name = written(" ".join(settled(phrase.pieces)))
        after = self._past(end, None)
        if after < len(self.text) and (family := self.words.surname_at(self.text, after)) and self._is_over(after + len(family)):
            return f"{name} {family}", after + len(family)
        return name, end

    def _surname(self, at: int) -> tuple[str, int] | None:
        """A surname by itself, with what is said of its parts, or with a title."""
        part = self.words.apart.at(self.text, at)
        if part:
            return self.text[at + part - 1], at + part
        family = self.words.surname_at(self.text, at)
        if not family:
            return None
        end = at + len(family)
        closed = self._is_closed(end) or self.words.given_cue.at(self.text, end) or self.words.titles.at(self.text, end)
        if not closed:
            return None
        start = self._past(end, None)
        start = self._past(start + self.words.apart.at(self.text, start), None)
        start += self.words.given_cue.at(self.text, start)
        if start > end and self.text.startswith(family, start) and (full := self._name(start, plain=False)) is not None:
            # "我姓欧阳，叫欧阳修": the surname again, with the rest of the name or a title.
            return (family, full[1]) if self.words.titles.at(full[0], len(family)) else full
        for count in (2, 1):
            if start > end and self._given(start, count) and self._is_closed(start + count):
                name = family + self.text[start : start + count]
                return (name, start + count) if self._likely(name) and name not in self.words.common else (family, end)
        return family, end

    def _given(self, at: int, count: int) -> bool:
        """Whether `count` characters at `at` may be a given name."""
        given = self.text[at : at + count]
        if len(given) < count or not all(map(is_han, given)):
            return False
        ends = at + count >= len(self.text) or self.text[at + count] in _MARKS
        return all(
            character not in self.words.stop or (ends and place == count - 1 and character in self.words.given)
            for place, character in enumerate(given)
        )

    def _likely(self, name: str) -> bool:
        """Whether the name is made as names are: a surname and characters for given names, a title, or Latin letters."""
        if name[0].isascii() or name[0] in self.words.nick:
            return True
        family = self.words.surname_of(name)
        rest = name[len(family) :]
        return (
            bool(family)
            and name not in self.words.common
            and (all(character in self.words.given for character in rest) or self.words.titles.at(rest, 0) == len(rest) > 0)
        )

    def _possible(self, name: str) -> bool:
        """Whether it has a surname and, beside a rare character, one that names are made of."""
        family = self.words.surname_of(name)
        if len(family) > 1 and len(name) > len(family):
            return True
        return bool(family) and name not in self.words.common and any(character in self.words.given for character in name[len(family) :])

    def _is_closed(self, at: int) -> bool:
        """Whether a name may end before `at`."""
        text, words = self.text, self.words
        if at >= len(text) or text[at] in _MARKS or text[at].isascii():
            return True
        return bool(
            words.titles.at(text, at)
            or words.after.at(text, at)
            or words.next.at(text, at)
            or words.apart.at(text, at)
            or (text[at] in words.stop and text[at] != "的")
        )

    def _is_over(self, at: int) -> bool:
        """Whether nothing but a title, politeness, a mark or another clause follows."""
        text = self.text
        after = self._past(at + self.words.titles.at(text, at), self.words.after)
        return after >= len(text) or text[after - 1] in _MARKS or bool(self.words.next.at(text, after)) or bool(self.words.apart.at(text, after))

    def _past(self, at: int, phrases: HanPhrases | None) -> int:
        """Where marks and the given phrases end that stand at `at`."""
        for _ in range(_MAX_LEAD):
            if at >= len(self.text):
                return at
            step = 1 if self.text[at] in _MARKS else phrases.at(self.text, at) if phrases else 0
            if not step:
                return at
            at += step
        return at

    def _behind(self, at: int, phrases: HanPhrases) -> int:
        """How many characters the longest of `phrases` that ends at `at` has."""
        return phrases.before(self.text, at)
