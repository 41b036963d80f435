"""What may be a letter at one place: "k", "aitch", "double l", "s for sugar", "kilo", a short word that letters were run together in."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from agent.nlu.lexicon import meaning_at
from agent.nlu.spelling.words import Table
from agent.nlu.utterance import Token

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAX_GLUED = 4
"""Letters of the longest group that a recogniser runs together."""
_NEAR = 6
"""Tokens on either side in which a small letter makes a group of capitals letters."""


class Kind(Enum):
    PLAIN = auto()
    """A letter for certain: "k", "s for sugar", "double l"."""
    NAMED = auto()
    """A letter name that is hardly a word: "aitch"."""
    WEAK = auto()
    """A word that may be a letter: "why"."""
    CODE = auto()
    """A word of the spelling alphabet: "kilo"."""
    GLUED = auto()
    """A short word that may be letters run together."""
    MARK = auto()


class Element(NamedTuple):
    """What stands for letters, from token `start` up to `end`."""

    text: str
    kind: Kind
    start: int
    end: int


def element_at(tokens: Sequence[Token], start: int, table: Table) -> Element | None:
    """What the token at `start`, with those that belong to it, may be of a run of letters; None for a word that is no letter."""
    if start >= len(tokens):
        return None
    word = tokens[start].norm
    if 2 <= len(word) <= MAX_GLUED and tokens[start].text[0].isupper() and _among_small_letters(tokens, start):
        return Element(word, Kind.GLUED, start, start + 1)
    if word in table.starters:
        return _prefixed(tokens, start, table)
    one = _letter(tokens, start, table)
    return one if one is not None or (len(word) == 1 and word.isascii()) else _unsure(tokens, start, table)


def _among_small_letters(tokens: Sequence[Token], at: int) -> bool:
    """Whether a group with a capital is letters as they stand, whatever word it would be.

    It is when it is all capitals with a small letter near, or has a small letter on either side.
    """
    near = _NEAR if tokens[at].text.isupper() else 1
    around = (tokens[max(0, at - near) : at], tokens[at + 1 : at + 1 + near])
    small = [any(len(token.norm) == 1 and token.text.islower() for token in side) for side in around]
    return any(small) if near > 1 else all(small)


def _prefixed(tokens: Sequence[Token], start: int, table: Table) -> Element | None:
    """An element that may open with "double", "two" or "capital"."""
    _, at = meaning_at(tokens, start, table.before)
    _, wide = meaning_at(tokens, at, table.double_u)
    if wide > at:
        return _linked(tokens, Element("w", Kind.PLAIN, start, wide), table)
    times, after = meaning_at(tokens, at, table.repeat)
    if after > at:
        one = _letter(tokens, after, table)
        return None if one is None else Element(one.text * int(times), Kind.PLAIN, start, one.end)
    plural = table.counted.get(tokens[at].norm, 0) if at < len(tokens) else 0
    if plural and at + 1 < len(tokens) and (letter := _plural(tokens[at + 1].norm, table)):
        return Element(letter * plural, Kind.PLAIN, start, at + 2)
    one = _letter(tokens, at, table)
    if one is not None:
        return Element(one.text, Kind.PLAIN if at > start and one.kind is Kind.NAMED else one.kind, start, one.end)
    return None if at > start else _unsure(tokens, start, table)


def _unsure(tokens: Sequence[Token], start: int, table: Table) -> Element | None:
    """A mark by name, or a short word that may be letters run together."""
    mark, end = meaning_at(tokens, start, table.marks)
    if mark:
        return Element(mark, Kind.MARK, start, end)
    word = tokens[start].norm
    if 2 <= len(word) <= MAX_GLUED and word.isascii() and word.isalpha() and word not in table.stop:
        return Element(word, Kind.GLUED, start, start + 1)
    return None


def _letter(tokens: Sequence[Token], at: int, table: Table) -> Element | None:
    """One letter by itself, by name or by a word of the alphabet, with the word that it is said to stand for."""
    if at >= len(tokens):
        return None
    word = tokens[at].norm
    code, end = meaning_at(tokens, at, table.code)
    if end > at + 1:
        return Element(code, Kind.CODE, at, end)
    if len(word) == 1 and word.isalpha() and not "぀" <= word <= "鿿":
        return _linked(tokens, Element(word, Kind.PLAIN, at, at + 1), table)
    for phrases, kind in ((table.named, Kind.NAMED), (table.weak, Kind.WEAK)):
        letter, after = meaning_at(tokens, at, phrases)
        if letter:
            return _linked(tokens, Element(letter, kind, at, after), table)
    if word.isascii() and word.isalpha() and (again := _again(tokens, at + 1, word[0], table)) > at + 1:
        return Element(word[0], Kind.PLAIN, at, again)
    return Element(code, Kind.CODE, at, end) if code else None


def _linked(tokens: Sequence[Token], one: Element, table: Table) -> Element:
    """`one`, and the word it stands for where one follows: "for sugar", "as in boy", "kilo"."""
    at = one.end
    while at < len(tokens) and tokens[at].norm in "-," and at < one.end + 2:
        at += 1
    _, after = meaning_at(tokens, one.end, table.link)
    code, end = meaning_at(tokens, at, table.code)
    if after > one.end:
        at = after
        code, end = meaning_at(tokens, at, table.code)
    elif code != one.text and not (table.again and _stands_for(tokens, at, one.text, table)):
        return one
    if code == one.text:
        return one._replace(kind=Kind.PLAIN, end=_again(tokens, end, one.text, table))
    if not _stands_for(tokens, at, one.text, table):
        return one
    end = _again(tokens, at + 1, one.text, table)
    return one._replace(kind=Kind.PLAIN, end=end) if after > one.end or end > at + 1 else one


def _stands_for(tokens: Sequence[Token], at: int, letter: str, table: Table) -> bool:
    if at >= len(tokens) or len(tokens[at].norm) < 2 or not tokens[at].is_word:
        return False
    return tokens[at].norm[0] == letter or tokens[at].norm in table.sounds.get(letter, ())


def _again(tokens: Sequence[Token], at: int, letter: str, table: Table) -> int:
    """The index after "的 J" when the letter is said again in that way, else `at`."""
    said_again = table.again and at + 1 < len(tokens) and tokens[at].norm == table.again and tokens[at + 1].norm == letter
    return at + 2 if said_again else at


def _plural(word: str, table: Table) -> str:
    """The letter of "l's", "ls" or "ells", or ""."""
    if not word.endswith("s") or len(word) < 2:
        return ""
    single = word[:-1].rstrip("'")
    return single if single in LETTERS and len(single) == 1 else next((to for of, to in table.named.get(single, ()) if len(of) == 1), "")
