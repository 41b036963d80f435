"""Appointments in Redis: one or a cluster. All of a business's lie in one slot, with its calendar."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec

from agent.record.appointment import Appointment, appointed
from agent.record.delivery import Delivery
from storage import codec, keys
from storage.errors import PlaceTaken, StaleAppointment
from storage.keys import Ttl
from storage.memory_appointments import place_in_list, to_come
from storage.reaching import in_doubt
from storage.store import Change

_read = msgspec.json.Decoder(Appointment)


class RedisAppointments(ABC):
    """Appointments, but for the step of a call that writes one."""

    _ttl: Ttl

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        pages = await asyncio.gather(*(self._named(one, reference) for one in await self._whose(business)))
        found = [one for _, some in pages for one in some if sid in ("", one.sid)]
        return found[0] if len(found) == 1 else None

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        start, sid = place_in_list(before) if before else ("", "")
        values = [since, until or "", start, sid, count]
        whose = await self._whose(business)
        pages = await asyncio.gather(*(self._script("appointed_page", list(keys.appointments(one)[:2]), values) for one in whose))
        found = [one for page in pages for one in self._kept(page)[1]]
        return tuple(sorted(found, key=lambda one: place_in_list(one.position), reverse=True)[:count])

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        now, found = await self._named(business, caller) if caller else (0.0, ())
        return to_come(found, now)

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        place, business = msgspec.structs.replace(after.place, instead_of=instead_of), before.business
        booking = b"-" if after.state == "cancelled" else codec.encode(place) if before.needs_place(after) else b""
        names = [*keys.calendar(business), keys.holds(business), *keys.appointments(business), keys.unbrought(business)]
        values = [before.sid, before.rev, written(after), place.start, place.free_from, capacity, booking]
        values += [self._ttl.at(business).booked_s, self._ttl.at(business).kept_s, self._ttl.owed_s]
        # First, so that whoever erases the caller finds the appointment, however long after its call that is.
        ahead_s = max(before.end - time.time(), place.end - time.time(), 0)
        await self._command("SET", keys.place(before.sid), business, "EX", int(ahead_s) + self._ttl.at(business).kept_s + 1)
        with in_doubt(before.sid):
            answer, *rest = await self._changed(names, values, before, deliveries)
        if answer == b"stale":
            raise StaleAppointment(f"what call {before.sid} booked was changed by another writer")
        if answer == b"taken":
            raise PlaceTaken(f"no place left for what call {before.sid} booked")
        return _read.decode(rest[0])

    async def _changed(self, names: list[str], values: list[Any], before: Appointment, deliveries: Sequence[Delivery]) -> Any:
        owed = [part for one in deliveries for part in (one.id, codec.encode(one))]
        return await self._script("appointed_change", [*names, keys.deliveries(before.sid), keys.DUE], [*values, *owed])

    async def _whose(self, business: str) -> Sequence[str]:
        if business:
            return (business,)
        found: Sequence[bytes] = await self._command("SMEMBERS", keys.APPOINTING)
        return [one.decode() for one in found]

    async def _named(self, business: str, name: str) -> tuple[float, Sequence[Appointment]]:
        """The time, and those that a reference or a number leads to."""
        appointments, _, names = keys.appointments(business)
        return self._kept(await self._script("appointed", [appointments, names], [name]))

    def _kept(self, page: Sequence[bytes]) -> tuple[float, Sequence[Appointment]]:
        now = float(page[0])
        found = [_read.decode(one) for one in page[1:]]
        return now, [one for one in found if not one.is_over(now, self._ttl.at(one.business).kept_s)]

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...

    @abstractmethod
    async def _command(self, *parts: Any) -> Any: ...


def written(appointment: Appointment) -> bytes:
    """As its script takes it: what is counted there left out."""
    return codec.encode({name: value for name, value in msgspec.structs.asdict(appointment).items() if name not in ("sequence", "rev")})


def appointing(change: Change) -> bytes:
    """What a step does with the call's appointment; b"" where that is nothing."""
    found = appointed(change.before, change.after)
    return written(found) if found else b""
