"""Which clock is meant, resolved against the part of the day, the business's hours and the caller's now.

A clock without morning or afternoon is both, unless the day, the part of the day or the opening hours leave only one; what stays open is handed on
as several values, the likelier first, and asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

import msgspec

from agent.nlu.candidates import Context
from agent.record.business import DAYS
from agent.slots.time.pieces import Clock, Part
from agent.slots.time.resolve import local_now

_NEAR_HOURS = 4
"""Of two clocks that may be meant, the one no farther than this from the clock it corrects."""
_EARLIEST_EVENING_HOUR = 5
"""Before it, "at night" is the small hours: "two at night"."""
_MORNING_FROM = 7
"""Hours from here on are rather the morning's: "at eight", but "at six" the evening's."""
_MIDDAY_FROM = 10
_AFTERNOON_UNTIL = 8
"""Hours that are the morning's whatever was said: "eleven at midday", "nine in the afternoon"."""


class Moment(msgspec.Struct, frozen=True):
    """A clock, and how many days after the day that was said: "midnight tonight" is tomorrow's."""

    clock: time
    days_on: int = 0


def moments(said: Clock, part: Part | None, day: date | None, context: Context, near: time | None) -> list[Moment]:
    """The clocks that may be meant on `day` (None: unknown), the likelier first. `near`: the clock that is being corrected."""
    now = local_now(context)
    if said.decided:
        small_hours = said.hour < _EARLIEST_EVENING_HOUR and part is Part.NIGHT and day == now.date() and now.hour >= _EARLIEST_EVENING_HOUR
        return [Moment(time(said.hour, said.minute), 1 if small_hours else 0)]
    if part is not None:
        return [_in_part(said, part, now if day == now.date() else None)]
    hour = said.hour % 12
    if hour == 0:
        return [Moment(time(12, said.minute))]
    morning, afternoon = time(hour, said.minute), time(hour + 12, said.minute)
    ordered = [morning, afternoon] if hour >= _MORNING_FROM else [afternoon, morning]
    return [Moment(clock) for clock in _possible(ordered, day, context, near)]


def _possible(clocks: list[time], day: date | None, context: Context, near: time | None) -> list[time]:
    now = local_now(context)
    if day == now.date():
        ahead = [clock for clock in clocks if clock > now.time()]
        clocks = ahead or clocks
    if len(clocks) > 1:
        opened = [clock for clock in clocks if _is_open(clock, day, context.opening)]
        clocks = opened or clocks
    if len(clocks) > 1 and near is not None:
        close = [clock for clock in clocks if abs(_minutes(clock) - _minutes(near)) <= _NEAR_HOURS * 60]
        clocks = close if len(close) == 1 else clocks
    return clocks


def _in_part(said: Clock, part: Part, now: datetime | None) -> Moment:
    """ "four in the afternoon", "nine at night", "twelve at night" (the next day's first minute), "two at night" (the small hours after it)."""
    hour = said.hour % 12
    morning, afternoon = time(hour, said.minute), time(hour + 12, said.minute)
    if part in (Part.MORNING, Part.SMALL_HOURS, Part.AM):
        return Moment(morning)
    if part is Part.PM:
        return Moment(afternoon)
    if part in (Part.EVENING, Part.NIGHT) and hour == 0:
        return Moment(morning, 1)
    if part is Part.NIGHT and hour < _EARLIEST_EVENING_HOUR:
        return Moment(morning, 0 if now is not None and now.hour < _EARLIEST_EVENING_HOUR and morning >= now.time() else 1)
    if (part is Part.MIDDAY and hour >= _MIDDAY_FROM) or (part is Part.AFTERNOON and hour >= _AFTERNOON_UNTIL):
        return Moment(morning)
    return Moment(afternoon)


def moved_into(clock: time, part: Part) -> time | None:
    """The same clock in the part of the day just said: 07:30 and "evening" is 19:30; None when no half of the day puts it there."""
    first, last = HOURS[part]
    both = (clock, clock.replace(hour=(clock.hour + 12) % 24))
    return next((one for one in both if first <= one.hour < last), None)


HOURS = {
    Part.MORNING: (4, 12),
    Part.MIDDAY: (11, 15),
    Part.AFTERNOON: (12, 18),
    Part.EVENING: (16, 23),
    Part.NIGHT: (17, 24),
    Part.SMALL_HOURS: (0, 6),
    Part.AM: (0, 12),
    Part.PM: (12, 24),
}
"""Which hours a part of the day may hold, first and one past the last."""


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _is_open(clock: time, day: date | None, opening: Mapping[str, Sequence[str]]) -> bool:
    """Whether the business works then on that day; on any day, when the day is unknown or it is closed all day."""
    on_day = opening.get(DAYS[day.weekday()], ()) if day is not None else ()
    windows = on_day or [window for listed in opening.values() for window in listed]
    return any(start <= clock < end or (start <= clock and end <= start) for start, end in _windows(windows))


def _windows(listed: Sequence[str]) -> Iterator[tuple[time, time]]:
    for window in listed:
        start, _, end = window.partition("-")
        try:
            yield time.fromisoformat(start), time(23, 59, 59) if end == "24:00" else time.fromisoformat(end)
        except ValueError:
            continue


def opens(day: date, opening: Mapping[str, Sequence[str]]) -> time | None:
    """When the business opens on that day; None when it is closed, or no hours are known."""
    return min((start for start, _ in _windows(opening.get(DAYS[day.weekday()], ()))), default=None)
