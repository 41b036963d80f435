"""The words of services: their forms, their meanings, and those that say nothing.

A word and its other forms share a stem; words and phrases that mean the same share a meaning (`same` in service.toml). Chinese is read by the same
phrases, and between them in pairs of characters, so that nothing need cut a sentence into words.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from agent.languages import known, words
from agent.nlu.lexicon import Listed, by_first
from agent.nlu.utterance import Utterance
from agent.slots.service.spelling import joined as with_acronyms

MEANT = 0.9
"""What a word of the same meaning counts, beside the word itself."""
MAX_TOKENS = 120
"""An utterance is listened to this far; who goes on names the service at the beginning or at the end of the story, and is asked again."""
MAX_PHRASE = 6
"""Words of the longest phrase of the thesaurus."""
_SUFFIXES = (
    *((suffix, "", 4) for suffix in ("ations", "ation", "ions", "ion", "ments", "ment")),
    *(("our", "or", 3), ("ies", "y", 3), ("sses", "ss", 3), ("s", "", 3), ("ing", "", 3), ("ed", "", 3), ("ly", "", 3), ("er", "", 4), ("e", "", 3)),
)
"""Endings, what stands in their place, and how many letters must be left."""
MOST_LETTERS = 3
"""Letters said one by one that may be an acronym of the thesaurus; more of them spell a name."""
_END = ""


class Hit(NamedTuple):
    key: str
    """A word form ("=drain") or a meaning ("~3")."""
    sure: float
    tokens: frozenset[int]
    """Which words say it."""


Hits = dict[str, tuple[float, frozenset[int]]]
"""What was said: key to how surely and by which tokens."""


class Term(NamedTuple):
    keys: frozenset[str]
    """Own word forms ("=drain") and meanings ("~3")."""
    general: bool
    """It says too little by itself: a word of many services, or what the whole business is about."""
    action: bool = False
    """A stop word that tells its name from others with the same words: "book" of "book a flight"."""


class Thesaurus(NamedTuple):
    phrases: Mapping[str, Any]
    """Trie over words; at an end, under "", the numbers of the meanings."""
    stop: frozenset[str]
    general: frozenset[str]
    actions: frozenset[str]
    articles: frozenset[str]
    """A stop word after one of these is a noun: "a will"."""
    infixes: frozenset[str]
    """What Chinese puts between a verb and its object: the "个" of 剪个发, the "一下" of 补一下牙."""
    verbs: frozenset[str]
    """Verbs that a "not" may belong to: "has not arrived"."""
    subjects: tuple[tuple[str, ...], ...]
    """What whole businesses are about, each line of words one kind: cars, animals."""
    acronyms: frozenset[str]
    """Words that may be said letter by letter."""


_GROUPED = frozenset({"same", "subjects"})
"""The lists of lists in `service.toml`."""


@cache
def lists(language: str) -> Mapping[str, Listed]:
    """The plain lists of phrases of a language's `service.toml`, by name."""
    return {name: by_first(phrases) for name, phrases in words(language, "service").items() if name not in _GROUPED}


@cache
def thesaurus() -> Thesaurus:
    """What all languages' `service.toml` say of words."""
    tables = [words(language, "service") for language in known()]

    def every(name: str) -> frozenset[str]:
        return frozenset(word for table in tables for word in table.get(name, ()))

    root: dict[str, Any] = {}
    for meaning, group in enumerate(group for table in tables for group in table["same"]):
        for phrase in group:
            _put(root, phrase, meaning)
    general = every("general")
    return Thesaurus(
        phrases=root,
        stop=every("stop"),
        general=general | {stem(word) for word in general},
        actions=every("actions"),
        articles=every("articles"),
        infixes=every("infixes"),
        verbs=every("verbs"),
        subjects=tuple(tuple(group) for table in tables for group in table["subjects"]),
        acronyms=frozenset(word for word in root if word.isascii() and 1 < len(word) <= MOST_LETTERS),
    )


def _put(root: dict[str, Any], phrase: str, meaning: int) -> None:
    node = root
    for word in with_acronyms(Utterance(phrase).words, None).words:
        node = node.setdefault(stem(word), {})
    node.setdefault(_END, set()).add(meaning)


