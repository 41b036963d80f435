"""Houses with a name: "Rose Cottage, 12 Mill Lane", "flat 2, Dolphin House, 14 Long Lane"; with no number "Hillcrest, Chapel Street, Hayle"."""

from collections.abc import Iterator
from typing import NamedTuple

from agent.slots.address.en.line import Line
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.street import Street, street
from agent.slots.address.en.street_words import name_of

_MOST_WORDS = 4
"""Of a house's name."""
_MOST_TRIED = 8
"""Names that are looked at in one line."""
_LETTERS = 3
"""A house's name has no shorter words but articles."""


class NamedHouse(NamedTuple):
    """A house with a name and no number, and its street. `marked`: its own words or those around it say that it is a house."""

    name: str
    start: int
    way: Street
    marked: bool


def building_after(line: Line, at: int) -> tuple[str, int] | None:
    """A building's name between unit and number: "flat 2, Dolphin House, 14 Long Lane"."""
    end = at
    while end < line.size and line.norm(end) != "," and not line.number_starts(end):
        end += 1
    if not at < end <= min(at + _MOST_WORDS, line.size - 1):
        return None
    in_pauses = line.norm(at - 1) == line.norm(end) == "," and line.norms[end - 1] not in line.lexicon.types
    is_house = in_pauses or (line.isa(end - 1, "houses") and end - at > 1)
    return (name_of(line, at, end), line.past_commas(end)) if is_house else None


def building_before(line: Line, at: int) -> tuple[int, str]:
    """A house's name before the number: "Rose Cottage, 12 Mill Lane"; (at, "") when there is none."""
    if not line.lexicon.named_houses or line.norm(at - 1) != "," or not line.isa(at - 2, "houses"):
        return at, ""
    start = _begins(line, at - 1)
    return (start, name_of(line, start, at - 1)) if at - start > 2 else (at, "")


def called(line: Line, held: Parts) -> tuple[str, int, int] | None:
    """The name that a caller gives when asked for the number of an address begun, and where it stands: "it's called Hillcrest", "The Old Rectory".

    A bare name is all that is said, does nothing else, and is none of the words held.
    """
    if not line.lexicon.named_houses:
        return None
    articles = line.lexicon.words["articles"]
    start = next((at for at, norm in enumerate(line.norms) if norm in line.lexicon.words["named"]), -1) + 1
    while start < line.size and ((line.isa(start, "lead_in") and not line.isa(start, "articles")) or not line.is_word(start)):
        start += 1
    end = start
    while line.is_word(end) and end - start <= _MOST_WORDS and not line.isa(end, "stop") and not line.number_starts(end):
        end += 1
    said = [norm for norm in line.norms[start:end] if norm not in articles]
    known = {word.casefold() for part in held.said().values() for word in part.split()}
    if not said or end - start > _MOST_WORDS or any(len(norm) < _LETTERS for norm in said) or not known.isdisjoint(said):
        return None
    does_more = said[-1] in line.lexicon.types or not line.lexicon.words["talk"].isdisjoint(said)
    return (name_of(line, start, end), start, end) if line.only_courtesy(end) and not does_more else None


def named_houses(line: Line) -> Iterator[NamedHouse]:
    """Every place where a house's name stands before a street in the place of a number.

    A name of several words that ends like a house's needs nothing between itself and the street; any other a pause, or "on".
    """
    tried = 0
    for at in range(1, line.size - 1):
        end = _name_ends(line, at)
        if end == 0 or tried >= _MOST_TRIED:
            continue
        start = _begins(line, end)
        is_house = line.isa(end - 1, "houses")
        called = line.isa(start - 1, "named")
        close = end == at and end - start == 1 and not called
        if close or not _is_name(line, start, end, paused=line.norms[end] == ",", called=called):
            continue
        tried += 1
        way = street(line, at)
        marked = is_house or called or _says_numberless(line, start)
        if way and (way.kind == "typed" or (way.kind == "weak" and marked)):
            yield NamedHouse(name_of(line, start, end), start, way, marked)


def _name_ends(line: Line, at: int) -> int:
    """Where the name before a street that begins at `at` ends; 0 when none can stand there."""
    before = line.norms[at - 1]
    if not line.is_word(at):
        return 0
    if before == ",":
        return at - 1
    if _is_called(line, at - 1):
        return at
    if line.isa(at - 1, "on_in"):
        return at - 2 if line.norm(at - 2) == "," else at - 1
    is_house = before in line.lexicon.words["houses"] and before not in line.lexicon.types
    return at if is_house and line.norms[at] not in line.lexicon.types else 0


def _is_called(line: Line, at: int) -> bool:
    """Whether the word at `at` is all of a house's name, as the words before it say: "a house called hillcrest", "no number, called the gables"."""
    before = at - 1 - line.isa(at - 1, "the")
    if not line.isa(before, "named") or line.isa(at, "stop") or line.isa(at, "lead_in"):
        return False
    return line.isa(before - 1, "homes") or _says_numberless(line, before)


def _begins(line: Line, end: int) -> int:
    """The index of the first word of the name that ends before `end`."""
    start = end
    while start > 0 and line.is_word(start - 1) and end - start <= _MOST_WORDS and _in_name(line, start - 1, last=start == end):
        start -= 1
    return start


def _in_name(line: Line, at: int, *, last: bool) -> bool:
    norm = line.norms[at]
    if norm in line.lexicon.words["lead_in"]:
        return norm in line.lexicon.words["articles"] or (last and norm in line.lexicon.words["houses"])
    return norm not in line.lexicon.words["stop"] or (line.isa(at, "corner") and not last)


def _is_name(line: Line, start: int, end: int, *, paused: bool, called: bool) -> bool:
    """Whether the words from `start` to `end` name a house where they stand."""
    known = line.lexicon
    said = [norm for norm in line.norms[start:end] if norm not in known.words["the"]]
    if not said or end - start > _MOST_WORDS or said[-1] in known.types or not known.words["talk"].isdisjoint(said):
        return False
    if line.isa(start - 1, "no_house_after") or not (called or _begins_saying(line, start)):
        return False
    plain = all(norm in known.words["lead_in"] or norm in known.units for norm in said)
    if plain and (len(said) < 2 or not paused):  # "the house on Church Lane"
        return False
    # Without a pause what stands before "on" may be anything: "the plumber on Chapel Street".
    return paused or called or said[-1] in known.words["houses"] or not line.isa(start, "the")


def _begins_saying(line: Line, start: int) -> bool:
    """Whether only words before any address stand between the name and a pause, a postcode, or the beginning; "next to the" is none."""
    while start > 0 and line.isa(start - 1, "lead_in"):
        start -= 1
    after_postcode = any(postcode and end == start for postcode, end in line.postcodes.values())
    return start == 0 or line.norms[start - 1] == "," or after_postcode or _says_numberless(line, start)


def _says_numberless(line: Line, until: int) -> bool:
    return any(line.phrase(at, "numberless")[0] for at in range(until))
