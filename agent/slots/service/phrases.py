"""The lists of phrases in service.toml, to be found in an utterance."""

from collections.abc import Mapping, Sequence
from functools import cache

from agent.languages import words
from agent.nlu.utterance import Utterance

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""Phrases in words, by their first word."""
_OF_PHRASES_OF_PHRASES = frozenset({"same", "subjects"})


@cache
def lists(language: str) -> Mapping[str, Phrases]:
    """The lists of a language, by name."""
    return {name: by_first(phrases) for name, phrases in words(language, "service").items() if name not in _OF_PHRASES_OF_PHRASES}


def by_first(phrases: Sequence[str]) -> Phrases:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in phrases:
        spoken = Utterance(phrase).words
        found[spoken[0]] = (*found.get(spoken[0], ()), spoken)
    return found


def end_of(spoken: Sequence[str], at: int, phrases: Phrases) -> int:
    """The end of the longest of the phrases that stands at `at`; 0 for none."""
    some = phrases.get(spoken[at]) if 0 <= at < len(spoken) else None
    return max((at + len(phrase) for phrase in some if tuple(spoken[at : at + len(phrase)]) == phrase), default=0) if some else 0
