"""What the calendar says to a time, and the booking: refused times with free ones near them, a place taken, a place lost to another call."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from agent.dst.updates import Update, bare, close, emptied, failed_attempt, handoff
from agent.record import calendar
from agent.record.acts import SystemAct
from agent.record.call import Booking, Call, Question, Status
from agent.record.call_events import Tool, status_moved, step_taken, tool
from agent.record.handoff import Handoff
from agent.record.reasons import Reason
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots.presenting import minutes_of
from agent.slots.service import SERVICE
from agent.slots.time import TIME
from agent.slots.time.partial_time import day_of_all

replace = msgspec.structs.replace

BOOKED, NOTED = SystemAct(key="close.booked"), SystemAct(key="close.to_be_confirmed")
"""What is said last when a place is taken, and where none could be."""


def refusal(call: Call, value: str, turn_context: TurnContext) -> Reason | None:
    """Why a whole time cannot be booked, or None."""
    start = calendar.localise(value, call.brief.time_zone)
    if start is None:
        return Reason.NOT_A_TIME
    return calendar.refusal(start, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, call.sid)


def rechecked(call: Call, turn_context: TurnContext) -> Call:
    """The call with its time open again, if the service it is about now does not fit there: whoever set it, nobody can come then."""
    state = call.slot(TIME.name)
    agreed = state.pending or state.value
    if not agreed or refusal(call, agreed, turn_context) is None:
        return call
    return call.with_slot(TIME.name, replace(reopened(call).slot(TIME.name), value="", parts={}, provenance=None))


def reopened(call: Call) -> Call:
    """The call with its time open again: what was agreed is not to be."""
    state = call.slot(TIME.name)
    return call.with_slot(TIME.name, replace(emptied(state), disputed=state.pending or state.said))


def no_time(call: Call, value: str, turn_context: TurnContext, reason: Reason) -> Update:
    """Refused, with the nearest free times as options. Counted as an attempt only when nothing can be offered."""
    near = calendar.localise(value, call.brief.time_zone) or turn_context.now
    system_act = SystemAct(key=f"refused.{reason.value}", slot=TIME.name)
    if call.slot(TIME.name).unspoken and value == call.slot(TIME.name).value:  # what is near it would tell it
        update = Update(call=call.with_slot(TIME.name, SlotState()), system_acts=(system_act,))
    else:
        update = offer_times(call, turn_context, near, (system_act,))
    event = step_taken(update.call, TIME.name, "missed", "", turn_context.seconds, reason.value)
    return replace(update, events=(event, *update.events))


def offer_times(
    call: Call, turn_context: TurnContext, near: datetime, system_acts: tuple[SystemAct, ...], suits: Callable[[datetime], bool] = lambda start: True
) -> Update:
    """Up to two free times near a wish, as the options of a choice; without any, a person has to find one."""
    near = min(max(near, turn_context.now), turn_context.now + timedelta(days=turn_context.business.horizon_days))
    wanted = not_turned_down(call, suits)
    times = calendar.free(near, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, sid=call.sid, suits=wanted)
    if not times:
        without = call.with_slot(TIME.name, bare(call.slot(TIME.name), "empty"))
        update = handoff(without, turn_context, Handoff(why="no_free_time", slot=TIME.name))
        return replace(update, system_acts=(*system_acts, SystemAct(key="notice.alternatives_none"), *update.system_acts))
    return offered(call, times, system_acts, turn_context)


def not_turned_down(call: Call, suits: Callable[[datetime], bool]) -> Callable[[datetime], bool]:
    """What suits, without the time that the caller has just said no to."""
    wrong = call.slot(TIME.name).disputed
    start = calendar.localise(wrong, call.brief.time_zone) if wrong else None
    return lambda when: when != start and suits(when)


def offered(call: Call, times: Sequence[datetime], system_acts: tuple[SystemAct, ...], turn_context: TurnContext) -> Update:
    """The free times as the options of a choice. The same ones again bring the call no further."""
    options = tuple(one.replace(tzinfo=None).isoformat(timespec="minutes") for one in times)
    offer, state = SystemAct(key="offer", slot=TIME.name), call.slot(TIME.name)
    if options == state.options:
        update = failed_attempt(call, TIME.name, turn_context, "declined")
        return replace(update, system_acts=(*system_acts, offer, *update.system_acts))
    asking = replace(emptied(state), options=options, partial=day_of_all(options), no_match=state.no_match)
    return Update(call=call.with_slot(TIME.name, asking), system_acts=(*system_acts, offer))


def agreed(call: Call, turn_context: TurnContext) -> Booking | Update:
    """The place that the caller said yes to; what is done instead where there is none, or it cannot be booked.

    What people have locked and not filled in, and no booking can be without, is theirs to settle.
    """
    service, time = call.slot(SERVICE.name).value, call.slot(TIME.name).value
    start = calendar.localise(time, call.brief.time_zone) if time else None
    gap = next((name for name, state in call.slots.items() if not state.settled and name not in turn_context.business.may_skip), "")
    if start is None or not service or gap:
        return handoff(call, turn_context, Handoff(why="nothing_agreed", slot=gap))
    if reason := refusal(call, time, turn_context):
        return no_time(call, time, turn_context, reason)
    return place_at(start, call, turn_context)


def place_at(start: datetime, call: Call, turn_context: TurnContext) -> Booking:
    """The place that the call's job takes in the calendar when it begins at `start`."""
    service = call.slot(SERVICE.name)
    return Booking(
        business=call.brief.business,
        sid=call.sid,
        start=int(start.timestamp()),
        end=int(calendar.ends(start, minutes_of(call)).timestamp()),
        service=service.value or service.pending,
        made=int(turn_context.seconds),
        buffer=turn_context.business.buffer_minutes * 60,
        instead_of=call.resumed_from,
    )


