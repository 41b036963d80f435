"""Spoken numbers at a place in an utterance: digit strings, quantities and ordinals, by the rules of `rules.py`.

All functions read from a token on and never look back; a Chinese character is read as Mandarin and any other word as English (or the call's language)
whatever the call's language is, since callers mix. Nothing raises on any tokens.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import NamedTuple

import msgspec

from agent.languages import words
from agent.nlu.chart import Chart, Chunk, Grammar
from agent.nlu.effort import effort
from agent.nlu.lexicon import Lexicon
from agent.nlu.numerals.rules import COUNT, MARKS, RULES, amount, classes
from agent.nlu.utterance import Token, Tokens

_GRAMMAR = Grammar(RULES)
_OPENING = ("digit", "weak_digit", "teen", "tens", "ten", "repeat", "ordinal", "nth_prefix", "an")
_JOINING = ("and", "hyphen", "scale", "ten", "counter", "plural", "suffix", "ordinal")
_JOINED = ("and", "hyphen", "scale", "ten", "counter", "repeat", "nth_prefix")
_ONES = ("ones", "tail")
_MOST_MARKS = 3
_MOST_WORDS = 14
"""Tokens of the longest number."""
_MOST_FIGURES = 15
"""Longer strings of figures are no quantity."""


def digits(tokens: Sequence[Token], start: int, language: str) -> tuple[str, int]:
    """The longest digit string said from token `start` on, and the index after it: ("202555", 9), or ("", start) when there is none."""
    said, at, firm = "", start, False
    while at < len(tokens):
        here = _after_marks(tokens, at, language) if said else at
        group, after = digit_group(tokens, here, language)
        if not group or _is_sigh(tokens, here, language, first=not said):
            break
        firm = firm or not only_inside(tokens[here], language)
        said, at = said + group, after
    return (said, at) if firm else ("", start)


def digit_group(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """One group of a digit string at token `at`, e.g. ("44", at + 2) for "double four", or ("", at); "eight hundred sixty eight" is 868."""
    group = _longest(tokens, at, language, "group")
    return (group.value.digits, at + group.end) if group else ("", at)


def only_inside(token: Token, language: str) -> bool:
    """Whether the word is a digit only beside other digits, like "oh"."""
    return _lexicon(language).knows(token.norm, ("weak_digit",))


def cardinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The quantity said from token `start` on, and the index after it: (125, 5) for "one hundred and twenty five"; (None, start) for none.

    Digits said one by one are no quantity: of "one two five" this reads 1. Who expects a number said either way takes what reads further.
    """
    count = _longest(tokens, start, language, *COUNT.split("|"))
    if count is None or (count.kind == "figures" and (len(count.value) > _MOST_FIGURES or _is_nth(tokens, start + 1, language))):
        return None, start
    return _with_thousands(tokens, start, amount(count)) if count.kind == "figures" else (amount(count), start + count.end)


def ordinal(tokens: Sequence[Token], start: int, language: str) -> tuple[int | None, int]:
    """The ordinal said from token `start` on, and the index after it: (21, 2) for "twenty first", (3, 2) for "第三"; (None, start) for none."""
    nth = _longest(tokens, start, language, "nth")
    return (nth.value, start + nth.end) if nth else (None, start)


def say_digits(digits: str, language: str) -> str:
    """Digits as words: "0412 345" is "oh four one two, three four five".

    Spaces, commas and hyphens part groups; letters stay letters; all else is dropped.
    """
    say = words(language, "numbers")["say"]
    groups = "".join(c if c.isalnum() else " " if c.isspace() or c in ",-" else "" for c in digits).split()
    spoken = (say["between"].join(say["digits"][int(c)] if c.isdecimal() else c.upper() for c in group) for group in groups)
    return str(say["groups"].join(spoken))


@cache
def _lexicon(language: str) -> Lexicon:
    return _lexicon("en") if language == "zh" else Lexicon(classes(known) for known in ("zh", language))


class _Words(NamedTuple):
    """Number words by what they do side by side."""

    opening: AbstractSet[str]
    """What numbers begin with."""
    joining: AbstractSet[str]
    """What goes on a number."""
    joined: AbstractSet[str]
    """What a number goes on behind."""
    tens: AbstractSet[str]
    ones: AbstractSet[str]
    """What goes on a number behind tens."""


