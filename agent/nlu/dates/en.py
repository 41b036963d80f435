"""English days and everything between them and clocks: "Tuesday week", "tomorrow arvo", "the day after Christmas", "as soon as possible".

`Days.pieces` turns an utterance into pieces. A number alone is a piece only where its place in the sentence makes it one: `en_places` decides.
Sources: CLDR names of days and months; "Friday week", "a week on Monday", "fortnight": Oxford English Dictionary.
"""

from collections.abc import Mapping

from agent.nlu.dates import MOST_PIECES, Clock, Day, Kind, Line, Part, Piece, day_piece, nothing
from agent.nlu.dates.en_lengths import shifted
from agent.nlu.dates.en_weekdays import Weekdays
from agent.nlu.dates.en_words import english
from agent.nlu.dates.plain import PLAIN

_MANY_NUMBERS = 5
_MANY_FIGURES = 7
_MANY_DIGITS = 4
"""As many numbers of one digit each are read out: "three zero three nine"."""
_MINUTES = 60
_IN_STRINGS = frozenset("-.)")


class Days(Weekdays):
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
        if reader := _READERS.get(kind):
            return reader(self, at)
        return PLAIN[kind](at, self.line.values[at]) if kind in PLAIN else []

    def _numbers(self, at: int) -> list[Piece]:
        run = self._run_end(at)
        if self._is_string(at, run):
            return self._numeric_date(at) or nothing(at, run)
        return (
            self._numeric_date(at) or self._clock_of_minutes(at) or self._quantity(at) or self._several(at) or self._day_month(at) or self._clock(at)
        )

    def _other_word(self, at: int) -> list[Piece]:
        """ "An hour", "half ten", "a couple of days": of the words that stand in no table, those that may begin a time."""
        word, following = self.line.words[at], self.line.kinds[at + 1]
        if word in english().homophones and (following in ("oclock", "half_of_day") or self._hides_an_hour(at)):
            return self._misheard(at)
        if any(word in self.sets[name] for name in ("articles", "half", "quarter", "couple")):
            return self._quantity(at) or self._clock(at)
        return []

    def _clock(self, at: int) -> list[Piece]:
        piece = self.clocks.piece(at)
        return [] if piece is None else [piece]

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

    def _relative(self, at: int) -> list[Piece]:
        """ "tomorrow", "tomorrow week"."""
        shift = english().weeks.get(self.line.words[at + 1], 0)
        return [day_piece(at, at + (2 if shift else 1), Day(offset=self.line.values[at], shift=shift))]

    def _half_alone(self, at: int) -> list[Piece]:
        """ "pm", the answer to "morning or afternoon?"."""
        before, after = self.line.words[at - 1], self.line.words[at + 1]
        if after.isalnum() or before not in ("", "in", "the", ","):
            return []
        return [Piece(kind=Kind.PART, value=Part(self.line.values[at].upper()), first=at, last=at + 1, confidence=0.3)]

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

    def _ordinal(self, at: int) -> list[Piece]:
        return self._nth_weekday(at, self.line.values[at]) or self._day_month(at)


_READERS = {
    "": Days._other_word,
    "number": Days._numbers,
    "ordinal": Days._ordinal,
    "weekdays": Days._weekday,
    "weekdays_short": Days._short_weekday,
    "weekdays_plural": Days._plural,
    "days": Days._relative,
    "half_of_day": Days._half_alone,
    "which": Days._which,
    "week_after_next": Days._week_after_next,
    "day_after": Days._day_after,
    "holidays": Days._holiday,
    "months": Days._month,
    "points": Days._clock,
    "units": Days._bare_unit,
    "than": Days._than,
    "edge": Days._edge,
    "too": Days._too,
}
"""What reads an item of each table, where it is more than a piece by itself."""
