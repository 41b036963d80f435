"""The word classes that the rules read, laid at each item of a line: its table, the sets its word stands in, and what a number may be there."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from agent.nlu.chart import Chunk
from agent.slots.time import weights
from agent.slots.time.items import Line, classes_of

_WEEK = "7 day"
_UNITS = {_WEEK: "week_unit", "1 day": "day_unit", "1 month": "month_unit", "12 month": "year_unit", "1 minute": "minute_unit"}
_UNITS_BEHIND = ("1 month", "1 minute")
"""Lengths of time that rules speak of by name; the others are no words of their own in Mandarin."""
_SHORT_BESIDE = ("number", "ordinal", "months", "parts")
_MARKS = {"/": "slash", "-": "hyphen", ",": "comma", ".": "dot"}
_Laid = Iterator[tuple[str, Any, int]]
_TWO, _ONE_DIGIT, _HOUR = 2, 10, 60
_NO_DATE = frozenset(("half_of_day", "oclock", "units"))
"""What makes a number before it no day of a month."""


class Number(NamedTuple):
    """A number of a line."""

    value: int
    text: str
    line: Line
    at: int

    @property
    def short(self) -> bool:
        return len(self.text) <= _TWO

    @property
    def glued(self) -> bool:
        return self.line.glued(self.at)

    @property
    def is_timed(self) -> bool:
        """Whether a colon stands behind it, or a point and further figures."""
        line, end = self.line, self.at + 1
        return line.words[end] == ":" or (line.words[end] == "." and line.glued(end + 1) and line.kinds[end + 1] == "number")

    @property
    def is_date(self) -> bool:
        """Whether it may be a day of a month by what stands behind it."""
        return self.line.kinds[self.at + 1] not in _NO_DATE and self.line.words[self.at + 1] != "/" and not self.is_timed

    @property
    def counts(self) -> bool:
        """Whether a character behind it says what it counts: "三点五分"."""
        line, end = self.line, self.at + 1
        named = line.kinds[end] in ("units", "date") or line.values[end] in ("quarter_mark", "minute_mark")
        return named or line.words[end] in line.known.sets["counters"]

    @property
    def in_hundreds(self) -> bool:
        return self.line.utterance.words[self.line.ends[self.at] - 1] in self.line.known.hundreds


_Numbers = tuple[tuple[str, Callable[[Number], object]], ...]
_WRITTEN: _Numbers = (
    ("figures", lambda it: it.text),
    ("tight", lambda it: it.text and it.glued),
    ("tight_two", lambda it: len(it.text) == _TWO and it.glued),
    ("year_number", lambda it: it.value in weights.YEARS),
)
"""What a number may be inside a long string of numbers, too."""
_NUMBERS: _Numbers = (
    *_WRITTEN,
    ("number", lambda it: True),
    ("hour", lambda it: it.value <= 24 and it.short),
    ("from_hour", lambda it: it.value <= 24 and it.short and it.line.words[it.at - 1] in it.line.known.around),
    ("zero", lambda it: it.value == 0),
    ("ones", lambda it: 0 < it.value < _ONE_DIGIT),
    ("lone_digit", lambda it: it.line.known.one_by_one and it.value < _ONE_DIGIT and len(it.text) != _TWO and not it.counts),
    ("minutes", lambda it: it.value < _HOUR and ((len(it.text) == _TWO and not it.is_timed) or (not it.text and it.value >= _ONE_DIGIT))),
    ("few_minutes", lambda it: 0 < it.value < _HOUR and it.short and it.line.kinds[it.at - 1] != "between"),
    ("day_number", lambda it: 0 < it.value <= 31 and it.short and it.is_date),
    ("after_weekday", lambda it: 12 < it.value <= 24 and it.short and it.line.kinds[it.at - 1] == "weekdays"),
    ("century", lambda it: it.value in (19, 20) and not it.text),
    ("of_century", lambda it: 20 <= it.value < weights.HUNDRED),
    ("clock_figures", lambda it: 2 < len(it.text) <= weights.YEAR_FIGURES and not it.line.known.one_by_one),
    ("hundreds", lambda it: it.value in range(100, 2401, 100) and not it.text and it.in_hundreds),
    ("hundred_digits", lambda it: it.value in range(100, 1000, 100)),
)
"""What a number may be anywhere else."""


class Leaves:
    """Lays the classes of one line. `month_first`: the region's order of figures, None when it has none; `spoken`: the kinds that rules speak of."""

    def __init__(self, line: Line, region: str, month_first: bool | None, spoken: frozenset[str]) -> None:
        self.line = line
        self.known = line.known
        self.region = region
        self.month_first = month_first
        self.classes = classes_of(self.known.language, spoken)
        self.strings: dict[int, int] = {}

    def laid(self) -> list[list[Chunk]]:
        """The chunks that begin at each item, one of a kind, and what says that they end; nothing where no item can be part of a time."""
        line = self.line
        if not any(self._speaks(at) for at in range(line.count)):
            return []
        if not self.known.one_by_one:
            self.strings = dict(self._strings())
        found = [[Chunk(kind, at, end, value, 1.0) for kind, value, end in self._at(at)] for at in range(line.count)]
        return [*found, [Chunk("end", line.count, line.count, None, 0.0)]]

    def _speaks(self, at: int) -> bool:
        """Whether an item may say something of a time by itself."""
        kind = self.line.kinds[at]
        return not self._counts(at) if kind == "number" else bool(kind) or self.line.words[at] in self.classes.shares

    def _counts(self, at: int) -> bool:
        """Whether a number stands among words that say nothing of a time, before one that it counts or names: "12 High Street"."""
        line, after = self.line, at + 1
        before = line.words[at - 1] if at else ""
        if line.kinds[after] or (at and line.kinds[at - 1]) or not line.words[after].isalpha() or line.glued(after):
            return False
        return line.words[after] not in self.classes.behind and before not in self.classes.of and (not at or before.isalpha())

    def _at(self, at: int) -> _Laid:
        line, kind, before = self.line, self.line.kinds[at], self.line.kinds[at - 1]
        if before == "week_names" and line.words[at] in self.classes.weekday_ends:
            yield "weekday_ends", self.classes.weekday_ends[line.words[at]], at + 1
        if kind == "number":
            if not self._counts(at):
                yield from self._number(at)
        elif kind == "parts" and before == "week_names" and self.known.digits.get(line.words[at]) == 1:
            yield "early", None, at + 1
        elif kind:
            yield from self._item(at, kind, line.values[at])
        elif not line.words[at][0].isalnum():
            yield from self._mark(at, line.words[at])
        elif line.words[at] in self.classes.halves and before == "number" and self._is_half(at):
            yield "half_of_day", self.classes.halves[line.words[at]], at + 1
        if line.ends[at] - line.firsts[at] == 1 and line.words[at] in self.classes.of:
            for name, value in self.classes.of[line.words[at]]:
                if name != "pushed" or self._is_moved(at):
                    yield name, value, at + 1

    def _item(self, at: int, kind: str, value: Any) -> _Laid:
        """A table's item."""
        line, end = self.line, at + 1
        match kind:
            case "units":
                yield from self._unit(at, value)
            case "half_of_day":
                yield kind, value, end
                if not line.words[end].isalnum() and (not at or line.words[at - 1] in self.known.sets.get("alone", ())):
                    yield "half_alone", value, end
            case "edge":
                if line.words[at] in self.known.sets["compared"]:
                    yield "later_than", value, end
            case "than":
                if line.ends[at] - line.firsts[at] > 1 and line.words[at] in self.known.sets.get("after_word", ()):
                    yield "after_that", value, end
                yield ("later_on" if self._is_put_off(at) else kind), value, end
            case "too":
                yield kind, (value, not _DAYS.isdisjoint(line.kinds[max(0, at - 4) : at])), end
            case "which":
                yield ("past_which" if value < 0 else kind), value, end
                if value >= 0:
                    yield ("next" if value else "this"), value, end
            case "clock" | "date":
                yield value, value, end
            case _:
                yield from self._name(at, kind, value)

    def _name(self, at: int, kind: str, value: Any) -> _Laid:
        """A day or a month by its name, with the dot behind what is short for it; any other item as it is."""
        line, end = self.line, at + 1
        dotted = line.words[end] == "." and line.glued(end)
        match kind:
            case "holidays":
                tokens = line.utterance.tokens[line.firsts[at] : line.ends[at]]
                regional = self.known.tables.get("region_holidays", {}).get(self.region, {})
                yield kind, regional.get(" ".join(token.norm for token in tokens), value), end
            case "weekdays_short":
                yield ("weekdays" if self._stands(at) else "short_weekdays"), value, end + dotted
            case "weekdays":
                yield kind, value, end + (dotted and line.words[at] in self.known.sets["dotted"])
            case "months":
                yield ("words_of_month" if line.words[at] in self.known.sets["also_words"] else kind), value, end + dotted
            case _:
                yield kind, value, end

    def _unit(self, at: int, unit: str) -> _Laid:
        """A unit of time, or the word of a clock: "15h"; a "span" may stand without a number."""
        line, end = self.line, at + 1
        size, name = unit.split()
        if self._is_clock(at):
            yield "h_glued" if line.words[at] in self.known.sets["clock_letter"] else "hours_glued", None, end
            return
        yield "units", (int(size), name), end
        if not self.known.one_by_one:
            yield "span", (int(size), name), end
        if unit in (_UNITS_BEHIND if self.known.one_by_one else _UNITS) and (unit == _WEEK or "'" not in line.words[at]):
            yield _UNITS[unit], None, end

    def _mark(self, at: int, mark: str) -> _Laid:
        """What a mark may be to the numbers and words beside it."""
        line, end = self.line, at + 1
        yield "mark", mark, end
        if mark in _MARKS:
            yield _MARKS[mark], mark, end
        if line.kinds[end] == "number" and line.glued(end):
            if mark == ":":
                yield "colon", mark, end
            if line.glued(at) and mark in "/-.":
                yield "date_mark", (mark, self.month_first), end
                if mark == ".":
                    yield "point", mark, end

    def _number(self, at: int) -> _Laid:
        """What a number may be, by its size, how it is written, and what stands beside it."""
        line, end = self.line, at + 1
        value, text = it = line.values[at]
        if at in self.strings:
            yield "string", None, self.strings[at]
        number = Number(value, text, line, at)
        for kind, fits in _WRITTEN if at in self.strings else _NUMBERS:
            if fits(number):
                yield kind, it, end
        if self.known.one_by_one and (holiday := self.classes.number_holidays.get(text or str(value))) and not line.words[at].isdecimal():
            yield "number_holiday", holiday, end

    def _strings(self) -> Iterator[tuple[int, int]]:
        """Where a telephone number or the like begins and ends: no day and clock take so many figures, or so many words for them."""
        line = self.line
        end, count, figures, spelled = 0, 0, 0, True
        for at in range(line.count - 1, -1, -1):
            if line.kinds[at] != "number":
                if not (count and line.words[at] in _IN_STRINGS and line.glued(at + 1) and line.kinds[at + 1] == "number"):
                    count = 0
                continue
            if not count:
                end, figures, spelled = at + 1, 0, True
            value, text = line.values[at]
            count, figures, spelled = count + 1, figures + len(text), spelled and value < _ONE_DIGIT and len(text) < _TWO
            if (spelled and count >= weights.MANY_DIGITS) or count >= weights.MANY_NUMBERS or figures >= weights.MANY_FIGURES:
                yield at, end

    def _is_clock(self, at: int) -> bool:
        """Whether "15hr" is a clock: written together, with nothing beside it that makes it a length."""
        line, sets = self.line, self.known.sets
        if not (line.glued(at) and line.kinds[at - 1] == "number" and line.words[at] in sets.get("hours", ())):
            return False
        return line.words[at - 2] not in sets["in"] and line.words[at + 1] not in sets["after_lengths"]

    def _is_half(self, at: int) -> bool:
        """Whether "p" behind figures is "pm": "7:30p", "7p", and "7:30 p" at the end."""
        line = self.line
        return bool(line.values[at - 1][1]) and (line.glued(at) or (at + 1 == line.count and line.words[at - 2] == ":"))

    def _is_moved(self, at: int) -> bool:
        """Whether a verb of moving stands before "back", "forward"."""
        line, before = self.line, range(max(0, at - 4), at)
        return any(line.kinds[here] == "change" or line.words[here] in self.known.sets["pushing"] for here in before)

    def _is_put_off(self, at: int) -> bool:
        """ "I'll call you later", 晚点再打给你: no wish."""
        line, sets = self.line, self.known.sets
        if line.words[at] in sets.get("sooner", ()) and line.words[at - 1] in sets["rather"]:
            return True
        before, behind = sets.get("put_off", ()), sets.get("put_off_behind", ())
        return any(word in before for word in line.words[max(0, at - 4) : at]) or any(word in behind for word in line.words[at + 1 : at + 3])

    def _stands(self, at: int) -> bool:
        """Whether "sun", "sat" is a weekday: only beside a number or after "on", or all alone."""
        line, sets = self.line, self.known.sets
        before, after = line.words[at - 1], at + 1
        if line.words[after] == "." and line.glued(after):
            after += 1
        if line.count == after - at:
            return True
        comma = after + (line.words[after] == ",")
        beside = line.kinds[comma] in _SHORT_BESIDE or (line.words[comma] in sets["the"] and line.kinds[comma + 1] == "ordinal")
        if line.words[comma] in sets["at_word"] and line.kinds[comma + 1] == "number":
            beside = at == 0 or before in (",", ".")
        return before not in sets["not_before_short"] and (beside or before in sets["before_short"])


_IN_STRINGS = frozenset("-.)")
_DAYS = frozenset(("weekdays", "days", "ordinal", "weekend", "week_names", "date", "weekday_ends"))
