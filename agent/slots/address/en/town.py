"""What follows a street, in whatever order it is said: a unit, town or suburb, state, postcode, country."""

import msgspec

from agent.nlu.effort import spend
from agent.nlu.numerals.numbers import digit_group
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.postcode import alphanumeric, numeric
from agent.slots.address.en.street import written
from agent.slots.address.en.unit import rural, unit
from agent.slots.address.places import agree

_TOWN = 150
"""Units of effort that it takes to look for one."""
_MOST_SUBURB_WORDS = 6
_MOST_SEGMENTS = 3
_MOST_FIGURES = 6
_MOST_LINKING = 4
_FLOOR_FIGURES = 3
_MOST_LAST_WORDS = 3
_NUMBER_LABEL = 3
"""Letters that a word has which announces a house number by itself; "no" is more often a denial."""


class _Town:
    """The parts as they come, and where the reader stands."""

    def __init__(self, parts: Parts, at: int, size: int, doubled: frozenset[str]) -> None:
        self.parts = parts
        self.at = at
        self.size = size
        self.doubled = doubled
        self.end = at
        self.segments: list[list[str]] = [[]]

    @property
    def suburb(self) -> str:
        """The town, what the caller or the recogniser said twice once."""
        said = [segment for segment in (_once(segment, self.doubled) for segment in self.segments) if segment]
        return ", ".join(" ".join(segment) for at, segment in enumerate(said) if not at or segment != said[at - 1])

    def take(self, end: int, **parts: str) -> None:
        self.parts = msgspec.structs.replace(self.parts, **parts)
        self.at = self.end = end


def town(line: Line, at: int, parts: Parts, *, until: int | None = None) -> tuple[Parts, int]:
    """`parts` with what is said from `at` on, and the index after the last word of it. `until`: where the next thing begins."""
    spend(_TOWN)
    size = line.size if until is None else until
    here = _Town(parts, at, size, line.lexicon.doubled)
    while here.at < size:
        if line.norms[here.at] == ",":
            here.at += 1
            here.segments.append([])
            continue
        if any(reads(line, here) for reads in _READERS):
            continue
        if here.parts.postcode and (here.suburb or here.parts.suburb) and not here.segments[-1]:
            break
        if not _suburb(line, here):
            break
    suburb = here.suburb
    return (msgspec.structs.replace(here.parts, suburb=suburb) if suburb else here.parts), here.end


def _once(segment: list[str], doubled: frozenset[str]) -> list[str]:
    """A name that is nothing but the same words twice, once: "Preston Preston"; "Wagga Wagga" as it is."""
    half = len(segment) // 2
    folded = [word.casefold() for word in segment]
    return segment[:half] if half and folded[:half] == folded[half:] and folded[0] not in doubled else segment


def _coded(line: Line, here: _Town) -> bool:
    """A word that names the next part: "postcode three one two one", "suburb of Richmond", "in"."""
    start = here.at
    here.at = _past_linking(line, here.at)
    if _cued(line, here):
        return True
    here.at = start
    return False


def _house_number(line: Line, here: _Town) -> bool:
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


def _linked(line: Line, here: _Town) -> bool:
    """What a new sentence adds: "Moonee Ponds, that's 3039", "BS7 8AD, that's Bristol", "it's flat 2"."""
    start, at = here.at, here.at
    while at - start < _MOST_LINKING and line.norm(at) in line.lexicon.linking:
        at += 1
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
    return named and all(norm in line.lexicon.courtesy or not norm[0].isalnum() for norm in line.norms[end:])


def _past_linking(line: Line, at: int) -> int:
    """Past "and it's", "the", when a word that names the next part follows; `at` otherwise."""
    after = at
    while after - at < _MOST_LINKING and line.norm(after) in line.lexicon.linking:
        after += 1
    names = line.norm(after) == "in" or line.norm(after) in line.lexicon.suburb_cue or line.phrase(after, line.lexicon.postcode_cue)[1] > after
    return after if names else at


