"""What is said about days and clocks, before anybody knows which day it is: the pieces, and the items that grammars read them from.

Words become items by `<language>/time.toml` (longest phrase first), items become pieces by that language's grammar (`dates_en`, `dates_zh`),
and `agent.slots.time` resolves pieces against the caller's now. Everything here is the same in all languages.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from agent.text import Said, Token


class Part(StrEnum):
    """A part of the day. The value is its mark in TIMEX3 (ISO 24617-1), as in "2026-03-03TAF", tomorrow afternoon."""

    MORNING = "MO"
    MIDDAY = "MI"
    AFTERNOON = "AF"
    EVENING = "EV"
    NIGHT = "NI"
    SMALL_HOURS = "SH"
    """Between midnight and morning, "凌晨"; not in TIMEX3, like the two below."""
    AM = "AM"
    PM = "PM"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day as it was said. What was not said is None, "" or 0; several things said about one day are merged."""

    weekday: int | None = None
    """0 is Monday."""
    week: int | None = None
    """Weeks from this one: "this Friday" 0, "下周三" 1."""
    next_one: bool = False
    """ "next Friday": this week's or the next one's, as speakers differ."""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    months_on: int | None = None
    """Months from this one: "the 9th of this month" 0; without a day, that many months from today."""
    last_of_month: bool = False
    nth: int = 0
    """ "the first Monday in October": which of the month's; -1 is the last."""
    offset: int | None = None
    """Days from today."""
    holiday: str = ""
    """How the holiday's day is found, see `agent.slots.time_holidays`."""
    weekend: bool = False
    after_known: bool = False
    """ "the day after": counted from the day that is already known."""
    shift: int = 0
    """Days to add at the end: "Tuesday week" 7, "the day after Christmas" 1."""
    other_order: tuple[int, int] | None = None
    """Day and month the other way round, when figures allow both and the region does not decide."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    hour: int
    """0 to 23, or 1 to 12 while `half` is unknown."""
    minute: int = 0
    decided: bool = False
    """Whether morning or afternoon was said, or follows from the hour itself."""


class Kind(StrEnum):
    DAY = "day"
    CLOCK = "clock"
    PART = "part"
    LATER = "later"
    """Minutes from now."""
    SHIFT = "shift"
    """Minutes from the time that is already known: "an hour later"."""
    MINUTE = "minute"
    """Minutes past the hour that is already known; before it when negative: "quarter past", "ten to"."""
    SOONEST = "soonest"
    OPENING = "opening"
    """When the business opens that day: "first thing"."""
    MARK = "mark"
    """A word between pieces that says how they belong together, see `Mark`."""


class Mark(StrEnum):
    OR = "or"
    FIX = "fix"
    """What follows takes the place of what came before: "no", "sorry", "I mean"."""
    NOT = "not"
    """What follows is not meant."""
    FROM = "from"
    TO = "to"
    AFTER = "after"
    BEFORE = "before"
    CHANGE = "change"
    """A verb of moving: "change it from four to five"."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said about a time, and the items it was said in."""

    kind: Kind
    value: Any
    """Day, Clock, Part, Mark, minutes (int), or None, as `kind` says."""
    first: int
    last: int
    """Its items: from `first` up to, not including, `last`."""
    sure: float = 0.6
    """How plainly these words alone name a time."""
    bare: bool = False
    """A number and nothing else: the language's grammar drops it unless its place in the sentence makes it a time."""
    relation: "Mark | None" = None
    """How it stands to the others, when a word right before it says so: NOT, FROM, TO, AFTER or BEFORE."""


class Item(NamedTuple):
    """One word, phrase, number or mark of an utterance, as a grammar sees it."""

    kind: str
    """The table of `time.toml` it stands in, "number", "ordinal", or "" for any other word."""
    value: Any
    word: str
    """Its first token's norm."""
    first: int
    last: int
    """Its tokens."""


Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str, Any]]]
"""First token -> (all tokens, table, value), longest first."""
Numbers = Callable[[Sequence[Token], int], tuple[str, Any, int] | None]
"""Reads a number at a token: (item kind, value, end), or None."""


def phrases(tables: Mapping[str, Any], kinds: Sequence[str]) -> Phrases:
    """The phrases of the named tables of a `time.toml`, ready for `items`. A table maps a phrase to its value, or lists phrases that have none."""
    found: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
    for kind in kinds:
        table = tables[kind]
        pairs = table.items() if isinstance(table, Mapping) else ((phrase, None) for phrase in table)
        for phrase, value in pairs:
            words = Said(phrase).words
            found.setdefault(words[0], []).append((words, kind, value))
    return {first: tuple(sorted(entries, key=lambda entry: -len(entry[0]))) for first, entries in found.items()}


def items(said: Said, table: Phrases, number: Numbers) -> list[Item]:
    """The utterance as items, in order; every token is in exactly one."""
    tokens, norms = said.tokens, said.words
    found: list[Item] = []
    here, end = 0, len(norms)
    while here < end:
        norm = norms[here]
        for words, kind, value in table.get(norm, ()):
            if len(words) == 1 or norms[here : here + len(words)] == words:
                found.append(Item(kind, value, norm, here, here + len(words)))
                break
        else:
            read = number(tokens, here)
            found.append(Item("", None, norm, here, here + 1) if read is None else Item(read[0], read[1], norm, here, read[2]))
        here = found[-1].last
    return found


_AFTER_THE_END = 12


class Line:
    """The items of one utterance, readable past both ends: there everything is "". A grammar never asks further than a few items ahead."""

    def __init__(self, said: Said, read: Sequence[Item]) -> None:
        self.said = said
        self.count = len(read)
        nothing = Item("", None, "", len(said.tokens), len(said.tokens))
        self.items = [*read, *[nothing] * _AFTER_THE_END]
        self.words = [item.word for item in self.items]
        self.kinds = [item.kind for item in self.items]
        self.values = [item.value for item in self.items]

    def glued(self, at: int) -> bool:
        """Whether nothing, not even a space, stands between item `at` and the one before it."""
        if not 0 < at < self.count:
            return False
        tokens = self.said.tokens
        return tokens[self.items[at].first].start == tokens[self.items[at - 1].last - 1].end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where items `first` up to `last` stand in the text."""
        tokens = self.said.tokens
        return tokens[self.items[first].first].start, tokens[self.items[last - 1].last - 1].end


def day_piece(first: int, last: int, day: Day, sure: float = 0.6, *, bare: bool = False) -> Piece:
    """A day said in the items from `first` up to `last`."""
    return Piece(kind=Kind.DAY, value=day, first=first, last=last, sure=sure, bare=bare)


def nothing(first: int, last: int) -> list[Piece]:
    """Items that are read, and are no time."""
    return [Piece(kind=Kind.MARK, value=None, first=first, last=last)]
