"""What is said about days and clocks, before anybody knows which day it is.

Words become items (`items`), items become pieces by rules (`rules`), pieces readings (`reading`), and those are resolved against the caller's now.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec


class Part(StrEnum):
    """A part of the day. The value is its mark in TIMEX3 (ISO 24617-1), as in "2026-03-03TAF", tomorrow afternoon."""

    MORNING = "MO"
    MIDDAY = "MI"
    AFTERNOON = "AF"
    EVENING = "EV"
    NIGHT = "NI"
    SMALL_HOURS = "SH"
    """Between midnight and morning, "凌晨"; not in TIMEX3, like the two below."""
    AM = "AM"
    PM = "PM"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day as it was said. What was not said is None, "" or 0; several things said about one day are merged."""

    weekday: int | None = None
    """0 is Monday."""
    week: int | None = None
    """Weeks from this one: "this Friday" 0, "下周三" 1."""
    next_one: bool = False
    """ "next Friday", with week 1: this week's or the next one's, as speakers differ; "this coming Friday": never today."""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    years_on: int | None = None
    """Years from this one: "march 3rd next year" 1."""
    months_on: int | None = None
    """Months from this one: "the 9th of this month" 0; with offset 0 and no day, that many months from today."""
    last_of_month: bool = False
    nth: int = 0
    """ "the first Monday in October": which of the month's; -1 is the last."""
    offset: int | None = None
    """Days from today."""
    holiday: str = ""
    """How the holiday's day is found, see `holidays`."""
    weekend: bool = False
    after_known: bool = False
    """ "the day after", with week 1 "the week after": counted from the day that is already known."""
    shift: int = 0
    """Days to add at the end: "Tuesday week" 7, "the day after Christmas" 1."""
    shift_months: int = 0
    """Months to add before that: "two months from Friday" 2."""
    to_weekday: tuple[int, int] | None = None
    """ "the Monday after Easter" (0, 1), "the Friday before the 10th" (4, -1): the first such weekday later or earlier than the day that is said."""
    other_order: tuple[int, int] | None = None
    """Day and month the other way round, when figures allow both and the region does not decide."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    hour: int
    """0 to 23, or 1 to 12 while `half` is unknown."""
    minute: int = 0
    decided: bool = False
    """Whether morning or afternoon was said, or follows from the hour itself."""


class Kind(StrEnum):
    DAY = "day"
    CLOCK = "clock"
    PART = "part"
    LATER = "later"
    """Minutes from now."""
    SHIFT = "shift"
    """Minutes from the time that is already known: "an hour later"."""
    MINUTE = "minute"
    """Minutes past the hour that is already known; before it when negative: "quarter past", "ten to"."""
    SOONEST = "soonest"
    OPENING = "opening"
    """When the business opens that day: "first thing"."""
    THAN = "than"
    """Later (Mark.AFTER) or earlier (Mark.BEFORE) than what is known: "anything later?"; with its week as the value's second, "later in the week"."""
    SAME = "same"
    """The day or the clock that is known: "same time next week"."""
    OTHER = "other"
    """Another "day" or "clock" than the one known: "a different day", "I can't make that time"."""
    MARK = "mark"
    """A word between pieces that says how they belong together, see `Mark`."""


class Mark(StrEnum):
    OR = "or"
    FIX = "fix"
    """What follows takes the place of what came before: "no", "sorry", "I mean"."""
    SO = "so"
    """What follows comes of what was said before, and takes its place: "I finish at four, so five"."""
    NOT = "not"
    """What follows is not meant."""
    FROM = "from"
    TO = "to"
    AFTER = "after"
    BEFORE = "before"
    BY = "by"
    """Not after the day that follows: "by Friday"."""
    THAT = "that"
    """Counted from the time that is known, never from now: "an hour after that"."""
    CHANGE = "change"
    """A verb of moving: "change it from four to five"."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said about a time, and the items it was said in."""

    kind: Kind
    value: Any
    """Day, Clock, Part, Mark, minutes (int), or None, as `kind` says."""
    first: int
    last: int
    """Its items: from `first` up to, not including, `last`."""
    confidence: float = 0.6
    """How plainly these words alone name a time."""
    bare: bool = False
    """A number and nothing else: the language's grammar drops it unless its place in the sentence makes it a time."""
    relation: "Mark | None" = None
    """How it stands to the others, when a word right before it says so: NOT, FROM, TO, AFTER, BEFORE or BY."""


def _is_denied(day: Piece) -> bool:
    return day.relation is Mark.NOT and day.value != Day(week=0)  # "next Saturday, not this one" denies no Saturday


def denied_together(pieces: Sequence[Piece], joins: Callable[[int], bool]) -> list[Piece]:
    """With every day that stands joined before one that is not meant not meant either: "Tuesday and Wednesday don't work". `joins`: of an item."""
    found: list[Piece] = []
    following: Piece | None = None
    for piece in reversed(pieces):
        if piece.kind is Kind.DAY and piece.relation is None and following is not None and _is_denied(following):
            gap = following.first - piece.last
            if gap == 0 or (gap == 1 and joins(piece.last)):
                piece = msgspec.structs.replace(piece, relation=Mark.NOT)
        if piece.kind is not Kind.MARK:
            following = piece if piece.kind is Kind.DAY else None
        found.append(piece)
    return found[::-1]
