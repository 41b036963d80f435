"""Mending a part of an English name: by letters that sound like it, or by what is said of its letters ("Smyth with a y").

Nothing is mended that the caller's words do not settle: where two words of the name, or two spellings, would fit equally, the name stays as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.nlu.spelling.letters import letter_at
from agent.nlu.utterance import Token
from agent.slots.name.lists import lexicon
from agent.slots.name.writing import initials, split_letters

_SOUNDS = (
    ("ph", "f"),
    ("gh", ""),
    ("ck", "k"),
    ("sch", "s"),
    ("wr", "r"),
    ("kn", "n"),
    ("ge", "je"),
    ("gi", "ji"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "sy"),
)
_SAME = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "z": "s",
        "v": "f",
        "x": "k",
        "d": "t",
        "b": "p",
        "h": None,
        "w": None,
        "e": None,
        "i": None,
        "o": None,
        "u": None,
        "y": None,
        "a": None,
    }
)
_INITIALS = 2
"""Letters that are rather initials than a word."""
_MAX_GLUED = 4
"""Words that may be spelled in one run."""
_NEAR = 0.7
_SAME_SOUND = 0.4
"""Similarity (1 - edits / length) from which words are taken for one another: with another beginning or with the same consonants."""


class Mend(NamedTuple):
    letters: str
    present: bool = True
    single: bool = False
    """Exactly one: "with one l"."""
    last: bool = False
    """At the end of the word."""


def sounds_like(one: str, other: str) -> bool:
    """Whether a recogniser could have written one for the other."""
    one, other = plain_letters(one), plain_letters(other)
    if one == other:
        return True
    near = Levenshtein.normalized_similarity(one, other)
    same = _sound(one) == _sound(other)
    return (same and near >= _SAME_SOUND) or (near >= _NEAR and _sound(one)[:1] == _sound(other)[:1]) or other in _homophones().get(one, ())


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


def mending(tokens: Sequence[Token], start: int) -> tuple[Mend | None, int]:
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
    return Mend(letters, bool(present), bool(one), bool(last)), end


def _doubled(tokens: Sequence[Token], at: int, start: int) -> tuple[Mend | None, int]:
    """ "double l" or "two l's" said by itself."""
    letters, end = letter_at(tokens, at, "en")
    if len(letters) != 2 or letters[0] != letters[1] or tokens[at].norm == letters[0] or (end < len(tokens) and tokens[end].is_word):
        return None, start
    return Mend(letters), end


def mended(name: Sequence[str], mend: Mend, *, last: bool = True) -> tuple[str, ...]:
    """`name` with the one word mended that `mend` can be about; `last`: it was said right behind the last word.

    That is none if the last word is so already, else the one with a namesake, else the one that can change at all.
    """
    lower = [word.lower() for word in name]
    if not lower or (last and _holds(lower[-1], mend)):
        return tuple(name)
    for change in (_namesake, _respelled):
        changes = [(at, changed) for at, word in enumerate(lower) if not _holds(word, mend) and (changed := change(word, mend))]
        if changes:
            at, changed = changes[0]
            return tuple(name) if len(changes) > 1 else (*name[:at], changed, *name[at + 1 :])
    return tuple(name)


def _holds(word: str, mend: Mend) -> bool:
    if mend.last and mend.present:
        return word.endswith(mend.letters)
    if mend.single:
        return mend.letters in word and mend.letters * 2 not in word
    return (mend.letters in word) is mend.present


def _namesake(word: str, mend: Mend) -> str:
    """The nearest other spelling of the same name that is as `mend` says, or ""."""
    fitting = [other for other in _homophones().get(word, ()) if _holds(other, mend)]
    if not mend.present:
        fitting = [other for other in fitting if Levenshtein.distance(word, other) == len(mend.letters)]
    known = lexicon().is_known
    return min(fitting, key=lambda other: (Levenshtein.distance(word, other), not known(other), abs(len(word) - len(other)), other), default="")


def _respelled(word: str, mend: Mend) -> str:
    """`word` with the letters put where their like stands, or taken away; "" when that is not settled."""
    letters = mend.letters
    if mend.last:
        return word + letters if mend.present else word.removesuffix(letters)
    if mend.single:
        return word.replace(letters * 2, letters)
    if not mend.present:
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
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    vowel = "a" if word[:1] in tuple("aeiouy") else ""
    return vowel + "".join(letter for letter, _ in groupby(word.translate(_SAME)))


class _Said(NamedTuple):
    present: Phrases
    without: Phrases
    single: Phrases
    apart: Phrases
    at_end: Phrases


@cache
def _said() -> _Said:
    data = words("en", "name")["mending"]
    return _Said(Phrases(data["with"]), Phrases(data["without"]), Phrases(data["single"]), Phrases(data["apart"]), Phrases(data["at_end"]))


@cache
def _alike() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = words("en", "name")["alike"]
    return found


@cache
def _homophones() -> Mapping[str, frozenset[str]]:
    """By name: the other spellings of it."""
    found: dict[str, frozenset[str]] = {}
    for group in words("en", "name")["mending"]["homophones"]:
        names = frozenset(group.split())
        for name in names:
            found[name] = found.get(name, frozenset()) | (names - {name})
    return found
