"""The words of numbers, read from `<language>/numbers.toml`, and single tokens looked up in them.

A Chinese character is read as Mandarin and any other word as English (or the call's language) whatever the call's language is, since callers mix.
"""

from collections.abc import Sequence
from functools import cache

import msgspec

from agent.languages import words
from agent.nlu.utterance import Token


class NumberWords(msgspec.Struct, frozen=True):
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
def openers(language: str) -> frozenset[str]:
    """The words that a number in words may begin with."""
    table = number_words(language)
    first = frozenset(table.scales) if "十" in table.scales else frozenset()
    return first.union(table.digits, table.teens, table.tens, table.repeats)


@cache
def any_openers(language: str) -> frozenset[str]:
    """`openers` of every language that is read beside the call's."""
    return openers("zh") | openers("en" if language == "zh" else language)


@cache
def number_words(language: str) -> NumberWords:
    return msgspec.convert(words(language, "numbers"), NumberWords)


def is_han(text: str) -> bool:
    return "㐀" <= text[0] <= "鿿" or text[0] == "〇"


def table_of(text: str, language: str) -> NumberWords:
    """The words to read this token with: by its script first, then by the call's language."""
    if is_han(text):
        return number_words("zh")
    return number_words("en" if language == "zh" else language)


def norm_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].norm if at < len(tokens) else ""


def figures_of(text: str) -> str:
    """The figures of a token as 0 to 9, "" when it is not made of decimal figures."""
    if not text.isdecimal():
        return ""
    return text if text.isascii() else "".join(str(int(figure)) for figure in text)


def has_suffix(tokens: Sequence[Token], at: int, language: str) -> bool:
    """Whether the figures at `at` are an ordinal, "3rd"."""
    after = at + 1
    return after < len(tokens) and tokens[after].start == tokens[at].end and tokens[after].norm in table_of("a", language).suffixes


def one_digit(tokens: Sequence[Token], at: int, language: str) -> str:
    norm = norm_at(tokens, at)
    if not norm:
        return ""
    figures = figures_of(norm)
    if figures:
        return figures if len(figures) == 1 else ""
    digit = table_of(norm, language).digits.get(norm)
    return "" if digit is None else str(digit)
