"""Calls as Redis has them, and how they stand in the journal beside that, for as many calls as there are in a statement each.

Around each statement the interpreter goes to another thread, and comes back from one that is busy late: that costs more than the statement.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from agent.record.call import Booking, Call, Line
from storage import codec, ids
from storage.journal import calls
from storage.journal.log import packed


class Said(msgspec.Struct, frozen=True):
    """What a step did to the conversation."""

    rev: int
    """The call's after it."""
    taken_back: int
    lines: tuple[Line, ...]


class Copy(msgspec.Struct, kw_only=True, array_like=True):
    """A call as Redis has it, and what has come since the copy before; that may have been taken in already, from this one or another.

    It is kept in bytes: a call that is held for as long as a copy waits takes the memory that the next turn would find warm, and makes all of that
    turn a twentieth slower.
    """

    sid: str
    rev: int
    created_at: str
    kept: Mapping[str, bytes]
    """The record's fields and its words, as Redis has them."""
    whole: bool = True
    """False: its turn is not over yet."""
    begins: int = 0
    """The call's revision before; 0: there was none, or nobody says."""
    said: list[Said] = msgspec.field(default_factory=list)
    answers: dict[str, bytes] = msgspec.field(default_factory=dict)
    """By turn key."""
    told: str = ""
    """The id of the last event."""
    places: list[Booking] = msgspec.field(default_factory=list)
    """What of the calendar is the call's now; at most one."""
    released: bool = False
    """Whether it gave up what it had there."""
    at: float = 0.0
    """When the last step that it shows was sent to Redis: Unix seconds."""

    def add(self, later: "Copy") -> None:
        """What came right after it."""
        self.rev, self.kept, self.whole, self.at, self.told = later.rev, later.kept, later.whole, later.at, later.told or self.told
        self.said += later.said
        self.answers |= later.answers
        if later.places or later.released:
            self.places, self.released = later.places, later.released

    def goes_on_to(self, created_at: str, begins: int) -> bool:
        """Whether a step, or a copy, of the call that was begun then, from that revision on, comes right after it: another call counts its own."""
        return self.rev == begins and self.created_at == created_at

    def call(self) -> Call:
        return calls.call(self.sid, self.rev, self.kept)

    @property
    def began_ms(self) -> int:
        return codec.milliseconds(self.created_at)

    @property
    def cut(self) -> int:
        """The id of its last event, as the log counts; 0 for none."""
        at = ids.position(self.told)
        return packed(at) if at else 0

    def said_since(self, rev: int) -> tuple[int, Sequence[Line]]:
        """What its steps after that revision, one after the other, take back of the conversation before them, and what they add to it."""
        taken_back, lines = 0, list[Line]()
        for said in self.said:
            if said.rev > rev:
                taken_back += max(said.taken_back - len(lines), 0)
                lines = [*lines[: max(len(lines) - said.taken_back, 0)], *said.lines]
        return taken_back, lines


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """What the journal has under a callSid."""

    sid: str
    rev: int = -1
    """-1: no call, or one that has expired."""
    created_ms: int = 0
    steps: int = 0
    """How many Redis has not seen."""
    base_rev: int = 0
    """The revision behind which they began."""
    spoken: int = 1
    """Whether what was said in it is still kept."""
    cut: int = 0
    """The id of the last event that was told of it, as the log counts; 0 for none."""

    def is_of(self, copy: Copy) -> bool:
        """Whether it is this call, and has not expired; another may have begun under its sid. Steps here are taken for steps of this one."""
        return self.rev >= 0 and (self.steps > 0 or self.created_ms == copy.began_ms)

    def is_later_than(self, copy: Copy) -> bool:
        """Whether another call stands under the sid, and Redis told of it after that one. When they began says as much only where one told nothing:
        clocks of hosts differ, and a call that another host's journal had before may come to Redis behind one that has begun there.
        """
        told = self.cut > copy.cut if self.cut and copy.cut else self.created_ms > copy.began_ms
        return self.rev >= 0 and not self.steps and self.created_ms != copy.began_ms and told

    def has_seen(self, copy: Copy) -> bool:
        """Whether what the copy says came before: another worker's was noted first, or the steps here, and the place they took, began behind that."""
        return self.is_of(copy) and (self.base_rev if self.steps else self.rev) >= copy.rev


_standing = msgspec.json.Decoder(list[Standing])
_STANDING = """
SELECT json_group_array(json_array(asked.value, iif(until > :now, rev, -1), coalesce(created_ms, 0), iif(until > :now, steps, 0),
    coalesce(base_rev, 0), coalesce(words_until > :now, 0), coalesce(cut, 0)))
FROM json_each(:sids) AS asked LEFT JOIN calls ON calls.sid = asked.value
WHERE calls.sid IS NOT NULL OR EXISTS (SELECT 1 FROM documents WHERE sid = asked.value) OR EXISTS (SELECT 1 FROM events WHERE owner = asked.value)
"""


def standing(db: sqlite3.Connection, sids: Iterable[str], now: float) -> dict[str, Standing]:
    """Those under which there is anything: a call, or what one or another system left."""
    found = db.execute(_STANDING, {"now": now, "sids": msgspec.json.encode([*sids]).decode()}).fetchone()
    return {one.sid: one for one in _standing.decode(found[0])}


def one_of_each(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    """In their order, but no two of a call at once."""
    while copies:
        first: dict[str, Copy] = {}
        later = [copy for copy in copies if first.setdefault(copy.sid, copy) is not copy]
        yield [*first.values()]
        copies = later


class Row(NamedTuple):
    """A call as Redis has it, as it is to stand in its table."""

    sid: str
    business: str
    caller: str
    """The number's name; "" for none."""
    created_ms: int
    cut: int
    rev: int
    leads: bool
    status: str
    until: float
    words_until: float
    fields: bytes
    words: bytes


_INTO = f"INTO calls ({', '.join(Row._fields)})"
_MOVING = ("rev", "leads", "status", "until", "words_until", "fields", "words")
_OTHERWISE = (
    f"ON CONFLICT (sid) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _MOVING)}, writes = writes + 1, cut = max(cut, excluded.cut)"
)


def row(copy: Copy, after: Call, until: float, words_until: float) -> Row:
    """`after`: the call."""
    caller, leads = calls.led(after)
    fields, words = map(calls.encoded, calls.parted(copy.kept))
    moving = (after.rev, leads, after.status, until, words_until, fields, words)
    return Row(after.sid, after.brief.business, caller, copy.began_ms, copy.cut, *moving)


def write(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Let these calls, each another one, stand as Redis has them. A caller's number leads to the last that it may."""
    lead = {row.caller: row.sid for row in rows if row.leads}
    calls.lead(db, lead)
    calls.add(db, _INTO, [row._replace(leads=row.leads and lead[row.caller] == row.sid) for row in rows], _OTHERWISE)
