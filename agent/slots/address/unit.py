"""Units: the parts of a building that stand before a house number or after a street ("Apt 4B", "Level 3", "top floor flat")."""

from agent.slots.address.line import Line, with_suffix
from agent.slots.address.number import groups
from agent.slots.address.street import written

_ROUTE_FIGURES = 3


def unit(line: Line, at: int, *, before_number: bool, after_street: bool = False) -> tuple[str, int, bool]:
    """A part of a building at `at`: ("Apt 4B", the index after it, False), ("", at, False) for none.

    The last is True when the house number is said in the same run of numbers ("unit two eighty-eight"), which then begins after the label.
    """
    norm = line.norm(at)
    if floor := _floor(line, at):
        return (*floor, False)
    label = "#" if norm == "number" and after_street else line.lexicon.units.get(norm)
    if label is None:
        return "", at, False
    here = at + 1
    if line.norm(here) == "-":
        here += 1
    _, here = line.phrase(here, line.lexicon.number_cue)
    if line.norm(here) in ("#", "is"):
        here += 1
    said = groups(line, here)
    if said:
        after = _unit_letter(line, "", said[-1].end)[1]
        closes = line.ends(after) or line.norm(after) in ("/", "slash") or line.norm(after) in line.lexicon.units or _floor(line, after) is not None
        runs_on = before_number and len(said) > 1 and not closes
        if runs_on:
            return label, here, True
        figures, end = "".join(group.figures for group in said), said[-1].end
        if len(figures) > 5:
            return "", at, False
        figures, end = _unit_letter(line, figures, end)
        return _labelled(label, figures), end, False
    letter = line.norm(here)
    if len(letter) == 1 and letter.isascii() and letter.isalpha() and label != "#":
        if line.is_written(here + 1) and (line.glued(here + 1) or (line.norm(here + 1) == "-" and line.is_written(here + 2))):
            end = here + 2 if line.is_written(here + 1) else here + 3
            return f"{label} {letter.upper()}{line.norm(end - 1)}", end, False
        code_word = 3 if line.norm(here + 1) == "as" and line.norm(here + 2) == "in" and line.is_word(here + 3) else 0
        return f"{label} {letter.upper()}", here + 1 + code_word, False
    return (label, here, False) if norm in line.lexicon.bare_units else ("", at, False)


def rural(line: Line, at: int) -> tuple[str, int]:
    """A rural route, with the box on it when one is said: ("RR 2 Box 45", the index after it); ("", at) for none."""
    name, here = line.phrase(at, line.lexicon.rural)
    if not name:
        return "", at
    here += line.norm(here) in ("#", "number", "no")
    route = groups(line, here)
    figures = "".join(group.figures for group in route[:1])
    if not figures or len(figures) > _ROUTE_FIGURES:
        return "", at
    end = route[0].end
    box = groups(line, end + 1 + (line.norm(end) == ",")) if "box" in (line.norm(end), line.norm(end + 1)) else []
    return (f"{name} {figures} Box {''.join(group.figures for group in box)}", box[-1].end) if box else (f"{name} {figures}", end)


def _labelled(label: str, figures: str) -> str:
    return f"#{figures}" if label == "#" else f"{label} {figures}"


def _unit_letter(line: Line, figures: str, end: int) -> tuple[str, int]:
    """ "4 b", "4-B": the letter that belongs to a unit's number."""
    here = end + 1 if line.norm(end) == "-" else end
    letter = line.norm(here)
    is_letter = len(letter) == 1 and letter.isascii() and letter.isalpha()
    if is_letter and (line.glued(here) or letter not in "nsew" or line.ends(here + 1)) and letter != "i":
        return figures + letter.upper(), here + 1
    return figures, end


def _floor(line: Line, at: int) -> tuple[str, int] | None:
    """ "third floor", "ground level"."""
    value, end = line.ordinal(at, after_number=True)
    if value and line.norm(end) in line.lexicon.floors:
        return _floor_flat(line, f"{with_suffix(value)} {line.lexicon.units[line.norm(end)]}", end + 1)
    if line.norm(at) in line.lexicon.lower_floors and line.norm(at + 1) in line.lexicon.floors:
        return _floor_flat(line, f"{written(line, at)} {line.lexicon.units[line.norm(at + 1)]}", at + 2)
    return None


def _floor_flat(line: Line, floor: str, end: int) -> tuple[str, int]:
    """ "top floor flat": what number follows is the house's."""
    return (f"{floor} Flat", end + 1) if line.norm(end) == "flat" else (floor, end)
