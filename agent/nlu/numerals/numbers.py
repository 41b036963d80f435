"""Spoken numbers: digit strings, quantities and ordinals, over the words of `<language>/numbers.toml`.

A digit string is said in groups, and each group in one of these ways: figures ("0412"), a digit word ("oh"), a repeat ("double four",
"three eights", "三个八"), or a small quantity ("twenty-two", "eight hundred", "四百"). "Eight hundred five five five" is 800 555, since nobody
goes on digit by digit inside a quantity; "eight hundred and five" is 805. All functions read from a token on and never look back; a
Chinese character is read as Mandarin and any other word as English (or the call's language) whatever the call's language is, since
callers mix. Nothing raises on any tokens.
"""

from collections.abc import Sequence
from functools import cache

from agent.languages import words
from agent.nlu.effort import spend
from agent.nlu.numerals.quantities import MOST_FIGURES, english_quantity, quantity, scaled_figures, written_quantity
from agent.nlu.numerals.words import any_openers, figures_of, has_suffix, is_han, norm_at, number_words, one_digit, openers, table_of
from agent.nlu.utterance import Token

MARKS = frozenset("-,.()/~·、，")
_MOST_MARKS = 3
_MOST_WORDS = 8
_MOST_HOMOPHONES = 4
_STOPS = frozenset(".,!?")


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


def next_group(
    tokens: Sequence[Token], at: int, language: str, *, first: bool, homophones: bool = False, round_only: bool = False
) -> tuple[str, int]:
    """The group at token `at` as part of a digit string, whose `first` it may be; no sigh is one ("oh, hang on")."""
    group, after = digit_group(tokens, at, language, round_only=round_only)
    if group:
        return ("", at) if _is_sigh(tokens, at, language, first=first) else (group, after)
    return _homophone(tokens, at, language) if homophones else ("", at)


def has_homophone(tokens: Sequence[Token], language: str) -> bool:
    """Whether any word sounds like a digit, as `homophones` may read it."""
    return any(token.norm in table_of(token.norm, language).homophones for token in tokens if token.is_word)


def has_scale(tokens: Sequence[Token], language: str) -> bool:
    """Whether "hundred" or the like was said, which `round_only` may read otherwise."""
    return any(token.norm in table_of(token.norm, language).scales for token in tokens if token.is_word)


def only_inside(token: Token, language: str) -> bool:
    """Whether the word is a digit only beside other digits, like "oh"."""
    return token.norm in table_of(token.norm, language).only_inside


def may_open(norm: str, language: str) -> bool:
    """Whether a group of digits may begin with the word."""
    return norm in any_openers(language) or norm.isdecimal() or norm[0] == "〇"


def digit_group(tokens: Sequence[Token], at: int, language: str, *, round_only: bool = False) -> tuple[str, int]:
    """One group of a digit string at token `at`, e.g. ("44", at + 2) for "double four", or ("", at).

    `round_only`: "eight hundred sixty eight" is the groups 800 and 68; otherwise it is 868.
    """
    spend(2)
    if at >= len(tokens):
        return "", at
    norm = tokens[at].norm
    if not may_open(norm, language):
        return "", at
    if figures := figures_of(norm):
        if has_suffix(tokens, at, language):
            return "", at
        return _repeated_by_counter(tokens, at, language) or scaled_figures(tokens, at, figures, language, round_only=round_only)
    if norm[0] == "〇":
        return "0" * len(norm), at + 1
    if norm not in openers("zh" if is_han(norm) else "en" if language == "zh" else language):
        return "", at
    table = table_of(norm, language)
    if times := table.repeats.get(norm):
        after = at + 2 if norm_at(tokens, at + 1) == "-" else at + 1
        repeated = one_digit(tokens, after, language) * times
        return (repeated, after + 1) if repeated else ("", at)
    digit = table.digits.get(norm)
    if digit is not None:
        if digit > 1 and (plural := table.plurals.get(norm_at(tokens, at + 1))) is not None:
            return str(plural) * digit, at + 2
        if by_counter := _repeated_by_counter(tokens, at, language):
            return by_counter
        if digit == 0 or norm_at(tokens, at + 1) not in table.scales:
            return str(digit), at + 1
    value, after = quantity(tokens, at, language, round_only=round_only)
    return ("", at) if value is None else (str(value), after)


def cardinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The quantity said from token `start` on, and the index after it: (125, 5) for "one hundred and twenty five"; (None, start) for none.

    Digits said one by one are no quantity: of "one two five" this reads 1. Who expects a number said either way takes what reads further.
    """
    if start >= len(tokens):
        return None, start
    norm = tokens[start].norm
    table = table_of(norm, language)
    if norm in table.only_inside:
        return None, start
    if figures_of(norm):
        return (None, start) if has_suffix(tokens, start, language) else written_quantity(tokens, start, language)
    if norm in table.article and norm_at(tokens, start + 1) in table.scales:
        value, after = english_quantity(tokens, start, table, article=True)
        return (None, start) if value is None else (value, after)
    return (0, start + 1) if table.digits.get(norm) == 0 else quantity(tokens, start, language)


def ordinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The ordinal said from token `start` on, and the index after it: (21, 2) for "twenty first", (3, 2) for "第三"; (None, start) for none."""
    if start >= len(tokens):
        return None, start
    norm = tokens[start].norm
    table = table_of(norm, language)
    if norm in table.ordinal_prefix:
        value, after = cardinal(tokens, start + 1, language)
        return (None, start) if value is None else (value, after)
    if figures := figures_of(norm):
        return (int(figures), start + 2) if len(figures) <= MOST_FIGURES and has_suffix(tokens, start, language) else (None, start)
    for at in range(start, min(start + _MOST_WORDS, len(tokens))):
        last = table.ordinals.get(tokens[at].norm)
        if last is not None:
            as_cardinal = [*tokens[start:at], tokens[at]._replace(norm=_cardinal_word(language, last))]
            value, after = cardinal(as_cardinal, 0, language) if at > start else (last, 1)
            return (value, at + 1) if after == len(as_cardinal) else (None, start)
    return None, start


@cache
def _cardinal_word(language: str, value: int) -> str:
    table = table_of("a", language)
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
    if here == at and here < len(tokens) and tokens[here].norm in table_of(tokens[here].norm, language).separators:
        return here + 1
    return here


def _is_sigh(tokens: Sequence[Token], at: int, language: str, *, first: bool) -> bool:
    """Whether "oh" at `at` is a sigh and no zero: set off by a comma at the start or the end of the digits, or part of "o clock"."""
    if not only_inside(tokens[at], language):
        return False
    after = norm_at(tokens, at + 1)
    if after in table_of(tokens[at].norm, language).not_before:
        return True
    if after not in (",", "!", "，"):
        return False
    return first or not digit_group(tokens, at + 2, language)[0]


def _homophone(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """A word that sounds like a digit, when more digits follow it, in words like it too, or nothing does."""
    digit = is_homophone(tokens, at, language)
    after = at + 1
    while after < len(tokens) and after - at < _MOST_HOMOPHONES and is_homophone(tokens, after, language):
        after += 1
    if not digit or not (after >= len(tokens) or tokens[after].norm in _STOPS or digit_group(tokens, after, language)[0]):
        return "", at
    return digit, at + 1


def is_homophone(tokens: Sequence[Token], at: int, language: str) -> str:
    """The digit that a word at `at` sounds like ("2" for "to"); "" for none."""
    if at >= len(tokens) or not tokens[at].is_word:
        return ""
    digit = table_of(tokens[at].norm, language).homophones.get(tokens[at].norm)
    return "" if digit is None else str(digit)


def _repeated_by_counter(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int] | None:
    """ "三个八", "3个8": a count, a counter, a digit. The digit must not begin a quantity ("三个十")."""
    if norm_at(tokens, at + 1) not in number_words("zh").counter:
        return None
    times, digit = one_digit(tokens, at, language), one_digit(tokens, at + 2, language)
    if not times or not digit or times == "0" or norm_at(tokens, at + 3) in number_words("zh").scales:
        return None
    return digit * int(times), at + 3
