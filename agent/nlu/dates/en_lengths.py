"""English lengths of time, and what they are counted from: "in two weeks", "a week on Monday", "15 minutes from 1 pm", "two hours ago"."""

from abc import abstractmethod

import msgspec

from agent.nlu.dates import Clock, Day, Kind, Piece, day_piece, nothing
from agent.nlu.dates.en_calendar import Calendar
from agent.nlu.dates.en_words import english

_MINUTES = 60
_MONTH = 30
"""Days of a month, where it is said in halves."""
_DAY_KINDS = frozenset(("weekdays", "days", "which", "months", "ordinal", "holidays", "weekend", "tonight"))


class Lengths(Calendar):
    """Reads a length of time at an item of a line."""

    @abstractmethod
    def _at(self, at: int) -> list[Piece]:
        """The pieces that begin at item `at`."""

    def _quantity(self, at: int) -> list[Piece]:
        """ "in two weeks", "3 days from now", "a week on Monday", "two hours ago"; a plain length of time is read, and is no time."""
        length = self._length(at)
        if length is None:
            return []
        amount, unit, end = length
        before = self.line.words[at - 1]
        ahead = before == "in" or (before in ("about", "around") and self.line.words[at - 2] == "in")
        found = self._from(amount, unit, at, end, ahead=ahead)
        return found or nothing(at, end)

    def _bare_unit(self, at: int) -> list[Piece]:
        return self._from(1, self.line.values[at], at, at + 1, ahead=False)

    def _length(self, at: int) -> tuple[float, str, int] | None:
        """ "two weeks", "half an hour", "a couple of days", "an hour and a half": how many, of which unit, and the item after it."""
        line, sets = self.line, self.sets
        first = at + 1 if line.words[at] in sets["articles"] else at
        for part, size in (("half", 0.5), ("quarter", 0.25)):
            if line.words[first] in sets[part]:
                here = first + 2 if line.words[first + 1] == "of" else first + 1
                here += line.words[here] in sets["articles"]
                return (size, line.values[here], here + 1) if line.kinds[here] == "units" else None
        amount, here = self._amount(at)
        if amount == 3 and line.words[here] == "quarters" and line.words[here + 1] == "of" and line.words[here + 2] in sets["articles"]:
            return (0.75, line.values[here + 3], here + 4) if line.kinds[here + 3] == "units" else None
        if amount is None or line.kinds[here] != "units" or self._is_clock(at, here):
            return None
        unit, here = line.values[here], here + 1
        if line.words[here] == "and" and line.words[here + 1] in sets["articles"] and line.words[here + 2] in sets["half"]:
            return amount + 0.5, unit, here + 3
        if unit == "60 minute":
            further = here + 1 if line.words[here] == "and" else here
            if line.kinds[further] == "number" and line.kinds[further + 1] == "units" and line.values[further + 1] == "1 minute":
                return amount + line.values[further][0] / _MINUTES, unit, further + 2
        return amount, unit, here

    def _is_clock(self, at: int, unit: int) -> bool:
        """Whether "15hr" is a clock: written together, with nothing beside it that makes it a length."""
        line = self.line
        together = line.words[unit] in self.sets["hours"] and line.glued(unit)
        return together and line.words[at - 1] != "in" and line.words[unit + 1] not in self.sets["after_lengths"]

    def _amount(self, at: int) -> tuple[float | None, int]:
        line, sets = self.line, self.sets
        if line.kinds[at] == "number":
            value: float = line.values[at][0]
            here = at + 1
            if line.words[here] == "." and line.kinds[at + 2] == "number" and line.glued(here) and line.glued(at + 2):
                decimals = str(line.values[at + 2][1])
                return value + int(decimals or 0) / 10 ** len(decimals), at + 3
            if line.words[here] == "and" and line.words[here + 1] in sets["articles"] and line.words[here + 2] in sets["half"]:
                return value + 0.5, here + 3
            hours = value >= 100 and line.values[here] == "60 minute"
            return (value, here) if value <= 10000 and not hours else (None, at)
        here = at + 1 if line.words[at] in sets["articles"] else at
        if line.words[here] in sets["couple"]:
            return 2, here + 2 if line.words[here + 1] == "of" else here + 1
        if line.words[here] in sets["few"]:
            return 3, here + 1
        return (1, here) if here > at and line.kinds[here] == "units" else (None, at)

    def _from(self, amount: float, unit: str, at: int, end: int, *, ahead: bool) -> list[Piece]:
        """A length of time, and what it is counted from."""
        line, sets = self.line, self.sets
        word = line.words[end]
        if word in ("before", "from", "after", "on") and (word == "before" or line.words[end + 1] not in sets["now"] or line.kinds[end + 1]):
            counted = self._from_piece(-amount if word == "before" else amount, unit, at, end + 1)
            if counted:
                return counted
        if word in sets["ago"] and not (word == "back" and ahead):
            if word == "earlier" or (word == "before" and line.words[end + 1] in ("that", "")):
                return _counted(at, end + 1, -amount, unit, known=True)
            return [Piece(kind=Kind.DAY, value=None, first=at, last=end + 1)]
        if unit == "7 day" and (line.kinds[end] == "weekdays" or (word == "this" and line.kinds[end + 1] == "weekdays")):
            last = end + (2 if word == "this" else 1)
            return [day_piece(at, last, Day(weekday=line.values[last - 1], shift=_days(amount, unit)))]
        if word in ("today", "tomorrow") and unit.endswith("day"):
            return [day_piece(at, end + 1, Day(offset=line.values[end], shift=_days(amount, unit)))]
        if word == "time" or (ahead and word not in ("from", "after")):
            return _counted(at, end + 1 if word == "time" else end, amount, unit, known=False)
        if word in ("later", "hence"):
            return _counted(at, end + 1, amount, unit, known=word == "later")
        if word in ("from", "after") and line.words[end + 1] in sets["now"] and not line.kinds[end + 1]:
            return _counted(at, end + 2, amount, unit, known=False)
        way = self._pushed(at)
        return _counted(at, end, way * amount, unit, known=True) if way else []

    def _pushed(self, at: int) -> int:
        """Which way "push it back", "bring it forward" move what is known by the length at item `at`: 1 later, -1 earlier, 0 not at all."""
        line = self.line
        at -= line.words[at - 1] == "by"
        way = english().pushed.get(line.words[at - 1], 0) if at > 1 else 0
        pushes = any(line.kinds[here] == "change" or line.words[here] in self.sets["pushing"] for here in range(max(0, at - 5), at - 1))
        return way if pushes else 0

    def _from_piece(self, amount: float, unit: str, at: int, end: int) -> list[Piece]:
        """ "two weeks from Monday", "5 days before new year", "15 minutes from 1 pm": what stands at item `end`, so much later."""
        here = end + 1 if self.line.words[end] == "the" else end
        if unit.endswith(("day", "month")):
            following = self._plain_day(here)
            if following is None or (unit.endswith("month") and amount != int(amount)):
                return []
            days, months = (_days(amount, unit), 0) if unit.endswith("day") else (0, _days(amount, unit))
            return [day_piece(at, following.last, shifted(following.value, days, months))]
        clock = self.clocks.piece(here) if unit.endswith("minute") else None
        if clock is None or clock.kind is not Kind.CLOCK:
            return []
        total = (clock.value.hour * _MINUTES + clock.value.minute + round(amount * int(unit.split()[0]))) % (24 * _MINUTES)
        value = Clock(hour=total // _MINUTES, minute=total % _MINUTES, decided=clock.value.decided)
        return [Piece(kind=Kind.CLOCK, value=value, first=at, last=clock.last)]

    def _plain_day(self, at: int) -> Piece | None:
        """The day that begins at item `at` and is counted from nothing else."""
        kind = self.line.kinds[at]
        read: list[Piece] = []
        if kind == "number":
            read = self._numeric_date(at) or self._day_month(at)
        elif kind in _DAY_KINDS:
            read = self._at(at)
        return read[0] if read and isinstance(read[0].value, Day) else None


def _days(amount: float, unit: str) -> int:
    return round(amount * int(unit.split()[0]))


def _counted(at: int, end: int, amount: float, unit: str, *, known: bool) -> list[Piece]:
    """So much from now, or from the time already known."""
    size, name = unit.split()
    if name == "minute":
        kind = Kind.SHIFT if known else Kind.LATER
        return [Piece(kind=kind, value=round(amount * int(size)), first=at, last=end)]
    if name == "month":
        if amount <= 0:
            return []
        months = amount * int(size)
        return [day_piece(at, end, Day(months_on=int(months), offset=0) if months == int(months) else Day(offset=round(months * _MONTH)))]
    days = _days(amount, unit)
    return [day_piece(at, end, Day(after_known=True, shift=days, offset=0) if known else Day(offset=days))]


def shifted(day: Day, days: int, months: int = 0) -> Day:
    """The day so many days and months later."""
    return msgspec.structs.replace(day, shift=day.shift + days, shift_months=day.shift_months + months)
