"""Mending a Mandarin address: what was said again, or said to be otherwise, put in the place of what is held.

Each part takes the place of the part of its level: a city of a city, a road of a road (the number stays), a room of a room whatever it is called.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.address.zh.clause import bare_number, part_of
from agent.slots.address.zh.clauses import Clauses
from agent.slots.address.zh.grammar import Split, grammar_of, split_of

_DAYS = 31


class Correction(NamedTuple):
    """What a correction says: the parts, in one piece, and how plainly they are an address's."""

    text: str
    new: Split
    corrects: bool
    """It is said that something is otherwise, or what it should be."""
    named: bool
    """A part of an address was spoken of by name."""
    start: int
    end: int
    """Where in the utterance it stands."""


class _Part(NamedTuple):
    """One number with what it numbers, and a name before it: "维多利广场", "A", "座"."""

    name: str
    number: str
    marker: str
    inside: bool = False
    """A building or a unit was named before: a 号 is a room then."""

    @property
    def kind(self) -> int:
        return _room() if self.inside and self.marker == grammar_of().words["house"] else _kind(self.marker)


def joined(before: str, after: str) -> str:
    """An address begun and what was said next, the wider part first; what is said again replaces what was said before."""
    first, second = split_of(before), split_of(after)
    *divisions, _, _ = (new or old for old, new in zip(first, second, strict=True))
    return "".join(divisions) + numbers_joined(first.numbers, second.numbers)


def moved(current: str, new: Split) -> str:
    """A road and a number that edit the address we hold: its divisions stay, and its room when the road and the number's kind are the same."""
    held = split_of(current)
    town, road = new.town or held.town, new.road
    numbers = new.numbers
    if road == held.road:
        numbers = numbers_joined(held.numbers, numbers)
    return "".join((held.province, held.city, held.district, town, road, numbers))


def numbers_joined(before: str, after: str) -> str:
    """The numbers of an address with those of `after` in their places: "88号3栋" and "2单元501室" is "88号3栋2单元501室"."""
    old, tail = _parts_of(before)
    new, alone = _parts_of(after)
    held = list(old)
    for part in new:
        same = [at for at, one in enumerate(old) if one in held and (one.kind == part.kind or (len(new) == 1 and part.marker == one.marker))]
        if part.kind == _room() and tail and not same and grammar_of().numeral.fullmatch(tail):
            tail = ""  # "3单元501", and then "502室"
        if same:
            near = [at for at in same if len(old[at].number) == len(part.number)] or same
            wrong = old[near[-1]]
            keeps = part.kind == _room() or wrong.marker.startswith(part.marker)
            old[near[-1]] = _Part(part.name or wrong.name, part.number, wrong.marker if keeps else part.marker, wrong.inside)
            held.remove(wrong)
        else:
            at = next((at for at, one in enumerate(old) if one.kind > part.kind), len(old))
            if at == len(old) and tail and not grammar_of().numeral.fullmatch(tail):
                part, tail = part._replace(name=tail + part.name), ""
            old.insert(at, part)
    return "".join(part.name + part.number + part.marker for part in old) + (alone or tail)


def repaired(clauses: Clauses, held: str, first: int) -> tuple[str, int]:
    """`held` as it is put right in the clauses from `first` on, and the clause after them; unchanged when they do not."""
    at = first
    while clauses.repairs(at):
        at += 1
    parts, at = _parts_from(clauses, at) if at > first else ("", at)
    if parts:
        split = split_of(parts)
        edited = moved(held, split) if split.road and split.numbers and not split.divided else joined(held, parts)
        while more := clauses.further(at, edited):
            edited, at = _with_numbers(edited, more), at + 1
        return edited, at
    again = clauses.address(at) if at > first else None
    if again is None:
        return held, first
    return (again.text if split_of(again.text).divided else moved(held, split_of(again.text))), again.following


