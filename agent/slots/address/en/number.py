"""House and unit numbers as they are said: "four oh one", "twelve hundred", "one twenty-five", "2 slash 88", "12 to 14", "31 a"."""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.address.en.line import Line
from agent.slots.address.weights import HOUSE_LETTERS

_MOST_FIGURES = 6
"""Of a house number."""
_MOST_GROUPS = 8
_UNIT_FIGURES = 4
_WIDEST_RANGE = 200
"""Houses between the first and the last number of one address."""


class Group(NamedTuple):
    """What is said in one piece: "four", "oh", "twenty-five", "twelve hundred", "401"."""

    figures: str
    start: int
    end: int
    written: bool


class House(NamedTuple):
    """A number, and the unit said with it; `other` is (unit, number) read the other way, when both are plausible."""

    unit: str
    number: str
    end: int
    other: tuple[str, str] | None = None


def groups(line: Line, at: int) -> list[Group]:
    """The groups from `at` on, as far as they may be one number, or a unit and a number.

    They end before an ordinal ("one oh one | forty-second street") and where words follow figures ("85 | five mile road").
    """
    found: list[Group] = []
    while len(found) < _MOST_GROUPS:
        here = at + 1 if found and not found[-1].written and line.norm(at) == "-" else at
        if here >= line.size or line.ordinal(here, after_number=bool(found))[1] > here:
            break
        figures, end = line.figures(here)
        written = line.is_written(here)
        if not figures or (found and (_names_street(line, end) or (written != found[-1].written and figures.strip("0")))):
            break
        found.append(Group(figures, here, end, written))
        at = end
    while found and not found[0].written and line.isa(found[0].start, "noughts"):
        found.pop(0)
    return found


def figures_of(said: Sequence[Group]) -> str:
    return "".join([group.figures for group in said])


def one_number(line: Line, at: int) -> tuple[str, int]:
    """The figures of one number at `at`, and the index after it; ("", at) for none. Of several written in a row the first is one."""
    said = groups(line, at)
    said = said[:1] if said and said[0].written else said
    return figures_of(said), said[-1].end if said else at


def _names_street(line: Line, end: int) -> bool:
    """Whether the figures before `end` are a street's name: "72 2 Street", "98 104 NW Street", "sixty | Ten Mile Lane"."""
    if line.isa(end, "mile"):
        return True
    after = end + 1 if line.norm(end) in line.lexicon.directions else end
    return line.is_written(end - 1) and line.norm(after) in line.lexicon.types and not (line.isa(after, "st") and line.is_word(after + 1))


def house(line: Line, at: int, *, unit_said: bool = False) -> House | None:
    """The house number at `at`. `unit_said`: a word like "unit" stands before, so that the first groups are the unit's."""
    said = groups(line, at + (line.norm(at) == "#"))
    found = (_with_unit(said) if unit_said else _alone(line, said)) if said else None
    if found is None:
        return None
    found = _ranged(line, _half(line, found, said) or _slashed(line, found))
    return _lettered(line, found) if found.number.strip("0-") else None


def _alone(line: Line, said: Sequence[Group]) -> House | None:
    first, last, whole = said[0].figures, said[-1].figures, figures_of(said)
    end, two = said[-1].end, len(said) == 2
    if said[-1].written and (len(said) < 3 or any(len(group.figures) > 1 for group in said)):
        if len(last) > _MOST_FIGURES:
            return None
        if two and len(first) <= _UNIT_FIGURES and line.lexicon.slash_unit and first[0] != "0" != last[0]:
            return House(first, last, end, ("", whole))
        return House("", last, end)
    # "One twenty-five" is 1/25 as well where units stand before a slash; elsewhere nobody says a unit so.
    split = two and len(first) <= 2 and len(last) == 2 and last[0] != "0" and line.lexicon.slash_unit
    return House("", whole, end, (first, last) if split else None) if len(whole) <= _MOST_FIGURES else None


def _with_unit(said: Sequence[Group]) -> House | None:
    """Unit and number without a pause between: "unit two eighty-eight King Street" is unit 2, number 88."""
    if len(said) < 2:
        return None
    (first, *rest), end = [group.figures for group in said], said[-1].end
    if len(rest) == 1 or all(len(each) == 1 for each in rest):
        return House(first, "".join(rest), end)  # "flat twelve one seven five": said in one, and then figure by figure
    if len(rest) == 2 and len(rest[0]) == 1 and rest[0] != "0" and len(first) in (1, len(rest[1])):  # "twelve, three forty-four"
        return House(first, "".join(rest), end, (first + rest[0], rest[1]) if len(first) == 1 else None)
    return House(figures_of(said[:-1]), rest[-1], end)


def _half(line: Line, found: House, said: Sequence[Group]) -> House | None:
    """ "12 1/2", "twelve and a half": a house squeezed in between two numbers."""
    at = found.end
    if len(said) > 1 and said[-1].figures == "1" and line.norms[at : at + 2] == ["/", "2"]:
        return House("", f"{figures_of(said[:-1])} 1/2", at + 2)
    return House(found.unit, f"{found.number} 1/2", at + 3) if line.phrase(at, "half")[1] > at else None


def _slashed(line: Line, found: House) -> House:
    """ "2/88", "two slash eighty-eight"."""
    at = found.end
    _, after = line.phrase(at, "slash")
    if line.norm(at) == "/" or (line.isa(at, "on") and line.lexicon.slash_unit):  # "four on twelve"
        after = at + 1
    number, end = one_number(line, after) if after > at else ("", at)
    return House(found.number, number, end) if 0 < len(number) <= _MOST_FIGURES else found


def _ranged(line: Line, found: House) -> House:
    """ "12-14", "twelve to fourteen"; after "to" only upwards."""
    climbs = line.isa(found.end, "climbing")
    until, end = one_number(line, found.end + 1) if climbs or line.isa(found.end, "dashes") else ("", 0)
    if not 0 < len(until) <= _MOST_FIGURES:
        return found
    first = int("".join(filter(str.isdigit, found.number)) or 0)
    upwards = first < int(until) <= first + _WIDEST_RANGE
    return House(found.unit, f"{found.number}-{until}", end) if upwards or not climbs else found


def _lettered(line: Line, found: House) -> House:
    """ "12a", "12 b for bravo"; apart from the figures only where the street follows, and never a direction: "12 e main street"."""
    at = found.end
    told, end = line.told_letter(at)
    if told and "/" not in found.number:
        return found._replace(number=found.number + told.upper(), end=end + (line.norm(end) == "," and line.is_word(end + 1)))
    letter, following = line.letter(at), line.norm(at + 1)
    named = line.is_word(at + 1) and len(following) > 1 and following not in line.lexicon.types and following not in line.lexicon.words["stop"]
    apart = following == "," or (letter in HOUSE_LETTERS and letter != "e" and named)
    if letter and (apart or (line.glued(at) and line.is_written(at - 1))):
        return found._replace(number=found.number + letter.upper(), end=at + 1)
    return found
