"""Corrections of a name, typed: what an edit does to the words of a name that is held, or was just said.

Spell    a word is written so: "Smyth with a y", "Sara without an h", "two t's"
Replace  a part of it is this, and not that: "it's Yung, not Young", 不是王，是汪; so is a letter: "replace the i with a y", "y, not i"
Patch    the first or the last name is this: "my last name is Smith"; the character at a place

Nothing is edited that the caller's words do not settle: where two words of the name, or two spellings, would fit equally, the name stays as it was.
"""

from collections.abc import Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from agent.languages import words
from agent.nlu.edits import Patch, Replace, Spell
from agent.nlu.spelling.letters import letter_at
from agent.nlu.spelling.words import table as letter_words
from agent.slots.name.classes import Spoken
from agent.slots.name.lists import is_known, stands_in
from agent.slots.name.spelling import fitting, homophones, sounds_like
from agent.slots.name.weights import LONG, MOST_CUES, SHORT_FORM

Name = tuple[str, ...]


def letter_edit(spoken: Spoken, start: int) -> tuple[Spell | None, int]:
    """What is said at `start` of a word's letters, and the index after it: "with a y", "without an h"; (None, start) if nothing is."""
    tokens = spoken.tokens
    at = start + (start < len(tokens) and tokens[start].norm == ",")
    without, present = spoken.size(at, "without"), spoken.size(at, "present")
    if not without and not present:
        return _doubled(spoken, at, start)
    at += max(without, present)
    one = spoken.size(at, "only_one")
    letters, end = letter_at(tokens, at + one, "en")
    if not letters and at + one < len(tokens) and len(tokens[at + one].norm) == 2 and tokens[at + one].norm in _alike():
        letters, end = tokens[at + one].norm, at + one + 1
    if not letters or len(letters) > 2 or (letters in ("a", "i") and end < len(tokens) and tokens[end].is_word):
        return None, start
    last = spoken.size(end, "at_end")
    end += last
    if apart := spoken.size(end, "apart_from"):
        other, after = letter_at(tokens, end + apart, "en")
        end = after if len(other) == 1 else end + apart
    return Spell(letters, present > without, bool(one), bool(last)), end


def letter_swap(spoken: Spoken, start: int) -> tuple[Replace[str] | None, int]:
    """A letter said at `start` for another, and the index after both: "the i should be a y", "a y instead of an i"; (None, start) if none is."""
    opening = spoken.size(start, "swapping")
    told = _two_letters(spoken, start + opening, "swapped_for") if opening else None
    if told is not None:
        return Replace(*told[0]), told[1]
    told = _two_letters(spoken, start + spoken.size(start, "meant_letter"), "apart_from") or _two_letters(spoken, start, "apart_from")
    return (Replace(told[0][1], told[0][0]), told[1]) if told is not None else (None, start)


def _two_letters(spoken: Spoken, start: int, between: str) -> tuple[tuple[str, str], int] | None:
    """Two single letters with a phrase of the class between them, and nothing behind but a mark; and the index after them."""
    one, at = letter_at(spoken.tokens, start, "en")
    at += at < len(spoken.tokens) and spoken.tokens[at].norm == ","
    size = spoken.size(at, between) if len(one) == 1 else 0
    if not size:
        return None
    other, end = letter_at(spoken.tokens, at + size, "en")
    closed = end >= len(spoken.tokens) or not spoken.tokens[end].is_word or bool(spoken.size(end, "politeness", "at_end"))
    return ((one, other), end) if len(other) == 1 and other != one and closed else None


def order_swap(spoken: Spoken, start: int) -> int:
    """The index after what is said from `start` on of a name whose words stand in the wrong order: "the other way round"; `start` if it is not."""
    at = spoken.past(start, "order_of", most=MOST_CUES)
    size = spoken.size(at, "wrong_order")
    end = spoken.past(at + size, "politeness")
    return end if size and end >= len(spoken.tokens) else start


def letter_replaced(name: Sequence[str], edit: Replace[str]) -> Name:
    """`name` with one letter in the place of another that stands in it once, or where only one of several leads to a known name."""
    places = [(at, place) for at, word in enumerate(name) for place, letter in enumerate(word.lower()) if letter == edit.old]
    found = [(at, f"{name[at][:place]}{edit.new}{name[at][place + 1 :]}".lower()) for at, place in places]
    if len(found) > 1:
        found = [(at, word) for at, word in found if is_known(word)]
    return tuple(name) if len(found) != 1 else put(name, *found[0])


