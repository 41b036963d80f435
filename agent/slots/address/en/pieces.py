"""Parts of an address said by themselves: "Richmond, three one two one", "unit four", "the postcode is 3122", "Smyth Street"."""

from typing import NamedTuple

from agent.nlu.numerals.numbers import digit_group
from agent.nlu.utterance import Utterance
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.postcode import alphanumeric, numeric
from agent.slots.address.en.street import Street, street
from agent.slots.address.en.street_words import name_of
from agent.slots.address.en.town import town
from agent.slots.address.en.unit import unit
from agent.slots.address.places import agree
from agent.slots.address.weights import MOST_LINKING, MOST_TOKENS, MOST_TOWN_WORDS

_HOUSE_WORDS = 5
"""Of a house's name with its street behind it."""
_FEWEST_FIGURES = 4
"""Of a postcode that says by itself that the words before it are a town."""


class Pieces(NamedTuple):
    """Parts said alone. `labelled`: words of their own say which part it is ("unit four", "postcode 3122", "Smyth Street")."""

    parts: Parts
    start: int
    end: int
    labelled: bool


def pieces(line: Line, *, begun: bool = False) -> Pieces | None:
    """What parts the line holds, when it holds nothing else.

    A bare town, a bare number or a street of a weak type counts only for an address that is `begun`.
    """
    if line.size > MOST_TOKENS:
        return None
    start, stop = affirmed(line)
    while start < stop and (line.isa(start, "before_parts") or not line.tokens[start].norm[0].isalnum()):
        if line.phrase(start, "number_cue")[1] > start + 1 or _is_name(line, start, stop):
            break
        start += 1
    if line.isa(start, "on") and (way := street(line, start + 1)) is not None and way.kind == "typed" and _behind_street(line, way.end) > way.end:
        start += 1  # "we're on Oak Avenue, number 12"
    if start >= stop:
        return None
    at, parts, labelled = start, Parts(), False
    text, end, runs_on = unit(line, at, before_number=False)
    if text and not runs_on and end <= stop:
        way = street(line, end)
        named = way is not None and way.kind == "typed" and way.end <= stop  # "Flat 3, Church Lane"
        parts, at, labelled = (Parts(unit=text, street_name=way.name), way.end, True) if way and named else (Parts(unit=text), end, True)
    _, after = line.phrase(at, "postcode_cue")
    if not text and after == at:
        parts, at, labelled = _named_house(line, at, stop) or _number_or_street(line, at, stop, begun=begun)
    parts, end = town(line, at, parts, until=stop)
    end = max(end, at)
    if not line.only_courtesy(end, stop) or parts == Parts():
        return None
    bare = not labelled and parts == Parts(suburb=parts.suburb)
    plain = _is_bare_town(line, start, parts, expected=begun) if bare else _is_plain(line, parts, labelled=labelled, begun=begun)
    return Pieces(parts, start, end, labelled or after > at) if plain else None


def _named_house(line: Line, at: int, stop: int) -> tuple[Parts, int, bool] | None:
    """A house that has a name, said alone: "Rose Cottage"."""
    for here in range(at + 1, min(at + _HOUSE_WORDS, stop)) if line.lexicon.named_houses else ():
        if not line.is_word(here) or not line.is_word(here - 1):
            return None
        if line.isa(here, "houses") and line.norms[here] not in line.lexicon.types:
            return (Parts(unit=name_of(line, at, here + 1)), here + 1, True) if line.ends(here + 1) else None
    return None


def _is_name(line: Line, at: int, stop: int) -> bool:
    """Whether a word of courtesy begins a name or a postcode here: "the avenue", "New South Wales", "new farm", "m one one a e"."""
    if line.phrase(at, "states")[0] or alphanumeric(line, at)[0]:
        return True
    following = line.norm(at + 1) if at + 1 < stop else ""
    is_the = line.isa(at, "the") and following in line.lexicon.types
    return is_the or (line.isa(at, "new_or_old") and following not in line.lexicon.words["renewed"] and bool(following))


def affirmed(line: Line) -> tuple[int, int]:
    """The tokens that say what it is, (first, after the last): "forest avenue | not fourth", "the zip is wrong | it's 85004"."""
    complaint = next((here for here in range(line.size) if line.isa(here, "complaint")), -1)
    if 0 <= complaint < line.size - 1:
        return complaint + 1, line.size
    at, after = line.find("denial")
    if at < 0 or not line.only_courtesy(0, at):
        return 0, at if at >= 0 else line.size
    turns = (here for here in range(after + 1, line.size) if line.norms[here] == "," or line.isa(here, "beside_negation"))
    return next(turns, line.size), line.size


