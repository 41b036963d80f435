"""Letters said one by one: an acronym ("an M O T"), or the spelling of a name, in which no service is heard.

An acronym stands alone: the M, O, T of "R A M S B O T T O M" are no test, nor are those next to a "dot" or a "double".
"""

from collections.abc import Container, Sequence
from functools import cache
from typing import NamedTuple

from agent.languages import words

SPELT = "·"
"""Stands for what was spelt: a mark, so that no word is heard in it and no phrase runs across it."""
_BETWEEN = frozenset("-./")
_ARTICLES = frozenset("ai")
"""Letters that are words too: "a M O T"."""
_MOST_DIGITS = 2


class Joined(NamedTuple):
    """An utterance with its acronyms as words."""

    words: tuple[str, ...]
    places: tuple[range, ...]
    """The tokens of each word."""

    def tokens(self, among: Sequence[int] | frozenset[int]) -> frozenset[int]:
        """The tokens of these words."""
        return frozenset(token for place in among for token in self.places[place])

    def holding(self, tokens: frozenset[int]) -> frozenset[int]:
        """The words that have any of these tokens."""
        return frozenset(place for place, own in enumerate(self.places) if not tokens.isdisjoint(own)) if tokens else frozenset()


def joined(spoken: Sequence[str], acronyms: Container[str] | None) -> Joined:
    """Runs of single letters as one word: an acronym where `acronyms` has it (None: has any), else `SPELT`."""
    found: list[str] = []
    places: list[range] = []
    at = 0
    while at < len(spoken):
        end = _end_of_run(spoken, at)
        for word, first, last in _read(spoken, at, end, acronyms) if end > at + 1 else ((spoken[at], at, at + 1),):
            found.append(word)
            places.append(range(first, last))
        at = end
    return Joined(tuple(found), tuple(places))


def _end_of_run(spoken: Sequence[str], at: int) -> int:
    """Where the letters and small numbers that begin at `at` end; right after it when there is but one."""
    end = at + 1
    if not _is_element(spoken[at]):
        return end
    while end < len(spoken):
        following = end + 1 if spoken[end] in _BETWEEN else end
        if following >= len(spoken) or not _is_element(spoken[following]):
            break
        end = following + 1
    return end


def _is_element(word: str) -> bool:
    return len(word) <= _MOST_DIGITS and word.isascii() and (word.isdigit() or (len(word) == 1 and word.isalpha()))


def _read(spoken: Sequence[str], first: int, last: int, acronyms: Container[str] | None) -> Sequence[tuple[str, int, int]]:
    """The words of one run, each with its first token and the one after its last."""
    apart = [(spoken[place], place, place + 1) for place in range(first, last)]
    elements = [place for place in range(first, last) if spoken[place] not in _BETWEEN]
    letters = "".join(spoken[place] for place in elements)
    if letters.isdigit():
        return apart
    beside = {spoken[place] for place in (first - 1, last) if 0 <= place < len(spoken)}
    if beside.isdisjoint(_spelling()):
        if acronyms is None or letters in acronyms:
            return [(letters, first, last)]
        if letters[0] in _ARTICLES and letters[1:] in acronyms and len(letters) > 2:
            return [(letters[0], first, first + 1), (letters[1:], elements[1], last)]
    plain = not letters.isalpha() or (len(letters) == 2 and letters[0] in _ARTICLES)
    return apart if plain else [(SPELT, first, last)]


@cache
def _spelling() -> frozenset[str]:
    """Words beside which a letter is a part of something spelt."""
    return frozenset(words("en", "service")["spelling"])
