"""The words of numbers, read from `<language>/numbers.toml`."""

from functools import cache

import msgspec

from agent.languages import words


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
    short_for_scale: bool = False
    """A last digit counts the next lower scale: 一百二 is 120."""


@cache
def number_words(language: str) -> NumberWords:
    return msgspec.convert(words(language, "numbers"), NumberWords)


def is_han(text: str) -> bool:
    return "㐀" <= text[0] <= "鿿" or text[0] == "〇"
