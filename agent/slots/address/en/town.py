"""What follows a street, in whatever order it is said: a unit, town or suburb, state, postcode, country."""

import msgspec

from agent.nlu.effort import spend
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.postcode import alphanumeric, numeric
from agent.slots.address.en.town_name import Place, read_name, state_stands
from agent.slots.address.en.unit import rural, unit
from agent.slots.address.places import agree

_TOWN = 150
"""Units of effort that it takes to look for one."""
_POSTCODE_FIGURES = range(2, 7)
_WHOLE_CODE = 4
"""Figures where a postcode may stand: so many of any kind behind a state, and so many at least behind a town alone."""
_FLOOR_FIGURES = 3
_MOST_LAST_WORDS = 3
"""Of a town that the caller adds in a sentence of its own."""
_NUMBER_LABEL = 3
"""Letters that a word has which announces a house number by itself; "no" is more often a denial."""


def town(line: Line, at: int, parts: Parts, *, until: int | None = None) -> tuple[Parts, int]:
    """`parts` with what is said from `at` on, and the index after the last word of it. `until`: where the next thing begins."""
    spend(_TOWN)
    here = Place(parts, at, line.size if until is None else until, line.lexicon.doubled)
    while here.at < here.size:
        if line.norms[here.at] == ",":
            here.pass_over(1)
            continue
        if any(reads(line, here) for reads in _READERS):
            continue
        if here.parts.postcode and here.has_town and not here.segments[-1]:
            break
        if not read_name(line, here):
            break
    suburb = here.suburb
    return (msgspec.structs.replace(here.parts, suburb=suburb) if suburb else here.parts), here.end


def _coded(line: Line, here: Place) -> bool:
    """A word that names the next part: "postcode three one two one", "suburb of Richmond", "and it's in"."""
    linked = line.past_linking(here.at)
    names = line.isa(linked, "in") or line.norm(linked) in line.lexicon.phrases["suburb_cue"] or line.phrase(linked, "postcode_cue")[0]
    at = linked if names else here.at
    after = _past_cue(line, here, at)
    if after == at:
        return False
    here.pass_over(_past_is(line, after) - here.at)
    return True


def _past_cue(line: Line, here: Place, at: int) -> int:
    """The index after a word at `at` that names the next part; `at` for none, or a part that was said."""
    norm, opens = line.norms[at], not here.segments[-1]
    _, after = line.phrase(at, "postcode_cue")
    if after > at:
        return at if here.parts.postcode else after
    cues_state = norm in line.lexicon.phrases["state_cue"] and line.phrase(_past_is(line, at + 1), "states")[0]
    cues_town = norm in line.lexicon.phrases["suburb_cue"] and opens and _announces_town(line, at)
    in_place = line.isa(at, "in") and opens and line.is_word(at + 1) and not line.ends(at + 1)
    return at + 1 if cues_state or cues_town or in_place else at


def _announces_town(line: Line, at: int) -> bool:
    """Whether the label of a town holds its "is", has one behind it, or stands alone: "the suburb's Kew", "suburb of Kew", "the suburb, Kew"."""
    alone = line.norm(at + 1) == "," and line.isa(at - 1, "the")
    return line.phrase(at, "suburb_cue")[0] != line.norms[at] or line.isa(at + 1, "labelling") or alone


def _past_is(line: Line, at: int) -> int:
    return at + 1 if line.isa(at, "past_label") else at


def _house_number(line: Line, here: Place) -> bool:
    """The number after the street, or by itself, with a word that says so: "Mill Lane, number 27"."""
    label, after = line.phrase(here.at, "number_cue")
    alone = here.parts == Parts() and not here.suburb and " " not in label  # "my number is ..." may be a telephone's
    if len(label) < _NUMBER_LABEL or alone or here.parts.street_number or here.segments[-1]:
        return False
    number = house(line, after + line.isa(after, "is"))
    if number is None or (number.unit and here.parts.unit) or not (line.ends(number.end) or line.isa(number.end, "linking")):
        return False
    return here.take(number.end, street_number=number.number, unit=number.unit or here.parts.unit)


