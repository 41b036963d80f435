"""Clocks as rules: "7:30", "half past two", "oh nine hundred", "nine oh five", 三点半, 差五分八点, and the minutes of an hour that is known.

Kinds   face     an hour and its minutes, before morning or afternoon is said      clock         the piece it makes
        amount   minutes counted from an hour; `few_minutes`: a mere number        spoken_hour   the hour they are counted from
Sources "Telling the time", Cambridge Dictionary; "half ten" for half past ten is British, "quarter of five" American.
"""

from typing import Any, NamedTuple

import msgspec

from agent.nlu.chart import Chunk, Rule
from agent.slots.time import weights
from agent.slots.time.pieces import Clock, Kind, Mark, Part, Piece

_HOUR, _NOON, _DAY, _FIGURE = 60, 12, 24, 5


class Face(NamedTuple):
    hour: int
    minute: int = 0
    confidence: float = weights.CLOCK
    bare: bool = False
    """A number alone, or two that could be anything."""
    decided: bool = False


def _piece(kind: Kind, value: object, first: int, last: int, confidence: float, *, bare: bool = False) -> Piece:
    return Piece(kind=kind, value=value, first=first, last=last, confidence=confidence, bare=bare)


def clock_of(face: Face, first: int, last: int, half: Chunk | None = None) -> Piece | None:
    """The clock, with the half of the day that may be said with it; None when there is no such time."""
    hour, minute, confidence, bare, decided = face
    if half and 1 <= hour <= _NOON:
        late = _NOON if half.value == Part.PM.lower() else 0
        return _piece(Kind.CLOCK, Clock(hour=hour % _NOON + late, minute=minute, decided=True), first, last, weights.WITH_HALF)
    if hour > _DAY or (hour == _DAY and minute):
        return None
    value = Clock(hour=hour % _DAY, minute=minute, decided=decided or hour > _NOON or hour == 0)
    return _piece(Kind.CLOCK, value, first, last, confidence, bare=bare and not half)


def _number(chunk: Chunk) -> int:
    return int(chunk.value[0])


def _zero_before(hour: Chunk) -> bool:
    """Whether it was written "07"."""
    figures = hour.value[1]
    return len(figures) > 1 and figures[0] == "0"


def _written(hour: Chunk, mark: Chunk, minute: Chunk, hours: Chunk | None = None, *_: Chunk) -> Face | None:
    plain = mark.kind == "colon" or hours is not None
    if not hour.value[1] or _number(minute) >= _HOUR:
        return None
    confidence = weights.WRITTEN if plain else weights.WITH_POINT
    return Face(_number(hour), _number(minute), confidence, bare=not plain, decided=_zero_before(hour))


def _french(hour: Chunk, letter: Chunk, minute: Chunk | None = None) -> Face | None:
    """ "13h15", "15hr"; "2hr" is a length of time."""
    if not hour.value[1] or (letter.kind == "hours_glued" and _number(hour) <= _NOON):
        return None
    return Face(_number(hour), _number(minute) if minute else 0, weights.CLOCK, decided=_zero_before(hour))


