"""English dates of the calendar: "the ninth of march", "December 7th 2027", "4/25", "2026-03-08", "first Monday in October"."""

from collections.abc import Mapping

from agent.nlu.dates import Day, Line, Piece, day_piece, nothing
from agent.nlu.dates.en_clocks import Clocks

_YEARS = (1900, 2100)
_PIVOT = 70
"""Two figures of a year from here on are of the last century, as in POSIX `strptime` (there 69)."""


class Calendar:
    """Reads a date at an item of a line. `month_first`: the region's order of figures, None when it has none."""

    def __init__(self, line: Line, sets: Mapping[str, frozenset[str]], month_first: bool | None) -> None:
        self.line = line
        self.sets = sets
        self.month_first = month_first
        self.clocks = Clocks(line, sets)

    def _year(self, at: int) -> tuple[int, int | None]:
        """The item after a year at item `at`, and the year; (at, None) when none stands there."""
        line = self.line
        here = at + 1 if line.words[at] in (",", "of", "-", "/") else at
        if line.kinds[here] == "number":
            value, text = line.values[here]
            if _YEARS[0] <= value <= _YEARS[1] and line.kinds[here + 1] != "half_of_day" and line.words[here + 1] != ":":
                return here + 1, value
            following = line.values[here + 1][0] if line.kinds[here + 1] == "number" else 0
            if value in (19, 20) and not text and 20 <= following <= 99 and line.kinds[here + 2] not in ("half_of_day", "oclock"):
                return here + 2, value * 100 + following
        return at, None

    def _day_number(self, at: int) -> int | None:
        """A day of the month at item `at`, said as an ordinal or as a number that is no clock."""
        line = self.line
        if line.kinds[at] == "ordinal":
            return line.values[at] if 1 <= line.values[at] <= 31 else None
        if line.kinds[at] != "number" or not 1 <= line.values[at][0] <= 31 or len(line.values[at][1]) > 2:
            return None
        following = line.words[at + 1]
        if (
            line.kinds[at + 1] in ("half_of_day", "oclock", "units")
            or following in (":", "/", "h")
            or (following in ("a", "p") and line.glued(at + 1))
        ):
            return None
        if following == "." and line.glued(at + 2) and line.kinds[at + 2] == "number":
            return None
        return int(line.values[at][0])

    def _month(self, at: int) -> list[Piece]:
        """ "March the ninth", "nov 3 2018", "December, the 7th"."""
        line = self.line
        here = at + 1
        if line.words[here] in (".", ",", "-", "/"):
            here += 1
        if line.words[here] == "the":
            here += 1
        day = self._day_number(here)
        if day is None:
            end, year = self._year(at + 1)
            return [] if year is None else nothing(at, end)
        end, year = self._year(here + 1)
        bare = line.kinds[here] == "number" and line.words[at] in self.sets["also_words"]
        return [day_piece(at, end, Day(day=day, month=line.values[at], year=year), bare=bare)]

    def _day_month(self, at: int) -> list[Piece]:
        """ "9 March", "the ninth of march 2027", "fifth day of april", "the 9th of next month", "the third of the fourth"."""
        line = self.line
        day = self._day_number(at)
        if day is None:
            return []
        here = at + 1
        if line.kinds[here] == "units" and line.words[here] == "day" and line.kinds[at] == "ordinal":
            here += 1
        if line.words[here] == "of":
            here += 1
            if line.kinds[here] == "which" and line.words[here + 1] == "month" and line.values[here] != "past":
                return [day_piece(at, here + 2, Day(day=day, months_on=1 if line.values[here] == "next" else 0))]
            if line.words[here] == "the" and line.kinds[here + 1] == "ordinal" and line.kinds[at] == "ordinal" and line.values[here + 1] <= 12:
                end, year = self._year(here + 2)
                return [day_piece(at, end, Day(day=day, month=line.values[here + 1], year=year))]
            if line.words[here : here + 4] == ["the", "month", "after", "next"]:
                return [day_piece(at, here + 4, Day(day=day, months_on=2))]
            if line.words[here] == "the" and line.words[here + 1] == "month":
                return [day_piece(at, here + 2, Day(day=day))]
        if line.words[here] in ("-", ",") and line.glued(here):
            here += 1
        if line.kinds[here] == "months":
            end = here + 2 if line.words[here + 1] == "." and line.glued(here + 1) else here + 1
            end, year = self._year(end)
            bare = line.kinds[at] == "number" and line.words[here] in self.sets["also_words"]
            return [day_piece(at, end, Day(day=day, month=line.values[here], year=year), bare=bare)]
        if line.kinds[at] == "ordinal":
            return [day_piece(at, at + 1, Day(day=day), 0.45, bare=True)]
        if line.kinds[at - 1] == "weekdays" and day > 12 and self.clocks.piece(at) is not None and line.kinds[at + 1] != "number":
            return [day_piece(at, at + 1, Day(day=day), 0.45, bare=True)]
        return []

    def _nth_weekday(self, at: int, nth: int) -> list[Piece]:
        """ "first Monday in October", "last Friday of the month", "second Tuesday of next month"."""
        line = self.line
        if line.kinds[at + 1] not in ("weekdays", "weekdays_short") or line.words[at + 2] not in ("of", "in") or not -1 <= nth <= 5:
            return []
        here = at + 4 if line.words[at + 3] == "the" and line.words[at + 4] == "month" else at + 3
        weekday = line.values[at + 1]
        if line.kinds[here] == "months":
            end, year = self._year(here + 1)
            return [day_piece(at, end, Day(weekday=weekday, nth=nth, month=line.values[here], year=year))]
        if line.words[here] == "month" or (line.kinds[here] == "which" and line.words[here + 1] == "month" and line.values[here] != "past"):
            months_on = 1 if line.values[here] == "next" else 0
            return [day_piece(at, here + 1 if line.words[here] == "month" else here + 2, Day(weekday=weekday, nth=nth, months_on=months_on))]
        return []

    def _last_day(self, at: int) -> list[Piece]:
        """ "last day of April"."""
        line = self.line
        if line.words[at + 1 : at + 3] != ["day", "of"] or line.kinds[at + 3] != "months":
            return []
        end, year = self._year(at + 4)
        return [day_piece(at, end, Day(month=line.values[at + 3], year=year, last_of_month=True))]

    def _numeric_date(self, at: int) -> list[Piece]:
        """ "2026-03-08", "4/25", "3.4.2026", "20260308"."""
        line = self.line
        text = line.values[at][1]
        if len(text) == 8 and text[:2] in ("19", "20"):
            day = _written(int(text[:4]), int(text[4:6]), int(text[6:]))
            return [day_piece(at, at + 1, day, bare=True)] if day else []
        mark = line.words[at + 1]
        if not text or mark not in ("/", "-", ".") or not (line.glued(at + 1) and line.glued(at + 2)) or line.kinds[at + 2] != "number":
            return []
        second = line.values[at + 2]
        has_third = line.words[at + 3] == mark and line.glued(at + 3) and line.glued(at + 4) and line.kinds[at + 4] == "number"
        if not has_third:
            return [] if mark != "/" or len(text) > 2 or len(second[1]) > 2 else self._two_figures(at, int(text), second[0], None, at + 3)
        third = line.values[at + 4]
        if line.words[at + 5] in ("/", "-") and line.glued(at + 6):
            return []
        if len(text) == 4:
            day = _written(int(text), second[0], third[0])
            return [day_piece(at, at + 5, day)] if day else []
        if len(text) > 2 or len(second[1]) > 2 or len(third[1]) not in (2, 4):
            return []
        year = third[0] if len(third[1]) == 4 else third[0] + (2000 if third[0] < _PIVOT else 1900)
        return self._two_figures(at, int(text), second[0], year, at + 5)

    def _two_figures(self, at: int, first: int, second: int, year: int | None, end: int) -> list[Piece]:
        """Day and month by the region's order, or by which of the two can be a month."""
        month_first = self.month_first
        if first > 12 or second > 12:
            month_first = second > 12
        month, day = (first, second) if month_first or month_first is None else (second, first)
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            return []
        other = (month, day) if month_first is None and month != day else None
        return [day_piece(at, end, Day(day=day, month=month, year=year, other_order=other), bare=year is None)]


def _written(year: int, month: int, day: int) -> Day | None:
    return Day(year=year, month=month, day=day) if 1 <= month <= 12 and 1 <= day <= 31 else None
