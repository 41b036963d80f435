"""Units: the parts of a building that stand before a house number or after a street ("Apt 4B", "Level 3", "top floor flat")."""

from collections.abc import Sequence

from agent.slots.address.en.line import Line
from agent.slots.address.en.number import Group, figures_of, groups
from agent.slots.address.en.number_words import with_suffix
from agent.slots.address.en.parts import written_as
from agent.slots.address.en.street_words import written

_MOST_FIGURES = 5
"""Of a unit's number."""
_ROUTE_FIGURES = 3
_MOST_WORDS = 5
"""Of a flat known by where it is: "flat above the shop"."""


def unit(line: Line, at: int, *, before_number: bool, after_street: bool = False) -> tuple[str, int, bool]:
    """A part of a building at `at`: ("Apt 4B", the index after it, False), ("", at, False) for none.

    The last is True when the house number is said in the same run of numbers ("unit two eighty-eight"), which then begins after the label.
    """
    norm = line.norm(at)
    if named := _floor(line, at) or _named_flat(line, at, before_number=before_number):
        return (*named, False)
    label = "#" if line.isa(at, "number") and after_street else line.lexicon.units.get(norm)
    if label is None or _is_described(line, at):
        return "", at, False
    _, here = line.phrase(at + 1 + (line.norm(at + 1) == "-"), "number_cue")
    here += line.isa(here, "number_is")
    here = _past_pause(line, here) if after_street else here
    if said := groups(line, here):
        return _numbered(line, label, said, before_number=before_number)
    if label != "#" and (lettered := _lettered(line, label, here)):
        return (*lettered, False)
    return (label, here, False) if norm in line.lexicon.words["bare_units"] else ("", at, False)


def _numbered(line: Line, label: str, said: Sequence[Group], *, before_number: bool) -> tuple[str, int, bool]:
    """A label and its number, or as much of a run of numbers as is the unit's."""
    label = label if label == "#" else f"{label} "
    if two := in_two(line, said, after_street=not before_number):
        return label + two[0], two[1], False
    start, figures = said[0].start, figures_of(said)
    letter, end = _unit_letter(line, said[-1].end)
    closes = line.ends(end) or line.isa(end, "slashes") or line.norm(end) in line.lexicon.units or _floor(line, end) is not None
    if before_number and len(said) > 1 and not closes:
        return label.strip(), start, True
    return (label + figures + letter, end, False) if len(figures) <= _MOST_FIGURES else ("", start, False)


def _lettered(line: Line, label: str, here: int) -> tuple[str, int] | None:
    """ "Apt B", "unit B4", "flat B as in Bertie"."""
    letter = line.letter(here).upper()
    if letter and line.is_written(here + 1) and line.glued(here + 1):
        return f"{label} {letter}{line.norm(here + 1)}", here + 2
    code_word = 3 if line.phrase(here + 1, "as_in")[1] > here + 1 and line.is_word(here + 3) else 0
    return (f"{label} {letter}", here + 1 + code_word) if letter else None


def _past_pause(line: Line, at: int) -> int:
    """Past a pause between label and number, when that is all up to the next pause and no postcode: "Lake Avenue, apartment, 14 F, Evanston"."""
    here = line.past_commas(at)
    said = groups(line, here) if here > at else []
    ends = bool(said) and line.ends(_unit_letter(line, said[-1].end)[1])
    return here if ends and len(figures_of(said)) != line.lexicon.postcode_digits else at


def _is_described(line: Line, at: int) -> bool:
    """Whether the label only says what kind of house it is: "it's an apartment building 12 Elm Street", "it's a flat 12 Mill Lane"."""
    while line.norm(at - 1) in line.lexicon.units:
        at -= 1
    return line.isa(at - 1, "a_an")


