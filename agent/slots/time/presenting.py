"""Saying a time back.

"Tuesday, March 3rd at 2:30 PM" where the month is said first, "Tuesday 3 March at 2:30 pm" elsewhere, "三月三号星期二下午两点半" in
Mandarin; before it "today" or "tomorrow" when it is that day, the year only when it is not this one.
What is said here is heard as the same value, in both forms.
"""

from datetime import date, time
from functools import cache
from typing import Any

from agent.languages import words
from agent.nlu.candidates import Context
from agent.regions import region
from agent.slots.time.partial_time import parse
from agent.slots.time.pieces import Part
from agent.slots.time.resolve import local_now


@cache
def month_first(code: str, kind: str) -> bool | None:
    """Whether the region puts the month before the day, in "figures" or "spoken"; None when it does both. Regions without a file: day first."""
    try:
        order = region(code).get("time", {}).get(kind)
    except FileNotFoundError:
        order = None
    return None if order == "either" else order == "month first"


def present(value: str, context: Context, slow: bool) -> str:
    """The time, or the part of it that is known, as we say it; the value itself when it is none."""
    what, today = parse(value), local_now(context).date()
    if what == type(what)():
        return value
    say = words(context.language, "time")["say"]
    if what.week is not None:
        day = _mandarin_day(what.week, today.year, "") if context.language == "zh" else _english_day(what.week, today.year, context.region)
        return str(say["week"]).format(day=day)
    ahead = (what.day - today).days if what.day is not None else -1
    near = str(say["near"][ahead]) if 0 <= ahead < len(say["near"]) else ""
    if context.language == "zh":
        return _mandarin(what.day, what.clock, what.part, today.year, near, slow=slow)
    return _english(what.day, what.clock, what.part, today.year, context.region, near, slow=slow)


def _english(day: date | None, clock: time | None, part: Part | None, this_year: int, code: str, near: str, *, slow: bool) -> str:
    say: dict[str, Any] = words("en", "time")["say"]
    spoken = "" if day is None else near + _english_day(day, this_year, code)
    if clock is None:
        return f"{spoken} {say['part'][part]}".strip() if part is not None else spoken
    at = _english_clock(clock, say, american=bool(month_first(code, "spoken")), slow=slow)
    if not spoken:
        return at
    return f"{spoken}{',' if slow else ''} {say['at']} {at}"


def _english_day(day: date, this_year: int, code: str) -> str:
    say: dict[str, Any] = words("en", "time")["say"]
    weekday, month = say["weekdays"][day.weekday()], say["months"][day.month - 1]
    if month_first(code, "spoken"):
        return f"{weekday}, {month} {_ordinal(day.day)}" + ("" if day.year == this_year else f", {day.year}")
    return f"{weekday} {day.day} {month}" + ("" if day.year == this_year else f" {day.year}")


def _english_clock(clock: time, say: dict[str, Any], *, american: bool, slow: bool) -> str:
    if (clock.hour, clock.minute) == (12, 0):
        return str(say["noon_slow"] if slow else say["noon"])
    hour = clock.hour % 12 or 12
    figures = f"{hour}:{clock.minute:02d}" if clock.minute else str(hour)
    if slow:
        return f"{figures} {say['part'][_part(clock)]}"
    half = say["am"] if clock.hour < 12 else say["pm"]
    return f"{figures} {half if american else half.lower()}"


def _part(clock: time) -> Part:
    """The part of the day an hour belongs to as English speakers say it; what follows midnight is morning."""
    if clock.hour < 12:
        return Part.MORNING
    if clock.hour < 17:
        return Part.AFTERNOON
    return Part.EVENING if clock.hour < 21 else Part.NIGHT


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 10 <= day <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _mandarin(day: date | None, clock: time | None, part: Part | None, this_year: int, near: str, *, slow: bool) -> str:
    say: dict[str, Any] = words("zh", "time")["say"]
    pause = say["comma"] if slow else ""
    spoken = "" if day is None else (near + pause if near else "") + _mandarin_day(day, this_year, pause)
    if clock is None:
        return spoken + (say["part"][part] if part is not None else "")
    return (spoken + pause if spoken else "") + _mandarin_clock(clock, say)


def _mandarin_day(day: date, this_year: int, pause: str) -> str:
    say: dict[str, Any] = words("zh", "time")["say"]
    year = "" if day.year == this_year else "".join(_han(int(figure)) for figure in str(day.year)) + say["year"]
    return f"{year}{_han(day.month)}{say['month']}{_han(day.day)}{say['day']}{pause}{say['weekday']}{say['weekdays'][day.weekday()]}"


def _mandarin_clock(clock: time, say: dict[str, Any]) -> str:
    part = next(name for until, name in say["hours"] if clock.hour < until)
    hour = clock.hour % 12 or (12 if clock.hour else 0)
    spoken = say["two"] if hour == 2 else _han(hour)
    if clock.minute == 0:
        return f"{part}{spoken}{say['oclock']}"
    if clock.minute == 30:
        return f"{part}{spoken}{say['oclock']}{say['half']}"
    minute = (say["zero"] if clock.minute < 10 else "") + _han(clock.minute)
    return f"{part}{spoken}{say['oclock']}{minute}{say['minute']}"


def _han(number: int) -> str:
    """0 to 99 in Chinese characters."""
    say: dict[str, Any] = words("zh", "time")["say"]
    figures: str = say["figures"]
    tens, units = divmod(number, 10)
    if not tens:
        return figures[units]
    return ("" if tens == 1 else figures[tens]) + str(say["ten"]) + (figures[units] if units else "")
