"""Streets: from a house number on, what is the street.

A street is a name and a type ("High Street"), a road known by its number ("Highway 14"), a type and a name (French), "The Strand", or a name alone.
Words that are types elsewhere are names here when nothing stands before them: Court Street, St Kilda Road, West End Avenue.
"""

from typing import NamedTuple

from agent.languages import words
from agent.nlu.numerals.numbers import digit_group
from agent.slots.address.en.line import Line, with_suffix
from agent.slots.address.en.number import groups
from agent.slots.address.en.postcode import alphanumeric
from agent.slots.address.en.us import place_starts

_MOST_WORDS = 6
_OPEN_WORDS = 4
_AFTER_SAINT = 2
_LETTERS = frozenset("abcdefgh")
_SAME_WAY = ({"North"}, {"South"}, {"East"}, {"West"}, {"North", "South"}, {"East", "West"})
"""Directions that no grid has together: a street runs across the way that leads to it."""


class Street(NamedTuple):
    """`kind`: "typed", "weak" (the type is an everyday word too), "numbered", "known" (needs no type), "open" (a name alone)."""

    name: str
    end: int
    kind: str


def written(line: Line, at: int) -> str:
    """One word of a name as it is written: "o'neill" is O'Neill, "saint" St; capitals that were there stay."""
    token = line.tokens[at]
    if token.norm == "saint" and line.is_word(at + 1):
        return "St"
    text = token.text.rstrip("'")
    if any(c.isupper() for c in text) and not (text.isupper() and len(text) > 3):
        return text
    head, mark, rest = text.lower().partition("'")
    return head.capitalize() + mark + (rest if len(rest) < 2 else rest.capitalize())


def street(line: Line, at: int) -> Street | None:
    """The street whose name begins at `at`, or None when no street does."""
    if line.norm(at) == ",":
        at += 1
    if at >= line.size:
        return None
    return _prefixed(line, at) or _numbered(line, at) or _on_grid(line, at) or _named(line, at)


def _prefixed(line: Line, at: int) -> Street | None:
    """ "Rue Sherbrooke Ouest": the type stands first."""
    following = line.norm(at + 1)
    # "Avenue of the Americas" as well.
    kind = line.lexicon.prefix_types.get(line.norm(at)) or (line.lexicon.types.get(line.norm(at)) if following == "of" else None)
    if kind is None or not line.is_word(at + 1) or (following in line.lexicon.types and following != "st") or line.ends(at + 1):
        return None
    said, here, short = [kind], at + 1, 0
    while line.is_word(here) and len(said) <= _OPEN_WORDS and (line.norm(here) in line.lexicon.link or not _stops_name(line, here)):
        particle = line.norm(here) in line.lexicon.link
        said.append(line.norm(here) if particle else _joined(line, here)[0])
        here = _joined(line, here)[1]
        if not short and not particle and said[-1] not in ("St", "Saint", "Sainte", "Ste"):
            short = len(said) + (line.norm(here) in line.lexicon.prefix_directions)
    if line.norm(here) == "," or (here >= line.size and len(said) <= 3):
        return Street(" ".join(said), here, "weak")
    # With no pause after the street the town cannot be told from it, but a name is most often one word, and its direction ends it.
    return Street(" ".join(said[:short]), here - (len(said) - short), "weak") if 1 < short <= len(said) and "-" not in line.norms[at:here] else None


def _numbered(line: Line, at: int) -> Street | None:
    """ "US Highway 280", "Hwy 14 East", "State Route 9", "US-1", "FM 1960 Road West", "Avenue J"."""
    said: list[str] = []
    here = at
    while line.norm(here) in line.lexicon.before_numbered and len(said) < 3:
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
    if line.norm(end) in line.lexicon.directions and _belongs(line, at, end):
        return Street(f"{name} {line.lexicon.directions[line.norm(end)]}", end + 1, "numbered")
    return Street(name, end, "numbered")


def _on_grid(line: Line, at: int) -> Street | None:
    """ "W 100 S", "West 2100 South": a street told by how far it is from the middle of the town."""
    first = line.lexicon.directions.get(line.norm(at))
    said = groups(line, at + 1) if first else []
    figures = "".join(group.figures for group in (said[:1] if said and said[0].written else said))
    end = (said[0] if said[0].written else said[-1]).end if said else at
    second = line.lexicon.directions.get(line.norm(end))
    if not second or not 2 <= len(figures) <= 5 or line.norm(end + 1) in line.lexicon.types or {first, second} in _SAME_WAY:
        return None
    return Street(f"{first} {figures} {second}", end + 1, "numbered")


