"""An address over several turns: what a turn adds to one begun before, and the part that it mends in one we hold.

"Richmond, three one two one"; "unit four, not fourteen"; "no, it's Smyth Street"; "Smyth with a y"; "there's no apartment".
"""

import msgspec
from rapidfuzz.fuzz import ratio

from agent.languages.letters import spell
from agent.slots.address.english import addresses
from agent.slots.address.line import Line
from agent.slots.address.model import Parts
from agent.slots.address.number import house
from agent.slots.address.piecemeal import Pieces, affirmed, nothing_else, pieces
from agent.slots.address.street import written
from agent.slots.address.words import Lexicon
from agent.text import Said

_MOST_TOWN_WORDS = 4
_MOST_TOKENS = 60
_NONE = frozenset({"no", "not", "without"})
_SPELLED = 3
_ALIKE = 60.0
"""Out of 100: "Smyth" and "Smith" 80, "Fitzroy" and "Fraser" 46."""
_SPELLING = frozenset({"spelled", "spelt", "with", "spelling"})


def parse(value: str, lexicon: Lexicon) -> Parts:
    """The parts of a value as `line_of` writes it, or of what a caller typed."""
    line = Line(Said(value), lexicon)
    if found := next(iter(addresses(line)), None):
        return found.parts
    begun = pieces(line, begun=True)
    return begun.parts if begun else Parts()


def continued(before: Parts, line: Line) -> tuple[Parts, Pieces] | None:
    """The address begun as `before`, with what this turn adds to it; None when the turn adds nothing."""
    said = pieces(line, begun=True)
    if said is None:
        return None
    again = said.parts.said().keys() & before.said().keys()
    return None if again and not said.labelled and again == said.parts.said().keys() else (said.parts.filled_from(before), said)


def mended(current: Parts, line: Line) -> tuple[Parts, Pieces] | None:
    """`current` with the part that this turn corrects; None when it corrects none."""
    if line.size > _MOST_TOKENS:
        return None
    if current.unit and _takes_away_unit(current, line):
        return msgspec.structs.replace(current, unit=""), Pieces(Parts(), 0, line.size, True)
    if put := _put_for(current, line):
        # "Fourteen, not ten" may as well mend a time; "Smith Road, not Smith Street" mends nothing else.
        return put, Pieces(put, 0, line.size, any(norm in line.lexicon.types or norm in line.lexicon.units for norm in line.norms))
    if put := _respelled(current, line):
        return put, Pieces(put, 0, line.size, False)
    said = pieces(line, begun=True, mends=True)
    if said is None or not said.parts.said():
        return None
    return msgspec.structs.replace(current, **said.parts.said()), said


def _takes_away_unit(current: Parts, line: Line) -> bool:
    """ "There's no apartment"."""
    passed = (line.lexicon.lead_in | line.lexicon.courtesy) - _NONE
    said = [norm for norm in line.norms if norm[0].isalnum() and norm not in passed]
    labels = (current.unit.split()[0], "Unit", "Apt", "Flat")
    return len(said) == 2 and said[0] in _NONE and line.lexicon.units.get(said[1]) in labels


def _put_for(current: Parts, line: Line) -> Parts | None:
    """ "X not Y", where Y stands in the address: "fourteen not forty", "Fitzroy not Richmond", "road not street", "west not east"."""
    start, stop = affirmed(line)
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
    if not nothing_else(line, end, line.size):
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
