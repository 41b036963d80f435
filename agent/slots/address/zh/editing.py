"""A Mandarin address held, edited by what a caller says of a piece of it: 把18改成80, 陈改成晨, 单元去掉, 是早晨的晨.

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
    return _changed(said, held) or _dropped(said, held) or _told(said, held)


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


def _dropped(said: str, held: str) -> str:
    """The address without one of the numbers behind the house's: 没有单元, 把2单元去掉, 不用写房号."""
    drop = _drop().fullmatch(said)
    if drop is None:
        return ""
    number, kind = read_number(drop["number"] or drop["number_too"] or ""), drop["kind"] or drop["kind_too"] or ""
    kind = grammar_of().words["number_names"].get(kind, kind)
    split = split_of(held)
    at = len(held) - len(split.rest)
    found = [
        anchor
        for anchor in grammar_of().anchor.finditer(split.rest)
        if anchor[0].endswith(kind) and (not number or (anchor[0].startswith(number) and not anchor[0][len(number) :][:1].isdigit()))
    ]
    if len(found) != 1 or not (kind or number):
        return ""
    return held[: at + found[0].start()] + held[at + found[0].end() :]


def _told(said: str, held: str) -> str:
    """A character before the numbers told by a word, in the place of the one denied or that sounds like it: 是早晨的晨, 不是陈，是早晨的晨."""
    told = _tells().fullmatch(said)
    if told is None or told["character"] not in told["word"]:
        return ""
    character, denied = told["character"], told["denied"] or told["denied_too"] or ""
    split = split_of(held)
    named = held.removesuffix(split.numbers)
    alike = next((group for group in words("zh", "name")["grammar"]["alike"].split() if character in group), "")
    places = [at for at, one in enumerate(named) if (one == denied if denied else one in alike and one != character)]
    if len(places) != 1 or (character in named and not denied):
        return ""
    return named[: places[0]] + character + named[places[0] + 1 :] + split.numbers


@cache
def _tells() -> re.Pattern[str]:
    said, han = words("zh", "address")["editing"], "[㐀-鿿]"
    negation, after = ("|".join(listed) for listed in (grammar_of().words["negation"], said["after"]))
    named = f"(?:{'|'.join(said['names_character'])})?"
    return re.compile(
        rf"(?:(?:{negation})(?P<denied>{han}){said['character']}?[，,\s]*)?{named}(?:{han}?{said['being']})?(?P<word>{han}{{2,4}}){said['of']}(?P<character>{han})"
        rf"(?:[，,\s]*(?:{negation})(?P<denied_too>{han}))?(?:{after}|[。，,！])*"
    )


@cache
def _drop() -> re.Pattern[str]:
    said, grammar = words("zh", "address")["editing"], grammar_of()
    kinds = "|".join(sorted((*grammar.words["markers"], *grammar.words["number_names"]), key=len, reverse=True))
    number = f"[0-9]{{1,5}}|[{grammar.words['numerals']}]{{1,8}}"
    piece, again = (f"(?P<number{which}>{number})?(?:{said['pointing']})?(?P<kind{which}>{kinds})?" for which in ("", "_too"))
    before, behind, after = ("|".join(said[name]) for name in ("dropping", "dropped", "after"))
    return re.compile(rf"(?:(?:{before}){piece}|(?:{'|'.join(said['object'])})?{again}(?:{behind}))(?:{after}|[。，,！])*")


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
