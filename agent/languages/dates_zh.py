"""Mandarin days and clocks: "下周三下午三点半", "五月三号", "差五分八点", "半小时后", "后天上午".

A character is a token, so phrases are runs of them and the longest counts. "周三丰" is a name, "七号楼" a building, "便宜一点" no clock: what may follow
and precede is in the sets of `time.toml`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.languages.dates import Clock, Day, Kind, Line, Mark, Part, Phrases, Piece, items, phrases
from agent.languages.numbers import cardinal
from agent.text import Said, Token

_TABLES = (
    "nothing", "holidays", "days", "day_parts", "past_days", "parts", "points", "half_of_day", "month_end", "soonest", "opening", "which", "week_names",
    "units", "clock", "date", "weekday_ends", "later", "ago", "ahead", "shift", "or", "fix", "not", "denied_after", "between", "not_this", "nth",
)  # fmt: skip
_MINUTES = 60
_YEARS = (1900, 2100)
_MOST_DIGITS = 4
_MARKS = {"or": Mark.OR, "fix": Mark.FIX}


class Mandarin:
    """The words of `time.toml`, ready to read with."""

    def __init__(self) -> None:
        tables: dict[str, Any] = words("zh", "time")
        flat = {name: table["phrases"] if isinstance(table, Mapping) and "phrases" in table else table for name, table in tables.items()}
        self.phrases: Phrases = phrases(flat, _TABLES)
        self.sets = {name: frozenset(listed) for name, listed in tables["words"].items()}
        numbers: dict[str, Any] = words("zh", "numbers")
        inside = frozenset(numbers["only_inside"])
        self.digits: dict[str, int] = {digit: value for digit, value in numbers["digits"].items() if digit not in inside}
        self.numerals = frozenset(self.digits) | frozenset(numbers["tens"]) | {scale for scale, value in numbers["scales"].items() if value <= 100}
        self.minute_zero = frozenset(phrase for phrase, role in tables["clock"].items() if role == "zero")

    def number(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int] | None:
        """("number", (value, figures or ""), end): a quantity or figures; ("string", None, end) for what is too long to be either."""
        norm = tokens[at].norm
        if norm[0].isdigit():
            return ("number", (int(norm), norm), at + 1) if len(norm) <= 8 else ("string", None, at + 1)
        if norm not in self.numerals:
            return None
        end = at
        while end < len(tokens) and tokens[end].norm in self.numerals:
            end += 1
        run = [tokens[here].norm for here in range(at, min(end, at + _MOST_DIGITS + 2))]
        if all(digit in self.digits for digit in run):
            figures = "".join(str(self.digits[digit]) for digit in run)
            return ("number", (int(figures), figures if len(run) > 1 else ""), end) if end - at <= _MOST_DIGITS else ("string", None, end)
        value, after = cardinal(tokens, at, "zh")
        return ("string", None, end) if value is None or end - at > _MOST_DIGITS + 1 else ("number", (value, ""), after)


@cache
def mandarin() -> Mandarin:
    """The Mandarin words, read once."""
    return Mandarin()


def read(said: Said, *, region: str, month_first: bool | None, asked: bool | None) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none. See `places_en.read`."""
    table = mandarin()
    line = Line(said, items(said, table.phrases, table.number))
    pieces = Chinese(line, month_first=month_first, asked=asked).pieces()
    return (line, pieces) if any(piece.kind is not Kind.MARK for piece in pieces) else None


