"""Corrections of a held Mandarin name by its characters: 再加一个明字, 把明去掉, 张改成章, 后两个字反了.

Only what the words settle is edited: a character that is put in must be called one (明字) or be told by a word (明天的明), and one that is taken
out must stand in the name once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.name.lists import is_han, lists
from agent.slots.name.weights import LONG, MOST_GIVEN
from agent.slots.name.zh_text import HanText, surname_of


class Described(NamedTuple):
    """One character, told by a word or by its parts."""

    character: str
    start: int
    end: int
    place: int | None
    """Which character of the name it is said to be, from the front or (negative) from the back."""
    family: bool
    """Said to be the surname."""


def edited(held: str, told: Sequence[Described], text: HanText) -> str:
    """`held` as the words say it should be; "" when they say nothing of it, or nothing that is settled."""
    for at in range(text.end):
        for edit in (_added, _removed, _changed, _turned):
            if name := edit(held, at, told, text):
                return name
    return ""


def _added(held: str, at: int, told: Sequence[Described], text: HanText) -> str:
    """再加一个明字, 少了一个明天的明, 中间加个晓字; of a name that has room for it."""
    size = text.size(at, "adding")
    character = _character(at + size, told, text) if size else ""
    family = surname_of(held)
    if not character or not family or len(held) - len(family) >= MOST_GIVEN:
        return ""
    inner = any(text.said(0, at).endswith(phrase) for phrase, place in lists("zh")["places"].items() if place == 1)
    return family + character + held[len(family) :] if inner else held + character


def _character(at: int, told: Sequence[Described], text: HanText) -> str:
    """The character that is spoken of as one from `at` on: 明字, 明天的明, 明，明天的明; "" for none."""
    by_word = next((one.character for one in told if one.start == at), "")
    character = text.word(at)
    again = text.past(at + 1)
    if (
        not by_word
        and is_han(character or " ")
        and (text.size(at + 1, "character_word") or (again > at + 1 and any(one.start == again for one in told)))
    ):
        return character
    return by_word


def _removed(held: str, at: int, told: Sequence[Described], text: HanText) -> str:
    """没有明字, 把明去掉, 多了一个明, 去掉最后一个字."""
    place = -1
    if size := text.size(at, "removing"):
        last = text.size(at + size, "last_character")
        place, end = (len(held) - 1, at + size + last) if last else _place(held, at + size, text)
    elif size := text.size(at, "taking"):
        last = text.size(at + size, "last_character")
        place, end = (len(held) - 1, at + size + last) if last else _place(held, at + size, text)
        place, end = (place, end + text.size(end, "removed")) if text.size(end, "removed") else (-1, end)
    if place < len(surname_of(held)) or len(held) <= LONG or not text.is_done(end):
        return ""
    return held[:place] + held[place + 1 :]


def _changed(held: str, at: int, told: Sequence[Described], text: HanText) -> str:
    """把强改成墙, 强字应该是墙字; at the beginning, or behind a word that says that a character follows."""
    if at != text.past(0, "lead") and not text.behind(at, "object"):
        return ""
    place, end = _place(held, at, text)
    size = text.size(end, "changed_to") if place >= 0 else 0
    start = end + size
    new = _character(start, told, text) if size else ""
    if size and not new and text.is_given(start, 1) and text.is_done(start + 1):
        new = text.word(start)
    return held[:place] + new + held[place + 1 :] if new and is_han(new) else ""


def _turned(held: str, at: int, told: Sequence[Described], text: HanText) -> str:
    """后两个字反了, 明和伟换一下: the two characters of a given name; of a name of two characters both, where a surname comes first then."""
    if at != text.past(0, "lead"):
        return ""
    family = surname_of(held)
    given = held[len(family) :]
    pair = text.word(at) in given and (joint := text.size(at + 1, "pairing")) and text.word(at + 1 + joint) in given
    end = at + 2 + joint if pair else text.past(at, "two_of")
    after = text.past(end, "order_of")
    size = text.size(after, "wrong_order") or (text.size(after, "exchanging") if after == end else 0)
    if not size or after == at or not text.is_done(after + size):
        return ""
    if len(given) == MOST_GIVEN:
        return family + given[::-1]
    return held[::-1] if len(held) == LONG and surname_of(held[::-1]) and not pair else ""


def _place(held: str, at: int, text: HanText) -> tuple[int, int]:
    """Where the character at `at` stands in the name, if it stands there once, and the token after it and its 字."""
    character = text.word(at)
    return (held.index(character) if character and held.count(character) == 1 else -1), at + 1 + text.size(at + 1, "character_word")
