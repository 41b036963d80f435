"""What is said about days and clocks, before anybody knows which day it is: the pieces, and the items that grammars read them from.

Words become items by `<language>/time.toml` (longest phrase first), items become pieces by that language's grammar (`en_places`, `zh`),
and `agent.slots.time` resolves pieces against the caller's now. Everything here is the same in all languages.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from agent.nlu.utterance import Token, Utterance


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
    """ "next Friday", with week 1: this week's or the next one's, as speakers differ; "this coming Friday": never today."""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    years_on: int | None = None
    """Years from this one: "march 3rd next year" 1."""
    months_on: int | None = None
    """Months from this one: "the 9th of this month" 0; with offset 0 and no day, that many months from today."""
    last_of_month: bool = False
    nth: int = 0
    """ "the first Monday in October": which of the month's; -1 is the last."""
    offset: int | None = None
    """Days from today."""
    holiday: str = ""
    """How the holiday's day is found, see `agent.slots.time.holidays`."""
    weekend: bool = False
    after_known: bool = False
    """ "the day after", with week 1 "the week after": counted from the day that is already known."""
    shift: int = 0
    """Days to add at the end: "Tuesday week" 7, "the day after Christmas" 1."""
    shift_months: int = 0
    """Months to add before that: "two months from Friday" 2."""
    to_weekday: tuple[int, int] | None = None
    """ "the Monday after Easter" (0, 1), "the Friday before the 10th" (4, -1): the first such weekday later or earlier than the day that is said."""
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
    THAN = "than"
    """Later (Mark.AFTER) or earlier (Mark.BEFORE) than what is known: "anything later?"; with its week as the value's second, "later in the week"."""
    SAME = "same"
    """The day or the clock that is known: "same time next week"."""
    OTHER = "other"
    """Another "day" or "clock" than the one known: "a different day", "I can't make that time"."""
    MARK = "mark"
    """A word between pieces that says how they belong together, see `Mark`."""


class Mark(StrEnum):
    OR = "or"
    FIX = "fix"
    """What follows takes the place of what came before: "no", "sorry", "I mean"."""
    SO = "so"
    """What follows comes of what was said before, and takes its place: "I finish at four, so five"."""
    NOT = "not"
    """What follows is not meant."""
    FROM = "from"
    TO = "to"
    AFTER = "after"
    BEFORE = "before"
    BY = "by"
    """Not after the day that follows: "by Friday"."""
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
    confidence: float = 0.6
    """How plainly these words alone name a time."""
    bare: bool = False
    """A number and nothing else: the language's grammar drops it unless its place in the sentence makes it a time."""
    relation: "Mark | None" = None
    """How it stands to the others, when a word right before it says so: NOT, FROM, TO, AFTER, BEFORE or BY."""


HESITATION = "hesitation"
"""The table of sounds that are passed over wherever they stand: "the, uh, fourteenth"."""

Phrases = Mapping[str, Sequence[tuple[int, tuple[str, ...], str, Any]]]
"""First token -> (how many tokens, the tokens, table, value), longest first."""
Numbers = Callable[[Sequence[Token], int], tuple[str, Any, int] | None]
"""Reads a number at a token: (item kind, value, end), or None."""


def phrases(tables: Mapping[str, Any], kinds: Sequence[str]) -> Phrases:
    """The phrases of the named tables of a `time.toml`, ready for `Line`.

    A table, or the "phrases" in it, maps a phrase to its value, or lists phrases that have none.
    """
    found: dict[str, list[tuple[int, tuple[str, ...], str, Any]]] = {}
    for kind in kinds:
        table = tables[kind]
        table = table.get("phrases", table) if isinstance(table, Mapping) else table
        pairs = table.items() if isinstance(table, Mapping) else ((phrase, None) for phrase in table)
        for phrase, value in pairs:
            words = Utterance(phrase).words
            found.setdefault(words[0], []).append((len(words), words, kind, value))
    return {first: tuple(sorted(entries, key=lambda entry: -entry[0])) for first, entries in found.items()}


