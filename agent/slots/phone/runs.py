"""Runs of digits in what was said: which groups belong together, what stands before them, and what they are said to be.

A run is digit groups (groups.py) with nothing between them but marks and the words people fill pauses with. It ends at any other word; a word that
counts things ("dollars") takes its last group away. Every token is looked at a bounded number of times.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from agent.nlu.numerals.numbers import may_open, only_inside
from agent.nlu.utterance import Utterance
from agent.slots.phone.groups import Group, GroupReader

_CUE_WITHIN = 8
"""Tokens beside digits within which they are named: "my number is, um, ..."."""
_LONGEST_CUE = 5
"""Words of the longest cue."""
_LONGEST_CODE = 4
"""Letters in a row of a code: the "NWBK" of "GB29 NWBK 6016"."""
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
    """Every run of digits, in order; `homophones` and `round_only` as for GroupReader."""
    if not (homophones and utterance.has_han) and not any(may_open(norm, language) for norm in utterance.words):
        return ()
    reader = _RunReader.of(utterance, language, homophones=homophones, round_only=round_only)
    found: list[Run] = []
    at = 0
    while at < len(utterance.tokens):
        run, at = reader.run(at, found[-1].end if found else 0)
        if run is not None:
            if found and run.cue is Cue.NONE and found[-1].cue is Cue.OTHER and reader.is_one_code(found[-1].end, run.start):
                run = run._replace(cue=Cue.OTHER)
            found.append(run)
    return tuple(found)


def stands_apart(utterance: Utterance, run: Run, language: str) -> bool:
    """Whether the words right before and behind a run say nothing of their own."""
    return GroupReader.of(utterance, language).stands_apart(run.groups[0].start, followed=run.followed)


def is_bare(utterance: Utterance, runs: Sequence[Run], language: str) -> bool:
    """Whether the utterance holds nothing but the runs and words that commonly stand around a number."""
    reader = GroupReader.of(utterance, language)
    at = 0
    for run in runs:
        if reader.quiet(at, run.start) < run.start:
            return False
        at = run.end
    return reader.quiet(at, len(utterance.tokens)) == len(utterance.tokens)


class _RunReader(GroupReader):
    """One utterance, read for runs of digits."""

    def run(self, at: int, before: int) -> tuple[Run | None, int]:
        """The run that begins at token `at`, when one does, and where to go on; `before` is where the run before it ended."""
        plus = self.words.plus.at(self.tokens, at)
        first = self.group(self.past_fillers(at + plus)[0] if plus else at, ())
        if first is None:
            return None, at + 1
        denied = self.is_denied(at)
        groups = self._groups(first, denied=denied)
        while groups and self._counts(groups):
            groups.pop()
        if not groups:
            return None, first.end
        if not self._are_digits(groups):
            return None, groups[-1].end
        if self._ends_in_word(groups):
            groups.pop()
        end = self._past_extension(groups[-1].end)
        start, cue = self._cue_before(at, before)
        if cue is not Cue.PHONE:
            after, cue_after = self._cue_after(end)
            if cue_after is not Cue.NONE:
                end, cue = after, cue_after
        groups[0] = groups[0]._replace(area=self.words.area_code.at(self.tokens, start) > 0)
        return Run(tuple(groups), plus > 0, Cue.OTHER if denied else cue, self._link(before, at), start, end, self.says_more(end)), end

    def is_one_code(self, start: int, end: int) -> bool:
        """Whether what stands between two runs makes one code of them: "1Z 999 AA1 0123"."""
        between = range(start, end)
        in_code = all(self._is_code(at) and self.tokens[at].norm.isascii() for at in between)  # a Chinese character is a word
        return in_code and any(self.tokens[at].is_word for at in between)

    def _groups(self, first: Group, *, denied: bool) -> list[Group]:
        """The groups from `first` on; of denied ones up to the verb that says what it is instead: "不是……，是……"."""
        groups = [first]
        while (following := self.next_group(groups)) is not None:
            if denied and any(self.words.being.at(self.tokens, between) for between in range(groups[-1].end, following.start)):
                break
            groups.append(following)
        return groups

    def _counts(self, groups: Sequence[Group]) -> bool:
        """Whether a word behind the last group says that it counts or numbers something else."""
        end = groups[-1].end
        unit = self.words.units.at(self.tokens, end)
        if not unit and sum(len(group.digits) for group in groups) < _LEAST_NUMBER:
            unit = self.words.weak_units.at(self.tokens, end)
        return unit > 0 and unit >= self.words.numbers.at(self.tokens, end)

    def _are_digits(self, groups: Sequence[Group]) -> bool:
        """Whether enough of the groups are digits by themselves, and no words that only are beside digits: "oh", "to"."""
        if all(only_inside(self.tokens[group.start], self.language) for group in groups):
            return False
        return not self.homophones or sum(len(group.digits) for group in groups if not self.only_sounds(group)) >= _FEWEST_SURE

    def _ends_in_word(self, groups: Sequence[Group]) -> bool:
        """Whether the last group is a word of the talk that follows: "... and one thing", "... six, er, oh wait"."""
        last = groups[-1]
        if not last.apart:
            return False
        if len(groups) > 1 and self.words.pronouns.at(self.tokens, last.start) and self.says_more(last.end):
            return True
        return only_inside(self.tokens[last.start], self.language) and self.words.corrections.at(self.tokens, last.end) > 0

    def _past_extension(self, at: int) -> int:
        """Past "extension 12", when it stands there."""
        here, _ = self.past_fillers(at)
        said = self.words.extension.at(self.tokens, here)
        if not said:
            return at
        end = at
        group = self.group(self.past_fillers(here + said)[0], ())
        while group is not None:
            end = group.end
            group = self.next_group((group,))
        return end

    def _cue_before(self, start: int, earliest: int) -> tuple[int, Cue]:
        """Where the words that name the digits begin, and what they name; only words that say nothing themselves may stand between."""
        numbered = parted = False
        at = start
        for _ in range(_CUE_WITHIN):
            at -= 1
            if at < earliest:
                break
            for first in range(max(earliest, at - _LONGEST_CUE + 1), at + 1):
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

    def _is_code(self, at: int) -> bool:
        """Whether the token at `at` may be part of a code that goes on with digits: "D 123 4567", "GB29 NWBK 6016"."""
        token = self.tokens[at]
        return token.is_number or len(token.norm) == 1 or (token.text.isupper() and len(token.norm) <= _LONGEST_CODE)

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
