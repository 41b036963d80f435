"""Quantities: "one hundred and twenty five", "1,250", 一百二十五."""

from collections.abc import Sequence

from agent.nlu.numerals.words import NumberWords, figures_of, is_han, norm_at, number_words, one_digit, table_of
from agent.nlu.utterance import Token

MOST_FIGURES = 15
"""Longer strings of figures are no quantity."""


def scaled_figures(tokens: Sequence[Token], at: int, figures: str, language: str, *, round_only: bool = False) -> tuple[str, int]:
    """Figures as they stand, or with the scale said after them: "8 hundred"."""
    scale = norm_at(tokens, at + 1)
    if scale and len(figures) <= 2 and scale in table_of(scale, language).scales:
        value, after = quantity(tokens, at, language, round_only=round_only)
        if value is not None:
            return str(value), after
    return figures, at + 1


def written_quantity(tokens: Sequence[Token], at: int, language: str) -> tuple[int | None, int]:
    """Figures as a quantity: "125", "1,250", "12 hundred"."""
    figures, after = figures_of(tokens[at].norm), at + 1
    while len(figures_of(tokens[at].norm)) <= 3 and after + 1 < len(tokens) and tokens[after].norm == ",":
        thousands = tokens[after + 1]
        if len(figures_of(thousands.norm)) != 3 or tokens[after].start != tokens[after - 1].end or thousands.start != tokens[after].end:
            break
        figures, after = figures + figures_of(thousands.norm), after + 2
    if len(figures) > MOST_FIGURES:
        return None, at
    if after == at + 1:
        scaled, end = scaled_figures(tokens, at, figures, language)
        return int(scaled), end
    return int(figures), after


def quantity(tokens: Sequence[Token], at: int, language: str, *, round_only: bool = False) -> tuple[int | None, int]:
    """The quantity at token `at`, and the index after it; (None, at) for none. `round_only`: "eight hundred sixty eight" is 800, and then 68."""
    norm = tokens[at].norm
    following = norm_at(tokens, at + 1)
    if is_han(norm) or (following and is_han(following)):
        return _mandarin(tokens, at, number_words("zh"), language)
    return english_quantity(tokens, at, table_of(norm, language), round_only=round_only)


def _below_hundred(tokens: Sequence[Token], at: int, table: NumberWords) -> tuple[int, int]:
    """1 to 99 at `at`, or (0, at)."""
    norm = norm_at(tokens, at)
    if norm in table.tens:
        after = at + 2 if norm_at(tokens, at + 1) == "-" else at + 1
        unit = table.digits.get(norm_at(tokens, after), 0)
        return (table.tens[norm] + unit, after + 1) if unit else (table.tens[norm], at + 1)
    if norm in table.teens:
        return table.teens[norm], at + 1
    if figures := figures_of(norm):
        return (int(figures), at + 1) if len(figures) <= 2 and int(figures) else (0, at)
    value = table.digits.get(norm, 0)
    return (value, at + 1) if value else (0, at)


def _rest(tokens: Sequence[Token], at: int, table: NumberWords, *, round_only: bool) -> tuple[int, int]:
    """What is added to a round number: "and five", "twenty five"; a bare digit only when no further digit follows it. (0, at) for nothing."""
    linked = norm_at(tokens, at) in table.linking
    here = at + 1 if linked else at
    if not norm_at(tokens, here) or tokens[here].is_number:
        return 0, at
    value, after = _below_hundred(tokens, here, table)
    if not value:
        return 0, at
    following = norm_at(tokens, after)
    goes_on = bool(following) and (figures_of(following) or any(following in part for part in (table.digits, table.teens, table.tens, table.repeats)))
    return (0, at) if not linked and (round_only or (value < 10 and goes_on)) else (value, after)


def english_quantity(
    tokens: Sequence[Token], at: int, table: NumberWords, *, article: bool = False, round_only: bool = False
) -> tuple[int | None, int]:
    """A quantity with hundreds, thousands and millions; (None, at) for none. `article`: "a hundred"."""
    total, here, ceiling = 0, at, 10**9
    while True:
        value, after = (1, here + 1) if article and here == at else _below_hundred(tokens, here, table)
        if not value:
            break
        if table.scales.get(norm_at(tokens, after)) == 100:
            rest, after = _rest(tokens, after + 1, table, round_only=round_only)
            value = value * 100 + rest
        scale = table.scales.get(norm_at(tokens, after), 0)
        if 100 < scale < ceiling:
            total, here, ceiling = total + value * scale, after + 1, scale
            if norm_at(tokens, here) in table.linking:
                rest, after = _rest(tokens, here, table, round_only=round_only)
                return total + rest, after
            continue
        if total and value < 10:
            rest, after = _rest(tokens, here, table, round_only=round_only)
            return total + rest, after
        if total and value >= ceiling:
            break
        return total + value, after
    return (total, here) if total else (None, at)


def _mandarin(tokens: Sequence[Token], at: int, table: NumberWords, language: str) -> tuple[int | None, int]:
    """A quantity in Chinese characters: 十五, 两百, 一百二十五, 一百二 (120), 两千零五, 一万二; (None, at) for none.

    A last digit that further digits follow is not part of it: 四百八二三 is 400 823.
    """
    characters, here = _Characters(), at
    while here < len(tokens) and characters.take(tokens, here, table, language):
        here += 1
    value = characters.value()
    return (value, here) if value else (None, at)


class _Characters:
    """A quantity in Chinese characters, as far as it was read."""

    def __init__(self) -> None:
        self.total = self.section = 0
        """Before 万, and since."""
        self.digit: int | None = None
        """The last one, which no scale has followed yet."""
        self.unit = 10**8
        """The last scale: only smaller ones may follow."""
        self.zero = False

    def take(self, tokens: Sequence[Token], at: int, table: NumberWords, language: str) -> bool:
        """Take in the character at token `at`; False where the quantity ends before it."""
        norm = tokens[at].norm
        if norm in table.scales:
            return self._scale(table.scales[norm])
        if norm in table.tens:
            return self._ten(table.tens[norm])
        following = one_digit(tokens, at + 1, language)
        if norm in table.linking:
            return self._zero(following)
        return self._digit(one_digit(tokens, at, language), following)

    def _scale(self, scale: int) -> bool:
        if scale == 10**4:
            if self.total or not (self.section or self.digit):
                return False
            self.total, self.section = (self.section + (self.digit or 0)) * scale, 0
        elif scale >= self.unit or (self.digit is None and scale != 10):
            return False
        else:
            self.section += (1 if self.digit is None else self.digit) * scale
        self.digit, self.unit, self.zero = None, scale, False
        return True

    def _ten(self, tens: int) -> bool:
        if self.unit <= 10 or self.digit is not None:
            return False
        self.section, self.unit = self.section + tens, 10
        return True

    def _zero(self, following: str) -> bool:
        if self.digit is not None or self.zero or not (self.section or self.total) or not following.strip("0"):
            return False
        self.zero = True
        return True

    def _digit(self, digit: str, following: str) -> bool:
        if self.digit is not None or digit in ("", "0") or self.unit == 1 or (self._is_short_for_scale() and following):
            return False
        self.digit = int(digit)
        return True

    def _is_short_for_scale(self) -> bool:
        """Whether a last digit counts the next smaller scale: 一百二."""
        return bool(self.section or self.total) and self.unit > 10 and not self.zero

    def value(self) -> int:
        last = self.digit or 0
        return self.total + self.section + (last * (self.unit // 10) if self._is_short_for_scale() else last)
