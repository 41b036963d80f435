"""Mandarin names: 我叫王宝强, 免贵姓王, 叫我小王; the characters told apart by words (国王的王) or by their parts (弓长张).

A name is a surname and one or two characters. Behind a plain cue any characters will do; by itself a name must be made of characters that names are
made of, and be no everyday word (周末), unless the name was asked for and nothing else is said: then it is taken for one, in doubt.
"""

from functools import cached_property

from agent.nlu.candidates import Candidate, Context
from agent.nlu.effort import spend
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import MARKS, SENTENCE
from agent.slots.name.lists import is_han, lists, stands_in
from agent.slots.name.weights import DOUBTFUL, FULL
from agent.slots.name.zh_edits import Described
from agent.slots.name.zh_joining import HanFound, joined
from agent.slots.name.zh_reader import HanReader, Read
from agent.slots.name.zh_text import is_likely, is_place, is_possible, is_talk, is_word, surname_of

_CUES = (("helping", weights.ANOTHER_S), ("plain", weights.STATED), ("call", weights.CUED), ("family", weights.CUED), ("weak", weights.IT_IS_ZH))
"""The classes of words before a name, and the confidence in it."""
_STARTING = frozenset(("under", "writing", *(kind for kind, _ in _CUES)))


def mandarin_names(utterance: Utterance, context: Context) -> list[Candidate]:
    """Every name in the utterance, the caller's own first."""
    names = _HanNames(utterance, context)
    found = names.listen()
    whole = joined([one for one in found if one.role != "other"], names.described, names)
    answers: dict[str, Candidate] = {}
    for one, patch in (*whole, *((one, False) for one in found if one.role == "other")):
        span = (names.tokens[one.start].start, names.tokens[one.end - 1].end)
        answers.setdefault(one.name, Candidate(value=one.name, rule=one.rule, span=span, confidence=one.confidence, patch=patch))
    return list(answers.values())


