"""The choice among what was heard of a Mandarin name: characters told by words, a surname said apart, a character of the held name put right."""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.edits import Replace
from agent.slots.name import weights
from agent.slots.name.lists import is_han, lists, stands_in
from agent.slots.name.zh_edits import Described, edited
from agent.slots.name.zh_text import HanText, is_titled, surname_of


class HanFound(NamedTuple):
    name: str
    start: int
    end: int
    confidence: float
    rule: str
    role: str = "full"


def joined(found: Sequence[HanFound], described: Sequence[Described], text: HanText) -> list[tuple[HanFound, bool]]:
    """The readings with the characters put in that were told by words, best first, and whether each patches the held name."""
    given = next((one for one in found if one.role == "given"), None)
    full = [one for one in found if one.role not in ("family", "given")]
    family = next((one for one in reversed(found) if one.role == "family"), None)
    best = max(full, key=lambda one: (not _is_outdone(one, full), one.confidence, one.start), default=family)
    held = text.context.held.value
    if given is not None and (best is None or not surname_of(best.name)):
        return [(given._replace(name=held + given.name), True)]
    if best is None:
        return _told_alone(described, text)
    told = [one for one in described if one.start >= best.start]
    end = max([best.end, *(one.end for one in told)])
    rest = _given(best.name, told) if best is family and _is_surname(best.name) else ""
    name = best.name + rest if rest else _told(best.name, told)
    if best is family and len(held) > 1 and is_han(held[0]):
        return [(best._replace(name=name + held[len(surname_of(held)) :], end=end), True)]
    others = sorted((one for one in full if one is not best), key=lambda one: -one.confidence)
    return [(best._replace(name=name, end=end), False), *((one, False) for one in others)]


def _told_alone(told: Sequence[Described], text: HanText) -> list[tuple[HanFound, bool]]:
    """Characters told with no name beside them: the rest of the held one, one of it put right, or a whole name character by character."""
    held, name, span = text.context.held.value, "", (0, text.end)
    characters = "".join(one.character for one in told)
    if told:
        span = told[0].start, told[-1].end
        if held and all(character in held for character in characters):  # "建是建设的建": it is as we have it
            name = held
        elif held:
            name = put_right if (put_right := _told(held, told)) != held else ""
        if _is_surname(held) and (rest := _given(held, told)):
            name = held + rest
    if not name and held and (edit := _swap(held, text)) is not None:
        name, span = held.replace(edit.old, edit.new), (0, text.end)
    if held and not name and text.context.asks("name"):
        name, span = edited(held, told, text), (0, text.end)
    if name:
        return [(HanFound(name, *span, weights.TOLD, "character"), True)]
    if not text.context.asks("name"):
        return []
    if len(told) > 1 and surname_of(characters):
        return [(HanFound(characters, *span, weights.BARE_FULL, "characters"), False)]
    single = len(told) == 1 and told[0].family and not held
    return [(HanFound(characters, *span, weights.BARE, "characters"), False)] if single else []


def _is_surname(name: str) -> bool:
    return bool(name) and surname_of(name) == name


def _is_outdone(one: HanFound, full: Sequence[HanFound]) -> bool:
    """Whether it is a surname with a title, and the whole name was said, too: "叫我安女士就行，全名是安静"."""
    family = surname_of(one.name)
    return bool(family) and is_titled(one.name) and any(other is not one and surname_of(other.name) == family for other in full)


def _sound_alike(one: str, other: str) -> bool:
    """Whether the two characters are of one group that sounds alike."""
    return any(one in group and other in group for group in lists("zh")["alike"].split())


def _given(family: str, told: Sequence[Described]) -> str:
    """The given name of which every character was told by a word, behind a surname: "姓孙，下雨的雨，欣赏的欣"; "" for none."""
    given = [one.character for one in told if one.place in (None, 1, 2, -1) and one.character not in family]
    alike = any(_sound_alike(character, one) for character in given for one in family)
    return "".join(given) if len(given) <= weights.MOST_GIVEN and not alike else ""


def _told(name: str, told: Sequence[Described]) -> str:
    """`name` with the characters put right that a word has told; one that may stand in two places is left out."""
    if len(told) == len(name) and len(told) > 1:
        return "".join(one.character for one in told)
    said = list(name)
    settled = {name.index(one.character) for one in told if one.character in name}
    for one in told:
        if one.character in said or not said:
            continue
        free = [at for at in range(len(said)) if at not in settled]
        near = [at for at in free if _sound_alike(said[at], one.character)]
        if one.place is not None and -len(said) <= one.place < len(said):
            place = one.place % len(said)
        elif len(near) == 1:
            place = near[0]
        elif len(free) == 1:
            place = free[0]
        else:
            continue
        said[place] = one.character
        settled.add(place)
    return "".join(said)


def _swap(held: str, text: HanText) -> Replace[str] | None:
    """One character of the held name said to be another: 是汪不是王, 不是王是汪."""
    for at, character in enumerate(text.words):
        denied = text.behind(at, "denying") if held.count(character) == 1 else 0
        if not denied:
            continue
        before, after = at - denied - 1, text.past(at + 1)
        places = [before] if stands_in(text.word(before - 1), "stating") else [after + 1] if stands_in(text.word(after), "stating") else []
        if places and is_han(text.word(places[0]) or " "):
            return Replace(character, text.word(places[0]))
    return None
