"""Hearing a Mandarin name: 我叫王宝强, 免贵姓王, 叫我小王; the characters told apart by words (国王的王) or by their parts (弓长张).

A name is a surname and one or two characters. Behind a plain cue any characters will do; by itself a name must be made of characters that names are
made of, and be no everyday word (周末), unless the name was asked for and nothing else is said: then it is taken for one, in doubt.
"""

from collections.abc import Iterator
from functools import cached_property

from agent.nlu.candidates import Candidate, Context
from agent.nlu.effort import spend
from agent.nlu.utterance import Utterance
from agent.slots.name.zh_characters import is_han
from agent.slots.name.zh_joining import Described, HanFound, joined
from agent.slots.name.zh_reader import MAX_TRIES, HanReader
from agent.slots.name.zh_text import FULL, MARKS, SENTENCE

_CHARACTER = 4
"""Units of effort for looking whether a name begins at a character, or is told there."""
_MAX_WORD = 4
"""Characters that a word naming one of its characters has: 国王的王."""
_NEAR = 8
"""Characters before such a word within which its place in the name is told: 第二个字是……."""
_MAX_FOUND = 8
"""Names, or characters told, after which nobody is listened to further."""
_DOUBTFUL = 0.35
"""An answer that is a name only because we asked for one: 高兴, 万里. It is read back."""
_UNLIKELY = 0.3
"""A name that may as well be another's, or something else."""


def mandarin_names(utterance: Utterance, context: Context) -> list[Candidate]:
    """Every name in the utterance, the caller's own first."""
    listener = _Listener(utterance, context)
    found = listener.listen()
    own = [one for one in found if one.role != "other"]
    whole = joined(own, listener.described, utterance.text, context)
    answers: dict[str, Candidate] = {}
    for one, patch in (*whole, *((one, False) for one in found if one.role == "other")):
        answers.setdefault(one.name, Candidate(value=one.name, rule=one.rule, span=(one.start, one.end), confidence=one.confidence, patch=patch))
    return list(answers.values())


