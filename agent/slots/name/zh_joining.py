"""What was heard of a Mandarin name, put together: characters told by words, a surname said apart, a character of the held name put right."""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.candidates import Context
from agent.slots.name.zh_characters import characters, is_han

_MOST_GIVEN = 2
"""Characters of a given name."""


class HanFound(NamedTuple):
    name: str
    start: int
    end: int
    confidence: float
    rule: str
    role: str = "full"


class Described(NamedTuple):
    """One character, told by a word or by its parts."""

    character: str
    start: int
    end: int
    place: int | None
    """Which character of the name it is said to be, from the front or (negative) from the back."""
    family: bool
    """Said to be the surname."""


def joined(found: Sequence[HanFound], described: Sequence[Described], text: str, context: Context) -> list[tuple[HanFound, bool]]:
    """The readings with the characters put in that were told by words, best first, and whether each patches the held name."""
    given = next((one for one in found if one.role == "given"), None)
    full = [one for one in found if one.role not in ("family", "given")]
    family = next((one for one in reversed(found) if one.role == "family"), None)
    best = max(full, key=lambda one: (not _is_titled(one, full), one.confidence, one.start), default=family)
    told = [one for one in described if best is None or one.start >= best.start]
    held = context.held.value
    if given is not None and (best is None or not characters().surname_of(best.name)):
        return [(given._replace(name=held + given.name), True)]
    if best is None:
        if characters().is_surname(held) and (rest := _given(held, told)):
            return [(HanFound(held + rest, told[0].start, told[-1].end, 0.8, "character"), True)]
        if held and told and all(one.character in held for one in told):  # "建是建设的建": it is as we have it
            return [(HanFound(held, told[0].start, told[-1].end, 0.8, "character"), True)]
        if held and told and (name := _told(held, told)) != held:
            return [(HanFound(name, told[0].start, told[-1].end, 0.8, "character"), True)]
        if held and (swap := _swapped(held, text)) is not None:
            return [(swap, True)]
        characters_told = "".join(one.character for one in told)
        if len(told) > 1 and characters().surname_of(characters_told) and context.asks("name"):
            return [(HanFound(characters_told, told[0].start, told[-1].end, 0.6, "characters"), False)]
        if len(told) == 1 and told[0].family and not held and context.asks("name"):
            return [(HanFound(told[0].character, told[0].start, told[0].end, 0.5, "characters"), False)]
        return []
    end = max([best.end, *(one.end for one in told)])
    rest = _given(best.name, told) if best is family and characters().is_surname(best.name) else ""
    name = best.name + rest if rest else _told(best.name, told)
    if family is not None and best is not family and not characters().surname_of(name) and len(name) <= 2 and is_han(name[0]):
        name, best = family.name + name, best._replace(start=min(best.start, family.start))
    if best is family and len(held) > 1 and is_han(held[0]):
        patched = name + held[len(characters().surname_of(held)) :]
        return [(best._replace(name=patched, end=end), True)]
    others = [(one, False) for one in sorted(full, key=lambda one: -one.confidence) if one is not best]
    return [(best._replace(name=name, end=end), False), *others]


def _is_titled(one: HanFound, full: Sequence[HanFound]) -> bool:
    """Whether it is a surname with a title, and the whole name was said, too: "叫我安女士就行，全名是安静"."""
    words = characters()
    family = words.surname_of(one.name)
    if not family or words.titles.at(one.name, len(family)) != len(one.name) - len(family) or len(family) == len(one.name):
        return False
    return any(other is not one and words.surname_of(other.name) == family for other in full)


def _given(family: str, told: Sequence[Described]) -> str:
    """The given name of which every character was told by a word, behind a surname: "姓孙，下雨的雨，欣赏的欣"; "" for none."""
    words = characters()
    characters_told = [one.character for one in told if one.place in (None, 1, 2, -1) and one.character not in family]
    alike = any(words.sound_alike(character, one) for character in characters_told for one in family)
    return "".join(characters_told) if 0 < len(characters_told) <= _MOST_GIVEN and not alike else ""


def _told(name: str, told: Sequence[Described]) -> str:
    """`name` with the characters put right that a word has told; one that may stand in two places is left out."""
    if len(told) == len(name) and len(told) > 1:
        return "".join(one.character for one in told)
    said = list(name)
    settled = {name.index(one.character) for one in told if one.character in name}
    for one in told:
        if one.character in said or not said:
            continue
        if one.place is not None and -len(said) <= one.place < len(said):
            place = one.place % len(said)
        elif len(near := [at for at, character in enumerate(said) if at not in settled and characters().sound_alike(character, one.character)]) == 1:
            place = near[0]
        elif one.family and 0 not in settled:
            place = 0
        else:
            free = [at for at in range(len(said)) if at not in settled]
            if len(free) != 1:
                continue
            place = free[0]
        said[place] = one.character
        settled.add(place)
    return "".join(said)


def _swapped(held: str, text: str) -> HanFound | None:
    """The held name with one character for another: 是汪不是王, 不是王是汪."""
    words = characters()
    for at, character in enumerate(text):
        if character not in held or text[max(0, at - 2) : at] not in words.denying or held.count(character) != 1:
            continue
        before = text[: max(0, at - 2)].rstrip("，。, ")
        after = text[at + 1 :].lstrip("，。, ")
        other = before[-1:] if before[-2:-1] in words.stating else after[1:2] if after[:1] in words.stating else ""
        if other and is_han(other):
            return HanFound(held.replace(character, other), 0, len(text), 0.8, "character")
    return None
