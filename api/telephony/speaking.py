"""Our speech in pieces that a carrier takes: short enough, and with nothing but pauses and a slower rate.

The documents are our own (`agent.nlg.speech.Speech.ssml`): sentences, a break between two, and a slow one at the end at most.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape, unescape

BREAK_MS = 300
MOST_CHARACTERS = 2900
"""Of one `<Say>`: Polly takes 3,000."""
MOST_QUOTED = 4400
"""The same once URL-encoded, of which carriers take 4,500 (Twilio, error 13521): five hundred Chinese characters."""
MOST_IN_ALL = 30_000
"""Octets of all that is said, as it is written: a document has 64 KiB at most (Twilio, error 11750). Nobody listens for half an hour."""
_BREAK = re.compile(r"<break [^>]*/>")
_GAP = re.compile(r"(?<=[^.\s][.?!]) +(?=\S)|(?<=[。？！])(?=\S)")
"""Between two sentences; not after an ellipsis, which is a pause within one."""
_SLOW = re.compile(r'<prosody rate="slow">(.*)</prosody>', re.DOTALL)


class Piece(NamedTuple):
    text: str
    slow: bool = False


def pieces(ssml: str) -> Iterator[tuple[Piece, ...]]:
    """What is said, in runs of sentences, each of which a carrier takes as one. Without the marks it is the text, letter by letter."""
    run: list[Piece] = []
    size, quoted, left = 0, 0, MOST_IN_ALL
    for piece in _short(ssml):
        octets = len(piece.text.encode())
        if (left := left - len(escape(piece.text).encode())) < 0:
            break
        length = octets * 3  # at most
        if quoted + length > MOST_QUOTED:
            length = len(quote(piece.text))
        if run and (size + len(piece.text) > MOST_CHARACTERS or quoted + length > MOST_QUOTED):
            yield tuple(run)
            run, size, quoted = [], 0, 0
        run.append(piece)
        size, quoted = size + len(piece.text), quoted + length
    if run:
        yield tuple(run)


def tokens(ssml: str) -> list[str]:
    """What is said, sentence by sentence and without marks, each with the space that follows it: put together they are the text, letter by letter."""
    found: list[str] = []
    for piece in itertools.chain.from_iterable(pieces(ssml)):
        begin = 0
        for end in (gap.end() for gap in _GAP.finditer(piece.text)):
            found.append(piece.text[begin:end])
            begin = end
        if piece.text[begin:]:
            found.append(piece.text[begin:])
    return found


def _short(ssml: str) -> Iterator[Piece]:
    """Its sentences, those that are too long for one breath of a carrier in parts."""
    for sentence in _BREAK.split(ssml.removeprefix("<speak>").removesuffix("</speak>")):
        found = _SLOW.fullmatch(sentence)
        text = unescape(found[1] if found else sentence)
        while len(text) > MOST_CHARACTERS or (len(text) > MOST_QUOTED // 12 and len(quote(text)) > MOST_QUOTED):
            cut = _cut(text)
            yield Piece(text[:cut], found is not None)
            text = text[cut:]
        if text:
            yield Piece(text, found is not None)


def _cut(text: str) -> int:
    """Where a long text is cut: behind the last space of what fits, or in the middle of a word where there is none."""
    fits = 0
    quoted = 0
    for letter in text[:MOST_CHARACTERS]:
        quoted += len(quote(letter))
        if quoted > MOST_QUOTED:
            break
        fits += 1
    return text.rfind(" ", 1, fits) + 1 or fits
