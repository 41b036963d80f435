"""The words of services: their forms, their meanings, and those that say nothing.

A word and its other forms share a stem; words and phrases that mean the same share a meaning (`same` in service.toml). Chinese is read by the same
phrases, and between them in pairs of characters, so that nothing need cut a sentence into words.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from agent.languages import known, words
from agent.text import Said

MEANT = 0.9
"""What a word of the same meaning counts, beside the word itself."""
MAX_TOKENS = 120
"""An utterance is listened to this far; who goes on names the service at the beginning or at the end of the story, and is asked again."""
_SUFFIXES = (
    *((suffix, "", 4) for suffix in ("ations", "ation", "ions", "ion", "ments", "ment")),
    *(("our", "or", 3), ("ies", "y", 3), ("sses", "ss", 3), ("s", "", 3), ("ing", "", 3), ("ed", "", 3), ("ly", "", 3), ("er", "", 4), ("e", "", 3)),
)
"""Endings, what stands in their place, and how many letters must be left."""
_END = ""

Hits = dict[str, tuple[float, frozenset[int]]]
"""What was said: word form or meaning, to how surely and by which tokens."""


class Term(NamedTuple):
    keys: frozenset[str]
    """Own word forms ("=drain") and meanings ("~3")."""
    general: bool


class Thesaurus(NamedTuple):
    phrases: Mapping[str, Any]
    """Trie over words; at an end, under "", the numbers of the meanings."""
    stop: frozenset[str]
    general: frozenset[str]
    articles: frozenset[str]
    """A stop word after one of these is a noun: "a will"."""
    verbs: frozenset[str]
    """Verbs that a "not" may belong to: "has not arrived"."""


@cache
def thesaurus() -> Thesaurus:
    """What all languages' `service.toml` say of words."""
    root: dict[str, Any] = {}
    stop: set[str] = set()
    general: set[str] = set()
    articles: set[str] = set()
    verbs: set[str] = set()
    meaning = 0
    for language in known():
        try:
            table = words(language, "service")
        except FileNotFoundError:
            continue
        stop.update(table["stop"])
        general.update(table["general"])
        articles.update(table["articles"])
        verbs.update(table["verbs"])
        for group in table["same"]:
            meaning += 1
            for phrase in group:
                _put(root, phrase, meaning)
    return Thesaurus(root, frozenset(stop), frozenset(general) | {stem(word) for word in general}, frozenset(articles), frozenset(verbs))


def _put(root: dict[str, Any], phrase: str, meaning: int) -> None:
    node = root
    for word in Said(phrase).words:
        node = node.setdefault(stem(word), {})
    node.setdefault(_END, set()).add(meaning)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending: "cleaning", "cleaned" and "cleaner" are "clean"."""
    word = word.removesuffix("'s").rstrip("'")
    if not word.isascii() or len(word) < 4:
        return word
    for suffix, ending, least in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            base = word[: -len(suffix)] + ending
            verbal = suffix in ("ing", "ed", "er")
            if verbal and not set(base) & set("aeiouy"):
                continue
            if verbal and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sl":
                base = base[:-1]
            return base[:-1] if base.endswith("e") and len(base) > 3 else base
    return word


def terms_of(text: str) -> tuple[Term, ...]:
    """The terms of a name, its stop words left out."""
    known_words = thesaurus()
    spoken = Said(text).words[:MAX_TOKENS]
    found: list[Term] = []
    at = 0
    while at < len(spoken):
        end, meanings = _phrase(spoken, at)
        own = spoken[at:end]
        joined = "".join(own) if any(not word.isascii() for word in own) else " ".join(own)
        if not own[0][0].isalnum() or (joined in known_words.stop and len(spoken) > len(own)):
            at = end
            continue
        if not own[0].isascii() and not meanings:
            end = _end_of_run(spoken, at)
            found += [Term(frozenset({"=" + pair}), pair in known_words.general) for pair in _pairs(spoken[at:end])]
        else:
            keys = {"=" + stem(word) for word in own if word not in known_words.stop or len(own) == 1} | {f"~{meaning}" for meaning in meanings}
            if len(own) > 1:
                keys = {"=" + "_".join(stem(word) for word in own), *(f"~{meaning}" for meaning in meanings)}
            found.append(Term(frozenset(keys), joined in known_words.general or stem(own[0]) in known_words.general))
        at = end
    return tuple(found)


def _phrase(spoken: Sequence[str], at: int) -> tuple[int, frozenset[int]]:
    """The end of the longest phrase of the thesaurus that begins here, and its meanings; one word without any when there is none."""
    node: Mapping[str, Any] | None = thesaurus().phrases
    end, meanings = at + 1, frozenset[int]()
    for place in range(at, min(at + 6, len(spoken))):
        node = node.get(stem(spoken[place])) if node is not None else None
        if node is None:
            break
        if _END in node:
            end, meanings = place + 1, frozenset(node[_END])
    return end, meanings


def _end_of_run(spoken: Sequence[str], at: int) -> int:
    """Where a run of Chinese characters that no phrase interrupts ends."""
    end = at + 1
    while end < len(spoken) and not spoken[end].isascii() and not _phrase(spoken, end)[1] and spoken[end] not in thesaurus().stop:
        end += 1
    return end


def _pairs(characters: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(characters)] or list(characters)


def keys_of(spoken: Sequence[str], without: Iterable[int]) -> Hits:
    """What the words say: key to how surely, and by which tokens. `without`: tokens taken back ("not a haircut")."""
    known_words, barred = thesaurus(), frozenset(without)
    found: Hits = {}
    spoken = spoken[:MAX_TOKENS]
    for at, word in enumerate(spoken):
        if at in barred or not word[0].isalnum():
            continue
        bare = word in known_words.stop and word.isascii() and not (at and spoken[at - 1] in known_words.articles)
        if not bare:
            found.setdefault("=" + stem(word), (1.0, frozenset({at})))
        following = spoken[at + 1] if at + 1 < len(spoken) and at + 1 not in barred else ""
        if following and following[0].isalnum():
            pair = (1.0, frozenset({at, at + 1}))
            found.setdefault("=" + (word + following if not word.isascii() else stem(word + following)), pair)
        node: Mapping[str, Any] | None = known_words.phrases
        for place in range(at, min(at + 6, len(spoken))):
            node = node.get(stem(spoken[place])) if node is not None and place not in barred else None
            if node is None:
                break
            if _END in node and not (bare and place == at):
                for meaning in node[_END]:
                    found.setdefault(f"~{meaning}", (MEANT, frozenset(range(at, place + 1))))
                if place > at:
                    found.setdefault("=" + "_".join(stem(some) for some in spoken[at : place + 1]), (1.0, frozenset(range(at, place + 1))))
    return found
