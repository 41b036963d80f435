"""English days and everything between them and clocks: "Tuesday week", "tomorrow arvo", "the day after Christmas", "as soon as possible".

`Days.pieces` turns an utterance into pieces. A number alone is a piece only where its place in the sentence makes it one: `dates_en_places` decides.
Sources: CLDR names of days and months; "Friday week", "a week on Monday", "fortnight": Oxford English Dictionary.
"""

from collections.abc import Mapping

import msgspec

from agent.nlu.dates import MOST_PIECES, Clock, Day, Kind, Line, Mark, Part, Piece, day_piece, nothing
from agent.nlu.dates.en_known import Known
from agent.nlu.dates.en_lengths import shifted
from agent.nlu.dates.en_words import english

_MANY_NUMBERS = 5
_MANY_FIGURES = 7
_MANY_DIGITS = 4
"""As many numbers of one digit each are read out: "three zero three nine"."""
_MINUTES = 60
_IN_STRINGS = frozenset("-.)")
_AFTER_A_BOUND = frozenset(("", ",", ".", "?", "!", "please", "then", "instead", "at", "maybe", "or"))
"""What may stand behind "the Friday after", so that it is no "Friday after three"."""
_MARKS = {"or": Mark.OR, "fix": Mark.FIX, "change": Mark.CHANGE, "so": Mark.SO}


