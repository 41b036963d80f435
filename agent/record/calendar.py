"""When a job can be done: opening hours, lead time, holidays, places already taken.

All times are aware datetimes in the business's zone. A job must begin and end inside one opening window of one day. Where the business
has somebody say yes to it (`needs_approval`), its hours on request count as well for what a caller asks for, and never for what is offered.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from agent.record import moments
from agent.record.business import AFTER_HOURS, DAYS, Business
from agent.record.call import Booking
from agent.record.reasons import Reason
from agent.regions import subdivision

PART_EDGES = (12, 17)
"""The hours at which afternoon and evening begin."""
STEP_MINUTES = 30
"""Free times are offered on the hour and half hour."""


def localise(value: str, zone: str) -> datetime | None:
    """A local ISO time ("2026-03-08T14:30") in the zone; one with an offset is moved there. None when it is no time, or the clocks skip it."""
    start = moments.in_zone(value, zone)
    return None if isinstance(start, Reason) else start


@lru_cache(maxsize=32)
def public_holidays(country: str, subdivision: str) -> holidays.HolidayBase | None:
    """The country's public holidays, or None for a country the library does not know."""
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return None


def is_holiday(day: date, business: Business) -> bool:
    """Whether the business keeps the day: one of its own, or a public holiday of its state, which the time zone tells when the file does not."""
    if day.isoformat() in business.holidays:
        return True
    if not business.public_holidays:
        return False
    public = public_holidays(business.country, business.subdivision or subdivision(business.country, business.time_zone))
    return public is not None and day in public


def windows(day: date, business: Business) -> list[tuple[time, time]]:
    """The opening windows of one day, holidays aside; an end of 24:00 is the day's last minute. A business without hours is always open."""
    if not business.opening_hours:
        return [(time.min, time.max)]
    return _windows(business.opening_hours.get(DAYS[day.weekday()], ()))


def _windows(listed: Sequence[str]) -> list[tuple[time, time]]:
    parts = (window.partition("-") for window in listed)
    return [(time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)) for start, _, end in parts]


def _askable(day: date, business: Business) -> list[tuple[time, time]]:
    """The windows in which a caller may ask for a time: those of the opening hours and, where they need a yes, those on request; one that begins
    where another ends goes on from it.
    """
    on_request = business.on_request_hours if AFTER_HOURS in business.needs_approval else {}
    joined: list[tuple[time, time]] = []
    for opens, closes in sorted([*windows(day, business), *_windows(on_request.get(DAYS[day.weekday()], ()))]):
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(closes, joined[-1][1])
        else:
            joined.append((opens, closes))
    return joined if on_request else windows(day, business)


def hours_heard(business: Business) -> dict[str, list[str]]:
    """The hours by which "at nine" is the morning's or the evening's: those on request only for a day that has no others."""
    if AFTER_HOURS not in business.needs_approval or not business.opening_hours:
        return business.opening_hours
    return {day: business.opening_hours.get(day) or business.on_request_hours.get(day, []) for day in DAYS}


def ends(start: datetime, minutes: int) -> datetime:
    """When a job is over that begins at `start` and takes so long, also in a night in which the clocks are changed."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


def is_after_hours(start: datetime, minutes: int, business: Business) -> bool:
    """Whether a job that can be done is not all within one opening window."""
    end = ends(start, minutes)
    return not any(_fits(start, end, opens, closes) for opens, closes in windows(start.date(), business))


def day_refusal(day: date, business: Business, now: datetime) -> Reason | None:
    """Why nothing can be booked on a day, whatever the clock."""
    if day < now.date():
        return Reason.PAST
    if day > (now + timedelta(days=business.horizon_days)).date():
        return Reason.TOO_FAR
    if is_holiday(day, business):
        return Reason.HOLIDAY
    return None if _askable(day, business) else Reason.CLOSED


def refusal(start: datetime, minutes: int, business: Business, now: datetime, bookings: Iterable[Booking], sid: str = "") -> Reason | None:
    """Why a job of `minutes` cannot begin at `start`, or None if it can. The call's own booking (`sid`) is no obstacle."""
    if start < now:
        return Reason.PAST
    if why := day_refusal(start.date(), business, now):
        return why
    end = ends(start, minutes)
    free_from = int(end.timestamp()) + business.buffer_minutes * 60
    hours = _askable(start.date(), business)
    if not any(_fits(start, end, opens, closes) for opens, closes in hours):
        return Reason.ENDS_AFTER_CLOSING if any(opens <= start.time() < closes for opens, closes in hours) else Reason.CLOSED
    if start < now + timedelta(minutes=business.lead_time_minutes):
        return Reason.TOO_SOON
    others = [booking for booking in bookings if booking.sid != sid or not sid]
    return Reason.TAKEN if peak(int(start.timestamp()), free_from, others) >= business.capacity else None


