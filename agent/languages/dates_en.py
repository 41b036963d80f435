"""English days and everything between them and clocks: "Tuesday week", "the ninth of march", "in three days", "tomorrow arvo".

`read` turns an utterance into pieces. A number alone is a piece only where its place in the sentence makes it one; `places_en` decides.
Sources: CLDR names of days and months; "Friday week", "a week on Monday", "fortnight": Oxford English Dictionary.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.languages.clocks_en import Clocks, clock_words
from agent.languages.dates import Clock, Day, Item, Kind, Line, Mark, Part, Phrases, Piece, items, phrases
from agent.languages.numbers import cardinal, ordinal
from agent.text import Said, Token

_TABLES = (
    "nothing", "weekdays", "weekdays_short", "months", "days", "past_days", "parts", "tonight", "points", "half_of_day", "which", "units", "weekend",
    "month_end", "week_after_next", "day_after", "soonest", "opening", "oclock", "or", "fix", "change", "not", "between", "edge", "denied_after", "not_this", "holidays",
)  # fmt: skip
_YEARS = (1900, 2100)
_MINUTES = 60


class English:
    """The words of `time.toml`, ready to read with."""

    def __init__(self) -> None:
        tables: dict[str, Any] = words("en", "time")
        flat = {name: table["phrases"] if isinstance(table, Mapping) and "phrases" in table else table for name, table in tables.items()}
        self.phrases: Phrases = phrases(flat, _TABLES)
        self.sets = clock_words(tables["words"])
        self.region_holidays: dict[str, dict[str, str]] = tables["region_holidays"]
        numbers: dict[str, Any] = words("en", "numbers")
        self.suffixes = frozenset(numbers["suffixes"])
        self.zeros = frozenset(numbers["only_inside"])
        self.tens = frozenset(numbers["tens"])
        self.ordinals = frozenset(numbers["ordinals"]) | self.tens
        self.cardinals = frozenset(numbers["digits"]) | frozenset(numbers["teens"]) | self.tens | {"hundred"}
        quiet = {"nothing", "or", "fix", "change", "not", "between", "edge", "which", "denied_after", "units", "oclock", "not_this"}
        self.triggers = frozenset(first for first, entries in self.phrases.items() if any(kind not in quiet for _, kind, _ in entries))
        self.triggers |= self.ordinals | self.cardinals | self.sets["quarter"] | self.sets["half"] | frozenset(("in", "week", "fortnight", "hour", "day"))

    def number(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int] | None:
        """A number at a token: ("number", (value, its figures or ""), end) or ("ordinal", value, end)."""
        norm = tokens[at].norm
        if norm[0].isdigit():
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            if following is not None and following.norm in self.suffixes and len(norm) <= 2:
                space = following.start - tokens[at].end
                if not space or (space == 1 and following.norm != "st"):
                    return "ordinal", int(norm), at + 2
            return "number", (int(norm) if len(norm) <= 8 else 10**8, norm), at + 1
        if norm in self.zeros:
            return "number", (0, ""), at + 1
        if norm in self.ordinals:
            value, end = ordinal(tokens, at, "en")
            if value is not None:
                return "ordinal", value, end
        if norm.endswith(_ISH) and norm[: -len(_ISH)] in self.cardinals:
            value, _ = cardinal([tokens[at]._replace(norm=norm[: -len(_ISH)])], 0, "en")
            return ("about", value, at + 1) if value is not None and 1 <= value <= 12 else None
        if norm in self.cardinals:
            value, end = cardinal(tokens, at, "en")
            if value is not None:
                return "number", (value, ""), end
        return None


@cache
def english() -> English:
    """The English words, read once."""
    return English()


def line(said: Said) -> Line | None:
    """The utterance as items; None when no word or figure in it could be part of a time."""
    table = english()
    if table.triggers.isdisjoint(said.words) and not any(word[0].isdigit() or word.endswith(_ISH) for word in said.words):
        return None
    read: list[Item] = items(said, table.phrases, table.number)
    return Line(said, read)


class Days:
    """Reads a day at an item of a line. `month_first`: the region's order of figures, None when it has none."""

    def __init__(self, line: Line, sets: Mapping[str, frozenset[str]], region: str, month_first: bool | None) -> None:
        self.line = line
        self.sets = sets
        self.region = region
        self.month_first = month_first
        self.clocks = Clocks(line, sets)

    def pieces(self) -> list[Piece]:
        """Every piece, in order; clocks and days only look ahead, so each item is visited once."""
        found: list[Piece] = []
        at = 0
        while at < self.line.count:
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
                return self._numeric_date(at) or _nothing(at, run)
            return self._numeric_date(at) or self._clock_of_minutes(at) or self._quantity(at) or self._day_month(at) or self._clock(at)
        if kind == "":
            word = self.line.words[at]
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

    def _clock_of_minutes(self, at: int) -> list[Piece]:
        """ "thirty six minutes past eight" is a clock before it is a length of time."""
        return self._clock(at) if self.line.values[at + 1] == "1 minute" and self.clocks.counts_from_hour(at) else []

    def _run_end(self, at: int) -> int:
        """Past the numbers that follow one another."""
        end = at + 1
        while self.line.kinds[end] == "number" or (self.line.words[end] in _IN_STRINGS and self.line.kinds[end + 1] == "number" and self.line.glued(end + 1)):
            end += 1
        return end

    def _is_string(self, at: int, end: int) -> bool:
        """Whether the run is a telephone number or the like: no day and clock take so many figures, or so many words for them."""
        numbers = [self.line.values[here] for here in range(at, end) if self.line.kinds[here] == "number"]
        return len(numbers) >= _MANY_NUMBERS or sum(len(text) for _, text in numbers) >= _MANY_FIGURES

    def _named(self, at: int) -> list[Piece]:
        """A weekday, perhaps with "week" after it: "Tuesday week" is Tuesday and seven days."""
        here, weekday = at + 1, self.line.values[at]
        shift = 0
        if self.line.kinds[here] == "units" and self.line.words[here] in ("week", "fortnight") and not self._which_before(at):
            shift = 7 if self.line.words[here] == "week" else 14
            here += 1
        if self.line.words[here] == "." and self.line.glued(here) and self.line.items[at].word in _DOTTED:
            here += 1
        return [_day(at, here, Day(weekday=weekday, shift=shift))]

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
        if alone or (before not in _NOT_BEFORE_SHORT and (beside or before in ("on", "this", "next", "coming"))):
            return [_day(at, after, Day(weekday=line.values[at]))]
        return []

    def _relative(self, at: int) -> list[Piece]:
        return [_day(at, at + 1, Day(offset=self.line.values[at]))]

    def _past(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.DAY, value=None, first=at, last=at + 1)]

    def _half_alone(self, at: int) -> list[Piece]:
        """ "pm", the answer to "morning or afternoon?"."""
        if self.line.words[at - 1] not in ("", "in", "the", ",", "a"):
            return []
        return [Piece(kind=Kind.PART, value=Part(self.line.values[at].upper()), first=at, last=at + 1, sure=0.3)]

    def _about(self, at: int) -> list[Piece]:
        """ "sixish"."""
        return [Piece(kind=Kind.CLOCK, value=Clock(hour=self.line.values[at]), first=at, last=at + 1, sure=0.5)]

    def _tonight(self, at: int) -> list[Piece]:
        part = Piece(kind=Kind.PART, value=Part(self.line.values[at]), first=at, last=at + 1)
        return [_day(at, at + 1, Day(offset=0)), part]

    def _part(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.PART, value=Part(self.line.values[at]), first=at, last=at + 1)]

    def _which(self, at: int) -> list[Piece]:
        """ "next Friday", "this weekend", "next week", "last Tuesday", "this afternoon"."""
        line, which = self.line, self.line.values[at]
        here = at + 2 if line.words[at + 1] in ("coming", "upcoming") else at + 1
        kind, value = line.kinds[here], line.values[here]
        if which == "past":
            return self._nth_weekday(at, -1) or self._past_span(at, here)
        if kind in ("weekdays", "weekdays_short"):
            if which == "next":
                day = Day(weekday=value, week=1, next_one=True)
            else:
                day = Day(weekday=value, week=0) if which == "this" and here == at + 1 else Day(weekday=value)
            return [_day(at, here + 1, day)]
        if kind == "parts" and which == "this":
            return [_day(at, here, Day(offset=0)), Piece(kind=Kind.PART, value=Part(value), first=here, last=here + 1)]
        ahead = 1 if which == "next" else 0
        if kind == "weekend":
            return [_day(at, here + 1, Day(weekend=True, week=ahead))]
        if kind == "units" and line.words[here] == "week":
            return [_day(at, here + 1, Day(week=ahead))]
        if kind == "units" and line.words[here] == "month":
            return [Piece(kind=Kind.MARK, value=None, first=at, last=here + 1)]
        if kind == "units" and line.words[here] == "day" and ahead:
            return [_day(at, here + 1, Day(after_known=True, shift=1), 0.4)]
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
            return [_day(at, end, Day(weekday=weekday, nth=nth, month=line.values[here], year=year))]
        if line.words[here] == "month" or (line.kinds[here] == "which" and line.words[here + 1] == "month" and line.values[here] != "past"):
            months_on = 1 if line.values[here] == "next" else 0
            return [_day(at, here + 1 if line.words[here] == "month" else here + 2, Day(weekday=weekday, nth=nth, months_on=months_on))]
        return []

    def _past_span(self, at: int, here: int) -> list[Piece]:
        if self.line.kinds[here] in ("weekdays", "weekdays_short", "units", "weekend", "months", "parts"):
            return [Piece(kind=Kind.DAY, value=None, first=at, last=here + 1)]
        return []

    def _weekend(self, at: int) -> list[Piece]:
        return [_day(at, at + 1, Day(weekend=True, week=0))]

    def _month_end(self, at: int) -> list[Piece]:
        return [_day(at, at + 1, Day(last_of_month=True, months_on=self.line.values[at]))]

    def _week_after_next(self, at: int) -> list[Piece]:
        return [_day(at, at + 1, Day(week=self.line.values[at]))]

    def _day_after(self, at: int) -> list[Piece]:
        """ "the day after Christmas", "the day after that"."""
        shift = self.line.values[at]
        here = at + 2 if self.line.words[at + 1] in ("the", "that") else at + 1
        following = self._plain_day(here)
        if following is not None:
            return [_day(at, following.last, _shifted(following.value, shift))]
        return [_day(at, at + 1, Day(after_known=True, shift=shift), 0.4)]

    def _holiday(self, at: int) -> list[Piece]:
        line = self.line
        name = " ".join(token.norm for token in line.said.tokens[line.items[at].first : line.items[at].last])
        regional = english().region_holidays.get(self.region, {}).get(name, line.values[at])
        end, year = self._year(at + 1)
        return [_day(at, end, Day(holiday=regional, year=year))]

    def _soonest(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.SOONEST, value=None, first=at, last=at + 1, sure=0.5)]

    def _opening(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.OPENING, value=None, first=at, last=at + 1, sure=0.5)]

    def _not_this(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.DAY, value=Day(week=0), first=at, last=at + 1, relation=Mark.NOT)]

    def _skip(self, at: int) -> list[Piece]:
        return _nothing(at, at + 1)

    # Numbers and months.

    def _year(self, at: int) -> tuple[int, int | None]:
        """The item after a year at item `at`, and the year; (at, None) when none stands there."""
        line = self.line
        here = at + 1 if line.words[at] in (",", "of") else at
        if line.kinds[here] == "number":
            value, text = line.values[here]
            if _YEARS[0] <= value <= _YEARS[1] and line.kinds[here + 1] != "half_of_day" and line.words[here + 1] != ":":
                return here + 1, value
            following = line.values[here + 1][0] if line.kinds[here + 1] == "number" else 0
            if value == 20 and not text and 20 <= following <= 99 and line.kinds[here + 2] not in ("half_of_day", "oclock"):
                return here + 2, 2000 + following
        return at, None

    def _day_number(self, at: int) -> int | None:
        """A day of the month at item `at`, said as an ordinal or as a number that is no clock."""
        line = self.line
        if line.kinds[at] == "ordinal":
            return line.values[at] if 1 <= line.values[at] <= 31 else None
        if line.kinds[at] != "number" or not 1 <= line.values[at][0] <= 31 or len(line.values[at][1]) > 2:
            return None
        following = line.words[at + 1]
        if line.kinds[at + 1] in ("half_of_day", "oclock", "units") or following in (":", "/", "h") or (following in ("a", "p") and line.glued(at + 1)):
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
            return []
        end, year = self._year(here + 1)
        bare = line.kinds[here] == "number" and line.words[at] in _ALSO_WORDS
        return [_day(at, end, Day(day=day, month=line.values[at], year=year), bare=bare)]

    def _day_month(self, at: int) -> list[Piece]:
        """ "9 March", "the ninth of march 2027", "third day of october", "the 9th of next month", "the third of the fourth"."""
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
                return [_day(at, here + 2, Day(day=day, months_on=1 if line.values[here] == "next" else 0))]
            if line.words[here] == "the" and line.kinds[here + 1] == "ordinal" and line.kinds[at] == "ordinal" and line.values[here + 1] <= 12:
                end, year = self._year(here + 2)
                return [_day(at, end, Day(day=day, month=line.values[here + 1], year=year))]
            if line.words[here] == "the" and line.words[here + 1] == "month":
                return [_day(at, here + 2, Day(day=day))]
        if line.words[here] in ("-", ",") and line.glued(here):
            here += 1
        if line.kinds[here] == "months":
            end = here + 2 if line.words[here + 1] == "." and line.glued(here + 1) else here + 1
            end, year = self._year(end)
            bare = line.kinds[at] == "number" and line.words[here] in _ALSO_WORDS
            return [_day(at, end, Day(day=day, month=line.values[here], year=year), bare=bare)]
        if line.kinds[at] == "ordinal":
            return [_day(at, at + 1, Day(day=day), 0.45, bare=True)]
        if line.kinds[at - 1] == "weekdays" and day > 12 and self.clocks.piece(at) is not None and line.kinds[at + 1] != "number":
            return [_day(at, at + 1, Day(day=day), 0.45, bare=True)]
        return []

    def _plain_day(self, at: int) -> Piece | None:
        """The day that begins at item `at` and is counted from nothing else."""
        kind = self.line.kinds[at]
        if kind == "number":
            read = self._numeric_date(at) or self._day_month(at)
        else:
            read = self._at(at) if kind in _DAY_KINDS else []
        return read[0] if read and isinstance(read[0].value, Day) else None

    def _ordinal(self, at: int) -> list[Piece]:
        return self._nth_weekday(at, self.line.values[at]) or self._day_month(at)

    def _numeric_date(self, at: int) -> list[Piece]:
        """ "2026-03-08", "4/25", "3.4.2026", "20260308"."""
        line = self.line
        text = line.values[at][1]
        if len(text) == 8 and text[:2] in ("19", "20"):
            day = _written(int(text[:4]), int(text[4:6]), int(text[6:]))
            return [_day(at, at + 1, day)] if day else []
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
            return [_day(at, at + 5, day)] if day else []
        if len(text) > 2 or len(second[1]) > 2 or len(third[1]) not in (2, 4):
            return []
        year = third[0] if len(third[1]) == 4 else 2000 + third[0]
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
        return [_day(at, end, Day(day=day, month=month, year=year, other_order=other), bare=year is None)]

    # Lengths of time.

    def _length(self, at: int) -> tuple[float, str, int] | None:
        """ "two weeks", "half an hour", "a couple of days", "an hour and a half": how many, of which unit, and the item after it."""
        line, sets = self.line, self.sets
        if line.words[at] in sets["half"]:
            here = at + 2 if line.words[at + 1] in sets["articles"] else at + 1
            return (0.5, line.values[here], here + 1) if line.kinds[here] == "units" else None
        amount, here = self._amount(at)
        if amount is None or line.kinds[here] != "units" or (line.glued(here) and line.words[at - 1] != "in"):
            return None
        unit, here = line.values[here], here + 1
        if line.words[here] == "and" and line.words[here + 1] in sets["articles"] and line.words[here + 2] in sets["half"]:
            return amount + 0.5, unit, here + 3
        if unit == "60 minute":
            further = here + 1 if line.words[here] == "and" else here
            if line.kinds[further] == "number" and line.kinds[further + 1] == "units" and line.values[further + 1] == "1 minute":
                return amount + line.values[further][0] / _MINUTES, unit, further + 2
        return amount, unit, here

    def _amount(self, at: int) -> tuple[float | None, int]:
        line, sets = self.line, self.sets
        if line.kinds[at] == "number":
            value: float = line.values[at][0]
            here = at + 1
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

    def _bare_unit(self, at: int) -> list[Piece]:
        return self._from(1, self.line.values[at], at, at + 1, ahead=False)

    def _quantity(self, at: int) -> list[Piece]:
        """ "in two weeks", "3 days from now", "a week on Monday", "two hours ago"; a plain length of time is read, and is no time."""
        length = self._length(at)
        if length is None:
            return []
        amount, unit, end = length
        before = self.line.words[at - 1]
        ahead = before == "in" or (before in ("about", "around") and self.line.words[at - 2] == "in")
        found = self._from(amount, unit, at, end, ahead=ahead)
        return found or _nothing(at, end)

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
        if word in ("today", "tomorrow") and unit.endswith("day"):
            return [_day(at, end + 1, Day(offset=line.values[end], shift=_days(amount, unit)))]
        if word == "time" or (ahead and word not in ("from", "after")):
            return _counted(at, end + 1 if word == "time" else end, amount, unit, known=False)
        if word in ("later", "hence"):
            return _counted(at, end + 1, amount, unit, known=word == "later")
        if word in ("from", "after") and line.words[end + 1] in sets["now"] and not line.kinds[end + 1]:
            return _counted(at, end + 2, amount, unit, known=False)
        return []

    def _from_piece(self, amount: float, unit: str, at: int, end: int) -> list[Piece]:
        """ "two weeks from Monday", "5 days before new year", "15 minutes from 1 pm": what stands at item `end`, so much later."""
        here = end + 1 if self.line.words[end] == "the" else end
        if unit.endswith("day"):
            following = self._plain_day(here)
            return [] if following is None else [_day(at, following.last, _shifted(following.value, _days(amount, unit)))]
        clock = self.clocks.piece(here) if unit.endswith("minute") else None
        if clock is None or clock.kind is not Kind.CLOCK:
            return []
        total = (clock.value.hour * _MINUTES + clock.value.minute + round(amount * int(unit.split()[0]))) % (24 * _MINUTES)
        value = Clock(hour=total // _MINUTES, minute=total % _MINUTES, decided=clock.value.decided)
        return [Piece(kind=Kind.CLOCK, value=value, first=at, last=clock.last)]


def _days(amount: float, unit: str) -> int:
    return round(amount * int(unit.split()[0]))


def _counted(at: int, end: int, amount: float, unit: str, *, known: bool) -> list[Piece]:
    """So much from now, or from the time already known."""
    size, name = unit.split()
    if name == "minute":
        kind = Kind.SHIFT if known else Kind.LATER
        return [Piece(kind=kind, value=round(amount * int(size)), first=at, last=end)]
    if name == "month":
        return [_day(at, end, Day(months_on=round(amount)))] if amount > 0 else []
    days = _days(amount, unit)
    return [_day(at, end, Day(after_known=True, shift=days, offset=0) if known else Day(offset=days))]


def _shifted(day: Day, days: int) -> Day:
    return Day(**{name: getattr(day, name) for name in day.__struct_fields__ if name != "shift"}, shift=day.shift + days)


def _written(year: int, month: int, day: int) -> Day | None:
    return Day(year=year, month=month, day=day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _day(first: int, last: int, day: Day, sure: float = 0.6, *, bare: bool = False) -> Piece:
    return Piece(kind=Kind.DAY, value=day, first=first, last=last, sure=sure, bare=bare)


def _nothing(first: int, last: int) -> list[Piece]:
    return [Piece(kind=Kind.MARK, value=None, first=first, last=last)]


_ISH = "ish"
_MANY_NUMBERS = 5
_MANY_FIGURES = 7
_IN_STRINGS = frozenset("-.)")
_DOTTED = frozenset(("mon", "tue", "tues", "wed", "weds", "thu", "thur", "thurs", "fri"))
_NOT_BEFORE_SHORT = frozenset(("the", "i", "we", "he", "she", "they", "in", "a"))
_ALSO_WORDS = frozenset(("may", "march", "mar", "sun"))
_DAY_KINDS = frozenset(("weekdays", "days", "which", "months", "ordinal", "holidays", "weekend", "tonight"))
_MARKS = {"or": Mark.OR, "fix": Mark.FIX, "change": Mark.CHANGE}
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
}