_AFTER_THE_END = 12
MOST_PIECES = 40
"""A grammar stops after so many: nobody names more, and what is made of them stays cheap."""


class Line:
    """An utterance as items: words, phrases, numbers and marks, in order; every token is in exactly one, or a hesitation and in none.

    An item is read by its index in `kinds`, `values` and `words`, also a few past the end, where everything is "" (and the item before the first
    is such a one). A kind is the table of `time.toml` it stands in, "number", "ordinal", or "" for any other word.
    """

    def __init__(self, utterance: Utterance, table: Phrases, number: Numbers) -> None:
        self.utterance = utterance
        self.kinds: list[str] = []
        self.values: list[Any] = []
        self.words: list[str] = []
        """The first token's norm."""
        self.firsts: list[int] = []
        """The first token."""
        self.ends: list[int] = []
        """The token after the last."""
        self._read(table, number)
        self.count = len(self.kinds)
        self.kinds += [""] * _AFTER_THE_END
        self.values += [None] * _AFTER_THE_END
        self.words += [""] * _AFTER_THE_END
        self.firsts += [len(utterance.tokens)] * _AFTER_THE_END
        self.ends += [len(utterance.tokens)] * _AFTER_THE_END

    def _read(self, table: Phrases, number: Numbers) -> None:
        tokens, norms = self.utterance.tokens, self.utterance.words
        here, end = 0, len(norms)
        while here < end:
            norm = norms[here]
            kind, value, after = "", None, here + 1
            for size, words, name, meaning in table.get(norm, ()):
                if size == 1 or (here + size <= end and norms[here + 1] == words[1] and norms[here : here + size] == words):
                    kind, value, after = name, meaning, here + size
                    break
            else:
                read = number(tokens, here)
                if read is not None:
                    kind, value, after = read
            if kind == HESITATION:
                here = after
                continue
            self.kinds.append(kind)
            self.values.append(value)
            self.words.append(norm)
            self.firsts.append(here)
            self.ends.append(after)
            here = after

    def size(self, first: int, last: int) -> int:
        """How many tokens items `first` up to `last` are."""
        return sum(self.ends[at] - self.firsts[at] for at in range(first, last))

    def glued(self, at: int) -> bool:
        """Whether nothing, not even a space, stands between item `at` and the one before it."""
        if not 0 < at < self.count:
            return False
        tokens = self.utterance.tokens
        return tokens[self.firsts[at]].start == tokens[self.firsts[at] - 1].end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where items `first` up to `last` stand in the text."""
        tokens = self.utterance.tokens
        return tokens[self.firsts[first]].start, tokens[self.ends[last - 1] - 1].end


def day_piece(first: int, last: int, day: Day, confidence: float = 0.6, *, bare: bool = False) -> Piece:
    """A day said in the items from `first` up to `last`."""
    return Piece(kind=Kind.DAY, value=day, first=first, last=last, confidence=confidence, bare=bare)


def nothing(first: int, last: int) -> list[Piece]:
    """Items that are read, and are no time."""
    return [Piece(kind=Kind.MARK, value=None, first=first, last=last)]


def _is_denied(day: Piece) -> bool:
    return day.relation is Mark.NOT and day.value != Day(week=0)  # "next Saturday, not this one" denies no Saturday


def denied_together(pieces: Sequence[Piece], joins: Callable[[int], bool]) -> list[Piece]:
    """With every day that stands joined before one that is not meant not meant either: "Tuesday and Wednesday don't work". `joins`: of an item."""
    found: list[Piece] = []
    following: Piece | None = None
    for piece in reversed(pieces):
        if piece.kind is Kind.DAY and piece.relation is None and following is not None and _is_denied(following):
            gap = following.first - piece.last
            if gap == 0 or (gap == 1 and joins(piece.last)):
                piece = msgspec.structs.replace(piece, relation=Mark.NOT)
        if piece.kind is not Kind.MARK:
            following = piece if piece.kind is Kind.DAY else None
        found.append(piece)
    return found[::-1]
