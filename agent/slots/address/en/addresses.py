"""Whole addresses in English: every place where a number and a street stand, with what is said around them.

The anchor is the house number. Before it may stand a unit, a building's name, or town and postcode; after it the street, then the rest in any order.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from agent.nlu.utterance import Utterance
from agent.slots.address.en.houses import building_after, building_before, named_houses
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import House, groups, house
from agent.slots.address.en.parts import Parts, written_as
from agent.slots.address.en.pieces import pieces
from agent.slots.address.en.postcode import alphanumeric, known_area
from agent.slots.address.en.street import Street, parted_ordinal, street, street_after
from agent.slots.address.en.town import closes_with_town, town
from agent.slots.address.en.unit import in_two, rural, unit

_MOST_NUMBERS = 16
"""From which an address may begin; beyond it the line is full of numbers and holds none."""
_MOST_UNITS = 3
_CUE_WORDS = 5
"""Before an address, that announce it."""


class Found(NamedTuple):
    """One address: its parts, where it stands (tokens), how it was known, whether words before it announce an address, its other reading."""

    parts: Parts
    start: int
    end: int
    kind: str
    cued: bool
    other: Parts | None = None


def parse(value: str, lexicon: Lexicon) -> Parts:
    """The parts of a value as `line_of` writes it, or of what a caller typed."""
    line = Line(Utterance(value), lexicon)
    if found := next(iter(addresses(line)), None):
        return found.parts
    begun = pieces(line, begun=True)
    return begun.parts if begun else Parts()


def addresses(line: Line) -> Iterator[Found]:
    """The addresses of a line, in order; what follows a number and is no street is passed over."""
    at, done, tried = 0, 0, 0
    while at < line.size and tried < _MOST_NUMBERS:
        after = _past_postcode(line, at)
        if after > at + 1 or not _may_start(line, at):
            at = after
            continue
        tried += 1
        found = _post_box(line, at) or _address(line, at, done)
        if found is None or line.isa(found.start - 1, "not"):
            at = _past_figures(line, at)
            continue
        yield found
        at = done = max(found.end, at + 1)
    if not done and line.lexicon.named_houses and (named := _named_house(line)):
        yield named


def _past_postcode(line: Line, at: int) -> int:
    """The next token; after a postcode of letters and figures, so that its figures begin no address. "So 12 St Mary's Road" has none."""
    in_one = len(line.norms[at]) == 1 or line.glued(at + 1)
    if line.lexicon.postcode_shapes and line.is_word(at) and (in_one or not line.isa(at, "lead_in")):
        postcode, end = alphanumeric(line, at)
        if postcode and known_area(postcode, line.lexicon.postcode_areas):
            return end
    return at + 1


def _may_start(line: Line, at: int) -> bool:
    return line.norms[at] in line.lexicon.starts or line.number_starts(at)


def _past_figures(line: Line, at: int) -> int:
    """On to the next number that may begin an address: of figures in a row each may, of number words only the first."""
    said = line.number_starts(at) and not line.is_written(at)
    at += 1
    while said and line.number_starts(at) and not line.is_written(at):
        at += 1
    return at


def _post_box(line: Line, at: int) -> Found | None:
    name, after = line.phrase(at, "post_box")
    number = house(line, after) if name else None
    box, end = (f"{name} {number.number}", number.end) if number else rural(line, at)
    if not box:
        return None
    parts, end = town(line, end, Parts(unit=box))
    if number is None and " Box " not in box and not (parts.state or parts.postcode):
        return None  # "RR 5" alone may be anything
    return Found(parts, at, end, "box", _is_cued(line, at))


def _address(line: Line, at: int, done: int) -> Found | None:
    units, here, runs_on = _units(line, at)
    building = building_after(line, here) if units and not runs_on and not units[-1].startswith("Lot ") else None
    label, number_at = line.phrase(building[1] if building else here, "number_cue")
    number = house(line, number_at, unit_said=runs_on)
    with_building = [*units, building[0]] if building else units
    if number is None:
        in_park = _in_park(line, at, done, with_building, number_at) if building else _lot(line, at, units, number_at)
        return in_park or _on_estate(line, at, units, here)
    way = street_after(line, number.end, labelled=bool(label) or line.phrase(at - 1, "number_cue")[1] == at)
    if way is None or (way.kind in ("open", "known") and line.norm(number.end) == "," and not units):
        return None
    if runs_on:
        *before, label = units
        other = (", ".join((*before, f"{label} {number.other[0]}")), number.other[1]) if number.other else None
        number, with_building = number._replace(unit="", other=other), [*before, f"{label} {number.unit}"]
    elif units:
        number = number._replace(other=None)  # a unit has been said: the number holds no other
    return _with_town(line, at, done, ", ".join(with_building), number, way)


def _units(line: Line, at: int) -> tuple[list[str], int, bool]:
    """The units before a number, the index after them, and whether the last is a label alone, with its number in the house's."""
    units: list[str] = []
    here, runs_on = at, False
    while len(units) < _MOST_UNITS and not runs_on:
        text, end, runs_on = unit(line, here, before_number=True)
        if not text:
            break
        units.append(text)
        here = line.past_commas(end) if not runs_on else end
        if line.isa(here, "slashes") or line.isa(here, "before_house"):
            here += 1 + line.isa(here + 1, "the")
    if not units and (two := in_two(line, groups(line, at))) and line.norm(two[1]) == ",":  # a flat without the word: "1/2, 9 Byres Road"
        return [two[0]], line.past_commas(two[1]), False
    return units, here, runs_on


