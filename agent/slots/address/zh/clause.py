"""One clause of a Mandarin utterance: what leads in to an address in it, where that ends, and what it says of one by itself."""

import re
from collections.abc import Sequence
from functools import cache

from agent.nlu.effort import spend
from agent.slots.address.zh.grammar import divisions_of, figures_of, grammar_of, is_chinese, marker_of, read_number

MOST_PLACE = 8
"""Characters of a place's name between a division and a number, and before the name of a number."""
_MOST_NAMED = 12
"""Characters of a name between two numbers: "103号维多利广场A座"."""
_CLAUSE = 8
"""Units of effort for taking a clause out of what leads in to it."""
_MOST_DIVISIONS = 20
"""Characters of a clause that holds nothing but divisions, or a road."""


def compact(text: str) -> str:
    return re.sub(r"[\s,，。;；!！]", "", text)


def without(text: str, leading: Sequence[str]) -> str:
    """`text` without the words that lead in, and without particles at its end."""
    spend(_CLAUSE)
    return _without(text, leading)


def _without(text: str, leading: Sequence[str]) -> str:
    longest = sorted(leading, key=len, reverse=True)
    while lead := next((word for word in longest if text.startswith(word)), ""):
        text = text[len(lead) :]
    while last := next((word for word in grammar_of().words["particle"] if text.endswith(word)), ""):
        text = text[: -len(last)]
    return text


def without_particles(text: str) -> str:
    """`text` without the particles at its end."""
    return without(text, ())


@cache
def repair_clauses() -> frozenset[str]:
    """Clauses, bare, that take back what was said before them."""
    words = grammar_of().words
    return frozenset({*(_without(compact(clause), words["sounds"]) for clause in words["repair"]), *words["negation"]})


def bare(clause: str) -> str:
    """A clause without the sounds before and after it."""
    return without(compact(clause), grammar_of().words["sounds"])


def part_of(clause: str) -> str:
    """A clause that is nothing but parts of an address, its numbers as figures: "是二号楼" is "2号楼"; "" for any other."""
    grammar = grammar_of()
    text = compact(clause)
    name = grammar.named_number.search(text)
    if name is not None and name.start() <= MOST_PLACE:
        number = without(text[name.end() :], ())
        text = number + marker_of(name[0]) if grammar.numeral.fullmatch(number) or grammar.single.fullmatch(number) else number
    else:
        text = without(text, (*grammar.words["lead_in"], *grammar.words["instead"], *grammar.words["cue"]))
    text = figures_of(text)
    _, at = divisions_of(text)
    anchor = grammar.anchor.search(text, at)
    road = text[at : anchor.start() if anchor else len(text)]
    if road and not (grammar.street_end.search(road) and 2 < len(road) <= _MOST_NAMED and says_no_more(road)):
        return ""
    at += len(road)
    while (anchor := grammar.anchor.match(text, at)) is not None:
        at = anchor.end()
    alone = grammar.numeral.match(text, at) if at and not road else None
    return text if text and (alone.end() if alone else at) == len(text) else ""


def bare_number(clause: str) -> str:
    """A clause that is a number and nothing else, in figures; "" for any other."""
    text = without(compact(clause), (*grammar_of().words["lead_in"], *grammar_of().words["instead"]))
    return read_number(text) if grammar_of().numeral.fullmatch(text) else ""


def says_no_more(text: str) -> bool:
    """Whether a short text says nothing of its own that we know: it may name a place."""
    said = grammar_of().words
    other = (*said["tail"], *said["particle"], *said["negation"], *said["name_cue"], *said["repair"])
    return not any(word in text for word in other)


def may_be_place(clause: str) -> bool:
    """Whether a short clause between a division and a number may name a place."""
    return 1 < len(clause) <= MOST_PLACE and is_chinese(clause) and says_no_more(clause)


def goes_on(clause: str, anchor: re.Match[str] | None, before: str) -> bool:
    """Whether a clause goes on an address that has a number: a further number, with no more than a name before it."""
    grammar = grammar_of()
    if anchor is None:
        return False
    name = clause[: anchor.start()].strip()
    if name and not (len(name) <= _MOST_NAMED and is_chinese(name) and says_no_more(name) and not grammar.timing.search(name)):
        return False
    rooms = tuple(grammar.words["rooms"])
    if before.endswith(rooms):
        return False
    house = grammar.words["house"]
    again = anchor[0].endswith(house) and grammar.house.search(before) is not None
    return not again or grammar.building.search(before, before.rfind(house)) is not None


def lead_end(text: str, start: int, stop: int) -> int:
    """Where the address may begin in a clause: after the words that announce one or lead in, at a province at the latest."""
    grammar = grammar_of()
    said = grammar.words
    match = grammar.anchor.search(text, start, stop)
    limit = match.start() if match else stop
    after = max((at + len(cue) for cue in said["cue"] if (at := text.rfind(cue, start, limit)) >= 0), default=start)
    while after < stop:
        skipped = next((word for word in said["lead_in"] if text.startswith(word, after)), " " if text[after].isspace() else "")
        if not skipped and text[after] in said["lead_in_before_division"] and grammar.division.match(text, after + 1):
            skipped = text[after]
        if not skipped or grammar.province.match(text, after):
            break
        after += len(skipped)
    province = grammar.named_province.search(text, after, limit)
    if province is not None and not grammar.road_end.search(text[after : province.start()]):
        return province.start()
    return min(after, stop)


def cut(clause: str, first: re.Match[str]) -> int:
    """Where the address ends in its clause. What follows the last number stays ("大厦内"), up to a word that goes on about something else; a room is
    the last that there is."""
    grammar = grammar_of()
    end = first.end()
    for anchor in grammar.anchor.finditer(clause, first.start()):
        if anchor.start() > end and not says_no_more(clause[end : anchor.start()]):
            break
        end = anchor.end()
        if anchor[0].endswith(tuple(grammar.words["rooms"])):
            return end
    tail = grammar.tail.search(clause, end)
    kept = clause[: tail.start()] if tail else clause
    return max(end, len(without(kept.rstrip(), ())))


def only_divisions(clause: str) -> bool:
    return bool(clause) and len(clause) <= _MOST_DIVISIONS and divisions_of(clause)[1] == len(clause)


def is_level(clause: str, *, opens: bool) -> bool:
    """Whether a clause without a number is a level of an address: divisions, a road, or a place's name. `opens`: nothing stands before."""
    if not clause:
        return False
    road = grammar_of().road_end.search(clause) is not None and 2 < len(clause) <= _MOST_DIVISIONS
    name = clause[divisions_of(clause)[1] :]
    place = may_be_place(name) or (opens and len(name) == 1) or name in grammar_of().division_ends
    return only_divisions(clause) or road or (place and not (opens and name == clause))
