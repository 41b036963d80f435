"""Spoken numbers: digit strings, quantities and ordinals, over the words of `<language>/numbers.toml`.

A digit string is said in groups, and each group in one of these ways: figures ("0412"), a digit word ("oh"), a repeat ("double four",
"three eights", "三个八"), or a small quantity ("twenty-two", "eight hundred", "四百"). "Eight hundred five five five" is 800 555, since nobody
goes on digit by digit inside a quantity; "eight hundred and five" is 805. All functions read from a token on and never look back; a
Chinese character is read as Mandarin and any other word as English (or the call's language) whatever the call's language is, since
callers mix. Nothing raises on any tokens.
"""

from collections.abc import Sequence
from functools import cache

import msgspec

from agent.languages import words
from agent.text import Token

MARKS = frozenset("-,.()/~·、，")
_MOST_MARKS = 3
_MOST_FIGURES = 15
_MOST_WORDS = 8


class _Numbers(msgspec.Struct, frozen=True):
    """The tables of one `numbers.toml`."""

    digits: dict[str, int]
    teens: dict[str, int]
    tens: dict[str, int]
    scales: dict[str, int]
    repeats: dict[str, int]
    plurals: dict[str, int]
    ordinals: dict[str, int]
    homophones: dict[str, int]
    counter: frozenset[str]
    only_inside: frozenset[str]
    not_before: frozenset[str]
    separators: frozenset[str]
    suffixes: frozenset[str]
    ordinal_prefix: frozenset[str]
    article: frozenset[str]
    linking: frozenset[str] = msgspec.field(name="and")


@cache
def _openers(language: str) -> frozenset[str]:
    """The words that a number in words may begin with."""
    table = _numbers(language)
    first = frozenset(table.scales) if "十" in table.scales else frozenset()
    return first.union(table.digits, table.teens, table.tens, table.repeats)


@cache
def _numbers(language: str) -> _Numbers:
    return msgspec.convert(words(language, "numbers"), _Numbers)


def _is_han(text: str) -> bool:
    return "㐀" <= text[0] <= "鿿" or text[0] == "〇"


def _table(text: str, language: str) -> _Numbers:
    """The words to read this token with: by its script first, then by the call's language."""
    if _is_han(text):
        return _numbers("zh")
    return _numbers("en" if language == "zh" else language)


def _norm(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].norm if at < len(tokens) else ""


def _figures(text: str) -> str:
    """The figures of a token as 0 to 9, "" when it is not made of decimal figures."""
    if not text.isdecimal():
        return ""
    return text if text.isascii() else "".join(str(int(figure)) for figure in text)


def _has_suffix(tokens: Sequence[Token], at: int, language: str) -> bool:
    """Whether the figures at `at` are an ordinal, "3rd"."""
    after = at + 1
    return after < len(tokens) and tokens[after].start == tokens[at].end and tokens[after].norm in _table("a", language).suffixes


def digits(tokens: Sequence[Token], start: int, language: str, *, homophones: bool = False) -> tuple[str, int]:
    """The longest digit string said from token `start` on, and the index after it: ("202555", 9), or ("", start) when there is none.

    `homophones`: also "to" and "for" between two groups, as a recogniser writes "two" and "four"; only for who knows that digits are said.
    """
    said, at, firm = "", start, False
    while at < len(tokens):
        here = _after_marks(tokens, at, language) if said else at
        group, after = next_group(tokens, here, language, first=not said, homophones=homophones and firm)
        if not group:
            break
        firm = firm or not only_inside(tokens[here], language)
        said, at = said + group, after
    return (said, at) if firm else ("", start)


def next_group(tokens: Sequence[Token], at: int, language: str, *, first: bool, homophones: bool = False) -> tuple[str, int]:
    """The group at token `at` as part of a digit string, whose `first` it may be; no sigh is one ("oh, hang on")."""
    group, after = digit_group(tokens, at, language)
    if group:
        return ("", at) if _is_sigh(tokens, at, language, first=first) else (group, after)
    return _homophone(tokens, at, language) if homophones else ("", at)


def has_homophone(tokens: Sequence[Token], language: str) -> bool:
    """Whether any word sounds like a digit, as `homophones` may read it."""
    return any(token.norm in _table(token.norm, language).homophones for token in tokens if token.is_word)


def only_inside(token: Token, language: str) -> bool:
    """Whether the word is a digit only beside other digits, like "oh"."""
    return token.norm in _table(token.norm, language).only_inside


