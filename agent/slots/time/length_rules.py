"""Lengths of time, and what they are counted from, as rules: "in two weeks", "a week on Monday", "15 minutes from 1 pm", 半小时后, 推迟一个小时.

Kinds   length   so many minutes, days or months; `unit_length`: a unit without a number, which is one only where it is counted from something
"""

from typing import NamedTuple

import msgspec

from agent.nlu.chart import Chunk, Rule
from agent.slots.time import weights
from agent.slots.time.pieces import Clock, Day, Kind, Mark, Piece

_HOUR, _DAY, _WEEK = 60, 24 * 60, 7
_HOURS = (_HOUR, "minute")
_MONTH = 30
"""Days of a month, where it is said in halves."""
Pieces = tuple[Piece, ...]


class Length(NamedTuple):
    amount: float
    unit: str
    """minute, day or month."""


def _of(amount: float, unit: Chunk) -> Length | None:
    size, name = unit.value
    return Length(amount * size, name) if amount <= weights.LONGEST else None


def _counted_units(number: Chunk, unit: Chunk) -> Length | None:
    """ "Two weeks"; "fifteen hundred hours" is a clock."""
    count = number.value[0]
    return None if count >= weights.HUNDRED and unit.value == _HOURS else _of(count, unit)


def _decimal(number: Chunk, _: Chunk, tenths: Chunk, unit: Chunk) -> Length | None:
    return _of(number.value[0] + tenths.value[0] / 10 ** len(tenths.value[1]), unit)


def _and_minutes(hours: Chunk, _: Chunk | None, number: Chunk, __: Chunk) -> Length | None:
    """ "An hour and 20 minutes"."""
    return Length(hours.value.amount + number.value[0], "minute") if hours.value.unit == "minute" else None


def _day(first: Chunk, last: Chunk, day: Day) -> Pieces:
    return (Piece(kind=Kind.DAY, value=day, first=first.start, last=last.end),)


def _from_now(length: Chunk, last: Chunk) -> Pieces | None:
    amount, unit = length.value
    if unit == "minute":
        return (Piece(kind=Kind.LATER, value=round(amount), first=length.start, last=last.end),)
    if unit == "month":
        whole = amount == int(amount)
        return _day(length, last, Day(months_on=int(amount), offset=0) if whole else Day(offset=round(amount * _MONTH)))
    return _day(length, last, Day(offset=round(amount)))


def _from_known(first: Chunk, length: Chunk, last: Chunk, way: int = 1, offset: int | None = 0) -> Pieces | None:
    """So much from the time already known; with an `offset` from today where no day is."""
    amount, unit = length.value
    if unit == "month":
        return _from_now(length, last) if way > 0 else None
    if unit == "minute":
        return (Piece(kind=Kind.SHIFT, value=round(way * amount), first=first.start, last=last.end),)
    return _day(first, last, Day(after_known=True, shift=round(way * amount), offset=offset))


def _later(length: Chunk, word: Chunk) -> Pieces | None:
    """ "Two hours later" than what is known, "an hour earlier"; 两个小时后 is from now."""
    if word.kind in ("than", "later_on"):
        return _from_known(length, length, word, 1 if word.value == Mark.AFTER else -1)
    return _from_now(length, word)


def _after_that(length: Chunk, word: Chunk) -> Pieces | None:
    """ "Two days after that": after what was said before it or is known, and never from now."""
    amount, unit = length.value
    if amount != int(amount) and unit != "minute":
        return None
    if unit == "minute":
        return (Piece(kind=Kind.SHIFT, value=round(amount), first=length.start, last=word.end, relation=Mark.THAT),)
    days, months = (0, round(amount)) if unit == "month" else (round(amount), 0)
    return _day(length, word, shifted(Day(after_known=True), days, months))


def _before(length: Chunk, word: Chunk, end: Chunk | None) -> Pieces | None:
    """ "Two hours before", and nothing more: than what is known."""
    return _from_known(length, length, word, -1) if end else past(length, word)


def _weeks_later(way: Chunk, number: Chunk, week: Chunk) -> Pieces:
    return _day(way, week, Day(after_known=True, shift=way.value * _WEEK * number.value[0]))


def past(*chunks: Chunk | None) -> Pieces:
    laid = [chunk for chunk in chunks if chunk]
    return (Piece(kind=Kind.DAY, value=None, first=laid[0].start, last=laid[-1].end),)


def shifted(day: Day, days: int, months: int = 0) -> Day:
    """The day so many days and months later."""
    return msgspec.structs.replace(day, shift=day.shift + days, shift_months=day.shift_months + months)


