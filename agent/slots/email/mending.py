"""Mending an e-mail address: a caller who names the part that is wrong.

"It's dot net, not dot com", "the domain is gmail", "with two l's", "no dot", "an underscore instead of the dot", "S-M-Y-T-H".
What fits in more than one place fits in none: then the caller is asked.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from agent.languages import words
from agent.languages.numbers import cardinal
from agent.languages.phrases import Phrases
from agent.slots.email.grammar import Grammar
from agent.slots.email.words import domains

_WITHIN = 40
"""Tokens within which a part is named: who mends an address does not go on for long."""
_MOST_SKIPPED = 4
_LONGEST_PART = 12
_LONGEST_FIRST = 6
_FEWEST_LETTERS = 3
_MISHEARD = 2


class Mended(NamedTuple):
    value: str
    rule: str
    start: int
    end: int


@cache
def _phrases(languages: tuple[str, ...]) -> Mapping[str, Phrases]:
    tables = [words(language, "email")["mending"] for language in languages]
    return {key: Phrases(phrase for table in tables for phrase in table[key]) for key in tables[0]}


def mend(grammar: Grammar, current: str) -> Mended | None:
    """`current` with the part mended that the caller names, or None when no part is named, or it is not plain which."""
    start = grammar.past_leads(0)
    mender = _Mender(grammar, current, _phrases(("zh", "en") if grammar.language == "zh" else (grammar.language,)), start)
    for at in range(min(len(grammar.tokens), _WITHIN)):
        found = mender.exchange(at) or mender.domain(at) or mender.letters(at) or mender.without(at)
        if found is not None:
            return found
    return mender.domain_alone(start) or mender.spelled(start)


def respelled(grammar: Grammar, value: str, at: int) -> str:
    """`value` with a word of it as the caller spells it afterwards, from token `at` on: "smith at gmail dot com, that's s m y t h"."""
    start = grammar.past_leads(at)
    if start >= len(grammar.tokens):
        return value
    found = _Mender(grammar, value, {}, start).spelled(start)
    return found.value if found else value


class _Mender(NamedTuple):
    grammar: Grammar
    current: str
    phrases: Mapping[str, Phrases]
    beginning: int
    """The first token that is no lead-in."""

    def _at(self, key: str, at: int) -> int:
        return self.phrases[key].at(self.grammar.tokens, at)

    def exchange(self, at: int) -> Mended | None:
        """ "X, not Y", "not Y, X", "change Y to X", "Y should be X": X where Y stands."""
        if taken := self._at("change", at):
            old, here = self._part(self._skip(at + taken))
            into = self._at("into", here) if old else 0
            return self._put(at, old, *self._part(self._skip(here + into))) if into else None
        if taken := self._at("instead_of", at):
            old, here = self._part(self._skip(at + taken))
            new, after = self._part(self._skip(here)) if old else ("", here)
            if old and new:
                return self._put(at, old, new, after)
            start = self._skip(self.beginning)
            before, end = self._part(start) if start < at else ("", start)
            return self._put(start, old, before, here) if old and before and self._skip(end) == at else None
        if at and (taken := self._at("should_be", at)):
            start = next((first for first in range(max(0, at - _LONGEST_FIRST), at) if self._part(self._skip(first))[1] == at), at)
            old, _ = self._part(self._skip(start))
            return self._put(start, old, *self._part(self._skip(at + taken))) if start < at and old else None
        return None

    def domain(self, at: int) -> Mended | None:
        """ "The domain is gmail", "it ends in dot net"."""
        if taken := self._at("domain_is", at):
            return self.domain_alone(self._skip(at + taken))
        if taken := self._at("ending_is", at):
            return self._with_ending(at, self._skip(at + taken))
        return None

    def domain_alone(self, at: int) -> Mended | None:
        """A domain, or an ending, and nothing else."""
        grammar = self.grammar
        local, _, domain = self.current.rpartition("@")
        anchor = grammar.words.at.at(grammar.tokens, at)
        said, end = grammar.domain(at + anchor)
        an_ending = not anchor and said.partition(".")[0] in domains().before_country
        if not said or an_ending or not grammar.is_quiet(end, len(grammar.tokens)):
            return self._with_ending(at, at)
        if "." not in said:
            if said not in domains().names:
                return self._with_ending(at, at)
            known = [other for other in (f"{said}.{domain.partition('.')[2]}", f"{said}.com") if other in domains().known]
            if not known:
                return None
            said = known[0]
        return Mended(f"{local}@{said}", "domain", at, end) if anchor or said in domains().known or at else None

    def _with_ending(self, start: int, at: int) -> Mended | None:
        ending, end = self.grammar.ending(at)
        if not ending or not self.grammar.is_quiet(end, len(self.grammar.tokens)):
            return None
        local, _, domain = self.current.rpartition("@")
        return Mended(f"{local}@{domain.partition('.')[0]}.{ending}", "ending", start, end)

    def letters(self, at: int) -> Mended | None:
        """ "With two l's", "only one n": a letter doubled, or single, in the one place where it is not."""
        tokens = self.grammar.tokens
        taken = self._at("with", at)
        if not taken and at != self.beginning:
            return None
        count, here = cardinal(tokens, at + taken, self.grammar.language)
        if count in (1, 2) and here < len(tokens):
            plural = tokens[here].norm.replace("'", "")
            letter = plural[0] if plural[1:] in ("", "s") and plural.isascii() and plural.isalpha() else ""
            old, new = (letter, letter * 2) if count == 2 else (letter * 2, letter)
            return self._put(at, old, new, here + 1, alone=True) if letter else None
        text, end = self._part(self._skip(at + taken))
        if len(text) == 2 and text[0] == text[1]:  # "with a double l"
            return self._put(at, text[0], text, end, alone=True)
        return None

    def without(self, at: int) -> Mended | None:
        """ "No dot": a mark taken out of the local part, where there is one of it."""
        taken = self._at("without", at)
        if not taken:
            return None
        grammar = self.grammar
        mark = grammar.words.mark_phrases.at(grammar.tokens, at + taken)
        end = at + taken + mark
        if not mark or not grammar.is_quiet(end, len(grammar.tokens)):
            return None
        return self._put(at, grammar.write(at + taken, end), "", end)

    def spelled(self, at: int) -> Mended | None:
        """Letters, or one word, and nothing else: the word of the local part that they spell otherwise."""
        grammar = self.grammar
        letters = grammar.write(at, len(grammar.tokens))
        pieces = list(grammar.pieces(at, len(grammar.tokens)))
        said_so = len(pieces) == 1 or any(piece.kind == "letters" and len(piece.text) > 1 for piece in pieces)
        if len(letters) < _FEWEST_LETTERS or not letters.isalpha() or not said_so:
            return None
        local = self.current.rpartition("@")[0]
        near = [word for word in _words(local) if word[0] == letters[0] and Levenshtein.distance(word, letters, score_cutoff=_MISHEARD) <= _MISHEARD]
        return self._put(at, near[0], letters, len(grammar.tokens)) if len(near) == 1 else None

    def _put(self, start: int, old: str, new: str, end: int, *, alone: bool = False) -> Mended | None:
        """`new` in the one place where `old` stands; a letter that must stand `alone` is none of two."""
        if not old or old == new:
            return None
        local, _, domain = self.current.rpartition("@")
        places = [(side, at) for side in (local, domain) for at in range(len(side)) if side.startswith(old, at)]
        if old.startswith(".") and len(old) > 1:  # an ending stands at the end
            places = [(side, at) for side, at in places if side is domain and side.endswith(old) and at == len(side) - len(old)]
        elif len(old) == 1 and not old.isalnum():
            places = [(side, at) for side, at in places if side is local]
        elif alone:
            places = [(side, at) for side, at in places if side is local and old not in (side[at - 1 : at], side[at + len(old) : at + len(old) + 1])]
        else:
            places = [(side, at) for side, at in places if side is local] or places
        if len(places) != 1:
            return None
        side, at = places[0]
        mended = side[:at] + new + side[at + len(old) :]
        return Mended(f"{mended}@{domain}" if side is local else f"{local}@{mended}", "exchange", start, end)

    def _part(self, at: int) -> tuple[str, int]:
        """The longest stretch from token `at` that writes a part of an address, up to a comma or a word that tells of something else."""
        grammar = self.grammar
        end = at
        while end < len(grammar.tokens) and end - at < _LONGEST_PART:
            mark = grammar.words.mark_phrases.at(grammar.tokens, end)
            ended = end > at and any(self._at(key, end) for key in ("instead_of", "should_be", "into"))
            if grammar.tokens[end].norm == "," or ended:
                break
            piece = None if mark else grammar.piece(end)
            if not mark and piece is None:
                break
            end = end + mark if mark else piece.end if piece else end
        return grammar.write(at, end), end

    def _skip(self, at: int) -> int:
        for _ in range(_MOST_SKIPPED):
            taken = self._at("articles", at) or self.grammar.words.silent.at(self.grammar.tokens, at)
            if not taken and at < len(self.grammar.tokens) and self.grammar.tokens[at].norm == ",":
                taken = 1
            if not taken:
                break
            at += taken
        return at


def _words(local: str) -> Sequence[str]:
    """The words that marks and digits part the local part into."""
    return list(dict.fromkeys("".join(c if c.isalpha() else " " for c in local).split()))
