"""A call while Redis is away (`TurnContext.away`), and what becomes of the booking that it came to, once Redis is back.

How it works. No place can be promised while others cannot be asked. So the last yes is noted (`agent.dst.booking.book`, `Call.to_be_confirmed`)
and the caller hears what follows; nothing is said of appointments, and none is changed. Afterwards the place is tried
(`graph.settling`): it is booked as by a yes of now, or the office is asked as for one who rang off, or it is another's, and a person is wanted.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from agent.dst import booking
from agent.dst.updates import Update, handoff
from agent.policy.people import unasked
from agent.policy.resuming import compared
from agent.record import calendar
from agent.record.acts import Act, DialogueAct, SystemAct, UserAct
from agent.record.appointment import Appointment
from agent.record.call import Booking, Call, Question
from agent.record.call_events import status_moved, tool
from agent.record.handoff import Handoff
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots.name import NAME
from agent.slots.phone import PHONE
from agent.slots.presenting import minutes_of, service_of
from agent.slots.time import TIME

replace = msgspec.structs.replace

OFFERED = 3
"""How many free times a person is given for one whose time was taken."""
ANEW = SystemAct(key="notice.begun_anew")
"""What is said first to one whose earlier words another host may have, and this one has not."""
_TO_A_QUESTION = frozenset({Act.AFFIRM, Act.DENY, Act.CORRECTION, Act.REPEAT, Act.GO_BACK})
"""What means nothing without what was asked before."""


# While it is away


def unanswering(user_acts: Sequence[UserAct]) -> tuple[UserAct, ...]:
    """What is left of the first words that this host hears in a call: whatever they answered, another host may have asked it."""
    return tuple(one for one in unasked(tuple(user_acts)) if not (isinstance(one, DialogueAct) and one.act in _TO_A_QUESTION))


def no_appointments(call: Call, turn_context: TurnContext) -> Update:
    """Something is wanted of an appointment, and none can be seen, let alone changed: a person takes over."""
    update = handoff(call, turn_context, Handoff(why="appointment"))
    return replace(update, system_acts=(SystemAct(key="notice.appointments_away"), *update.system_acts))


# Once it is back


def place_of(call: Call, turn_context: TurnContext) -> Booking | None:
    """The place to try: of what was noted, as it stands now, since people may have changed it; None where something of it is missing, or is
    not what the call may offer, as another system's document says by now; or it is past.

    The time it needs ahead is not asked for again: it was there when the caller said yes.
    """
    time = call.slot(TIME.name)
    start = calendar.localise(time.value, call.brief.time_zone) if time.settled and time.value else None
    if start is None or service_of(call) is None or start < turn_context.now:
        return None
    return booking.place_at(start, call, turn_context)


def booked(call: Call, place: Booking, turn_context: TurnContext) -> Update:
    """The place is the call's: booked as by a yes of now, and so it is told to one who has had no answer to that yes yet."""
    return booking.booked(replace(_answering(call, booking.BOOKED), before=None), place, turn_context)


def left_as_it_is(call: Call) -> Update:
    """There is nothing to book: the call has booked elsewhere, or the office decides about it, or the same caller has this very appointment."""
    return Update(call=replace(call, to_be_confirmed=None, hold=None))


def not_free(call: Call, turn_context: TurnContext) -> Update:
    """The time is another's by now, or past: a person rings the caller, with other times at hand; one who rings first hears so."""
    noted, seconds = call.to_be_confirmed, turn_context.seconds
    near = datetime.fromtimestamp(noted.start if noted else seconds, UTC).astimezone(turn_context.now.tzinfo)
    times = calendar.free(near, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, sid=call.sid, count=OFFERED)
    wanted = Handoff(why="not_free", slot=TIME.name, free=tuple(one.isoformat() for one in times))
    after = replace(
        _answering(call, SystemAct(key="close.handoff")),
        status="waiting_agent",
        to_be_confirmed=None,
        hold=None,
        before=None,
        handoff=wanted,
        kept_waiting=False,
        question=Question(),
        untold=(SystemAct(key=f"refused.{Reason.TAKEN.value}", slot=TIME.name),),
    )
    events = (
        tool(call, "booking", "started", seconds),
        tool(call, "booking", "failed", seconds, reason=Reason.TAKEN.value),
        status_moved(after, call.status, seconds, wanted.why),
    )
    return Update(call=after, events=events)


def _answering(call: Call, *instead: SystemAct) -> Call:
    """With this to be said in place of that it is noted, where the turn that noted it is still to be answered."""
    left = call.open_turn
    if left is None or booking.NOTED not in left.system_acts:
        return call
    return replace(call, open_turn=replace(left, system_acts=(*(one for one in left.system_acts if one != booking.NOTED), *instead)))


def has_it_already(call: Call, place: Booking, theirs: Sequence[Appointment]) -> bool:
    """Whether one of the appointments that were booked from the caller's number is this very one, to which a yes was said in another call."""
    return any(
        one.sid != call.sid
        and (one.state, one.start, one.service) == ("booked", place.start, place.service)
        and (compared(one.name), one.phone) == whose(call)
        for one in theirs
    )


def whose(call: Call) -> tuple[str, str]:
    """The name, as it is compared, and the number that a booking is made for."""
    return compared(call.slot(NAME.name).value), call.slot(PHONE.name).value
