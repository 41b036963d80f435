"""The office's answer to a request, whenever it comes: while the caller waits, or after he has rung off."""

from datetime import datetime
from time import perf_counter

import msgspec

from agent.dst.opening import adopting, turn_context_of
from agent.policy.approvals import answered, stands, too_late
from agent.record.call import Approval, Call, Turn
from agent.record.call_events import measured
from agent.record.trace import TracedTurn, held, waiting
from graph.errors import CallNotFound, PermissionAnswered, PermissionNotFound, PlaceGone
from graph.state import Deps
from storage.errors import PlaceTaken, StoreUnavailable
from storage.store import Change, Opened

replace = msgspec.structs.replace


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    approved: bool
    by: str
    """Who answers."""
    permission_id: str = ""
    """Which request; "": the last one."""
    reason: str = ""
    """In the words of whoever answers."""


async def answer(deps: Deps, sid: str, given: Answer, now: datetime) -> Approval:
    """The request with its answer, booked or given up in the same commit. The same answer given again changes nothing.

    Raises CallNotFound, PermissionNotFound, PermissionAnswered, PlaceGone (the call knows), StaleCall, StoreUnavailable.
    """
    begun = perf_counter()
    found = await deps.store.open(sid)
    if found.call is None:
        raise CallNotFound(f"there is no call {sid}")
    if found.away:
        raise StoreUnavailable(f"call {sid}: no place can be promised")
    call = adopting(found.call, found.foreign, now)
    approval = call.approval
    if approval is None or given.permission_id not in ("", approval.id):
        raise PermissionNotFound(f"call {sid} has no such request")
    if approval.state == ("approved" if given.approved else "refused"):
        return approval
    if approval.state != "waiting" or not stands(call, approval):
        raise PermissionAnswered(f"call {sid}: the request is {approval.state}")
    turn_context = turn_context_of(call, Turn(key=""), deps.business_of(call), deps.plan, now, ())
    update = answered(call, approval, given.approved, given.by, given.reason, turn_context)
    events = tuple(measured(event, (perf_counter() - begun) * 1000, 0) for event in update.events)
    change = _change(found, update.call, given, turn_context.stamp, approval)
    change = replace(change, events=events, booking=update.booking, release=update.release, capacity=turn_context.business.capacity)
    try:
        await deps.store.commit(change)
    except PlaceTaken:
        late = too_late(call, approval, given.by, turn_context)
        events = tuple(measured(event, (perf_counter() - begun) * 1000, 0) for event in late.events)
        await deps.store.commit(replace(_change(found, late.call, given, turn_context.stamp, approval), events=events, release=True))
        raise PlaceGone(f"call {sid}: another call has the place") from None
    assert update.call.approval is not None  # noqa: S101 - just set
    return update.call.approval


def _change(found: Opened, after: Call, given: Answer, stamp: str, approval: Approval) -> Change:
    """The step without its events: who answered stands in the trace, for whoever plays the call again."""
    traced = TracedTurn(
        at=stamp,
        turn=Turn(key=""),
        permission={"permissionId": approval.id, "approved": given.approved},
        source=given.by,
        foreign=found.foreign,
        held=held(after),
        waiting=waiting(after),
    )
    rev = found.call.rev if found.call else 0
    after = replace(after, rev=rev, before=None)  # what people did stands, and so does what it was done about
    return Change(before=found.call, after=after, seen=found.seen, trace=traced.encoded())
