"""How sure is sure enough, and what makes a value sure: taken at once and said in passing, read back and confirmed, or heard by way of keys.

A value is read back unless its slot is grounded implicitly (`Slot.grounding`) and nothing speaks against it. What speaks against it, and the figures
that decide, stand in `_is_doubted`.
"""

import msgspec

from agent.dst.booking import no_time, rechecked, refusal
from agent.dst.updates import Update, bare, decided, denied, give_up
from agent.record.acts import Inform, SystemAct, ValueKind
from agent.record.call import Call
from agent.record.call_events import step_taken
from agent.record.provenance import Confirmed, Provenance
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import context_of, spoken

replace = msgspec.structs.replace

UNASKED = 0.8
"""How plainly the words made it this value, from 0 to 1, below which it is read back when its slot was not asked for. Asked for: `Slot.grounding`."""
DOUBTFUL = 0.4
"""Recogniser confidence below which any value is read back."""
_MOST_EVIDENCE = 20


def accept(call: Call, given: Inform, value: str, turn_context: TurnContext) -> Update:
    """A valid value: confirmed at once where that is safe, else read back."""
    state, implicit = call.slot(given.slot), SLOTS[given.slot].grounding.implicit
    origin = Provenance(turn=turn_context.turn.key, words=given.words, rule=given.rule, confidence=turn_context.turn.confidence)
    if given.kind is ValueKind.CALLERS_NUMBER and not state.supervised:
        return fill(call, given.slot, value, origin, "explicit", turn_context)
    if value in (state.pending, state.said) and given.against:  # a "no", and then what we hear as the same: we do not hear it right
        return denied(call, given.slot, turn_context)
    if value == state.pending:
        return confirm(call, given.slot, turn_context)
    if value == state.value and state.unspoken and not implicit:  # said now, by whoever calls: all of it, so that guessing is no use
        return fill(call, given.slot, value, origin, "explicit", turn_context)
    if value == state.said and (state.status == "filled" or state.supervised):
        return Update(call=call.with_slot(given.slot, bare(state, "filled")), system_acts=(SystemAct(key="notice.noted"),))
    if implicit and not state.supervised and not _is_doubted(state, given, turn_context.turn.confidence):
        return fill(call, given.slot, value, origin, "implicit", turn_context)
    return _read_back(call, given, value, origin, turn_context)


def _is_doubted(state: SlotState, given: Inform, recognised: float | None) -> bool:
    """Whether a value has to be read back, however cheap a mistake is. `recognised`: the recogniser's confidence."""
    return (
        state.denied > 0
        or given.confidence < (SLOTS[given.slot].grounding.unsure if given.asked else UNASKED)
        or (bool(state.said) and not given.asked)  # in the place of another, when something else was asked for
        or (recognised is not None and recognised < DOUBTFUL)
    )


def _read_back(call: Call, given: Inform, value: str, origin: Provenance, turn_context: TurnContext) -> Update:
    """The value waits for a yes; not forever, where it was said again and again because we heard it wrong."""
    state = call.slot(given.slot)
    times = state.denied + bool(state.pending)  # said again, because it was wrong: read back slowly
    if times >= 2 * turn_context.plan.tries:
        return give_up(call, given.slot, turn_context)
    waiting = replace(bare(state, "pending"), pending=value, pending_provenance=origin, evidence=evidence(state, given), denied=times)
    after = call.with_slot(given.slot, waiting)
    return Update(call=after, events=(step_taken(after, given.slot, "pending", value, turn_context.seconds),))


def evidence(state: SlotState, given: Inform) -> tuple[str, ...]:
    """What was heard before and what was heard now, the last of it."""
    return tuple(dict.fromkeys((*state.evidence, *given.evidence)))[-_MOST_EVIDENCE:]


def confirm(call: Call, slot: str, turn_context: TurnContext) -> Update:
    """The caller's yes to what was read back."""
    call = replace(call, silences=0)
    state = call.slot(slot)
    if not state.pending or state.pending_provenance is None:
        return Update(call=call)
    if SLOTS[slot].calendar == "start" and (reason := refusal(call, state.pending, turn_context)):
        return no_time(call, state.pending, turn_context, reason)
    return fill(call, slot, state.pending, state.pending_provenance, "explicit", turn_context)


def fill(call: Call, slot: str, value: str, origin: Provenance, how: Confirmed, turn_context: TurnContext) -> Update:
    """The slot is filled. Another service may need another time: if the one agreed does not fit any more, it is asked again."""
    state = call.slot(slot)
    filled = replace(
        bare(state, "filled"),
        value=value,
        parts=SLOTS[slot].parts(value, context_of(call, turn_context.now)),
        timestamp=turn_context.stamp,
        provenance=replace(origin, confirmed=how),
        denied=0,
        evidence=(),
    )
    after = decided(call.with_slot(slot, filled), slot)
    corrected = bool(state.value) and state.value != value
    told = corrected and not state.unspoken  # whether it is another one is nobody's to hear
    noted = SLOTS[slot].noted if SLOTS[slot].grounding.implicit else "notice.noted"
    system_act = SystemAct(key="notice.changed" if told else noted, slot=slot, values={"value": spoken(after, slot, value, turn_context)})
    event = step_taken(after, slot, "corrected" if corrected else "filled", value, turn_context.seconds)
    update = Update(call=after, system_acts=(system_act,), events=(event,), settled=True)
    fitting = rechecked(after, turn_context) if SLOTS[slot].calendar == "length" else after
    return update if fitting is after else replace(update, call=fitting, system_acts=(system_act, SystemAct(key="notice.reopened_time")))
