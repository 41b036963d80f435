"""Ordinals in the names of streets and floors: "42nd", "Fifth"."""

from functools import cache
from typing import Any

from agent.languages import words

_TWENTY, _HUNDRED = 20, 100
_MOST_IN_WORDS = 1000
_IN_WORDS = 10
"""Below it they are written as words, from it on in figures, as the Associated Press writes street names."""


def suffix_of(number: int) -> str:
    """ "st", "nd", "rd" or "th"."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def with_suffix(number: int) -> str:
    """ "42nd"."""
    return f"{number}{suffix_of(number)}"


@cache
def _say() -> dict[str, Any]:
    say: dict[str, Any] = words("en", "address")["say"]
    return say


def ordinal_name(value: int) -> str:
    """An ordinal as a street's name writes it: "Fifth", "42nd"."""
    return str(_say()["ordinals"][value]) if 0 < value < _IN_WORDS else with_suffix(value)


def spoken_ordinal(word: str) -> str:
    """ "42nd" is "Forty-Second"; "" for anything else."""
    figures = word.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not figures.isdecimal() or not figures.isascii() or word != with_suffix(int(figures)):
        return ""
    say, number = _say(), int(figures)
    hundreds, below = divmod(number, _HUNDRED)
    if number >= _MOST_IN_WORDS or (not below and hundreds != 1):
        return word
    if not below:
        return str(say["hundredth"])
    if below < _TWENTY:
        end = str(say["ordinals"][below])
    else:
        tens, ones = divmod(below, 10)
        end = f"{say['tens'][tens].capitalize()}-{say['ordinals'][ones].lower()}" if ones else str(say["ordinal_tens"][tens])
    return f"{say['ones'][hundreds].capitalize()} {say['hundred']} {end}" if hundreds else end