def _fits(start: datetime, end: datetime, opens: time, closes: time) -> bool:
    """Whether [start, end] lies in the window; midnight as the end of a window belongs to its day."""
    if closes == time.max:
        return start.time() >= opens and end <= datetime.combine(start.date() + timedelta(days=1), time.min, start.tzinfo)
    return start.time() >= opens and end.date() == start.date() and end.time() <= closes


def peak(start: int, end: int, bookings: Iterable[Booking]) -> int:
    """How many bookings run at once, at most, within [start, end): Unix seconds. What is left free behind a job belongs to it."""
    inside = [booking for booking in bookings if booking.start < end and booking.free_from > start]
    return max((sum(1 for other in inside if other.start <= max(one.start, start) < other.free_from) for one in inside), default=0)


def standing(bookings: Iterable[Booking], seconds: float, passed_on: str = "") -> tuple[Booking, ...]:
    """The places that are taken at `seconds` (Unix): without what was held for longer than that, and what is held for the call `passed_on`, from
    which this one goes on.
    """
    return tuple(one for one in bookings if not one.held_until or (one.held_until > seconds and one.sid != passed_on))


def free(
    near: datetime,
    minutes: int,
    business: Business,
    now: datetime,
    bookings: Sequence[Booking],
    *,
    sid: str = "",
    suits: Callable[[datetime], bool] = lambda start: True,
    count: int = 2,
) -> tuple[datetime, ...]:
    """The `count` free times nearest to `near` that suit, in order of time; fewer when the next four weeks are full. The same day is preferred."""
    is_open = _can_begin(minutes, business, now, bookings, sid)
    found: list[datetime] = []
    for day in _outwards(near.date(), now.date()):
        times = [start for start in _starts(day, minutes, business, near) if suits(start) and is_open(start)]
        wish = datetime.combine(day, near.timetz())  # on another day, the same hour is the nearest; and two days are more to choose from than one
        found += sorted(times, key=lambda start: abs(start - wish))[: count - len(found) if day == near.date() else 1]
        if len(found) >= count:
            break
    return tuple(sorted(found))


def _can_begin(minutes: int, business: Business, now: datetime, bookings: Sequence[Booking], sid: str) -> Callable[[datetime], bool]:
    """Whether a job of `minutes` can begin at a time."""
    return lambda start: refusal(start, minutes, business, now, bookings, sid) is None


def on_the_day(
    like: datetime, minutes: int, business: Business, now: datetime, bookings: Sequence[Booking], *, sid: str = ""
) -> tuple[datetime, ...]:
    """Every free time of the day of `like` on the hour and half hour, in order; the call's own booking (`sid`) is no obstacle."""
    if day_refusal(like.date(), business, now):  # of the last day there is no time has an end
        return ()
    is_open = _can_begin(minutes, business, now, bookings, sid)
    return tuple(start for start in _starts(like.date(), minutes, business, like) if is_open(start))


def through_the_day(
    near: datetime,
    minutes: int,
    business: Business,
    now: datetime,
    bookings: Sequence[Booking],
    *,
    sid: str = "",
    suits: Callable[[datetime], bool] = lambda start: True,
) -> tuple[datetime, ...]:
    """The first free time of each part of the day of `near` that suits, in order: at most three; with one part alone, the first two of it."""
    open_times = [start for start in on_the_day(near, minutes, business, now, bookings, sid=sid) if suits(start)]
    first = {sum(start.hour >= edge for edge in PART_EDGES): start for start in reversed(open_times)}
    return tuple(sorted(first.values())) if len(first) > 1 else tuple(open_times[:2])


def _outwards(day: date, today: date) -> Iterator[date]:
    """Days by nearness: the day itself, the next, the one before, ... up to four weeks away, none before today."""
    yield max(day, today)
    for away in range(1, 29):
        yield day + timedelta(days=away)
        if day - timedelta(days=away) >= today:
            yield day - timedelta(days=away)


def _starts(day: date, minutes: int, business: Business, like: datetime) -> Iterator[datetime]:
    """Every time of a day at which a job could begin, by the opening hours alone."""
    for opens, closes in windows(day, business):
        start = datetime.combine(day, opens, like.tzinfo)
        if start.minute % STEP_MINUTES:
            start += timedelta(minutes=STEP_MINUTES - start.minute % STEP_MINUTES)
        while start.date() == day and _fits(start, ends(start, minutes), opens, closes):
            if localise(start.replace(tzinfo=None).isoformat(), str(like.tzinfo)) is not None:
                yield start
            start += timedelta(minutes=STEP_MINUTES)
