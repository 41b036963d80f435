"""Which words of a name spelled letters are, and whether two words sound alike: a recogniser may have written one for the other."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from rapidfuzz.distance import Levenshtein

from agent.languages import words
from agent.slots.name.lists import lists
from agent.slots.name.writing import initials, split_letters

_INITIALS = 2
"""Letters that are rather initials than a word."""
_MAX_GLUED = 4
"""Words that may be spelled in one run."""
_NEAR = 0.7
_SAME_SOUND = 0.4
"""Similarity (1 - edits / length) from which words are taken for one another: with another beginning or with the same consonants."""


def sounds_like(one: str, other: str) -> bool:
    """Whether a recogniser could have written one for the other."""
    one, other = plain_letters(one), plain_letters(other)
    if one == other:
        return True
    near = Levenshtein.normalized_similarity(one, other)
    same = _sound(one) == _sound(other)
    return (same and near >= _SAME_SOUND) or (near >= _NEAR and _sound(one)[:1] == _sound(other)[:1]) or other in homophones().get(one, ())


def settled(pieces: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """The words of a name whose pieces are (text, was it spelled).

    Letters take the place of what they spell, one word or several in a row, and are words of their own otherwise.
    """
    name: list[tuple[str, bool]] = []
    for text, spelled in pieces:
        if not spelled:
            if not any(was_spelled and sounds_like(word, text) for word, was_spelled in name[-1:]):
                name.append((text, False))
            continue
        open_words = [word if not was_spelled else "" for word, was_spelled in name]
        if (fit := fitting(open_words, text)) is not None:
            start, end, said = fit
            name[start:end] = [(word, True) for word in said]
            continue
        letters = plain_letters(text)
        heard = plain_letters("".join(open_words))
        if heard and all(open_words) and letters.startswith(heard) and len(letters) > len(heard) + 1:  # "Greg": G R E G S O R E N S E N
            name = [*((word, True) for word in open_words), (letters.removeprefix(heard), True)]
            continue
        for part in (split_letters(text) if len(letters) > _INITIALS else initials(text)).split():
            place = next((at for at in reversed(range(len(name))) if not name[at][1] and sounds_like(name[at][0], part)), None)
            if place is None:
                name.append((part, True))
            else:
                name[place] = (_dressed(part, name[place][0]), True)
    return tuple(word for word, _ in name)


def fitting(words: Sequence[str], letters: str) -> tuple[int, int, tuple[str, ...]] | None:
    """Which of `words` the spelled `letters` are: (first, after the last, how they are written then), or None. An empty word is none of them.

    Equal letters leave the words as they are written; else what is spelled wins. Of several words that fit, the likest and last.
    """
    spelled = plain_letters(letters)
    plain = [plain_letters(word) for word in words]
    best: tuple[float, int, int, tuple[str, ...]] | None = None
    for start in range(len(words)):
        for end in range(start + 1, min(start + _MAX_GLUED, len(words)) + 1):
            window = plain[start:end]
            if not all(window):
                break
            glued = "".join(window)
            likeness = Levenshtein.normalized_similarity(glued, spelled)
            if glued == spelled:
                said = tuple(words[start:end]) if "-" not in letters else (letters,)
            elif end == start + 1:
                if not sounds_like(glued, spelled):
                    continue
                said = (_dressed(letters, words[start]),)
            elif likeness >= _NEAR and all(Levenshtein.normalized_similarity(word, spelled) < likeness for word in window):
                said = tuple(_cut(spelled, window))
            else:
                continue
            if best is None or likeness >= best[0]:
                best = likeness, start, end, said
    return best and best[1:]


def plain_letters(word: str) -> str:
    """The letters of `word` alone, in lower case."""
    return "".join(filter(str.isalpha, word)).lower()


def _dressed(letters: str, candidates: str) -> str:
    """`letters` with the apostrophe that `heard` has behind its first letter: nobody spells it; `heard` itself when the letters are the same."""
    if plain_letters(letters) == plain_letters(candidates):
        return candidates
    if candidates[1:2] == "'" and letters[:1] == candidates[:1].lower() and "'" not in letters:
        return f"{letters[0]}'{letters[1:]}"
    return letters


def _cut(letters: str, candidates: Sequence[str]) -> list[str]:
    """`letters` cut into as many words as were heard, each as like its word as can be; more than two words are cut by length."""
    if len(candidates) == 2:
        cuts = range(1, len(letters))
        best = max(
            cuts,
            key=lambda at: sum(map(Levenshtein.normalized_similarity, (letters[:at], letters[at:]), (candidates[0].lower(), candidates[1].lower()))),
        )
        return [letters[:best], letters[best:]]
    parts, at = [], 0
    for word in candidates[:-1]:
        parts.append(letters[at : at + len(word)])
        at += len(word)
    return [part for part in (*parts, letters[at:]) if part]


def _sound(word: str) -> str:
    """The consonants of `word` by sound; an opening vowel counts as one."""
    groups, letters = _sounds()
    for written, spoken in groups.items():
        word = word.replace(written, spoken)
    vowel = "a" if word[:1] in tuple("aeiouy") else ""
    return vowel + "".join(letter for letter, _ in groupby(word.translate(letters)))


@cache
def _sounds() -> tuple[Mapping[str, str], Mapping[int, str | None]]:
    """How groups of letters sound, and how single ones do; None for a letter that is no consonant."""
    data: dict[str, Any] = words("en", "name")["sounds"]
    return data["groups"], str.maketrans({**data["letters"], **dict.fromkeys(data["vowels"])})


@cache
def homophones() -> Mapping[str, frozenset[str]]:
    """By name: the other spellings of it."""
    found: dict[str, frozenset[str]] = {}
    for group in lists("en")["homophones"]:
        names = frozenset(group.split())
        for name in names:
            found[name] = found.get(name, frozenset()) | (names - {name})
    return found