def _cued(line: Line, here: _Town) -> bool:
    norm = line.norms[here.at]
    _, after = line.phrase(here.at, line.lexicon.postcode_cue)
    if after == here.at and norm in line.lexicon.state_cue and line.phrase(_past_is(line, here.at + 1), line.lexicon.states)[0]:
        after = here.at + 1
    alone = line.norm(here.at + 1) == "," and line.norm(here.at - 1) == "the"  # "the suburb, Preston"
    names_town = norm in line.lexicon.suburb_is or (norm in line.lexicon.suburb_cue and (line.norm(here.at + 1) in ("of", "is") or alone))
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


def _past_is(line: Line, at: int) -> int:
    return at + 1 if line.norm(at) in ("is", "of", "code", ":", ",") else at


def _rural(line: Line, here: _Town) -> bool:
    """A rural delivery after the street, kept before the town as it is written: "116 State Highway 1, RD 3, Waikanae"."""
    text, end = rural(line, here.at)
    if not text:
        return False
    here.segments += [[text], []]
    here.at = here.end = end
    return True


def _unit(line: Line, here: _Town) -> bool:
    if here.parts.unit and here.parts.unit.split()[0] in line.lexicon.units.values() and not here.parts.street_name:
        return False
    text, end, _ = unit(line, here.at, before_number=False, after_street=bool(here.parts.street_name and here.parts.street_number))
    if (
        not text
        and not here.suburb
        and line.norms[here.at] == "fl"
        and line.is_written(here.at + 1)
        and len(line.norms[here.at + 1]) <= _FLOOR_FIGURES
    ):
        text, end = f"Floor {line.norms[here.at + 1]}", here.at + 2  # and not Florida
    if not text or (here.suburb and line.norms[here.at] in line.lexicon.houses):
        return False
    here.take(end, unit=f"{here.parts.unit}, {text}" if here.parts.unit else text)
    here.segments.append([])
    return True


def _state(line: Line, here: _Town) -> bool:
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


def state_stands(line: Line, at: int, end: int, *, town_said: bool) -> bool:
    """Whether the words from `at` to `end`, which name a state, name it here, and are neither a town's name nor another word."""
    following = line.norm(end)
    _, country = line.phrase(end, line.lexicon.countries)
    _, cue = line.phrase(end, line.lexicon.postcode_cue)
    closes = line.ends(end) or line.number_starts(end) or country > end or cue > end or bool(alphanumeric(line, end)[0])
    if not closes:
        return False
    name = " ".join(line.norms[at:end])
    figures = line.is_written(end) and len(following) >= 3
    if name in line.lexicon.city_states:
        return town_said
    if name in line.lexicon.state_words:
        return town_said or figures or line.tokens[at].text.isupper()
    return True


def _postcode(line: Line, here: _Town) -> bool:
    if here.parts.postcode:
        return False
    postcode, end = numeric(line, here.at)
    if not postcode:
        postcode, end = alphanumeric(line, here.at)
    figures = line.norms[here.at]
    # What is said where a postcode stands is kept, right or wrong: the check refuses it, and the caller is asked again.
    if not postcode and line.is_written(here.at) and 2 <= len(figures) <= _MOST_FIGURES and (here.parts.state or (here.suburb and len(figures) >= 4)):
        postcode, end = figures, here.at + 1
    if not postcode:
        return False
    here.take(end, postcode=postcode)
    here.segments.append([])
    return True


def _country(line: Line, here: _Town) -> bool:
    code, end = line.phrase(here.at, line.lexicon.countries)
    if not code or here.parts.country or not (line.ends(end) or line.number_starts(end)) or here.at == 0:
        return False
    here.take(end, country=code)
    here.segments.append([])
    return True


