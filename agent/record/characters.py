"""Which characters a text from outside may hold: what is seen or heard stays, what only steers a screen, a reader or a parser goes.

A control character moves a terminal's cursor or ends a line, a bidirectional one shows a name in another order than it is kept in, and neither, nor
half a surrogate pair, may stand in XML 1.0. They are told by their Unicode category, so that no list of them has to be kept.
"""

import unicodedata

from idna.core import valid_contextj

_JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ, which are part of how Persian, Hindi and others are written."""
_IDEOGRAPHIC_PLANES = range(0x2, 0x4)
"""Rare Chinese characters are added here every few years: unassigned to this Python is not unassigned to its writer."""
_BREAKS = "\t\n\r"
_STRAIGHT = str.maketrans("’‘ʼ`´“”„–—‐‑−", "'''''\"\"\"-----")
_BLANK_LETTERS = dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800), " ")
"""Letters and signs by category that nobody sees (Hangul fillers, the empty Braille cell)."""


def readable(text: str) -> str:
    """The text without control, bidirectional, private and unassigned characters and halves of pairs; odd spaces are spaces."""
    if text.isprintable():  # nearly every text: what Python calls printable is kept
        return text
    return "".join(_kept(text, at) for at in range(len(text)))


def one_line(text: str) -> str:
    """The text as somebody would type it into a form: readable, in the usual form of each letter (NFKC), plain quotes and dashes, single spaces."""
    line = _usual(text)
    while (again := _usual(line)) != line:  # a joiner may have lost its place when signs were put in order
        line = again
    return line


def _usual(text: str) -> str:
    usual = unicodedata.normalize("NFKC", readable(text.translate(_STRAIGHT)).translate(_BLANK_LETTERS))
    return " ".join(readable(usual.translate(_STRAIGHT)).split())


def _kept(text: str, at: int) -> str:
    character = text[at]
    if character.isprintable():
        return character
    if character in _JOINERS:
        return character if _joins(text, at) else ""
    if character in _BREAKS:
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return character if category == "Cn" and ord(character) >> 16 in _IDEOGRAPHIC_PLANES and ord(character) & 0xFFFE != 0xFFFE else ""


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where a script needs one (RFC 5892, appendix A.1 and A.2)."""
    try:
        return valid_contextj(text, at)
    except ValueError:  # beside a character that has no name
        return False
