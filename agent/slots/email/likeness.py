"""Which piece of an address a caller says again: by how alike they are. What is like more than one piece is like none."""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_FEWEST_LETTERS = 3
"""Shorter words are like too many."""
_MISHEARD = 2
"""Edits between a word as it was heard and as it is said again."""
_MOST_ADDED = 6
"""Characters that one of two wordings has and the other has not: "bobby.hart" and "bobby.hart7"."""
_LONG = 5
"""Letters of the end of a word that is said again by itself."""
_MARKS = "._-"


def said_again(local: str, text: str, *, several: bool) -> str:
    """`local` with `text` in the place of the piece that it is like, or of all of it; "" when there is none, or more than one.

    `several`: more than one word, letter or mark was said, so that it may be the whole local part.
    """
    if text == local or len(text) < _FEWEST_LETTERS:
        return ""
    whole = several or plain(text) == plain(local) or len(words_of(local)) == 1
    if whole and _is_like(plain(local), plain(text)):
        return text
    if not text.isalnum():
        return ""
    word = text.rstrip("0123456789")
    near = [piece for piece in words_of(local) if word and piece[0] == word[0] and _distance(piece, word) <= _MISHEARD]
    if len(near) == 1:
        return put(local, near[0], text)
    return "" if near else _end_again(local, text)


def put(side: str, old: str, new: str) -> str:
    """`side` with `new` in the one place where `old` stands; "" when it stands in none, or in several, or nothing changes."""
    if not old or old == new or side.count(old) != 1:
        return ""
    return side.replace(old, new)


def words_of(local: str) -> Sequence[str]:
    """The words that marks and digits part the local part into."""
    return list(dict.fromkeys("".join(c if c.isalpha() else " " for c in local).split()))


def plain(text: str) -> str:
    """Letters and digits alone."""
    return "".join(c for c in text if c.isalnum())


def without_marks(local: str) -> str:
    """The local part as one word."""
    return "".join(c for c in local if c not in _MARKS)


def _is_like(old: str, new: str) -> bool:
    """Whether one is the other, slightly misheard, or the other with something before or behind it."""
    short, long = sorted((old, new), key=len)
    if len(short) < _FEWEST_LETTERS:
        return False
    if long.startswith(short) or long.endswith(short):
        return len(long) - len(short) <= (_MOST_ADDED if long == new else _MISHEARD)
    return _distance(old, new) <= min(_MISHEARD, max(1, len(long) // 4))


def _end_again(local: str, text: str) -> str:
    """The long end of a longer word said again: "macbride" for the "mcbride" of "cmcbride"."""
    ends = {
        word[at:] for word in words_of(local) for at in range(1, len(word) - _LONG + 1) if word[at] == text[0] and _distance(word[at:], text) <= 1
    }
    return put(local, ends.pop(), text) if len(ends) == 1 and len(text) >= _LONG else ""


def _distance(one: str, other: str) -> int:
    return Levenshtein.distance(one, other, score_cutoff=_MISHEARD)