def _road_number(line: Line, at: int) -> tuple[str, int]:
    said = groups(line, at)
    if said and said[0].written:
        said = said[:1]
    if said and (figures := "".join(group.figures for group in said)) and len(figures) <= 4:
        letter = line.norm(said[-1].end)
        if len(letter) == 1 and letter.isalpha() and line.glued(said[-1].end):
            return figures + letter.upper(), said[-1].end + 1
        return figures, said[-1].end
    letter = line.norm(at)
    alone = len(letter) == 1 and letter.isalpha() and (line.ends(at + 1) or line.norm(at + 1) not in line.lexicon.types)
    return (letter.upper(), at + 1) if alone else ("", at)


def _named(line: Line, at: int) -> Street | None:
    """A name, then a type; or a name that needs none; or a name alone."""
    said: list[str] = []
    here, weak = at, None
    while here < line.size and len(said) <= _MOST_WORDS:
        norm = line.norms[here]
        if said and norm in line.lexicon.types and not _is_saint(line, here, said):
            return _typed(line, at, said, here, line.lexicon.types[norm], "typed")
        if said and norm in line.lexicon.weak_types and weak is None and not _is_direction_only(line, at, here):
            weak = (list(said), here)
        text, end = _name_word(line, here, first=not any(word not in _directions(line) for word in said), begins=here == at)
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
        return Street(" ".join(said[:2]), _joined(line, at + 1)[1], "known")
    return _open(line, at)


def _is_direction_only(line: Line, at: int, here: int) -> bool:
    return False if here > at + 1 else line.norm(at) == "the" and line.norm(here) not in line.lexicon.weak_types


def _before_town(line: Line, at: int, weak: int) -> Street | None:
    """The street before a town that ends like one, its state right behind it: "Broadway | Oak Park Illinois"."""
    if line.phrase(weak + 1, line.lexicon.states)[1] == weak + 1:
        return None
    if line.norm(at) in line.lexicon.typeless and weak > at + 1:
        return Street(written(line, at), at + 1, "known")
    way = _open(line, at) if line.lexicon.region == "US" else None
    return way if way and way.end < weak else None


def _directions(line: Line) -> frozenset[str]:
    return frozenset(line.lexicon.directions.values())


def _name_word(line: Line, at: int, *, first: bool, begins: bool) -> tuple[str, int]:
    """One word of a street's name, with the index after it; ("", at) where the name cannot go on. `first`: only directions stand before."""
    norm = line.norm(at)
    value, end = line.ordinal(at, after_number=True) if first else (0, at)
    if value:
        return ordinal_name(value), end
    if line.is_written(at):
        # "72 2 Street": a numbered street, when its type follows at once.
        following = line.norm(at + 1)
        is_name = (
            first
            and len(norm) <= 3
            and (
                following in line.lexicon.types
                or following == "mile"
                or (following in line.lexicon.directions and line.norm(at + 2) in line.lexicon.types)
            )
        )
        return (norm, at + 1) if is_name else ("", at)
    if not line.is_word(at):
        return "", at
    if begins and norm in line.lexicon.counted and line.norm(at + 1) not in line.lexicon.types:
        return "", at
    if norm == "the" and begins:
        return "The", at + 1
    if norm in line.lexicon.link and norm not in line.lexicon.street_link:
        return "", at
    if norm in line.lexicon.street_link:
        return (norm, at + 1) if not begins and line.is_word(at + 1) and not _stops_name(line, at + 1) else ("", at)
    if _stops_name(line, at):
        return "", at
    if first and begins and len(norm) > 1 and line.norm(at + 1) in line.lexicon.types:
        figures, after = digit_group(line.tokens, at, "en")
        if figures and after == at + 1:
            return figures, after
    if first and norm in line.lexicon.directions and (line.is_word(at + 1) or line.is_written(at + 1)):
        if line.norm(at + 1) in line.lexicon.types and len(norm) == 1:
            return norm.upper(), at + 1
        return line.lexicon.directions[norm], at + 1
    return _joined(line, at)


def _stops_name(line: Line, at: int) -> bool:
    norm = line.norm(at)
    return norm in line.lexicon.stop or norm == "in"


def _joined(line: Line, at: int) -> tuple[str, int]:
    """A word with what hyphens join to it: "Stoke-on-Trent"."""
    text, here = written(line, at), at + 1
    while line.norm(here) == "-" and line.glued(here) and line.glued(here + 1) and line.is_word(here + 1):
        norm = line.norm(here + 1)
        text, here = f"{text}-{norm if norm in line.lexicon.link else written(line, here + 1)}", here + 2
    return text, here


