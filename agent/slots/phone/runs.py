"""Runs of digits in what was said: which digits belong together, what stands before them, and what they are said to be.

A run is digit groups with nothing between them but marks and the words people fill pauses with. It ends at any other word; a word that counts things
("dollars"), a clock, an ordinal or letters glued to figures are no part of it. Every token is looked at a bounded number of times.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from agent.nlu.numerals.numbers import MARKS, is_homophone, may_open, next_group, only_inside
from agent.nlu.utterance import Token, Utterance
from agent.slots.phone.phrasing import Vocabulary, vocabulary

_MOST_BETWEEN = 6
_CUE_WITHIN = 8
_LONGEST_QUANTITY = 4
_LONGEST_PHRASE = 5
_LONGEST_CODE = 4
_LEAST_NUMBER = 7
"""Digits that are a telephone number, whatever stands behind them."""
_FEWEST_SURE = 3
"""Digits said as digits, beside which words that sound like one are digits too."""
_WITHIN = 24
"""Tokens before the second number of "change it from ... to ..." within which "change" is said."""


class Cue(Enum):
    """What the words beside the digits say they are."""

    NONE = auto()
    NUMBER = auto()
    """A number of no named kind: "my number is"."""
    PHONE = auto()
    OTHER = auto()
    """Something else: an account, a card, a postcode."""


class Link(Enum):
    """How a run follows the digits before it."""

    NONE = auto()
    CORRECTION = auto()
    RESTART = auto()


class Group(NamedTuple):
    digits: str
    start: int
    end: int
    written: bool
    """In figures, not in words."""
    apart: bool
    """A filler word, not just a mark, stands before it."""
    area: bool
    """ "Area code" was said before it."""
    joint: str
    """What stands between it and the group before: "-", ", ", " um "; "." for a dot in words."""


class Run(NamedTuple):
    groups: tuple[Group, ...]
    plus: bool
    cue: Cue
    link: Link
    start: int
    """The first token: of its cue, when that stands before the digits."""
    end: int
    """Past the last token, an extension included."""
    followed: bool
    """Whether a word that says something of its own comes next: "45 High Street"."""


def find_runs(utterance: Utterance, language: str, *, homophones: bool = False, round_only: bool = False) -> tuple[Run, ...]:
    """Every run of digits, in order. `homophones`: "to" and "for" between digits are digits too. `round_only`: "eight hundred sixty" is 800 60."""
    if not (homophones and utterance.has_han) and not any(may_open(norm, language) for norm in utterance.words):
        return ()
    listener = _Listener(utterance, utterance.tokens, language, vocabulary(utterance, language), homophones, round_only)
    found: list[Run] = []
    at = 0
    while at < len(utterance.tokens):
        run, at = listener.run(at, found[-1].end if found else 0)
        if run is not None:
            if found and run.cue is Cue.NONE and found[-1].cue is Cue.OTHER and listener.is_one_code(found[-1].end, run.start):
                run = run._replace(cue=Cue.OTHER)
            found.append(run)
    return tuple(found)


def stands_apart(utterance: Utterance, run: Run, language: str) -> bool:
    """Whether the words right before and behind a run say nothing of their own."""
    return _Listener(utterance, utterance.tokens, language, vocabulary(utterance, language)).stands_apart(run)


def is_bare(utterance: Utterance, runs: Sequence[Run], language: str) -> bool:
    """Whether the utterance holds nothing but the runs and words that commonly stand around a number."""
    listener = _Listener(utterance, utterance.tokens, language, vocabulary(utterance, language))
    at = 0
    for run in runs:
        if listener.quiet(at, run.start) < run.start:
            return False
        at = run.end
    return listener.quiet(at, len(utterance.tokens)) == len(utterance.tokens)


class _Listener(NamedTuple):
    utterance: Utterance
    tokens: Sequence[Token]
    language: str
    words: Vocabulary
    homophones: bool = False
    round_only: bool = False

    def run(self, at: int, before: int) -> tuple[Run | None, int]:
        """The run that begins at token `at`, when one does, and where to go on; `before` is where the run before it ended."""
        plus = self.words.plus.at(self.tokens, at)
        here = self._past_fillers(at + plus)[0] if plus else at
        first = self.group(here, (), apart=False, area=False)
        if first is None:
            return None, at + 1
        groups = [first]
        denied = self._is_denied(at)
        while (following := self._next(groups)) is not None:
            if denied and any(self.words.being.at(self.tokens, between) for between in range(groups[-1].end, following.start)):
                break  # "不是……，是……": what it is begins here
            groups.append(following)
        while groups and self._counts(groups):
            last = groups.pop()
            if not groups:
                return None, last.end
        if all(only_inside(self.tokens[group.start], self.language) for group in groups):
            return None, groups[-1].end
        if self.homophones and sum(len(group.digits) for group in groups if not self._only_sounds(group)) < _FEWEST_SURE:
            return None, groups[-1].end
        last = groups[-1]
        if len(groups) > 1 and last.apart and self.words.pronouns.at(self.tokens, last.start) and self._says_more(last.end):
            groups.pop()  # "... and one thing"
        elif last.apart and only_inside(self.tokens[last.start], self.language) and self.words.corrections.at(self.tokens, last.end):
            groups.pop()  # "... six, er, oh wait"
        end = self._past_extension(groups[-1].end)
        start, cue = self._cue_before(at, before)
        if cue is not Cue.PHONE:
            after, cue_after = self._cue_after(end)
            if cue_after is not Cue.NONE:
                end, cue = after, cue_after
        area = self.words.area_code.at(self.tokens, start) > 0
        groups[0] = groups[0]._replace(area=area)
        if denied:
            cue = Cue.OTHER
        followed = self._says_more(end)
        return Run(tuple(groups), plus > 0, cue, self._link(before, at), start, end, followed), end

    def _counts(self, groups: Sequence[Group]) -> bool:
        """Whether a word behind the last group says that it counts or numbers something else."""
        end = groups[-1].end
        unit = self.words.units.at(self.tokens, end)
        if not unit and sum(len(group.digits) for group in groups) < _LEAST_NUMBER:
            unit = self.words.weak_units.at(self.tokens, end)
        return unit > 0 and unit >= self.words.numbers.at(self.tokens, end)

    def stands_apart(self, run: "Run") -> bool:
        """Whether the run is not part of what other words say: nothing of their own stands right before or behind it."""
        first = run.groups[0].start
        before = first == 0 or any(first - size + self.quiet_at(first - size) == first for size in range(1, min(first, _LONGEST_PHRASE) + 1))
        return before and not run.followed

    def group(self, at: int, groups: Sequence[Group], *, apart: bool, area: bool) -> Group | None:
        """The group at token `at`, when it may be part of a phone number."""
        homophones = self.homophones and (bool(groups) or (at < len(self.tokens) and not self.tokens[at].norm.isascii()))
        digits, end = next_group(self.tokens, at, self.language, first=not groups, homophones=homophones, round_only=self.round_only)
        if not digits or (not groups and at and self.words.pronouns.at(self.tokens, at) and self.words.before_pronouns.at(self.tokens, at - 1)):
            return None
        written = self.tokens[at].is_number
        if written and (self._is_glued(at, end) or (not groups and self._is_inside_code(at))):
            return None
        if not written and len(digits) > _LONGEST_QUANTITY and len(set(digits)) > 1:
            return None  # "eighteen thousand one hundred": nobody says a phone number so
        joint = self.utterance.text[self.tokens[groups[-1].end - 1].end : self.tokens[at].start].lower() if groups else ""
        if groups and (dots := self.words.dots.at(self.tokens, groups[-1].end)) and groups[-1].end + dots == at:
            joint = "."
        return Group(digits, at, end, written, apart, area, joint)

    def _says_more(self, at: int) -> bool:
        """Whether a word that says something of its own stands at `at`."""
        return at < len(self.tokens) and self.tokens[at].is_word and not self.quiet_at(at)

    def _only_sounds(self, group: Group) -> bool:
        """Whether a group is a word that merely sounds like a digit: "to"."""
        return group.end == group.start + 1 and is_homophone(self.tokens, group.start, self.language) != ""

    def _next(self, groups: Sequence[Group]) -> Group | None:
        here, apart = self._past_fillers(groups[-1].end)
        area = self.words.area_code.at(self.tokens, here)
        if area:
            here, apart = self._past_fillers(here + area)[0], True
        if self.words.plus.at(self.tokens, here):
            return None
        return self.group(here, groups, apart=apart, area=area > 0)

    def quiet(self, at: int, end: int) -> int:
        """Where the first word stands that says something of its own, from `at` to `end`."""
        while at < end:
            taken = self.quiet_at(at)
            if not taken:
                return at
            at += taken
        return end

    def quiet_at(self, at: int) -> int:
        """How many tokens at `at` say nothing of their own; 0 when they do."""
        taken = self.words.quiet.at(self.tokens, at)
        return taken or int(not (self.tokens[at].is_word or self.tokens[at].is_number))

    def _past_fillers(self, at: int) -> tuple[int, bool]:
        """Past what may stand between two groups, and whether words were among it."""
        spoken = False
        for _ in range(_MOST_BETWEEN):
            if at < len(self.tokens) and self.tokens[at].norm in MARKS:
                at += 1
            elif filler := self.words.fillers.at(self.tokens, at):
                at, spoken = at + filler, True
            else:
                break
        return at, spoken

    def _is_glued(self, at: int, end: int) -> bool:
        """Whether the figures are part of a clock, a price, a name, an address for mail: "11:30", "$5", "b2b", "user_5@"."""
        tokens = self.tokens
        if at and self.words.money.at(tokens, at - 1):
            return True
        if at and tokens[at - 1].end == tokens[at].start:
            before = tokens[at - 1]
            if before.norm in "_@&" or (before.norm == ":" and at > 1 and tokens[at - 2].is_number):
                return True
            named = self.words.cues.at(tokens, at - 1) or self.words.numbers.at(tokens, at - 1) or self._is_typed_nought(at - 1)
            if before.is_word and before.norm.isascii() and not named:
                return True
        if end < len(tokens) and tokens[end].start == tokens[end - 1].end:
            after = tokens[end]
            if after.norm in "_@%" or (after.norm == ":" and end + 1 < len(tokens) and tokens[end + 1].is_number):
                return True
            return after.is_word and after.norm.isascii() and not (self.words.extension.at(tokens, end) or self._is_typed_nought(end))
        return False

    def _is_typed_nought(self, at: int) -> bool:
        """Whether the token at `at` is a letter O typed for a nought: "555-O133", "4O8"; no letter and no word touches it."""
        tokens = self.tokens
        if tokens[at].norm != "o":
            return False
        before = tokens[at - 1] if at and tokens[at - 1].end == tokens[at].start else None
        after = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].start == tokens[at].end else None
        return not any(beside is not None and beside.is_word for beside in (before, after))

    def _is_inside_code(self, at: int) -> bool:
        """Whether figures go on what was no number: the "001" of "P0-001"."""
        tokens = self.tokens
        if at < 2 or tokens[at - 1].norm not in "-_./," or tokens[at - 1].end != tokens[at].start or tokens[at - 2].end != tokens[at - 1].start:
            return False
        before = tokens[at - 2]
        named = self.words.cues.at(tokens, at - 2) or self.words.numbers.at(tokens, at - 2)
        return before.is_number or (before.is_word and before.norm.isascii() and not named)

    def _past_extension(self, at: int) -> int:
        """Past "extension 12", when it stands there."""
        here, _ = self._past_fillers(at)
        said = self.words.extension.at(self.tokens, here)
        if not said:
            return at
        end = at
        group = self.group(self._past_fillers(here + said)[0], (), apart=False, area=False)
        while group is not None:
            end = group.end
            group = self._next((group,))
        return end

    def _cue_before(self, start: int, earliest: int) -> tuple[int, Cue]:
        """Where the words that name the digits begin, and what they name; only words that say nothing themselves may stand between."""
        numbered = parted = False
        at = start
        for _ in range(_CUE_WITHIN):
            at -= 1
            if at < earliest:
                break
            for first in range(max(earliest, at - _LONGEST_PHRASE + 1), at + 1):
                other, cue = self.words.others.at(self.tokens, first), self.words.cues.at(self.tokens, first)
                if first + max(other, cue) <= at:
                    continue
                if cue >= other:
                    return first, Cue.PHONE
                if numbered or not parted:
                    return first, Cue.OTHER
            norm = self.tokens[at].norm
            if self.words.numbers.at(self.tokens, at):
                numbered = True
            elif norm in (",", "."):
                parted = not numbered
            elif not self.quiet_at(at) and not self._is_code(at):
                break
        return start, Cue.NUMBER if numbered else Cue.NONE

    def is_one_code(self, start: int, end: int) -> bool:
        """Whether what stands between two runs makes one code of them: "1Z 999 AA1 0123"."""
        between = range(start, end)
        in_code = all(self._is_code(at) and self.tokens[at].norm.isascii() for at in between)  # a Chinese character is a word
        return in_code and any(self.tokens[at].is_word for at in between)

    def _is_code(self, at: int) -> bool:
        """Whether the token at `at` may be part of a code that goes on with digits: "D 123 4567", "GB29 NWBK 6016"."""
        token = self.tokens[at]
        return token.is_number or len(token.norm) == 1 or (token.text.isupper() and len(token.norm) <= _LONGEST_CODE)

    def _cue_after(self, end: int) -> tuple[int, Cue]:
        """The same for "... is my mobile": past the last word that names the digits, and what they are."""
        at, being = end, False
        for _ in range(_CUE_WITHIN):
            if being:
                other, cue = self.words.others.at(self.tokens, at), self.words.cues.at(self.tokens, at)
                if other or cue:
                    return at + max(other, cue), Cue.PHONE if cue >= other else Cue.OTHER
            taken = self.words.being.at(self.tokens, at)
            being = being or taken > 0
            taken = taken or self.words.fillers.at(self.tokens, at) or self.words.neutral.at(self.tokens, at)
            if not taken:
                break
            at += taken
        return end, Cue.NONE

    def _is_denied(self, at: int) -> bool:
        """Whether "not" or the like stands right before the digits at `at`: they are what the number is not."""
        return any(first + self.words.instead_of.at(self.tokens, first) == at for first in range(max(0, at - _LONGEST_PHRASE), at))

    def _is_abbreviation(self, at: int) -> bool:
        """Whether "no" stands for number: "phone no", "no 45"."""
        if not self.words.numbers.at(self.tokens, at):
            return False
        return self.tokens[at + 1].is_number or (at > 0 and self.words.cues.at(self.tokens, at - 1) > 0)

    def _link(self, before: int, at: int) -> Link:
        """Whether the words since the digits before take those back, and nothing else was said in between."""
        link, here = Link.NONE, before
        into = before and self.words.into.at(self.tokens, before) == at - before
        if into and any(self.words.change.at(self.tokens, first) for first in range(max(0, before - _WITHIN), before)):
            return Link.RESTART  # "change it from 555 0100 to 555 0101"
        while here < at:
            if taken := self.words.restarts.at(self.tokens, here):
                link = Link.RESTART
            elif taken := self.words.corrections.at(self.tokens, here):
                link = Link.CORRECTION if link is Link.NONE and not self._is_abbreviation(here) else link
            else:
                taken = self.quiet_at(here)
                if not taken:
                    return Link.NONE
            here += taken
        return link
