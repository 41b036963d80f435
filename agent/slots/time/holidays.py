"""The day of a named holiday: fixed, the nth weekday of a month, or looked up in the `holidays` library.

The library is loaded when the first moving holiday is asked for (0.1 s for a country), and each answer is kept.
"""

from datetime import date, timedelta
from functools import cache

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEARS_AHEAD = 3
_ANY = "@*"


def holiday(spec: str, region: str, start: date, year: int | None) -> date | None:
    """The first day that `spec` names at or after `start`, or the one in `year`; None when nothing is known by that name there.

    `spec`: alternatives joined by "|", each "12-25", "11 thu 4" (the fourth Thursday of November; -1 the last; "+1" more adds days) or
    "@Name", "@GB:Name", "@GB:Name:-2" (the first day so named in the country's public holidays, days added), "@*" (any public holiday) or "@* mon"
    (any on a Monday). `region`: a country, or a part of it ("AU-VIC").
    """
    for one in spec.split("|"):
        if one.startswith(_ANY):
            return _next_public(one.removeprefix(_ANY).strip(), region, start)
        for candidate in (year,) if year else range(start.year, start.year + _YEARS_AHEAD):
            found = _in_year(one, region, candidate)
            if found is not None and (year or found >= start):
                return found
    return None


def _next_public(weekday: str, region: str, start: date) -> date | None:
    """The first public holiday at or after `start`, on that weekday if one is named."""
    days = sorted(day for year in (start.year, start.year + 1) for day in _calendar(region, year))
    return next((day for day in days if day >= start and (not weekday or day.weekday() == _DAYS.index(weekday))), None)


@cache
def _in_year(spec: str, region: str, year: int) -> date | None:
    if spec.startswith("@"):
        parts = spec[1:].split(":")
        place, name = (region, parts[0]) if len(parts) == 1 else parts[:2]
        found = _named(name, place, year)
        return None if found is None else found + timedelta(days=int(parts[2]) if len(parts) > 2 else 0)
    month, _, rest = spec.partition("-") if " " not in spec else spec.partition(" ")
    if " " not in spec:
        return date(year, int(month), int(rest))
    weekday, nth, *more = rest.split()
    return nth_weekday(year, int(month), _DAYS.index(weekday), int(nth)) + timedelta(days=int(more[0]) if more else 0)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday counted from the first of the month, or from its end when negative; past the month's end when it has fewer."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))


def _named(name: str, place: str, year: int) -> date | None:
    days = _calendar(place, year)
    found = [day for day, names in days.items() if name in names.split("; ")]
    return min(found) if found else None


@cache
def _calendar(place: str, year: int) -> dict[date, str]:
    """The public holidays of a country ("CN") or a part of it ("CA-ON") by their English names; empty for a place the library does not know."""
    from holidays import country_holidays

    country, _, part = place.partition("-")
    try:
        return dict(country_holidays(country, subdiv=part or None, years=year, language="en_US").items())
    except NotImplementedError:
        return {}
