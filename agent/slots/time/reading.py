"""From pieces to readings: which day, clock and part of the day belong together, and what was offered as a choice.

"Friday at three" is one reading; "Tuesday or Wednesday at three" are two; "nine to eleven tomorrow" is one that begins at nine.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from agent.record.acts import ValueKind
from agent.slots.time.edits import counted, in_its_week, is_counted
from agent.slots.time.pieces import Clock, Day, Kind, Mark, Part, Piece

_EARLIEST_MORNING_HOUR = 6
"""A range that goes past twelve, "nine to five", starts in the morning from this hour on."""
_BOUNDS = (Mark.AFTER, Mark.BEFORE, Mark.BY, Mark.FROM)
_EDGES = {Mark.AFTER: ValueKind.AFTER, Mark.FROM: ValueKind.AFTER, Mark.BEFORE: ValueKind.BEFORE}


class Reading(msgspec.Struct, kw_only=True):
    """One time that may be meant: what was said of it, in the order it was heard."""

    day: Day | None = None
    clock: Clock | None = None
    part: Part | None = None
    later: int | None = None
    shift: int | None = None
    minute: int | None = None
    than: Mark | None = None
    """AFTER or BEFORE: later or earlier than what is known."""
    of_week: bool = False
    """Whether that is meant of days: "later in the week"."""
    bound: Mark | None = None
    """How the day bounds the one that suits: "by Friday"; None when it is the day itself."""
    puts_right: bool = False
    """Whether the day is said to take the place of the one that is known: "no, Thursday"."""
    same: bool = False
    """Whether the day or the clock held was said to stay."""
    soonest: bool = False
    opening: bool = False
    past: bool = False
    kind: ValueKind | msgspec.UnsetType = msgspec.UNSET
    """RANGE, AFTER or BEFORE when the clock is an edge and no point."""
    confidence: dict[Kind, float] = msgspec.field(default_factory=dict)
    since: dict[Kind, int] = msgspec.field(default_factory=dict)
    """The item at which each kind was last said."""
    pieces: list[Piece] = msgspec.field(default_factory=list)

    def seeking(self) -> "Reading":
        """The same with whatever is free in the place of a clock: "what do you have on Friday"."""
        return msgspec.structs.replace(self, soonest=True) if self.clock is None else self

    @property
    def after_that(self) -> bool:
        """Whether it is counted from what is known and from nothing else: "an hour after that"."""
        return any(piece.relation is Mark.THAT for piece in self.pieces)

    def is_idle(self) -> bool:
        """Whether nothing was said but "later", "earlier", "the same"."""
        return all(piece.kind in (Kind.THAN, Kind.SAME) for piece in self.pieces) and not self.soonest

    def has(self, piece: Piece) -> bool:
        """Whether something of that kind was already said."""
        if piece.kind is Kind.DAY:
            return self.past or self.day is not None
        if piece.kind in (Kind.SOONEST, Kind.OPENING, Kind.THAN, Kind.SAME):
            return False
        return getattr(self, piece.kind.value) is not None

    def put(self, piece: Piece) -> None:
        """Take what was said, in the place of what was said of that kind before."""
        self.pieces.append(piece)
        self.confidence[piece.kind] = piece.confidence
        self.since[piece.kind] = piece.first
        if piece.kind is Kind.DAY:
            self.day, self.past = piece.value, piece.value is None
            self.bound = piece.relation if piece.relation in _BOUNDS else None
            self.puts_right = piece.relation is Mark.FIX
        elif piece.kind is Kind.THAN:
            self.than, self.of_week = piece.value
        elif piece.kind is Kind.MINUTE and self.clock is not None and not self.clock.minute:
            self.clock, self.kind = _with_minute(self.clock, piece.value), msgspec.UNSET
        elif piece.kind is Kind.SAME:
            self.same = True
        elif piece.kind is Kind.SOONEST:
            self.soonest = True
        elif piece.kind is Kind.OPENING:
            self.opening = True
        else:
            setattr(self, piece.kind.value, piece.value)
        if piece.kind is Kind.CLOCK:
            self.kind = _EDGES.get(piece.relation, msgspec.UNSET) if piece.relation is not None else msgspec.UNSET


class Readings(msgspec.Struct, kw_only=True):
    """Every reading of one utterance."""

    found: list[Reading]
    gone: list[Piece] = []
    """All that was said, when it is a day that has passed and its clock: "yesterday at three"."""


def readings(pieces: Sequence[Piece]) -> Readings:
    """The readings that the pieces make, in order; what speaks of the past is left out."""
    joining = _Joining()
    for piece in pieces:
        joining.take(piece)
    gone = next((reading.pieces for reading in joining.found if reading.past and reading.clock is not None), [])
    found = [reading for reading in joining.found if reading.pieces and not reading.past]
    _share(found)
    _share_week(found)
    return Readings(found=found, gone=[] if found else gone)


class _Joining:
    """Takes piece after piece. "Or" parts what was said before it from what is said after it, and nothing else does."""

    def __init__(self) -> None:
        self.found = [Reading()]
        self.parted_at = -1
        self.ending = False
        """A range was just ended: what is said twice belongs to its end."""

    def take(self, piece: Piece) -> None:
        here = self.found[-1]
        if piece.kind is Kind.MARK:
            self.parted_at = piece.first if piece.value is Mark.OR else self.parted_at
            self.ending = False
        elif not here.has(piece):
            here.put(piece)
        elif piece.relation is Mark.TO:
            _end_range(here, piece)
            self.ending = True
        elif self.ending:
            here.pieces.append(piece)
        else:
            self._again(here, piece)

    def _again(self, here: Reading, piece: Piece) -> None:
        """What was said of that kind before is the same thing said otherwise, or is another time that may be meant."""
        parted = here.since.get(piece.kind, 0) <= self.parted_at
        later = counted(here.day, piece)
        if later is not None and here.bound is not None and not parted:
            here.put(later)
        elif later is None and not parted and piece.value is None and here.pieces[-1].last + 1 >= piece.first:
            here.put(piece)
        elif later is None and not parted and (both := together(piece.kind, getattr(here, piece.kind), piece.value)) is not None:
            relation = piece.relation or (here.bound if piece.kind is Kind.DAY else None)
            confidence = max(piece.confidence, here.confidence[piece.kind])
            here.put(msgspec.structs.replace(piece, value=both, relation=relation, confidence=confidence))
        else:
            self.found.append(Reading())
            self.found[-1].put(later or piece)


def _with_minute(clock: Clock, minute: int) -> Clock:
    """ "Three, say half past", "three, no, ten to": the full hour with its minutes, or so many before it."""
    if minute > 0:
        return Clock(hour=clock.hour, minute=minute, decided=clock.decided)
    before = (clock.hour - 1) % 24 if clock.decided else (clock.hour - 2) % 12 + 1
    return Clock(hour=before, minute=60 + minute, decided=clock.decided)


def _end_range(reading: Reading, end: Piece) -> None:
    """A range is kept by its start: the half of the day said with its end holds for its start too, when that makes it the shorter range."""
    reading.kind = ValueKind.RANGE
    reading.pieces.append(end)
    start, last = reading.clock, end.value
    if end.kind is not Kind.CLOCK or start is None or not isinstance(last, Clock):
        return
    reading.confidence[Kind.CLOCK] = max(reading.confidence[Kind.CLOCK], end.confidence)
    if not start.decided and not last.decided and start.hour % 12 > last.hour % 12 and start.hour >= _EARLIEST_MORNING_HOUR:
        reading.clock = Clock(hour=start.hour % 24, minute=start.minute, decided=True)
    if not start.decided and last.decided:
        minutes = last.hour * 60 + last.minute
        halves = [hour for hour in (start.hour % 12, start.hour % 12 + 12) if hour * 60 + start.minute < minutes]
        if halves:
            reading.clock = Clock(hour=halves[-1], minute=start.minute, decided=True)


def together(kind: Kind, one: Any, other: Any) -> Any:
    """Two things of one kind that say one thing: "Tuesday" and "the third of March", "3 pm" and "15:00"; None when they differ."""
    if kind is Kind.DAY and one is not None and other is not None:
        return _merged(one, other)
    if kind is Kind.CLOCK and one is not None:
        return _same_clock(one, other)
    return other if one == other else None


def _merged(one: Day, other: Day) -> Day | None:
    if is_counted(one) and not other.after_known:  # "a week later, on Tuesday"
        return None
    values: dict[str, Any] = {}
    for name, default in _DAY_DEFAULTS.items():
        first, second = getattr(one, name), getattr(other, name)
        if first != default and second != default and first != second:
            return None
        values[name] = first if first != default else second
    return Day(**values)


_DAY_DEFAULTS = {name: getattr(Day(), name) for name in Day.__struct_fields__}


def _same_clock(one: Clock, other: Clock) -> Clock | None:
    if one.minute != other.minute or one.hour % 12 != other.hour % 12:
        return None
    if one.decided and other.decided and one.hour != other.hour:
        return None
    return one if one.decided else other


def _share_week(found: list[Reading]) -> None:
    """ "Next Tuesday or Wednesday": a later weekday is in the week of the one before it."""
    for one, other in pairwise(found):
        other.puts_right = other.puts_right or one.puts_right
        if one.day is None or other.day is None or one.day.weekday is None or one.day.week is None or other.day.weekday is None:
            continue
        if other.day.weekday > one.day.weekday:
            other.day = in_its_week(one.day, other.day)


def _share(found: list[Reading]) -> None:
    """A reading without a day or a clock has that of its neighbours: "Tuesday or Wednesday at three"."""
    for name, kind in (("day", Kind.DAY), ("clock", Kind.CLOCK)):
        given = [(at, getattr(reading, name)) for at, reading in enumerate(found) if getattr(reading, name) is not None]
        for at, reading in enumerate(found):
            if getattr(reading, name) is not None or not given:
                continue
            before = [there for there, _ in given if there < at]
            source = found[before[-1] if before else given[0][0]]
            setattr(reading, name, getattr(source, name))
            reading.confidence[kind] = source.confidence[kind]
            if name == "clock" and reading.part is None:
                reading.part = source.part
