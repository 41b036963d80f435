"""Streets: from a house number on, what is the street.

A street is a name and a type ("High Street"), a road known by its number ("Highway 14"), a type and a name (French), "The Strand", or a name alone.
Words that are types elsewhere are names here when nothing stands before them: Court Street, St Kilda Road, West End Avenue.
"""

from typing import NamedTuple

import usaddress

from agent.nlu.effort import spend
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import House, one_number
from agent.slots.address.en.number_words import ordinal_name, wording
from agent.slots.address.en.postcode import alphanumeric
from agent.slots.address.en.street_words import directions, is_saint, is_saint_of, joined, name_word, stops_name, written

_MOST_WORDS = 6
_MOST_WITH_TYPES = 9
"""Words of a name, and of a name with its types."""
_OPEN_WORDS = 4
"""Words of a name without a type."""
_SAME_WAY = ({"North"}, {"South"}, {"East"}, {"West"}, {"North", "South"}, {"East", "West"})
"""Directions that no grid has together: a street runs across the way that leads to it."""
_MOST_BEFORE = 3
"""Words before the kind of a road: "Old County Road 12"."""
_ROAD_FIGURES = 4
_GRID_FIGURES = range(2, 6)
_SHORT = 2
"""Letters of a direction written short."""
_MOST_TOKENS, _MOST_SPLITS = 12, 6
"""That the parser is given, and how often it is asked: an utterance has one address, or two; more are numbers beside other words."""
_ASKING, _WORD = 150, 25
"""Units of effort that it takes to ask the parser, and that each word takes."""


class Street(NamedTuple):
    """`kind`: "typed", "weak" (the type is an everyday word too), "numbered", "known" (needs no type), "open" (a name alone)."""

    name: str
    end: int
    kind: str


def street(line: Line, at: int) -> Street | None:
    """The street whose name begins at `at`, or None when no street does."""
    at += line.norm(at) == ","
    return (_prefixed(line, at) or _numbered(line, at) or _on_grid(line, at) or _named(line, at)) if at < line.size else None


def street_after(line: Line, at: int, *, labelled: bool) -> Street | None:
    """The street after a house number, past what a sentence puts between them: "27, the street is Mill Lane"; `labelled`: "number 27 on it"."""
    here = line.past_commas(at)
    if labelled and line.isa(here, "standing_on"):
        way = street(line, here + 2) if line.isa(here + 1, "the") else None  # "on the High Street"; but "on The Street"
        way = way if way and way.kind == "typed" else street(line, here + 1)
    else:
        way = street(line, _past_street_label(line, here) or at)
    return _repaired(line, way) if way else None


def _past_street_label(line: Line, at: int) -> int:
    """The index after "the street is", "street name"; 0 where no such words stand: "27 The Street" has none."""
    label, after = line.phrase(line.past_linking(at), "street_cue")
    if line.isa(after, "being"):
        return after + 1 if label else 0
    holds_is = bool(label) and line.norm(after - 1) != label.rpartition(" ")[2]
    return after if holds_is or " " in label else 0


def _repaired(line: Line, way: Street) -> Street:
    """The street as the caller puts it right in the same breath: "Acacia Street, no, Acacia Court"."""
    here = line.past_commas(way.end)
    if not line.isa(here, "repairing"):
        return way
    while line.isa(here, "repairing") or line.isa(here, "linking") or line.norm(here) == ",":
        here += 1
    other = None if line.number_starts(here) else street(line, here)
    return other if other and other.kind == "typed" and not line.lexicon.words["talk"] & {word.casefold() for word in other.name.split()} else way


def parted_ordinal(line: Line, number: House) -> tuple[str, str] | None:
    """Number and street read the other way: "three fifty fifth avenue" is 3 on 55th, or 350 on Fifth. None where only one reading is heard."""
    at = number.end
    if len(number.number) != 1 or line.is_written(at - 1) or number.unit:
        return None
    tens, end = line.figures(at)
    unit_of, whole = line.ordinal(at + 1, after_number=True)[0], line.ordinal(at, after_number=True)[0]
    both = end == at + 1 and len(tens) == 2 and tens[1] == "0" and 0 < unit_of < 10 and whole == int(tens) + unit_of
    return (number.number + tens, ordinal_name(unit_of)) if both else None


