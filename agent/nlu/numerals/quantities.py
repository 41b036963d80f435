"""Quantities: "one hundred and twenty five", "1,250", 一百二十五."""

from collections.abc import Sequence

from agent.nlu.numerals.words import NumberWords, figures_of, is_han, norm_at, number_words, one_digit, table_of
from agent.nlu.utterance import Token

MOST_FIGURES = 15


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
    total = section = 0
    digit: int | None = None
    here, unit, zero = at, 10**8, False
    while here < len(tokens):
        norm = tokens[here].norm
        scale = table.scales.get(norm)
        if scale == 10**4:
            if total or not (section or digit):
                break
            total, section, digit, unit, zero = (section + (digit or 0)) * scale, 0, None, scale, False
        elif scale is not None:
            if scale >= unit or (digit is None and scale != 10):
                break
            section, digit, unit, zero = section + (1 if digit is None else digit) * scale, None, scale, False
        elif norm in table.tens:
            if unit <= 10 or digit is not None:
                break
            section, unit = section + table.tens[norm], 10
        elif norm in table.linking:
            if digit is not None or zero or not (section or total) or not one_digit(tokens, here + 1, language).strip("0"):
                break
            zero = True
        else:
            value = one_digit(tokens, here, language)
            if digit is not None or value in ("", "0") or unit == 1:
                break
            digit = int(value)
            if (section or total) and unit > 10 and not zero and one_digit(tokens, here + 1, language):
                digit = None
                break
        here += 1
    if digit is not None:
        if (section or total) and unit > 10 and not zero:
            digit *= unit // 10
        section += digit
    value_of_all = total + section
    return (value_of_all, here) if value_of_all else (None, at)
