"""Fields set from outside the conversation: by a supervisor, by another system. They pass the same checks as a caller's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from agent.dst.holding import fitting, gives_up
from agent.dst.opening import clock_of, prepared, turn_context_of
from agent.dst.outside import Refused, edited
from agent.policy import revising
from agent.record.call import Turn
from agent.record.trace import TracedTurn, held, places, waiting
from agent.slots.time import TIME
from graph.errors import CallNotFound, FieldRefused
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
    turn_context = turn_context_of(call, Turn(key=""), deps.business_of(call), deps.plan, now, bookings, away=found.away)
    turn_context = replace(turn_context, now=clock_of(call, now).astimezone(turn_context.now.tzinfo))
    update = edited(call, fields, lock, unlock, turn_context, source)
    if isinstance(update, Refused):
        raise FieldRefused(update.slot, update.reason)
    traced = TracedTurn(
        at=turn_context.stamp,
        turn=turn_context.turn,
        edit=dict(fields),
        locked=tuple(lock),
        unlocked=tuple(unlock),
        source=source,
        agent_id=source,
        foreign=found.foreign,
        bookings=places(bookings, sid) if TIME.name in fields else (),
        held=held(update.call),
        waiting=waiting(update.call),
    )
    before = revising.stood(call)
    if before is not None:  # what people set stands, also when the newest turn is taken back
        there_too = edited(before, fields, lock, unlock, turn_context, source)
        before = None if isinstance(there_too, Refused) else revising.kept(there_too.call)
    after = replace(fitting(update.call, turn_context), rev=found.call.rev, status=found.call.status, before=before)
    change = Change(before=found.call, after=after, seen=found.seen, events=update.events, trace=traced.encoded())
    await deps.store.commit(replace(change, release=gives_up(found.call, after)))
