"""Patching a word of an English name by what is said of its letters: "Smyth with a y", "Sara without an h", "two t's".

Nothing is patched that the caller's words do not settle: where two words of the name, or two spellings, would fit equally, the name stays as it was.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from agent.languages import words
from agent.nlu.lexicon import Phrases, filled
from agent.nlu.spelling.letters import letter_at
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import Token
from agent.slots.name.en_lexicon import lexicon
from agent.slots.name.spelling import homophones


class LetterEdit(NamedTuple):
    """What is said of the letters of a word."""

    letters: str
    present: bool = True
    single: bool = False
    """Exactly one: "with one l"."""
    last: bool = False
    """At the end of the word."""


def letter_edit(tokens: Sequence[Token], start: int) -> tuple[LetterEdit | None, int]:
    """What is said at `start` of a word's letters, and the index after it: "with a y", "without an h"; (None, start) if nothing is."""
    said = _said()
    at = start + 1 if start < len(tokens) and tokens[start].norm == "," else start
    without = said.without.at(tokens, at)
    present = said.present.at(tokens, at)
    if not without and not present:
        return _doubled(tokens, at, start)
    if without >= present:
        present = 0
    at += present or without
    one = said.single.at(tokens, at)
    letters, end = letter_at(tokens, at + one, "en")
    if not letters and at + one < len(tokens) and len(tokens[at + one].norm) == 2 and tokens[at + one].norm in _alike():
        letters, end = tokens[at + one].norm, at + one + 1
    if not letters or len(letters) > 2 or (letters in ("a", "i") and end < len(tokens) and tokens[end].is_word):
        return None, start
    last = said.at_end.at(tokens, end)
    end += last
    apart = said.apart.at(tokens, end)
    if apart:
        other, after = letter_at(tokens, end + apart, "en")
        end = after if other and len(other) == 1 else end + apart
    return LetterEdit(letters, bool(present), bool(one), bool(last)), end


def _doubled(tokens: Sequence[Token], at: int, start: int) -> tuple[LetterEdit | None, int]:
    """ "double l" or "two l's" said by itself."""
    if at >= len(tokens) or tokens[at].norm not in letter_words("en").starters:
        return None, start
    letters, end = letter_at(tokens, at, "en")
    if len(letters) != 2 or letters[0] != letters[1] or tokens[at].norm == letters[0] or (end < len(tokens) and tokens[end].is_word):
        return None, start
    return LetterEdit(letters), end


def patched(name: Sequence[str], edit: LetterEdit, *, last: bool = True) -> tuple[str, ...]:
    """`name` with the one word patched that `edit` can be about; `last`: it was said right behind the last word.

    That is none if the last word is so already, else the one with a namesake, else the one that can change at all.
    """
    lower = [word.lower() for word in name]
    if not lower or (last and _holds(lower[-1], edit)):
        return tuple(name)
    for change in (_namesake, _respelled):
        changes = [(at, changed) for at, word in enumerate(lower) if not _holds(word, edit) and (changed := change(word, edit))]
        if changes:
            at, changed = changes[0]
            return tuple(name) if len(changes) > 1 else (*name[:at], changed, *name[at + 1 :])
    return tuple(name)


def _holds(word: str, edit: LetterEdit) -> bool:
    if edit.last and edit.present:
        return word.endswith(edit.letters)
    if edit.single:
        return edit.letters in word and edit.letters * 2 not in word
    return (edit.letters in word) is edit.present


def _namesake(word: str, edit: LetterEdit) -> str:
    """The nearest other spelling of the same name that is as `edit` says, or ""."""
    fitting = [other for other in homophones().get(word, ()) if _holds(other, edit)]
    if not edit.present:
        fitting = [other for other in fitting if Levenshtein.distance(word, other) == len(edit.letters)]
    known = lexicon().is_known
    return min(fitting, key=lambda other: (Levenshtein.distance(word, other), not known(other), abs(len(word) - len(other)), other), default="")


def _respelled(word: str, edit: LetterEdit) -> str:
    """`word` with the letters put where their like stands, or taken away; "" when that is not settled."""
    letters = edit.letters
    if edit.last:
        return word + letters if edit.present else word.removesuffix(letters)
    if edit.single:
        return word.replace(letters * 2, letters)
    if not edit.present:
        return word.replace(letters, "", 1) if word.count(letters) == 1 else ""
    if len(letters) == 2 and letters[0] == letters[1]:
        return word.replace(letters[0], letters) if word.count(letters[0]) == 1 else ""
    swaps = [_put(word, like, letters) for like in _alike().get(letters, ())]
    found = [swap for swap in swaps if swap]
    if letters in ("e", "h") and word[-1:] not in letters + "i":
        found.append(word + letters)
    known = [candidate for candidate in found if lexicon().is_known(candidate)]
    return (known or found or [""])[0]


def _put(word: str, like: str, letters: str) -> str:
    """`word` with `letters` where `like` stands, if it stands there once."""
    return word.replace(like, letters) if word.count(like) == 1 else ""


class _Said(NamedTuple):
    """The phrases of `[patching]`."""

    present: Phrases
    without: Phrases
    single: Phrases
    apart: Phrases
    at_end: Phrases


@cache
def _said() -> _Said:
    return filled(_Said, words("en", "name")["patching"])


@cache
def _alike() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = words("en", "name")["alike"]
    return found