def _from(length: Chunk, word: Chunk, _: Chunk | None, what: Chunk) -> Pieces | None:
    """ "Two weeks from Monday", "5 days before new year", "15 minutes from 1 pm"."""
    amount, unit = length.value
    if (unit == "minute") is not (what.kind == "clock") or (unit == "month" and amount % 1):
        return None
    amount = round(-amount if word.kind == "before_word" else amount)
    if what.kind == "day":
        return _day(length, what, shifted(what.value.value, *((amount, 0) if unit == "day" else (0, amount))))
    clock = what.value.value
    total = (clock.hour * _HOUR + clock.minute + amount) % _DAY
    value = Clock(hour=total // _HOUR, minute=total % _HOUR, decided=clock.decided)
    return (Piece(kind=Kind.CLOCK, value=value, first=length.start, last=what.end),)


def _weeks_on(length: Chunk, _: Chunk | None, weekday: Chunk) -> Pieces | None:
    """ "A week Monday"."""
    weeks = length.value.unit == "day" and length.value.amount % _WEEK == 0
    return _day(length, weekday, Day(weekday=weekday.value, shift=round(length.value.amount))) if weeks else None


def _days_on(length: Chunk, day: Chunk) -> Pieces | None:
    return _day(length, day, Day(offset=day.value, shift=round(length.value.amount))) if length.value.unit == "day" else None


def _in_week(length: Chunk, weekday: Chunk, first: Chunk) -> Piece | None:
    """So many weeks on, whichever day it is today."""
    weeks, rest = divmod(length.value.amount, _WEEK)
    value = Day(weekday=weekday.value, week=round(weeks))
    fits = length.value.unit == "day" and not rest
    return Piece(kind=Kind.DAY, value=value, first=first.start, last=max(length.end, weekday.end)) if fits else None


def _pushed(way: Chunk, _: Chunk | None, length: Chunk) -> Pieces | None:
    """ "Push it back by an hour"; 推迟半小时, where the first word alone says so, moves nothing but a time that is known."""
    if length.value.unit == "month":
        return None
    if way.kind == "pushed":
        return _from_known(length, length, length, way.value)
    return _from_known(way, length, length, way.value, None)


_BOTH = "length|unit_length"
LENGTH_RULES = (
    Rule("two weeks", "length", "number units", _counted_units),
    Rule("2.5 hours", "length", "number point tight units", _decimal),
    Rule("two and a half hours", "length", "number and articles half units", lambda n, _, __, ___, unit: _of(n.value[0] + 0.5, unit)),
    Rule("two hours and a half", "length", "number|articles units and articles half", lambda n, unit, *_: _of(_one(n) + 0.5, unit)),
    Rule("half an hour", "part_length", "half of? articles? units", lambda *it: _of(0.5, it[-1])),
    Rule("a quarter of an hour", "part_length", "quarter of? articles? units", lambda *it: _of(0.25, it[-1])),
    Rule("three quarters of an hour", "length", "number quarters of articles units", lambda n, *it: _of(0.75, it[-1]) if n.value[0] == 3 else None),
    Rule("a couple of days", "part_length", "couple of? units", lambda *it: _of(2, it[-1])),
    Rule("a few days", "part_length", "few units", lambda *it: _of(3, it[-1])),
    Rule("a week", "length", "articles units", lambda _, unit: _of(1, unit)),
    Rule("half hour", "length", "part_length", lambda it: it.value),
    Rule("a half hour", "length", "articles part_length", lambda _, it: it.value),
    Rule("an hour and 20 minutes", "length", "length and? number minute_unit", _and_minutes),
    Rule("一个半小时", "length", "number classifiers half units", lambda n, _, __, unit: _of(n.value[0] + 0.5, unit)),
    Rule("两年", "length", "number year_mark", lambda n, _: Length(n.value[0] * 12, "month") if n.value[0] < weights.HUNDRED else None),
    Rule("半年", "length", "half year_mark", lambda *_: Length(6, "month")),
    Rule("一刻钟", "length", "number quarter_mark", lambda n, _: Length(n.value[0] * weights.QUARTER, "minute")),
    Rule("两周", "length", "number week_names !number|weekday_ends", lambda n, _: Length(n.value[0] * 7, "day")),
    Rule("week", "unit_length", "span", lambda unit: _of(1, unit)),
    Rule("two weeks", "time", "length", lambda _: ()),
    Rule("two weeks from Monday", "time", "measured", lambda it: it.value),
    Rule("in two weeks from Monday", "time", "in about_word? measured", lambda _, __, it: it.value),
    Rule("in two weeks", "time", "in about_word? length", lambda _, __, length: _from_now(length, length)),
    Rule("in two weeks on a Wednesday", "day", "in length comma|on_word* articles weekdays", lambda first, it, *to: _in_week(it, to[-1], first)),
    Rule("两周后的周三", "day", "length later belonging? numbered", lambda length, _, __, weekday: _in_week(length, weekday, length)),
    Rule("Wednesday in two weeks", "day", "weekdays in length", lambda weekday, _, length: _in_week(length, weekday, weekday)),
    Rule("再过三天", "time", "ahead|passed length later?", lambda first, length, later: _whole(_from_now(length, later or length), first)),
    Rule("two weeks' time", "measured", f"{_BOTH} time_word", _from_now),
    Rule("two weeks from now", "measured", f"{_BOTH} from|after_word now", lambda length, _, now: _from_now(length, now)),
    Rule("two weeks from Monday", "measured", f"{_BOTH} from|after_word|on_word|before_word the? day|clock", _from),
    Rule("two hours ago", "time", f"{_BOTH} ago", past),
    Rule("two hours before", "measured", f"{_BOTH} before_word end?", _before),
    Rule("two hours after that", "measured", f"{_BOTH} after_that", _after_that, weights.FIRST),
    Rule("two hours later", "measured", f"{_BOTH} than|later_on|later|hence", _later),
    Rule("a week Monday", "measured", f"{_BOTH} which? weekdays", _weeks_on),
    Rule("a week tomorrow", "measured", f"{_BOTH} days", _days_on),
    Rule("晚一周九点", "time", "shift number week_names", _weeks_later),
    Rule("push it back by an hour", "time", f"pushed|shift by? {_BOTH}", _pushed),
)


def _one(number: Chunk) -> float:
    return float(number.value[0]) if number.kind == "number" else 1.0


def _whole(pieces: Pieces | None, first: Chunk) -> Pieces | None:
    return tuple(msgspec.structs.replace(piece, first=first.start) for piece in pieces) if pieces else None