def _lot(line: Line, at: int, units: list[str], here: int) -> Found | None:
    """ "Lot 7 Smith Road": on land without numbers the lot is the number."""
    way = street(line, here) if len(units) == 1 and units[0].startswith("Lot ") else None
    return _with_town(line, at, at, "", House("", units[0], here), way) if way and way.kind != "open" else None


def _in_park(line: Line, at: int, done: int, units: list[str], here: int) -> Found | None:
    """A unit in a named building or park whose street has no number: "Unit 4, Bridge Business Park, Mill Road"."""
    way = street(line, here) if line.lexicon.named_houses else None
    return _with_town(line, at, done, ", ".join(units), House("", "", here), way) if way and way.kind == "typed" else None


def _on_estate(line: Line, at: int, units: list[str], here: int) -> Found | None:
    """A unit on an estate that has no street number, with its postcode: "Unit 6, Abbey Industrial Estate, Wembley HA0 1AA"."""
    way = street(line, here) if units and line.lexicon.named_houses else None
    if way is None or way.kind != "weak" or way.name.rpartition(" ")[2] not in written_as("estates"):
        return None
    found = _with_town(line, at, at, ", ".join(units), House("", "", here), way)
    return found if found.parts.postcode else None


def _with_town(line: Line, at: int, done: int, units: str, number: House, way: Street) -> Found:
    start, building = building_before(line, at) if not units else (at, "")
    parts = Parts(unit=units or number.unit or building, street_number=number.number, street_name=way.name)
    parts, end = _other_town(line, *town(line, way.end, parts))
    parts, start = _town_before(line, done, start, parts)
    other = None
    if number.other:
        other = msgspec.structs.replace(parts, unit=number.other[0] or units, street_number=number.other[1])
    elif (parted := parted_ordinal(line, number)) is not None:
        rest = way.name.partition(" ")[2]
        other = msgspec.structs.replace(parts, street_number=parted[0], street_name=f"{parted[1]} {rest}".strip())
    return Found(parts, start, end, way.kind, _is_cued(line, at), other)


def _other_town(line: Line, parts: Parts, end: int) -> tuple[Parts, int]:
    """The town as the caller puts it right in the same breath: "Fitzroy, no, Collingwood"; its postcode and state go with it."""
    start = here = line.past_commas(end)
    while line.norm(here) == "," or line.isa(here, "repairing") or (here > start and line.isa(here, "linking")):
        here += 1
    bare = here == start + 1 and line.isa(start, "no")  # "no rush"
    if not parts.suburb or here == start or bare or not closes_with_town(line, here):
        return parts, end
    return town(line, here, msgspec.structs.replace(parts, suburb="", state="", postcode=""))


def _town_before(line: Line, done: int, at: int, parts: Parts) -> tuple[Parts, int]:
    """Town, state and postcode said first: "Richmond Victoria 3121, unit 4, 12 High Street"; only with a state or a postcode among them or a
    word that says what it is, and no other town than the one said after the street."""
    start = line.past_lead(done, at)
    if start == at or parts.postcode:
        return parts, at
    before, end = town(line, start, parts, until=at)
    reaches = end <= at == line.past_lead(end, at)
    same_town = parts.suburb in ("", before.suburb)
    placed = before.state or before.postcode or line.norm(start) in line.lexicon.phrases["suburb_cue"]
    return (before, start) if reaches and same_town and placed and not before.country else (parts, at)


def _named_house(line: Line) -> Found | None:
    """A house with a name and no number: "Rose Cottage, Mill Lane, Ely CB7 4DL". "named": only its place before the street says so."""
    named = next(named_houses(line), None)
    if named is None:
        return None
    parts, end = town(line, named.way.end, Parts(unit=named.name, street_name=named.way.name))
    parts, start = _town_before(line, 0, named.start, parts)
    placed = bool(parts.suburb or parts.postcode)
    kind = "typed" if parts.postcode and named.way.kind == "typed" else "house" if placed or named.marked else "named"
    return Found(parts, start, end, kind, _is_cued(line, named.start))


def _is_cued(line: Line, at: int) -> bool:
    """Whether words just before `at` say that an address comes."""
    return any(here < line.phrase(here, "cue")[1] <= at for here in range(max(0, at - _CUE_WORDS), at))
