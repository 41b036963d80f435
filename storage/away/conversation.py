"""What was said in a call of which two hosts heard parts: a step's lines put where they belong in what Redis has. Nothing is read or written here.

How it works. A line's `startedAt` is the telephone's word for the caller's lines and ours for the others: two clocks, and one may be hours off, so it
orders nothing by itself. What one host heard stands in the order in which that host took it: a step's lines come behind all that the host knew
before, as one run. That leaves the question where among lines that only others heard, and those are compared by when each was taken in, by the
services' own clocks: its event says so. Where that is gone a line of ours tells by its `startedAt`, and a caller's goes with the line behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import inf

import msgspec

from agent.record.call import Line
from agent.record.moments import seconds_of
from storage.store import Change

Times = Mapping[tuple[str, str], Sequence[float]]
"""When lines were taken in, by message and `startedAt`: Unix seconds of the service's clock, in order, one for each time that it was said."""


class Placed(msgspec.Struct, frozen=True):
    """A step's lines in the conversation."""

    whole: tuple[Line, ...]
    taken_back: int
    """How many of the last lines that Redis has go with the step."""
    lines: tuple[Line, ...]
    """What comes behind those that are left."""
    there: tuple[Line, ...]
    """What of the step stood there already."""


def placed(
    history: Sequence[Line], known: Sequence[Line], change: Change, times: Times, *, same_turn: bool = False, unheard: Line | None = None
) -> Placed:
    """`history` is what Redis has, `times` are of that; `known`: what this host knew before the step; `same_turn`: others began its turn as well;
    `unheard`: a line in whose place the step's own stands, which is one.
    """
    whole, clock = [change.lines[0] if line == unheard else line for line in history], _clock(history, times)
    mine = _places(known, whole)
    gone = [place for place in mine[max(len(known) - change.taken_back, 0) :] if place is not None] if change.taken_back else []
    low = gone[0] if gone else 1 + max((place for place in mine if place is not None), default=-1)
    for place in reversed(gone):
        del whole[place], clock[place]
    anchors = [
        None if place is None else place + low
        for place in _places([line if _is_one(line, same_turn=same_turn) else None for line in change.lines], whole[low:])
    ]
    if same_turn and anchors and anchors[0] is None and change.lines[0] in whole:  # where clocks are apart it may stand before what was known here
        anchors[0] = whole.index(change.lines[0])
    _put(whole, clock, low, change, anchors)
    left = next((number for number, (was, now) in enumerate(zip(history, whole, strict=False)) if was != now), min(len(history), len(whole)))
    there = tuple(line for line, anchor in zip(change.lines, anchors, strict=True) if anchor is not None)
    return Placed(tuple(whole), len(history) - left, tuple(whole[left:]), there)


def heard_elsewhere(history: Sequence[Line], known: Sequence[Line]) -> bool:
    """Whether lines stand behind all that this host knew, among which its next have to find their place."""
    return len(history) > 1 + max((place for place in _places(known, history) if place is not None), default=-1)


def _places(lines: Iterable[Line | None], among: Sequence[Line]) -> list[int | None]:
    """Where each line stands, in order; None for one that does not."""
    found: list[int | None] = []
    start = 0
    for line in lines:
        place = next((number for number in range(start, len(among)) if among[number] == line), None)
        start = start if place is None else place + 1
        found.append(place)
    return found


def _is_one(line: Line, *, same_turn: bool) -> bool:
    """Whether a line like this one can be no other: a caller may say the same again, by a clock that stands still."""
    return same_turn or (line.speaker != "customer" and bool(line.startedAt))


def _put(whole: list[Line], clock: list[float | None], low: int, change: Change, anchors: Sequence[int | None]) -> None:
    """Put a step's lines behind `low`, those that are there already (`anchors`) between them."""
    at, taken = _filled(clock[low:]), _taken(change)
    place = 0
    for number, (line, anchor) in enumerate(zip(change.lines, anchors, strict=True)):
        before = len(at) - (len(clock) - low)
        if anchor is not None:
            place = max(anchor - low, -1) + before + 1
            continue
        following = next((one - low + before for one in anchors[number + 1 :] if one is not None), len(at))
        while place < following and at[place] <= taken:
            place += 1
        whole.insert(low + place, line)
        at.insert(place, taken)
        place += 1


def _taken(change: Change) -> float:
    """When a step was taken; infinite where nothing tells."""
    told = [event.timestamp for event in change.events] or [at for line in change.lines if (at := _own(line)) is not None]
    return min(told, default=inf)


def _clock(history: Sequence[Line], times: Times) -> list[float | None]:
    """When each line was taken in, as far as anything tells."""
    left = {key: list(some) for key, some in times.items()}
    found: list[float | None] = []
    for line in reversed(history):
        some = left.get((line.message, line.startedAt))
        found.append(some.pop() if some else _own(line))
    return found[::-1]


def _filled(clock: Sequence[float | None]) -> list[float]:
    """With the times that are missing, none before the one in front of it."""
    found: list[float] = []
    behind = next((at for at in reversed(clock) if at is not None), -inf)
    for at in reversed(clock):
        behind = behind if at is None else at
        found.append(behind)
    return list(accumulate(reversed(found), max))


def _own(line: Line) -> float | None:
    """By the service's clock: of a line that is the service's."""
    if line.speaker == "customer":
        return None
    try:
        return seconds_of(line.startedAt) or None
    except ValueError:
        return None