class Days(Known):
    """Reads every piece of a line."""

    def __init__(self, line: Line, sets: Mapping[str, frozenset[str]], region: str, month_first: bool | None) -> None:
        super().__init__(line, sets, month_first)
        self.region = region

    def pieces(self) -> list[Piece]:
        """Every piece, in order; clocks and days only look ahead, so each item is visited once."""
        found: list[Piece] = []
        at = 0
        while at < self.line.count and len(found) < MOST_PIECES:
            read = self._at(at)
            if not read:
                at += 1
                continue
            found.extend(piece for piece in read if piece.kind is not Kind.MARK or piece.value is not None)
            at = read[-1].last
        return found

    def _at(self, at: int) -> list[Piece]:
        kind = self.line.kinds[at]
        if kind in _MARKS:
            return [Piece(kind=Kind.MARK, value=_MARKS[kind], first=at, last=at + 1)]
        if kind == "number":
            run = self._run_end(at)
            if self._is_string(at, run):
                return self._numeric_date(at) or nothing(at, run)
            return (
                self._numeric_date(at)
                or self._clock_of_minutes(at)
                or self._quantity(at)
                or self._several(at)
                or self._day_month(at)
                or self._clock(at)
            )
        if kind == "":
            word = self.line.words[at]
            if word in english().homophones and (self.line.kinds[at + 1] in ("oclock", "half_of_day") or self._hides_an_hour(at)):
                return self._misheard(at)
            if word in self.sets["articles"] or word in self.sets["half"] or word in self.sets["quarter"] or word in self.sets["couple"]:
                return self._quantity(at) or self._clock(at)
            return []
        reader = _READERS.get(kind)
        return [] if reader is None else reader(self, at)

    def _clock(self, at: int) -> list[Piece]:
        piece = self.clocks.piece(at)
        if piece is None:
            return []
        return [piece]

    def _hides_an_hour(self, at: int) -> bool:
        """ "At to thirty": no "to" stands between "at" and the minutes of an hour."""
        line = self.line
        if line.words[at - 1] != "at" or not at or line.kinds[at + 1] != "number" or line.kinds[at + 2] in ("number", "units", "oclock"):
            return False
        value, text = line.values[at + 1]
        return 10 <= value < _MINUTES and len(text) in (0, 2) and line.words[at + 2] != ":"

    def _misheard(self, at: int) -> list[Piece]:
        """ "for o'clock", "to p m", "at for thirty": what a recogniser writes for four and two."""
        line, hour = self.line, english().homophones[self.line.words[at]]
        if line.kinds[at + 1] == "number":
            decided = line.kinds[at + 2] == "half_of_day"
            late = 12 if decided and line.values[at + 2] == "pm" else 0
            clock = Clock(hour=hour + late, minute=line.values[at + 1][0], decided=decided)
            return [Piece(kind=Kind.CLOCK, value=clock, first=at, last=at + (3 if decided else 2), confidence=0.5)]
        if line.kinds[at + 1] == "oclock":
            return [Piece(kind=Kind.CLOCK, value=Clock(hour=hour), first=at, last=at + 2)]
        half = 12 if line.values[at + 1] == "pm" else 0
        return [Piece(kind=Kind.CLOCK, value=Clock(hour=hour + half, decided=True), first=at, last=at + 2)]

    def _clock_of_minutes(self, at: int) -> list[Piece]:
        """ "thirty six minutes past eight" is a clock before it is a length of time."""
        return self._clock(at) if self.line.values[at + 1] == "1 minute" and self.clocks.counts_from_hour(at) else []

    def _run_end(self, at: int) -> int:
        """Past the numbers that follow one another."""
        end = at + 1
        while self.line.kinds[end] == "number" or (
            self.line.words[end] in _IN_STRINGS and self.line.kinds[end + 1] == "number" and self.line.glued(end + 1)
        ):
            end += 1
        return end

    def _is_string(self, at: int, end: int) -> bool:
        """Whether the run is a telephone number or the like: no day and clock take so many figures, or so many words for them."""
        numbers = [self.line.values[here] for here in range(at, end) if self.line.kinds[here] == "number"]
        spelled = len(numbers) >= _MANY_DIGITS and all(value < 10 and len(text) < 2 for value, text in numbers)
        return spelled or len(numbers) >= _MANY_NUMBERS or sum(len(text) for _, text in numbers) >= _MANY_FIGURES

    def _named(self, at: int) -> list[Piece]:
        """A weekday, perhaps with "week" after it: "Tuesday week" is Tuesday and seven days."""
        here, weekday = at + 1, self.line.values[at]
        shift = 0
        if self.line.kinds[here] == "units" and self.line.words[here] in ("week", "fortnight") and not self._which_before(at):
            shift = 7 if self.line.words[here] == "week" else 14
            here += 1
        elif self.line.values[here] == "coming":
            return [day_piece(at, here + 1, Day(weekday=weekday, next_one=True))]
        elif self.line.words[here] == "after" and self.line.words[here + 1] == "next":
            return [day_piece(at, here + 2, Day(weekday=weekday, week=1, next_one=True, shift=7))]
        elif self._after_known(here):
            return [day_piece(at, here + 1, Day(after_known=True, to_weekday=(weekday, 1)))]
        if self.line.words[here] == "." and self.line.glued(here) and self.line.words[at] in self.sets["dotted"]:
            here += 1
        if not shift and (beside := self._beside_day(at, here, weekday)):
            return beside
        return [day_piece(at, here, Day(weekday=weekday, shift=shift))]

    def _after_known(self, at: int) -> bool:
        """Whether "after", "after that" stands at item `at`, with nothing that it comes before: "the Friday after"."""
        line = self.line
        if line.words[at] != "after" or line.kinds[at] == "than":
            return line.words[at] == "after"
        return not line.kinds[at] and not line.kinds[at + 1] and line.words[at + 1] in _AFTER_A_BOUND

    def _several(self, at: int) -> list[Piece]:
        """ "two Sundays from now"."""
        line = self.line
        weekday = english().weekdays.get(line.words[at + 1].removesuffix("s"))
        if weekday is None or line.words[at + 2] != "from" or line.words[at + 3] not in self.sets["now"]:
            return []
        return [day_piece(at, at + 4, Day(weekday=weekday, next_one=True, shift=7 * (line.values[at][0] - 1)))]

    def _beside_day(self, at: int, here: int, weekday: int) -> list[Piece]:
        """ "the Monday after Easter", "the Friday before the 10th": the weekday ends before item `here`."""
        line = self.line
        way = {"after": 1, "following": 1, "before": -1}.get(line.words[here], 0)
        following = self._plain_day(here + (2 if line.words[here + 1] == "the" else 1)) if way else None
        if following is None or following.value.weekday is not None or following.value.week is not None or following.value.weekend:
            return []
        return [day_piece(at, following.last, msgspec.structs.replace(following.value, to_weekday=(weekday, way)))]

    def _which_before(self, at: int) -> bool:
        return self.line.kinds[at - 1] == "which"

    def _short_named(self, at: int) -> list[Piece]:
        """ "sun", "sat": only beside a number or after "on", or all alone."""
        line = self.line
        before, after = line.words[at - 1], at + 1
        if line.words[after] == "." and line.glued(after):
            after += 1
        comma = after + 1 if line.words[after] == "," else after
        beside = line.kinds[comma] in ("number", "ordinal", "months", "parts") or (line.words[comma] == "the" and line.kinds[comma + 1] == "ordinal")
        alone = line.count == after - at
        if line.words[comma] == "at" and line.kinds[comma + 1] == "number":
            beside = at == 0 or before in (",", ".")
        if alone or (before not in self.sets["not_before_short"] and (beside or before in ("on", "this", "next", "coming"))):
            return [day_piece(at, after, Day(weekday=line.values[at]))]
        return []

    def _relative(self, at: int) -> list[Piece]:
        """ "tomorrow", "tomorrow week"."""
        line, shift = self.line, 0
        if line.words[at + 1] in ("week", "fortnight"):
            shift = 7 if line.words[at + 1] == "week" else 14
        return [day_piece(at, at + (2 if shift else 1), Day(offset=line.values[at], shift=shift))]

    def _past(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.DAY, value=None, first=at, last=at + 1)]

    def _half_alone(self, at: int) -> list[Piece]:
        """ "pm", the answer to "morning or afternoon?"."""
        before, after = self.line.words[at - 1], self.line.words[at + 1]
        if after.isalnum() or before not in ("", "in", "the", ","):
            return []
        return [Piece(kind=Kind.PART, value=Part(self.line.values[at].upper()), first=at, last=at + 1, confidence=0.3)]

    def _about(self, at: int) -> list[Piece]:
        """ "sixish"."""
        return [Piece(kind=Kind.CLOCK, value=Clock(hour=self.line.values[at]), first=at, last=at + 1, confidence=0.5)]

    def _tonight(self, at: int) -> list[Piece]:
        part = Piece(kind=Kind.PART, value=Part(self.line.values[at]), first=at, last=at + 1)
        return [day_piece(at, at + 1, Day(offset=0)), part]

    def _part(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.PART, value=Part(self.line.values[at]), first=at, last=at + 1)]

    def _which(self, at: int) -> list[Piece]:
        """ "next Friday", "this weekend", "next week", "last Tuesday", "this afternoon"."""
        line, which = self.line, self.line.values[at]
        here = at + 2 if line.words[at + 1] in ("coming", "upcoming") else at + 1
        kind, value = line.kinds[here], line.values[here]
        if which == "past":
            return self._nth_weekday(at, -1) or self._last_day(at) or self._past_span(at, here)
        if kind in ("weekdays", "weekdays_short"):
            if which == "next":
                day = Day(weekday=value, week=1, next_one=True)
            else:
                day = Day(weekday=value, week=0) if which == "this" and here == at + 1 else Day(weekday=value, next_one=True)
            return [day_piece(at, here + 1, day)]
        if kind == "parts" and which == "this":
            return [day_piece(at, here, Day(offset=0)), Piece(kind=Kind.PART, value=Part(value), first=here, last=here + 1)]
        ahead = 1 if which == "next" else 0
        if kind == "weekend":
            return [day_piece(at, here + 1, Day(weekend=True, week=ahead))]
        if kind == "units" and line.words[here] in ("week", "week's"):
            return [day_piece(at, here + 1, Day(week=ahead))]
        if kind == "units" and line.words[here] == "month":
            return [day_piece(at, here + 1, Day(months_on=ahead))]
        if kind == "units" and line.words[here] == "year":
            return [day_piece(at, here + 1, Day(years_on=ahead))]
        if kind == "units" and line.words[here] == "day" and ahead:
            return [day_piece(at, here + 1, Day(after_known=True, shift=1), 0.4)]
        return []

    def _past_span(self, at: int, here: int) -> list[Piece]:
        if self.line.kinds[here] in ("weekdays", "weekdays_short", "units", "weekend", "months", "parts"):
            return [Piece(kind=Kind.DAY, value=None, first=at, last=here + 1)]
        return []

    def _weekend(self, at: int) -> list[Piece]:
        return [day_piece(at, at + 1, Day(weekend=True, week=0))]

    def _month_end(self, at: int) -> list[Piece]:
        return [day_piece(at, at + 1, Day(last_of_month=True, months_on=self.line.values[at]))]

    def _week_after_next(self, at: int) -> list[Piece]:
        """ "The week after next"; "the week after", which is the one after what is known, or a week of no day of ours: "the week after Easter"."""
        if self.line.values[at] > 1:
            return [day_piece(at, at + 1, Day(week=self.line.values[at]))]
        if (following := self._plain_day(at + 1)) is not None:
            return nothing(at, following.last)
        return [day_piece(at, at + 1, Day(week=1, after_known=True))]

    def _day_after(self, at: int) -> list[Piece]:
        """ "the day after Christmas", "the day after that"."""
        shift = self.line.values[at]
        here = at + 2 if self.line.words[at + 1] in ("the", "that") else at + 1
        following = self._plain_day(here)
        if following is not None:
            return [day_piece(at, following.last, shifted(following.value, shift))]
        return [day_piece(at, at + 1, Day(after_known=True, shift=shift), 0.4)]

    def _holiday(self, at: int) -> list[Piece]:
        line = self.line
        name = " ".join(token.norm for token in line.utterance.tokens[line.firsts[at] : line.firsts[at + 1]])
        regional = english().region_holidays.get(self.region, {}).get(name, line.values[at])
        if line.kinds[at + 1] == "weekend":
            return nothing(at, at + 2)
        end, year = self._year(at + 1)
        return [day_piece(at, end, Day(holiday=regional, year=year))]

    def _soonest(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.SOONEST, value=None, first=at, last=at + 1, confidence=0.5)]

    def _opening(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.OPENING, value=None, first=at, last=at + 1, confidence=0.5)]

    def _skip(self, at: int) -> list[Piece]:
        return nothing(at, at + 1)

    def _ordinal(self, at: int) -> list[Piece]:
        return self._nth_weekday(at, self.line.values[at]) or self._day_month(at)


_READERS = {
    "weekdays": Days._named,
    "weekdays_short": Days._short_named,
    "days": Days._relative,
    "past_days": Days._past,
    "about": Days._about,
    "half_of_day": Days._half_alone,
    "tonight": Days._tonight,
    "parts": Days._part,
    "which": Days._which,
    "weekend": Days._weekend,
    "month_end": Days._month_end,
    "week_after_next": Days._week_after_next,
    "day_after": Days._day_after,
    "holidays": Days._holiday,
    "soonest": Days._soonest,
    "opening": Days._opening,
    "months": Days._month,
    "ordinal": Days._ordinal,
    "points": Days._clock,
    "units": Days._bare_unit,
    "not_this": Days._not_this,
    "nothing": Days._skip,
    "after_one": Days._after_one,
    "weekdays_plural": Days._plural,
    "than": Days._than,
    "other": Days._other,
    "edge": Days._edge,
    "too": Days._too,
    "any_time": Days._any_time,
    "same": Days._same,
}
