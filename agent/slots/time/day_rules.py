"""Days as rules: "Tuesday week", "the ninth of March", "first Monday in October", "the day after Christmas", 下周三, 五月三号, 春节前两天.

Kinds   day       a day counted from nothing else, as its piece       time       all else that is said about days, as its pieces
        date_year a year, with what joins it to a date                numbered   a weekday said by its number, 周三
Sources CLDR names of days and months; "Friday week", "a week on Monday", "fortnight": Oxford English Dictionary.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from agent.nlu.chart import Chunk, Rule
from agent.slots.time import weights
from agent.slots.time.length_rules import past, shifted
from agent.slots.time.pieces import Day, Kind, Mark, Part, Piece

_WEEK, _MONTHS, _DAYS = 7, range(1, 13), range(1, 32)
_RANGES = {"month": _MONTHS, "day": _DAYS, "nth": range(-1, 6), "weekday": range(_WEEK)}
Pieces = tuple[Piece, ...]


def day(*, confidence: float = weights.DAY, bare: tuple[str, ...] = (), **fields: Any) -> Callable[..., Piece | None]:
    """Makes a day of the chunks of a pattern: each field is what it says, or the value of the chunk of a kind that it names ("months|in_month").

    None when there is no such month or day. `bare`: it is, when all of these kinds were said.
    """

    def make(*chunks: Chunk | None) -> Piece | None:
        laid = [chunk for chunk in chunks if chunk]
        values = {chunk.kind: chunk.value for chunk in laid}
        said: dict[str, Any] = {}
        for name, given in fields.items():
            value = next((values[kind] for kind in given.split("|") if kind in values), None) if isinstance(given, str) else given
            value = value[0] if isinstance(given, str) and isinstance(value, tuple) else value
            said |= value if isinstance(value, dict) else {} if value is None else {name: value}
        if any(name in said and said[name] not in fitting for name, fitting in _RANGES.items()):
            return None
        is_bare = bool(bare) and values.keys() >= set(bare)
        return Piece(kind=Kind.DAY, value=Day(**said), first=laid[0].start, last=laid[-1].end, confidence=confidence, bare=is_bare)

    return make


def alone(make: Callable[..., Piece | None]) -> Callable[..., Pieces | None]:
    """The same for a rule whose piece is no day to count from."""

    def pieces(*chunks: Chunk | None) -> Pieces | None:
        return None if (piece := make(*chunks)) is None else (piece,)

    return pieces


def said(kind: Kind, value: object, it: Chunk, confidence: float = weights.DAY, relation: Mark | None = None) -> Pieces:
    """One piece in the words of one chunk."""
    return (Piece(kind=kind, value=value, first=it.start, last=it.end, confidence=confidence, relation=relation),)


def _in_figures(first: Chunk, mark: Chunk, second: Chunk, other_mark: Chunk, third: Chunk) -> Piece | None:
    """ "2026-03-08", "3.4.2026"."""
    (_, text), (middle, middle_text), (last, last_text) = first.value, second.value, third.value
    if mark.value[0] != other_mark.value[0]:
        return None
    if len(text) == weights.YEAR_FIGURES:
        return day(year=int(text), month=middle, day=last)(first, third)
    if len(text) > 2 or len(middle_text) > 2 or len(last_text) not in (2, weights.YEAR_FIGURES):
        return None
    year = last if len(last_text) > 2 else last + (2000 if last < weights.PIVOT else 1900)
    return _two_figures(first, mark, second, year, third)


def _two_figures(first: Chunk, mark: Chunk, second: Chunk, year: int | None = None, end: Chunk | None = None) -> Piece | None:
    """Day and month by the region's order, or by which of the two can be a month."""
    sign, month_first = mark.value
    if year is None and (sign != "/" or len(first.value[1]) > 2 or len(second.value[1]) > 2):
        return None
    one, other = int(first.value[1]), second.value[0]
    decided = other > 12 if one > 12 or other > 12 else month_first
    in_month, of_month = (other, one) if decided is False else (one, other)
    other_order = (in_month, of_month) if decided is None and in_month != of_month else None
    return day(day=of_month, month=in_month, year=year, other_order=other_order, bare=("figures",) if year is None else ())(first, end or second)


