"""What is known of a time: its day, its clock, a part of the day, or the week it is to be in. Kept as text, reckoned with as this.

Source of the text: ISO 8601 for day, clock and week; a part of the day stands as in TIMEX3 (ISO 24617-1).
"""

from collections.abc import Sequence
from datetime import date, datetime, time

import msgspec

from agent.record.moments import YEARS
from agent.slots.time.pieces import Part

_WEEK_MARK = "-W"
_PARTS = frozenset(part.value for part in Part)


class PartialTime(msgspec.Struct, frozen=True):
    """A time as far as it is known: whole with a day and a clock."""

    day: date | None = None
    clock: time | None = None
    part: Part | None = None
    week: date | None = None
    """The Monday of the week in which the day is to be."""
    day_not_meant: date | None = None
    """The day just turned down: "not tomorrow but the day after" is counted from it."""

    @property
    def at(self) -> datetime | None:
        return datetime.combine(self.day, self.clock) if self.day is not None and self.clock is not None else None

    @property
    def is_day(self) -> bool:
        """Whether it is a day and nothing more."""
        return self.day is not None and self.clock is None and self.part is None

    @property
    def written(self) -> str:
        """The value it is kept as: "2026-03-08T14:30", "2026-03-08", "14:30", "2026-03-08TAF", "TAF", "2026-W11"; "" when nothing is known."""
        if self.clock is not None:
            return f"{self.day.isoformat()}T{self.clock:%H:%M}" if self.day is not None else f"{self.clock:%H:%M}"
        dated = f"{self.week:%G}{_WEEK_MARK}{self.week:%V}" if self.week is not None else ""
        return (self.day.isoformat() if self.day is not None else dated) + (f"T{self.part}" if self.part is not None else "")

    def joined(self, other: "PartialTime") -> "PartialTime | None":
        """A day here and a clock or a part of the day there, or the other way round, as one time; None where that is not what they are."""
        day, rest = (self, other) if self.is_day else (other, self)
        fits = day.is_day and rest.day is None and rest.week is None and (rest.clock is not None or rest.part is not None)
        return msgspec.structs.replace(rest, day=day.day) if fits else None


def parse(value: str) -> PartialTime:
    """A value taken apart; seconds and an offset are left out, and nothing is known of any other string."""
    day, mark, rest = value.partition("T")
    try:
        if not mark and ":" in day:
            return PartialTime(None, time.fromisoformat(day).replace(tzinfo=None))
        on = date.fromisoformat(day) if day else None
        if on is not None and on.year not in YEARS:
            return PartialTime()
        if on is not None and _WEEK_MARK in day:
            return PartialTime(None, None, Part(rest) if rest else None, on)
        if rest in _PARTS:
            return PartialTime(on, None, Part(rest))
        return PartialTime(on, time.fromisoformat(rest).replace(tzinfo=None) if rest else None)
    except ValueError:
        return PartialTime()


def to_the_minute(value: str) -> str:
    """A time of the record as the slot reads and says it: local, without seconds and offset."""
    return parse(value).written


def day_of_all(values: Sequence[str]) -> str:
    """The day that all of them are on, or ""."""
    days = {parse(value).day for value in values}
    day = days.pop() if len(days) == 1 else None
    return day.isoformat() if day is not None else ""


def each_day_once(values: Sequence[str]) -> Sequence[str]:
    """Times in order, without the day where it is that of the one before: "Friday at 7 AM, 1 PM"."""
    listed, before = [], None
    for value in map(parse, values):
        listed.append(PartialTime(clock=value.clock).written if value.day == before and value.clock is not None else value.written)
        before = value.day
    return listed
