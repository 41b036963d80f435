"""Streets: from a house number on, what is the street.

A street is a name and a type ("High Street"), a road known by its number ("Highway 14"), a type and a name (French), "The Strand", or a name alone.
Words that are types elsewhere are names here when nothing stands before them: Court Street, St Kilda Road, West End Avenue.
"""

from agent.slots.address.en.line import Line
from agent.slots.address.en.postcode import alphanumeric
from agent.slots.address.en.roads import Street, belongs, numbered, on_grid
from agent.slots.address.en.street_words import directions, is_saint, is_saint_of, joined, name_word, stops_name, written
from agent.slots.address.en.town_start import place_starts

_MOST_WORDS = 6
_MOST_WITH_TYPES = 9
"""Words of a name, and of a name with its types."""
_OPEN_WORDS = 4
"""Words of a name without a type."""


def street(line: Line, at: int) -> Street | None:
    """The street whose name begins at `at`, or None when no street does."""
    if line.norm(at) == ",":
        at += 1
    if at >= line.size:
        return None
    return _prefixed(line, at) or numbered(line, at) or on_grid(line, at) or _named(line, at)


def _prefixed(line: Line, at: int) -> Street | None:
    """ "Rue Sherbrooke Ouest": the type stands first."""
    following = line.norm(at + 1)
    # "Avenue of the Americas" as well.
    kind = line.lexicon.prefix_types.get(line.norm(at)) or (line.lexicon.types.get(line.norm(at)) if following == "of" else None)
    if kind is None or not line.is_word(at + 1) or (following in line.lexicon.types and following != "st") or line.ends(at + 1):
        return None
    said, here, short = [kind], at + 1, 0
    while line.is_word(here) and len(said) <= _OPEN_WORDS and (line.norm(here) in line.lexicon.link or not stops_name(line, here)):
        particle = line.norm(here) in line.lexicon.link
        said.append(line.norm(here) if particle else joined(line, here)[0])
        here = joined(line, here)[1]
        if not short and not particle and said[-1] not in line.lexicon.saints:
            short = len(said) + (line.norm(here) in line.lexicon.prefix_directions)
    if line.norm(here) == "," or (here >= line.size and len(said) <= 3):
        return Street(" ".join(said), here, "weak")
    # With no pause after the street the town cannot be told from it, but a name is most often one word, and its direction ends it.
    return Street(" ".join(said[:short]), here - (len(said) - short), "weak") if 1 < short <= len(said) and "-" not in line.norms[at:here] else None


def _named(line: Line, at: int) -> Street | None:
    """A name, then a type; or a name that needs none; or a name alone."""
    said: list[str] = []
    here, weak = at, None
    while here < line.size and len(said) <= _MOST_WORDS:
        norm = line.norms[here]
        if said and norm in line.lexicon.types and not is_saint(line, here, said):
            return _typed(line, at, said, here, line.lexicon.types[norm], "typed")
        if said and norm in line.lexicon.weak_types and weak is None and not _is_direction_only(line, at, here):
            weak = (list(said), here)
        text, end = name_word(line, here, first=not any(word not in directions(line) for word in said), begins=here == at)
        if not text:
            break
        said.append(text)
        here = end
    if weak is not None and (way := _before_town(line, at, weak[1])):
        return way
    if weak is not None:
        return _typed(line, at, weak[0], weak[1], line.lexicon.weak_types[line.norms[weak[1]]], "weak")
    if not said:
        return None
    if line.norm(at) in line.lexicon.typeless:
        return _typed(line, at, [], at, said[0], "known")
    if said[0] == "The" and len(said) > 1:
        # "15 The Fenway, Boston": a name with an article is most often one word.
        return Street(" ".join(said[:2]), joined(line, at + 1)[1], "known")
    return _open(line, at)


def _is_direction_only(line: Line, at: int, here: int) -> bool:
    return False if here > at + 1 else line.norm(at) == "the" and line.norm(here) not in line.lexicon.weak_types


def _before_town(line: Line, at: int, weak: int) -> Street | None:
    """The street before a town that ends like one, its state right behind it: "Broadway | Oak Park Illinois"."""
    if line.phrase(weak + 1, line.lexicon.states)[1] == weak + 1:
        return None
    if line.norm(at) in line.lexicon.typeless and weak > at + 1:
        return Street(written(line, at), at + 1, "known")
    way = _open(line, at) if line.lexicon.asks_parser else None
    return way if way and way.end < weak else None


def _typed(line: Line, begin: int, said: list[str], at: int, kind: str, how: str) -> Street:
    """The street with its type, a second type after it ("Avenue Road", "James Street East Road"), and a direction that belongs to it."""
    said = [*said, kind]
    here = at + 1
    while len(said) < _MOST_WITH_TYPES:
        step = 1 if line.norm(here) in line.lexicon.directions and line.norm(here + 1) in line.lexicon.types else 0
        norm = line.norm(here + step)
        name = line.lexicon.types.get(norm) or (line.lexicon.weak_types.get(norm) if how == "weak" or line.ends(here + 1) else None)
        if name is None or _begins_town(line, here + step):
            break
        said += [line.lexicon.directions[line.norm(here)], name] if step else [name]
        here += step + 1
    if (road := numbered(line, here)) is not None and line.norm(here) not in line.lexicon.directions:
        said, here = [*said, road.name], road.end
        figures, end = line.figures(here)
        if figures and len(figures) <= 2:
            said, here = [*said, figures], end
    direction = line.lexicon.directions.get(line.norm(here))
    if direction and belongs(line, begin, here):
        said.append(direction)
        here += 1
        if direction in ("North", "South") and line.norm(here) in ("east", "west"):
            said.append(line.lexicon.directions[line.norm(here)])
            here += 1
    return Street(" ".join(said), here, how)


def _begins_town(line: Line, at: int) -> bool:
    """Whether the type at `at` is rather the start of what follows: Saint, or a state's short form ("CT")."""
    norm = line.norm(at)
    if norm == "st":
        return is_saint_of(line, at)
    return norm.upper() in line.lexicon.state_names and (line.ends(at + 1) or line.number_starts(at + 1))


def _open(line: Line, at: int) -> Street | None:
    """A name with no type, as far as the words go: "88 King"."""
    said: list[str] = []
    here = at
    limit = place_starts(line, at) if line.lexicon.asks_parser else 0
    while here < line.size and len(said) < _OPEN_WORDS and not (limit and here >= limit):
        _, state = line.phrase(here, line.lexicon.states)
        closes = said and state > here and (line.ends(state) or line.number_starts(state))
        if closes or line.norm(here) in line.lexicon.units or (said and (line.number_starts(here) or alphanumeric(line, here)[0])):
            break
        text, end = name_word(line, here, first=not said, begins=here == at)
        if not text:
            break
        said.append(text)
        here = end
    return Street(" ".join(said), here, "open") if said and any(len(word) > 1 for word in said) and said != ["The"] else None
