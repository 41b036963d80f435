"""The Mandarin words for days and clocks, ready to read with."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.nlu.dates import Phrases, phrases
from agent.nlu.numerals.numbers import cardinal
from agent.nlu.utterance import Token

_TABLES = (
    "nothing", "holidays", "days", "days_on", "day_parts", "past_days", "parts", "points", "half_of_day", "month_end", "soonest", "opening", "which",
    "week_names", "units", "clock", "date", "weekday_ends", "later", "ago", "ahead", "shift", "or", "fix", "not", "denied_after", "between",
    "not_this", "nth", "years", "hesitation", "month_rest", "so", "own",
    "than", "other", "too", "same",
)  # fmt: skip
_NO_TIME_ALONE = frozenset((
    "nothing", "or", "fix", "not", "denied_after", "between", "which", "later", "ago", "ahead", "shift", "weekday_ends", "hesitation",
    "month_rest", "so", "own",
))  # fmt: skip
_MOST_DIGITS = 4


class Mandarin:
    """The words of `time.toml`, ready to read with."""

    def __init__(self) -> None:
        tables: dict[str, Any] = words("zh", "time")
        self.phrases: Phrases = phrases(tables, _TABLES)
        self.sets = {name: frozenset(listed) for name, listed in tables["words"].items()}
        self.parts_short: dict[str, str] = tables["parts_short"]
        self.number_holidays: dict[str, str] = tables["number_holidays"]
        self.week_names = frozenset(name[-1] for name in tables["week_names"]["phrases"])
        """What a weekday's number follows: of "周三三点" only the first is the weekday's."""
        self.weekday_ends: dict[str, int] = tables["weekday_ends"]
        self.triggers = frozenset(first for first, entries in self.phrases.items() if any(kind not in _NO_TIME_ALONE for _, _, kind, _ in entries))
        numbers: dict[str, Any] = words("zh", "numbers")
        inside = frozenset(numbers["only_inside"])
        self.digits: dict[str, int] = {digit: value for digit, value in numbers["digits"].items() if digit not in inside}
        self.numerals = frozenset(self.digits) | frozenset(numbers["tens"]) | {scale for scale, value in numbers["scales"].items() if value <= 100}

    def number(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int] | None:
        """("number", (value, figures or ""), end): a quantity or figures; ("string", None, end) for what is too long to be either."""
        norm = tokens[at].norm
        if norm[0].isdigit():
            return ("number", (int(norm), norm), at + 1) if len(norm) <= 8 else ("string", None, at + 1)
        if norm not in self.numerals:
            return None
        digit = self.digits.get(norm)
        weekday = at > 0 and tokens[at - 1].norm in self.week_names
        if digit is not None and (weekday or at + 1 == len(tokens) or tokens[at + 1].norm not in self.numerals):
            return "number", (digit, ""), at + 1
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
