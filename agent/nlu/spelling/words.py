"""The words of spelling aloud, ready for look-up."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Meanings, meanings


class Table(NamedTuple):
    """One language's `letters.toml`; each field is a table of it."""

    named: Meanings
    weak: Meanings
    repeat: Meanings
    counted: Mapping[str, int]
    marks: Meanings
    double_u: Meanings
    before: Meanings
    link: Meanings
    filler: Meanings
    code: Meanings
    opening: frozenset[str]
    stop: frozenset[str]
    sounds: Mapping[str, Sequence[str]]
    again: str
    starters: frozenset[str]


@cache
def table(language: str) -> Table:
    """The words of `<language>/letters.toml`."""
    data = words(language, "letters")
    said = data["words"]
    coded = [(word, word[0]) for word in said["alphabet"].split()] + list(said["alphabet_phrases"].items())
    named, code = meanings(data["named"].items()), meanings(coded)
    repeat = meanings((phrase, str(times)) for phrase, times in data["repeat"].items())
    double_u, before = meanings((phrase, "w") for phrase in said["double_u"]), meanings((phrase, "-") for phrase in said["before"])
    return Table(
        named=named,
        weak=meanings(data["weak"].items()),
        repeat=repeat,
        counted=data["count"],
        marks=meanings(data["marks"].items()),
        double_u=double_u,
        before=before,
        link=meanings((phrase, "-") for phrase in said["link"]),
        filler=meanings((phrase, "-") for phrase in said["filler"]),
        code=code,
        opening=frozenset(said["opening"]),
        stop=frozenset(said["stop"].split()),
        sounds=said["sounds"],
        again=said.get("again", ""),
        starters=frozenset({*named, *repeat, *code, *double_u, *before, *said["opening"], *data["count"]}),
    )
