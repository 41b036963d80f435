"""A Mandarin address held, edited by what a caller says of a piece of it: 把18改成80, 陈改成晨.

Each edit stands for a whole utterance, whatever leads into it, and is about a piece that the address has once; else it says nothing.
"""

import re
from functools import cache

from agent.languages import words
from agent.slots.address.zh.grammar import grammar_of, read_number, split_of

_MOST_CHANGED = 4
"""Characters of a name that are changed at once."""


def edited(text: str, held: str) -> str:
    """`held` as `text` says it should be; "" when it says nothing of it, or nothing that is settled."""
    said = _lead().sub("", text, count=1)
    return _changed(said, held)


def _changed(said: str, held: str) -> str:
    """One number or name of the address for another: 把18改成80, 8号改成9号, 建国改成建设."""
    change = _change().fullmatch(said)
    if change is None:
        return ""
    old, new = read_number(change["old"]), read_number(change["new"])
    split = split_of(held)
    if old.isdecimal() and new.isdecimal():
        found = [number for number in re.finditer("[0-9]+", split.numbers) if number[0] == old]
        at = len(held) - len(split.numbers)
        return held[: at + found[0].start()] + new + held[at + found[0].end() :] if len(found) == 1 else ""
    named = held.removesuffix(split.numbers)
    plain = not (old.isdecimal() or new.isdecimal()) and named.count(old) == 1
    return named.replace(old, new) + split.numbers if plain else ""


@cache
def _change() -> re.Pattern[str]:
    said = words("zh", "address")["editing"]
    changing, after, markers = ("|".join(words) for words in (said["changing"], said["after"], grammar_of().words["markers"]))
    number = rf"(?:[0-9]{{1,5}}|[{grammar_of().words['numerals']}]{{1,8}})"
    old, new = (f"(?P<{each}>{number}|[㐀-鿿]{{1,{_MOST_CHANGED}}}?)(?:{markers})?{said['character']}?" for each in ("old", "new"))
    return re.compile(rf"(?:{'|'.join(said['object'])})?{old}(?:{changing}){new}(?:{after}|[。，,！])*")


@cache
def _lead() -> re.Pattern[str]:
    lead = "|".join(sorted((*words("zh", "address")["lead_in"], *words("zh", "address")["repair"]), key=len, reverse=True))
    return re.compile(rf"(?:{lead}|[，,。\s])*")
