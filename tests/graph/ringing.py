"""Somebody who has booked, and rings again."""

from datetime import UTC, datetime
from typing import Any

from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_reference
from storage.passing_store import PassingStore
from storage.store import CallStore, Opened
from tests.callers import TO_THE_SUMMARY
from tests.graph.office import Caller

HIS, OTHERS = "+12025550123", "+12025550199"
NAME, TWO = "it's Mary O'Neill", "tomorrow at 2 pm"
OPEN: dict[str, Any] = {"capacity": 1, "opening_hours": {}, "public_holidays": False, "lead_time_minutes": 0}
CANCEL, MOVE = "I want to cancel my appointment", "I'd like to move my appointment"
CODE = " ".join(booking_reference("CA1"))


class Without(PassingStore):
    """Where the call that booked is no longer kept."""

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        found = await self._store.open(sid, turn, business, former)
        return Opened(call=None, bookings=found.bookings) if sid == "CA1" else found


def caller(store: CallStore, sid: str, number: str = HIS, **changed: Any) -> Caller:
    one = Caller(store, sid, caller=number, **{**OPEN, **changed})
    one.now = datetime.now(UTC).replace(hour=15)
    return one


async def booked(store: CallStore, sid: str = "CA1", time: str = TWO, number: str = HIS, **changed: Any) -> Appointment:
    one = caller(store, sid, number, **changed)
    assert (await one.say(*TO_THE_SUMMARY, time, "yes"))["progress"]["status"] == "booked"
    return await appointment(store, sid)


async def appointment(store: CallStore, sid: str = "CA1") -> Appointment:
    found = await store.appointment(booking_reference(sid), "acme", sid)
    assert found is not None
    return found


async def hour(store: CallStore, sid: str = "CA1") -> int:
    return datetime.fromtimestamp((await appointment(store, sid)).start, UTC).hour