def in_two(line: Line, said: Sequence[Group], *, after_street: bool = False) -> tuple[str, int] | None:
    """Floor and door of a flat ("1/2" of "flat 1/2, 9 Byres Road"), and the index after them; None where the house's number follows the slash."""
    first = said[:1] if said and said[0].written else said
    _, here = line.phrase(first[-1].end, "slash") if first else ("", 0)
    here += line.norm(here) == "/"
    following = groups(line, here) if first and here > first[-1].end else []
    if not following:
        return None
    # Figures in a row are two numbers, and so are number words where no unit stands before a slash.
    apart = len(following) > 1 and (following[0].written or not line.lexicon.slash_unit)
    second = following[:1] if apart or following[0].written else following
    end = second[-1].end
    after = end + (line.norm(end) == "," or line.isa(end, "before_house"))
    _, number = line.phrase(after, "number_cue")
    goes_on = apart or after_street or (after > end and line.number_starts(number))
    return (f"{figures_of(first)}/{figures_of(second)}", end) if goes_on else None


def _named_flat(line: Line, at: int, *, before_number: bool) -> tuple[str, int] | None:
    """A part of a house known by where it is: "garden flat", "rear unit", "flat above the shop"; "rear" by itself before the number or at the end."""
    norm, kind = line.norm(at), line.lexicon.units.get(line.norm(at + 1), "")
    if norm in line.lexicon.words["flat_names"] and kind in written_as("dwellings"):
        numbered = groups(line, at + 2)
        if before_number or not numbered or numbered[0].end >= line.size:
            return f"{written(line, at)} {kind}", at + 2
    if before_number and line.lexicon.units.get(norm) in written_as("dwellings") and line.isa(at + 1, "where_flats_are"):
        end = at + 2
        while line.is_word(end) and end - at <= _MOST_WORDS and not line.number_starts(end):
            end += 1
        text = " ".join(line.norms[word] if word == at + 1 or line.isa(word, "the") else written(line, word) for word in range(at, end))
        return (text, end) if line.norm(end) == "," and line.number_starts(end + 1) else None
    if norm in line.lexicon.words["house_parts"]:
        here = at + 1 + (line.norm(at + 1) == "," or line.isa(at + 1, "before_house"))
        stands = line.number_starts(here + line.isa(here, "the")) if before_number else line.ends(at + 1)
        return (written(line, at), at + 1) if stands else None
    return None


def rural(line: Line, at: int) -> tuple[str, int]:
    """A rural route, with the box on it when one is said: ("RR 2 Box 45", the index after it); ("", at) for none."""
    name, here = line.phrase(at, "rural")
    route = groups(line, here + line.isa(here, "numbering"))[:1] if name else []
    if not route or len(route[0].figures) > _ROUTE_FIGURES:
        return "", at
    text, end = f"{name} {route[0].figures}", route[0].end
    box = groups(line, end + 1 + (line.norm(end) == ",")) if line.isa(end, "box") or line.isa(end + 1, "box") else []
    return (f"{text} Box {figures_of(box)}", box[-1].end) if box else (text, end)


def _unit_letter(line: Line, end: int) -> tuple[str, int]:
    """ "4 b", "4-B": the letter that belongs to a unit's number, and the index after it."""
    here = end + 1 if line.norm(end) == "-" else end
    told, after = line.told_letter(here)
    if told:
        return told.upper(), after
    letter = line.letter(here)
    belongs = letter and letter != "i" and (line.glued(here) or letter not in "nsew" or line.ends(here + 1))
    return (letter.upper(), here + 1) if belongs else ("", end)


def _floor(line: Line, at: int) -> tuple[str, int] | None:
    """ "third floor", "ground level", "top floor flat": what number follows is the house's."""
    value, after = line.ordinal(at, after_number=True)
    lower = written(line, at) if line.isa(at, "lower_floors") else ""
    for text, end in ((with_suffix(value) if value else "", after), (lower, at + 1)):
        if text and line.isa(end, "floors"):
            is_flat = line.isa(end + 1, "flat")
            return f"{text} {line.lexicon.units[line.norm(end)]}{' Flat' * is_flat}", end + 1 + is_flat
    return None
