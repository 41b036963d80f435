"""Mandarin days and everything between them and clocks: "下周三", "五月三号", "后天上午", "九月的第二个星期五".

A character is a token, so phrases are runs of them and the longest counts. "周三丰" is a name, "七号楼" a building, "便宜一点" no clock: what may
follow and precede is in the sets of `time.toml`.
"""

import msgspec

from agent.nlu.dates import MOST_PIECES, Day, Kind, Line, Mark, Part, Piece, day_piece, denied_together, nothing
from agent.nlu.dates.zh_clocks import Clocks, clock_piece
from agent.nlu.dates.zh_words import mandarin
from agent.nlu.utterance import Utterance

_YEARS = (1900, 2100)
_WEEKEND = 7
_MARKS = {"or": Mark.OR, "fix": Mark.FIX, "so": Mark.SO}
_REPAIRS = frozenset(("or", "fix", "so", "not"))
_JOINS = frozenset("和跟与、")
_PAUSE = "不是 "
_WITH_COMMA = "不是,"


def read(utterance: Utterance, *, region: str, month_first: bool | None, asked: bool | None, mending: bool) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none. See `dates_en_places.read`.

    Region and order of figures make no difference: in Chinese the month is written first everywhere; nor does `mending`: a clock has its 点.
    """
    if _PAUSE in utterance.text:  # "七号 不是 八号": a "no" by itself, where "不是八号" is "not the eighth"; the comma takes the place of the pause
        utterance = Utterance(utterance.text.replace(_PAUSE, _WITH_COMMA))
    table = mandarin()
    if table.triggers.isdisjoint(utterance.words) and ":" not in utterance.words and "/" not in utterance.words:
        return None
    line = Line(utterance, table.phrases, table.number)
    pieces = Chinese(line, asked=asked).pieces()
    return (line, pieces) if any(piece.kind is not Kind.MARK for piece in pieces) else None


class Chinese(Clocks):
    """Reads every piece of a line."""

    def pieces(self) -> list[Piece]:
        """Every piece, in order; each item is visited once."""
        line = self.line
        found: list[Piece] = []
        ended = 0
        at = 0
        while at < line.count and len(found) < MOST_PIECES:
            read = self._at(at, ended)
            if not read:
                at += 1
                continue
            for piece in read:
                if piece.kind is not Kind.MARK or piece.value is not None:
                    found.append(self._related(piece, ended, found[-1] if found else None))
            at = read[-1].last
            if read[-1].kind is not Kind.MARK:
                ended = at
        found = [piece for piece in found if piece.kind is not Kind.OTHER or piece.relation is Mark.NOT]
        own = [piece for piece in found if piece.kind is Kind.CLOCK and line.kinds[piece.last] == "own"]
        if any(piece.kind is Kind.CLOCK and piece not in own for piece in found):
            begins = {piece.first for piece in own}
            found = [piece for piece in found if piece not in own and not (piece.kind is Kind.PART and piece.last in begins)]
        return denied_together(found, lambda at: line.words[at] in _JOINS or line.kinds[at] == "or")

    def _at(self, at: int, ended: int) -> list[Piece]:
        """The pieces that begin at item `at`. `ended`: where the piece before it ended."""
        line, kind = self.line, self.line.kinds[at]
        value = line.values[at]
        if kind in _MARKS:
            return [Piece(kind=Kind.MARK, value=_MARKS[kind], first=at, last=at + 1)]
        if kind == "number":
            return self._numbers(at, ended)
        if kind == "days":
            return [day_piece(at, at + 1, Day(offset=value))]
        if kind == "past_days":
            return [Piece(kind=Kind.DAY, value=None, first=at, last=at + 1)]
        if kind == "day_parts":
            return [day_piece(at, at + 1, Day(offset=value[0])), Piece(kind=Kind.PART, value=Part(value[1]), first=at, last=at + 1)]
        if kind == "parts":
            return [Piece(kind=Kind.PART, value=Part(value), first=at, last=at + 1)]
        if kind == "points":
            hour, minute = (int(part) for part in value.split(":"))
            return [clock_piece(at, at + 1, hour, minute, decided=True)]
        if kind == "holidays":
            return self._holiday(at, at + 1, Day(holiday=value))
        if kind == "month_end":
            return [day_piece(at, at + 1, Day(last_of_month=True, months_on=value))]
        if kind == "not_this":
            return [Piece(kind=Kind.DAY, value=Day(week=0), first=at, last=at + 1, relation=Mark.NOT)]
        if kind == "soonest":
            return [Piece(kind=Kind.SOONEST, value=None, first=at, last=at + 1, confidence=0.5)]
        if kind == "opening":
            return [Piece(kind=Kind.OPENING, value=None, first=at, last=at + 1, confidence=0.5)]
        if kind == "which":
            return self._which(at)
        if kind == "week_names":
            return self._weekday(at, at, None, ended)
        if kind == "years":
            return [day_piece(at, at + 1, Day(years_on=value))]
        if kind in ("ahead", "shift", "clock"):
            return self._before_number(at)
        if kind == "than" and not any(word in self.sets["put_off"] for word in line.words[at + 1 : at + 3]):
            return [Piece(kind=Kind.THAN, value=(Mark(value), False), first=at, last=at + 1, confidence=0.5)]
        if kind == "same":
            return [Piece(kind=Kind.SAME, value=None, first=at, last=at + 1)]
        if kind == "too":
            of_day = any(line.kinds[here] in ("week_names", "days", "date", "weekday_ends") for here in range(max(0, at - 3), at))
            return [Piece(kind=Kind.THAN, value=(Mark(value), of_day), first=at, last=at + 1, confidence=0.5)]
        if kind == "other":
            return [Piece(kind=Kind.OTHER, value=value[0], first=at, last=at + 1, relation=Mark.NOT if value[1] else None)]
        return []

    def _which(self, at: int) -> list[Piece]:
        """ "下周三", "这个周末", "下个月三号", "下周", "上周五"."""
        line, which = self.line, self.line.values[at]
        here = at + 1
        if line.kinds[here] == "week_names" or line.words[here] in ("周", "星", "礼"):
            named = self._weekday(at, here, which, at)
            if which < 0:
                return [Piece(kind=Kind.DAY, value=None, first=at, last=named[-1].last if named else here + 1)]
            return named or [day_piece(at, here + 1, Day(week=which))]
        if which < 0 and line.kinds[here] in ("units", "date") and line.values[here] in ("month", "1 month"):
            end = here + 3 if line.kinds[here + 1] == "number" and line.values[here + 2] == "day" else here + 1
            return [Piece(kind=Kind.DAY, value=None, first=at, last=end)]
        if line.values[here] == "month" or (line.kinds[here] == "units" and line.words[here] in ("月", "个") and line.values[here] == "1 month"):
            return self._day_of_month(at, here + 1, which)
        return []

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
        elif line.kinds[at + 1] == "weekday_ends" or line.words[at + 1] in ("日", "天", "末"):
            weekday = mandarin().weekday_ends[line.words[at + 1]]
        else:
            return []
        if line.kinds[at - 1] == "number" and week is None and at != ended:
            return []
        if "姓" in line.words[max(0, first - 4) : first]:
            return []
        if weekday == _WEEKEND:
            return [day_piece(first, at + 2, Day(weekend=True, week=week or 0))]
        if self._is_name(at + 2) or line.words[first - 1] in self.sets["names"]:
            return []
        return [day_piece(first, at + 2, Day(weekday=weekday, week=week))]

    def _numbers(self, at: int, ended: int) -> list[Piece]:
        return (
            self._written(at)
            or self._number_holiday(at)
            or self._end_of_month(at)
            or self._date(at, ended)
            or self._colon(at)
            or self._oclock(at, ended)
            or self._length(at, at)
        )

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

    def _related(self, piece: Piece, ended: int, before: Piece | None) -> Piece:
        """With the relation that the words right before it, or right after it, say; in "不是下午两点" both pieces are not meant."""
        relation = self._relation(piece, ended)
        if (
            relation is None
            and piece.kind is not Kind.THAN
            and before is not None
            and before.relation is Mark.NOT
            and before.last == piece.first
            and self.line.glued(piece.first)
        ):
            relation = Mark.NOT
        if relation is None or piece.kind is Kind.MARK:
            return piece
        return Piece(kind=piece.kind, value=piece.value, first=piece.first, last=piece.last, confidence=piece.confidence, relation=relation)

    def _relation(self, piece: Piece, ended: int) -> Mark | None:
        line, after, before = self.line, piece.last, piece.first - 1
        if piece.relation is not None:
            return piece.relation
        said_of = after + (line.words[after] in self.sets["all"])
        if line.kinds[said_of] in ("denied_after", "too"):
            return Mark.NOT
        if before >= 0 and line.kinds[before] == "not":
            return Mark.NOT
        if before >= 0 and line.words[before] in self.sets["range_to"] and before == ended and ended:
            return Mark.TO
        if piece.kind in (Kind.CLOCK, Kind.DAY) and line.kinds[after] in ("later", "ago"):
            following = after + 1 + (line.words[after + 1] in self.sets["all"])
            denied = line.kinds[following] == "denied_after"  # "周三以前都没空": from then on
            later = line.kinds[after] == "later"
            if denied and piece.kind is Kind.DAY:
                return Mark.BY if later else Mark.FROM
            return Mark.AFTER if later is not denied else Mark.BEFORE
        if piece.kind is Kind.CLOCK and line.kinds[after] == "own":
            return Mark(line.values[after])
        return Mark.FROM if before >= 0 and line.kinds[before] == "between" else None
