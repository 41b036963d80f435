"""Parts of an address said by themselves: "Richmond, three one two one", "unit four", "the postcode is 3122", "Smyth Street"."""

from typing import NamedTuple

from agent.languages.numbers import digit_group
from agent.slots.address.checking import agree
from agent.slots.address.line import Line
from agent.slots.address.model import Parts
from agent.slots.address.number import house
from agent.slots.address.postcode import alphanumeric, numeric
from agent.slots.address.street import Street, street
from agent.slots.address.town import town
from agent.slots.address.unit import unit
from agent.text import Said

_MOST_TOWN_WORDS = 4
_MOST_TOKENS = 60
_BESIDE_NEGATION = frozenset({",", "but", "it's", "its", "it"})


class Pieces(NamedTuple):
    """Parts said alone. `labelled`: words of their own say which part it is ("unit four", "postcode 3122", "Smyth Street")."""

    parts: Parts
    start: int
    end: int
    labelled: bool


def pieces(line: Line, *, begun: bool = False, mends: bool = False) -> Pieces | None:
    """What parts the line holds, when it holds nothing else.

    A bare town, a bare number or a street of a weak type counts only for an address that is `begun`; one that `mends` an address we hold has a word
    before it as well ("no", "it's").
    """
    if line.size > _MOST_TOKENS:
        return None
    start, stop = affirmed(line)
    while start < stop and (line.norms[start] in line.lexicon.before_parts or not line.tokens[start].norm[0].isalnum()):
        if line.phrase(start, line.lexicon.number_cue)[1] > start + 1 or _is_name(line, start, stop):
            break
        start += 1
    if start >= stop or (mends and line.size == 1 and len(line.norms[0]) == 1):
        return None
    opened = begun and not (mends and start == 0 and line.norms[0] not in line.lexicon.suburb_cue)
    at, parts, labelled = start, Parts(), False
    text, end, runs_on = unit(line, at, before_number=False)
    if text and not runs_on and end <= stop:
        parts, at, labelled = Parts(unit=text), end, True
    _, after = line.phrase(at, line.lexicon.postcode_cue)
    if not text and after == at:
        parts, at, labelled = _number_or_street(line, at, stop, begun=begun, opened=opened)
    parts, end = town(line, at, parts, until=stop)
    end = max(end, at)
    if not nothing_else(line, end, stop) or parts == Parts():
        return None
    bare = not labelled and parts == Parts(suburb=parts.suburb)
    plain = _is_bare_town(line, start, parts, expected=opened) if bare else _is_plain(line, parts, labelled=labelled, begun=begun)
    return Pieces(parts, start, end, labelled or bool(after > at)) if plain else None


def _is_name(line: Line, at: int, stop: int) -> bool:
    """Whether a word of courtesy begins a name or a postcode here: "the avenue", "New South Wales", "new farm", "m one one a e"."""
    if line.phrase(at, line.lexicon.states)[0] or alphanumeric(line, at)[0]:
        return True
    following = line.norm(at + 1) if at + 1 < stop else ""
    is_the = line.norms[at] == "the" and following in line.lexicon.types
    return is_the or (line.norms[at] in ("new", "old") and following not in ("", "address", "one", "place"))


def affirmed(line: Line) -> tuple[int, int]:
    """The tokens that say what it is, (first, after the last): "forest avenue | not fourth", "the zip is wrong | it's 85004"."""
    complaint = next((here for here in range(line.size) if line.norms[here] in line.lexicon.complaint), -1)
    if 0 <= complaint < line.size - 1:
        return complaint + 1, line.size
    at = next((here for here in range(line.size) if line.phrase(here, line.lexicon.negation)[1] > here), -1)
    if at < 0:
        return 0, line.size
    after = line.phrase(at, line.lexicon.negation)[1]
    if any(line.norms[here] not in line.lexicon.courtesy and line.tokens[here].norm[0].isalnum() for here in range(at)):
        return 0, at
    turn = next((here for here in range(after + 1, line.size) if line.norms[here] in _BESIDE_NEGATION), line.size)
    return turn, line.size


