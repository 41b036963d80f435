"""Parts of an address said by themselves: the next turn of one begun before, or the part that is mended in one we hold.

"Unit four, not fourteen"; "no, it's Smyth Street"; "postcode 3122"; "Richmond, three one two one".
"""

from typing import NamedTuple

import msgspec
from rapidfuzz.fuzz import ratio

from agent.languages.letters import spell
from agent.slots.address_check import agree
from agent.slots.address_english import addresses
from agent.slots.address_line import Line
from agent.slots.address_number import house
from agent.slots.address_parts import Parts
from agent.slots.address_postcode import alphanumeric, numeric
from agent.slots.address_street import Street, street, written
from agent.slots.address_town import town
from agent.slots.address_unit import unit
from agent.slots.address_words import Lexicon
from agent.text import Said

_MOST_TOWN_WORDS = 4
_MOST_TOKENS = 60
_NONE = frozenset({"no", "not", "without"})
_SPELLED = 3
_ALIKE = 60.0
"""Out of 100: "Smyth" and "Smith" 80, "Fitzroy" and "Fraser" 46."""
_SPELLING = frozenset({"spelled", "spelt", "with", "spelling"})
_BESIDE_NEGATION = frozenset({",", "but", "it's", "its", "it"})


class Pieces(NamedTuple):
    """Parts said alone. `labelled`: words of their own say which part it is ("unit four", "postcode 3122", "Smyth Street")."""

    parts: Parts
    start: int
    end: int
    labelled: bool


def parse(value: str, lexicon: Lexicon) -> Parts:
    """The parts of a value as `line_of` writes it, or of what a caller typed."""
    line = Line(Said(value), lexicon)
    if found := next(iter(addresses(line)), None):
        return found.parts
    begun = pieces(line, town_expected=True, number_expected=True)
    return begun.parts if begun else Parts()


def pieces(line: Line, *, town_expected: bool = False, number_expected: bool = False) -> Pieces | None:
    """What parts the line holds, when it holds nothing else; a bare town or a bare number only where one is expected."""
    if line.size > _MOST_TOKENS:
        return None
    start, stop = _affirmed(line)
    while start < stop and (
        line.norms[start] in line.lexicon.courtesy or line.norms[start] in line.lexicon.lead_in or not line.tokens[start].norm[0].isalnum()
    ):
        if line.phrase(start, line.lexicon.number_cue)[1] > start + 1 or _is_name(line, start, stop):
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
    if not _is_plain(line, parts, labelled=labelled, town_expected=town_expected):
        return None
    return Pieces(parts, start, end, labelled or bool(after > at))


def _is_name(line: Line, at: int, stop: int) -> bool:
    """Whether a word of courtesy begins a name or a postcode here: "the avenue", "New South Wales", "new farm", "m one one a e"."""
    if line.phrase(at, line.lexicon.states)[0] or alphanumeric(line, at)[0]:
        return True
    following = line.norm(at + 1) if at + 1 < stop else ""
    is_the = line.norms[at] == "the" and following in line.lexicon.types
    return is_the or (line.norms[at] in ("new", "old") and following not in ("", "address", "one", "place"))


def _affirmed(line: Line) -> tuple[int, int]:
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


def _number_or_street(line: Line, at: int, stop: int, *, number_expected: bool) -> tuple[Parts, int, bool]:
    _, number_at = line.phrase(at, line.lexicon.number_cue)
    number_at += line.norm(number_at) == "is"
    several = line.is_written(number_at) and line.is_written(number_at + 1)
    number = None if several else house(line, number_at)
    is_postcode = number_at == at and bool(numeric(line, at)[0])
    if number and not is_postcode and number.end <= stop and (number_at > at or number_expected) and _nothing_else(line, number.end, stop):
        return Parts(unit=number.unit, street_number=number.number), number.end, number_at > at
    if number is None and (way := street(line, at)) and way.end <= stop and _is_street(line, at, way, begun=number_expected):
        _, number_at = line.phrase(way.end, line.lexicon.number_cue)
        number = house(line, number_at) if number_at > way.end else None
        end = number.end if number else way.end
        return Parts(street_name=way.name, street_number=number.number if number else ""), end, way.kind == "typed"
    return Parts(), at, False


def _is_plain(line: Line, parts: Parts, *, labelled: bool, town_expected: bool) -> bool:
    """Whether the words are these parts and hardly anything else.

    A street by itself has a plain type and a name. A town has its postcode or its state, and a state that is a word as well ("me") its postcode; or
    it is expected, and none of its words does something else.
    """
    words = parts.suburb.casefold().replace(",", "").split()
    if parts.street_name:
        return labelled or town_expected or not parts.suburb or bool(parts.state or parts.postcode)
    if not parts.suburb:
        return True
    few = len(words) <= _MOST_TOWN_WORDS and line.lexicon.no_town.isdisjoint(words) and line.lexicon.counted.isdisjoint(words)
    if len(parts.postcode) >= max(4, line.lexicon.postcode_digits) and agree(parts.postcode, "", line.lexicon.region):
        return few
    if parts.state and parts.state.lower() not in line.lexicon.state_words and not parts.postcode:
        return few
    return few and town_expected and not parts.unit


