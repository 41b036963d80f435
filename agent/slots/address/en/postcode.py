"""Postcodes as they are said: figures ("three oh double oh", "thirty one twenty one"), or letters and figures ("s w one a, two double a").

Letters come as letters, as words ("you", "zed", "double u"), from the spelling alphabet, or run together ("ope"); figures also as words that
sound alike ("to", "for"); and "o" is a letter or a nought. All readings are followed at once, and the country's pattern decides.
Sources: Royal Mail PAF Programmers' Guide (shape of a postcode); Canada Post Addressing Guidelines.
"""

import string
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.effort import spend
from agent.slots.address.en.line import Line

_MOST_READINGS = 24
"""Followed at once: letters and figures that sound alike multiply."""
_MOST_TOKENS = 16
"""Looked at from where a postcode may begin: each character may be spelled with words around it."""
_READING, _LONGER = 8, 2
"""Units of effort that it takes to begin a reading, and to make one longer."""
_GLUED = 4
"""Letters that may run together in one word: "ope"."""
_LONGEST = 7
"""Characters of a postcode."""
_INWARD = 3
"""Characters of the second half of one."""
_TWO = 2
_FIGURE_WITHIN = 5
"""Tokens in which the first figure of a postcode stands."""
_MARKS = frozenset("-,._")


def numeric(line: Line, at: int) -> tuple[str, int]:
    """A postcode of figures at `at`, with the index after it: exactly as many figures as the country's has, or ("", at)."""
    wanted, extra = line.lexicon.postcode_digits, line.lexicon.postcode_extra
    said, end = _figures(line, at, wanted)
    if not wanted or len(said) != wanted or (line.glued(end) and line.norms[end][0].isalnum()):  # "3121a"
        return "", at
    more, after = _figures(line, end + 1, extra) if extra and line.isa(end, "dashes") else ("", end)
    return (f"{said}-{more}", after) if more and len(more) == extra else (said, end)


def _figures(line: Line, at: int, wanted: int) -> tuple[str, int]:
    """Groups of figures from `at` on until they are as many as wanted, and the index after them."""
    said, end = "", at
    while len(said) < wanted:
        here = end + 1 if said and line.norm(end) == "-" and not line.is_written(end - 1) else end
        figures, after = line.figures(here) if here < line.size else ("", here)
        if not figures:
            break
        said, end = said + figures, after
    return said, end


def alphanumeric(line: Line, at: int) -> tuple[str, int]:
    """A postcode of letters and figures at `at`, written out with its space, and the index after it; ("", at) for none."""
    if not line.lexicon.postcode_shapes or not line.is_word(at):
        return "", at
    if at not in line.postcodes:
        line.postcodes[at] = _read(line, at) if _figure_near(line, at) else ("", at)
    return line.postcodes[at]


def _figure_near(line: Line, at: int) -> bool:
    """Whether one of the next words may be a figure: the second or third character of every postcode is one."""
    return any(
        token.norm[0].isdigit() or token.norm in _words().figures or "o" in token.norm[:_GLUED] for token in line.tokens[at : at + _FIGURE_WITHIN]
    )


def _read(line: Line, at: int) -> tuple[str, int]:
    shapes = line.lexicon.postcode_shapes
    beginnings = _beginnings(shapes)
    readings: list[_Reading] = [_Reading("", ())]
    best, best_end, here = "", at, at
    spend(_READING)
    for _ in range(_MOST_TOKENS):
        if line.norm(here) in _MARKS or line.isa(here, "postcode_talk"):
            here += 1
            continue
        options, end = _sounds(line, here) if here < line.size else ((), here)
        spend(_LONGER * len(readings) * len(options))
        in_one = end > here and line.is_word(here) and line.norms[here] not in _words().repeats
        longer = (reading.and_then(option, in_one=in_one) for reading in readings for option in options)
        readings = [reading for reading in longer if _shape(reading.text) in beginnings][:_MOST_READINGS]
        if not readings:
            break
        here = end
        full = [reading for reading in readings if _shape(reading.text) in shapes]
        if full and not (line.glued(here) and line.norm(here)[0].isalnum()):
            best, best_end = min(full, key=lambda each: (_area(each.text) not in line.lexicon.postcode_areas, each.is_torn)).text, here
    return (f"{best[:-3]} {best[-3:]}", best_end) if best else ("", at)


class _Reading(NamedTuple):
    """Characters of a postcode as far as they were heard, and where in them a number said in one ("twenty-four") goes on."""

    text: str
    inside: tuple[int, ...]

    def and_then(self, option: str, *, in_one: bool) -> "_Reading":
        joint = len(self.text) + 1
        return _Reading(self.text + option, (*self.inside, joint) if in_one and len(option) == _TWO and option.isdigit() else self.inside)

    @property
    def is_torn(self) -> bool:
        """Whether the gap of the postcode falls inside a number said in one, as nobody says it: "m twenty-four b w" is M20 4BW, not M2 4BW."""
        return len(self.text) - _INWARD in self.inside


def known_area(postcode: str, areas: frozenset[str]) -> bool:
    """Whether the letters that a postcode begins with are a postal area's."""
    return _area(postcode) in areas


def _area(postcode: str) -> str:
    return postcode[: next((at for at, c in enumerate(postcode) if c.isdigit()), len(postcode))]


