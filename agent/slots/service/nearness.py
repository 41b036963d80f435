"""How near in meaning an utterance is to each service, by the directions of its words (`agent/languages/vectors.py`).

Compared are the whole utterance and each of its clauses with each name of a service and each other word for it; the nearest pair counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from agent.languages.vectors import Vector, Vectors, cosine, vectors
from agent.nlu.effort import spend
from agent.nlu.lexicon import Listed, end_of
from agent.nlu.utterance import Utterance
from agent.slots.service.indexing import Offer
from agent.slots.service.vocabulary import MAX_TOKENS, lists, thesaurus

_MOST_CLAUSES = 4
"""Beside the whole; who says more tells a story, whose whole is compared alone."""
_MOST_PHRASES = 400
"""Names and words of all services that are compared."""
_MOST_PAIRS = 500
"""Beyond which the whole utterance is compared alone."""
_SUM, _COMPARE = 16, 8
"""Units of effort: adding a word, comparing two vectors."""


class Near(NamedTuple):
    service: int
    cosine: float


@lru_cache(maxsize=64)
def _phrases(language: str, offered: tuple[Offer, ...]) -> tuple[tuple[int, Vector], ...]:
    """Each phrase that the services go by, as a direction."""
    table = vectors(language)
    found = [(place, Utterance(text).words) for place, offer in enumerate(offered) for text in dict.fromkeys(offer.words)]
    summed = [(place, table.sum(_telling(words))) for place, words in found] if table else []
    return tuple((place, one) for place, one in summed if one is not None)[:_MOST_PHRASES]


def nearest(utterance: Utterance, language: str, offered: tuple[Offer, ...], barred: frozenset[int]) -> Sequence[Near]:
    """Each service that can be compared, the nearest first; none when the language has no vectors or no word is known. `barred`: tokens left out."""
    table = vectors(language)
    phrases = _phrases(language, offered) if table else ()
    if not table or not phrases:
        return ()
    said = _directions(utterance, language, table, barred, _MOST_PAIRS // len(phrases))
    spend(_COMPARE * len(said) * len(phrases))
    best: dict[int, float] = {}
    for place, phrase in phrases:
        best[place] = max(best.get(place, -1.0), *(cosine(one, phrase) for one in said)) if said else -1.0
    return sorted((Near(place, near) for place, near in best.items()), key=lambda one: -one.cosine) if said else ()


def _directions(utterance: Utterance, language: str, table: Vectors, barred: frozenset[int], most: int) -> list[Vector]:
    """The whole, and its clauses where there are several and few."""
    words = [_telling(clause) for clause in _clauses(utterance, lists(language), barred)]
    words = [clause for clause in words if clause]
    spend(_SUM * sum(map(len, words)))
    whole = table.sum(word for clause in words for word in clause)
    parts = [table.sum(clause) for clause in words] if 1 < len(words) <= min(_MOST_CLAUSES, most) else []
    return [one for one in (whole, *parts) if one is not None]


def _clauses(utterance: Utterance, known: Mapping[str, Listed], barred: frozenset[int]) -> Iterator[list[str]]:
    """The words of each clause: what stands between marks, and between such words as begin another."""
    words = utterance.words[:MAX_TOKENS]
    clause: list[str] = []
    for at, word in enumerate(words):
        if not word[0].isalnum() or end_of(words, at, known["clauses"]):
            yield clause
            clause = []
        if at not in barred and word[0].isalnum():
            clause.append(word)
    yield clause


def _telling(words: Sequence[str]) -> list[str]:
    """The words, where any of them tells something."""
    spoken, stop = [word for word in words if word[0].isalpha()], thesaurus().stop
    return spoken if any(word not in stop for word in spoken) else []
