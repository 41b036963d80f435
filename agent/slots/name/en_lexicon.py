"""The words of English names, ready for look-up: who is a name, who is an ordinary word, who only may be one."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases, filled

_MIN_STEM = 3
_MIN_ROOT = 4
"""Letters that are left of a word without its ending, and without its beginning."""
_DRAWN = re.compile(r"(.)\1\1", re.DOTALL)
"""A letter that is drawn out: "yeees"."""
_RUN = re.compile(r"(.)\1+", re.DOTALL)
_EVERYDAY = ("ordinary", "never", "calendar", "numbers", "closers")
_MIN_WORDLIKE = 6
"""Shorter words say nothing by their ending: "Ming", "Reed"."""

_MAX_PINYIN = 12
"""Letters of the longest two syllables."""


def is_pinyin(word: str, syllables: int) -> bool:
    """Whether it can be one syllable of romanised Mandarin ("na"), or two ("xiaoming"); many of Korean names can too."""
    return len(word) <= _MAX_PINYIN and _syllables("mandarin", syllables).fullmatch(word) is not None


def is_syllable(word: str) -> bool:
    """Whether it can be a syllable of a romanised Mandarin or Korean name: "na", "hoon"."""
    return is_pinyin(word, 1) or (len(word) <= _MAX_PINYIN and _syllables("korean", 1).fullmatch(word) is not None)


@cache
def _syllables(tongue: str, count: int) -> re.Pattern[str]:
    return re.compile(words("en", "name")["syllables"][tongue] * count)


class Lexicon(NamedTuple):
    given: frozenset[str]
    family: frozenset[str]
    everyday: frozenset[str]
    """All that is no name by itself: the ordinary words, those that never are one, and those of dates, of numbers, and that close a name."""
    ordinary: frozenset[str]
    never: frozenset[str]
    calendar: frozenset[str]
    numbers: frozenset[str]
    street: frozenset[str]
    only_streets: frozenset[str]
    """Kinds of street that are nobody's surname."""
    function: frozenset[str]
    """Words that are never a surname, beside the closers."""
    closers: frozenset[str]
    titles: frozenset[str]
    written_titles: Mapping[str, str]
    suffixes: Mapping[str, str]
    particles: frozenset[str]
    small: frozenset[str]
    binding: frozenset[str]
    places: frozenset[str]
    syllabic: frozenset[str]
    numerals: Mapping[str, str]
    after_o: frozenset[str]
    glued_o: frozenset[str]
    after_d: frozenset[str]
    mac: frozenset[str]
    prefixes: frozenset[str]
    """Beginnings of a name that may be written apart: "Mc Donald"."""
    hyphen: frozenset[str]
    hesitation: frozenset[str]
    endings: tuple[tuple[str, str], ...]
    """What an everyday word ends in, and what stands there without it."""
    hissing: tuple[str, ...]
    beginnings: tuple[str, ...]
    name_beginnings: tuple[str, ...]
    elided: frozenset[str]
    no_initials: frozenset[str]
    word_endings: tuple[str, ...]
    contractions: tuple[str, ...]
    refused: frozenset[str]
    answers: frozenset[str]
    no_particle_after: frozenset[str]
    spelling: Phrases

    def is_known(self, word: str) -> bool:
        """Whether some list has it as a name."""
        return word in self.given or word in self.family

    def is_ordinary(self, word: str) -> bool:
        """Whether it, or what is left of it without its ending, is an everyday word. A name may be one too ("White")."""
        if word in self.everyday:
            return True
        if word in self.given:
            return False
        for end, put in self.endings:
            if word.endswith(end):
                stem = word[: -len(end)]
                if len(stem) >= _MIN_STEM and stem + put in self.ordinary and (end != "es" or stem.endswith(self.hissing)):
                    return True
        if word in self.family:
            return False
        for start in self.beginnings:
            if word.startswith(start) and len(word) - len(start) >= _MIN_ROOT and word[len(start) :] in self.ordinary:
                return True
        return _DRAWN.search(word) is not None and _RUN.sub(r"\1", word) in self.ordinary

    def is_derived(self, word: str) -> bool:
        """Whether it is everyday only by its ending: "aisling" looks like a form of "aisle"."""
        return word not in self.everyday and self.is_ordinary(word)

    def is_wordlike(self, word: str) -> bool:
        """Whether it is in no list and ends as words do and names do not: "horrendous"."""
        return (
            not self.is_known(word)
            and not word.startswith(self.name_beginnings)
            and (len(word) >= _MIN_WORDLIKE or "'" in word)
            and word.endswith(self.word_endings)
        )


@cache
def lexicon() -> Lexicon:
    """The lists of `languages/en/names.toml` and `name.toml`."""
    data = words("en", "name")
    lists: dict[str, Any] = {**words("en", "names"), **data["fillers"], **data["grammar"]}
    return filled(
        Lexicon,
        lists,
        everyday=frozenset(word for key in _EVERYDAY for word in lists[key].split()),
        street=frozenset(f"{lists['street_names']} {lists['only_streets']}".split()),
        after_o=frozenset(f"{lists['after_o']} {lists['glued_o']}".split()),
        titles=frozenset(data["titles"]).union(lists["other_titles"].split()),
        written_titles=data["titles"],
    )