def _number_or_street(line: Line, at: int, stop: int, *, begun: bool, opened: bool) -> tuple[Parts, int, bool]:
    _, number_at = line.phrase(at, line.lexicon.number_cue)
    number_at += line.norm(number_at) == "is"
    several = line.is_written(number_at) and line.is_written(number_at + 1)
    number = None if several else house(line, number_at)
    is_postcode = number_at == at and bool(numeric(line, at)[0])
    is_clock = number is not None and number_at == at and number.number[-1].isalpha()
    if number and not is_postcode and not is_clock and number.end <= stop and (number_at > at or begun) and nothing_else(line, number.end, stop):
        return Parts(unit=number.unit, street_number=number.number), number.end, number_at > at
    if number is None and (way := street(line, at)) and way.end <= stop and _is_street(line, at, way, begun=opened):
        _, number_at = line.phrase(way.end, line.lexicon.number_cue)
        number = house(line, number_at) if number_at > way.end else None
        end = number.end if number else way.end
        return Parts(street_name=way.name, street_number=number.number if number else ""), end, way.kind == "typed"
    return Parts(), at, False


def _is_plain(line: Line, parts: Parts, *, labelled: bool, begun: bool) -> bool:
    """Whether the words are these parts and hardly anything else.

    A street by itself has a plain type and a name. A town has its postcode or its state, and a state that is a word as well ("me") its postcode.
    """
    words = parts.suburb.casefold().replace(",", "").split()
    if parts.street_name:
        return labelled or begun or not parts.suburb or bool(parts.state or parts.postcode)
    if not parts.suburb:
        worded = parts.state.lower() in line.lexicon.state_words and bool(parts.postcode)
        return not worded or agree(parts.postcode, parts.state, line.lexicon.region)  # "in 1984" names no state
    few = len(words) <= _MOST_TOWN_WORDS and line.lexicon.no_town.isdisjoint(words) and line.lexicon.counted.isdisjoint(words)
    if len(parts.postcode) >= max(4, line.lexicon.postcode_digits) and agree(parts.postcode, "", line.lexicon.region):
        return few
    return few and bool(parts.state) and parts.state.lower() not in line.lexicon.state_words and not parts.postcode


def _is_bare_town(line: Line, start: int, parts: Parts, *, expected: bool) -> bool:
    """Whether a few words alone are a town: one is expected, only what announces a town stands before them, and they do nothing else.

    After "in" or "the suburb is" they may be any words ("it's in Hope").
    """
    before = [norm for norm in line.norms[:start] if norm[0].isalnum()]
    said = parts.suburb.casefold().replace(",", "").split()
    if not expected or len(said) > _MOST_TOWN_WORDS or not line.lexicon.town_lead_in.issuperset(before) or ("i" in before and "live" not in before):
        return False
    if any(len(word) == 1 or digit_group(Said(word).tokens, 0, "en")[0] for word in said):
        return False
    announced = bool(before) and (before[-1] == "in" or any(norm in line.lexicon.suburb_cue for norm in line.norms))
    return announced or line.lexicon.talk.isdisjoint(said)


def _is_street(line: Line, at: int, way: Street, *, begun: bool) -> bool:
    """Whether a street by itself is one: of a plain type with a name before it; of any kind when it mends an address or goes on with one."""
    named = all(len(word) > 1 for word in way.name.split())
    return named and (way.kind == "typed" or (begun and way.kind != "open")) and not _is_town(line, at, way.end)


def _is_town(line: Line, at: int, end: int) -> bool:
    """Whether what ends like a street is a town with its state: "Forest Park Illinois", "Surry Hills"."""
    return line.norm(end - 1) in line.lexicon.weak_types and line.phrase(end, line.lexicon.states)[1] > end


def nothing_else(line: Line, at: int, stop: int) -> bool:
    return all(line.norms[here] in line.lexicon.courtesy or not line.tokens[here].norm[0].isalnum() for here in range(at, stop))
