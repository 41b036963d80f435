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
    size = line.size if until is None else until
    here = Place(parts, at, size, line.lexicon.doubled)
    while here.at < size:
        if line.norms[here.at] == ",":
            here.at += 1
            here.segments.append([])
            continue
        if any(reads(line, here) for reads in _READERS):
            continue
        if here.parts.postcode and (here.suburb or here.parts.suburb) and not here.segments[-1]:
            break
        if not read_name(line, here):
            break
    suburb = here.suburb
    return (msgspec.structs.replace(here.parts, suburb=suburb) if suburb else here.parts), here.end


def _coded(line: Line, here: Place) -> bool:
    """A word that names the next part: "postcode three one two one", "suburb of Richmond", "in"."""
    start = here.at
    here.at = _past_linking(line, here.at)
    if _cued(line, here):
        return True
    here.at = start
    return False


def _house_number(line: Line, here: Place) -> bool:
    """The number after the street, or by itself, with a word that says so: "Mill Lane, number 27"."""
    label, after = line.phrase(here.at, line.lexicon.number_cue)
    after += line.norm(after) == "is"
    alone = here.parts == Parts() and not here.suburb and " " not in label  # "my number is ..." may be a telephone's
    if len(label) < _NUMBER_LABEL or alone or here.parts.street_number or here.segments[-1]:
        return False
    number = house(line, after)
    if number is None or (number.unit and here.parts.unit) or not (line.ends(number.end) or line.norm(number.end) in line.lexicon.linking):
        return False
    here.take(number.end, street_number=number.number, unit=number.unit or here.parts.unit)
    here.segments.append([])
    return True


def _linked(line: Line, here: Place) -> bool:
    """What a new sentence adds: "Moonee Ponds, that's 3039", "BS7 8AD, that's Bristol", "it's flat 2"."""
    start, at = here.at, line.past_linking(here.at)
    if at >= here.size or line.lexicon.says_is.isdisjoint(line.norms[start:at]):
        return False
    here.at = at
    postcode = numeric(line, at)[0] or alphanumeric(line, at)[0]
    if (postcode and agree(postcode, here.parts.state, line.lexicon.region) and _postcode(line, here)) or _unit(line, here) or _state(line, here):
        return True
    if not (here.suburb or here.parts.suburb) and closes_with_town(line, at):
        here.segments.append([])
        return True
    here.at = start
    return False


def closes_with_town(line: Line, at: int) -> bool:
    """Whether the words from `at` on are a name, and the last that is said but for courtesies."""
    end = at
    while line.is_word(end) and line.norms[end] not in line.lexicon.stop:
        end += 1
    said = line.norms[at:end]
    talk = line.lexicon.talk | line.lexicon.lead_in
    named = bool(said) and len(said) <= _MOST_LAST_WORDS and talk.isdisjoint(said) and all(len(word) > 1 for word in said)
    return named and line.only_courtesy(end)


def _past_linking(line: Line, at: int) -> int:
    """Past "and it's", "the", when a word that names the next part follows; `at` otherwise."""
    after = line.past_linking(at)
    names = line.norm(after) == "in" or line.norm(after) in line.lexicon.suburb_cue or line.phrase(after, line.lexicon.postcode_cue)[1] > after
    return after if names else at


def _cued(line: Line, here: Place) -> bool:
    norm = line.norms[here.at]
    _, after = line.phrase(here.at, line.lexicon.postcode_cue)
    if after == here.at and norm in line.lexicon.state_cue and line.phrase(_past_is(line, here.at + 1), line.lexicon.states)[0]:
        after = here.at + 1
    names_town = norm in line.lexicon.suburb_cue and _announces_town(line, here.at)
    if after == here.at and names_town and not here.segments[-1]:
        after = here.at + 1
    if after == here.at and norm == "in" and not here.segments[-1] and line.is_word(here.at + 1) and not line.ends(here.at + 1):
        after = here.at + 1
        if line.phrase(here.at, line.lexicon.states)[0] and (line.ends(after) or line.number_starts(after)):
            return False
    if after == here.at or (here.parts.postcode and line.phrase(here.at, line.lexicon.postcode_cue)[0]):
        return False
    here.at = _past_is(line, after)
    here.segments.append([])
    return True


def _announces_town(line: Line, at: int) -> bool:
    """Whether the label of a town holds its "is", has one behind it, or stands alone: "the suburb's Kew", "suburb of Kew", "the suburb, Kew"."""
    alone = line.norm(at + 1) == "," and line.norm(at - 1) == "the"
    return line.phrase(at, line.lexicon.suburb_cue)[0] != line.norms[at] or line.norm(at + 1) in ("of", "is") or alone


def _past_is(line: Line, at: int) -> int:
    return at + 1 if line.norm(at) in ("is", "of", "code", ":", ",") else at


def _rural(line: Line, here: Place) -> bool:
    """A rural delivery after the street, kept before the town as it is written: "116 State Highway 1, RD 3, Waikanae"."""
    text, end = rural(line, here.at)
    if not text:
        return False
    here.segments += [[text], []]
    here.at = here.end = end
    return True


def _unit(line: Line, here: Place) -> bool:
    if here.parts.unit and here.parts.unit.split()[0] in line.lexicon.units.values() and not here.parts.street_name:
        return False
    text, end, _ = unit(line, here.at, before_number=False, after_street=bool(here.parts.street_name and here.parts.street_number))
    if (
        not text
        and not here.suburb
        and line.norms[here.at] == "fl"
        and line.is_written(here.at + 1)
        and len(line.norm(here.at + 1)) <= _FLOOR_FIGURES
    ):
        text, end = f"Floor {line.norm(here.at + 1)}", here.at + 2  # and not Florida
    if not text or (here.suburb and line.norms[here.at] in line.lexicon.houses):
        return False
    here.take(end, unit=f"{here.parts.unit}, {text}" if here.parts.unit else text)
    here.segments.append([])
    return True


def _state(line: Line, here: Place) -> bool:
    code, end = line.phrase(here.at, line.lexicon.states)
    if not code or here.parts.state:
        return False
    is_town = " ".join(line.norms[here.at : end]) in line.lexicon.city_states and not (here.suburb or here.parts.suburb)
    after_postcode = bool(here.parts.postcode) and here.end == here.at and here.suburb == "" and not is_town
    if not after_postcode and not state_stands(line, here.at, end, town_said=bool(here.suburb or here.parts.suburb)):
        return False
    here.take(end, state=code)
    here.segments.append([])
    return True


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
    if not postcode:
        return False
    here.take(end, postcode=postcode)
    here.segments.append([])
    return True


def _country(line: Line, here: Place) -> bool:
    code, end = line.phrase(here.at, line.lexicon.countries)
    if not code or here.parts.country or not (line.ends(end) or line.number_starts(end)) or here.at == 0:
        return False
    here.take(end, country=code)
    here.segments.append([])
    return True


_READERS = (_coded, _house_number, _linked, _rural, _unit, _state, _postcode, _country)
"""What reads one part, in the order of how plainly its words say which part it is."""