def _linked(line: Line, here: Place) -> bool:
    """What a new sentence adds: "Moonee Ponds, that's 3039", "BS7 8AD, that's Bristol", "it's flat 2"."""
    start, at = here.at, line.past_linking(here.at)
    if at >= here.size or line.lexicon.words["says_is"].isdisjoint(line.norms[start:at]):
        return False
    here.at = at
    postcode = numeric(line, at)[0] or alphanumeric(line, at)[0]
    if (postcode and agree(postcode, here.parts.state, line.lexicon.region) and _postcode(line, here)) or _unit(line, here) or _state(line, here):
        return True
    if not here.has_town and closes_with_town(line, at):
        here.segments.append([])
        return True
    here.at = start
    return False


def closes_with_town(line: Line, at: int) -> bool:
    """Whether the words from `at` on are a name, and the last that is said but for courtesies."""
    end = at
    while line.is_word(end) and not line.isa(end, "stop"):
        end += 1
    said = line.norms[at:end]
    talk = line.lexicon.words["talk"] | line.lexicon.words["lead_in"]
    named = 0 < len(said) <= _MOST_LAST_WORDS and talk.isdisjoint(said) and all(len(word) > 1 for word in said)
    return named and line.only_courtesy(end)


def _rural(line: Line, here: Place) -> bool:
    """A rural delivery after the street, kept before the town as it is written: "116 State Highway 1, RD 3, Waikanae"."""
    text, end = rural(line, here.at)
    if text:
        here.segments.append([text])
    return bool(text) and here.take(end)


def _unit(line: Line, here: Place) -> bool:
    if here.parts.unit and here.parts.unit.split()[0] in line.lexicon.units.values() and not here.parts.street_name:
        return False
    text, end, _ = unit(line, here.at, before_number=False, after_street=bool(here.parts.street_name and here.parts.street_number))
    figures = line.norm(here.at + 1)
    if not text and not here.suburb and line.isa(here.at, "fl") and figures.isdecimal() and len(figures) <= _FLOOR_FIGURES:
        text, end = f"Floor {figures}", here.at + 2  # and not Florida
    if not text or (here.suburb and line.isa(here.at, "houses")):
        return False
    return here.take(end, unit=f"{here.parts.unit}, {text}" if here.parts.unit else text)


def _state(line: Line, here: Place) -> bool:
    code, end = line.phrase(here.at, "states")
    if not code or here.parts.state:
        return False
    is_town = " ".join(line.norms[here.at : end]) in line.lexicon.city_states and not here.has_town
    after_postcode = bool(here.parts.postcode) and here.end == here.at and here.suburb == "" and not is_town
    stands = after_postcode or state_stands(line, here.at, end, town_said=here.has_town)
    return stands and here.take(end, state=code)


def _postcode(line: Line, here: Place) -> bool:
    if here.parts.postcode:
        return False
    postcode, end = numeric(line, here.at)
    if not postcode:
        postcode, end = alphanumeric(line, here.at)
    figures = line.norms[here.at]
    # What is said where a postcode stands is kept, right or wrong: the check refuses it, and the caller is asked again.
    placed = here.parts.state or (here.suburb and len(figures) >= _WHOLE_CODE)
    if not postcode and line.is_written(here.at) and len(figures) in _POSTCODE_FIGURES and placed:
        postcode, end = figures, here.at + 1
    return bool(postcode) and here.take(end, postcode=postcode)


def _country(line: Line, here: Place) -> bool:
    code, end = line.phrase(here.at, "countries")
    stands = code and not here.parts.country and (line.ends(end) or line.number_starts(end)) and here.at > 0
    return bool(stands) and here.take(end, country=code)


_READERS = (_coded, _house_number, _linked, _rural, _unit, _state, _postcode, _country)
"""What reads one part, in the order of how plainly its words say which part it is."""