def _eight(figures: Chunk) -> Piece | None:
    """ "20260308"."""
    text = figures.value[1]
    if len(text) != weights.DATE_FIGURES or text[:2] not in weights.CENTURIES:
        return None
    return day(year=int(text[:4]), month=int(text[4:6]), day=int(text[6:]), bare=("figures",))(figures)


def _beside(weekday: Chunk, way: Chunk, _: Chunk | None, it: Chunk) -> Piece | None:
    """ "The Monday after Easter"."""
    named = it.value.value
    if named.weekday is not None or named.week is not None or named.weekend:
        return None
    value = msgspec.structs.replace(named, to_weekday=(weekday.value, way.value))
    return Piece(kind=Kind.DAY, value=value, first=weekday.start, last=it.end)


def _day_after(after: Chunk, _: Chunk | None, it: Chunk) -> Pieces:
    return (Piece(kind=Kind.DAY, value=shifted(it.value.value, after.value), first=after.start, last=it.end),)


def _holiday_beside(holiday: Chunk, way: Chunk, length: Chunk) -> Piece | None:
    """春节前两天."""
    amount, unit = length.value
    days = int(amount) if way.kind == "later" else -int(amount)
    return day(holiday="holidays", shift=days)(holiday, length) if unit == "day" and amount == int(amount) else None


def _plural(days: Chunk, verb: Chunk) -> Pieces:
    """ "Fridays are best": what one says of all of them is said of the one that is meant; "I work Fridays" is not."""
    return said(Kind.DAY, Day(weekday=days.value), days, relation=None if verb.kind == "said_of_plural" else Mark.NOT)


def _weekday_number(_: Chunk, it: Chunk) -> int | None:
    if it.kind == "weekday_ends":
        return it.value if it.value < _WEEK else None
    number, figures = it.value
    return (number - 1) % _WEEK if 1 <= number <= _WEEK and len(figures) <= 1 else None


def _monday_morning(which: Chunk | None, week_name: Chunk, early: Chunk, up: Chunk | None) -> Pieces | None:
    """周一早上: the same characters say "early"."""
    monday = day(weekday=0, week="which")(which, week_name, up or early)
    return (monday, Piece(kind=Kind.PART, value=Part.MORNING, first=early.start, last=(up or early).end)) if monday else None


def _with_part(it: Chunk, offset: int, part: str, first: int) -> Pieces:
    """ "Tonight", "this afternoon", 今晚."""
    today = Piece(kind=Kind.DAY, value=Day(offset=offset), first=first, last=it.start if first < it.start else it.end)
    return (today, *said(Kind.PART, Part(part), it))


def _year_of(it: Chunk, _: Chunk) -> int | None:
    return it.value[0] if len(it.value[1]) == weights.YEAR_FIGURES and it.value[0] in weights.YEARS else None


def _of_month(month: Chunk, it: Chunk, mark: Chunk | None) -> Piece | None:
    """五月三号, 五月三; 下个月三号."""
    return day(month="in_month", day="number")(month, it, mark) if mark or "month" in month.value else None