def _prefixed(line: Line, at: int) -> Street | None:
    """ "Rue Sherbrooke Ouest": the type stands first."""
    following, known = line.norm(at + 1), line.lexicon
    # "Avenue of the Americas" as well.
    kind = known.prefix_types.get(line.norm(at)) or (known.types.get(line.norm(at)) if line.isa(at + 1, "of") else None)
    if kind is None or not line.is_word(at + 1) or (following in known.types and not line.isa(at + 1, "st")) or line.ends(at + 1):
        return None
    said, here, short = [kind], at + 1, 0
    while line.is_word(here) and len(said) <= _OPEN_WORDS and (line.isa(here, "link") or not stops_name(line, here)):
        particle = line.isa(here, "link")
        word, end = joined(line, here)
        said.append(line.norm(here) if particle else word)
        here = end
        if not short and not particle and said[-1] not in known.words["saints"]:
            short = len(said) + (line.norm(here) in known.prefix_directions)
    if line.norm(here) == "," or (here >= line.size and len(said) <= 3):
        return Street(" ".join(said), here, "weak")
    # With no pause after the street the town cannot be told from it, but a name is most often one word, and its direction ends it.
    return Street(" ".join(said[:short]), here - (len(said) - short), "weak") if 1 < short <= len(said) and "-" not in line.norms[at:here] else None


def _numbered(line: Line, at: int) -> Street | None:
    """ "US Highway 280", "Hwy 14 East", "State Route 9", "US-1", "FM 1960 Road West", "Avenue J"."""
    said: list[str] = []
    here, kinds = at, line.lexicon.numbered
    while line.isa(here, "before_numbered") and len(said) < _MOST_BEFORE:
        to_market = line.phrase(here + 1, "to_market")[1] > here + 1  # "Farm to Market Road 1960"
        said.append(f"{written(line, here)} to Market" if to_market else written(line, here))
        here += 3 if to_market else 1
    if kinds.get(line.norm(here)) == "US" and line.norm(here + 1) in kinds:
        said, here = [*said, "US"], here + 1
    kind = kinds.get(line.norm(here))
    number, end = _road_number(line, here + 1 + (line.norm(here + 1) == "-")) if kind else ("", here)
    if not kind or not number:
        return None
    said += [kind, number]
    if kind.isupper() and line.norm(end) in line.lexicon.types:
        said, end = [*said, line.lexicon.types[line.norm(end)]], end + 1
    if line.norm(end) in line.lexicon.directions and _belongs(line, at, end):
        said, end = [*said, line.lexicon.directions[line.norm(end)]], end + 1
    return Street(" ".join(said), end, "numbered")


def _road_number(line: Line, at: int) -> tuple[str, int]:
    figures, end = one_number(line, at)
    if 0 < len(figures) <= _ROAD_FIGURES:
        letter = line.letter(end) if line.glued(end) else ""
        return figures + letter.upper(), end + len(letter)
    letter = line.letter(at)
    return (letter.upper(), at + 1) if letter and (line.ends(at + 1) or line.norm(at + 1) not in line.lexicon.types) else ("", at)


def _on_grid(line: Line, at: int) -> Street | None:
    """ "W 100 S", "West 2100 South": a street told by how far it is from the middle of the town."""
    first = line.lexicon.directions.get(line.norm(at))
    figures, end = one_number(line, at + 1) if first else ("", at)
    second = line.lexicon.directions.get(line.norm(end))
    if not second or len(figures) not in _GRID_FIGURES or line.norm(end + 1) in line.lexicon.types or {first, second} in _SAME_WAY:
        return None
    return Street(f"{first} {figures} {second}", end + 1, "numbered")


def _belongs(line: Line, begin: int, at: int) -> bool:
    """Whether the direction after a type is the street's ("2nd Avenue East") and not the town's ("High Street, South Melbourne")."""
    norm, known = line.norm(at), line.lexicon
    if line.isa(at, "north_south") and line.isa(at + 1, "east_west"):
        return line.ends(at + 2) or known.street_directions
    if line.number_starts(at + 1) or line.ends(at + 1) or line.norm(at + 1) in known.units or line.states_end(at + 1):
        return True
    if len(norm) <= _SHORT:  # written short; a town's direction seldom is
        return True
    in_town = f"{norm} {line.norm(at + 1)}" in known.directed_towns
    if known.asks_parser:
        return (len(known.directions[norm]) == _SHORT and not in_town) or _place_starts(line, begin) == at + 1
    return known.street_directions and not in_town