class Chinese:
    """Reads the pieces of one line."""

    def __init__(self, line: Line, *, month_first: bool | None, asked: bool | None) -> None:
        self.line = line
        self.month_first = month_first
        self.asked = asked
        self.sets = mandarin().sets

    def pieces(self) -> list[Piece]:
        """Every piece, in order; each item is visited once."""
        found: list[Piece] = []
        ended = 0
        at = 0
        while at < self.line.count:
            read = self._at(at, ended)
            if not read:
                at += 1
                continue
            found.extend(self._related(piece, ended) for piece in read if piece.kind is not Kind.MARK or piece.value is not None)
            at = read[-1].last
            if read[-1].kind is not Kind.MARK:
                ended = at
        return found

    def _at(self, at: int, ended: int) -> list[Piece]:
        """The pieces that begin at item `at`. `ended`: where the piece before it ended."""
        line, kind = self.line, self.line.kinds[at]
        value = line.values[at]
        if kind in _MARKS:
            return [Piece(kind=Kind.MARK, value=_MARKS[kind], first=at, last=at + 1)]
        if kind == "number":
            return self._numbers(at, ended)
        if kind == "days":
            return [_day(at, at + 1, Day(offset=value))]
        if kind == "past_days":
            return [Piece(kind=Kind.DAY, value=None, first=at, last=at + 1)]
        if kind == "day_parts":
            return [_day(at, at + 1, Day(offset=value[0])), Piece(kind=Kind.PART, value=Part(value[1]), first=at, last=at + 1)]
        if kind == "parts":
            return [Piece(kind=Kind.PART, value=Part(value), first=at, last=at + 1)]
        if kind == "points":
            hour, minute = (int(part) for part in value.split(":"))
            return [_clock(at, at + 1, hour, minute, decided=True)]
        if kind == "holidays":
            return [_day(at, at + 1, Day(holiday=value))]
        if kind == "month_end":
            return [_day(at, at + 1, Day(last_of_month=True, months_on=value))]
        if kind == "not_this":
            return [Piece(kind=Kind.DAY, value=Day(week=0), first=at, last=at + 1, relation=Mark.NOT)]
        if kind == "soonest":
            return [Piece(kind=Kind.SOONEST, value=None, first=at, last=at + 1, sure=0.5)]
        if kind == "opening":
            return [Piece(kind=Kind.OPENING, value=None, first=at, last=at + 1, sure=0.5)]
        if kind == "which":
            return self._which(at)
        if kind == "week_names":
            return self._weekday(at, at, None)
        if kind in ("ahead", "shift", "clock"):
            return self._before_number(at)
        return []

    # Days.

    def _which(self, at: int) -> list[Piece]:
        """ "下周三", "这个周末", "下个月三号", "下周", "上周五"."""
        line, which = self.line, self.line.values[at]
        here = at + 1
        if line.kinds[here] == "week_names" or line.words[here] in ("周", "星", "礼"):
            named = self._weekday(at, here, which)
            if which < 0:
                return [Piece(kind=Kind.DAY, value=None, first=at, last=named[-1].last if named else here + 1)]
            return named or [_day(at, here + 1, Day(week=which))]
        if line.values[here] == "month" or (line.kinds[here] == "units" and line.words[here] in ("月", "个") and line.values[here] == "1 month"):
            return self._day_of_month(at, here + 1, which)
        return []

    def _day_of_month(self, at: int, here: int, months_on: int) -> list[Piece]:
        line = self.line
        if months_on >= 0 and (nth := self._nth_weekday(at, here, Day(months_on=months_on))):
            return nth
        if line.kinds[here] != "number" or line.values[here + 1] != "day" or months_on < 0:
            return []
        return [_day(at, here + 2, Day(day=line.values[here][0], months_on=months_on))]

    def _weekday(self, first: int, at: int, week: int | None) -> list[Piece]:
        """A weekday whose "周" stands at item `at`."""
        line = self.line
        end = line.values[at + 1]
        if line.kinds[at + 1] == "number":
            value, figures = end
            weekday = 6 if value == 7 else value - 1
            if not 1 <= value <= 7 or len(figures) > 1:
                return []
        elif line.kinds[at + 1] == "weekday_ends" or line.words[at + 1] in ("日", "天", "末"):
            weekday = mandarin_ends()[line.words[at + 1]]
        else:
            return []
        if line.kinds[at - 1] == "number" and week is None:
            return []
        if weekday == 7:
            return [_day(first, at + 2, Day(weekend=True, week=week or 0))]
        if not self._may_follow(at + 2) or line.words[first - 1] in self.sets["names"]:
            return []
        return [_day(first, at + 2, Day(weekday=weekday, week=week))]

    def _may_follow(self, at: int) -> bool:
        """Whether what stands at item `at` may follow a day that could also be a name or a number of something."""
        line = self.line
        if at >= line.count or line.kinds[at] in ("parts", "number", "days", "day_parts", "points", "which", "week_names", "or", "fix", "not", "denied_after", "later", "ago", "soonest"):
            return True
        return not line.words[at][0].isalnum() or line.words[at] in self.sets["follow"] or line.words[at].isascii()

    # Numbers.

    def _numbers(self, at: int, ended: int) -> list[Piece]:
        return self._written(at) or self._date(at, ended) or self._colon(at) or self._oclock(at, ended) or self._length(at, at)

    def _written(self, at: int) -> list[Piece]:
        """ "2026-03-08", "2026/3/8", "3/8"."""
        line = self.line
        mark, text = line.words[at + 1], line.values[at][1]
        if not text or not text.isdigit() or mark not in ("-", "/") or not line.glued(at + 2) or line.kinds[at + 2] != "number":
            return []
        second = line.values[at + 2][0]
        if len(text) == 4 and line.words[at + 3] == mark and line.kinds[at + 4] == "number":
            return [_day(at, at + 5, Day(year=int(text), month=second, day=line.values[at + 4][0]))] if second <= 12 else []
        if mark == "/" and len(text) <= 2 and 1 <= int(text) <= 12 and 1 <= second <= 31 and line.words[at + 3] not in ("/", "-"):
            return [_day(at, at + 3, Day(month=int(text), day=second))] if self.asked is True or self._may_follow(at + 3) else []
        return []

    def _date(self, at: int, ended: int) -> list[Piece]:
        """ "二零二六年三月八号", "3月8日", "五月三号", "二十三号"."""
        line = self.line
        value, figures = line.values[at]
        here, year = at, None
        if line.values[at + 1] == "year" and (len(figures) == 4 and _YEARS[0] <= value <= _YEARS[1]):
            year, here = value, at + 2
        month = None
        if line.kinds[here] == "number" and line.values[here + 1] == "month":
            month, here = line.values[here][0], here + 2
        if month is not None and (nth := self._nth_weekday(at, here, Day(month=month, year=year))):
            return nth
        if line.kinds[here] != "number":
            return []
        day = line.values[here][0]
        said = line.values[here + 1] == "day"
        if not 1 <= day <= 31 or (month is None and not said) or (month is not None and not 1 <= month <= 12):
            return []
        end = here + 2 if said else here + 1
        if month is None:
            return [_day(at, end, Day(day=day), 0.45)] if self._is_day(at, end, ended) else []
        if not said and (line.kinds[end] in ("clock", "units") or not self._may_follow(end)):
            return []
        return [_day(at, end, Day(day=day, month=month, year=year))]

    def _nth_weekday(self, first: int, at: int, month: Day) -> list[Piece]:
        """ "十月的第一个星期一", "这个月最后一个周五"; the month stands before item `at`."""
        line = self.line
        here = at + 1 if line.words[at] == "的" else at
        named = self._weekday(here, here + 1, None) if line.kinds[here] == "nth" and line.kinds[here + 1] == "week_names" else []
        if not named or not 1 <= (month.month or 1) <= 12 or named[0].value.weekday is None:
            return []
        day = Day(weekday=named[0].value.weekday, nth=line.values[here], month=month.month, year=month.year, months_on=month.months_on)
        return [_day(first, named[0].last, day)]

    def _is_day(self, at: int, end: int, ended: int) -> bool:
        """Whether "二十三号" is a day and no house, room or line."""
        before = self.line.words[at - 1] if at else ""
        if before in self.sets["addresses"] and at != ended:
            return False
        return self._may_follow(end)

    def _colon(self, at: int) -> list[Piece]:
        """ "14:30", "3:30 pm"."""
        line = self.line
        text = line.values[at][1]
        if line.words[at + 1] != ":" or not 1 <= len(text) <= 2 or line.kinds[at + 2] != "number" or len(line.values[at + 2][1]) != 2:
            return []
        return self._timed(at, at + 3, line.values[at][0], line.values[at + 2][0], figures=text)

    def _timed(self, first: int, last: int, hour: int, minute: int, *, figures: str = "", sure: float = 0.65) -> list[Piece]:
        line = self.line
        if line.kinds[last] == "half_of_day" and 1 <= hour <= 12:
            return [_clock(first, last + 1, hour % 12 + (12 if line.values[last] == "pm" else 0), minute, decided=True)]
        if hour > 24 or minute >= _MINUTES or (hour == 24 and minute):
            return []
        decided = hour > 12 or hour == 0 or figures[:1] == "0"
        return [_clock(first, last, hour % 24, minute, decided=decided, sure=sure)]

    def _oclock(self, at: int, ended: int) -> list[Piece]:
        """ "三点", "三点半", "三点一刻", "三点四十", "三点零五分", "三点过五分", "八点差五分", "15时30分"."""
        line = self.line
        role, hour = line.values[at + 1], line.values[at][0]
        if line.kinds[at + 1] == "half_of_day":
            return self._timed(at, at + 1, hour, 0, sure=0.7)
        if line.kinds[at + 1] != "clock" or role not in ("hour", "full") or hour > 24:
            return []
        by_hour = line.words[at + 1] in ("时", "時")
        here = at + 2
        if role == "hour":
            minute, end = self._minutes(here)
            if minute is None:
                return []
        else:
            minute, end = 0, here
        if line.values[end] == "full" or line.words[end] == "整":
            end += 1
        if end == here and role == "hour" and (by_hour or self._counts(at, end, ended, hour)):
            return []
        if minute < 0:
            hour, minute = (hour - 1) % 24 or (12 if hour == 1 else 0), _MINUTES + minute
        return self._timed(at, end, hour, minute)

    def _minutes(self, at: int) -> tuple[int | None, int]:
        """The minutes after "点" and the item after them: (0, at) for none, negative before the hour; (None, at) when it was a decimal."""
        line = self.line
        role = line.values[at] if line.kinds[at] == "clock" else ""
        if role == "half":
            return 30, at + 1
        if role == "less":
            less, end = self._amount(at + 1)
            return (-less, end) if less else (0, at)
        if role == "past":
            past, end = self._amount(at + 1)
            return (past, end) if past else (0, at)
        if role == "zero" and line.kinds[at + 1] == "number" and line.values[at + 1][0] < 10:
            return line.values[at + 1][0], at + 3 if line.values[at + 2] == "minute" else at + 2
        if line.kinds[at] != "number":
            return 0, at
        value, figures = line.values[at]
        if line.values[at + 1] in ("quarter", "minute") and line.kinds[at + 1] == "clock":
            minutes, end = self._amount(at)
            return (minutes, end) if minutes else (0, at)
        if value < _MINUTES and (value >= 10 or figures[:1] == "0") and len(figures) in (0, 2):
            return (value, at + 1) if line.kinds[at + 1] not in ("units", "date") else (0, at)
        return (None, at) if value < 10 and line.kinds[at + 1] not in ("units", "date") else (0, at)

    def _amount(self, at: int) -> tuple[int, int]:
        """ "五分", "一刻", "十分钟": minutes, and the item after them; (0, at) for none."""
        line = self.line
        if line.kinds[at] != "number":
            return 0, at
        value = line.values[at][0]
        role = line.values[at + 1]
        if role == "quarter":
            return (15 * value, at + 2) if 1 <= value <= 3 else (0, at)
        if role in ("minute", "1 minute"):
            return (value, at + 2) if value < _MINUTES else (0, at)
        return 0, at

    def _counts(self, at: int, end: int, ended: int, hour: int) -> bool:
        """Whether "三点" alone counts points, or "一点" is a little: "三点建议", "便宜一点"."""
        line = self.line
        if line.words[end] in self.sets["counted"] or line.words[at - 1] == "第":
            return True
        if hour != 1 or line.words[at].isdecimal() or (at == ended and at):
            return False
        if line.words[at - 1] in self.sets["comparatives"] and at:
            return True
        return self.asked is not True or not self._may_follow(end)

    # Lengths of time.

    def _before_number(self, at: int) -> list[Piece]:
        """ "差五分八点", "过三天", "推迟半小时", "半小时后"."""
        line, value = self.line, self.line.values[at]
        if value == "less":
            less, here = self._amount(at + 1)
            if less and line.kinds[here] == "number" and line.values[here + 1] == "hour" and 1 <= line.values[here][0] <= 24:
                total = line.values[here][0] * _MINUTES - less
                hour = total // _MINUTES or 12
                return self._timed(at, here + 2, hour, total % _MINUTES)
            return []
        if value == "half":
            return self._length(at, at)
        if line.kinds[at] == "shift":
            amount, unit, end = self._size(at + 1)
            if unit.endswith("minute"):
                return [Piece(kind=Kind.SHIFT, value=value * round(amount * int(unit.split()[0])), first=at, last=end)]
            if unit.endswith("day"):
                return [_day(at, end, Day(after_known=True, shift=value * round(amount * int(unit.split()[0])), offset=0))]
            return []
        return self._length(at, at + 1, ahead=True) if line.kinds[at] == "ahead" or value == "past" else []

    def _size(self, at: int) -> tuple[float, str, int]:
        """ "半小时", "一个半小时", "三天", "一刻钟": how many of which unit, and the item after it; unit "" for none."""
        line = self.line
        if line.values[at] == "half":
            return (0.5, line.values[at + 1], at + 2) if line.kinds[at + 1] == "units" else (0, "", at)
        if line.kinds[at] != "number":
            return 0, "", at
        amount: float = line.values[at][0]
        here = at + 1
        if line.words[here] in ("个", "個") and line.values[here + 1] == "half":
            amount, here = amount + 0.5, here + 2
        if line.values[here] == "quarter":
            return 15 * amount, "1 minute", here + 1
        return (amount, line.values[here], here + 1) if line.kinds[here] == "units" and amount <= 10000 else (0, "", at)

    def _length(self, first: int, at: int, *, ahead: bool = False) -> list[Piece]:
        """A length of time from now, or ago; a plain one is read and is no time."""
        line = self.line
        amount, unit, end = self._size(at)
        if not unit:
            return []
        if line.kinds[end] == "ago":
            return [Piece(kind=Kind.DAY, value=None, first=first, last=end + 1)]
        if line.kinds[end] != "later" and not ahead:
            return [Piece(kind=Kind.MARK, value=None, first=first, last=end)]
        last = end + 1 if line.kinds[end] == "later" else end
        size, name = unit.split()
        if name == "minute":
            return [Piece(kind=Kind.LATER, value=round(amount * int(size)), first=first, last=last)]
        if name == "month":
            return [_day(first, last, Day(months_on=round(amount)))]
        return [_day(first, last, Day(offset=round(amount * int(size))))]

    # Relations.

    def _related(self, piece: Piece, ended: int) -> Piece:
        """With the relation that the words right before it, or right after it, say."""
        relation = self._relation(piece, ended)
        if relation is None or piece.kind is Kind.MARK:
            return piece
        return Piece(kind=piece.kind, value=piece.value, first=piece.first, last=piece.last, sure=piece.sure, relation=relation)

    def _relation(self, piece: Piece, ended: int) -> Mark | None:
        line, after, before = self.line, piece.last, piece.first - 1
        if piece.relation is not None:
            return piece.relation
        if line.kinds[after] == "denied_after":
            return Mark.NOT
        if before >= 0 and line.kinds[before] == "not":
            return Mark.NOT
        if before >= 0 and line.words[before] in self.sets["range_to"] and before == ended and ended:
            return Mark.TO
        if piece.kind is Kind.CLOCK and line.kinds[after] in ("later", "ago"):
            return Mark.AFTER if line.kinds[after] == "later" else Mark.BEFORE
        return Mark.FROM if before >= 0 and line.kinds[before] == "between" else None


@cache
def mandarin_ends() -> dict[str, int]:
    """ "日" and "天" of "周日", and "末" of "周末"."""
    ends: dict[str, int] = words("zh", "time")["weekday_ends"]
    return ends


def _day(first: int, last: int, day: Day, sure: float = 0.6) -> Piece:
    return Piece(kind=Kind.DAY, value=day, first=first, last=last, sure=sure)


def _clock(first: int, last: int, hour: int, minute: int, *, decided: bool, sure: float = 0.65) -> Piece:
    return Piece(kind=Kind.CLOCK, value=Clock(hour=hour, minute=minute, decided=decided), first=first, last=last, sure=sure)
