"""Appointments, kept in this process."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from agent.record.appointment import Appointment, appointed, counted
from agent.record.delivery import Delivery
from storage.calendars import Calendars
from storage.errors import PlaceTaken, StaleAppointment
from storage.keys import Ttl
from storage.store import Change


class MemoryAppointments:
    """Appointments. What is made of it calls `appoint` with a step, and `dismiss` when a call is erased."""

    _ttl: Ttl
    _clock: Callable[[], float]
    _calendars: Calendars
    owe: Callable[[str, Sequence[Delivery]], None]

    def __init__(self) -> None:
        super().__init__()
        self._appointed: dict[str, Appointment] = {}
        """By the callSid of the call that made it."""

    def appoint(self, change: Change) -> None:
        """What the step does with the call's appointment."""
        now = appointed(change.before, change.after)
        if now:
            self._appointed[now.sid] = counted(self._appointment(now.sid), now)

    def dismiss(self, sid: str) -> bool:
        """Forget what a call booked; whether there was anything."""
        return self._appointment(sid) is not None and self._appointed.pop(sid) is not None

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        found = [one for one in self._all(business) if one.reference == reference and sid in ("", one.sid)]
        return found[0] if len(found) == 1 else None

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        order = sorted(self._all(business), key=_at, reverse=True)
        found = [one for one in order if one.start >= since and (not until or one.start < until)]
        return tuple(found if not before else [one for one in found if _at(one) < place_in_list(before)])[:count]

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        return to_come((one for one in self._all(business) if caller and one.caller == caller), self._clock())

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        was = self._appointment(before.sid)
        if was is None or was.rev != before.rev:
            raise StaleAppointment(f"what call {before.sid} booked was changed by another writer")
        if before.needs_place(after):
            place = msgspec.structs.replace(after.place, instead_of=instead_of)
            if not self._calendars.fits(place, capacity):
                raise PlaceTaken(f"no place left for what call {before.sid} booked")
            self._calendars.take(place)
        elif after.state == "cancelled":
            self._calendars.release(before.place)
        self.owe(before.sid, deliveries)
        self._appointed[before.sid] = counted(was, after)
        return self._appointed[before.sid]

    def _appointment(self, sid: str) -> Appointment | None:
        found = self._appointed.get(sid)
        if found and found.is_over(self._clock(), self._ttl.at(found.business).kept_s):
            del self._appointed[sid]
            return None
        return found

    def _all(self, business: str) -> list[Appointment]:
        there = [one for sid in tuple(self._appointed) if (one := self._appointment(sid))]
        return [one for one in there if business in ("", one.business)]


def _at(one: Appointment) -> tuple[int, bytes]:
    return one.start, one.sid.encode()


def place_in_list(position: str) -> tuple[int, bytes]:
    """Where `Appointment.position` stands: a start, and a sid. Before all others where it is none."""
    start, _, sid = position.partition(" ")
    return int(start) if start.removeprefix("-").isdecimal() else -(2**53), sid.encode()


def to_come(some: Iterable[Appointment], now: float) -> tuple[Appointment, ...]:
    """Those that are not cancelled and begin after `now` (Unix seconds), the first first."""
    return tuple(sorted((one for one in some if one.state == "booked" and one.start > now), key=_at))
