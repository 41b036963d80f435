"""An appointment that is cancelled, moved or corrected, after the call that made it is over, or while it still lives.

How it works. While the call is kept, the change is a step of that call, like any other: its document, its events and what is owed follow, and so does
the appointment. Afterwards only the appointment is there, and is changed alone; a call put together of what it knows is judged by the same rules.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import msgspec

from agent.dst.opening import adopting, clock_of, turn_context_of
from agent.dst.outside import Refused
from agent.dst.rebooking import cancelled, rebooked, recalled
from agent.dst.updates import Update
from agent.policy.owed import owed, reckoned
from agent.record import calendar
from agent.record.appointment import Appointment, appointed, appointment_of
from agent.record.call import Call, Turn
from agent.record.cancellation import Cancellation
from agent.record.turn_context import TurnContext
from agent.slots.presenting import minutes_of
from graph.errors import BookingCancelled, BookingNotFound, FieldRefused, PlaceGone
from graph.state import Deps
from storage.errors import PlaceTaken, StoreUnavailable
from storage.store import Change, Opened

replace = msgspec.structs.replace

Deed = Callable[[Call, TurnContext], Update | Refused]


async def cancel(deps: Deps, appointment: Appointment, now: datetime, source: str, given_up: Cancellation) -> Appointment:
    """Give it up; as it stands then. `source`: who does it. Raises BookingNotFound, BookingCancelled, StaleCall, StoreUnavailable."""
    return await _change(deps, appointment, now, lambda call, turn_context: cancelled(call, turn_context, source, given_up))


async def correct(deps: Deps, appointment: Appointment, fields: Mapping[str, str], now: datetime, source: str, instead_of: str = "") -> Appointment:
    """Set fields of it, by the slots' names, all or none; as it stands then. `instead_of`: the call whose held place passes over to it.

    Raises BookingNotFound, BookingCancelled, FieldRefused (the first field refused), PlaceGone, StaleCall, StoreUnavailable.
    """
    return await _change(deps, appointment, now, lambda call, turn_context: rebooked(call, fields, turn_context, source, instead_of), instead_of)


async def times(deps: Deps, appointment: Appointment, day: date, now: datetime) -> tuple[datetime, ...]:
    """When on a day of the business's it could begin, on the hour and half hour: each is one that `correct` takes while nobody is faster.

    Raises BookingNotFound, BookingCancelled, StoreUnavailable.
    """
    stands = await _standing(deps, appointment, now)
    here = stands.turn_context
    like = datetime.combine(day, time.min, here.now.tzinfo)
    return calendar.on_the_day(like, minutes_of(stands.call), here.business, here.now, here.bookings, sid=appointment.sid)


class _Standing(msgspec.Struct, frozen=True):
    """An appointment, with all that a change of it is judged by."""

    was: Appointment
    found: Opened
    lives: bool
    """Whether its call is kept, and so is what is changed."""
    call: Call
    turn_context: TurnContext


async def _standing(deps: Deps, appointment: Appointment, now: datetime, instead_of: str = "") -> _Standing:
    """`instead_of`: the call for which a place is held to move to. Raises BookingNotFound, BookingCancelled, StoreUnavailable."""
    found = await deps.store.open(appointment.sid, "", appointment.business)
    if found.away:
        raise StoreUnavailable(f"no place can be promised for the booking of call {appointment.sid}")
    was = await deps.store.appointment(appointment.reference, appointment.business, appointment.sid)
    if was is None:
        raise BookingNotFound(f"there is no booking of call {appointment.sid}")
    if was.state == "cancelled":
        raise BookingCancelled(f"the booking of call {appointment.sid} was cancelled before")
    lives = found.call is not None and found.call.brief.business == was.business and found.call.booked is not None
    call = found.call if lives and found.call else recalled(was, deps.businesses.get(was.business) or deps.businesses.default, now)
    call = adopting(call, found.foreign, now) if lives else call
    business = deps.business_of(call)
    turn_context = turn_context_of(call, Turn(key=""), business, deps.plan, now, calendar.standing(found.bookings, now.timestamp(), instead_of))
    return _Standing(was, found, lives, call, replace(turn_context, now=clock_of(call, now).astimezone(turn_context.now.tzinfo)))


async def _change(deps: Deps, appointment: Appointment, now: datetime, deed: Deed, instead_of: str = "") -> Appointment:
    stands = await _standing(deps, appointment, now, instead_of)
    update = deed(stands.call, stands.turn_context)
    if isinstance(update, Refused):
        raise FieldRefused(update.slot, update.reason)
    capacity = stands.turn_context.business.capacity
    try:
        if stands.lives:
            return await _with_its_call(deps, stands.found, update, capacity)
        return await _alone(deps, stands.was, stands.call, update, now, capacity, instead_of)
    except PlaceTaken:
        raise PlaceGone(f"there is no place any more for the booking of call {stands.was.sid}") from None


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
