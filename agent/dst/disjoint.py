"""One assignment of an utterance's words to slots: of all that they hear in it, what together is likeliest."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.candidates import Candidate
from agent.nlu.utterance import Token

_ASKED = 1.0
"""Log-odds that the open question adds to what answers it, whole."""
_SUREST = 0.99


class SlotCandidate(NamedTuple):
    """A value that a slot would take from the words at its span."""

    slot: str
    candidate: Candidate
    asked: bool = False
    evidence: tuple[str, ...] = ()
    """All that the recogniser's hypotheses made of it."""

    def excludes(self, other: "SlotCandidate") -> bool:
        """Whether only one of two can be meant: a slot takes one value, and no word belongs to two."""
        (start, end), (other_start, other_end) = self.candidate.span, other.candidate.span
        return self.slot == other.slot or (start < other_end and other_start < end)

    def covers(self, token: Token) -> bool:
        return self.candidate.span[0] <= token.start < self.candidate.span[1]


def best_disjoint(candidates: Sequence[SlotCandidate]) -> list[SlotCandidate]:
    """The candidates of which none excludes another, and whose log-odds come to most: two doubtful values do not outweigh a plain one.

    Of choices that come to the same, the one in which the plainest value keeps all its words.
    """
    return _heaviest(sorted(candidates, key=lambda one: -one.candidate.confidence))


def _heaviest(candidates: Sequence[SlotCandidate]) -> list[SlotCandidate]:
    if not candidates:
        return []
    first, *others = candidates
    beside = [one for one in others if not one.excludes(first)]
    taken = [first, *_heaviest(beside)]
    return taken if len(beside) == len(others) else max(taken, _heaviest(others), key=_weight)


def _weight(some: Sequence[SlotCandidate]) -> float:
    chances = [(min(one.candidate.confidence, _SUREST), one.asked and one.candidate.whole) for one in some]
    return round(sum(max(0.0, math.log(chance / (1 - chance))) + _ASKED * asked for chance, asked in chances), 6)