def correction(text: str, held: str) -> Correction | None:
    """What an utterance says to be otherwise: "是三单元不是四单元", "门牌号应该是86号", "不是501是502"; None for no part of an address."""
    words = grammar_of().words
    clauses = Clauses(text)
    corrects = any(word in text for word in (*words["negation"], *(word for word in words["instead"] if len(word) > 1)))
    found, number, spans = "", "", []
    for index, (start, stop) in enumerate(clauses.spans):
        clause = clauses.text[start:stop]
        if clauses.repairs(index):
            found, number, corrects = "", "", True
        affirmed = _affirmed(clause)
        part = part_of(affirmed) if affirmed and not clauses.repairs(index) else ""
        part = "" if _is_name_between(found, part) else part
        more = clauses.further(index, found) if found and not part else ""
        found = _with_numbers(found, more) if more else joined(found, part) if found and part else found or part
        alone = bare_number(affirmed)
        number = number or alone
        if part or more or alone or not affirmed or clauses.repairs(index) or any(word in clause for word in words["named"]):
            spans.append((start, stop))
    if not found and corrects and number:
        found = _as_held(number, held)
    if not found:
        return None
    first, last = clauses.places[spans[0][0]], clauses.places[spans[-1][1]]
    return Correction(found, split_of(found), corrects, any(word in text for word in words["named"]), first, last)


def _with_numbers(address: str, more: str) -> str:
    """An address with further numbers, and the names before them: "16号", "后现代城5号楼"."""
    numbers = split_of(address).numbers
    return address.removesuffix(numbers) + numbers_joined(numbers, more)


def _as_held(number: str, held: str) -> str:
    """A number by itself with what it numbers: that of the one number held that has as many figures."""
    alike = [part for part in _parts_of(split_of(held).numbers)[0] if len(part.number) == len(number) and part.number.isdecimal()]
    return number + alike[0].marker if len(alike) == 1 and len(number) > 1 else ""


def is_a_day(text: str) -> bool:
    """Whether a part may just as well be a day of the month: "八号"."""
    return (day := grammar_of().day.fullmatch(text)) is not None and 0 < int(day[1]) <= _DAYS


def _affirmed(clause: str) -> str:
    """What a clause says to be so: "不是X是Y" and "是Y不是X" both say Y, "门牌号不是X是Y" 门牌号Y."""
    for negation in grammar_of().words["negation"]:
        before, found, after = clause.partition(negation)
        if found:
            instead = after.partition(grammar_of().words["so"])[2]
            return before + instead if instead else before.strip()
    return clause


def _parts_from(clauses: Clauses, at: int) -> tuple[str, int]:
    """The parts that the clauses from `at` on are made of, in one piece, and the clause after them."""
    found = ""
    while (part := part_of(clauses.clause(at))) and not _is_name_between(found, part):
        found, at = (joined(found, part) if found else part), at + 1
    return found, at


def _is_name_between(before: str, part: str) -> bool:
    """Whether a part that looks like a road's is a building's name between two numbers."""
    return bool(split_of(before).numbers and split_of(part).road)


def _kind(marker: str) -> int:
    """The level of what a marker numbers, the widest first."""
    kinds: Sequence[Sequence[str]] = grammar_of().words["kinds"]
    return next((place for place, markers in enumerate(kinds) if marker in markers), len(kinds))


def _room() -> int:
    return _kind(grammar_of().words["rooms"][0])


def _parts_of(numbers: str) -> tuple[list[_Part], str]:
    """The numbers one by one, and what stands behind the last."""
    found: list[_Part] = []
    at = 0
    said = grammar_of().words
    markers, building, unit = sorted((*said["markers"], said["zone"]), key=len, reverse=True), _kind(said["building"]), _kind(said["unit"])
    for anchor in grammar_of().anchor.finditer(numbers):
        marker = next(one for one in markers if anchor[0].endswith(one))
        inside = any(building <= one.kind <= unit for one in found)
        found.append(_Part(numbers[at : anchor.start()], anchor[0][: -len(marker)], marker, inside))
        at = anchor.end()
    return found, numbers[at:]
