"""Which day is meant, resolved against the caller's now: the next such day at or after it."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from agent.nlu.candidates import Context
from agent.record.moments import YEARS
from agent.regions import subdivision
from agent.slots.time.holidays import holiday, nth_weekday
from agent.slots.time.pieces import Day

_WEEK = 7


def local_now(context: Context) -> datetime:
    """The caller's now as the clock on the business's wall shows it."""
    return context.now.replace(tzinfo=None)


def place(context: Context) -> str:
    """Whose holidays are meant by their names: the country, or the state that the business's zone tells ("AU-VIC")."""
    state = subdivision(context.region, getattr(context.now.tzinfo, "key", ""))
    return f"{context.region}-{state}" if state else context.region


def days(said: Day, today: date, counted_from: date | None, place: str) -> list[date]:
    """The days that may be meant, the likelier first; empty when none is ("next week", the 31st of June).

    `counted_from`: for "the day after"; `place`: whose holidays, see `place`.
    """
    try:
        if said.after_known and said.week is not None:
            return _in_week_after(said, counted_from, today)
        found = [_shifted(day, said) for day in _unshifted(said, today, counted_from, place)]
    except (OverflowError, ValueError):
        return []
    return [day for day in dict.fromkeys(found) if day.year in YEARS]


def _shifted(day: date, said: Day) -> date:
    """The day so many months and days on, or the weekday next to it, as was said."""
    if said.shift_months:
        year, month = _months_on(day, said.shift_months)
        day = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    if said.to_weekday is not None:
        weekday, way = said.to_weekday
        day += timedelta(days=way * (((weekday - day.weekday()) * way - 1) % _WEEK + 1))
    return day + timedelta(days=said.shift)


def _in_week_after(said: Day, counted_from: date | None, today: date) -> list[date]:
    """ "The week after": the same day of it, or the weekday that was said; without a day to count from, of next week."""
    if said.weekday is None:
        return [] if counted_from is None else [counted_from + timedelta(days=_WEEK)]
    since = counted_from or today
    return [since + timedelta(days=_WEEK - since.weekday() + said.weekday)]


def monday_of(said: Day, today: date, known_week: date | None = None) -> date | None:
    """The Monday of the week that was said without a day of it, "next week"; None when a day was said, or no week."""
    if said.week is None or said.weekday is not None or said != Day(week=said.week, after_known=said.after_known):
        return None
    since = known_week if said.after_known and known_week is not None else today
    return since + timedelta(days=_WEEK * said.week - since.weekday())


def in_week(said: Day, monday: date | None, today: date) -> Day:
    """A weekday, in the week it was said to be in; any other day as it is."""
    if monday is None or said.weekday is None or said != Day(weekday=said.weekday):
        return said
    this_monday = today - timedelta(days=today.weekday())
    return Day(weekday=said.weekday, week=max(0, (monday - this_monday).days // _WEEK))


def _unshifted(said: Day, today: date, counted_from: date | None, place: str) -> list[date]:
    if said.after_known:
        if counted_from is not None:
            return [counted_from]
        if said.to_weekday is not None:  # "the Friday after", and no day known: not the coming one
            return _weekday(Day(weekday=said.to_weekday[0]), said.to_weekday[0], today)[:1]
        return [today] if said.offset is not None else []
    if said.weekend:
        saturday = today + timedelta(days=5 - today.weekday() + _WEEK * (said.week or 0))
        return [day for day in (saturday, saturday + timedelta(days=1)) if day >= today]
    if said.nth and said.weekday is not None:
        return _nth_of_month(said, said.weekday, today)
    dates = _dates(said, today, place)
    if dates and said.weekday is not None:
        return _on_weekday(dates, said.weekday)
    if dates and said.other_order is not None:
        day, month = said.other_order
        return [dates[0], *_dates(Day(day=day, month=month, year=said.year), today, place)[:1]]
    if dates:
        return dates[:1]
    return [] if said.weekday is None or said.day is not None else _weekday(said, said.weekday, today)


def _dates(said: Day, today: date, place: str) -> list[date]:
    """What a date names, soonest first: at most two, so that a weekday said with it may choose; empty when no date was said."""
    if said.day is not None:
        return _days_of_month(said, said.day, today)
    if said.holiday:
        found = holiday(said.holiday, place, today, _year(said, today))
        return [] if found is None else [found]
    if said.last_of_month and said.month is not None:
        in_year = _year(said, today)
        lasts = [date(year, said.month, calendar.monthrange(year, said.month)[1]) for year in (in_year or today.year, today.year + 1)]
        return [day for day in lasts if in_year is not None or day >= today][:1]
    if said.months_on is not None and (said.last_of_month or said.offset is not None):
        year, month = _months_on(today, said.months_on)
        last = calendar.monthrange(year, month)[1]
        return [date(year, month, last if said.last_of_month else min(today.day, last))]
    return [] if said.offset is None else [today + timedelta(days=said.offset + _WEEK * (said.week or 0))]


def _days_of_month(said: Day, day: int, today: date) -> list[date]:
    if said.month is not None:
        in_year = _year(said, today)
        years = (in_year,) if in_year is not None else range(today.year, today.year + 9)
        found = [date(year, said.month, day) for year in years if _exists(year, said.month, day)]
        return [one for one in found if in_year is not None or one >= today][:1]
    ahead = (said.months_on,) if said.months_on is not None else range(5)
    months = (_months_on(today, months) for months in ahead)
    found = [date(year, month, day) for year, month in months if _exists(year, month, day)]
    return [one for one in found if said.months_on is not None or one >= today][:2]


def _nth_of_month(said: Day, weekday: int, today: date) -> list[date]:
    """The first such day at or after today; empty when a month has no fifth Monday."""
    in_year = _year(said, today)
    fixed = in_year is not None or said.month is None
    if said.month is not None:
        months = [(year, said.month) for year in ((in_year,) if in_year is not None else (today.year, today.year + 1))]
    else:
        months = [_months_on(today, said.months_on or 0)]
    found = [nth_weekday(year, month, weekday, said.nth) for year, month in months]
    return [day for day, (_, month) in zip(found, months, strict=True) if day.month == month and (day >= today or fixed)][:1]


def _year(said: Day, today: date) -> int | None:
    return today.year + said.years_on if said.years_on is not None else said.year


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _months_on(today: date, months: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return year, month + 1


def _on_weekday(dates: Sequence[date], weekday: int) -> list[date]:
    """The first of the dates that falls on the weekday; when none does, the caller is mistaken in one of the two, and both may be meant."""
    for day in dates:
        if day.weekday() == weekday:
            return [day]
    nearest = (weekday - dates[0].weekday() + 3) % _WEEK - 3
    return [dates[0], dates[0] + timedelta(days=nearest)]


def _weekday(said: Day, weekday: int, today: date) -> list[date]:
    """ "Friday": the next one. "next Friday" while this week's is still ahead: either. A weekday that is today: today or a week on."""
    monday = today - timedelta(days=today.weekday())
    coming = today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    if said.week:
        then = monday + timedelta(days=_WEEK * said.week + weekday)
        this_weeks = monday + timedelta(days=weekday)
        return [then, this_weeks] if said.next_one and this_weeks > today else [then]
    if coming == today and said.week is None and said.next_one:
        return [today + timedelta(days=_WEEK)]
    if coming == today and said.week is None and not said.shift:
        return [today, today + timedelta(days=_WEEK)]
    return [coming]