_WEEKDAYS = "weekdays|short_weekdays"
_MONTH = "months|words_of_month"
_NUMBER = "ordinal|day_number"
_DATE: dict[str, Any] = {"day": _NUMBER, "month": _MONTH, "year": "date_year", "bare": ("words_of_month", "day_number")}
_KNOWN: dict[str, Any] = {"after_known": True, "confidence": weights.KNOWN}
_NTH = f"ordinal|past_which {_WEEKDAYS} of|in"
_NTH_OF: dict[str, Any] = {"nth": "ordinal|past_which", "weekday": _WEEKDAYS}
_RARE: dict[str, Any] = {"confidence": weights.DAY_OF_MONTH}
DAY_RULES = (
    Rule("2027", "year", "year_number !half_of_day|colon", lambda it: it.value[0]),
    Rule("twenty twenty seven", "year", "century of_century !half_of_day|oclock", lambda one, two: one.value[0] * 100 + two.value[0]),
    Rule(", 2027", "date_year", "comma|of|hyphen|slash year", lambda _, year: year.value),
    Rule("2027", "date_year", "year", lambda year: year.value),
    Rule("March the ninth, 2027", "day", f"{_MONTH} comma|dot|hyphen|slash? the? {_NUMBER} date_year?", day(**_DATE)),
    Rule("March 2027", "time", f"{_MONTH} date_year", lambda *_: (), weights.LAST),
    Rule("9 March 2027", "day", f"{_NUMBER} of? hyphen|comma? {_MONTH} date_year?", day(**_DATE)),
    Rule("fifth day of April", "day", f"ordinal day_unit of? {_MONTH} date_year?", day(**_DATE)),
    Rule("the 9th of next month", "day", f"{_NUMBER} of which month_unit", day(day=_NUMBER, months_on="which")),
    Rule("the 9th of the month after next", "day", f"{_NUMBER} of the month_unit after_word next", day(day=_NUMBER, months_on=2)),
    Rule("the 9th of the month", "day", f"{_NUMBER} of the month_unit", day(day=_NUMBER)),
    Rule(
        "the third of the fourth",
        "day",
        "ordinal of the ordinal date_year?",
        lambda it, *to: day(day=it.value, month=to[2].value, year="date_year")(it, *to),
    ),
    Rule("the third", "day", "ordinal", day(day="ordinal", bare=("ordinal",), **_RARE)),
    Rule("Friday 13", "day", "after_weekday", day(day="after_weekday", bare=("after_weekday",), **_RARE), weights.FIRST),
    Rule("first Monday in October", "day", f"{_NTH} {_MONTH} date_year?", day(month=_MONTH, year="date_year", **_NTH_OF)),
    Rule("last Friday of the month", "day", f"{_NTH} the? month_unit", day(months_on=0, **_NTH_OF)),
    Rule("second Tuesday of next month", "day", f"{_NTH} which month_unit", day(months_on="which", **_NTH_OF)),
    Rule("last day of April", "day", f"past_which day_unit of {_MONTH} date_year?", day(month=_MONTH, year="date_year", last_of_month=True)),
    Rule("2026-03-08", "day", "figures date_mark tight date_mark tight !date_mark", _in_figures),
    Rule("4/25", "day", "figures date_mark tight !date_mark", _two_figures),
    Rule("20260308", "day", "figures", _eight, weights.FIRST),
    Rule("周三", "numbered", "week_names number|weekday_ends", _weekday_number),
    Rule("周末", "weekend", "week_names weekday_ends", lambda _, it: True if it.value == _WEEK else None),
    Rule("周一早上", "time", "week_names early past_which?", lambda *it: _monday_morning(None, *it)),
    Rule("下周一早上", "time", "which week_names early past_which?", _monday_morning),
    Rule("Tuesday", "day", "weekdays|numbered", day(weekday="weekdays|numbered")),
    Rule("Tuesday week", "day", "weekdays weeks", day(weekday="weekdays", shift="weeks")),
    Rule("Tuesday coming", "day", "weekdays coming", day(weekday="weekdays", next_one=True)),
    Rule("Tuesday after next", "day", "weekdays after_word next", day(weekday="weekdays", week=1, next_one=True, shift=_WEEK)),
    Rule(
        "the Friday after", "day", "weekdays after_word end|after_a_bound", lambda it, to, _: day(after_known=True, to_weekday=(it.value, 1))(it, to)
    ),
    Rule("the Friday after that", "day", "weekdays after_that", lambda it, to: day(after_known=True, to_weekday=(it.value, 1))(it, to)),
    Rule("the Monday after Easter", "day", "weekdays beside the? day", _beside),
    Rule(
        "two Sundays from now",
        "day",
        "number weekdays_plural from now",
        lambda n, *to: day(weekday="weekdays_plural", next_one=True, shift=_WEEK * (n.value[0] - 1))(n, *to),
    ),
    Rule("Fridays are best", "time", "weekdays_plural said_of_plural|denied_after|denials", _plural),
    Rule("can't do Fridays", "time", "not weekdays_plural", lambda _, it: said(Kind.DAY, Day(weekday=it.value), it, relation=Mark.NOT)),
    Rule("this Friday", "day", f"this {_WEEKDAYS}", day(weekday=_WEEKDAYS, week=0)),
    Rule("next Friday", "day", f"next {_WEEKDAYS}", day(weekday=_WEEKDAYS, week=1, next_one=True)),
    Rule("this coming Friday", "day", f"coming {_WEEKDAYS}", day(weekday=_WEEKDAYS, next_one=True)),
    Rule("this upcoming Friday", "day", f"this coming {_WEEKDAYS}", day(weekday=_WEEKDAYS, next_one=True)),
    Rule("下周三", "day", "which numbered", day(weekday="numbered", week="which")),
    Rule("next weekend", "day", "which|coming weekend", day(weekend=True, week="which|coming")),
    Rule("next week", "day", "which|coming week_unit|week_names", day(week="which|coming")),
    Rule("next month", "day", "which|coming month_unit", day(months_on="which|coming")),
    Rule("next year", "day", "which|coming year_unit", day(years_on="which|coming")),
    Rule("the next day", "day", "next day_unit", day(shift=1, **_KNOWN)),
    Rule("this afternoon", "time", "this parts", lambda this, it: _with_part(it, 0, it.value, this.start)),
    Rule("last Tuesday", "time", f"past_which coming? {_WEEKDAYS}|numbered|span|weekend|{_MONTH}|parts|week_names|month_mark", past),
    Rule("上个月三号", "time", "past_which month_mark|month_unit number day_mark", past),
    Rule("today", "day", "days", day(offset="days")),
    Rule("tomorrow week", "day", "days weeks", day(offset="days", shift="weeks")),
    Rule("the day after Christmas", "time", "day_after the|that? day", _day_after),
    Rule("the day after", "time", "day_after", alone(day(shift="day_after", **_KNOWN))),
    Rule("the week after next", "time", "week_after_next", lambda it: alone(day(week=it.value, after_known=it.value == 1))(it)),
    Rule("the week after Easter", "time", "week_after_next day", lambda it, _: () if it.value == 1 else None),
    Rule("Christmas", "day", "holidays date_year?", day(holiday="holidays", year="date_year")),
    Rule("Easter weekend", "time", "holidays weekend", lambda *_: ()),
    Rule("春节前两天", "day", "holidays ago|later length", _holiday_beside),
    Rule("五一", "day", "number_holiday", day(holiday="number_holiday")),
    Rule("二零二六年", "of_year", "number year_mark", _year_of),
    Rule("九月", "in_month", "number month_mark", lambda it, _: {"month": it.value[0]}),
    Rule("二零二六年九月", "in_month", "of_year number month_mark", lambda year, it, _: {"month": it.value[0], "year": year.value}),
    Rule("下个月", "in_month", "which month_mark|month_unit", lambda it, _: {"months_on": it.value}),
    Rule("五月三号", "day", "in_month number day_mark?", _of_month),
    Rule("十五月三", "time", "in_month number", lambda it, _: () if it.value.get("month", 1) not in _MONTHS else None),
    Rule("三号", "day", "number day_mark", day(day="number", **_RARE)),
    Rule("九月的第二个星期五", "day", "in_month belonging? nth numbered", day(month="in_month", nth="nth", weekday="numbered")),
    Rule("月底最后一个星期五", "day", "month_end belonging? nth numbered", day(months_on="month_end", nth="nth", weekday="numbered")),
    Rule("四月最后一天", "day", "in_month belonging? month_rest", day(month="in_month", last_of_month=True)),
    Rule("四月底", "day", "number month_end", day(month="number", last_of_month=True)),
    Rule("weekend", "day", "weekend", day(weekend=True, week=0)),
    Rule("tonight", "time", "tonight", lambda it: _with_part(it, 0, it.value, it.start)),
    Rule("今晚", "time", "day_parts", lambda it: _with_part(it, it.value[0], it.value[1], it.start)),
    Rule("end of the month", "time", "month_end", alone(day(last_of_month=True, months_on="month_end"))),
    Rule("明年", "time", "years", alone(day(years_on="years"))),
    Rule("the one after", "time", "after_one", alone(day(next_one=True, shift=_WEEK, **_KNOWN))),
    Rule("第二天", "time", "days_on", alone(day(after_known=True, shift="days_on"))),
    Rule("yesterday", "time", "past_days", past),
    Rule("not this one", "time", "not_this", lambda it: said(Kind.DAY, Day(week=0), it, relation=Mark.NOT)),
)