def _number_or_street(line: Line, at: int, stop: int, *, begun: bool) -> tuple[Parts, int, bool]:
    _, number_at = line.phrase(at, "number_cue")
    number_at += line.isa(number_at, "is")
    several = line.is_written(number_at) and line.is_written(number_at + 1)
    number = None if several else house(line, number_at)
    labelled = number_at > at
    if number is None and (way := street(line, at)) and way.end <= stop and _is_street(line, way, begun=begun):
        number_at = _behind_street(line, way.end)
        # "Smith Street 3121": only where figures are no postcode does a number stand behind its street
        behind = number_at > way.end or (way.kind == "typed" and bool(line.lexicon.postcode_shapes))
        number = house(line, number_at) if behind else None
        number = number if number and (number_at == line.phrase(way.end, "number_cue")[1] > way.end or line.ends(number.end)) else None
        return Parts(street_name=way.name, street_number=number.number if number else ""), number.end if number else way.end, way.kind == "typed"
    if number is None or number.end > stop or not (labelled or (begun and not number.number[-1].isalpha() and not numeric(line, at)[0])):
        return Parts(), at, False
    stands = line.only_courtesy(number.end, stop) or (labelled and line.norm(number.end) == ",")
    return (Parts(unit=number.unit, street_number=number.number), number.end, labelled) if stands else (Parts(), at, False)


def _behind_street(line: Line, end: int) -> int:
    """Where a house number is said behind its street, led up to by words: "number 12", "and the house is 12", "we're at 12"; else `end`."""
    at = end
    while at - end <= MOST_LINKING and (line.norm(at) == "," or line.isa(at, "to_number")):
        at += 1
    _, after = line.phrase(at, "number_cue")
    if after > at:
        after += line.isa(after, "is")
        return line.phrase(after, "number_cue")[1]  # "the house is number 12"
    return at if any(line.isa(here, "of_number") for here in range(end, at)) else end


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
    few = len(words) <= MOST_TOWN_WORDS and line.lexicon.words["no_town"].isdisjoint(words) and line.lexicon.words["counted"].isdisjoint(words)
    if len(parts.postcode) >= max(_FEWEST_FIGURES, line.lexicon.postcode_digits) and agree(parts.postcode, "", line.lexicon.region):
        return few
    return few and names_state(line, parts.state) and not parts.postcode


def names_state(line: Line, state: str) -> bool:
    """Whether the line names the state by words that do nothing else: "colorado", and not "co"."""
    words = line.lexicon.state_words
    named = [(at, end) for at in range(line.size) for code, end in (line.phrase(at, "states"),) if state and code == state]
    return any(" ".join(line.norms[at:end]) not in words or line.tokens[at].text.isupper() for at, end in named)


def _is_bare_town(line: Line, start: int, parts: Parts, *, expected: bool) -> bool:
    """Whether a few words alone are a town: one is expected, only what announces a town stands before them, and they do nothing else.

    After "in" or "the suburb is" they may be any words ("it's in Hope").
    """
    before = [norm for norm in line.norms[:start] if norm[0].isalnum()]
    said, known = parts.suburb.casefold().replace(",", "").split(), line.lexicon.words
    if (
        not expected
        or len(said) > MOST_TOWN_WORDS
        or not known["town_lead_in"].issuperset(before)
        or (not known["i"].isdisjoint(before) and known["live"].isdisjoint(before))
    ):
        return False
    if any(len(word) == 1 or digit_group(Utterance(word).tokens, 0, "en")[0] for word in said):
        return False
    announced = bool(before) and (before[-1] in known["in"] or any(norm in line.lexicon.phrases["suburb_cue"] for norm in line.norms))
    return announced or known["talk"].isdisjoint(said)


def _is_street(line: Line, way: Street, *, begun: bool) -> bool:
    """Whether a street by itself is one: of a plain type with a name before it; of any kind when it edits an address or goes on with one."""
    named = all(len(word) > 1 for word in way.name.split())
    return named and (way.kind == "typed" or (begun and way.kind != "open")) and not is_town(line, way.end)


def is_town(line: Line, end: int) -> bool:
    """Whether what ends like a street is a town with its state: "Forest Park Illinois", "Surry Hills"."""
    return line.norm(end - 1) in line.lexicon.weak_types and line.phrase(end, "states")[1] > end
