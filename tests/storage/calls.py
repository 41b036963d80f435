"""Calls, lines and events for the tests of the stores."""

from typing import Any

import msgspec

from agent.record.call import Booking, Brief, Call, Line
from agent.record.delivery import Delivery, delivery_id
from agent.record.events import Event
from agent.record.provenance import Provenance
from agent.record.slot_state import SlotState
from storage.store import CallStore, Change, Committed

CREATED = "2026-03-02T01:00:00Z"


def new_call(sid: str = "CA1", created_at: str = CREATED, business: str = "acme", caller: str = "") -> Call:
    return Call(sid=sid, created_at=created_at, brief=Brief(business=business, region="AU", time_zone="Australia/Sydney", caller=caller))


def filled(value: str, at: str = CREATED) -> SlotState:
    where = Provenance(turn="t1", words=f"it's {value}", rule="name", confidence=0.5, confirmed="explicit")
    return SlotState(status="filled", value=value, timestamp=at, provenance=where)


def line(message: str, speaker: Any = "customer") -> Line:
    return Line(speaker=speaker, message=message, startedAt=CREATED)


def event(number: int = 0, kind: Any = "progress", **payload: Any) -> Event:
    return Event(type=kind, payload={"n": number, **payload}, timestamp=1772413200.123 + number)


def debt(number: int = 1, sid: str = "CA1", business: str = "acme", **more: Any) -> Delivery:
    """A delivery that the step to revision `number` of a call owes."""
    body = {"sequence": number, "name": "王小明", "empty": [], "nothing": None, "words": ',"delivery":{"\\', **more}
    id_ = delivery_id(sid, "webhook", "booking.created", number)
    return Delivery(id=id_, kind="webhook", occasion="booking.created", sid=sid, business=business, made=1_772_413_200 + number, body=body)


def job(sid: str = "CA1", start: int = 1_900_000_000, minutes: int = 60, business: str = "acme") -> Booking:
    return Booking(business=business, sid=sid, start=start, end=start + minutes * 60, service="drain")


async def begin(store: CallStore, sid: str = "CA1", created_at: str = CREATED, business: str = "acme", **change: Any) -> Committed:
    """A new call, committed."""
    opened = await store.open(sid)
    return await store.commit(Change(before=None, after=new_call(sid, created_at, business), seen=opened.seen, **change))


async def step(store: CallStore, was: Committed, after: Call | None = None, **change: Any) -> Committed:
    """One more commit on what the last one left."""
    return await store.commit(Change(before=was.call, after=after or was.call, seen=change.pop("seen", was.seen), **change))


async def go_on(store: CallStore, earlier: Committed, sid: str, **change: Any) -> Committed:
    """A new call that takes over what an earlier one had."""
    was = await begin(store, sid)
    after = msgspec.structs.replace(was.call, resumed_from=earlier.call.sid, root=earlier.call.root or earlier.call.sid)
    return await step(store, was, after, **change)


async def book(store: CallStore, was: Committed, booking: Booking, capacity: int = 1, **change: Any) -> Committed:
    after = msgspec.structs.replace(was.call, status="booked", booked=booking)
    return await step(store, was, after, booking=booking, capacity=capacity, **change)
