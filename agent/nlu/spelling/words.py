"""The words of spelling aloud, ready for look-up."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.utterance import Token, Utterance

Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By first word: the words of each phrase, longest first, and what it stands for."""


class Table(NamedTuple):
    """One language's `letters.toml`; each field is a table of it."""

    named: Phrases
    weak: Phrases
    repeat: Phrases
    counted: Mapping[str, int]
    marks: Phrases
    double_u: Phrases
    before: Phrases
    link: Phrases
    filler: Phrases
    code: Phrases
    opening: frozenset[str]
    stop: frozenset[str]
    sounds: Mapping[str, Sequence[str]]
    again: str
    starters: frozenset[str]


def phrase_at(tokens: Sequence[Token], at: int, phrases: Phrases) -> tuple[str, int]:
    """What the longest phrase standing at `at` means, and the index after it; ("", at) if none does."""
    if at < len(tokens):
        for parts, meaning in phrases.get(tokens[at].norm, ()):
            if at + len(parts) <= len(tokens) and all(tokens[at + i].norm == part for i, part in enumerate(parts)):
                return meaning, at + len(parts)
    return "", at


def _phrases(meanings: Mapping[str, object] | Iterable[tuple[str, object]]) -> Phrases:
    pairs = meanings.items() if isinstance(meanings, Mapping) else meanings
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, meaning in pairs:
        parts = Utterance(phrase).words
        by_first.setdefault(parts[0], []).append((parts, str(meaning)))
    return {first: sorted(some, key=lambda pair: -len(pair[0])) for first, some in by_first.items()}


@cache
def table(language: str) -> Table:
    """The words of `<language>/letters.toml`."""
    data = words(language, "letters")
    said = data["words"]
    coded = [(word, word[0]) for word in said["alphabet"].split()] + list(said["alphabet_phrases"].items())
    named, repeat, code = _phrases(data["named"]), _phrases(data["repeat"]), _phrases(coded)
    double_u, before = _phrases((phrase, "w") for phrase in said["double_u"]), _phrases((phrase, "-") for phrase in said["before"])
    return Table(
        named=named,
        weak=_phrases(data["weak"]),
        repeat=repeat,
        counted=data["count"],
        marks=_phrases(data["marks"]),
        double_u=double_u,
        before=before,
        link=_phrases((phrase, "-") for phrase in said["link"]),
        filler=_phrases((phrase, "-") for phrase in said["filler"]),
        code=code,
        opening=frozenset(said["opening"]),
        stop=frozenset(said["stop"].split()),
        sounds=said["sounds"],
        again=said.get("again", ""),
        starters=frozenset({*named, *repeat, *code, *double_u, *before, *said["opening"], *data["count"]}),
    )
