"""What calls owe to the outside, in the journal."""

import sqlite3
from collections.abc import Sequence

import msgspec

from agent.record.delivery import Delivery, Owed, Settled, place_in_list
from storage import codec
from storage.errors import AlreadySettled
from storage.journal.marks import note_removed
from storage.journal.part import Part
from storage.outbox import OutboxFigures


class JournalOutbox(Part):
    """An Outbox. What is made of it calls `owe` with a step, and `forgive` when a call is erased."""

    def owe(self, db: sqlite3.Connection, sid: str, deliveries: Sequence[Delivery]) -> None:
        if not deliveries:
            return
        now, until = self._now_ms(), self._clock() + self._ttl.owed_s
        rows = [(sid, one.id, one.business, now, until, codec.encode(Owed(delivery=one, due_ms=now))) for one in deliveries]
        db.execute("UPDATE deliveries SET until = ? WHERE sid = ?", (until, sid))
        db.executemany("INSERT OR REPLACE INTO deliveries (sid, id, business, look_ms, dead, until, owed) VALUES (?, ?, ?, ?, 0, ?, ?)", rows)

    def settle(self, db: sqlite3.Connection, sid: str, settled: Settled | None) -> None:
        """Take it off what the call owes, or give it up. Raises AlreadySettled."""
        if settled is None:
            return
        owed = self._one(db, settled.id, sid)
        if owed is None or (settled.why and not owed.due_ms):
            raise AlreadySettled(f"how it ended with what call {sid} owes was told before")
        if settled.why:
            self._fail(db, settled.id, sid, 0, settled.why)
        else:
            self._drop(db, settled.id, sid)

    @staticmethod
    def forgive(db: sqlite3.Connection, sid: str) -> bool:
        """Forget what a call owes; whether there was anything."""
        return db.execute("DELETE FROM deliveries WHERE sid = ?", (sid,)).rowcount > 0

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        def take(db: sqlite3.Connection) -> tuple[Owed, ...]:
            now = self._now_ms()
            what = "SELECT sid, id, owed FROM deliveries WHERE dead = 0 AND look_ms <= ? AND until > ? ORDER BY look_ms, id LIMIT ?"
            rows = db.execute(what, (now, self._clock(), count)).fetchall()
            till_ms = now + round(lease_s * 1000)
            taken = [(till_ms, sid, id_) for sid, id_, _ in rows]
            db.executemany("UPDATE deliveries SET look_ms = ? WHERE sid = ? AND id = ?", taken)
            return tuple(msgspec.structs.replace(codec.owed(owed), till_ms=till_ms) for *_, owed in rows)

        return await self._write(take)

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        return await self._read(lambda db: self._holds(db, id_, sid, till_ms))

    async def delivered(self, id_: str, sid: str) -> None:
        await self._write(lambda db: self._drop(db, id_, sid))

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        def later(db: sqlite3.Connection) -> None:
            if not till_ms or self._holds(db, id_, sid, till_ms):
                self._fail(db, id_, sid, self._now_ms() + round(for_s * 1000), why)

        await self._write(later)

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        def fail(db: sqlite3.Connection) -> None:
            if not till_ms or self._holds(db, id_, sid, till_ms):
                self._fail(db, id_, sid, 0, why)

        await self._write(fail)

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        def again(db: sqlite3.Connection) -> bool:
            owed = self._one(db, id_, sid)
            if owed is None or owed.due_ms or business not in ("", owed.delivery.business):
                return False
            self._note(db, Owed(delivery=owed.delivery, due_ms=self._now_ms()))
            return True

        return await self._write(again)

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        def page(db: sqlite3.Connection) -> tuple[Owed, ...]:
            where, values = "dead = 1 AND until > ? AND ? IN ('', business)", [self._clock(), business]
            if before:
                last = place_in_list(before)
                if last is None:
                    return ()
                where += " AND (look_ms, id) < (?, ?)"
                values += last[0], last[1].decode()
            rows = db.execute(f"SELECT look_ms, owed FROM deliveries WHERE {where} ORDER BY look_ms DESC, id DESC LIMIT ?", (*values, count))  # noqa: S608
            return tuple(msgspec.structs.replace(codec.owed(owed), listed_ms=look_ms) for look_ms, owed in rows)

        return await self._read(page)

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        def look(db: sqlite3.Connection) -> Sequence[Owed]:
            rows = db.execute("SELECT owed FROM deliveries WHERE sid = ? AND until > ?", (sid, self._clock())).fetchall()
            return codec.debts((row[0] for row in rows), business)

        return await self._read(look)

    async def outbox(self) -> OutboxFigures:
        def count(db: sqlite3.Connection) -> OutboxFigures:
            what = "SELECT count(*), min(look_ms) FROM deliveries WHERE dead = ? AND until > ?"
            waiting, first = db.execute(what, (0, self._clock())).fetchone()
            dead, _ = db.execute(what, (1, self._clock())).fetchone()
            overdue_ms = max(self._now_ms() - first, 0) if first is not None else 0
            return OutboxFigures(waiting=waiting, overdue_s=overdue_ms / 1000, dead=dead)

        return await self._read(count)

    def _fail(self, db: sqlite3.Connection, id_: str, sid: str, due_ms: int, why: str) -> None:
        owed = self._one(db, id_, sid)
        if owed and owed.due_ms:
            self._note(db, Owed(delivery=owed.delivery, tries=owed.tries + 1, due_ms=due_ms, why=why))

    def _holds(self, db: sqlite3.Connection, id_: str, sid: str, till_ms: int) -> bool:
        what = "SELECT 1 FROM deliveries WHERE sid = ? AND id = ? AND look_ms = ? AND dead = 0 AND until > ?"
        return db.execute(what, (sid, id_, till_ms, self._clock())).fetchone() is not None

    @staticmethod
    def _drop(db: sqlite3.Connection, id_: str, sid: str) -> None:
        if db.execute("DELETE FROM deliveries WHERE sid = ? AND id = ?", (sid, id_)).rowcount:
            note_removed(db)

    def _one(self, db: sqlite3.Connection, id_: str, sid: str) -> Owed | None:
        found = db.execute("SELECT owed FROM deliveries WHERE sid = ? AND id = ? AND until > ?", (sid, id_, self._clock())).fetchone()
        return codec.owed(found[0]) if found else None

    def _note(self, db: sqlite3.Connection, owed: Owed) -> None:
        values = (owed.due_ms or self._now_ms(), int(not owed.due_ms), codec.encode(owed), owed.delivery.sid, owed.delivery.id)
        db.execute("UPDATE deliveries SET look_ms = ?, dead = ?, owed = ? WHERE sid = ? AND id = ?", values)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
