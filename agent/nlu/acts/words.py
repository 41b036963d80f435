"""The words of dialogue acts: what each word, or idiom, can do in a clause.

`agent/languages/<lang>/acts.toml` lists them by mark ("say", "again", "not"). One trie holds all languages, since a caller mixes them, and reads an
utterance once, longest idiom first, into units. A unit without a mark is content: a value, a name, a thing that no act speaks of.
"""

import re
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any, NamedTuple

from agent.languages import known, words, written_out
from agent.nlu.utterance import Token, Utterance

MAX_UNITS = 240
"""Where listening ends: an utterance longer than this is a story, and its acts stand near its beginning."""
_RUN = re.compile(r"(\w)\1+")
_BREAKS = frozenset(".,;:!?。、…")
_SUFFIXES = (("ies", "y"), ("es", "e"), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("ly", ""))
_PAUSE = "、"
_LEAST_RUN = 2
"""Chinese characters between two blanks, on the average, from which a blank is a pause, and not the writing of one character after another."""
_MIN_STEM = 3
_MIN_MISSPELT = 9
"""Letters from which one wrong, missing or extra letter is forgiven; shorter words are too near to others."""


class Node:
    """What may follow in the trie of idioms, word by word."""

    __slots__ = ("following", "marks")

    def __init__(self) -> None:
        self.following: dict[str, Node] = {}
        self.marks = 0
        """What the idiom that ends here can do; 0: none ends here."""


class Unit(NamedTuple):
    """A word or an idiom, and what it can do."""

    marks: int
    """One bit for each mark it stands under; 0 is content."""
    words: tuple[str, ...]
    """As looked up: contractions apart, endings kept."""
    first: int
    last: int
    """Tokens of `utterance`, `last` not included."""


class Segment(NamedTuple):
    """What stands between two marks of punctuation."""

    units: tuple[Unit, ...]
    asked: bool
    """It ended in a question mark."""


@cache
def _bits() -> dict[str, int]:
    names = {"language", *(name for language in known() for name in _table(language, "words"))}
    return {name: 1 << place for place, name in enumerate(sorted(names))}


def marks() -> Collection[str]:
    """The marks that any language lists words for."""
    return _bits().keys()


def bits(*names: str) -> int:
    """The marks of these names, as one mask. Raises KeyError for a name that no language lists."""
    mask = 0
    for name in names:
        mask |= _bits()[name]
    return mask


def _table(language: str, name: str) -> dict[str, Any]:
    return dict(words(language, "acts").get(name, {}))


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    """One table of lists ("languages", "questions"), over all languages, its phrases written out."""
    found: dict[str, tuple[str, ...]] = {}
    for language in known():
        for key, phrases in _table(language, name).items():
            found[key] = (*found.get(key, ()), *(plain for phrase in phrases for plain in written_out(phrase)))
    return found


@cache
def _short_for(name: str) -> dict[str, tuple[str, ...]]:
    """One table of short forms ("contractions", "clitics", "negating", "before_nt"), over all languages."""
    return {short: tuple(long.split()) for language in known() for short, long in _table(language, name).items()}


@lru_cache(maxsize=4096)
def _apart(norm: str) -> tuple[str, ...]:
    """A word without its contraction: "don't" is "do not", "that's" is "that is"."""
    if (plain := norm.replace("'", "")) in (short := _short_for("contractions")):
        return short[plain]
    if "'" not in norm:
        return (norm,)
    for end, denial in _short_for("negating").items():
        if norm.endswith(end):
            verb = norm.removesuffix(end)
            return (*_short_for("before_nt").get(verb, (verb,) if verb else ()), *denial)
    stem, _, clitic = norm.rpartition("'")
    long = _short_for("clitics").get(clitic) if stem else None
    return (stem, *long) if long else (norm.strip("'"),)


def _looked_up(utterance: Utterance) -> list[tuple[str, int]]:
    """The words to look up, each with its token; marks of punctuation that end no clause are left out."""
    found: list[tuple[str, int]] = []
    pauses = _pauses(utterance)
    for place, token in enumerate(utterance.tokens):
        if place in pauses:
            found.append((_PAUSE, place))
        if token.is_word or token.is_number:
            if len(found) >= MAX_UNITS:
                break
            found += [(word, place) for word in _apart(token.norm)]
        elif token.norm in _BREAKS:
            found.append((token.norm, place))
    return found


