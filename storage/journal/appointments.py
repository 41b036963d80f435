"""Appointments, in the journal."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from agent.record.appointment import Appointment, appointed, counted
from agent.record.delivery import Delivery
from storage import codec, keys
from storage.errors import PlaceTaken, StaleAppointment
from storage.journal import places
from storage.journal.part import Part
from storage.memory_appointments import place_in_list, to_come
from storage.store import Change

_read = msgspec.json.Decoder(Appointment).decode


class JournalAppointments(Part):
    """Appointments. What is made of it calls `appoint` with a step, and `dismiss` when a call is erased."""

    owe: Callable[[sqlite3.Connection, str, Sequence[Delivery]], None]

    def appoint(self, db: sqlite3.Connection, change: Change) -> None:
        """What the step does with the call's appointment."""
        now = appointed(change.before, change.after)
        if now:
            self._put(db, counted(self._of(db, now.sid), now))

    @staticmethod
    def dismiss(db: sqlite3.Connection, sid: str) -> bool:
        """Forget what a call booked; whether there was anything."""
        return db.execute("DELETE FROM appointments WHERE sid = ?", (sid,)).rowcount > 0

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        where, values = "reference = ? AND ? IN ('', business) AND ? IN ('', sid)", (reference, business, sid)
        found = await self._read(lambda db: self._where(db, where, values))
        return found[0] if len(found) == 1 else None

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        where, values = "? IN ('', business) AND start >= ? AND (? = 0 OR start < ?)", [business, since, until, until]
        if before:
            start, sid = place_in_list(before)
            where += " AND (start, sid) < (?, ?)"
            values += start, sid.decode()
        found = await self._read(lambda db: self._where(db, f"{where} ORDER BY start DESC, sid DESC LIMIT ?", (*values, count)))
        return tuple(found)

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        if not caller:
            return ()
        found = await self._read(lambda db: self._where(db, "caller = ?", (keys.caller(business, caller),)))
        return to_come(found, self._clock())

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        def write(db: sqlite3.Connection) -> Appointment:
            was = self._of(db, before.sid)
            if was is None or was.rev != before.rev:
                raise StaleAppointment(f"what call {before.sid} booked was changed by another writer")
            if before.needs_place(after):
                place = msgspec.structs.replace(after.place, instead_of=instead_of)
                if not places.fits(db, self._clock(), place, capacity):
                    raise PlaceTaken(f"no place left for what call {before.sid} booked")
                places.take(db, self._clock(), place, self._ttl)
            elif after.state == "cancelled":
                places.release(db, before.place)
            self.owe(db, before.sid, deliveries)
            now = counted(was, after)
            self._put(db, now)
            return now

        done: Appointment = await self._write(write)
        return done

    def _of(self, db: sqlite3.Connection, sid: str) -> Appointment | None:
        found = self._where(db, "sid = ?", (sid,))
        return found[0] if found else None

    def _where(self, db: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[Appointment]:
        what = f"SELECT appointment FROM appointments WHERE until > ? AND {where}"  # noqa: S608 - our own words
        return [_read(row[0]) for row in db.execute(what, (self._clock(), *values))]

    def _put(self, db: sqlite3.Connection, one: Appointment) -> None:
        until = max(one.end, one.made) + self._ttl.at(one.business).kept_s
        caller = keys.caller(one.business, one.caller) if one.caller else ""
        values = (one.sid, one.business, one.reference, caller, one.start, until, codec.encode(one))
        db.execute("INSERT OR REPLACE INTO appointments VALUES (?, ?, ?, ?, ?, ?, ?)", values)
