"""Outcomes that several acts come to: a failed attempt, a slot left out, a person wanted, the end of the call."""

import msgspec

from agent.record.acts import SystemAct
from agent.record.call import Booking, Call, Question
from agent.record.call_events import Closing, status_moved, step_taken
from agent.record.cancellation import Cancellation
from agent.record.events import Event
from agent.record.handoff import Handoff
from agent.record.slot_state import SlotState, SlotStatus
from agent.record.turn_context import TurnContext
from agent.slots.presenting import spoken


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What one act came to."""

    call: Call
    system_acts: tuple[SystemAct, ...] = ()
    events: tuple[Event, ...] = ()
    settled: bool = False
    """A field was confirmed, cleared or skipped: to be committed before the next step runs."""
    booking: Booking | None = None
    """A place to take, or to hold, with this commit."""
    release: bool = False
    """Give up the call's place with it."""
    given_up: Cancellation = Cancellation()
    """Why, where that was a booking."""


replace = msgspec.structs.replace

FAREWELL = SystemAct(key="people.ended")
"""What a caller is still to hear whose call a supervisor has ended."""


def close(call: Call, turn_context: TurnContext, key: Closing) -> Update:
    """The call ends here; everything it holds stays for a call back."""
    after = replace(call, status="ended", question=Question())
    return Update(call=after, system_acts=(SystemAct(key=f"close.{key}"),), events=(status_moved(after, call.status, turn_context.seconds, key),))


def handoff(call: Call, turn_context: TurnContext, wanted: Handoff) -> Update:
    """A person takes over: the call waits for one."""
    after = replace(call, status="waiting_agent", question=Question(), handoff=wanted)
    system_act = SystemAct(key="close.emergency" if wanted.why == "emergency" else "close.handoff")
    return Update(call=after, system_acts=(system_act,), events=(status_moved(after, call.status, turn_context.seconds, wanted.why),))


def failed_attempt(call: Call, slot: str, turn_context: TurnContext, reason: str) -> Update:
    """One failed attempt at a slot; after the last one it is skipped, or a person takes over."""
    state = replace(call.slot(slot), no_match=call.slot(slot).no_match + 1)
    after = call.with_slot(slot, state)
    event = step_taken(after, slot, "missed", "", turn_context.seconds, reason)
    if state.no_match < turn_context.plan.tries:
        return Update(call=after, events=(event,))
    update = give_up(after, slot, turn_context)
    return replace(update, events=(event, *update.events))


def denied(call: Call, slot: str, turn_context: TurnContext, part: str = "") -> Update:
    """What was read back is wrong, or a part of it: it is dropped, asked for again, and read back slowly next time. An older good value stays."""
    state = call.slot(slot)
    wrong, times = state.pending or state.value, state.denied + 1
    if state.supervised and state.pending not in ("", state.value):  # they were asked, and said no: the supervisor's stays
        after = call.with_slot(slot, bare(state, "filled"))
        event = step_taken(after, slot, "missed", "", turn_context.seconds, "denied")
        return Update(call=after, system_acts=(kept(after, slot, turn_context),), events=(event,), settled=True)
    stays = state.value if state.pending or state.supervised else ""
    after = call.with_slot(slot, replace(bare(state, "empty"), value=stays, disputed=wrong, part=part, denied=times, evidence=state.evidence))
    event = step_taken(after, slot, "missed", "", turn_context.seconds, "denied")
    if times >= turn_context.plan.tries:
        update = give_up(after, slot, turn_context)
        return replace(update, events=(event, *update.events))
    return Update(call=after, system_acts=(SystemAct(key="notice.denied"),), events=(event,), settled=not state.pending)


def give_up(call: Call, slot: str, turn_context: TurnContext) -> Update:
    """Enough asking: a value confirmed before stays, a slot that may be skipped is, anything else needs a person."""
    state = call.slot(slot)
    if state.value and (state.value != state.disputed or state.supervised):
        after = call.with_slot(slot, bare(state, "filled"))
        return Update(call=after, system_acts=(kept(after, slot, turn_context),))
    if slot in turn_context.business.may_skip:
        update = skip(call, slot, turn_context)
        return replace(update, system_acts=(SystemAct(key="notice.given_up", slot=slot),))
    return handoff(call, turn_context, Handoff(why="not_understood", slot=slot))


def kept(call: Call, slot: str, turn_context: TurnContext) -> SystemAct:
    """That the value held stays."""
    state = call.slot(slot)
    if state.unspoken:
        return SystemAct(key="notice.kept_known", slot=slot)
    return SystemAct(key="notice.kept", slot=slot, values={"value": spoken(call, slot, state.value, turn_context)})


def decided(call: Call, slot: str) -> Call:
    """The call without a suggestion for a slot that got its value, which may be that or another."""
    if slot not in call.suggestions:
        return call
    return replace(call, suggestions={name: value for name, value in call.suggestions.items() if name != slot})


def emptied(state: SlotState) -> SlotState:
    """The slot open again, without what it held; a supervisor's value stays until another was confirmed."""
    return bare(state, "empty") if state.supervised else replace(bare(state, "empty"), value="", parts={}, provenance=None)


def bare(state: SlotState, status: SlotStatus) -> SlotState:
    """The slot without anything that was waiting."""
    return replace(
        state, status=status, pending="", pending_provenance=None, partial="", options=(), disputed="", part="", no_match=0, overheard=None
    )


def skip(call: Call, slot: str, turn_context: TurnContext) -> Update:
    """The slot is left out; not one that a supervisor has filled."""
    if call.slot(slot).supervised:
        after = call.with_slot(slot, bare(call.slot(slot), "filled"))
        return Update(call=after, system_acts=(kept(after, slot, turn_context),))
    after = call.with_slot(slot, replace(bare(call.slot(slot), "skipped"), value="", provenance=None))
    event = step_taken(after, slot, "skipped", "", turn_context.seconds)
    return Update(call=after, system_acts=(SystemAct(key="notice.skipped", slot=slot),), events=(event,), settled=True)
