"""Phrases of one or several words, looked for at a place in an utterance; tables of them; and the word classes that a grammar reads (`Lexicon`)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import pairwise
from typing import Any

from agent.languages import words, written_out
from agent.nlu.chart import Chunk
from agent.nlu.effort import spend
from agent.nlu.utterance import Token, Utterance

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


Meanings = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""Phrases with what each stands for, by their first word, the longest first."""


def meanings(entries: Iterable[tuple[str, str]]) -> Meanings:
    """Each phrase with what it stands for, ready to be looked for."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, meaning in entries:
        spelt = Utterance(phrase).words
        found.setdefault(spelt[0], []).append((spelt, meaning))
    return {first: sorted(several, key=lambda entry: -len(entry[0])) for first, several in found.items()}


def meaning_at(tokens: Sequence[Token], at: int, table: Meanings) -> tuple[str, int]:
    """What the longest phrase at `at` stands for, and the index after it; ("", at) when none stands there."""
    if at < len(tokens):
        for phrase, meaning in table.get(tokens[at].norm, ()):
            if tuple([token.norm for token in tokens[at : at + len(phrase)]]) == phrase:
                return meaning, at + len(phrase)
    return "", at


def says(utterance: Utterance, phrases: Listed) -> bool:
    """Whether any of the phrases was said, as words."""
    return any(end_of(utterance.words, at, phrases) for at, word in enumerate(utterance.words) if word in phrases)


@cache
def listed(language: str, file: str, kind: str) -> Listed:
    """A list of a language's file, its patterns written out, ready to be looked for; empty where the language has none."""
    return by_first(plain for phrase in words(language, file).get(kind, ()) for plain in written_out(phrase))


class Spoken:
    """An utterance's words, with the lists of one file in its language: a turn with a Chinese character is Mandarin."""

    def __init__(self, utterance: Utterance, file: str) -> None:
        self.file, self.language, self.words = file, "zh" if utterance.has_han else "en", utterance.words

    def listed(self, kind: str) -> Listed:
        return listed(self.language, self.file, kind)

    def of(self, kind: str) -> list[tuple[int, int]]:
        """Where the phrases of a list stand."""
        phrases = self.listed(kind)
        return [(at, end) for at, word in enumerate(self.words) if word in phrases and (end := end_of(self.words, at, phrases))]

    def says(self, kind: str) -> bool:
        return bool(self.of(kind))

    def end_of(self, kind: str, at: int) -> int:
        """The end of the longest phrase of a list that stands at word `at`; 0 for none."""
        return end_of(self.words, at, self.listed(kind))

    def past(self, at: int, *kinds: str) -> int:
        """Behind all phrases of these lists that stand from word `at` on."""
        while end := next((end for kind in kinds if (end := self.end_of(kind, at))), 0):
            at = end
        return at


_NO_SIZES: Mapping[str, int] = {}
_PAIR = 2


class Sizes:
    """Classes of phrases, looked up once at every token: for who only asks what stands where, and parses nothing.

    A phrase of one word is also found with "'s" at its end ("my mobile's"); one of characters only where no space parts them.
    """

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, tuple[dict[str, int], dict[str, list[tuple[tuple[str, ...], int, str]]]]] = {}
        for kind, phrases in classes.items():
            for spelt in (Utterance(phrase).words for phrase in phrases):
                if len(spelt) > 1:
                    self._at(spelt[0])[1].setdefault(spelt[1], []).append((spelt, len(spelt), kind))
                else:
                    self._at(spelt[0])[0][kind] = self._at(f"{spelt[0]}'s")[0][kind] = 1

    def _at(self, first: str) -> tuple[dict[str, int], dict[str, list[tuple[tuple[str, ...], int, str]]]]:
        return self._by_first.setdefault(first, ({}, {}))

    def of(self, utterance: Utterance) -> Sequence[Mapping[str, int]]:
        """At every token the classes that stand there, with the number of tokens of each one's longest phrase."""
        words, tokens, found = utterance.words, utterance.tokens, [_NO_SIZES] * len(utterance.words)
        spend(len(words))
        for at, (word, following) in enumerate(pairwise((*words, ""))):
            if word not in self._by_first:
                continue
            one, several = self._by_first[word]
            here = one
            for phrase, size, kind in several.get(following, ()):
                if (size > _PAIR and words[at : at + size] != phrase) or here.get(kind, 0) >= size:
                    continue
                if word.isascii() or tokens[at + size - 1].end - tokens[at].start == size:
                    here = {**one} if here is one else here
                    here[kind] = size
            found[at] = here
        return found


Classes = Mapping[str, Iterable[str] | Mapping[str, Any]]
"""Word classes by their names: phrases, or phrases with a value (oh = 0)."""
_LONGEST_CODE = 4
"""Letters in a row of a code: the "NWBK" of "GB29 NWBK 6016"."""
_LEFT, _RIGHT = re.compile(r"(?:([A-Za-z]+)[\d\-_./,]*|[_@&]|\d:)$"), re.compile(r"([A-Za-z]+)|[_@%]|:\d")
"""What makes figures a code, a clock or an address for mail where it touches them; letters do so unless their word may."""
_FIGURES, _NONE = frozenset({"figures"}), frozenset[str]()
_NEAR = 24
"""Characters before figures that are looked at."""


