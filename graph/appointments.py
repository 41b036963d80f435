"""An appointment that is cancelled, moved or corrected, after the call that made it is over, or while it still lives.

How it works. While the call is kept, the change is a step of that call, like any other: its document, its events and what is owed follow, and so does
the appointment. Afterwards only the appointment is there, and is changed alone; a call put together of what it knows is judged by the same rules.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from agent.dst.opening import adopting, clock_of, turn_context_of
from agent.dst.outside import Refused
from agent.dst.rebooking import cancelled, rebooked, recalled
from agent.dst.updates import Update
from agent.policy.owed import owed, reckoned
from agent.record.appointment import Appointment, appointed, appointment_of
from agent.record.calendar import standing
from agent.record.call import Call, Turn
from agent.record.cancellation import Cancellation
from agent.record.turn_context import TurnContext
from graph.errors import BookingCancelled, BookingNotFound, FieldRefused, PlaceGone
from graph.state import Deps
from storage.errors import PlaceTaken
from storage.store import Change, Opened

replace = msgspec.structs.replace

Deed = Callable[[Call, TurnContext], Update | Refused]


async def cancel(deps: Deps, appointment: Appointment, now: datetime, source: str, given_up: Cancellation) -> Appointment:
    """Give it up; as it stands then. `source`: who does it. Raises BookingNotFound, BookingCancelled, StaleCall, StoreUnavailable."""
    return await _change(deps, appointment, now, lambda call, turn_context: cancelled(call, turn_context, source, given_up))


async def move(deps: Deps, appointment: Appointment, start: str, now: datetime, source: str) -> Appointment:
    """Have it begin at another time (ISO 8601; without an offset in the business's zone). Raises what `correct` raises."""
    return await correct(deps, appointment, {"time": start}, now, source)


async def correct(deps: Deps, appointment: Appointment, fields: Mapping[str, str], now: datetime, source: str, instead_of: str = "") -> Appointment:
    """Set fields of it, by the slots' names, all or none; as it stands then. `instead_of`: the call whose held place passes over to it.

    Raises BookingNotFound, BookingCancelled, FieldRefused (the first field refused), PlaceGone, StaleCall, StoreUnavailable.
    """
    return await _change(deps, appointment, now, lambda call, turn_context: rebooked(call, fields, turn_context, source, instead_of), instead_of)


async def _change(deps: Deps, appointment: Appointment, now: datetime, deed: Deed, instead_of: str = "") -> Appointment:
    was = await deps.store.appointment(appointment.reference, appointment.business, appointment.sid)
    if was is None:
        raise BookingNotFound(f"there is no booking of call {appointment.sid}")
    if was.state == "cancelled":
        raise BookingCancelled(f"the booking of call {appointment.sid} was cancelled before")
    found = await deps.store.open(was.sid, "", was.business)
    lives = found.call is not None and found.call.brief.business == was.business and found.call.booked is not None
    call = found.call if lives and found.call else recalled(was, deps.businesses.get(was.business) or deps.businesses.default, now)
    call = adopting(call, found.foreign, now) if lives else call
    business = deps.business_of(call)
    turn_context = turn_context_of(call, Turn(key=""), business, deps.plan, now, standing(found.bookings, now.timestamp(), instead_of))
    turn_context = replace(turn_context, now=clock_of(call, now).astimezone(turn_context.now.tzinfo))
    update = deed(call, turn_context)
    if isinstance(update, Refused):
        raise FieldRefused(update.slot, update.reason)
    try:
        if lives:
            return await _with_its_call(deps, found, update, business.capacity)
        return await _alone(deps, was, call, update, now, business.capacity, instead_of)
    except PlaceTaken:
        raise PlaceGone(f"there is no place any more for the booking of call {was.sid}") from None


async def _with_its_call(deps: Deps, found: Opened, update: Update, capacity: int) -> Appointment:
    """Raises StaleCall, PlaceTaken, StoreUnavailable."""
    change = Change(
        before=found.call,
        after=replace(update.call, rev=found.call.rev if found.call else 0),
        seen=found.seen,
        events=update.events,
        booking=update.booking,
        release=update.release,
        given_up=update.given_up,
        capacity=capacity,
    )
    stands = appointed(found.call, (await deps.store.commit(change)).call) or appointment_of(update.call)
    now = await deps.store.appointment(stands.reference, stands.business, stands.sid) if stands else None
    if now is None:
        raise BookingNotFound("it was erased meanwhile")
    return now


async def _alone(deps: Deps, was: Appointment, call: Call, update: Update, now: datetime, capacity: int, instead_of: str) -> Appointment:
    """Raises StaleCall, PlaceTaken, StoreUnavailable."""
    wants = deps.wants(was.business)
    after = reckoned(call, update.call, wants)
    stands = appointed(call, after)
    if stands is None:
        return was
    stands = replace(stands, made=was.made, language=was.language, caller=was.caller)
    return await deps.store.change(was, stands, capacity, owed(call, after, wants, int(now.timestamp()), update.given_up), instead_of)
