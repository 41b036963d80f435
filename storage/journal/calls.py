"""Calls as the journal keeps them, and the CallSkeleton beside each. Everything here runs inside a transaction."""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from agent.record import caller_id
from agent.record.call import Call, Line
from storage import codec, keys
from storage.journal.schema import AMONG, listed

_COLUMNS = "life, rev, writes, fields, business, leads, status, created_ms, until, sha, theirs, cut, steps, base_rev, words"
_BARE = _COLUMNS.replace("fields", "x''").replace(", words", ", x''")
"""The same, but for what takes the room."""
_encode = msgspec.msgpack.encode
_fields = msgspec.msgpack.Decoder(dict[str, bytes])
OF_A_CALL = ("steps", "lines", "turns", "traces", "documents")
"""Tables that hold what goes with a call."""
AT_ONCE = 64
"""Rows in one statement."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A call as it stands in its table."""

    life: int
    """No two calls have the same, also when one follows the other under its sid."""
    rev: int
    writes: int
    """How often it was written: counts on where `rev` is set to what Redis says."""
    fields: bytes
    business: str
    leads: int
    status: str
    created_ms: int
    until: float
    sha: str
    """Fingerprint of the document as we last wrote it, where it has a row of its own."""
    theirs: int
    cut: int
    steps: int
    base_rev: int
    words: bytes
    spoken: int
    """Whether what was said in it is still kept."""

    @property
    def whole_fields(self) -> dict[str, bytes]:
        """Of the record and of the words."""
        return decoded(self.fields) | (decoded(self.words) if self.spoken else {})

    def call(self, sid: str) -> Call:
        return call(sid, self.rev, self.whole_fields)


class Lying(msgspec.Struct, frozen=True):
    """The CallSkeleton beside a call."""

    text: bytes | None
    """None: there is none, or it is simply read off the call."""
    seen: str
    """Its fingerprint."""
    apart: bool
    """Whether it has a row of its own."""


def call(sid: str, rev: int, fields: Mapping[str, bytes]) -> Call:
    return codec.call(sid, {**fields, "rev": b"%d" % rev})


def decoded(fields: bytes) -> dict[str, bytes]:
    return _fields.decode(fields)


def parted(kept: Mapping[str, bytes]) -> codec.Changed:
    """Fields of a record, and its words."""
    words = {name: kept[name] for name in codec.WORDS if name in kept}
    return {name: value for name, value in kept.items() if name not in words}, words


def encoded(fields: Mapping[str, bytes]) -> bytes:
    return _encode(fields)


def find(db: sqlite3.Connection, sid: str, now: float, *, bare: bool = False) -> Row | None:
    """A call that is there and has not expired; `bare`: without its fields and words."""
    what = f"SELECT {_BARE if bare else _COLUMNS}, words_until > ? FROM calls WHERE sid = ? AND until > ?"  # noqa: S608 - our own names
    found = db.execute(what, (now, sid, now)).fetchone()
    return Row(*found) if found else None


def lying(db: sqlite3.Connection, sid: str, row: Row | None) -> Lying:
    """What stands beside a call, or under the sid of none."""
    found = db.execute("SELECT text FROM documents WHERE sid = ?", (sid,)).fetchone()
    if found is not None:
        return Lying(found[0], fingerprint(found[0]), True)
    return Lying(None, seen(row.life, row.writes) if row and row.spoken else "", False)


def seen(life: int, writes: int) -> str:
    """The fingerprint of a document that is read off its call: nobody else writes there."""
    return f"{life}.{writes}"


def fingerprint(text: bytes | None) -> str:
    return "" if text is None else hashlib.sha1(text, usedforsecurity=False).hexdigest()


