"""A place is held for a caller who was read a time, from then until it is booked, so that "shall I book it?" can keep its word.

How it works. What is held is read off the record at the end of each turn (`held`): the place of the time that is agreed or waits for a yes, for as
long as the job takes. So another time, another service, a start over or the end of the call gives up what was held, whatever led there. It is held
for some minutes from the last thing that was said (`Business.hold_minutes`) and lapses by itself, also for one whose line was cut. While a person has
the call it stays as it is. Where an appointment is to be moved to is held the same way, beside its own place. A request for the office's yes has a
place of its own, in its stead (`agent.policy.approvals`).
"""

from datetime import datetime

import msgspec

from agent.dst.booking import place_at, place_taken, refusal
from agent.dst.updates import Update
from agent.record import calendar
from agent.record.call import Booking, Call
from agent.record.call_events import tool
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace

RENEW_S = 60
"""How much of its time may be gone before a place is held anew: less often than each turn, since on a cluster that is a round trip."""


def held(call: Call, turn_context: TurnContext) -> Update:
    """The call at the end of a turn with the place of its time held: anew, still, or no more; if another has it, with other times offered."""
    if call.status in ("waiting_agent", "with_agent"):
        return Update(call=call)
    place, before = _wanted(_as_read(call), turn_context), call.hold
    if turn_context.away:  # what was held before stays while it is still what is wanted, and lapses by itself
        return Update(call=fitting(call, turn_context) if place or call.to_be_confirmed else let_go(call))
    if place is None:
        return Update(call=let_go(call))
    is_same = before is not None and _where(before) == _where(place)
    if before and is_same and before.held_until + RENEW_S > place.held_until:
        return Update(call=call)
    if refusal(_as_read(call), _time(call), turn_context) is Reason.TAKEN:
        return lost(call, turn_context)
    after, seconds = replace(call, hold=place), turn_context.seconds
    events = () if is_same else (tool(call, "hold", "started", seconds), tool(after, "hold", "done", seconds))
    return Update(call=after, events=events, booking=place)


def lost(call: Call, turn_context: TurnContext) -> Update:
    """Somebody was faster: the caller hears so, and is offered other times."""
    return place_taken(let_go(call), turn_context, "hold")


def let_go(call: Call) -> Call:
    return call if call.hold is None else replace(call, hold=None)


def over(call: Call) -> Call:
    """The call as people left it: one that is over holds nothing any more."""
    return let_go(call) if call.status in ("booked", "ended") else call


def fitting(call: Call, turn_context: TurnContext) -> Call:
    """The call as it was changed from outside, where nobody is asked anything: what is held stays if it is still what is wanted."""
    start = calendar.localise(_time(call), call.brief.time_zone)
    stays = start is not None and call.hold is not None and _where(call.hold) == _where(_place(start, _as_read(call), turn_context))
    return call if stays else let_go(call)


def gives_up(before: Call | None, after: Call) -> bool:
    """Whether a step gives up the place that the call had."""
    return before is not None and before.place is not None and after.place is None


def _wanted(call: Call, turn_context: TurnContext) -> Booking | None:
    """What is to be held. What people have locked is theirs to settle."""
    hold_s = turn_context.business.hold_minutes * 60
    is_no_wish = call.errand is not None and TIME.name not in call.errand.changes
    if not hold_s or call.status != "active" or call.booked or call.awaits_approval or is_no_wish or call.slot(TIME.name).locked:
        return None
    start = calendar.localise(_time(call), call.brief.time_zone)
    return replace(_place(start, call, turn_context), held_until=int(turn_context.seconds) + hold_s) if start else None


def _place(start: datetime, call: Call, turn_context: TurnContext) -> Booking:
    """Of an appointment that is moved: as long as it takes now, and its old place, which stays its own meanwhile, is not in the way."""
    place, errand = place_at(start, call, turn_context), call.errand
    return place if errand is None else replace(place, end=place.start + errand.end - errand.start, moves=errand.sid)


def _as_read(call: Call) -> Call:
    """The call with the service that was read to the caller, who has not said yes to it: its job may take longer than that of the one before."""
    state = call.slot(SERVICE.name)
    return call.with_slot(SERVICE.name, replace(state, value=state.pending)) if state.pending else call


def _time(call: Call) -> str:
    """The time that waits for a yes, or was agreed; "" for none."""
    state = call.slot(TIME.name)
    return state.pending or (state.value if state.settled else "")


def _where(place: Booking) -> Booking:
    """The place whatever it is held for, and since when."""
    return replace(place, made=0, held_until=0)