@cache
def _unstemmed() -> frozenset[str]:
    return frozenset(words("en", "service")["unstemmed"])


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending: "cleaning", "cleaned" and "cleaner" are "clean"."""
    word = word.removesuffix("'s").rstrip("'")
    if not word.isascii() or len(word) < 4 or word in _unstemmed():
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


def terms_of(text: str, *, acting: bool = False, apart: bool = False) -> tuple[Term, ...]:
    """The terms of a name, its stop words left out; `acting`: but for those that ask for a thing to be done; `apart`: phrases word by word."""
    known_words = thesaurus()
    spoken = with_acronyms(Utterance(text).words[:MAX_TOKENS], None).words
    found: list[Term] = []
    at = 0
    while at < len(spoken):
        end, meanings = _phrase(spoken, at, 1 if apart else MAX_PHRASE)
        own = spoken[at:end]
        joined = "".join(own) if any(not word.isascii() for word in own) else " ".join(own)
        if not own[0][0].isalnum() or (joined in known_words.stop and len(spoken) > len(own)):
            if acting and joined in known_words.actions:
                found.append(Term(frozenset({"=" + stem(joined)}), general=False, action=True))
            if len(joined) == 1 and not joined.isascii() and _is_lone(spoken, end):
                found.append(Term(frozenset({"=" + joined + spoken[end]}), general=False))
                end += 1
            at = end
            continue
        if not own[0].isascii() and not meanings:
            end = _end_of_run(spoken, at)
            begin = at - 1 if end == at + 1 and at and not spoken[at - 1].isascii() else at  # one character more than a phrase: 皮肤病 is no 病
            found += [Term(frozenset({"=" + pair}), pair in known_words.general) for pair in _pairs(spoken[begin:end])]
        else:
            keys = {"=" + stem(word) for word in own if word not in known_words.stop or len(own) == 1} | {f"~{meaning}" for meaning in meanings}
            if len(own) > 1:
                keys = {"=" + "_".join(stem(word) for word in own), *(f"~{meaning}" for meaning in meanings)}
            found.append(Term(frozenset(keys), joined in known_words.general or stem(own[0]) in known_words.general))
        at = end
    return tuple(found)


def _phrase(spoken: Sequence[str], at: int, longest: int = MAX_PHRASE) -> tuple[int, frozenset[int]]:
    """The end of the longest phrase of the thesaurus that begins here, and its meanings; one word without any when there is none."""
    node: Mapping[str, Any] | None = thesaurus().phrases
    end, meanings = at + 1, frozenset[int]()
    for place in range(at, min(at + longest, len(spoken))):
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


def _is_lone(spoken: Sequence[str], at: int) -> bool:
    """Whether one Chinese character stands at `at` that says too little by itself: the 饭 of 做饭, the 电 of 家电."""
    return (
        at < len(spoken) and spoken[at][0].isalnum() and not spoken[at].isascii() and not _phrase(spoken, at)[1] and _end_of_run(spoken, at) == at + 1
    )


def _pairs(characters: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(characters)] or list(characters)


def said_by(spoken: Sequence[str]) -> list[Hit]:
    """All that the words say, in their order."""
    spoken = spoken[:MAX_TOKENS]
    found = _said_by(spoken)
    if kept := _without_infixes(spoken):
        shorter = _said_by([spoken[at] for at in kept])
        found += [Hit(hit.key, hit.sure, frozenset(kept[place] for place in hit.tokens)) for hit in shorter]
    return found


def keys_of(hits: Iterable[Hit], without: frozenset[int]) -> Hits:
    """What is said by other words than those in `without`, which were taken back ("not a haircut"): of each key the first hit."""
    found: Hits = {}
    for key, sure, tokens in hits:
        if key not in found and without.isdisjoint(tokens):
            found[key] = (sure, tokens)
    return found


def _without_infixes(spoken: Sequence[str]) -> list[int]:
    """The tokens that are left when what stands between a Chinese verb and its object is taken out; [] when nothing is."""
    if all(word.isascii() for word in spoken):
        return []
    longest = max(map(len, thesaurus().infixes), default=0)
    kept: list[int] = []
    at = 0
    while at < len(spoken):
        between = 0 < at < len(spoken) and not spoken[at].isascii() and not spoken[at - 1].isascii()
        size = next((size for size in range(longest, 0, -1) if between and "".join(spoken[at : at + size]) in thesaurus().infixes), 0)
        if not size:
            kept.append(at)
        at += max(size, 1)
    return kept if len(kept) < len(spoken) else []


def _said_by(spoken: Sequence[str]) -> list[Hit]:
    """What consecutive words say."""
    known_words = thesaurus()
    found: list[Hit] = []
    for at, word in enumerate(spoken):
        if not word[0].isalnum():
            continue
        bare = word in known_words.stop and word.isascii() and not (at and spoken[at - 1] in known_words.articles)
        if not bare or word in known_words.actions:
            found.append(Hit("=" + stem(word), 1.0, frozenset({at})))
        following = spoken[at + 1] if at + 1 < len(spoken) else ""
        if following and following[0].isalnum():
            found.append(Hit("=" + (word + following if not word.isascii() else stem(word + following)), 1.0, frozenset({at, at + 1})))
        node: Mapping[str, Any] | None = known_words.phrases
        for place in range(at, min(at + MAX_PHRASE, len(spoken))):
            stemmed = stem(spoken[place])  # "" for a lone apostrophe, which is no word
            node = node.get(stemmed) if node is not None and stemmed else None
            if node is None:
                break
            if _END in node and not (bare and place == at):
                tokens = frozenset(range(at, place + 1))
                found += [Hit(f"~{meaning}", MEANT, tokens) for meaning in node[_END]]
                if place > at:
                    found.append(Hit("=" + "_".join(stem(some) for some in spoken[at : place + 1]), 1.0, tokens))
    return found
