"""The name of a town or suburb, word by word: "St Kilda East", "Stratford upon Avon", "Ponsonby, Auckland"."""

import msgspec

from agent.slots.address.en.line import Line
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.postcode import alphanumeric
from agent.slots.address.en.street_words import joined

_MOST_WORDS = 6
_MOST_SEGMENTS = 3
"""Names between commas: suburb, town, county."""
_OUTWARD = 4
"""Characters of the first half of a postcode of letters and figures."""
_FEWEST_LETTERS = 5
"""Of a town that is called like a word of the talk: "Mobile"."""
_WRITTEN_CODE = 3
"""Figures that are a postcode behind a state's short form: "me 041"."""


class Place:
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

    @property
    def has_town(self) -> bool:
        return bool(self.suburb or self.parts.suburb)

    def pass_over(self, count: int) -> None:
        """Go on behind tokens that are no part of the address; a name that follows is another one."""
        self.at += count
        self.segments.append([])

    def take(self, end: int, **parts: str) -> bool:
        """Take parts that end before `end`; always true, as what a reader says that has read something."""
        self.parts = msgspec.structs.replace(self.parts, **parts)
        self.at = self.end = end
        self.segments.append([])
        return True


def _once(segment: list[str], doubled: frozenset[str]) -> list[str]:
    """A name that is nothing but the same words twice, once: "Preston Preston"; "Wagga Wagga" as it is."""
    half = len(segment) // 2
    folded = [word.casefold() for word in segment]
    return segment[:half] if half and folded[:half] == folded[half:] and folded[0] not in doubled else segment


def read_name(line: Line, here: Place) -> bool:
    """One more word of the town's name; False where the name ends."""
    norm, segment = line.norms[here.at], here.segments[-1]
    if not _may_go_on(line, here):
        return False
    if norm in line.lexicon.words["link"] and segment:
        segment.append(norm)
        here.at += 1
        return True
    text, end = _outward(line, here.at)
    if not text and (cut_off := _cut_off(line, here.at, first=not segment)) > here.at:
        here.at = here.end = cut_off
        return True
    if not text:
        if norm in line.lexicon.words["stop"] and segment[-1:] != ["St"] and not _named_like(line, here.at):
            return False
        text, end = _word(line, here.at)
    segment.append(text)
    here.at = here.end = end
    return True


def _may_go_on(line: Line, here: Place) -> bool:
    """Whether what stands next may be a word of the name at all."""
    known, at, segment = line.lexicon, here.at, here.segments[-1]
    norm, following = line.norms[at], line.norm(at + 1)
    said = sum(len(each) for each in here.segments)
    if said >= _MOST_WORDS or sum(bool(each) for each in here.segments) > _MOST_SEGMENTS or not line.is_word(at):
        return False
    if said and not line.number_starts(at - 1) and _figures_to_end(line, at):
        return False  # "Chicago, sixty six": figures of a postcode; "Ninety Six" is a town
    if norm in known.words["link"] and segment:  # not "Brunswick, on the corner", and not "... Newton and the gate code is 4455"
        return _goes_on(line, at) and not (line.isa(at, "and") and following in known.words["lead_in"])
    if segment:
        return not (norm in known.words["lead_in"] and line.isa(at + 1, "ones"))
    # "the old one was ..."
    described = line.isa(at, "the") and (not line.is_word(at + 1) or line.ends(at + 1) or following in known.words["lead_in"])
    return norm not in known.words["never_first"] and not described and not (norm in known.words["lead_in"] and line.isa(at + 1, "ones"))


def _figures_to_end(line: Line, at: int) -> bool:
    """Whether figures stand from `at` on, up to where a part may end."""
    end = at
    while (after := line.figures(end)[1]) > end:
        end = after
    return end > at and line.ends(end)


def _outward(line: Line, at: int) -> tuple[str, int]:
    """The first half of a postcode, written alone at the end, and the index after it: "St John's Wood NW8"; ("", at) for none."""
    if not (line.norms[at].upper() in line.lexicon.postcode_areas and line.glued(at + 1) and line.is_written(at + 1)):
        return "", at
    end = at + 3 if line.letter(at + 2) and line.glued(at + 2) else at + 2
    code = "".join(line.norms[at:end]).upper()
    in_one = line.glued(end) and line.norms[end][0].isalnum()
    return (code, end) if len(code) <= _OUTWARD and line.ends(end) and not in_one else ("", at)


def _goes_on(line: Line, at: int) -> bool:
    """Whether a name follows the linking words at `at`: "upon Avon", "on the Water", and not "on the corner"."""
    while line.isa(at, "link"):
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
        figure, end = line.figures(here)
        if figure:
            figures, here = figures + 1, end
        elif line.letter(here):
            letters, here = letters + 1, here + 1
        else:
            break
    return here if letters and line.ends(here) and (letters + figures > 1 or not first) else at


def _named_like(line: Line, at: int) -> bool:
    """Whether a word that ends an address elsewhere is a town here, its state right after it: "Mobile, Alabama"."""
    after = at + 2 if line.norm(at + 1) == "," else at + 1
    _, end = line.phrase(after, "states")
    return len(line.norms[at]) >= _FEWEST_LETTERS and end > after and state_stands(line, after, end, town_said=True)


def state_stands(line: Line, at: int, end: int, *, town_said: bool) -> bool:
    """Whether the words from `at` to `end`, which name a state, name it here, and are neither a town's name nor another word."""
    following = line.norm(end)
    _, country = line.phrase(end, "countries")
    _, cue = line.phrase(end, "postcode_cue")
    closes = line.ends(end) or line.number_starts(end) or country > end or cue > end or bool(alphanumeric(line, end)[0])
    if not closes:
        return False
    name = " ".join(line.norms[at:end])
    figures = line.is_written(end) and len(following) >= _WRITTEN_CODE
    if name in line.lexicon.city_states:
        return town_said
    if name in line.lexicon.state_words:
        return town_said or figures or line.tokens[at].text.isupper()
    return True


def _word(line: Line, at: int) -> tuple[str, int]:
    direction = line.lexicon.directions.get(line.norms[at])
    if direction and len(line.norms[at]) == 1 and line.is_word(at + 1):
        return direction, at + 1
    return joined(line, at)
