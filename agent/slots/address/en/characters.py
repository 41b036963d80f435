"""Letters and figures said one after another: the end of a number, half a postcode, a word spelled."""

from agent.nlu.numerals.numbers import digit_group
from agent.nlu.spelling.letters import spell
from agent.slots.address.en.line import Line

_PAIR = 2
"""Letters that a postcode has side by side: "6LP"."""


def characters(line: Line, at: int, until: int) -> tuple[str, int]:
    """Letters and figures said one after another, and the index after them."""
    said = ""
    while at < until:
        more, end = digit_group(line.tokens[:until], at, "en")
        if not more:
            more, end = spelled(line, at, until)
        one = len(line.norms[at]) == 1 or (len(line.norms[at]) <= _PAIR and (_is_glued(line, at) or _is_glued(line, at + 1)))
        if not more and one and line.is_word(at):
            more, end = line.norms[at], at + 1
        if not more:
            break
        said, at = said + more.upper(), end
    return said, at


def _is_glued(line: Line, at: int) -> bool:
    """Whether a letter and a figure stand side by side before `at`: "6LP"."""
    return 0 < at < line.size and line.glued(at) and line.is_written(at) is not line.is_written(at - 1)


def spelled(line: Line, at: int, until: int) -> tuple[str, int]:
    """The letters from `at` on, and the index after them; they end before a word that was not said (the "one" of "hundred and ten")."""
    until = next((here for here in range(at, until) if not line.tokens[here].text), until)
    return spell(line.tokens[:until], at, "en")


def retailed(old: str, tail: str) -> str:
    """`old` with its last characters in the place of as many of `tail`; a space in it stays where it is."""
    kept = len(old.replace(" ", "")) - len(tail)
    head, seen = "", 0
    for c in old:
        if seen >= kept and c != " ":
            break
        head += c
        seen += c != " "
    rest = old[len(head) :]
    gap = rest.find(" ")
    spaced = sum(c != " " for c in rest[:gap]) if gap >= 0 else -1
    return head + (f"{tail[:spaced]} {tail[spaced:]}" if spaced > 0 else tail)