class Lexicon:
    """All word classes that a grammar reads, found with one look-up a token.

    A phrase of one word and no value is also found with "'s" at its end ("my mobile's"). Figures, codes and marks are classes too: "figures", "code",
    "mark". `touching`: classes whose words may stand right beside figures ("ph12"), which otherwise are a code with them ("AB12").
    """

    def __init__(self, tables: Iterable[Classes], touching: Iterable[str] = ()) -> None:
        self._one: dict[str, dict[str, Any]] = {}
        self._several: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
        for classes in tables:
            for kind, phrases in classes.items():
                for phrase in phrases:
                    self._enter(Utterance(phrase).words, kind, phrases[phrase] if isinstance(phrases, Mapping) else None)
        self._touching = frozenset(touching)

    def _enter(self, spelt: tuple[str, ...], kind: str, value: Any) -> None:
        if len(spelt) > 1:
            self._several.setdefault(spelt[0], []).append((spelt[1:], kind, value))
            return
        self._one.setdefault(spelt[0], {})[kind] = value
        if value is None:
            self._one.setdefault(f"{spelt[0]}'s", {})[kind] = value

    def knows(self, word: str, kinds: Iterable[str]) -> bool:
        """Whether the word by itself is of one of these classes."""
        return not self.kinds(word).isdisjoint(kinds)

    def words_of(self, kinds: Iterable[str]) -> AbstractSet[str]:
        """All single words of any of these classes."""
        return frozenset(word for word in self._one if self.knows(word, kinds))

    def first_words(self, kinds: Iterable[str]) -> AbstractSet[str]:
        """How phrases of any of these classes begin."""
        several = (first for first, phrases in self._several.items() if not {kind for _, kind, _ in phrases}.isdisjoint(kinds))
        return frozenset((*self.words_of(kinds), *several))

    def kinds(self, word: str) -> AbstractSet[str]:
        """The classes of one word."""
        found = self._one.get(word)
        return found.keys() if found is not None else _FIGURES if _figures(word) else _NONE

    def word(self, norm: str, at: int) -> list[Chunk]:
        """The classes of one word, or its figures, as chunks at token `at`."""
        if norm in self._one:
            end = at + 1
            return [Chunk(kind, at, end, value, 1.0) for kind, value in self._one[norm].items()]
        figures = _figures(norm)
        return [Chunk("figures", at, at + 1, figures, 1.0)] if figures else []

    def leaves(self, utterance: Utterance) -> list[list[Chunk]]:
        """At every token the word classes that stand there (of each the longest phrase), its figures, a code, a mark; behind the last a stop."""
        spend(4 * len(utterance.tokens))
        found = [self._at(utterance, at, token) for at, token in enumerate(utterance.tokens)]
        return [*found, [Chunk("stop", len(found), len(found), None, 0.0)]]

    def _at(self, utterance: Utterance, at: int, token: Token) -> list[Chunk]:
        norm = token.norm
        here = self.word(norm, at)
        if norm in self._several:
            longest = {chunk.kind: chunk for chunk in here}
            for rest, kind, value in self._several[norm]:
                end = at + 1 + len(rest)
                if utterance.words[at + 1 : end] == rest and (kind not in longest or longest[kind].end < end):
                    longest[kind] = Chunk(kind, at, end, value, float(end - at))
            here = list(longest.values())
        if here and here[-1].kind == "figures" and self._is_glued(utterance.text, token):
            here[-1] = Chunk("code", at, at + 1, here[-1].value, 1.0)
        if norm[_LONGEST_CODE:]:
            return here
        if not norm[0].isalnum():
            here.append(Chunk("mark", at, at + 1, norm, 1.0))
        elif (norm[0] == norm or token.text.isupper()) and norm.isascii():
            here.append(Chunk("code", at, at + 1, token.text, 1.0))
        return here

    def _is_glued(self, text: str, figures: Token) -> bool:
        """Whether figures are part of something else: "11:30", "$5", "b2b", "40%", the 001 of "P0-001"; not "ph12", "12x3", "4O8", "3rd"."""
        before = text[max(0, figures.start - _NEAR) : figures.start]
        if unicodedata.category((before.rstrip("0123456789.,").rstrip() or " ")[-1]) == "Sc":
            return True
        left = _LEFT.search(before) if before[-1:].strip() else None
        return any(side and not (side[1] and self.knows(side[1].lower(), self._touching)) for side in (left, _RIGHT.match(text, figures.end)))


def _figures(norm: str) -> str:
    """The figures of a token, signs for nothing (U+3007) as 0; "" when it is none."""
    if norm[0].isdecimal():
        return norm
    return "" if norm.isascii() or any(unicodedata.numeric(c, 1) for c in norm) else "0" * len(norm)
