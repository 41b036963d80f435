"""Phrases of one or several words, looked for at a place in an utterance; and tables of them, read from the words of a language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, get_origin, get_type_hints

from agent.nlu.effort import TooMuch, effort
from agent.nlu.utterance import Token, Utterance

_Table = TypeVar("_Table")
Listed = Mapping[str, tuple[tuple[str, ...], ...]]
"""Phrases in words by their first word, the longest first: finding one costs a look-up, not a walk over all of them."""


def by_first(phrases: Iterable[str]) -> Listed:
    """The phrases, ready to be looked for; empty ones are left out."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        if spelt := Utterance(phrase).words:
            found.setdefault(spelt[0], []).append(spelt)
    return {first: tuple(sorted(several, key=len, reverse=True)) for first, several in found.items()}


def end_of(spoken: Sequence[str], at: int, phrases: Listed) -> int:
    """The end of the longest of the phrases that stands at word `at`; 0 for none."""
    several = phrases.get(spoken[at], ()) if 0 <= at < len(spoken) else ()
    return next((at + len(phrase) for phrase in several if tuple(spoken[at : at + len(phrase)]) == phrase), 0)


def says(utterance: Utterance, phrases: Listed) -> bool:
    """Whether any of the phrases was said, as words."""
    return any(end_of(utterance.words, at, phrases) for at, word in enumerate(utterance.words) if word in phrases)


class Phrases:
    """A set of phrases, each look-up of which is counted as effort: what is asked at every token, by many rules.

    A phrase of one word is also found with "'s" at its end ("my mobile's").
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first = dict(by_first(phrases))
        for first in [first for first, several in self._by_first.items() if (first,) in several]:
            self._by_first.setdefault(f"{first}'s", ((f"{first}'s",),))

    def at(self, tokens: Sequence[Token], start: int) -> int:
        """How many tokens the longest phrase at token `start` takes; 0 when none stands there."""
        phrases = self._by_first.get(tokens[start].norm) if 0 <= start < len(tokens) else None
        effort.left -= 1 if phrases is None else 3  # as `spend`, which would take longer than the look-up
        if effort.left < 0:
            raise TooMuch
        if phrases is None:
            return 0
        following = tokens[start + 1].norm if start + 1 < len(tokens) else ""
        for phrase in phrases:
            size = len(phrase)
            if size == 1 or (phrase[1] == following and (size == 2 or tuple(token.norm for token in tokens[start : start + size]) == phrase)):
                return size
        return 0


def filled(kind: Callable[..., _Table], data: Mapping[str, object], **made: object) -> _Table:
    """A table whose fields are read from the keys of `data`, each made into the field's type: `Phrases`, a set or a tuple of words.

    Words are listed, or stand in one text with spaces between. What is itself a mapping stays as it is, and `made` fields are given ready.
    """

    def read(name: str, hint: object) -> object:
        listed = data[name]
        make = get_origin(hint) or hint
        return listed if isinstance(listed, Mapping) or not callable(make) else make(listed.split() if isinstance(listed, str) else listed)

    return kind(**{name: read(name, hint) for name, hint in get_type_hints(kind).items() if name not in made}, **made)