def _named(line: Line, at: int) -> Street | None:
    """A name, then a type; or a name that needs none; or a name alone."""
    said: list[str] = []
    here, weak = at, None
    while here < line.size and len(said) <= _MOST_WORDS:
        norm = line.norms[here]
        if said and norm in line.lexicon.types and not is_saint(line, here, said):
            return _typed(line, at, said, here, line.lexicon.types[norm], "typed")
        if said and norm in line.lexicon.weak_types and weak is None:
            weak = (list(said), here)
        text, end = name_word(line, here, first=not any(word not in directions(line) for word in said), begins=here == at)
        if not text:
            break
        said.append(text)
        here = end
    if weak is not None:
        kind = line.lexicon.weak_types[line.norms[weak[1]]]
        return _before_town(line, at, weak[1]) or _typed(line, at, weak[0], weak[1], kind, "weak")
    if not said:
        return None
    if line.isa(at, "typeless"):
        return _typed(line, at, [], at, said[0], "known")
    if said[0] == wording()["article"] and len(said) > 1:
        # "15 The Fenway, Boston": a name with an article is most often one word.
        return Street(" ".join(said[:2]), joined(line, at + 1)[1], "known")
    return _open(line, at)


def _before_town(line: Line, at: int, weak: int) -> Street | None:
    """The street before a town that ends like one, its state right behind it: "Broadway | Oak Park Illinois"."""
    stated = line.phrase(weak + 1, "states")[1] > weak + 1
    return Street(written(line, at), at + 1, "known") if stated and line.isa(at, "typeless") and weak > at + 1 else None


def _typed(line: Line, begin: int, said: list[str], at: int, kind: str, how: str) -> Street:
    """The street with its type, a second type after it ("Avenue Road", "James Street East Road"), and a direction that belongs to it."""
    said, here, known = [*said, kind], at + 1, line.lexicon
    while len(said) < _MOST_WITH_TYPES:
        step = 1 if line.norm(here) in known.directions and line.norm(here + 1) in known.types else 0
        norm = line.norm(here + step)
        name = known.types.get(norm) or (known.weak_types.get(norm) if how == "weak" or line.ends(here + 1) else None)
        if name is None or _begins_town(line, here + step):
            break
        said += [known.directions[line.norm(here)], name] if step else [name]
        here += step + 1
    if line.norm(here) not in known.directions and (road := _numbered(line, here)) is not None:
        said, here = [*said, road.name], road.end
        figures, end = line.figures(here)
        if 0 < len(figures) <= 2:
            said, here = [*said, figures], end
    direction = known.directions.get(line.norm(here))
    if direction and _belongs(line, begin, here):
        said, here = [*said, direction], here + 1
        if direction in ("North", "South") and line.isa(here, "east_west"):
            said, here = [*said, known.directions[line.norm(here)]], here + 1
    return Street(" ".join(said), here, how)


def _begins_town(line: Line, at: int) -> bool:
    """Whether the type at `at` is rather the start of what follows: Saint, or a state's short form ("CT")."""
    norm = line.norm(at)
    if line.isa(at, "st"):
        return is_saint_of(line, at)
    return norm.upper() in line.lexicon.state_names and (line.ends(at + 1) or line.number_starts(at + 1))


def _open(line: Line, at: int) -> Street | None:
    """A name with no type, as far as the words go: "88 King"."""
    said: list[str] = []
    here = at
    limit = _place_starts(line, at) if line.lexicon.asks_parser else 0
    while here < line.size and len(said) < _OPEN_WORDS and not 0 < limit <= here and line.norm(here) not in line.lexicon.units:
        if said and (line.states_end(here) or line.number_starts(here) or alphanumeric(line, here)[0]):
            break
        text, end = name_word(line, here, first=not said, begins=here == at)
        if not text:
            break
        said.append(text)
        here = end
    return Street(" ".join(said), here, "open") if said and any(len(word) > 1 for word in said) and said != [wording()["article"]] else None


def _place_starts(line: Line, at: int) -> int:
    """The index of the first token after `at` that names a town, a state or a ZIP code; 0 when there is none.

    So says the statistical parser `usaddress`, asked only where a US line goes over from the street to the town and no comma says so: measured best
    on such lines (91 % of 599; a grammar of our own 87 %), and wrong beyond the US.
    """
    line.splits += 1
    if line.splits > _MOST_SPLITS:
        return 0
    end = min(at + 1, line.size)
    while end < min(at + _MOST_TOKENS, line.size) and not line.isa(end, "stop") and (line.norms[end][0].isalnum() or line.norms[end] == ","):
        end += 1
    spend(_ASKING + _WORD * (end - at))
    kept = [here for here in range(at, end) if line.norms[here] != ","]
    labels = usaddress.parse("1 " + " ".join(line.norms[here] for here in kept))[1:]
    starts = (here for here, (_, label) in zip(kept, labels, strict=False) if here > at and label in ("PlaceName", "StateName", "ZipCode"))
    return next(starts, 0)
