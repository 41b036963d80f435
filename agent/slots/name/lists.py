"""Who is a name: the words of `languages/<lang>/names.toml` and `name.toml`, each with the lists that have it.

A list has the name it has there. Lists of single words are asked of a word here; phrases are looked for in an utterance (classes.py).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from agent.languages import words

_MIN_STEM = 3
_MIN_ROOT = 4
"""Letters that are left of a word without its ending, and without its beginning."""
_DRAWN = re.compile(r"(.)\1\1", re.DOTALL)
"""A letter that is drawn out: "yeees"."""
_RUN = re.compile(r"(.)\1+", re.DOTALL)
_EVERYDAY = ("ordinary", "never", "calendar", "numbers", "closers")
"""No name by itself."""
STREETS = ("street_names", "only_streets")
_MIN_WORDLIKE = 6
"""Shorter words say nothing by their ending: "Ming", "Reed"."""
_MAX_PINYIN = 12
"""Letters of the longest two syllables."""
_LANGUAGES = ("en", "zh")
"""Those that names are read in; what is a word of one is none of the other."""
_CHARACTERS = ("single", "given", "foreign", "stop", "nick", "place_ends", "done", "numerals", "stating")
"""Lists of Chinese characters; all others are of words, with spaces between, or of phrases."""
_NONE = frozenset[str]()


@cache
def lists(language: str) -> Mapping[str, Any]:
    """All lists of a language."""
    data = words(language, "name")
    found = {**words(language, "names"), **data.get("nouns", {}), **data["cues"], **data["fillers"], **data["grammar"], **data.get("patching", {})}
    titles = [*data.get("titles", ()), *found.get("titles", ()), *found.get("other_titles", "").split()]
    return {**found, "titles": titles}


@cache
def _having() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, listed in (pair for language in _LANGUAGES for pair in lists(language).items()):
        for entry in _entries(kind, listed):
            found.setdefault(entry, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in found.items()}


def _entries(kind: str, listed: Any) -> Iterable[str]:
    if kind in _CHARACTERS and isinstance(listed, str) and not listed.isascii():
        return (character for character in listed if not character.isspace())
    entries = listed.split() if isinstance(listed, str) else listed if isinstance(listed, list | dict) else ()
    return [entry for entry in entries if isinstance(entry, str)]


def lists_of(words: Iterable[str]) -> list[frozenset[str]]:
    """The lists that have each of the words."""
    having = _having()
    return [having.get(word, _NONE) for word in words]


def stands_in(word: str, *kinds: str) -> bool:
    """Whether any of these lists has the word."""
    return not _having().get(word, _NONE).isdisjoint(kinds)


def is_known(word: str) -> bool:
    """Whether some list has it as a name."""
    return stands_in(word, "given", "family")


def is_ordinary(word: str) -> bool:
    """Whether it, or what is left of it without its ending, is an everyday word. A name may be one too ("White")."""
    if stands_in(word, *_EVERYDAY):
        return True
    if stands_in(word, "given"):
        return False
    table = lists("en")
    for end, put in table["endings"]:
        stem = word.removesuffix(end)
        if stem != word and len(stem) >= _MIN_STEM and stands_in(stem + put, "ordinary") and (end != "es" or stem.endswith(_ends("hissing"))):
            return True
    if stands_in(word, "family"):
        return False
    roots = (word.removeprefix(start) for start in _ends("beginnings") if word.startswith(start))
    return any(len(root) >= _MIN_ROOT and stands_in(root, "ordinary") for root in roots) or (
        _DRAWN.search(word) is not None and stands_in(_RUN.sub(r"\1", word), "ordinary")
    )


def is_derived(word: str) -> bool:
    """Whether it is everyday only by its ending: "aisling" looks like a form of "aisle"."""
    return not stands_in(word, *_EVERYDAY) and is_ordinary(word)


def is_wordlike(word: str) -> bool:
    """Whether it is in no list and ends as words do and names do not: "horrendous"."""
    if is_known(word) or word.startswith(_ends("name_beginnings")):
        return False
    return (len(word) >= _MIN_WORDLIKE or "'" in word) and word.endswith(_ends("word_endings"))


def is_contracted(word: str) -> bool:
    return word.endswith(_ends("contractions"))


def is_pinyin(word: str, syllables: int) -> bool:
    """Whether it can be one syllable of romanised Mandarin ("na"), or two ("xiaoming"); many of Korean names can too."""
    return len(word) <= _MAX_PINYIN and _syllables("mandarin", syllables).fullmatch(word) is not None


def is_syllable(word: str) -> bool:
    """Whether it can be a syllable of a romanised Mandarin or Korean name: "na", "hoon"."""
    return is_pinyin(word, 1) or (len(word) <= _MAX_PINYIN and _syllables("korean", 1).fullmatch(word) is not None)


@cache
def _syllables(tongue: str, count: int) -> re.Pattern[str]:
    return re.compile(words("en", "name")["syllables"][tongue] * count)


@cache
def _ends(kind: str) -> tuple[str, ...]:
    listed = lists("en")[kind]
    return tuple(listed.split() if isinstance(listed, str) else listed)


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return "㐀" <= character <= "鿿" or "豈" <= character <= "﫿"


def is_written_in_han(name: str) -> bool:
    return any(map(is_han, name))
