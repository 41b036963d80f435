"""What the journal has beyond a store of calls: copies of what Redis has, and the way back of what Redis has not seen.

How it works. `keep` notes calls as Redis has them. While Redis is away the journal is the store, and notes each step. Once it is back, somebody asks
which calls wait (`waiting`), is the only one who has these for a while (a lease, as in the outbox), takes their steps in Redis, in order, and says of
each `written`; whoever dies in between says nothing, and the next one finds in Redis what was taken already. Callers erased meanwhile come first
(`to_erase`, `erased`). `forget` takes a call away that is over.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from agent.record.call import Booking, Call, Line
from storage import codec, ids
from storage.journal import calls, places, steps
from storage.journal.calls import Copied, Lying
from storage.journal.engine import note_removed
from storage.journal.flag import Flag
from storage.journal.log import Log, packed
from storage.journal.part import Part
from storage.journal.steps import Waiting

UNDER_WAY_S = 10.0
"""How long a turn may take from its beginning, which its place is dated by, until its place is noted."""
GONE_S = 60.0
"""How late anything may come that was noted of a call before it was taken away."""


class Said(msgspec.Struct, frozen=True):
    """What a step did to the conversation."""

    rev: int
    """The call's after it."""
    taken_back: int
    lines: tuple[Line, ...]


class Copy(msgspec.Struct, kw_only=True):
    """A call as Redis has it, and what has come since the copy before; that may have been taken in already, from this one or another."""

    call: Call
    kept: Mapping[str, bytes]
    """The record's fields and its words, as Redis has them."""
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
        self.call, self.kept, self.at, self.told = later.call, later.kept, later.at, later.told or self.told
        self.said += later.said
        self.answers |= later.answers
        if later.places or later.released:
            self.places, self.released = later.places, later.released


class JournalFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What of this host Redis has not seen."""

    calls: int = 0
    steps: int = 0
    since: float = 0.0
    """When the oldest step was taken: Unix seconds; 0.0 when there is none."""
    erasures: int = 0


class JournalBack(Part):
    """Copies, and the way back."""

    _log: Log
    flag: Flag

    async def keep(self, copies: Sequence[Copy]) -> None:
        """Note calls as Redis has them, without waiting for the disk. A call with steps that Redis has not seen stays as it is."""

        def keep(db: sqlite3.Connection) -> None:
            erased = db.execute("SELECT sid, at FROM erasures UNION ALL SELECT sid, at FROM gone ORDER BY at").fetchall() if copies else ()
            gone = dict(erased)
            for copy in copies:
                if gone.get(copy.call.sid, -1.0) < copy.at:  # else it was noted before that
                    self._keep(db, copy)
            self._log.go_on_from(db, max((_number(copy.told) for copy in copies), default=0))

        await self._write(keep, durable=False)

    def _keep(self, db: sqlite3.Connection, copy: Copy) -> None:
        now, after = self._clock(), copy.call
        sid, at = after.sid, min(now, copy.at or now)
        until = at + min(self._ttl.of(after), self._ttl.at(after.brief.business).call_s)
        if until <= now:
            return  # by one whose host was down for as long as copies last
        row = calls.find(db, sid, now, bare=True)
        began_ms = codec.milliseconds(after.created_at)
        if row and not row.steps and row.created_ms > began_ms:
            return  # of a call that Redis lost: another has begun under its sid
        if row and not row.steps and row.created_ms < began_ms:
            row = None  # the other way round
        if row and not row.steps and row.rev >= after.rev:  # what another worker took after it was noted first
            self._keep_answers(db, copy)
            return
        if row and row.steps and row.base_rev >= after.rev:  # its steps here began behind that, and so did the place they took
            self._keep_answers(db, copy)
            return
        for booking in copy.places:
            places.take(db, now, booking, self._ttl)
        if copy.released:
            db.execute("DELETE FROM places WHERE business = ? AND sid = ?", (after.brief.business, sid))
        if row and row.steps:  # whoever sends a turn again that Redis took hears what was said then
            self._keep_answers(db, copy)
            return
        if row is None:
            self._expire(db, sid, calls.lying(db, sid, row))
        if row and not row.spoken:
            self._forget_words(db, sid)
            row = calls.find(db, sid, now, bare=True)
        rev = row.rev if row else 0
        told = Copied(after.rev, copy.kept, _number(copy.told))
        calls.write(db, row, after, until, min(until, at + self._ttl.words_of(after)), told)
        self._keep_answers(db, copy)
        calls.say(db, sid, *_in_all([said for said in copy.said if said.rev > rev]))
        if after.root:
            db.execute("INSERT OR REPLACE INTO roots VALUES (?, ?, ?)", (sid, after.root, now + self._ttl.kin_s))

    def _keep_answers(self, db: sqlite3.Connection, copy: Copy) -> None:
        answers = [(copy.call.sid, turn, answer) for turn, answer in copy.answers.items()]
        calls.add(db, "OR IGNORE INTO turns", answers)

    async def keep_places(self, business: str, bookings: Sequence[Booking], at: float) -> None:
        """Note a calendar as Redis had it `at` (Unix seconds). What turns of then may have taken since stays, and what Redis has not seen."""
        await self._write(lambda db: places.replace(db, business, bookings, at - UNDER_WAY_S), durable=False)

    async def places_waiting(self, business: str) -> Sequence[Booking]:
        """What of a business's calendar calls have, or have noted, with steps that Redis has not seen."""
        found: Sequence[Booking] = await self._read(lambda db: places.waiting(db, business))
        return found

    async def keep_secret(self, secret: bytes) -> None:
        """Note the secret that all who use Redis share, whatever was kept here as such."""
        await self._write(lambda db: db.execute("INSERT OR REPLACE INTO marks VALUES ('secret', ?)", (secret,)), durable=False)

    async def forget(self, gone: Mapping[str, float], *, waiting: bool = False) -> None:
        """Take calls away, erased in Redis at that time (Unix seconds), with all there is of them here, unless another has begun under the sid since;
        nobody is told.

        One with steps that Redis has not seen goes only on the way back, which knows whether it is the same call (`waiting`).
        """

        def forget(db: sqlite3.Connection) -> None:
            db.executemany("INSERT INTO gone VALUES (?, ?) ON CONFLICT (sid) DO UPDATE SET at = max(at, excluded.at)", gone.items())
            for sid, at in gone.items():
                if db.execute("SELECT 1 FROM calls WHERE sid = ? AND created_ms > ?", (sid, at * 1000)).fetchone():
                    continue
                if not waiting and db.execute("SELECT 1 FROM calls WHERE sid = ? AND steps > 0", (sid,)).fetchone():
                    continue
                calls.remove(db, sid)
                db.execute("DELETE FROM events WHERE sid = ? AND erasure = 0", (sid,))
                for table in ("roots", "deliveries", "appointments"):
                    db.execute(f"DELETE FROM {table} WHERE sid = ?", (sid,))  # noqa: S608 - our own names
                places.forget(db, sid)
                note_removed(db)

        await self._write(forget)

    async def waiting(self, count: int, lease_s: float) -> Sequence[Waiting]:
        """Calls with steps that Redis has not seen, the longest waiting first; nobody else is given them for `lease_s` seconds."""

        def take(db: sqlite3.Connection) -> tuple[Waiting, ...]:
            now = self._clock()
            what = "SELECT sid FROM calls WHERE steps > 0 AND leased <= ? ORDER BY since, sid LIMIT ?"
            sids = [row[0] for row in db.execute(what, (now, count))]
            found = tuple(one for sid in sids if (one := steps.of(db, sid)))
            db.executemany("UPDATE calls SET leased = ? WHERE sid = ?", [(now + lease_s, sid) for sid in sids])
            return found

        found: Sequence[Waiting] = await self._write(take, durable=False)
        return found

    async def steps_of(self, sid: str) -> Waiting | None:
        """What waits of one call, whoever has it; None when that is nothing."""

        def take(db: sqlite3.Connection) -> Waiting | None:
            found = steps.of(db, sid)
            db.execute("UPDATE calls SET leased = max(leased, ?) WHERE sid = ? AND steps > 0", (self._clock(), sid))
            return found

        found: Waiting | None = await self._write(take, durable=False)
        return found

    async def written(self, sid: str, rev: int, standing: Call) -> bool:
        """Redis has the call's steps up to revision `rev`, as it is counted here, and `standing` is what it has.

        Further steps go on from there. After the last, what stands here is a copy like any other: what the call owes, what it booked and what it told
        are for Redis to keep. Returns False when the call was erased meanwhile. Not synced: whoever does not find it noted finds the steps in Redis.
        """

        def note(db: sqlite3.Connection) -> bool:
            if not steps.written(db, sid, rev, standing):
                return db.execute("SELECT 1 FROM calls WHERE sid = ?", (sid,)).fetchone() is not None
            for table in ("traces", "deliveries", "appointments"):
                db.execute(f"DELETE FROM {table} WHERE sid = ?", (sid,))  # noqa: S608 - our own names
            until = self._clock() + self._ttl.at(standing.brief.business).call_s
            db.execute("UPDATE calls SET until = min(until, ?) WHERE sid = ?", (until, sid))
            self._log.disown(db, sid)
            return True

        return await self._write(note, durable=False)

    async def copies(self) -> Sequence[str]:
        """The callSids of the calls that stand here as Redis has them."""
        rows: Any = await self._read(lambda db: db.execute("SELECT sid FROM calls WHERE steps = 0").fetchall())
        return tuple(row[0] for row in rows)

    async def give_back(self, sids: Iterable[str]) -> None:
        """What these calls' steps wait for is not to be had now: anybody may be given them again."""
        rows = [(self._clock(), sid) for sid in sids]
        await self._write(lambda db: db.executemany("UPDATE calls SET leased = ? WHERE sid = ?", rows), durable=False)

    async def unseen(self, sid: str) -> str:
        """What Redis has not seen of a call: "steps", that it is "erased", or nothing, ""."""

        def look(db: sqlite3.Connection) -> str:
            if db.execute("SELECT 1 FROM erasures WHERE sid = ?", (sid,)).fetchone():
                return "erased"
            return "steps" if db.execute("SELECT 1 FROM calls WHERE sid = ? AND steps > 0", (sid,)).fetchone() else ""

        return await self._read(look)

    async def look_again(self) -> bool:
        """Whether anything waits; where nothing does, the flag goes down."""

        def look(db: sqlite3.Connection) -> bool:
            waits = "SELECT EXISTS (SELECT 1 FROM calls WHERE steps > 0) OR EXISTS (SELECT 1 FROM erasures)"
            up = bool(db.execute(waits).fetchone()[0])
            self.flag.put(up)
            return up

        return await self._write(look, durable=False)

    async def to_erase(self) -> Sequence[str]:
        """The callSids that were erased here and may yet stand in Redis."""
        rows: Any = await self._read(lambda db: db.execute("SELECT sid FROM erasures ORDER BY at, sid").fetchall())
        return tuple(row[0] for row in rows)

    async def erased(self, sid: str) -> None:
        """It is erased in Redis as well."""

        def note(db: sqlite3.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (sid, self._clock()))
            db.execute("DELETE FROM erasures WHERE sid = ?", (sid,))

        await self._write(note)

    async def figures(self) -> JournalFigures:
        def count(db: sqlite3.Connection) -> JournalFigures:
            what = "SELECT count(*), coalesce(sum(steps), 0), coalesce(min(since), 0.0) FROM calls WHERE steps > 0"
            some, number, since = db.execute(what).fetchone()
            erasures = db.execute("SELECT count(*) FROM erasures").fetchone()[0]
            return JournalFigures(calls=some, steps=number, since=since, erasures=erasures)

        found: JournalFigures = await self._read(count)
        return found

    async def tidy(self) -> bool:
        """Take away what has expired, and write the file anew; whether nothing is left in it of who was taken away. Done by itself, now and then."""
        return await self._engine.tidy()

    def _expire(self, db: sqlite3.Connection, sid: str, there: Lying) -> None:
        """Take a call away that has expired and another one follows under its sid, if there is one; a document of another system's stays."""
        if calls.remove(db, sid):
            note_removed(db)
        self._log.disown(db, sid)
        if there.apart:
            db.execute("INSERT INTO documents VALUES (?, ?)", (sid, there.text))

    def _forget_words(self, db: sqlite3.Connection, sid: str) -> None:
        self._log.disown(db, sid)
        calls.forget_words(db, sid)
        note_removed(db)

    def _sweep(self, db: sqlite3.Connection) -> None:
        """Take away what has expired. Steps that wait for Redis stay for a while; their call is found no more."""
        now = self._clock()
        for (sid,) in db.execute("SELECT sid FROM calls WHERE until <= ? AND (steps = 0 OR until <= ?)", (now, now - places.WAITING_S)).fetchall():
            calls.remove(db, sid)
            self._log.disown(db, sid)
            note_removed(db)
        for (sid,) in db.execute("SELECT sid FROM calls WHERE words_until > 0 AND words_until <= ?", (now,)).fetchall():
            self._forget_words(db, sid)
        self._log.trim(db, now)
        gone = sum(db.execute(f"DELETE FROM {table} WHERE until <= ?", (now,)).rowcount for table in ("appointments", "deliveries"))  # noqa: S608
        if gone:
            note_removed(db)
        db.execute("DELETE FROM gone WHERE at <= ?", (now - GONE_S,))
        for table in ("roots", "claims", "tallies", "readers"):
            db.execute(f"DELETE FROM {table} WHERE until <= ?", (now,))  # noqa: S608 - our own names


def _in_all(some: Sequence[Said]) -> tuple[int, Sequence[Line]]:
    """What these steps, one after the other, take back of the conversation before them, and what they add to it."""
    taken_back, lines = 0, list[Line]()
    for said in some:
        taken_back += max(said.taken_back - len(lines), 0)
        lines = [*lines[: max(len(lines) - said.taken_back, 0)], *said.lines]
    return taken_back, lines


def _number(id_: str) -> int:
    """An event's id as the log counts; 0 for none."""
    at = ids.position(id_)
    return packed(at) if at else 0
