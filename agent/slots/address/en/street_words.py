"""The words of a street's name: how each is written, and where the name cannot go on."""

from agent.slots.address.en.line import Line
from agent.slots.address.en.number_words import ordinal_name, wording

_AFTER_SAINT = 2
"""How many words further another type stands, where "st" is Saint: "Old St Kilda Road"."""
_MOST_FIGURES = 3
"""Of a street whose name is a number."""
_FEWEST_LETTERS = 3
"""Of a saint's name."""
_CAPITALS = 3
"""A word of more letters than these is written in capitals only by somebody who writes all in capitals."""


def written(line: Line, at: int) -> str:
    """One word of a name as it is written: "o'neill" is O'Neill, "saint" St; capitals that were there stay."""
    token = line.tokens[at]
    if line.isa(at, "saint") and line.is_word(at + 1):
        return "St"
    text = token.text.rstrip("'")
    small = text.lower()
    if small != text and not (text.isupper() and len(text) > _CAPITALS):
        return text
    head, mark, rest = small.partition("'")
    return head.capitalize() + mark + (rest if len(rest) < 2 else rest.capitalize())


def name_of(line: Line, start: int, end: int) -> str:
    """The words from `start` to `end` as a name is written."""
    return " ".join(written(line, at) for at in range(start, end))


def name_word(line: Line, at: int, *, first: bool, begins: bool) -> tuple[str, int]:
    """One word of a street's name, with the index after it; ("", at) where the name cannot go on. `first`: only directions stand before."""
    norm, following, known = line.norm(at), line.norm(at + 1), line.lexicon
    value, end = line.ordinal(at, after_number=True) if first else (0, at)
    if value:
        return ordinal_name(value), end
    if line.is_written(at):
        return (norm, at + 1) if first and _is_numbered_street(line, at) else ("", at)
    if not line.is_word(at) or (begins and norm in known.words["counted"] and following not in known.types):
        return "", at
    if line.isa(at, "the") and begins:
        return wording()["article"], at + 1
    if norm in known.words["street_link"]:
        return (norm, at + 1) if not begins and line.is_word(at + 1) and not stops_name(line, at + 1) else ("", at)
    if norm in known.words["link"] or stops_name(line, at):
        return "", at
    if first and begins and len(norm) > 1 and following in known.types:
        figures, after = line.figures(at)
        if figures and after == at + 1:
            return figures, after
    if first and norm in known.directions and (line.is_word(at + 1) or line.is_written(at + 1)):
        return (norm.upper() if following in known.types and len(norm) == 1 else known.directions[norm]), at + 1
    return joined(line, at)


def _is_numbered_street(line: Line, at: int) -> bool:
    """Whether figures are a street's name, its type following at once: "72 | 2 Street", "12 | 5 Mile Road", "98 | 104 NW Street"."""
    following = line.norm(at + 1)
    directed = following in line.lexicon.directions and line.norm(at + 2) in line.lexicon.types
    return len(line.norms[at]) <= _MOST_FIGURES and (following in line.lexicon.types or line.isa(at + 1, "mile") or directed)


def joined(line: Line, at: int) -> tuple[str, int]:
    """A word with what hyphens join to it: "Stoke-on-Trent"."""
    text, here = written(line, at), at + 1
    while line.norm(here) == "-" and line.glued(here) and line.glued(here + 1) and line.is_word(here + 1):
        word = line.norm(here + 1) if line.isa(here + 1, "link") else written(line, here + 1)
        text, here = f"{text}-{word}", here + 2
    return text, here


def stops_name(line: Line, at: int) -> bool:
    return line.isa(at, "stop") or line.isa(at, "in")


def directions(line: Line) -> frozenset[str]:
    return frozenset(line.lexicon.directions.values())


def is_saint(line: Line, at: int, said: list[str]) -> bool:
    """Whether "st" is Saint here: another type follows one or two words later ("Old St Kilda Road"), or only a direction stands before."""
    if not line.isa(at, "st"):
        return False
    if directions(line).issuperset(word for word in said if word != wording()["article"]):
        return is_saint_of(line, at)
    for after in range(at + 2, at + 2 + _AFTER_SAINT):
        if not line.is_word(after - 1) or line.ends(after - 1) or line.norm(after - 1) in line.lexicon.types:
            return False
        if line.norm(after) in line.lexicon.types and not line.isa(after, "no_type"):
            return True
    return False


def is_saint_of(line: Line, at: int) -> bool:
    """Whether a saint's name follows the "st" at `at`."""
    return line.is_word(at + 1) and not line.ends(at + 1) and len(line.norm(at + 1)) >= _FEWEST_LETTERS
