"""Numbers and ordinals as words, and ordinals as names of streets and floors write them: "forty-two", "42nd", "Fifth"."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from agent.languages import words

_TEN, _HUNDRED, _THOUSAND = 10, 100, 1000


@cache
def wording() -> dict[str, Any]:
    """How the parts of an address are said."""
    say: dict[str, Any] = words("en", "address")["say"]
    return say


@cache
def cardinals() -> Mapping[int, str]:
    """Up to 19, and the tens, by value."""
    table = words("en", "numbers")
    return _by_value({**table["digits"], **table["teens"], **table["tens"]})


@cache
def ordinals() -> Mapping[int, str]:
    """The same, and "hundredth"."""
    return _by_value(words("en", "numbers")["ordinals"])


def _by_value(table: Mapping[str, int]) -> dict[int, str]:
    """The first of several words for one value."""
    return {value: word for word, value in reversed(list(table.items()))}


def cardinal(number: int) -> str:
    """A number below 100: "forty-two"."""
    ones = number % _TEN
    return cardinals().get(number) or f"{cardinals()[number - ones]}-{cardinals()[ones]}"


def suffix_of(number: int) -> str:
    """ "st", "nd", "rd" or "th"."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def with_suffix(number: int) -> str:
    """ "42nd"."""
    return f"{number}{suffix_of(number)}"


def ordinal_name(value: int) -> str:
    """First to Ninth in words, 10th and above in figures, as the Associated Press writes street names."""
    return ordinals()[value].capitalize() if 0 < value < _TEN else with_suffix(value)


def spoken_ordinal(word: str) -> str:
    """ "42nd" is "Forty-Second"; "" for anything else."""
    figures = word.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not figures.isdecimal() or not figures.isascii() or word != with_suffix(int(figures)):
        return ""
    hundreds, below = divmod(int(figures), _HUNDRED)
    if int(figures) >= _THOUSAND or (not below and hundreds != 1):
        return word
    if not below:
        return str(wording()["hundredth"])
    ones = below % _TEN
    end = ordinals()[below].capitalize() if below in ordinals() else f"{cardinals()[below - ones].capitalize()}-{ordinals()[ones]}"
    return f"{cardinals()[hundreds].capitalize()} {wording()['hundred']} {end}" if hundreds else end
