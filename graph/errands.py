"""Calls about an appointment that the caller has: it is looked for, and what is wanted of it is done. Nothing is decided here.

Only calls that are about one ever come here for more than a look at their record: no other turn waits for it.
"""

from datetime import UTC, datetime

import msgspec

from agent.dst.opening import in_the_way
from agent.dst.updates import Update
from agent.policy import away, errands, recognising
from agent.policy.approvals import rule_for_change
from agent.policy.resuming import is_said
from agent.policy.wishes import errand_of, gone
from agent.record import caller_id
from agent.record.appointment import Appointment
from agent.record.cancellation import Cancellation
from agent.record.errand import BY_NAME
from agent.slots.time import TIME
from graph import appointments
from graph.answering import looked_again
from graph.errors import BookingCancelled, BookingNotFound, FieldRefused, PlaceGone
from graph.looking import may_look, was_found
from graph.state import Deps, Work

replace = msgspec.structs.replace

BY = "agent"
"""Who changes the appointment, as those who watch are told."""


async def looked_for(work: Work, deps: Deps) -> Work:
    """With the appointment that was spoken of found, or not: one look-up, whatever comes of it. A name that is being read back is waited for."""
    call = work.call
    errand = call.errand
    if errand is None or call.status != "active":
        return work
    name = call.slot(caller_id.NAME_SLOT)
    if work.turn_context.away and (not errand.perhaps or is_said(name)):
        return work.after(away.no_appointments(call, work.turn_context), done=0)
    if errand.perhaps and not errand.sought and is_said(name):  # the name that was asked for has come
        errand = replace(errand, sought=BY_NAME)
        call = replace(call, errand=errand)
    if not errand.sought or (errand.sought == BY_NAME and (name.pending or not is_said(name))):
        return work
    reach, counted = await may_look(work, errand.sought, deps)
    if reach == "none":
        return work.after(gone(call, work.turn_context), done=0)
    found = [one for one in await _found(errand.sought, work, deps) if reach == "all" or one.caller == call.brief.caller]
    update = recognising.recognised(call, found, work.turn_context)
    if update.call.in_vain == call.in_vain:
        await was_found(counted, deps)
    elif reach == "own":
        return work.after(gone(call, work.turn_context), done=0)
    turn_context = work.turn_context
    bookings = in_the_way(update.call, turn_context.bookings, turn_context.seconds)
    return replace(work, turn_context=replace(turn_context, bookings=bookings)).after(update, done=0)


async def _found(sought: str, work: Work, deps: Deps) -> tuple[Appointment, ...]:
    brief = work.call.brief
    if sought == BY_NAME:
        return tuple(await deps.store.appointments_of(brief.business, brief.caller))
    one = await deps.store.appointment(sought, brief.business)
    return (one,) if one is not None else ()


async def done(work: Work, deps: Deps) -> tuple[Work, Update]:
    """What came of the yes to what is to be done. A turn that is taken up again finds it done, and says so.

    Raises StaleCall, when somebody else changes the appointment at the same moment, and StoreUnavailable.
    """
    call, turn_context, errand = work.call, work.turn_context, errand_of(work.call)
    if not errands.is_settled(call):  # the yes came too late for the time
        return work, Update(call=call)
    if turn_context.away:
        return work, away.no_appointments(call, turn_context)
    one = await deps.store.appointment(errand.reference, call.brief.business, errand.sid)
    if one is None or rule_for_change(call, list(errands.fields(call)), turn_context):
        return work, gone(call, turn_context)
    if errands.wanted_of(call, one) == one:
        return work, errands.done(call, turn_context)
    if one.state == "booked" and (one.start, one.service) != (errand.start, errand.service):  # the yes was to another one
        return work, gone(call, turn_context)
    now = datetime.fromtimestamp(turn_context.seconds, UTC)
    try:
        if errand.want == "cancel":
            await appointments.cancel(deps, one, now, BY, Cancellation(why="caller", reason=errand.reason))
        else:
            await appointments.correct(deps, one, errands.fields(call), now, BY, instead_of=call.sid)
    except (PlaceGone, FieldRefused) as lost:
        return await _offered(work, deps) if isinstance(lost, PlaceGone) or lost.slot == TIME.name else (work, gone(call, turn_context))
    except (BookingNotFound, BookingCancelled):
        return work, gone(call, turn_context)
    return work, errands.done(call, turn_context)


async def _offered(work: Work, deps: Deps) -> tuple[Work, Update]:
    """Somebody was faster with the time: others, by the calendar as it is by now."""
    work = await looked_again(work, deps)
    return work, errands.taken(work.call, work.turn_context)
