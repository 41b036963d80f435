"""Roads known by a number: "US Highway 280", "State Route 9", "Avenue J", and streets of a grid, "W 100 S"; and whose a direction is."""

from typing import NamedTuple

from agent.slots.address.en.line import Line
from agent.slots.address.en.number import groups
from agent.slots.address.en.street_words import written
from agent.slots.address.en.town_start import place_starts

_SAME_WAY = ({"North"}, {"South"}, {"East"}, {"West"}, {"North", "South"}, {"East", "West"})
"""Directions that no grid has together: a street runs across the way that leads to it."""
_MOST_BEFORE = 3
"""Words before the kind of a road: "Old County Road 12"."""
_ROAD_FIGURES = 4
_GRID_FIGURES = range(2, 6)
_SHORT = 2
"""Letters of a direction written short."""


class Street(NamedTuple):
    """`kind`: "typed", "weak" (the type is an everyday word too), "numbered", "known" (needs no type), "open" (a name alone)."""

    name: str
    end: int
    kind: str


def numbered(line: Line, at: int) -> Street | None:
    """ "US Highway 280", "Hwy 14 East", "State Route 9", "US-1", "FM 1960 Road West", "Avenue J"."""
    said: list[str] = []
    here = at
    while line.norm(here) in line.lexicon.before_numbered and len(said) < _MOST_BEFORE:
        said.append(written(line, here))
        here += 1
        if line.norm(here) == "to" and line.norm(here + 1) == "market":  # "Farm to Market Road 1960"
            said, here = [*said[:-1], f"{said[-1]} to Market"], here + 2
    kind = line.lexicon.numbered.get(line.norm(here))
    if kind == "US" and line.norm(here + 1) in line.lexicon.numbered:
        said, here = [*said, kind], here + 1
        kind = line.lexicon.numbered[line.norm(here)]
    if kind is None:
        return None
    number, end = _road_number(line, here + 1 + (line.norm(here + 1) == "-"))
    if not number:
        return None
    name = " ".join((*said, kind, number))
    if kind.isupper() and line.norm(end) in line.lexicon.types:
        name, end = f"{name} {line.lexicon.types[line.norm(end)]}", end + 1
    if line.norm(end) in line.lexicon.directions and belongs(line, at, end):
        return Street(f"{name} {line.lexicon.directions[line.norm(end)]}", end + 1, "numbered")
    return Street(name, end, "numbered")


def on_grid(line: Line, at: int) -> Street | None:
    """ "W 100 S", "West 2100 South": a street told by how far it is from the middle of the town."""
    first = line.lexicon.directions.get(line.norm(at))
    said = groups(line, at + 1) if first else []
    figures = "".join(group.figures for group in (said[:1] if said and said[0].written else said))
    end = (said[0] if said[0].written else said[-1]).end if said else at
    second = line.lexicon.directions.get(line.norm(end))
    if not second or len(figures) not in _GRID_FIGURES or line.norm(end + 1) in line.lexicon.types or {first, second} in _SAME_WAY:
        return None
    return Street(f"{first} {figures} {second}", end + 1, "numbered")


def _road_number(line: Line, at: int) -> tuple[str, int]:
    said = groups(line, at)
    if said and said[0].written:
        said = said[:1]
    if said and (figures := "".join(group.figures for group in said)) and len(figures) <= _ROAD_FIGURES:
        letter = line.norm(said[-1].end)
        if len(letter) == 1 and letter.isalpha() and line.glued(said[-1].end):
            return figures + letter.upper(), said[-1].end + 1
        return figures, said[-1].end
    letter = line.norm(at)
    alone = len(letter) == 1 and letter.isalpha() and (line.ends(at + 1) or line.norm(at + 1) not in line.lexicon.types)
    return (letter.upper(), at + 1) if alone else ("", at)


def belongs(line: Line, begin: int, at: int) -> bool:
    """Whether the direction after a type is the street's ("2nd Avenue East") and not the town's ("High Street, South Melbourne")."""
    norm, known = line.norm(at), line.lexicon
    if norm in ("north", "south") and line.norm(at + 1) in ("east", "west"):
        return line.ends(at + 2) or known.street_directions
    if line.number_starts(at + 1) or line.ends(at + 1) or line.norm(at + 1) in known.units or _before_state(line, at + 1):
        return True
    if len(norm) <= _SHORT:  # written short; a town's direction seldom is
        return True
    in_town = f"{norm} {line.norm(at + 1)}" in known.directed_towns
    if known.asks_parser:
        return (len(known.directions[norm]) == _SHORT and not in_town) or place_starts(line, begin) == at + 1
    return known.street_directions and not in_town


def _before_state(line: Line, at: int) -> bool:
    """Whether a state stands at `at` that ends what is said, or that its postcode follows."""
    _, end = line.phrase(at, line.lexicon.states)
    return end > at and (line.ends(end) or line.number_starts(end))