class _HanNames(HanReader):
    """Every name of one utterance."""

    def listen(self) -> list[HanFound]:
        """Everything that may be a name, in the order it was said."""
        spend(weights.CHARACTER * self.end)
        found: list[HanFound] = []
        at, opening = 0, self.past(0, "lead")
        while at < self.end and len(found) < weights.MOST_FOUND and self.tries < weights.MOST_TRIES:
            one = self._here(at, opening)
            if one is not None and not self._explains(one, found):
                found.append(one)
            at = max(at + 1, one.end if one is not None else 0)
        found = [one for at, one in enumerate(found) if not any(self._takes_back(one, later) for later in found[at + 1 :])]
        again = ((one, self.again(one.name, one.end)) for one in found if one.role == "family")
        found += [HanFound(*full, one.confidence, "family_name") for one, full in again if full is not None]
        held = self.context.held.value
        given = self._given_name() if held and surname_of(held) == held else None
        return found if given is None else [*found, given]

    def _takes_back(self, one: HanFound, later: HanFound) -> bool:
        """Whether a name is said in the place of the one before it: "我叫陈默，哦不是，是周末"."""
        end = later.start
        while end > one.end and self.word(end - 1) in MARKS:
            end -= 1
        taken = self.behind(end, "taking_back")
        return (end < later.start or self.is_paused(end)) and bool(taken) and end - taken >= one.end

    def _explains(self, one: HanFound, found: list[HanFound]) -> bool:
        """Whether what stands by itself tells a character of the name before it by its parts: "吴梓涵，木辛梓"."""
        before = next((name for name in found if one.role == "bare" and one.name[-1] in name.name and one.name[0] != name.name[0]), None)
        return before is not None and not any(self.size(at, "not_so") for at in range(before.end, one.start))

    def _given_name(self) -> HanFound | None:
        """The rest of a name of which we hold the surname: "单名一个伟字", "叫多多"."""
        opening = self.past(0, "lead")
        at = next((at for at in range(min(opening + 1, self.end)) if self.size(at, "given_cue")), opening)
        length = self.size(at, "given_cue")
        start = self.past(at + length, "link")
        for end in (start + 2, start + 1) if length else ():
            closes, said = end + self.size(end, "character_word"), self.said(start, end)
            named = any(self.size(here, "character_word") for here in range(start, end))
            if self.is_written(start, end - start) and self.is_done(closes) and not is_talk(said) and not named:
                return HanFound(said, at, closes, weights.CUED, "given_name", "given")
        return None

    @cached_property
    def described(self) -> list[Described]:
        """Every character that is told by a word or by its parts."""
        found: list[Described] = []
        for at, here in enumerate(self.sizes):
            if len(found) > weights.MOST_FOUND:
                break
            if "of" in here and (one := self._of(at)) is not None:
                found.append(one)
            if "apart" in here and not (found and found[-1].end > at):
                end = at + here["apart"]
                character = self.word(end - 1)
                found.append(Described(character, at, end, None, self.behind(at, "family") > 0 or stands_in(character, "single")))
        return found

    def _of(self, at: int) -> Described | None:
        """The character behind the 的 at `at`, when the word before it has it, or names a part of it."""
        character = self.word(at + 1)
        if not is_han(character or " ") or self.is_paused(at + 1):
            return None
        start = at - self.behind(at, "radicals")
        for back in range(1, min(at, weights.LONGEST_WORD) + 1) if start == at else ():
            if self.is_parted(at - back + 1):
                break
            start = at - back if self.word(at - back) == character else start
        if start == at or self.behind(start, "denying"):
            return None
        first = start
        while first > max(0, start - weights.NEAR_WORD) and self.word(first - 1) not in MARKS and not self.is_paused(first):
            first -= 1
        clause = self.said(first, start)
        place = next((place for phrase, place in lists("zh")["places"].items() if phrase in clause), None)
        return Described(character, start, at + 2, place, place == 0)

    def _here(self, at: int, opening: int) -> HanFound | None:
        """The best reading of a name whose cue, or which itself, begins at `at`."""
        paused = at in self.pauses
        starts = at == opening or (self.asked if paused else at > 0 and self.words[at - 1] in SENTENCE)
        if not starts and _STARTING.isdisjoint(self.sizes[at]):
            return None
        theirs = self.behind(at, "theirs") > 0
        if self.behind(at, "not_mine") and not theirs:
            return self._bare(at) if at == opening else None
        cued = self._cued(at, theirs=theirs) or self._under(at) or self._written(at, starts=starts or paused)
        return cued or (self._bare(at, first=at == opening) if starts and self.context.asks("name") else None)

    def _cued(self, at: int, *, theirs: bool) -> HanFound | None:
        """The name behind a cue that begins at `at`; `theirs`: it is somebody else's."""
        here = self.sizes[at]
        for kind, confidence in _CUES:
            read = self._behind_cue(kind, self.past(at + here[kind], "link"), confidence) if kind in here else None
            if read is None:
                continue
            name, end, confidence = read
            if theirs or kind == "helping":
                return HanFound(name, at, end, weights.ANOTHER_S, "other_person", "other")
            if kind == "family":
                return HanFound(name, at, end, confidence, "family_name", "full" if len(name) > len(surname_of(name)) else "family")
            told = kind == "weak" or is_likely(name) or (self.is_done(end) and bool(surname_of(name)))
            return HanFound(name, at, end, confidence if told else min(confidence, weights.IT_IS_ZH), "self" if kind == "weak" else "cue")
        return None

    def _behind_cue(self, kind: str, start: int, confidence: float) -> tuple[str, int, float] | None:
        """The name at `start`, behind a cue of a class; where it ends, and how sure it is."""
        if kind == "weak":
            return self._weak(start, confidence)
        if kind == "family":
            alone = self.family_at(start)
            read = self.name_at(start, plain=False) or alone
        else:
            read = self.name_at(start, plain=True, short=kind == "call")
        return (*read, confidence) if read is not None else None

    def _weak(self, start: int, confidence: float) -> tuple[str, int, float] | None:
        """A name behind a cue that stands as often before something else, and how sure it is: "我是牛大壮", but not "我是高中生"."""
        read = self.name_at(start, plain=False)
        if read is not None and is_likely(read[0]) and self.is_over(read[1]) and not stands_in(read[0][-1], "never_last") and not is_place(read[0]):
            if not is_han(read[0][0]) and " " not in read[0]:  # a word in letters may as well be of an e-mail address
                return *read, weights.BARE_FULL if self.context.asks("name") else weights.ANOTHER_S
            if is_word(read[0]):
                return (*read, DOUBTFUL) if self.asked else None
            return *read, weights.ONESELF if len(read[0]) >= FULL else confidence
        if (foreign := self.foreign_at(start)) is not None and (self.asked or "·" in foreign[0]):
            return *foreign, weights.ONESELF if "·" in foreign[0] else weights.BARE_FULL
        unusual = self.unusual_at(start) if self.asked else None
        return (*unusual, DOUBTFUL) if unusual is not None and self._may_be(unusual[0]) else None

    def _may_be(self, name: str) -> bool:
        """Whether a surname and any characters may be a name with hardly a sign of it: one of them is of names, or the word is people's name, too."""
        given = any(stands_in(character, "given") for character in name[len(surname_of(name)) :])
        return (stands_in(name, "nameable") or (given and not is_word(name))) and not stands_in(name[-1], "never_last") and not is_place(name)

    def _written(self, at: int, *, starts: bool) -> HanFound | None:
        """ "写程勇", "预约写王建国就行", "登记李秀英吧": a name to be written down, where a clause begins or behind what it is written into."""
        length, behind = self.size(at, "writing"), self.behind(at, "written_into")
        read = self.unusual_at(self.past(at + length, "link")) if length and (starts or behind) else None
        if read is None or is_place(read[0]):
            return None
        spoken_of = behind or any("written_into" in here for here in self.sizes[:at])
        confidence = weights.CUED if spoken_of else weights.IT_IS_ZH if is_likely(read[0]) else DOUBTFUL
        return HanFound(read[0], at, read[1], confidence, "cue")

    def _under(self, at: int) -> HanFound | None:
        """ "用郑爽的名字", "登记在何炅名下": a name between the two words that say it is one."""
        start = at + self.size(at, "under")
        for end in range(start + FULL + 1, start + 1, -1) if start > at else ():
            if self.size(end, "of_name") and self.is_written(start, end - start) and self.surname_at(start):
                return HanFound(self.said(start, end), at, end + self.size(end, "of_name"), weights.CUED, "cue")
        return None

    def _bare(self, at: int, *, first: bool = True) -> HanFound | None:
        """A name with nothing before it."""
        if self.asked and first and (foreign := self.foreign_at(at)) is not None:
            return HanFound(foreign[0], at, foreign[1], weights.BARE, "bare", "bare")
        read = self.name_at(at, plain=False)
        if read is None or not (is_likely(read[0]) or ((self.asked or self._is_told(read[1])) and is_possible(read[0]))):
            read = self.unusual_at(at) if self.asked and first else None
            alone = read is not None and self._may_be(read[0]) and not stands_in(read[0], "days") and self.past(read[1], "after") >= self.end
            return HanFound(read[0], at, read[1], DOUBTFUL, "bare", "bare") if read is not None and alone else None
        name, end = read
        if stands_in(name[-1], "place_ends") or is_talk(name) or not self._stands_alone(at, read, first=first):
            return None
        confidence = DOUBTFUL if is_word(name) else weights.BARE_FULL if len(name) >= FULL else weights.BARE
        return HanFound(name, at, end, confidence, "bare", "bare")

    def _stands_alone(self, at: int, read: Read, *, first: bool) -> bool:
        """Whether what follows a name leaves it one: nothing, what tells its characters, or another clause behind a likely one."""
        name, end = read
        rest = self.past(end + self.size(end, "titles"), "after")
        full, whole = len(name) >= FULL, rest >= self.end
        parted = not whole and (self.asked if self.is_paused(rest) else self.word(rest - 1) in SENTENCE)
        if not surname_of(name) and not (first and (whole or (parted and self.asked and " " in name))):
            return False
        following = not whole and self.size(rest, "next") > 0
        goes_on = following or stands_in(self.word(rest), "numerals")
        short = self.asked and first and parted and goes_on  # "方圆，我想约……", "方圆 一三九……"
        opens = is_likely(name) and (parted or following)
        return whole or self._is_told(end) or self.size(rest, "apart") > 0 or (opens and (full or short))

    def _is_told(self, end: int) -> bool:
        """Whether a character is told behind the name that ends at `end`."""
        return any(one.start >= end for one in self.described)