def book(call: Call, turn_context: TurnContext) -> Update:
    """The caller's yes to the summary: a place is taken, in the same commit that says so; noted, where none can be."""
    place = agreed(call, turn_context)
    if isinstance(place, Update):
        return place
    if turn_context.away:
        return replace(close(replace(call, to_be_confirmed=place), turn_context, "to_be_confirmed"), settled=True)
    update = booked(call, place, turn_context)
    return replace(update, system_acts=(BOOKED,))


def booked(call: Call, place: Booking, turn_context: TurnContext) -> Update:
    """The call with this place taken. Whoever is with a person stays there; for anybody else the call is over."""
    with_person = call.status in ("waiting_agent", "with_agent")
    status: Status = call.status if with_person else "booked"
    after = replace(call, status=status, booked=place, hold=None, to_be_confirmed=None, question=Question())
    events = (
        tool(call, "booking", "started", turn_context.seconds),
        tool(after, "booking", "done", turn_context.seconds, service=place.service, time=call.slot(TIME.name).value),
        *(() if with_person else (status_moved(after, call.status, turn_context.seconds),)),
    )
    return Update(call=after, events=events, settled=True, booking=place)


def place_taken(call: Call, turn_context: TurnContext, work: Tool = "booking") -> Update:
    """Another call took the last place a moment before. `work`: what was to be done with it."""
    begun = tool(call, work, "started", turn_context.seconds)
    failed = tool(call, work, "failed", turn_context.seconds, reason=Reason.TAKEN.value)
    state = call.slot(TIME.name)
    update = no_time(call, state.pending or state.value, turn_context, Reason.TAKEN)
    return replace(update, events=(begun, failed, *update.events))


def looked_up(call: Call, update: Update, turn_context: TurnContext) -> Update:
    """What came of a wish, with the calendar's answer told, where it was asked. `call`: as it was before."""
    if turn_context.away:
        return update
    free = not any(act.slot == TIME.name and act.key.startswith("refused.") for act in update.system_acts)
    begun = tool(call, "availability", "started", turn_context.seconds)
    done = tool(update.call, "availability", "done", turn_context.seconds, free=free)
    return replace(update, events=(begun, done, *update.events))