def _doubled(spoken: Spoken, at: int, start: int) -> tuple[Spell | None, int]:
    """ "double l" or "two l's" said by itself."""
    tokens = spoken.tokens
    if at >= len(tokens) or tokens[at].norm not in letter_words("en").starters:
        return None, start
    letters, end = letter_at(tokens, at, "en")
    if len(letters) != 2 or letters[0] != letters[1] or tokens[at].norm == letters[0] or (end < len(tokens) and tokens[end].is_word):
        return None, start
    return Spell(letters), end


def respelt(name: Sequence[str], edit: Spell, *, last: bool = True) -> Name:
    """`name` with the one word edited that `edit` can be about; `last`: it was said right behind the last word.

    That is none if the last word is so already, else the one with a namesake, else the one that can change at all.
    """
    lower = [word.lower() for word in name]
    changes: list[tuple[int, str]] = []
    if lower and not (last and _holds(lower[-1], edit)):
        for change in (_namesake, _respelt):
            edited = [(at, change(word, edit)) for at, word in enumerate(lower) if not _holds(word, edit)]
            changes = changes or [(at, word) for at, word in edited if word not in ("", lower[at])]
    if len(changes) != 1:
        return tuple(name)
    ((at, changed),) = changes
    return (*name[:at], changed, *name[at + 1 :])


def _holds(word: str, edit: Spell) -> bool:
    if edit.last and edit.present:
        return word.endswith(edit.letters)
    if edit.single:
        return edit.letters in word and edit.letters * 2 not in word
    return (edit.letters in word) is edit.present


def _namesake(word: str, edit: Spell) -> str:
    """The nearest other spelling of the same name that is as `edit` says, or ""."""
    found = [other for other in homophones().get(word, ()) if _holds(other, edit)]
    return min(found, key=lambda other: (Levenshtein.distance(word, other), not is_known(other), abs(len(word) - len(other)), other), default="")


def _respelt(word: str, edit: Spell) -> str:
    """`word` with the letters put where their like stands, or taken away; "" when that is not settled."""
    letters = edit.letters
    if edit.last:
        return word + letters if edit.present else word.removesuffix(letters)
    if edit.single:
        return word.replace(letters * 2, letters)
    if not edit.present:
        return _once(word, letters, "")
    if len(letters) == 2 and letters[0] == letters[1]:
        return _once(word, letters[0], letters)
    found = [swap for like in _alike().get(letters, ()) if (swap := _once(word, like, letters))]
    if letters in ("e", "h") and word[-1:] not in letters + "i":
        found.append(word + letters)
    return next(filter(is_known, found), next(iter(found), ""))


def _once(word: str, old: str, new: str) -> str:
    """`word` with `new` where `old` stands, if it stands there once."""
    return word.replace(old, new) if word.count(old) == 1 else ""


def _alike() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = words("en", "name")["alike"]
    return found


def spelt(name: Sequence[str], letters: str) -> Name | None:
    """`name` with the letters in the place of what they spell; None when they spell nothing of it."""
    fit = fitting(name, letters)
    return None if fit is None else (*name[: fit[0]], *fit[2], *name[fit[1] :])


def replaced(name: Name, edit: Replace[str]) -> Name | None:
    """`name` with the part that is denied as it is said instead, whatever that sounds like; None when nothing changes."""
    fit, new = fitting(name, edit.old), tuple(edit.new.split())
    if fit is None:
        return None
    start, end, _ = fit
    whole = len(new) >= LONG and end - start < len(new) and not stands_in(new[0].lower(), "particles")
    edited = new if whole else (*name[:start], *new, *name[end:])
    return None if edited == name else edited


def patched(name: Sequence[str], edit: Patch[str]) -> Name:
    """`name` with its first name, or what stands behind it, as said; of several last names only the one that the new one sounds like."""
    new = tuple(edit.new.split())
    if edit.place == "given":
        return (*new, *name[1:])
    place = place_of(new[0], name[1:]) if len(new) == 1 and len(name) > LONG else None
    return (*name[:1], *new) if place is None else put(name, place + 1, *new)


def put(name: Sequence[str], place: int, *new: str) -> Name:
    return (*name[:place], *new, *name[place + 1 :])


def place_of(word: str, name: Sequence[str]) -> int | None:
    """Which word of `name` `word` was said in place of, if it sounds like exactly one or is its long or its short form ("Sam", "Samuel")."""

    def is_meant(other: str) -> bool:
        one, two = other.lower(), word.lower()
        short = min(len(one), len(two)) >= SHORT_FORM and (one.startswith(two) or two.startswith(one))
        return short or sounds_like(other, word)

    places = [at for at, other in enumerate(name) if is_meant(other)]
    return places[0] if len(places) == 1 else None
