"""Which of the things we collect a caller speaks of, and in which of the words: "my surname is Barker, and the postcode should be LS6".

A mention is a word for a slot with a determiner before it or a verb behind it; it reaches to the next one, a boundary ("and", a comma) or the end. A
denial mentions too: in "it's Barker, not Baker" what was held says which slot is meant. What a mention covers is no other slot's to hear.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import msgspec

from agent.languages import words
from agent.nlu.lexicon import Listed, by_first, end_of
from agent.nlu.utterance import Token, Utterance

_STOPS = frozenset(".!?;。！？；")
_PAUSES = frozenset(",，、")
_LONGEST = 3
"""Words of a mention."""
_FEW = 2
"""Words behind a value that belong to it rather than to something else."""
_MOST_DENIED = 6
"""Words behind a "not" that may name what was held."""


class Mention(msgspec.Struct, frozen=True):
    slot: str
    start: int
    end: int
    """Where in `utterance.text` its clause stands."""
    denial: bool = False
    amends: bool = False
    """Whether it is said that what is held is to be another: "the postcode should be", "my name is wrong"."""
    approves: bool = False
    """Whether it is said that what is held is right: "the name's fine"."""


class _Words(msgspec.Struct, frozen=True):
    slots: Mapping[tuple[str, ...], str]
    firsts: frozenset[str]
    """The first words of these names."""
    longest: int
    """Words of the longest."""
    shared: frozenset[str]
    determiners: frozenset[str]
    verbs: frozenset[str]
    amends: frozenset[str]
    boundaries: frozenset[str]
    denials: Listed
    excepts: Listed
    fine: frozenset[str]
    links: frozenset[str]


def mentions(utterance: Utterance, asked: frozenset[str], held: Callable[[], Mapping[str, str]]) -> Sequence[Mention]:
    """The mentions in order, none overlapping. `asked`: the slots of our question; `held` gives what each slot holds, as written and as spoken."""
    table = _table("zh" if utterance.has_han else "en")
    tokens = utterance.tokens
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(tokens):
        slot, size = _mention_at(tokens, at, table, asked)
        if slot:
            found.append((at, slot))
        at += max(1, size)
    named = []
    for place, (first, slot) in enumerate(found):
        end = _end(utterance, first, found[place + 1][0] if place + 1 < len(found) else len(tokens), table)
        limit = min(first + _LONGEST + 2, found[place + 1][0] if place + 1 < len(found) else len(tokens))
        amends = _excepted(tokens, first, table) or any(token.norm in table.amends for token in tokens[first:limit])
        named.append(Mention(slot, tokens[first].start, end, amends=amends, approves=not amends and _approved(tokens, first, limit, table)))
    return named or _by_denial(utterance, table, asked, held)


@cache
def _table(language: str) -> _Words:
    table = words(language, "mentions")
    slots = {Utterance(name).words: slot for slot, names in table["slots"].items() for name in names}
    return _Words(
        slots=slots,
        firsts=frozenset(name[0] for name in slots),
        longest=max(map(len, slots)),
        shared=frozenset(table["shared"]["words"]),
        determiners=frozenset(table["determiners"]["words"]),
        verbs=frozenset(table["verbs"]["words"]),
        amends=frozenset(table["amends"]["words"]),
        boundaries=frozenset(table["boundaries"]["words"]),
        denials=by_first(table["denial"]["words"]),
        excepts=by_first(table["excepts"]["words"]),
        fine=frozenset(table["approves"]["words"]),
        links=frozenset(table["approves"]["links"]),
    )


def _mention_at(tokens: Sequence[Token], at: int, table: _Words, asked: frozenset[str]) -> tuple[str, int]:
    """The slot that is named at token `at`, and how many tokens name it; ("", 0) for none."""
    if tokens[at].norm.removesuffix("'s") not in table.firsts:
        return "", 0
    for size in range(min(table.longest, len(tokens) - at), 0, -1):
        name = [token.norm for token in tokens[at : at + size]]
        contracted = name[-1].endswith("'s")
        name[-1] = name[-1].removesuffix("'s")
        slot = table.slots.get(tuple(name), "")
        if not slot:
            continue
        stated = contracted or _determined(tokens, at, table) or _stated(tokens, at + size, table) or _excepted(tokens, at, table)
        if not stated:
            return "", size
        if "".join(name) in table.shared and "address" in asked and "phone" not in asked:
            slot = "address"
        return slot, size
    return "", 0


def _determined(tokens: Sequence[Token], at: int, table: _Words) -> bool:
    return at > 0 and tokens[at - 1].norm in table.determiners


def _stated(tokens: Sequence[Token], end: int, table: _Words) -> bool:
    return end < len(tokens) and tokens[end].norm in table.verbs


def _excepted(tokens: Sequence[Token], at: int, table: _Words) -> bool:
    """Whether it is left out of a yes: "all right except the email"."""
    first = at
    while first > 0 and tokens[first - 1].norm in table.determiners:
        first -= 1
    before = [token.norm for token in tokens[max(0, first - _LONGEST) : first]]
    return any(end_of(before, at, table.excepts) == len(before) for at in range(len(before)))


def _approved(tokens: Sequence[Token], first: int, limit: int, table: _Words) -> bool:
    """Whether "is right" stands behind the mention: "the name's right", "the address is totally fine"."""
    at = first
    while at < limit and (at == first or tokens[at].norm in table.links or tuple(token.norm for token in tokens[first : at + 1]) in table.slots):
        at += 1
    linked = at > first + 1 or tokens[first].norm.endswith("'s") or not tokens[first].norm.isascii()
    return linked and at < len(tokens) and tokens[at].norm in table.fine


def _end(utterance: Utterance, first: int, limit: int, table: _Words) -> int:
    """Where the clause of a mention ends: at a full stop or the next one; an "and" ends it once something was said behind it."""
    tokens = utterance.tokens
    for at in range(first + 1, limit):
        norm = tokens[at].norm
        if norm in _STOPS and at + 1 < len(tokens) and tokens[at].end < tokens[at + 1].start:
            return tokens[at].start
        if norm in table.boundaries and at >= first + _LONGEST:
            return tokens[at - 2 if tokens[at - 1].norm in _PAUSES else at - 1].end
    last = limit - 1
    while last > first and (tokens[last].norm in table.determiners or tokens[last].norm in table.boundaries or tokens[last].norm in _PAUSES):
        last -= 1
    return tokens[last].end


def covering(utterance: Utterance, mention: Mention, span: tuple[int, int]) -> Mention:
    """The mention over the words its slot heard (`span`), with the few behind them that end its clause: "my name is Guy Friday" is all a name."""
    begins, ends = span
    if not mention.denial and (ends <= mention.start or mention.end <= begins):
        return mention
    behind = [token for token in utterance.tokens if ends <= token.start < mention.end]
    pause = next((place for place, token in enumerate(behind) if token.norm in _PAUSES), len(behind))
    ends = behind[pause - 1].end if 0 < pause <= _FEW else ends
    return msgspec.structs.replace(mention, start=min(mention.start, begins), end=max(ends, mention.end) if mention.denial else ends)


def _by_denial(utterance: Utterance, table: _Words, asked: frozenset[str], held: Callable[[], Mapping[str, str]]) -> Sequence[Mention]:
    """ "It's Barker, not Baker": the slot that holds what stands behind the "not"."""
    spoken = utterance.words
    places = [(at, end) for at in range(len(spoken)) if (end := end_of(spoken, at, table.denials))]
    if not places:
        return []
    values = {slot: value if utterance.has_han else f" {' '.join(Utterance(value).words)} " for slot, value in held().items()}
    for at, begin in places:
        near = {slot: value for slot, value in values.items() if begin < len(spoken) and spoken[begin] in value}
        end = begin
        while end < len(spoken) and end - begin < _MOST_DENIED and spoken[end][0].isalnum():
            end += 1
        for size in range(end - begin if near else 0, 0, -1):
            wanted = spoken[begin : begin + size]
            fitting = [slot for slot, value in near.items() if _holds(value, wanted, utterance.has_han)]
            meant = [slot for slot in fitting if slot in asked] or [slot for slot in fitting if slot == "name" or len(fitting) == 1]
            if meant:  # a name stands in its owner's e-mail address too, and "not Baker" is about the name
                return [Mention(meant[0], utterance.tokens[at].start, utterance.tokens[begin + size - 1].end, denial=True, amends=True)]
    return []


def _holds(value: str, wanted: Sequence[str], han: bool) -> bool:
    """Whether the words stand in the value side by side; but for Chinese characters, `value` has a blank around each of its words."""
    if han:
        return len("".join(wanted)) > 1 and "".join(wanted) in value
    return f" {' '.join(wanted)} " in value and not (len(wanted) == 1 and len(wanted[0]) < 2)


@cache
def names_of(slot: str, han: bool) -> Listed:
    """What the slot is called, in Mandarin or else in English."""
    return by_first(words("zh" if han else "en", "mentions")["slots"].get(slot, ()))