def _pauses(utterance: Utterance) -> frozenset[int]:
    """The tokens before which a Mandarin speaker paused: recognisers write a blank there."""
    if not utterance.has_han or " " not in utterance.text:
        return frozenset()
    tokens = utterance.tokens
    gaps = [place for place in range(1, len(tokens)) if tokens[place - 1].end < tokens[place].start]
    return (
        frozenset(place for place in gaps if _is_han(tokens[place]) and _is_han(tokens[place - 1]))
        if len(tokens) >= _LEAST_RUN * (len(gaps) + 1)
        else frozenset()
    )


def _is_han(token: Token) -> bool:
    return token.is_word and not token.norm[0].isascii() and len(token.norm) == 1


@cache
def _trie() -> Node:
    root = Node()
    for language in known():
        for mark, phrases in _table(language, "words").items():
            for pattern in phrases:
                for phrase in written_out(pattern):
                    _put(root, phrase, _bits()[mark])
        for phrases in _table(language, "languages").values():
            for phrase in phrases:
                _put(root, phrase, bits("language"))
    return root


def _put(root: Node, phrase: str, mark: int) -> None:
    node = root
    for word, _ in _looked_up(Utterance(phrase)):
        node = node.following.setdefault(word, Node())
    node.marks |= mark


@cache
def _single() -> dict[str, int]:
    """The words that are idioms by themselves, and what they can do."""
    return {word: node.marks for word, node in _trie().following.items() if node.marks}


@cache
def _misspelt() -> dict[str, str]:
    """Every long word of the lists without one of its letters: where a misspelling of it can be met."""
    found: dict[str, str] = {}
    for word in _single():
        if len(word) >= _MIN_MISSPELT and word.isascii():
            for near in _less_one(word):
                found.setdefault(near, word)
    return found


def _less_one(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


@lru_cache(maxsize=4096)
def _known_form(word: str) -> str | None:
    """The listed word that this one is a form or a misspelling of, or None."""
    listed = _single()
    for suffix, ending in _SUFFIXES:
        if word.endswith(suffix) and len(stem := word[: -len(suffix)]) >= _MIN_STEM:
            for base in (stem + ending, stem[:-1] if stem[-1] == stem[-2] and not ending else stem + ending):
                if base in listed:
                    return base
    for shorter in (_RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)):  # "yesss", "noooo"
        if shorter != word and shorter in listed:
            return shorter
    if len(word) >= _MIN_MISSPELT and word.isascii():
        return next((_misspelt()[near] for near in _less_one(word) if near in _misspelt()), None)
    return None


def _form(word: str) -> str | None:
    """As `_known_form`, for words of an ordinary length: what is longer is none, and must not fill the cache."""
    return _known_form(word) if _MIN_STEM < len(word) <= 20 and word.isalpha() else None


def segments(utterance: Utterance) -> tuple[Segment, ...]:
    """The utterance in units, cut at its punctuation."""
    return utterance.once(_segments)


def _segments(utterance: Utterance) -> tuple[Segment, ...]:
    root, looked_up, hesitations = _trie(), _looked_up(utterance), table("single")["hesitations"]
    done: list[Segment] = []
    units: list[Unit] = []
    at, size = 0, len(looked_up)
    while at < size:
        word, token = looked_up[at]
        if word in _BREAKS:
            number_follows = (
                word == "." and at + 1 < size and looked_up[at + 1][0].isdigit() and utterance.tokens[token].end == utterance.tokens[token + 1].start
            )
            tag_follows = at + 1 < size <= at + 3 and looked_up[at + 1][0] in table("single")["tags"]  # "at two, right?"
            if units and not number_follows and not (tag_follows and not units[-1].marks):
                done.append(Segment(tuple(units), word == "?"))
                units = []
            at += 1
            continue
        node, end, marks, taken = root, at, 0, at
        while end < size:
            following = node.following.get(looked_up[end][0])
            if following is None:
                if end > at and looked_up[end][0] in hesitations:
                    end += 1
                    continue
                break
            node, end = following, end + 1
            if node.marks:
                marks, taken = node.marks, end
        if taken == at:
            form = _form(word)
            marks, taken = (_single()[form] if form else 0), at + 1
            if word.endswith("ed"):  # "it's destroyed" is no command
                marks &= ~bits("stop", "erase")
        units.append(Unit(marks, tuple(word for word, _ in looked_up[at:taken]), token, looked_up[taken - 1][1] + 1))
        at = taken
    if units:
        done.append(Segment(tuple(units), False))
    return tuple(done)
