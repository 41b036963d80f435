"""Items that are a piece by themselves, by the table of `time.toml` they stand in: the same in every language."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from agent.nlu.dates import Clock, Day, Kind, Mark, Part, Piece, day_piece, nothing

_MARKS = {"or": Mark.OR, "fix": Mark.FIX, "change": Mark.CHANGE, "so": Mark.SO}
_MAYBE = 0.5
"""How plainly "as soon as possible", "first thing" and "sixish" name a time."""


def _piece(kind: Kind, at: int, value: Any = None, *, confidence: float = 0.6, bare: bool = False, relation: Mark | None = None) -> Piece:
    return Piece(kind=kind, value=value, first=at, last=at + 1, confidence=confidence, bare=bare, relation=relation)


def _part(at: int, part: str) -> Piece:
    return _piece(Kind.PART, at, Part(part))


def _mark(mark: Mark, at: int, value: None) -> list[Piece]:
    return [_piece(Kind.MARK, at, mark)]


PLAIN: Mapping[str, Callable[[int, Any], list[Piece]]] = {
    **{name: partial(_mark, mark) for name, mark in _MARKS.items()},
    "about": lambda at, hour: [_piece(Kind.CLOCK, at, Clock(hour=hour), confidence=_MAYBE)],
    "after_one": lambda at, value: [day_piece(at, at + 1, Day(after_known=True, next_one=True, shift=7), 0.4)],  # "the one after": a week on
    "any_time": lambda at, value: [_piece(Kind.SOONEST, at, bare=True)],
    "day_parts": lambda at, value: [day_piece(at, at + 1, Day(offset=value[0])), _part(at, value[1])],
    "days_on": lambda at, days: [day_piece(at, at + 1, Day(after_known=True, shift=days))],
    "month_end": lambda at, months: [day_piece(at, at + 1, Day(last_of_month=True, months_on=months))],
    "not_this": lambda at, value: [_piece(Kind.DAY, at, Day(week=0), relation=Mark.NOT)],
    "nothing": lambda at, value: nothing(at, at + 1),
    "opening": lambda at, value: [_piece(Kind.OPENING, at, confidence=_MAYBE)],
    "other": lambda at, value: [_piece(Kind.OTHER, at, value[0], relation=Mark.NOT if value[1] else None)],  # "that day", where it is turned down
    "parts": lambda at, part: [_part(at, part)],
    "past_days": lambda at, value: [_piece(Kind.DAY, at)],
    "same": lambda at, value: [_piece(Kind.SAME, at)],
    "soonest": lambda at, value: [_piece(Kind.SOONEST, at, confidence=_MAYBE)],
    "tonight": lambda at, part: [day_piece(at, at + 1, Day(offset=0)), _part(at, part)],
    "weekend": lambda at, value: [day_piece(at, at + 1, Day(weekend=True, week=0))],
    "years": lambda at, years: [day_piece(at, at + 1, Day(years_on=years))],
}
"""What an item is, by its table: given its index and its value."""
