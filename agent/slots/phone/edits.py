"""Corrections, typed: what an edit does to a number that is held, or was just said.

Patch    a named part is these digits: "the last two are four two", "556 in the middle"
Replace  these digits for those: "416, not 415"
Turn     two digits in the other order: "you swapped the last two"
amend    digits alone, after "no": where they go is found by what they match ("202 555 1", then "555 2143")

A part that fits in more than one place fits in none: the caller is asked, never second-guessed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.edits import Patch, Replace, Turn
from agent.slots.phone.numbering import Fit, Plan

_ENDS, _STARTS = ["last", "ends", "at_end"], ["first", "starts", "at_start"]


class Place(NamedTuple):
    """A part of a number: the end, the start, the middle, the area, one digit; how many digits, when that was said."""

    where: str
    many: int = 0
    named: bool = False
    """The words alone speak of a number's part: "ends in", "the last digit"."""

    @property
    def is_end(self) -> bool:
        return self.where in _ENDS


Edit = Patch[Place] | Replace[str] | Turn[Place]


def apply(edit: Edit, parts: Sequence[str]) -> str | None:
    """The digits of a number, given in its groups, with the edit carried out; None when it fits nowhere or changes nothing."""
    whole = "".join(parts)
    match edit:
        case Patch(_, "") | Replace("", _) | Replace(_, ""):
            return None
        case Replace(old, new, in_one_breath):
            fits = len(old) == len(new) and not (in_one_breath and old + new in whole)
            at = _only(whole, old, _starts(parts)) if fits else -1
        case Patch(place, new, wrong):
            fits = len(new) <= len(whole) // 2 + 1 and (place.many in (0, len(new)) or place.where.startswith("nth"))
            at, old = _locate(place, len(new), parts) if fits else -1, new
            if len(wrong) == len(new) and whole[at : at + len(new)] != wrong:
                return None
        case Turn(place):
            at, old = _locate(place, 2, parts), "00"
            new = whole[at : at + 2][::-1]
    if at < 0 or at + len(old) > len(whole):
        return None
    edited = whole[:at] + new + whole[at + len(old) :]
    return None if edited == whole else edited


def _locate(place: Place, size: int, parts: Sequence[str]) -> int:
    """Where a part of `size` digits begins, -1 for nowhere; places bear the names of the words for them."""
    length, middle = sum(map(len, parts)), len(parts) // 2
    one = size == 1 and 0 < place.many <= length
    central = len(parts) % 2 and len(parts) > 1 and len(parts[middle]) == size
    where = {
        **dict.fromkeys(_ENDS, length - size),
        **dict.fromkeys(_STARTS, 0),
        **dict.fromkeys(("middle", "in_middle"), _starts(parts)[middle] if central else -1),
        "area_code": 0 if size == len(parts[0]) else -1,
        "nth": place.many - 1 if one else -1,
        "nth_last": length - place.many if one else -1,
    }
    return where[place.where]


def _starts(parts: Sequence[str]) -> list[int]:
    return [sum(map(len, parts[:index])) for index in range(len(parts))]


def _only(whole: str, old: str, starts: Sequence[int]) -> int:
    """The one place where `old` stands, or the one that begins a group; -1 for none or several."""
    places = [at for at in range(len(whole)) if whole.startswith(old, at)] if len(old) < len(whole) else []
    if len(places) > 1 and len(old) > 1:
        places = [at for at in places if at in starts]
    return places[0] if len(places) == 1 else -1


def amend(parts: Sequence[str], said: str, plan: Plan, *, just_said: bool = True) -> str:
    """The number of `parts` with `said` in the place it corrects; `said` alone where several places are as likely, or none is.

    What was `just_said` is rather corrected at its end, what was read back in one of its groups.
    """
    if plan.fit(said) is not Fit.SHORT:
        return said
    whole, starts = "".join(parts), {*_starts(parts), sum(map(len, parts))}
    likely: list[tuple[tuple[bool, bool, float, bool, int], str]] = []
    for at in range(len(whole) + 1):
        overlap = min(len(whole) - at, len(said))
        changed = sum(old != new for old, new in zip(whole[at:], said, strict=False))
        if overlap and not 0 < changed <= max(1, overlap // 2):
            continue
        edited, end = whole[:at] + said + whole[at + len(said) :], at + len(said)
        complete = plan.is_valid(edited)
        if complete or (end >= len(whole) and overlap and at in starts):
            worse = (not complete, not (just_said and end == len(whole)), changed / overlap if overlap else 1.0, at not in starts, -overlap)
            likely.append((worse, edited))
    likely.sort()
    tied = len(likely) > 1 and likely[0][0] == likely[1][0] and likely[0][1] != likely[1][1]
    return said if tied or not likely else likely[0][1]