def _is_street(line: Line, at: int, way: Street, *, begun: bool) -> bool:
    """Whether a street by itself is one: of a plain type with a name before it; of any kind when it mends an address or goes on with one."""
    named = all(len(word) > 1 for word in way.name.split())
    return named and (way.kind == "typed" or (begun and way.kind != "open")) and not _is_town(line, at, way.end)


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
    if line.size > _MOST_TOKENS:
        return None
    if current.unit and _takes_away_unit(line):
        return msgspec.structs.replace(current, unit=""), Pieces(Parts(), 0, line.size, True)
    if put := _put_for(current, line):
        # "Fourteen, not ten" may as well mend a time; "Smith Road, not Smith Street" mends nothing else.
        return put, Pieces(put, 0, line.size, any(norm in line.lexicon.types or norm in line.lexicon.units for norm in line.norms))
    if put := _respelled(current, line):
        return put, Pieces(put, 0, line.size, False)
    said = pieces(line, town_expected=True, number_expected=True)
    if said is None or not said.parts.said():
        return None
    return msgspec.structs.replace(current, **said.parts.said()), said


def _takes_away_unit(line: Line) -> bool:
    """ "there's no apartment"."""
    passed = (line.lexicon.lead_in | line.lexicon.courtesy) - _NONE
    said = [norm for norm in line.norms if norm[0].isalnum() and norm not in passed]
    return len(said) == 2 and said[0] in _NONE and said[1] in line.lexicon.units


def _put_for(current: Parts, line: Line) -> Parts | None:
    """ "X not Y", where Y stands in the address: "fourteen not forty", "Fitzroy not Richmond", "road not street", "west not east"."""
    start, stop = _affirmed(line)
    at = next((here for here in range(line.size) if line.phrase(here, line.lexicon.negation)[1] > here), -1)
    if at < 0:
        return None
    after = line.phrase(at, line.lexicon.negation)[1]
    denied = (after, line.size) if start == 0 else (after, start)
    new, old = _plain_words(line, start, stop), _plain_words(line, *denied)
    if not new or not old or len(new) > _MOST_TOWN_WORDS:
        return None
    for name in ("unit", "street_number", "street_name", "suburb"):
        words: list[str] = getattr(current, name).split()
        for here in range(len(words) - len(old) + 1):
            if [word.casefold() for word in words[here : here + len(old)]] == [word.casefold() for word in old]:
                new = new[1:] if here and len(new) > 1 and new[0] == words[here - 1] else new
                return msgspec.structs.replace(current, **{name: " ".join((*words[:here], *new, *words[here + len(old) :]))})
    return None


def _plain_words(line: Line, start: int, stop: int) -> list[str]:
    """The words from `start` to `stop` as an address writes them, words of courtesy dropped: numbers as figures, types and directions in full."""
    said: list[str] = []
    at = start
    while at < stop:
        norm = line.norms[at]
        number = house(line, at)
        if number and number.end <= stop and not number.unit:
            said.append(number.number)
            at = number.end
            continue
        if line.is_word(at) and norm not in line.lexicon.courtesy and norm not in line.lexicon.lead_in - line.lexicon.types.keys():
            tables = (line.lexicon.types, line.lexicon.weak_types, line.lexicon.directions, line.lexicon.units)
            said.append(next((table[norm] for table in tables if norm in table), "") or written(line, at))
        at += 1
    return said


def _respelled(current: Parts, line: Line) -> Parts | None:
    """A word said or spelled that sounds like one in the street or the town: "Smyth with a y", "it's S M Y T H"."""
    at = 0
    while at < line.size and (line.norms[at] in line.lexicon.courtesy or line.norms[at] in _SPELLING or not line.tokens[at].norm[0].isalnum()):
        at += 1
    letters, end = spell(line.tokens, at, "en")
    if len(letters) >= _SPELLED and letters.isalpha():
        word = letters.capitalize()
    elif line.is_word(at) and len(line.norms[at]) > _SPELLED and line.norms[at] not in line.lexicon.no_town:
        word, end = written(line, at), at + 1
        if line.norm(end) == "with" and len(line.norm(end + 2)) == 1 and line.norm(end + 2) in line.norms[at]:
            end += 3
    else:
        return None
    if not _nothing_else(line, end, line.size):
        return None
    held = [(name, old) for name in ("street_name", "suburb") for old in getattr(current, name).split() if old.casefold() not in line.lexicon.types]
    best = max(((_alike(word, old), name, old) for name, old in held), default=(0.0, "", ""))
    if best[0] < _ALIKE or best[2].casefold() == word.casefold():
        return None
    words = [word if old == best[2] else old for old in getattr(current, best[1]).split()]
    return msgspec.structs.replace(current, **{best[1]: " ".join(words)})


def _alike(one: str, other: str) -> float:
    return ratio(one.casefold(), other.casefold()) if one[0].casefold() == other[0].casefold() else 0.0


def moved(current: Parts, new: Parts) -> Parts:
    """A number and a street said to mend `current`: the town stays when none was said, and the unit when the street is the same."""
    if new.suburb or new.postcode:
        return new
    kept = Parts(suburb=current.suburb, state=new.state or current.state, postcode=current.postcode, country=new.country or current.country)
    if new.street_name == current.street_name and not new.unit:
        kept = msgspec.structs.replace(kept, unit=current.unit)
    return new.filled_from(kept)
