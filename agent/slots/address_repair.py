"""Parts of an address said by themselves: the next turn of one begun before, or the part that is mended in one we hold.

"Unit four, not fourteen"; "no, it's Smyth Street"; "postcode 3122"; "Richmond, three one two one".
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from agent.slots.address_english import addresses
from agent.slots.address_line import Line
from agent.slots.address_number import house
from agent.slots.address_parts import Parts
from agent.slots.address_postcode import alphanumeric
from agent.slots.address_street import street, unit
from agent.slots.address_town import town
from agent.slots.address_words import Lexicon
from agent.text import Said

_MOST_TOWN_WORDS = 4
_BESIDE_NEGATION = frozenset({",", "but", "it's", "its", "it"})


class Pieces(NamedTuple):
    """Parts said alone. `labelled`: words of their own say which part it is ("unit four", "postcode 3122", "Smyth Street")."""

    parts: Parts
    start: int
    end: int
    labelled: bool
    denied: Sequence[str] = ()
    """The words after "not"."""


def parse(value: str, lexicon: Lexicon) -> Parts:
    """The parts of a value as `line_of` writes it, or of what a caller typed."""
    line = Line(Said(value), lexicon)
    if found := next(iter(addresses(line)), None):
        return found.parts
    begun = pieces(line, town_expected=True)
    return begun.parts if begun else Parts()


def pieces(line: Line, *, town_expected: bool = False, number_expected: bool = False) -> Pieces | None:
    """What parts the line holds, when it holds nothing else; a bare town or a bare number only where one is expected."""
    start, stop, denied = _affirmed(line)
    while start < stop and (
        line.norms[start] in line.lexicon.courtesy or line.norms[start] in line.lexicon.lead_in or not line.tokens[start].norm[0].isalnum()
    ):
        if line.phrase(start, line.lexicon.number_cue)[1] > start + 1 or _is_name(line, start, stop) or alphanumeric(line, start)[0]:
            break
        start += 1
    if start >= stop:
        return None
    at, parts, labelled = start, Parts(), False
    text, end, runs_on = unit(line, at, before_number=False)
    if text and not runs_on and end <= stop:
        parts, at, labelled = Parts(unit=text), end, True
    _, after = line.phrase(at, line.lexicon.postcode_cue)
    if not text and after == at:
        parts, at, labelled = _number_or_street(line, at, stop, number_expected=number_expected)
    parts, end = town(line, at, parts, until=stop)
    end = max(end, at)
    if not _nothing_else(line, end, stop) or parts == Parts():
        return None
    placed = bool(parts.state or parts.postcode or parts.unit or parts.street_name)
    by_itself = parts.suburb and not placed and not labelled
    if by_itself and not (town_expected and len(parts.suburb.split()) <= _MOST_TOWN_WORDS) and not parts.street_number:
        return None
    return Pieces(parts, start, end, labelled or bool(after > at), denied)


def _is_name(line: Line, at: int, stop: int) -> bool:
    """Whether a word of courtesy is a name's first word here: "the avenue", "no 12"."""
    return line.norms[at] == "the" and at + 1 < stop and line.norm(at + 1) in line.lexicon.types


def _affirmed(line: Line) -> tuple[int, int, Sequence[str]]:
    """The tokens that say what it is, as (first, after the last), and the words that say what it is not."""
    at = next((here for here in range(line.size) if line.phrase(here, line.lexicon.negation)[1] > here), -1)
    if at < 0:
        return 0, line.size, ()
    after = line.phrase(at, line.lexicon.negation)[1]
    if any(line.norms[here] not in line.lexicon.courtesy and line.tokens[here].norm[0].isalnum() for here in range(at)):
        return 0, at, line.norms[after:]
    turn = next((here for here in range(after + 1, line.size) if line.norms[here] in _BESIDE_NEGATION), line.size)
    return turn, line.size, line.norms[after:turn]


def _number_or_street(line: Line, at: int, stop: int, *, number_expected: bool) -> tuple[Parts, int, bool]:
    _, number_at = line.phrase(at, line.lexicon.number_cue)
    number = house(line, number_at)
    if number and number.end <= stop and (number_at > at or number_expected) and _nothing_else(line, number.end, stop):
        return Parts(unit=number.unit, street_number=number.number), number.end, number_at > at
    if (
        number is None
        and (way := street(line, at))
        and way.end <= stop
        and way.kind in ("typed", "weak", "numbered", "known")
        and not _is_town(line, at, way.end)
    ):
        return Parts(street_name=way.name), way.end, way.kind == "typed"
    return Parts(), at, False


def _is_town(line: Line, at: int, end: int) -> bool:
    """Whether what ends like a street is a town with its state: "Forest Park Illinois", "Surry Hills"."""
    return line.norm(end - 1) in line.lexicon.weak_types and line.phrase(end, line.lexicon.states)[1] > end


def _nothing_else(line: Line, at: int, stop: int) -> bool:
    return all(line.norms[here] in line.lexicon.courtesy or not line.tokens[here].norm[0].isalnum() for here in range(at, stop))


def continued(before: Parts, line: Line) -> tuple[Parts, Pieces] | None:
    """The address begun as `before`, with what this turn adds to it; None when the turn adds nothing."""
    said = pieces(line, town_expected=not before.suburb, number_expected=not before.street_number)
    if said is None:
        return None
    return said.parts.filled_from(before), said


def mended(current: Parts, line: Line) -> tuple[Parts, Pieces] | None:
    """`current` with the part that this turn corrects; None when it corrects none."""
    said = pieces(line, town_expected=True, number_expected=True)
    if said is None:
        return None
    parts = said.parts
    if parts.street_number and not parts.street_name and not parts.unit and _is_unit(current, said.denied):
        label = current.unit.rpartition(" ")[0]
        parts = Parts(unit=f"{label} {parts.street_number}".strip())
    if parts.unit and " " not in parts.unit and not parts.unit.startswith("#") and not parts.street_number:
        return None
    return _replaced(current, parts), said


def _is_unit(current: Parts, denied: Sequence[str]) -> bool:
    """Whether the number denied is the unit's and not the house's."""
    words = [word for word in denied if word.isalnum()]
    return bool(words) and bool(current.unit) and words[0] == current.unit.rpartition(" ")[2].lower() != current.street_number.lower()


def _replaced(current: Parts, new: Parts) -> Parts:
    return msgspec.structs.replace(current, **new.said())


def moved(current: Parts, new: Parts) -> Parts:
    """A number and a street said to mend `current`: the town stays when none was said, and the unit when the street is the same."""
    if new.suburb or new.postcode:
        return new
    kept = Parts(suburb=current.suburb, state=new.state or current.state, postcode=current.postcode, country=new.country or current.country)
    if new.street_name == current.street_name and not new.unit:
        kept = msgspec.structs.replace(kept, unit=current.unit)
    return new.filled_from(kept)