def write(db: sqlite3.Connection, row: Row | None, after: Call, until: float, words_until: float) -> int:
    """A call's next revision; its life. `row`: as it stands, None for a new one.

    The caller's number leads to it from now on, or does not any longer.
    """
    number, leads = led(after)
    if leads and not (row and row.leads):
        lead(db, [number])
    fields, words = map(encoded, codec.changed(None, after))
    moving = (leads, after.status, until, words_until, fields, words)
    if row is None:
        new = (after.sid, after.brief.business, number, codec.milliseconds(after.created_at), *moving)
        columns = "rev, sid, business, caller, created_ms, leads, status, until, words_until, fields, words"
        done = db.execute(f"INSERT INTO calls ({columns}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", new)  # noqa: S608 - our own names
        return int(done.lastrowid or 0)
    columns = "rev = rev + 1, leads = ?, status = ?, until = ?, words_until = ?, fields = ?, words = ?, writes = writes + 1"
    db.execute(f"UPDATE calls SET {columns} WHERE life = ?", (*moving, row.life))  # noqa: S608 - our own names
    return row.life


def led(after: Call) -> tuple[str, bool]:
    """A caller's number, as it is kept; "" where nobody knows it. And whether it leads to this call."""
    brief = after.brief
    number = keys.caller(brief.business, brief.caller) if brief.caller else ""
    return number, bool(number) and caller_id.is_named(after) and not after.booked


def lead(db: sqlite3.Connection, numbers: Collection[str]) -> None:
    """They lead to no call any more, but to those that are written next."""
    if numbers:
        known = "caller <> ''"  # for the sake of its index
        db.execute(f"UPDATE calls SET leads = 0 WHERE {known} AND caller {AMONG} AND leads", (listed(numbers),))  # noqa: S608 - our own names


def said(db: sqlite3.Connection, sid: str) -> bytes:
    """The conversation: JSON objects joined by commas."""
    return b",".join(row[0] for row in db.execute("SELECT line FROM lines WHERE sid = ? ORDER BY number", (sid,)))


def say(db: sqlite3.Connection, sid: str, taken_back: int, lines: Sequence[Line]) -> bytes:
    """Take the last lines back and add these; what was taken back."""
    gone = take_back(db, sid, taken_back)
    add(db, "INTO lines (sid, line)", [(sid, codec.encode(line)) for line in lines])
    return gone


def take_back(db: sqlite3.Connection, sid: str, count: int) -> bytes:
    """Take so many of the last lines back; these."""
    gone: list[tuple[int, bytes]] = []
    if count:
        gone = db.execute("SELECT number, line FROM lines WHERE sid = ? ORDER BY number DESC LIMIT ?", (sid, count)).fetchall()
        db.executemany("DELETE FROM lines WHERE number = ?", [(number,) for number, _ in gone])
    return b",".join(line for _, line in reversed(gone))


def add(db: sqlite3.Connection, into: str, rows: Sequence[tuple[Any, ...]], otherwise: str = "") -> None:
    """Rows, in as few statements as can be: around each the interpreter goes to another thread, which costs more than the row.

    `otherwise`: what is done where a row is there already.
    """
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        row = f"({', '.join('?' * len(some[0]))})"
        insert = f"INSERT {into} VALUES {', '.join([row] * len(some))} {otherwise}"  # noqa: S608 - our own names
        db.execute(insert, [value for one in some for value in one])


def composed(db: sqlite3.Connection, sid: str, row: Row) -> bytes:
    """The CallSkeleton as it is read off the call."""
    return codec.compose(codec.body(row.call(sid)), b"[%b]" % (said(db, sid) if row.spoken else b""))


def forget_words(db: sqlite3.Connection, sids: Iterable[str]) -> None:
    """Take away what was said in calls, but their events."""
    these = listed(sids)
    for table in ("lines", "turns", "traces"):
        db.execute(f"DELETE FROM {table} WHERE sid {AMONG}", (these,))  # noqa: S608 - our own names
    db.execute(f"UPDATE calls SET words = ?, words_until = 0 WHERE sid {AMONG}", (encoded({}), these))  # noqa: S608 - our own names


def remove(db: sqlite3.Connection, sids: Iterable[str]) -> bool:
    """Take calls away, and all that goes with them but their events; whether there was one, or a document."""
    these, found = listed(sids), False
    for table in (*OF_A_CALL, "calls"):
        gone = db.execute(f"DELETE FROM {table} WHERE sid {AMONG}", (these,)).rowcount  # noqa: S608 - our own names
        found |= gone > 0
    return found
