"""Steps that Redis has not seen: how the journal keeps each, in order, and gives them back."""

import secrets
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from agent.record.call import Booking, Call, Line
from agent.record.delivery import Delivery, Settled
from agent.record.events import Event
from storage import codec, ids
from storage.journal import calls
from storage.journal.calls import Row
from storage.journal.log import unpacked
from storage.store import Change

BEFORE_S = 5.0
"""How much older than a call's first step here the copy of it is at least taken to be."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `Change`, but for the call before and after it: only the fields of the record that differ."""

    fields: dict[str, bytes]
    taken_back: int = 0
    gone: tuple[Line, ...] = ()
    """What was taken back."""
    lines: tuple[Line, ...] = ()
    events: tuple[Event, ...] = ()
    event_ids: tuple[str, ...] = ()
    """What the events are called here."""
    answer: tuple[str, bytes] | None = None
    trace: bytes = b""
    booking: Booking | None = None
    capacity: int = 1
    release: bool = False
    deliveries: tuple[Delivery, ...] = ()
    settles: Settled | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it was taken here. A `Change` for Redis, but for `seen`, which only Redis knows."""

    change: Change
    event_ids: tuple[str, ...]
    known: tuple[Line, ...]
    """The conversation as this host knew it before."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A call with steps that Redis has not seen."""

    sid: str
    base: Call | None
    """As Redis was last known to have it; None: it began here."""
    steps: tuple[Taken, ...]
    """In order; the first one's `before` is `base`."""
    since: float
    """When the first of them was taken: Unix seconds."""
    told: str
    """Whatever tells in Redis's log that the call was erased stands behind this id, if it is this call."""
    begun: bool
    """Whether somebody was given them before, who may have taken some in Redis."""
    name: str
    """What tells this call here from any other, and any other journal's; a step's number in it is `change.after.rev` + 1."""


_encode = msgspec.msgpack.Encoder().encode
_step = msgspec.msgpack.Decoder(Step)
_CARRIED = tuple(name for name in Step.__struct_fields__ if name not in ("fields", "event_ids", "gone"))


def keep(
    db: sqlite3.Connection, row: Row | None, change: Change, fields: dict[str, bytes], event_ids: Sequence[str], gone: bytes, now: float
) -> None:
    """Note a step that was just written. `row`: the call as it stood before; `gone`: the lines that it took back, JSON objects joined by commas."""
    sid, rev = change.after.sid, row.rev if row else 0
    db.execute("INSERT OR IGNORE INTO marks VALUES ('name', ?)", (secrets.token_hex(8),))
    step = Step(fields=fields, event_ids=tuple(event_ids), gone=_lines(gone), **{name: getattr(change, name) for name in _CARRIED})
    db.execute("INSERT INTO steps VALUES (?, ?, ?)", (sid, rev + 1, _encode(step)))
    if row and row.steps:
        db.execute("UPDATE calls SET steps = steps + 1 WHERE sid = ?", (sid,))
    else:
        base = calls.encoded(row.whole_fields) if row else None
        db.execute("UPDATE calls SET steps = 1, base = ?, base_rev = ?, since = ? WHERE sid = ?", (base, rev, now, sid))


def of(db: sqlite3.Connection, sid: str) -> Waiting | None:
    """What waits of one call; None when that is nothing, also when the call has expired here meanwhile."""
    columns = "base, base_rev, since, life, cut, leased, (SELECT at FROM gone WHERE gone.sid = calls.sid)"
    found = db.execute(f"SELECT {columns} FROM calls WHERE sid = ? AND steps > 0", (sid,)).fetchone()  # noqa: S608 - our own names
    if not found:
        return None
    base, rev, since, life, cut, leased, gone = found
    (whose,) = db.execute("SELECT value FROM marks WHERE name = 'name'").fetchone()
    fields = calls.decoded(base) if base is not None else {}
    before = first = calls.call(sid, rev, fields) if base is not None else None
    steps: list[Taken] = []
    kept = [(number, _step.decode(data)) for number, data in db.execute("SELECT rev, step FROM steps WHERE sid = ? ORDER BY rev", (sid,))]
    known = _known_before([step for _, step in kept], _lines(calls.said(db, sid)))
    for number, step in kept:
        fields |= step.fields
        after = calls.call(sid, number, fields)
        carried: dict[str, Any] = {name: getattr(step, name) for name in _CARRIED}
        same_rev = msgspec.structs.replace(after, rev=number - 1)
        steps.append(Taken(change=Change(before=before, after=same_rev, **carried), event_ids=step.event_ids, known=known))
        known = (*known[: max(len(known) - len(step.gone), 0)], *step.lines)
        before = after
    told = ids.moment(max(since, gone or 0.0))  # the call that was erased here before it began is another
    if first is not None:  # the copy is older: as old as the last event that Redis had told of it
        told = min(ids.moment(since - BEFORE_S), unpacked(cut) if cut else told)
    return Waiting(sid=sid, base=first, steps=tuple(steps), since=since, told=ids.written(told), begun=leased > 0, name=f"{whose}.{life}")


def _known_before(steps: Sequence[Step], said: tuple[Line, ...]) -> tuple[Line, ...]:
    """The conversation as it was before these steps, which led to `said`; without what is forgotten since."""
    for step in reversed(steps):
        said = (*said[: max(len(said) - len(step.lines), 0)], *step.gone)
    return said


def _lines(joined: bytes) -> tuple[Line, ...]:
    return msgspec.json.decode(b"[%b]" % joined, type=tuple[Line, ...])


def written(db: sqlite3.Connection, sid: str, rev: int, standing: Call) -> bool:
    """Redis has every step up to revision `rev` (as it is counted here), and the call as `standing`. Returns whether that was the last.

    While further steps wait, these go on from what the call had come to here; after the last, what stands here is what stands in Redis.
    Whoever says so second, since two brought the call, is too late: other turns may have been noted by then.
    """
    if not db.execute("SELECT 1 FROM steps WHERE sid = ? AND rev = ?", (sid, rev)).fetchone():
        return False
    base = db.execute("SELECT base FROM calls WHERE sid = ?", (sid,)).fetchone()
    before = calls.decoded(base[0]) if base and base[0] is not None else {}
    for (data,) in db.execute("SELECT step FROM steps WHERE sid = ? AND rev <= ? ORDER BY rev", (sid, rev)):
        before |= _step.decode(data).fields
    db.execute("DELETE FROM steps WHERE sid = ? AND rev <= ?", (sid, rev))
    left = db.execute("SELECT count(*) FROM steps WHERE sid = ?", (sid,)).fetchone()[0]
    if left:
        db.execute("UPDATE calls SET steps = ?, base = ?, base_rev = ? WHERE sid = ?", (left, calls.encoded(before), rev, sid))
        return False
    fields, words = codec.changed(None, standing)
    found = db.execute("SELECT rev, fields, words FROM calls WHERE sid = ?", (sid,)).fetchone()
    if not found:  # erased meanwhile
        return False
    rev_now, kept, said = found
    moved = calls.call(sid, rev_now, calls.decoded(kept) | calls.decoded(said)) != standing  # if not, a turn that is under way here goes on
    began_ms = codec.milliseconds(standing.created_at)  # another host may have had it before
    values = (standing.rev, began_ms, moved, calls.encoded(fields), calls.encoded(words), standing.status, sid)
    now = "steps = 0, base = NULL, leased = 0, rev = ?, created_ms = ?, writes = writes + ?, fields = ?, words = ?, status = ?"
    db.execute(f"UPDATE calls SET {now} WHERE sid = ?", values)  # noqa: S608 - our own names
    return True
