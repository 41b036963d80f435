"""What becomes of a booking that is given up, moved or corrected after it was made, whoever wants it.

How it works. All of it is done to a call: the one that booked, or, when that is no longer kept, one made anew of what the appointment still knows.
So a value passes the same checks and a time the same calendar as when it was booked, and what is owed is read off two versions as always.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.opening import new_call
from agent.dst.outside import Refused, edited
from agent.dst.updates import Update
from agent.record import calendar
from agent.record.appointment import PERSONAL, Appointment
from agent.record.business import Business, Service
from agent.record.call import Booking, Call, Question
from agent.record.call_events import status_moved, tool
from agent.record.cancellation import Cancellation
from agent.record.confirmation import Confirmation
from agent.record.delivery import Occasion
from agent.record.errand import Errand
from agent.record.events import Event
from agent.record.reasons import Reason
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import minutes_of
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace


def recalled(appointment: Appointment, business: Business, now: datetime) -> Call:
    """A call that has booked this, put together of what is still known. `business`: as its file stands now, but what was booked takes as long as it
    was booked for; `now`: aware.

    Its `rev` is larger than that of any step its call ever took, and larger each time: the time in milliseconds.
    """
    call = new_call(appointment.sid, business, now)
    values = {name: getattr(appointment, name) for name in PERSONAL}
    start = datetime.fromtimestamp(appointment.start, ZoneInfo(call.brief.time_zone))
    values |= {SERVICE.name: appointment.service, TIME.name: start.isoformat()}
    slots = {name: SlotState(status="filled", value=value) if value else SlotState(status="skipped") for name, value in values.items()}
    known = {one.id: one for one in call.brief.services}
    service = known.get(appointment.service) or Service(id=appointment.service, name=appointment.service)
    known[service.id] = replace(service, minutes=(appointment.end - appointment.start) // 60)
    return replace(
        call,
        rev=int(now.timestamp() * 1000),
        status="booked",
        language=appointment.language or call.language,
        brief=replace(call.brief, business=appointment.business, caller=appointment.caller, services=tuple(known.values())),
        slots={**call.slots, **slots},
        booked=appointment.place,
        confirmation=Confirmation(sequence=appointment.sequence),
    )


def has_booked(call: Call) -> bool:
    """Whether it ever has, or has noted what is to be booked, whatever became of that."""
    is_noted = call.to_be_confirmed is not None or (call.handoff is not None and call.handoff.why == "not_free")
    return call.booked is not None or is_noted or call.confirmation.sequence >= 0 or is_given_up(call)


def is_given_up(call: Call) -> bool:
    """Whether it has ended since what it had booked was cancelled."""
    return call.status == "ended" and call.errand is not None and call.errand.sid == call.sid


def cancelled(call: Call, turn_context: TurnContext, source: str, given_up: Cancellation) -> Update:
    """The call without its place. `source`: who did it.

    It has ended, and is about what was cancelled: opened again it holds nothing that a yes could book. A person who has it goes on without a time.
    """
    told = call.approval and replace(call.approval, told=True)
    free, place = replace(call, booked=None, before=None, approval=told), call.booked
    if call.status in ("waiting_agent", "with_agent"):
        after = free.with_slot(TIME.name, SlotState(locked=call.slot(TIME.name).locked))
    else:
        about = Errand(want="cancel", sid=call.sid, service=place.service, start=place.start, end=place.end) if place else call.errand
        after = replace(free, status="ended", question=Question(), errand=about)
    events = _done(after, turn_context.seconds, "booking.cancelled")
    moved = (status_moved(after, call.status, turn_context.seconds, "booking_cancelled", source),) if after.status != call.status else ()
    return Update(call=after, events=(*events, *moved), settled=True, release=True, given_up=given_up)


def rebooked(call: Call, fields: Mapping[str, str], turn_context: TurnContext, source: str, instead_of: str = "") -> Update | Refused:
    """The call with other values, and the place that they need; none of it when one is refused. "" clears what the business can do without.

    `instead_of`: the call in which it is wanted; what is held for that one passes over to this one.
    """
    needed = next((name for name, value in fields.items() if not value.strip() and name not in turn_context.business.may_skip), "")
    if needed:
        return Refused(needed, "needed")
    free = replace(call, booked=None, before=None)
    update = edited(free, fields, (), (), turn_context, source)
    if isinstance(update, Refused):
        return update
    place = _place(call, update.call, turn_context, instead_of)
    if isinstance(place, Refused):
        return place
    after = replace(update.call, booked=place, status=call.status)
    if place == call.booked:
        return replace(update, call=after)
    return replace(update, call=after, booking=place, events=(*update.events, *_done(after, turn_context.seconds, "booking.changed")))


def _place(before: Call, after: Call, turn_context: TurnContext, instead_of: str) -> Booking | Refused | None:
    was, service, time = before.booked, after.slot(SERVICE.name).value, after.slot(TIME.name).value
    if was is None or all(before.slot(name).value == after.slot(name).value for name in SLOTS if SLOTS[name].calendar):
        return was
    start = calendar.localise(time, after.brief.time_zone) if time else None
    if start is None:  # it does not fit there any more
        return Refused(TIME.name, Reason.TAKEN.value)
    same = service == before.slot(SERVICE.name).value
    begins, seconds = int(start.timestamp()), was.end - was.start if same else minutes_of(after) * 60
    buffer_s = turn_context.business.buffer_minutes * 60
    return replace(was, start=begins, end=begins + seconds, service=service, buffer=buffer_s, held_until=0, instead_of=instead_of)


def _done(call: Call, seconds: float, occasion: Occasion) -> tuple[Event, ...]:
    return (tool(call, "booking", "started", seconds, occasion=occasion), tool(call, "booking", "done", seconds, occasion=occasion))
