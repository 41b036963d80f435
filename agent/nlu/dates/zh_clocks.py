"""Mandarin clocks and lengths of time: "三点半", "差五分八点", "三点零五分", "15时30分", "半小时后", "三天后", "推迟一个小时"."""

from agent.nlu.dates import Clock, Day, Kind, Line, Part, Piece, day_piece, nothing
from agent.nlu.dates.zh_words import mandarin

_MINUTES = 60
_MOST = 10000
_MOST_YEARS = 99
_WEEK = "7 day"
_MONTH = 30
"""Days of a month, where it is said in halves."""
_MAY_FOLLOW = frozenset(
    (
        "parts",
        "number",
        "days",
        "day_parts",
        "points",
        "which",
        "week_names",
        "or",
        "fix",
        "not",
        "denied_after",
        "later",
        "ago",
        "soonest",
        "opening",
        "holidays",
        "than",
        "own",
        "so",
    )
)


class Clocks:
    """Reads a clock or a length of time at an item of a line. `asked`: True when a time was asked for."""

    def __init__(self, line: Line, *, asked: bool | None) -> None:
        self.line = line
        self.asked = asked
        self.sets = mandarin().sets

    def _may_follow(self, at: int) -> bool:
        """Whether what stands at item `at` may follow a day that could also be a name or a number of something."""
        line = self.line
        if at >= line.count or line.kinds[at] in _MAY_FOLLOW:
            return True
        return not line.words[at][0].isalnum() or line.words[at] in self.sets["follow"] or line.words[at].isascii()

    def _colon(self, at: int) -> list[Piece]:
        """ "14:30", "3:30 pm"."""
        line = self.line
        text = line.values[at][1]
        if line.words[at + 1] != ":" or not 1 <= len(text) <= 2 or line.kinds[at + 2] != "number" or len(line.values[at + 2][1]) != 2:
            return []
        return self._timed(at, at + 3, line.values[at][0], line.values[at + 2][0], figures=text)

    def _timed(self, first: int, last: int, hour: int, minute: int, *, figures: str = "", confidence: float = 0.65) -> list[Piece]:
        line = self.line
        if line.kinds[last] == "half_of_day" and 1 <= hour <= 12 and minute < _MINUTES:
            return [clock_piece(first, last + 1, hour % 12 + (12 if line.values[last] == "pm" else 0), minute, decided=True)]
        if hour > 24 or minute >= _MINUTES or (hour == 24 and minute):
            return []
        decided = hour > 12 or hour == 0 or figures[:1] == "0"
        return [clock_piece(first, last, hour % 24, minute, decided=decided, confidence=confidence)]

    def _oclock(self, at: int, ended: int) -> list[Piece]:
        """ "三点", "三点半", "三点一刻", "三点四十", "三点零五分", "三点过五分", "八点差五分", "15时30分"."""
        line = self.line
        role, hour = line.values[at + 1], line.values[at][0]
        if line.kinds[at + 1] == "half_of_day":
            return self._timed(at, at + 1, hour, 0, confidence=0.7)
        if line.kinds[at + 1] != "clock" or role not in ("hour", "full") or hour > 24:
            return []
        by_hour = line.words[at + 1] in self.sets["written_hours"]
        here = at + 2
        if role == "hour":
            minute, end = self._minutes(here)
            if minute is None:
                return []
        else:
            minute, end = 0, here
        if line.values[end] == "full" or line.words[end] == "整":
            end += 1
        if end == here and role == "hour" and ((by_hour and at != ended) or self._counts(at, end, ended, hour)):
            return []
        if at and at != ended and line.words[at - 1] in self.sets["scores"]:
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
        if line.kinds[at] != "number" or line.words[at + 1] in self.sets["counters"]:
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
        part = mandarin().parts_short.get(line.words[at])
        if part is not None and line.kinds[at + 1] == "number" and (line.values[at + 2] in ("hour", "full") or line.words[at + 2] == ":"):
            return [Piece(kind=Kind.PART, value=Part(part), first=at, last=at + 1)]
        if line.kinds[at] == "shift":
            amount, unit, end = self._size(at + 1)
            if unit.endswith("minute"):
                return [Piece(kind=Kind.SHIFT, value=value * round(amount * int(unit.split()[0])), first=at, last=end)]
            if unit.endswith("day"):
                return [day_piece(at, end, Day(after_known=True, shift=value * round(amount * int(unit.split()[0]))))]
            return []
        return self._length(at, at + 1, ahead=True) if line.kinds[at] == "ahead" or value == "past" else []

    def _size(self, at: int) -> tuple[float, str, int]:
        """ "半小时", "一个半小时", "三天", "一刻钟": how many of which unit, and the item after it; unit "" for none."""
        line = self.line
        if line.values[at] == "half":
            if line.values[at + 1] == "year":
                return 6, "1 month", at + 2
            return (0.5, line.values[at + 1], at + 2) if line.kinds[at + 1] == "units" else (0, "", at)
        if line.kinds[at] != "number":
            return 0, "", at
        amount: float = line.values[at][0]
        here = at + 1
        if line.words[here] in self.sets["classifiers"] and line.values[here + 1] == "half":
            amount, here = amount + 0.5, here + 2
        if line.values[here] == "year" and amount <= _MOST_YEARS:
            return amount * 12, "1 month", here + 1
        if line.values[here] == "quarter":
            return 15 * amount, "1 minute", here + 1
        if line.kinds[here] == "week_names" and (line.kinds[here + 1] in ("later", "ago") or line.kinds[at - 1] == "shift"):
            return amount, _WEEK, here + 1
        return (amount, line.values[here], here + 1) if line.kinds[here] == "units" and amount <= _MOST else (0, "", at)

    def _length(self, first: int, at: int, *, ahead: bool = False) -> list[Piece]:
        """A length of time from now, or ago; a plain one is read and is no time."""
        line = self.line
        amount, unit, end = self._size(at)
        if not unit:
            return []
        if line.kinds[end] == "ago":
            return [Piece(kind=Kind.DAY, value=None, first=first, last=end + 1)]
        if line.kinds[end] != "later" and not ahead:
            return nothing(first, end)
        last = end + 1 if line.kinds[end] == "later" else end
        size, name = unit.split()
        if name == "minute":
            return [Piece(kind=Kind.LATER, value=round(amount * int(size)), first=first, last=last)]
        if name == "month":
            whole = amount == int(amount)
            return [day_piece(first, last, Day(months_on=round(amount), offset=0) if whole else Day(offset=round(amount * _MONTH)))]
        return [day_piece(first, last, Day(offset=round(amount * int(size))))]


def clock_piece(first: int, last: int, hour: int, minute: int, *, decided: bool, confidence: float = 0.65) -> Piece:
    """A clock said in the items from `first` up to `last`."""
    return Piece(kind=Kind.CLOCK, value=Clock(hour=hour, minute=minute, decided=decided), first=first, last=last, confidence=confidence)
