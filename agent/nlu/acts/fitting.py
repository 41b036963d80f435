"""Which frame a clause fits: where clauses end, and what they hold."""

from collections.abc import Sequence
from enum import Enum
from functools import cache
from itertools import accumulate
from operator import or_

from agent.nlu.acts.grammar import Frame, frames
from agent.nlu.acts.words import Unit, bits
from agent.record.acts import Act

_MAX_WINDOW = 30
_MAX_ENDS = 5


class Alone(Enum):
    """Whether a clause is all that was said."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"
    """It is, but for words of not knowing: "I don't know, whenever"."""


@cache
def mask(*names: str) -> int:
    return bits(*names)


def only_filler(units: Sequence[Unit], *marks: str) -> bool:
    """Whether these units are nothing, or answers and a "wait" before what follows; with `marks`, none but these."""
    return all(unit.marks & mask(*(marks or ("filler", "yes", "no", "ok", "hold_on"))) for unit in units)


def ends(units: Sequence[Unit], at: int, boundary: int) -> list[tuple[int, bool]]:
    """Where a clause that begins here may end, longest first, and whether it is closed there (no content follows in it)."""
    limit = at
    while (
        limit < len(units)
        and limit - at < _MAX_WINDOW
        and units[limit].marks
        and not (limit > at and units[limit].marks & mask("thanks", "bye", "all_done"))
    ):
        limit += 1
    if limit == at:
        return []
    closed = limit == len(units) or bool(units[limit].marks)
    inner = [(place, True) for place in range(limit - 1, at, -1) if units[place].marks & boundary and _may_end(units, place)]
    return [(limit, closed), *inner[:_MAX_ENDS]]


def _may_end(units: Sequence[Unit], place: int) -> bool:
    """Whether a clause can end before unit `place`: not after a preposition, and not between a command and what it is to do."""
    before, at = units[place - 1].marks, units[place].marks
    return not before & mask("dangling") and not (before & mask("assent") and not at & mask("opens"))


def fits(units: Sequence[Unit], at: int, alone: Alone) -> tuple[Frame, int] | None:
    """The frame that the longest clause beginning here fits, and where that clause ends."""
    closings = ends(units, at, mask("opens"))
    if not closings:
        return None
    marks = tuple(accumulate((unit.marks for unit in units[at : closings[0][0]]), or_))
    every = marks[-1]
    likely = [
        frame for frame in frames() if every & frame.needs[0] and all(every & need for need in frame.needs)
    ]  # a shorter clause holds no more than this one
    for end, closed in closings if likely else ():
        every = marks[end - at - 1]
        for frame in likely:
            if frame.alone and not (end == len(units) and (alone is Alone.YES or (alone is Alone.UNKNOWN and frame.act is Act.DONT_CARE))):
                continue
            if frame.single and not (
                only_filler(units[:at], "filler", "hold_on") and all(unit.marks & (frame.needs[0] | mask("filler")) for unit in units[at:end])
            ):
                continue
            if frame.only and not all(unit.marks & frame.only for unit in units[at:end]):
                continue
            if every & frame.lacks or not all(every & need for need in frame.needs):
                continue
            if (closed or frame.open) and _apart(units[at:end], frame.needs):
                return frame, end
    return None


def _apart(units: Sequence[Unit], needs: Sequence[int]) -> bool:
    """Whether each need can be met by a unit of its own."""
    if len(needs) == 1:
        return True
    if len(needs) == 2:
        first, second = needs
        both = [(unit.marks & first != 0, unit.marks & second != 0) for unit in units]
        return any(a and b2 for i, (a, _) in enumerate(both) for j, (_, b2) in enumerate(both) if i != j)
    return sum(any(unit.marks & need for need in needs) for unit in units) >= len(needs)
