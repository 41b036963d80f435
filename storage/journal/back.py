"""What the journal has beyond a store of calls: copies of what Redis has, and the way back of what Redis has not seen.

How it works. `keep` notes calls as Redis has them. While Redis is away the journal is the store, and notes each step. Once it is back, somebody asks
which calls wait (`waiting`), is the only one who has these for a while (a lease, as in the outbox), takes their steps in Redis, in order, and says of
each `written`; whoever dies in between says nothing, and the next one finds in Redis what was taken already. Callers erased meanwhile come first
(`to_erase`, `erased`). `forget` takes a call away that is over.
"""

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from agent.record.call import Booking, Call
from storage import codec
from storage.journal import calls, copies, places, steps
from storage.journal.calls import Lying
from storage.journal.copies import Copy, Standing, one_of_each
from storage.journal.flag import Flag
from storage.journal.log import Log
from storage.journal.marks import note_removed
from storage.journal.part import Part
from storage.journal.steps import Waiting

UNDER_WAY_S = 10.0
"""How long a turn may take from its beginning, which its place is dated by, until its place is noted."""
AT_ONCE = 16
"""Copies in a transaction: with more, the loop would be held up for longer than a turn takes it."""
GONE_S = 60.0
"""How late anything may come that was noted of a call before it was taken away."""


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

    async def keep(self, some: Sequence[Copy]) -> None:
        """Note calls as Redis has them, without waiting for the disk. A call with steps that Redis has not seen stays as it is."""

        for first in range(0, len(some), AT_ONCE):
            batch = some[first : first + AT_ONCE]
            await self._write(partial(self._keep_batch, batch), durable=False, brief=True)
            await asyncio.sleep(0)

    def _keep_batch(self, batch: Sequence[Copy], db: sqlite3.Connection) -> None:
        erased = db.execute("SELECT sid, at FROM erasures UNION ALL SELECT sid, at FROM gone ORDER BY at").fetchall()
        gone = dict(erased)
        for some in one_of_each([copy for copy in batch if gone.get(copy.sid, -1.0) < copy.at]):  # others were noted before that
            self._keep(db, some)
        self._log.go_on_from(db, max(copy.cut for copy in batch))

    def _keep(self, db: sqlite3.Connection, some: Sequence[Copy]) -> None:
        """Copies of as many calls."""
        now = self._clock()
        there = copies.standing(db, [copy.sid for copy in some], now)
        rows, lines, answers = list[copies.Row](), list[tuple[str, bytes]](), list[tuple[str, str, bytes]]()
        for copy in some:
            sid, after = copy.sid, copy.call()
            until, words_until = self._until(copy, after, now)
            stands = there.get(sid)
            if until <= now or (stands and stands.is_later_than(copy)):
                continue  # by one whose host was down for as long as copies last, or of a call that Redis lost
            answers += [(sid, turn, answer) for turn, answer in copy.answers.items()]
            if stands and stands.has_seen(copy):
                continue
            self._keep_places(db, now, copy, after.brief.business)
            if stands and stands.steps:  # whoever sends a turn again that Redis took hears what was said then
                continue
            begins = self._make_room(db, copy, stands)
            rows.append(copies.row(copy, after, until, words_until))
            taken_back, added = copy.said_since(begins)
            calls.take_back(db, sid, taken_back)
            lines += [(sid, codec.encode(line)) for line in added]
            if after.root:
                db.execute("INSERT OR REPLACE INTO roots VALUES (?, ?, ?)", (sid, after.root, now + self._ttl.kin_s))
        copies.write(db, rows)
        calls.add(db, "OR IGNORE INTO turns", answers)
        calls.add(db, "INTO lines (sid, line)", lines)

    def _until(self, copy: Copy, after: Call, now: float) -> tuple[float, float]:
        """When a copy expires, and when what was said in the call does."""
        at = min(now, copy.at or now)
        until = at + min(self._ttl.of(after), self._ttl.at(after.brief.business).call_s)
        return until, min(until, at + self._ttl.words_of(after))

    def _keep_places(self, db: sqlite3.Connection, now: float, copy: Copy, business: str) -> None:
        for booking in copy.places:
            places.take(db, now, booking, self._ttl)
        if copy.released:
            db.execute("DELETE FROM places WHERE business = ? AND sid = ?", (business, copy.sid))

    def _make_room(self, db: sqlite3.Connection, copy: Copy, stands: Standing | None) -> int:
        """Take away what stands under a call's sid and is not of it, or has expired; behind which of its steps its conversation stands here."""
        sid = copy.sid
        if stands is None:
            return 0
        if not stands.is_of(copy):
            self._expire(db, sid, calls.lying(db, sid, None))
            return 0
        if not stands.spoken:
            self._forget_words(db, [sid])
        return stands.rev

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
                calls.remove(db, [sid])
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
            self._log.disown(db, [sid])
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
        if calls.remove(db, [sid]):
            note_removed(db)
        self._log.disown(db, [sid])
        if there.apart:
            db.execute("INSERT INTO documents VALUES (?, ?)", (sid, there.text))

    def _forget_words(self, db: sqlite3.Connection, sids: Collection[str]) -> None:
        self._log.disown(db, sids)
        calls.forget_words(db, sids)
        note_removed(db)

    def _sweep(self, db: sqlite3.Connection) -> None:
        """Take away what has expired. Steps that wait for Redis stay for a while; their call is found no more."""
        now = self._clock()
        gone = db.execute("SELECT json_group_array(sid) FROM calls WHERE until <= ? AND (steps = 0 OR until <= ?)", (now, now - places.WAITING_S))
        if sids := msgspec.json.decode(gone.fetchone()[0]):
            calls.remove(db, sids)
            self._log.disown(db, sids)
            note_removed(db)
        silent = db.execute("SELECT json_group_array(sid) FROM calls WHERE words_until > 0 AND words_until <= ?", (now,))
        if sids := msgspec.json.decode(silent.fetchone()[0]):
            self._forget_words(db, sids)
        self._log.trim(db, now)
        left = sum(db.execute(f"DELETE FROM {table} WHERE until <= ?", (now,)).rowcount for table in ("appointments", "deliveries"))  # noqa: S608
        if left:
            note_removed(db)
        db.execute("DELETE FROM gone WHERE at <= ?", (now - GONE_S,))
        for table in ("roots", "claims", "tallies", "readers"):
            db.execute(f"DELETE FROM {table} WHERE until <= ?", (now,))  # noqa: S608 - our own names