class _Listener(HanReader):
    """One utterance, listened to for names."""

    def listen(self) -> list[HanFound]:
        """Everything that may be a name, in the order it was said."""
        spend(_CHARACTER * len(self.text))
        found: list[HanFound] = []
        opening = self.past(0, self.words.lead)
        at = 0
        while at < len(self.text) and len(found) < _MAX_FOUND and self.tries < MAX_TRIES:
            one = next(self._here(at, opening), None)
            if one is not None and not self._explains(one, found):
                found.append(one)
            at = max(one.end, at + 1) if one is not None else at + 1
        found = [one for at, one in enumerate(found) if not any(self._takes_back(one, later) for later in found[at + 1 :])]
        families = [one for one in found if one.role == "family"]
        again = ((one, self.again(one.name, one.end)) for one in families)
        found += [HanFound(*full, one.confidence, "family_name") for one, full in again if full is not None]
        if self.words.is_surname(self.context.held.value) and (given := self._given_name()) is not None:
            found.append(given)
        return found

    def _takes_back(self, one: HanFound, later: HanFound) -> bool:
        """Whether a name is said in the place of the one before it: "我叫陈默，哦不是，是周末"."""
        between = self.text[one.end : later.start].rstrip("".join(MARKS))
        return between != self.text[one.end : later.start] and self.words.taking_back.before(between, len(between)) > 0

    def _explains(self, one: HanFound, found: list[HanFound]) -> bool:
        """Whether what stands by itself tells a character of the name before it by its parts: "吴梓涵，木辛梓"."""
        before = next((name for name in found if one.role == "bare" and one.name[-1] in name.name and one.name[0] != name.name[0]), None)
        return before is not None and not any(word in self.text[before.end : one.start] for word in self.words.not_so)

    def _given_name(self) -> HanFound | None:
        """The rest of a name of which we hold the surname: "单名一个伟字", "叫多多"."""
        text, words = self.text, self.words
        opening = self.past(0, words.lead)
        at = next((at for at in range(min(opening + 1, len(text))) if words.given_cue.at(text, at)), opening)
        length = words.given_cue.at(text, at)
        start = self.past(at + length, words.link)
        for count in (2, 1) if length else ():
            end = start + count
            said = text[start:end]
            closes = end + text.startswith("字", end)
            if len(said) == count and all(map(is_han, said)) and self.is_done(closes) and not self.is_talk(said) and "字" not in said:
                return HanFound(said, at, closes, 0.9, "given_name", "given")
        return None

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
                family = self.behind(at, self.words.family) > 0
                found.append(Described(self.text[at + part - 1], at, at + part, None, family or self.text[at + part - 1] in self.words.single))
        return found

    def _of(self, at: int) -> Described | None:
        """The character behind the 的 at `at`, when the word before it has it, or names a part of it."""
        if at + 1 >= len(self.text) or not is_han(self.text[at + 1]):
            return None
        character = self.text[at + 1]
        radical = self.behind(at, self.words.radicals)
        start = at - radical
        if not radical:
            places = [at - back for back in range(1, _MAX_WORD + 1) if at - back >= 0 and self.text[at - back] == character]
            places = [place for place in places if not MARKS.intersection(self.text[place:at])]
            if not places:
                return None
            start = min(places)
        if self.text[max(0, start - 2) : start] == "不是":
            return None
        before = self.text[max(0, start - _NEAR) : start]
        clause = before[max((before.rfind(mark) for mark in MARKS), default=-1) + 1 :]
        place = next((self.words.places[phrase] for phrase in self.words.places if phrase in clause), None)
        return Described(character, start, at + 2, place, place == 0)

    def _here(self, at: int, opening: int) -> Iterator[HanFound]:
        """The readings of a name whose cue, or which itself, begins at `at`, best first."""
        words = self.words
        pause = at > 0 and self.text[at - 1] == " "
        starts = at == opening or (at > 0 and self.text[at - 1] in SENTENCE) or (self.asked and pause)
        if not starts and self.text[at] not in words.cue_first:
            return
        theirs = self.behind(at, words.theirs) > 0
        if self.behind(at, words.not_mine) and not theirs:
            if at == opening:
                yield from self._bare(at)
            return
        if length := words.helping.at(self.text, at):
            helped = self.name_at(self.past(at + length, words.link), plain=True)
            if helped is not None:
                yield HanFound(helped[0], at, helped[1], _UNLIKELY, "other_person", "other")
        yield from self._cued(at, theirs=theirs)
        if (length := words.under.at(self.text, at)) and (one := self._under(at, at + length)) is not None:
            yield one
        if (length := words.writing.at(self.text, at)) and (one := self._written(at, at + length, starts=starts or pause)) is not None:
            yield one
        if starts and self.context.asks("name"):
            yield from self._bare(at, first=at == opening)

    def _cued(self, at: int, *, theirs: bool) -> Iterator[HanFound]:
        """The names behind the cues that begin at `at`; `theirs`: they are somebody else's."""
        words = self.words
        for phrases, role, confidence in (
            (words.plain, "full", 0.95),
            (words.call, "call", 0.9),
            (words.family, "family", 0.9),
            (words.weak, "weak", 0.75),
        ):
            length = phrases.at(self.text, at)
            read = self._behind_cue(role, self.past(at + length, words.link), confidence) if length else None
            if read is None:
                continue
            name, end, confidence = read
            if theirs:
                yield HanFound(name, at, end, _UNLIKELY, "other_person", "other")
            elif role == "family":
                yield HanFound(name, at, end, confidence, "family_name", "full" if len(name) > len(words.surname_of(name)) else "family")
            else:
                told = self.likely(name) or role == "weak" or (self.is_done(end) and bool(words.surname_of(name)))
                yield HanFound(name, at, end, confidence if told else min(confidence, 0.75), "self" if role == "weak" else "cue")

    def _behind_cue(self, role: str, start: int, confidence: float) -> tuple[str, int, float] | None:
        """The name at `start`, behind a cue of a role; where it ends, and how sure it is."""
        if role == "family":
            alone = self.surname_at(start)
            read = self.name_at(start, plain=False) or alone
        else:
            read = self.name_at(start, plain=role != "weak", short=role == "call")
        if role == "weak":
            read, confidence = self._weak(start, read, confidence)
        return (*read, confidence) if read is not None else None

    def _weak(self, start: int, read: tuple[str, int] | None, confidence: float) -> tuple[tuple[str, int] | None, float]:
        """A name behind a cue that stands as often before something else, and how sure it is: "我是牛大壮", but not "我是高中生"."""
        if read is not None and self.likely(read[0]) and self.is_over(read[1]) and read[0][-1] != "人" and not self._is_place(read[0]):
            if not is_han(read[0][0]) and " " not in read[0]:  # a word in letters may as well be of an e-mail address
                return read, 0.6 if self.context.asks("name") else _UNLIKELY
            if self.is_word(read[0]):
                return (read, _DOUBTFUL) if self.asked else (None, confidence)
            return read, 0.85 if len(read[0]) >= FULL else confidence
        if (foreign := self.foreign_at(start)) is not None and (self.asked or "·" in foreign[0]):
            return foreign, 0.85 if "·" in foreign[0] else 0.6
        unusual = self.unusual_at(start) if self.asked else None
        return (unusual, _DOUBTFUL) if unusual is not None and self._may_be(unusual[0]) else (None, confidence)

    def _may_be(self, name: str) -> bool:
        """Whether a surname and any characters may be a name with hardly a sign of it: one of them is of names, or the word is people's name, too."""
        given = name[len(self.words.surname_of(name)) :]
        likely = name in self.words.nameable or (not self.is_word(name) and any(character in self.words.given for character in given))
        return likely and name[-1] != "人" and not self._is_place(name)

    def _is_place(self, name: str) -> bool:
        """Whether it ends as roads and districts do; of a surname and one character that is no sign (王路)."""
        return len(name) >= FULL and name[-1] in self.words.place_ends

    def _written(self, at: int, start: int, *, starts: bool) -> HanFound | None:
        """ "写程勇", "预约写王建国就行", "登记李秀英吧": a name to be written down, where a clause begins or behind what it is written into."""
        behind = self.behind(at, self.words.written_into)
        read = self.unusual_at(self.past(start, self.words.link)) if starts or behind else None
        if read is None or self._is_place(read[0]):
            return None
        spoken_of = behind or any(self.words.written_into.at(self.text, before) for before in range(at))
        confidence = 0.9 if spoken_of else 0.75 if self.likely(read[0]) else _DOUBTFUL
        return HanFound(read[0], at, read[1], confidence, "cue")

    def _under(self, at: int, start: int) -> HanFound | None:
        """ "用郑爽的名字", "登记在何炅名下": a name between the two words that say it is one."""
        for size in range(FULL + 1, 1, -1):
            end = start + size
            name = self.text[start:end]
            if len(name) == size and self.words.of_name.at(self.text, end) and self.words.surname_of(name) and all(map(is_han, name)):
                return HanFound(name, at, end + self.words.of_name.at(self.text, end), 0.9, "cue")
        return None

    def _bare(self, at: int, *, first: bool = True) -> Iterator[HanFound]:
        """A name with nothing before it."""
        if self.asked and first and (foreign := self.foreign_at(at)) is not None:
            yield HanFound(foreign[0], at, foreign[1], 0.5, "bare", "bare")
            return
        read = self.name_at(at, plain=False)
        if read is None or not (self.likely(read[0]) or ((self.asked or self._is_told(read[1])) and self.possible(read[0]))):
            yield from self._answer(at, first=first)
            return
        name, end = read
        if name[-1] in self.words.place_ends or self.is_talk(name):
            return
        rest = self.past(end + self.words.titles.at(self.text, end), self.words.after)
        whole = rest >= len(self.text)
        if not first and self.text[at - 1] == " " and (len(name) < FULL or not is_han(name[0])):
            return
        parted = rest < len(self.text) and (self.text[rest - 1] in SENTENCE or (self.asked and self.text[rest - 1] == " "))
        if not self.words.surname_of(name) and not (first and (whole or (parted and self.asked and " " in name))):
            return
        opens = self.likely(name) and (parted or (rest < len(self.text) and self.words.next.at(self.text, rest) > 0))
        described = self.words.apart.at(self.text, rest) or self._is_told(end)
        goes_on = rest < len(self.text) and (self.words.next.at(self.text, rest) > 0 or self.text[rest] in self.words.numerals)
        short = self.asked and first and parted and goes_on  # "方圆，我想约……", "方圆 一三九……"
        if whole or described or (opens and (len(name) >= FULL or short)):
            yield HanFound(name, at, end, _DOUBTFUL if self.is_word(name) else 0.6 if len(name) >= FULL else 0.5, "bare", "bare")

    def _is_told(self, end: int) -> bool:
        """Whether a character is told behind the name that ends at `end`."""
        return any(one.start >= end for one in self.described)

    def _answer(self, at: int, *, first: bool) -> Iterator[HanFound]:
        """The whole of an answer, when the name was asked for: 万里, 高兴."""
        if not (self.asked and first):
            return
        read = self.unusual_at(at)
        if read is not None and self._may_be(read[0]) and read[0] not in self.words.days and self.past(read[1], self.words.after) >= len(self.text):
            yield HanFound(read[0], at, read[1], _DOUBTFUL, "bare", "bare")
