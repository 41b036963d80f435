"""Fields set from outside the conversation: by a supervisor, by another system. They pass the same checks as a caller's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from agent.dst.values import recheck_time
from agent.record import calendar
from agent.record.call import Call, Provenance, SlotState, Turn
from agent.record.events import Event
from agent.record.slot_names import NAMES
from agent.record.trace import TracedTurn, held, places, waiting
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import minutes_of
from graph.accepting import accepted, context_of
from graph.errors import CallNotFound, FieldRefused
from graph.opening import clock_of, prepared, turn_context_of
from graph.state import Deps
from storage.store import Change

replace = msgspec.structs.replace


async def edit(
    deps: Deps, sid: str, fields: Mapping[str, str | None], lock: Sequence[str], unlock: Sequence[str], now: datetime, source: str
) -> None:
    """All of the fields, or none. Raises CallNotFound, FieldRefused (the first field refused), StaleCall, StoreUnavailable."""
    found = await deps.store.open(sid, "", deps.businesses.default.id)
    if found.call is None and found.foreign is None:
        raise CallNotFound(f"there is no call {sid}")
    if found.call is None:
        raise CallNotFound(f"call {sid} has not begun yet")
    call = prepared(found.call, found.foreign, now)
    bookings = found.bookings
    if call.brief.business != deps.businesses.default.id:
        bookings = (await deps.store.open(sid, "", call.brief.business)).bookings
    turn_context = turn_context_of(call, Turn(key=""), deps, now, bookings)
    turn_context = replace(turn_context, now=clock_of(call, now).astimezone(turn_context.now.tzinfo))
    for name in (*fields, *lock, *unlock):
        if name not in NAMES:
            raise FieldRefused(name, "unknown_field")
    if call.booked is not None and fields.keys() & {"service", "time"}:
        raise FieldRefused(next(name for name in ("service", "time") if name in fields), "already_booked")
    for name in sorted(fields, key=NAMES.index):
        call = call.with_slot(name, _set(call, name, fields[name], turn_context, source))
    if "service" in fields and "time" not in fields:
        call = recheck_time(call, turn_context)
    for name in (*lock, *unlock):
        call = call.with_slot(name, replace(call.slot(name), locked=name in lock))
    payload = {
        "callSid": sid,
        "fields": {name: call.slot(name).value or None for name in fields},
        "locked": [name for name in NAMES if call.slot(name).locked],
    }
    event = Event(type="client_updated", payload=payload, timestamp=turn_context.seconds, source=source)
    traced = TracedTurn(
        at=turn_context.stamp,
        turn=turn_context.turn,
        edit=dict(fields),
        locked=tuple(lock),
        unlocked=tuple(unlock),
        source=source,
        foreign=found.foreign,
        bookings=places(bookings, sid) if "time" in fields else (),
        held=held(call),
        waiting=waiting(call),
    )
    after = replace(call, rev=found.call.rev, status=found.call.status)
    await deps.store.commit(Change(before=found.call, after=after, seen=found.seen, events=(event,), trace=msgspec.json.encode(traced)))


def _set(call: Call, name: str, value: str | None, turn_context: TurnContext, source: str) -> SlotState:
    """The slot with a value from outside, or emptied."""
    if value is None or not value.strip():
        return SlotState(locked=call.slot(name).locked)
    form = _accepted(call, name, value.strip(), turn_context)
    return SlotState(
        status="filled",
        value=form,
        parts=SLOTS[name].parts(form, context_of(call, name, turn_context.now)),
        timestamp=turn_context.stamp,
        provenance=Provenance(turn="", words="", rule=source, confirmed="supervisor"),
        locked=call.slot(name).locked,
    )


def _accepted(call: Call, name: str, value: str, turn_context: TurnContext) -> str:
    """The value in the slot's form, and a time that can be booked. Raises FieldRefused."""
    form = accepted(call, name, value, turn_context.now)
    if name == "time":
        start = datetime.fromisoformat(form)
        if reason := calendar.refusal(start, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, call.sid):
            raise FieldRefused("time", reason.value)
    return form
