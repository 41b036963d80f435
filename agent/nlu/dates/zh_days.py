"""Mandarin weekdays, dates and holidays: "周三", "五月三号", "九月的第二个星期五", "四月底", "春节前两天"."""

import msgspec

from agent.nlu.dates import Day, Kind, Part, Piece, day_piece, nothing
from agent.nlu.dates.zh_clocks import Clocks
from agent.nlu.dates.zh_words import mandarin

_YEARS = (1900, 2100)
"""Figures that are a year."""
_WEEKEND = 7
"""What 周末 stands at among the ends of weekdays."""
_REPAIRS = frozenset(("or", "fix", "so", "not"))


class Days(Clocks):
    """Reads a day at an item of a line."""

    def _is_name(self, at: int) -> bool:
        """Whether item `at`, after "周三", makes it a person: one more character and then nothing more, or a title (周三丰, 周三丰先生)."""
        if self._may_follow(at):
            return False
        after = self.line.words[at + 1]
        return not after[:1].isalnum() or after in self.sets["titles"]

    def _holiday(self, first: int, at: int, day: Day) -> list[Piece]:
        """A holiday that ends before item `at`, or days before or after it: "春节前两天", "圣诞节前一天"."""
        line = self.line
        if line.kinds[at] in ("ago", "later"):
            amount, unit, end = self._size(at + 1)
            if unit == "1 day" and amount == int(amount):
                days = int(amount) if line.kinds[at] == "later" else -int(amount)
                return [day_piece(first, end, Day(holiday=day.holiday, shift=days))]
        return [day_piece(first, at, day)]

    def _day_of_month(self, at: int, here: int, months_on: int) -> list[Piece]:
        line = self.line
        if months_on >= 0 and (nth := self._nth_weekday(at, here, Day(months_on=months_on))):
            return nth
        if line.kinds[here] != "number" or line.values[here + 1] != "day" or months_on < 0:
            return []
        return [day_piece(at, here + 2, Day(day=line.values[here][0], months_on=months_on))]

    def _weekday(self, first: int, at: int, week: int | None, ended: int) -> list[Piece]:
        """A weekday whose "周" stands at item `at`."""
        line = self.line
        end = line.values[at + 1]
        if line.kinds[at + 1] == "number":
            value, figures = end
            weekday = 6 if value == 7 else value - 1
            if not 1 <= value <= 7 or len(figures) > 1:
                return []
        elif line.kinds[at + 1] == "parts" and line.words[at + 1] == "一":  # "周一早上": the same characters say "early"
            end = at + 3 if line.words[at + 2] == "上" else at + 2
            return [day_piece(first, end, Day(weekday=0, week=week)), Piece(kind=Kind.PART, value=Part.MORNING, first=at + 1, last=end)]
        elif line.words[at + 1] in mandarin().weekday_ends:
            weekday = mandarin().weekday_ends[line.words[at + 1]]
        else:
            return []
        if line.kinds[at - 1] == "number" and week is None and at != ended:
            return []
        if not self.sets["surname"].isdisjoint(line.words[max(0, first - 4) : first]):
            return []
        if weekday == _WEEKEND:
            return [day_piece(first, at + 2, Day(weekend=True, week=week or 0))]
        if self._is_name(at + 2) or line.words[first - 1] in self.sets["names"]:
            return []
        return [day_piece(first, at + 2, Day(weekday=weekday, week=week))]

    def _written(self, at: int) -> list[Piece]:
        """ "2026-03-08", "2026/3/8", "3/8"."""
        line = self.line
        mark, text = line.words[at + 1], line.values[at][1]
        if not text or not text.isdigit() or mark not in ("-", "/") or not line.glued(at + 2) or line.kinds[at + 2] != "number":
            return []
        second = line.values[at + 2][0]
        if len(text) == 4 and line.words[at + 3] == mark and line.kinds[at + 4] == "number":
            return [day_piece(at, at + 5, Day(year=int(text), month=second, day=line.values[at + 4][0]))] if second <= 12 else []
        if mark == "/" and len(text) <= 2 and 1 <= int(text) <= 12 and 1 <= second <= 31 and line.words[at + 3] not in ("/", "-"):
            return [day_piece(at, at + 3, Day(month=int(text), day=second))] if self.asked is True or self._may_follow(at + 3) else []
        return []

    def _end_of_month(self, at: int) -> list[Piece]:
        """ "四月底": the month's number, and words that say "the end of the month" by themselves too."""
        line, month = self.line, self.line.values[at][0]
        if line.kinds[at + 1] != "month_end" or line.words[at + 1] != "月" or not 1 <= month <= 12:
            return []
        return [day_piece(at, at + 2, Day(month=month, last_of_month=True))]

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
        if month is not None:
            of_month = Day(month=month, year=year)
            if found := self._nth_weekday(at, here, of_month) or self._last_of_month(at, here, of_month):
                return found
        if line.kinds[here] != "number":
            return []
        day = line.values[here][0]
        said = line.values[here + 1] == "day"
        if month is not None and not 1 <= month <= 12:
            return nothing(at, here + 1)
        if not 1 <= day <= 31 or (month is None and not said):
            return []
        end = here + 2 if said else here + 1
        if month is None:
            return [day_piece(at, end, Day(day=day), 0.45)] if self._is_day(at, end, ended) else []
        if not said and (line.kinds[end] in ("clock", "units") or not self._may_follow(end)):
            return []
        return [day_piece(at, end, Day(day=day, month=month, year=year))]

    def _last_of_month(self, first: int, at: int, month: Day) -> list[Piece]:
        """ "四月最后一天", "四月底"; the month stands before item `at`."""
        line = self.line
        here = at + 1 if line.words[at] == "的" else at
        if line.kinds[here] != "month_rest" or not 1 <= (month.month or 1) <= 12:
            return []
        return [day_piece(first, here + 1, msgspec.structs.replace(month, last_of_month=True))]

    def _nth_weekday(self, first: int, at: int, month: Day) -> list[Piece]:
        """ "九月的第二个星期五", "这个月最后一个周五"; the month stands before item `at`."""
        line = self.line
        here = at + 1 if line.words[at] == "的" else at
        named = self._weekday(here, here + 1, None, here + 1) if line.kinds[here] == "nth" and line.kinds[here + 1] == "week_names" else []
        if not named or not 1 <= (month.month or 1) <= 12 or named[0].value.weekday is None:
            return []
        day = Day(weekday=named[0].value.weekday, nth=line.values[here], month=month.month, year=month.year, months_on=month.months_on)
        return [day_piece(first, named[0].last, day)]

    def _number_holiday(self, at: int) -> list[Piece]:
        """ "五一" and "十一" as holidays, by what stands after them or by their being the whole answer."""
        line = self.line
        value, figures = line.values[at]
        if line.words[at].isdecimal() or not (spec := mandarin().number_holidays.get(figures or str(value))):
            return []
        alone = line.count == 1 and (self.asked is True or (self.asked is None and value != 11))
        follows = line.words[at + 1] in self.sets["holiday_follow"] or line.kinds[at + 1] == "parts"
        return [day_piece(at, at + 1, Day(holiday=spec))] if alone or follows else []

    def _is_day(self, at: int, end: int, ended: int) -> bool:
        """Whether "二十三号" is a day and no house, room or line."""
        before = self.line.words[at - 1] if at else ""
        if not self.sets["house"].isdisjoint(self.line.words[max(0, at - 4) : at]):
            return False
        if at == ended or not before.isalnum() or before.isascii() or not self.line.glued(at) or self.line.kinds[at - 1] in _REPAIRS:
            return self._may_follow(end) and before not in ("、", "-", "/")
        return before in self.sets["before_day"] and self._may_follow(end)