def _suburb(line: Line, here: _Town) -> bool:
    """One more word of the town's name; False where the name ends."""
    norm = line.norms[here.at]
    segment = here.segments[-1]
    said = sum(len(each) for each in here.segments)
    if said >= _MOST_SUBURB_WORDS or sum(bool(each) for each in here.segments) > _MOST_SEGMENTS or not line.is_word(here.at):
        return False
    if norm in line.lexicon.never_first and not segment:
        return False
    if said and not line.number_starts(here.at - 1) and _figures_to_end(line, here.at):
        return False  # "Chicago, sixty six": figures of a postcode; "Ninety Six" is a town
    if norm in line.lexicon.link and segment:
        if not _goes_on(line, here.at):
            return False  # "Brunswick, on the corner"
        if norm == "and" and line.norm(here.at + 1) in line.lexicon.lead_in:
            return False  # "... Newton and the gate code is 4455"
        segment.append(norm)
        here.at += 1
        return True
    if norm in line.lexicon.lead_in and line.norm(here.at + 1) in ("one", "ones"):
        return False  # "the one with the red door"
    if norm == "the" and not segment and (not line.is_word(here.at + 1) or line.ends(here.at + 1) or line.norm(here.at + 1) in line.lexicon.lead_in):
        return False  # "the old one was ..."
    if outward := _outward(line, here.at):
        segment.append(outward[0])
        here.at = here.end = outward[1]
        return True
    if (end := _cut_off(line, here.at, first=not segment)) > here.at:
        here.at = here.end = end
        return True
    if norm in line.lexicon.stop and segment[-1:] != ["St"] and not _named_like(line, here.at):
        return False
    text, end = _hyphenated(line, here.at)
    segment.append(text)
    here.at = here.end = end
    return True


def _figures_to_end(line: Line, at: int) -> bool:
    """Whether figures stand from `at` on, up to where a part may end."""
    end = at
    while (after := digit_group(line.tokens, end, "en")[1]) > end:
        end = after
    return end > at and line.ends(end)


def _outward(line: Line, at: int) -> tuple[str, int] | None:
    """The first half of a postcode, written alone at the end, and the index after it: "St John's Wood NW8"."""
    if not (line.norms[at].upper() in line.lexicon.postcode_areas and line.glued(at + 1) and line.is_written(at + 1)):
        return None
    end = at + 3 if line.is_word(at + 2) and line.glued(at + 2) and len(line.norms[at + 2]) == 1 else at + 2
    code = "".join(line.norms[at:end]).upper()
    in_one = line.glued(end) and line.norms[end][0].isalnum()
    return (code, end) if len(code) <= 4 and line.ends(end) and not in_one else None


def _goes_on(line: Line, at: int) -> bool:
    """Whether a name follows the linking words at `at`: "upon Avon", "on the Water", and not "on the corner"."""
    while line.norm(at) in line.lexicon.link:
        at += 1
    return line.is_word(at) and not line.ends(at)


def _cut_off(line: Line, at: int, *, first: bool) -> int:
    """The index after what is left of a postcode of letters and figures that was cut off ("Manchester, M thirteen nine"); `at` for none.

    It names no postcode and no town.
    """
    if not line.lexicon.postcode_shapes:
        return at
    here, letters, figures = at, 0, 0
    while here < line.size:
        figure, end = digit_group(line.tokens, here, "en")
        if figure:
            figures, here = figures + 1, end
        elif len(line.norms[here]) == 1 and line.norms[here].isalpha() and line.norms[here].isascii():
            letters, here = letters + 1, here + 1
        else:
            break
    return here if letters and line.ends(here) and (letters + figures > 1 or not first) else at


def _named_like(line: Line, at: int) -> bool:
    """Whether a word that ends an address elsewhere is a town here, its state right after it: "Mobile, Alabama"."""
    after = at + 2 if line.norm(at + 1) == "," else at + 1
    _, end = line.phrase(after, line.lexicon.states)
    return len(line.norms[at]) > 4 and end > after and state_stands(line, after, end, town_said=True)


def _hyphenated(line: Line, at: int) -> tuple[str, int]:
    direction = line.lexicon.directions.get(line.norms[at], "")
    text, end = (direction if len(line.norms[at]) == 1 and direction and line.is_word(at + 1) else written(line, at)), at + 1
    while line.norm(end) == "-" and line.glued(end) and line.glued(end + 1) and line.is_word(end + 1):
        norm = line.norm(end + 1)
        text, end = f"{text}-{norm if norm in line.lexicon.link else written(line, end + 1)}", end + 2
    return text, end


_READERS = (_coded, _house_number, _linked, _rural, _unit, _state, _postcode, _country)
"""What reads one part, in the order of how plainly its words say which part it is."""