def ordinal_name(value: int) -> str:
    """First to Ninth in words, 10th and above in figures, as the Associated Press writes street names."""
    ordinals: list[str] = words("en", "address")["say"]["ordinals"]
    return ordinals[value] if 0 < value < 10 else with_suffix(value)


def _is_saint(line: Line, at: int, said: list[str]) -> bool:
    """Whether "st" is Saint here: another type follows one or two words later ("Old St Kilda Road"), or only a direction stands before."""
    if line.norms[at] != "st":
        return False
    if all(word in _directions(line) or word == "The" for word in said):
        return line.is_word(at + 1) and not line.ends(at + 1) and len(line.norm(at + 1)) > 2
    for after in range(at + 2, at + 2 + _AFTER_SAINT):
        if not line.is_word(after - 1) or line.ends(after - 1) or line.norm(after - 1) in line.lexicon.types:
            return False
        if line.norm(after) in line.lexicon.types and line.norm(after) not in ("st", "ct"):
            return True
    return False


def _typed(line: Line, begin: int, said: list[str], at: int, kind: str, how: str) -> Street:
    """The street with its type, a second type after it ("Avenue Road", "James Street East Road"), and a direction that belongs to it."""
    said = [*said, kind]
    here = at + 1
    while len(said) < _MOST_WORDS + 3:
        step = 1 if line.norm(here) in line.lexicon.directions and line.norm(here + 1) in line.lexicon.types else 0
        norm = line.norm(here + step)
        name = line.lexicon.types.get(norm) or (line.lexicon.weak_types.get(norm) if how == "weak" or line.ends(here + 1) else None)
        if name is None or _begins_town(line, here + step):
            break
        said += [line.lexicon.directions[line.norm(here)], name] if step else [name]
        here += step + 1
    if (road := _numbered(line, here)) is not None and line.norm(here) not in line.lexicon.directions:
        said, here = [*said, road.name], road.end
        figures, end = digit_group(line.tokens, here, "en")
        if figures and len(figures) <= 2:
            said, here = [*said, figures], end
    direction = line.lexicon.directions.get(line.norm(here))
    if direction and _belongs(line, begin, here):
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
        return line.is_word(at + 1) and not line.ends(at + 1) and len(line.norm(at + 1)) > 2
    return norm.upper() in line.lexicon.state_names and (line.ends(at + 1) or line.number_starts(at + 1))


def _belongs(line: Line, begin: int, at: int) -> bool:
    """Whether the direction after a type is the street's ("2nd Avenue East") and not the town's ("High Street, South Melbourne")."""
    norm = line.norm(at)
    two = line.norm(at + 1) if len(norm) > 1 and norm in ("north", "south") and line.norm(at + 1) in ("east", "west") else ""
    if two:
        return line.ends(at + 2) or line.lexicon.street_directions
    _, state = line.phrase(at + 1, line.lexicon.states)
    if (
        line.ends(at + 1)
        or line.number_starts(at + 1)
        or line.norm(at + 1) in line.lexicon.units
        or (state > at + 1 and (line.ends(state) or line.number_starts(state)))
    ):
        return True
    if len(norm) <= 2:  # written short; a town's direction seldom is
        return True
    if line.lexicon.region == "US":
        quadrant = len(line.lexicon.directions[norm]) == 2 and f"{norm} {line.norm(at + 1)}" not in line.lexicon.directed_towns
        return quadrant or place_starts(line, begin) == at + 1
    return line.lexicon.street_directions and f"{norm} {line.norm(at + 1)}" not in line.lexicon.directed_towns


def _open(line: Line, at: int) -> Street | None:
    """A name with no type, as far as the words go: "88 King"."""
    said: list[str] = []
    here = at
    limit = place_starts(line, at) if line.lexicon.region == "US" else 0
    while here < line.size and len(said) < _OPEN_WORDS and not (limit and here >= limit):
        _, state = line.phrase(here, line.lexicon.states)
        closes = said and state > here and (line.ends(state) or line.number_starts(state))
        if closes or line.norm(here) in line.lexicon.units or (said and (line.number_starts(here) or alphanumeric(line, here)[0])):
            break
        text, end = _name_word(line, here, first=not said, begins=here == at)
        if not text:
            break
        said.append(text)
        here = end
    return Street(" ".join(said), here, "open") if said and any(len(word) > 1 for word in said) and said != ["The"] else None