@cache
def _words(language: str) -> _Words:
    return _Words(*map(_lexicon(language).words_of, (_OPENING, _JOINING, _JOINED, ("tens",), _ONES)))


def _longest(tokens: Sequence[Token], at: int, language: str, *kinds: str) -> Chunk | None:
    """The longest of what the rules make of the number words from token `at` on, of these kinds; its tokens are counted from there."""
    if at >= len(tokens):
        return None
    norm, known, first = tokens[at].norm, _words(language), 0
    if norm not in known.opening and not norm[0].isdecimal() and (norm.isascii() or norm[0] not in known.opening):
        return None
    following = tokens[at + 1].norm if at + 1 < len(tokens) else ""
    joined = norm in known.joined or following in known.joining or (norm in known.tens and following in known.ones)
    if norm in known.opening and not joined:
        chart = _alone(norm, language)
    elif isinstance(tokens, Tokens):
        read, lexicon = tokens.read, _lexicon(language)
        if lexicon not in read:
            read[lexicon] = _GRAMMAR.parse(_laid(tokens, language))
        first, chart = at, read[lexicon]
    else:
        chart = _GRAMMAR.parse(_laid(tokens[at : at + _MOST_WORDS], language))
    found = chart.step(first, kinds)
    return msgspec.structs.replace(found, end=found.end - first) if found and first else found


@cache
def _alone(word: str, language: str) -> Chart:
    """What the rules make of one number word: the same each time, and no effort of any turn's."""
    left = effort.left
    chart = _GRAMMAR.parse([_lexicon(language).word(word, 0), []])
    effort.left = left
    return chart


def _laid(tokens: Sequence[Token], language: str) -> list[list[Chunk]]:
    """The classes of number words, and none of other words."""
    lexicon = _lexicon(language)
    laid = [lexicon.word(token.norm, place) for place, token in enumerate(tokens)]
    for place, here in enumerate(laid):
        if here and here[0].kind == "suffix" and not _is_nth(tokens, place, language):
            laid[place] = []
    return [*laid, []]


def _is_nth(tokens: Sequence[Token], at: int, language: str) -> bool:
    """Whether the token is the end of "3rd"."""
    return 0 < at < len(tokens) and tokens[at].start == tokens[at - 1].end and _lexicon(language).knows(tokens[at].norm, ("suffix",))


def _with_thousands(tokens: Sequence[Token], at: int, value: int) -> tuple[int, int]:
    """Figures as they stand, or with the thousands that commas part: "1,250"."""
    figures, after = tokens[at].norm, at + 1
    while len(tokens[at].norm) <= 3 and after + 1 < len(tokens) and tokens[after].norm == ",":
        thousands = tokens[after + 1]
        touching = tokens[after].start == tokens[after - 1].end and thousands.start == tokens[after].end
        if not (touching and len(thousands.norm) == 3 and thousands.is_number) or len(figures) >= _MOST_FIGURES:
            break
        figures, after = figures + thousands.norm, after + 2
    return int(figures) if after > at + 1 else value, after


def _after_marks(tokens: Sequence[Token], at: int, language: str) -> int:
    """Past the marks, or the one word for a mark, that part two groups."""
    here = at
    while here < len(tokens) and here - at < _MOST_MARKS and tokens[here].norm in MARKS:
        here += 1
    return here + 1 if here == at and here < len(tokens) and _lexicon(language).knows(tokens[here].norm, ("separator",)) else here


def _is_sigh(tokens: Sequence[Token], at: int, language: str, *, first: bool) -> bool:
    """Whether "oh" at `at` is a sigh and no zero: set off by a comma at the start or the end of the digits, or part of "o clock"."""
    if at + 1 >= len(tokens) or not only_inside(tokens[at], language):
        return False
    if _lexicon(language).knows(tokens[at + 1].norm, ("clock",)):
        return True
    return tokens[at + 1].norm in ",!" and (first or not digit_group(tokens, at + 2, language)[0])