def _sounds(line: Line, at: int) -> tuple[Sequence[str], int]:
    if at not in line.sounds:
        line.sounds[at] = _hear(line, at)
    return line.sounds[at]


def _hear(line: Line, at: int) -> tuple[Sequence[str], int]:
    """What the token at `at`, or the tokens from there on, may stand for, likeliest first; none for a word that is no letter and no figure."""
    norm = line.norms[at]
    letter, end = line.phrase(at, "letters")
    if letter:
        return [letter], end
    if sounds := _words().letter_or_nought.get(norm):
        return sounds, at + 1
    if line.is_written(at):
        return ([norm] if norm.isascii() and len(norm) <= _LONGEST else []), at + 1
    if not line.is_word(at) or not norm.isascii():
        return [], at + 1
    if len(norm) == 1 and (linked := _past_code_word(line, at, norm)) > at + 1:
        return [norm.upper()], linked
    return _repeated(line, at) or _hear_word(line, at)


def _repeated(line: Line, at: int) -> tuple[Sequence[str], int] | None:
    """ "Double four", "triple a"."""
    times = _words().repeats.get(line.norms[at])
    if times is None or not line.is_word(at + 1) or line.norms[at + 1] in _words().repeats:
        return None
    options, end = _sounds(line, at + 1)
    return [option * times for option in options if len(option) == 1], end


def _hear_word(line: Line, at: int) -> tuple[list[str], int]:
    """A word that is a letter's name, a figure, both, or letters run together."""
    norm = line.norms[at]
    found = [letter.upper() for letter in (norm, _words().letters.get(norm, "")) if len(letter) == 1]
    if norm in _words().homophones:
        found.append(_words().homophones[norm])
    figures, end = line.figures(at) if len(norm) > 1 else ("", at)
    if figures:
        parted = [f"{figures[0]}0{figures[1]}"] if end > at + 1 and len(figures) == _TWO and "0" not in figures and figures[0] > "1" else []
        return [*found, figures, *parted], end
    if 1 < len(norm) <= _GLUED and norm.isalpha():
        # "EN6" is written as one; "en 6" is N as likely as E and N; "of us" is neither.
        run, as_one = norm.upper(), _joins(line, at + 1) or _joins(line, at) or line.tokens[at].text.isupper()
        rare = len(norm) < _GLUED and (norm not in _words().common or run in line.lexicon.postcode_areas)
        runs = [run, *_noughts(run)] if as_one or rare else []
        found = [*runs, *found] if as_one else [*found, *runs]
    return found, at + 1


def _joins(line: Line, at: int) -> bool:
    """Whether the token at `at` and the one before it are written as one: "EN6"."""
    return line.glued(at) and line.norms[at][0].isalnum() and line.norms[at - 1][0].isalnum()


def _past_code_word(line: Line, at: int, letter: str) -> int:
    """The index after a letter and the word it is said to stand for: "b for bravo", "v as in victor", "x for x-ray"; `at` + 1 when there is none."""
    _, after = line.phrase(at + 1, "stands_for")
    word = line.norm(after)
    stands_for, end = line.phrase(after, "letters")
    if stands_for == letter.upper() and after > at + 1:
        return end
    named = word.startswith(letter) and word.isalpha() and len(word) > 1
    return after + 1 if named and (after > at + 1 or _words().letters.get(word) == letter) else at + 1


def _noughts(run: str) -> Iterable[str]:
    """The run with its letters O read as noughts: all of them, or one."""
    if "O" in run:
        yield run.replace("O", "0")
    if run.count("O") > 1:
        yield from (run[:at] + "0" + run[at + 1 :] for at, c in enumerate(run) if c == "O")


class _Words(NamedTuple):
    letters: Mapping[str, str]
    """Names of letters and words of the spelling alphabet, to their letter."""
    repeats: Mapping[str, int]
    homophones: Mapping[str, str]
    """What a recogniser writes for a figure; some only inside a postcode."""
    letter_or_nought: Mapping[str, Sequence[str]]
    """What may be either, the likelier first."""
    figures: frozenset[str]
    common: frozenset[str]


@cache
def _words() -> _Words:
    spelt, numbers, own = words("en", "letters"), words("en", "numbers"), words("en", "address")
    homophones = {**{word: str(value) for word, value in numbers["homophones"].items()}, **own["sounds"]}
    return _Words(
        letters={**{word: word[0] for word in spelt["words"]["alphabet"].split()}, **spelt["weak"], **spelt["named"]},
        repeats=numbers["repeats"],
        homophones=homophones,
        letter_or_nought=own["letter_or_nought"],
        figures=frozenset().union(homophones, *(numbers[name] for name in ("digits", "teens", "tens", "repeats"))),
        common=frozenset(spelt["words"]["stop"].split()),
    )


@cache
def _beginnings(shapes: Sequence[str]) -> frozenset[str]:
    return frozenset(shape[:length] for shape in shapes for length in range(1, len(shape) + 1))


_SHAPES = str.maketrans(string.ascii_uppercase + string.digits, "A" * 26 + "9" * 10)


def _shape(text: str) -> str:
    """ "A9A" for "W1A"."""
    return text.translate(_SHAPES)