def _army(figures: Chunk, hours: Chunk | None) -> Face | None:
    """ "1430", "fourteen hundred": rather one with "hours" behind it; fewer than ten hundred are none without."""
    value, text = figures.value
    if value % 100 >= _HOUR or (not text and not hours and value < weights.FEWEST_HUNDREDS):
        return None
    confidence = weights.CLOCK if hours else weights.FIGURES if text else weights.HUNDREDS
    return Face(value // 100, value % 100, confidence, bare=not hours, decided=len(text) == len("0930") and text[0] == "0")


def _parted(hour: Chunk, hyphen: Chunk | None, minute: Chunk, oclock: Chunk | None) -> Face | None:
    if not _number(hour) or (hyphen and (hour.value[1] or minute.value[1])):
        return None
    return Face(_number(hour), _number(minute), weights.TWO_NUMBERS, bare=oclock is None)


def _alone(hour: Chunk) -> Face | None:
    return Face(_number(hour), 0, weights.NUMBER, bare=True, decided=_zero_before(hour)) if _number(hour) else None


def _point(point: Chunk, minute: Chunk | None = None) -> Face | None:
    hour, at = (int(part) for part in point.value.split(":"))
    if minute and _number(minute) not in weights.AFTER_NOON:
        return None
    return Face(hour, _number(minute) if minute else at, weights.PLAIN_CLOCK, decided=True)


def _spoken_hour(hour: Chunk, oclock: Chunk | None, half: Chunk | None) -> Clock | None:
    """The hour that minutes are counted from."""
    found = clock_of(Face(_number(hour)), 0, 0, half) if _number(hour) else None
    return found.value if found else None


def _minutes(amount: Chunk) -> tuple[int, bool]:
    """How many minutes, and whether they were said as such: "ten minutes", "a quarter"."""
    return (_number(amount), False) if amount.kind == "few_minutes" else (amount.value, True)


def _around(amount: Chunk, way: Chunk, hour: Chunk) -> Piece | None:
    """ "half past two", "quarter to noon", "thirty six minutes past eight"; "ten of" no more than "half to"."""
    minutes, plain = _minutes(amount)
    past, clock = way.kind == "past_hour", hour.value
    quarter = minutes == weights.QUARTER
    if (way.kind == "of_hour" and not quarter) or (amount.kind == "half_amount" and not past):
        return None
    if not plain and minutes not in weights.ROUND_MINUTES and not (past and quarter):
        return None
    total = clock.hour * _HOUR + (minutes if past else -minutes)
    if not clock.decided and total < _HOUR:
        total += _NOON * _HOUR
    value = Clock(hour=total // _HOUR % _DAY, minute=total % _HOUR, decided=clock.decided)
    return _piece(Kind.CLOCK, value, amount.start, hour.end, weights.WRITTEN)


def _minute(amount: Chunk, way: Chunk, _: Chunk) -> tuple[Piece, ...] | None:
    """ "quarter past", "ten to" with no hour."""
    minutes, plain = _minutes(amount)
    if not plain and minutes not in weights.ROUND_MINUTES:
        return None
    if way.kind == "to_hour" and (amount.kind == "half_amount" or minutes >= weights.HALF):
        return None
    return (_piece(Kind.MINUTE, minutes if way.kind == "past_hour" else -minutes, amount.start, way.end, weights.MINUTES_ALONE),)


def _no_minutes(one: Chunk, _: Chunk, hour: Chunk, *again: Any) -> tuple[Piece, ...] | None:
    """The same words again, and the first were wrong: no minutes before an hour, but from one to the other."""
    start, _, end = again[-3:]
    if (start.value, end.value) != (one.value, hour.value) or not all(map(_number, (start, end))):
        return None
    first, last = (Clock(hour=_number(it), decided=_number(it) > _NOON) for it in (start, end))
    ends = _piece(Kind.CLOCK, last, end.start, end.end, weights.WRITTEN)
    return _piece(Kind.CLOCK, first, one.start, start.end, weights.WRITTEN), msgspec.structs.replace(ends, relation=Mark.TO)


def _hidden(at: Chunk, word: Chunk, minute: Chunk, half: Chunk | None) -> Piece | None:
    """ "at for thirty": what a recogniser writes for four; no "to" stands between "at" and the minutes of an hour."""
    return _misheard(Face(word.value, _number(minute), weights.MISHEARD), word, half or minute, half)


def _misheard(face: Face, first: Chunk, last: Chunk, half: Chunk | None) -> Piece | None:
    found = clock_of(face, first.start, last.end, half)
    return msgspec.structs.replace(found, confidence=face.confidence) if found else None


def _before_hour(less: int, hour: int) -> Face:
    total = (hour * _HOUR - less) % (_DAY * _HOUR)
    return Face(total // _HOUR or _NOON, total % _HOUR, weights.WRITTEN)


def _character(hour: Chunk, *behind: Chunk | None) -> Face | None:
    """三点, 三点半, 三点四十, 三点一刻."""
    last = next((chunk for chunk in behind[1:] if chunk and chunk.kind in ("half", "minutes", "amount")), None)
    minute = 0 if last is None else weights.HALF if last.kind == "half" else last.value if last.kind == "amount" else _number(last)
    return Face(_number(hour), minute, weights.WRITTEN, decided=_zero_before(hour))


def _five_by_five(hour: Chunk, _: Chunk, count: Chunk, *__: Chunk) -> Face | None:
    """三点两个字: a figure on the face of a clock is five minutes, as in Cantonese."""
    minute = _FIGURE * _number(count)
    return Face(_number(hour), minute, weights.WRITTEN, decided=_zero_before(hour)) if minute < _HOUR else None


def _short_part(part: Chunk, it: Chunk) -> tuple[Piece, ...] | None:
    return None if it.value.bare else (_piece(Kind.PART, part.value, part.start, part.end, weights.DAY),)


_TO_HOUR = "hour|few_minutes to_hour from_hour"
CLOCK_RULES = (
    Rule("7:30", "face", "hour colon|point tight_two hours? !colon|point", _written),
    Rule("7:30:00", "face", "hour colon tight_two colon tight_two !colon|point", lambda hour, mark, minute, *_: _written(hour, mark, minute)),
    Rule("13h15", "face", "hour hours_glued|h_glued tight_two?", _french),
    Rule("1430 hours", "face", "clock_figures|hundreds hours?", _army),
    Rule("oh nine hundred", "face", "zero hundred_digits hours?", lambda _, it, hours: Face(_number(it) // 100, 0, weights.CLOCK, decided=True)),
    Rule("oh eight thirty", "face", "zero ones minutes", lambda _, one, it: Face(_number(one), _number(it), weights.TWO_NUMBERS, True, True)),
    Rule("twelve noon", "face", "hour points", lambda hour, point: _point(point) if _number(hour) == _NOON else None),
    Rule("five o'clock", "face", "hour oclock", lambda hour, _: Face(_number(hour), 0, weights.PLAIN_CLOCK) if _number(hour) else None),
    Rule("oh five", "minutes", "zero ones", lambda _, one: (_number(one), "")),
    Rule("eight fifty one", "face", "hour hyphen? minutes oclock?", _parted),
    Rule("three", "face", "hour", _alone),
    Rule("noon", "face", "points", _point),
    Rule("noon thirty", "face", "points minutes !number|units|oclock", _point),
    Rule("half ten", "face", "half hour !number|units|colon|slash|point", lambda _, hour: Face(_number(hour), weights.HALF, weights.HALF_HOUR, True)),
    Rule("三点", "face", "hour hour_mark !lone_digit !half", _character),
    Rule("三点整", "face", "hour full_mark|hour_mark full?", lambda hour, mark, full: _character(hour) if full or mark.kind == "full_mark" else None),
    Rule("三点半", "face", "hour hour_mark half|amount full?", _character),
    Rule("三点四十", "face", "hour hour_mark minutes !counters|units|day_mark|month_mark|year_mark|minute_mark|quarter_mark", _character),
    Rule("三点过五分", "face", "hour hour_mark passed amount", _character),
    Rule("三点两个字", "face", "hour hour_mark few_minutes classifiers figure", _five_by_five),
    Rule("八点差五分", "face", "hour hour_mark less amount", lambda hour, _, __, less: _before_hour(less.value, _number(hour))),
    Rule("差五分八点", "face", "less amount hour hour_mark", lambda _, less, hour, __: _before_hour(less.value, _number(hour))),
    Rule("3 pm", "clock", "face half_of_day?", lambda face, half: clock_of(face.value, face.start, (half or face).end, half)),
    Rule("quarter", "amount", "quarter", lambda _: weights.QUARTER),
    Rule("a quarter", "amount", "articles quarter", lambda *_: weights.QUARTER),
    Rule("half", "half_amount", "half hyphen?", lambda *_: weights.HALF),
    Rule("five and twenty", "few_minutes", "ones and few_minutes", lambda one, _, it: (_number(one) + 20, "") if _number(it) == 20 else None),
    Rule("ten minutes", "amount", "few_minutes minute_unit|minute_mark", lambda it, _: _number(it)),
    Rule("一刻", "amount", "ones quarter_mark", lambda it, _: _number(it) * weights.QUARTER if _number(it) <= 3 else None),
    Rule("past five o'clock pm", "spoken_hour", "from_hour oclock? half_of_day?", _spoken_hour),
    Rule("noon", "spoken_hour", "points", lambda it: Clock(hour=int(it.value[:2]), minute=int(it.value[3:]), decided=True)),
    Rule("half past two", "clock", "amount|few_minutes|half_amount past_hour|to_hour|of_hour spoken_hour !colon", _around),
    Rule("ten to eleven, no, ten till eleven", "time", f"{_TO_HOUR} comma* fix comma* {_TO_HOUR} !half_of_day|oclock", _no_minutes),
    Rule("quarter past", "time", "amount|few_minutes|half_amount past_hour|to_hour end|mark|after_minutes", _minute),
    Rule("for o'clock", "clock", "homophone oclock", lambda it, oclock: _misheard(Face(it.value), it, oclock, None)),
    Rule("to pm", "clock", "homophone half_of_day", lambda it, half: _misheard(Face(it.value), it, half, half)),
    Rule("at to thirty", "clock", "at_word homophone minutes half_of_day? !number|units|oclock|colon", _hidden),
    Rule("seven-ish", "time", "clock hyphen* ish", lambda it, _, ish: (_ish(it.value, ish.end),)),
    Rule("晚八点", "time", "short_part clock", _short_part),
)


def _ish(clock: Piece, last: int) -> Piece:
    return _piece(Kind.CLOCK, clock.value, clock.first, last, max(clock.confidence, weights.ABOUT))