def digit_group(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """One group of a digit string at token `at`, e.g. ("44", at + 2) for "double four", or ("", at)."""
    if at >= len(tokens):
        return "", at
    norm = tokens[at].norm
    if figures := _figures(norm):
        if _has_suffix(tokens, at, language):
            return "", at
        return _repeated_by_counter(tokens, at, language) or _scaled_figures(tokens, at, figures, language)
    if norm[0] == "〇":
        return "0" * len(norm), at + 1
    if norm not in _openers("zh" if _is_han(norm) else "en" if language == "zh" else language):
        return "", at
    table = _table(norm, language)
    if times := table.repeats.get(norm):
        after = at + 2 if _norm(tokens, at + 1) == "-" else at + 1
        repeated = _one_digit(tokens, after, language) * times
        return (repeated, after + 1) if repeated else ("", at)
    digit = table.digits.get(norm)
    if digit is not None:
        if digit > 1 and (plural := table.plurals.get(_norm(tokens, at + 1))) is not None:
            return str(plural) * digit, at + 2
        if by_counter := _repeated_by_counter(tokens, at, language):
            return by_counter
        if digit == 0 or _norm(tokens, at + 1) not in table.scales:
            return str(digit), at + 1
    value, after = _quantity(tokens, at, language)
    return ("", at) if value is None else (str(value), after)


def cardinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The quantity said from token `start` on, and the index after it: (125, 5) for "one hundred and twenty five"; (None, start) for none.

    Digits said one by one are no quantity: of "one two five" this reads 1. Who expects a number said either way takes what reads further.
    """
    if start >= len(tokens):
        return None, start
    norm = tokens[start].norm
    table = _table(norm, language)
    if norm in table.only_inside:
        return None, start
    if _figures(norm):
        return (None, start) if _has_suffix(tokens, start, language) else _written(tokens, start, language)
    if norm in table.article and _norm(tokens, start + 1) in table.scales:
        value, after = _english(tokens, start, table, article=True)
        return (None, start) if value is None else (value, after)
    return (0, start + 1) if table.digits.get(norm) == 0 else _quantity(tokens, start, language)


def ordinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The ordinal said from token `start` on, and the index after it: (21, 2) for "twenty first", (3, 2) for "第三"; (None, start) for none."""
    if start >= len(tokens):
        return None, start
    norm = tokens[start].norm
    table = _table(norm, language)
    if norm in table.ordinal_prefix:
        value, after = cardinal(tokens, start + 1, language)
        return (None, start) if value is None else (value, after)
    if figures := _figures(norm):
        return (int(figures), start + 2) if len(figures) <= _MOST_FIGURES and _has_suffix(tokens, start, language) else (None, start)
    for at in range(start, min(start + _MOST_WORDS, len(tokens))):
        last = table.ordinals.get(tokens[at].norm)
        if last is not None:
            as_cardinal = [*tokens[start:at], tokens[at]._replace(norm=_cardinal_word(language, last))]
            value, after = cardinal(as_cardinal, 0, language) if at > start else (last, 1)
            return (value, at + 1) if after == len(as_cardinal) else (None, start)
    return None, start


@cache
def _cardinal_word(language: str, value: int) -> str:
    table = _table("a", language)
    return next((word for part in (table.digits, table.teens, table.tens, table.scales) for word, number in part.items() if number == value), "")


def say_digits(digits: str, language: str) -> str:
    """Digits as words: "0412 345" is "oh four one two, three four five".

    Spaces, commas and hyphens part groups; letters stay letters; all else is dropped.
    """
    say = words(language, "numbers")["say"]
    groups = "".join(c if c.isalnum() else " " if c.isspace() or c in ",-" else "" for c in digits).split()
    spoken = (say["between"].join(say["digits"][int(c)] if c.isdecimal() else c.upper() for c in group) for group in groups)
    return str(say["groups"].join(spoken))


def _after_marks(tokens: Sequence[Token], at: int, language: str) -> int:
    """Past the marks, or the one word for a mark, that part two groups."""
    here = at
    while here < len(tokens) and here - at < _MOST_MARKS and tokens[here].norm in MARKS:
        here += 1
    if here == at and here < len(tokens) and tokens[here].norm in _table(tokens[here].norm, language).separators:
        return here + 1
    return here


def _is_sigh(tokens: Sequence[Token], at: int, language: str, *, first: bool) -> bool:
    """Whether "oh" at `at` is a sigh and no zero: set off by a comma at the start or the end of the digits, or part of "o clock"."""
    if not only_inside(tokens[at], language):
        return False
    after = _norm(tokens, at + 1)
    if after in _table(tokens[at].norm, language).not_before:
        return True
    if after not in (",", "!", "，"):
        return False
    return first or not digit_group(tokens, at + 2, language)[0]


def _homophone(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """A word that sounds like a digit, when another group follows it."""
    if at >= len(tokens):
        return "", at
    digit = _table(tokens[at].norm, language).homophones.get(tokens[at].norm)
    if digit is None or not digit_group(tokens, at + 1, language)[0]:
        return "", at
    return str(digit), at + 1


def _one_digit(tokens: Sequence[Token], at: int, language: str) -> str:
    norm = _norm(tokens, at)
    if not norm:
        return ""
    figures = _figures(norm)
    if figures:
        return figures if len(figures) == 1 else ""
    digit = _table(norm, language).digits.get(norm)
    return "" if digit is None else str(digit)


def _repeated_by_counter(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int] | None:
    """ "三个八", "3个8": a count, a counter, a digit. The digit must not begin a quantity ("三个十")."""
    if _norm(tokens, at + 1) not in _numbers("zh").counter:
        return None
    times, digit = _one_digit(tokens, at, language), _one_digit(tokens, at + 2, language)
    if not times or not digit or times == "0" or _norm(tokens, at + 3) in _numbers("zh").scales:
        return None
    return digit * int(times), at + 3


def _scaled_figures(tokens: Sequence[Token], at: int, figures: str, language: str) -> tuple[str, int]:
    """Figures as they stand, or with the scale said after them: "8 hundred"."""
    scale = _norm(tokens, at + 1)
    if scale and len(figures) <= 2 and scale in _table(scale, language).scales:
        value, after = _quantity(tokens, at, language)
        if value is not None:
            return str(value), after
    return figures, at + 1


def _written(tokens: Sequence[Token], at: int, language: str) -> tuple[int | None, int]:
    """Figures as a quantity: "125", "1,250", "12 hundred"."""
    figures, after = _figures(tokens[at].norm), at + 1
    while len(_figures(tokens[at].norm)) <= 3 and after + 1 < len(tokens) and tokens[after].norm == ",":
        thousands = tokens[after + 1]
        if len(_figures(thousands.norm)) != 3 or tokens[after].start != tokens[after - 1].end or thousands.start != tokens[after].end:
            break
        figures, after = figures + _figures(thousands.norm), after + 2
    if len(figures) > _MOST_FIGURES:
        return None, at
    if after == at + 1:
        scaled, end = _scaled_figures(tokens, at, figures, language)
        return int(scaled), end
    return int(figures), after


def _quantity(tokens: Sequence[Token], at: int, language: str) -> tuple[int | None, int]:
    norm = tokens[at].norm
    following = _norm(tokens, at + 1)
    if _is_han(norm) or (following and _is_han(following)):
        return _mandarin(tokens, at, _numbers("zh"), language)
    return _english(tokens, at, _table(norm, language))


def _below_hundred(tokens: Sequence[Token], at: int, table: _Numbers) -> tuple[int, int]:
    """1 to 99 at `at`, or (0, at)."""
    norm = _norm(tokens, at)
    if norm in table.tens:
        after = at + 2 if _norm(tokens, at + 1) == "-" else at + 1
        unit = table.digits.get(_norm(tokens, after), 0)
        return (table.tens[norm] + unit, after + 1) if unit else (table.tens[norm], at + 1)
    if norm in table.teens:
        return table.teens[norm], at + 1
    if figures := _figures(norm):
        return (int(figures), at + 1) if len(figures) <= 2 and int(figures) else (0, at)
    value = table.digits.get(norm, 0)
    return (value, at + 1) if value else (0, at)


def _rest(tokens: Sequence[Token], at: int, table: _Numbers) -> tuple[int, int]:
    """What is added to a round number: "and five", "twenty five"; a bare digit only when no further digit follows it. (0, at) for nothing."""
    linked = _norm(tokens, at) in table.linking
    here = at + 1 if linked else at
    if not _norm(tokens, here) or tokens[here].is_number:
        return 0, at
    value, after = _below_hundred(tokens, here, table)
    if not value:
        return 0, at
    following = _norm(tokens, after)
    goes_on = bool(following) and (_figures(following) or any(following in part for part in (table.digits, table.teens, table.tens, table.repeats)))
    return (0, at) if value < 10 and not linked and goes_on else (value, after)


def _english(tokens: Sequence[Token], at: int, table: _Numbers, *, article: bool = False) -> tuple[int | None, int]:
    """A quantity with hundreds, thousands and millions; (None, at) for none. `article`: "a hundred"."""
    total, here, ceiling = 0, at, 10**9
    while True:
        value, after = (1, here + 1) if article and here == at else _below_hundred(tokens, here, table)
        if not value:
            break
        if table.scales.get(_norm(tokens, after)) == 100:
            rest, after = _rest(tokens, after + 1, table)
            value = value * 100 + rest
        scale = table.scales.get(_norm(tokens, after), 0)
        if 100 < scale < ceiling:
            total, here, ceiling = total + value * scale, after + 1, scale
            if _norm(tokens, here) in table.linking:
                rest, after = _rest(tokens, here, table)
                return total + rest, after
            continue
        if total and value < 10:
            rest, after = _rest(tokens, here, table)
            return total + rest, after
        if total and value >= ceiling:
            break
        return total + value, after
    return (total, here) if total else (None, at)


def _mandarin(tokens: Sequence[Token], at: int, table: _Numbers, language: str) -> tuple[int | None, int]:
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
            if digit is not None or zero or not (section or total) or not _one_digit(tokens, here + 1, language).strip("0"):
                break
            zero = True
        else:
            value = _one_digit(tokens, here, language)
            if digit is not None or value in ("", "0") or unit == 1:
                break
            digit = int(value)
            if (section or total) and unit > 10 and not zero and _one_digit(tokens, here + 1, language):
                digit = None
                break
        here += 1
    if digit is not None:
        if (section or total) and unit > 10 and not zero:
            digit *= unit // 10
        section += digit
    value_of_all = total + section
    return (value_of_all, here) if value_of_all else (None, at)
