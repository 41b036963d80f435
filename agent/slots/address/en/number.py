"""House and unit numbers as they are said: "four oh one", "twelve hundred", "one twenty-five", "2 slash 88", "12 to 14", "31 a"."""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.address.en.limits import HOUSE_LETTERS
from agent.slots.address.en.line import Line

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
        if here >= line.size or (line.ordinal(here, after_number=bool(found))[1] > here):
            break
        figures, end = line.figures(here)
        if not figures or (found and _names_street(line, end)):
            break
        written = line.is_written(here)
        if found and written != found[-1].written and figures.strip("0"):
            break
        found.append(Group(figures, here, end, written))
        at = end
    while found and not found[0].written and line.norm(found[0].start) in ("o", "oh"):
        found.pop(0)
    return found


def _names_street(line: Line, end: int) -> bool:
    """Whether the figures before `end` are a street's name: "72 2 Street", "98 104 NW Street", "sixty | Ten Mile Lane"."""
    if line.norm(end) == "mile":
        return True
    after = end + 1 if line.norm(end) in line.lexicon.directions else end
    return line.is_written(end - 1) and line.norm(after) in line.lexicon.types and not (line.norm(after) == "st" and line.is_word(after + 1))


def house(line: Line, at: int, *, unit_said: bool = False) -> House | None:
    """The house number at `at`. `unit_said`: a word like "unit" stands before, so that the first groups are the unit's."""
    if line.norm(at) in ("#",):
        at += 1
    said = groups(line, at)
    if not said:
        return None
    found = _with_unit(line, said) if unit_said else _alone(line, said)
    if found is None:
        return None
    found = _half(line, found, said) or _slashed(line, found)
    found = _ranged(line, found)
    return _lettered(line, found) if found.number.strip("0-") else None


def _alone(line: Line, said: Sequence[Group]) -> House | None:
    last = said[-1]
    if last.written and len(said) > 2 and all(len(group.figures) == 1 for group in said):
        return House("", "".join(group.figures for group in said), last.end)
    if last.written:
        if len(last.figures) > _MOST_FIGURES:
            return None
        before = said[-2] if len(said) == 2 else None
        if before and len(before.figures) <= _UNIT_FIGURES and line.lexicon.slash_unit and before.figures[0] != "0" != last.figures[0]:
            return House(before.figures, last.figures, last.end, ("", before.figures + last.figures))
        return House("", last.figures, last.end)
    whole = "".join(group.figures for group in said)
    if len(whole) > _MOST_FIGURES:
        return None
    split = len(said) == 2 and len(said[0].figures) <= 2 and len(last.figures) == 2 and last.figures[0] != "0"
    # "One twenty-five" is 1/25 as well where units stand before a slash; elsewhere nobody says a unit so.
    other = (said[0].figures, last.figures) if split and line.lexicon.slash_unit else None
    return House("", whole, last.end, other)


def _with_unit(line: Line, said: Sequence[Group]) -> House | None:
    """Unit and number without a pause between: "unit two eighty-eight King Street" is unit 2, number 88."""
    if len(said) < 2:
        return None
    figures = [group.figures for group in said]
    end = said[-1].end
    if len(said) == 2:
        return House(figures[0], figures[1], end)
    if all(len(each) == 1 for each in figures):
        return House(figures[0], "".join(figures[1:]), end)
    if len(figures[0]) > 1 and figures[1] != "0" and all(len(each) == 1 for each in figures[1:]):
        return House(figures[0], "".join(figures[1:]), end)  # "flat twelve one seven five": said in one, and then figure by figure
    if len(said) == 3 and len(figures[1]) == 1 and figures[1] != "0" and len(figures[0]) == 1:
        return House(figures[0], figures[1] + figures[2], end, (figures[0] + figures[1], figures[2]))
    if len(said) == 3 and len(figures[1]) == 1 and figures[1] != "0" and len(figures[0]) == len(figures[2]) == 2:
        return House(figures[0], figures[1] + figures[2], end)  # "twelve, three forty-four"
    return House("".join(figures[:-1]), figures[-1], end)


def _half(line: Line, found: House, said: Sequence[Group]) -> House | None:
    """ "12 1/2", "twelve and a half": a house squeezed in between two numbers."""
    at = found.end
    if len(said) > 1 and said[-1].figures == "1" and line.norms[at : at + 2] == ["/", "2"]:
        return House("", f"{''.join(group.figures for group in said[:-1])} 1/2", at + 2)
    if line.norms[at : at + 3] == ["and", "a", "half"]:
        return House(found.unit, f"{found.number} 1/2", at + 3)
    return None


def _slashed(line: Line, found: House) -> House:
    """ "2/88", "two slash eighty-eight"."""
    at = found.end
    _, after = line.phrase(at, line.lexicon.slash)
    if line.norm(at) == "/" or (line.norm(at) == "on" and line.lexicon.slash_unit):  # "four on twelve"
        after = at + 1
    if after == at:
        return found
    following = groups(line, after)
    if not following:
        return found
    following = following[:1] if following[0].written else following
    number = "".join(group.figures for group in following)
    unit = found.unit + found.number if found.other else found.number
    return House(unit, number, following[-1].end) if len(number) <= _MOST_FIGURES else found


def _ranged(line: Line, found: House) -> House:
    """ "12-14", "twelve to fourteen"; after "to" only upwards."""
    sign = line.norm(found.end)
    sign = "-" if sign in ("dash", "hyphen") else sign
    if sign not in ("-", "to", "through"):
        return found
    following = groups(line, found.end + 1)
    if not following:
        return found
    following = following[:1] if following[0].written else following
    until = "".join(group.figures for group in following)
    first = int("".join(filter(str.isdigit, found.number)) or 0)
    upwards = len(until) <= _MOST_FIGURES and first < int(until) <= first + _WIDEST_RANGE
    written = sign == "-" and len(until) <= _MOST_FIGURES
    return House(found.unit, f"{found.number}-{until}", following[-1].end, None) if upwards or written else found


def _lettered(line: Line, found: House) -> House:
    """ "12a"; apart from the figures only where the street follows, and never a direction: "12 e main street"."""
    at = found.end
    letter = line.norm(at)
    if len(letter) != 1 or not letter.isascii() or not letter.isalpha():
        return found
    if line.glued(at) and line.is_written(at - 1):
        return found._replace(number=found.number + letter.upper(), end=at + 1)
    following = line.norm(at + 1)
    named = line.is_word(at + 1) and len(following) > 1 and following not in line.lexicon.types and following not in line.lexicon.stop
    if following != "," and (letter not in HOUSE_LETTERS or letter == "e" or not named):
        return found
    return found._replace(number=found.number + letter.upper(), end=at + 1)
