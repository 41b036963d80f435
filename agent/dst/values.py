"""What becomes of a value that the caller gave: one of several meanings to be asked about, a part to be kept, refused, or accepted."""

from posixpath import commonprefix

import msgspec

from agent.dst.grounding import accept, evidence
from agent.dst.updates import Update, bare, failed_attempt
from agent.record.acts import Inform, SystemAct
from agent.record.call import Call
from agent.record.reasons import Reason
from agent.record.slot_state import SlotStatus
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import context_of

replace = msgspec.structs.replace

MOST_OPTIONS = 3
"""How many options are named at once."""


def take(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A value of a slot that stands by itself, without the calendar."""
    if given.options:
        return _which(call, given, turn_context)
    if not given.whole:
        return keep_part(call, given, given.value)
    reason = SLOTS[given.slot].validate(given.value, context_of(call, turn_context.now))
    return refuse(call, given, turn_context, reason) if reason else accept(call, given, given.value, turn_context)


def _which(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """Several meanings: those that can be named are asked about, of more what they share is kept and the rest asked for."""
    if len(given.options) > MOST_OPTIONS:
        shared = commonprefix(given.options).rstrip(" ,")
        again = call.slot(given.slot).partial == shared
        return failed_attempt(call, given.slot, turn_context, "ambiguous") if again else keep_part(call, given, shared)
    slot = SLOTS[given.slot]
    if slot.insists and given.options == call.slot(given.slot).options:
        whole = slot.validate(given.value, context_of(call, turn_context.now)) is None
        return take(call, replace(given, options=(), whole=whole), turn_context)
    return ask_which(call, given, given.options, given.value, turn_context)


def ask_which(call: Call, given: Inform, options: tuple[str, ...], kept: str, turn_context: TurnContext) -> Update:
    """Several meanings: asked, never guessed; what is `kept` of them is a part meanwhile. The same ones again bring the call no further."""
    state = call.slot(given.slot)
    if options == state.options:
        return failed_attempt(call, given.slot, turn_context, "ambiguous")
    status: SlotStatus = "filled" if state.value and state.status == "filled" else "empty"
    asking = replace(bare(state, status), options=options, partial=kept, evidence=evidence(state, given))
    return Update(call=call.with_slot(given.slot, asking))


def keep_part(call: Call, given: Inform, value: str) -> Update:
    """A part: kept; a pending value it takes the place of is dropped."""
    state = call.slot(given.slot)
    kept = replace(bare(state, "empty"), partial=value, evidence=evidence(state, given), denied=state.denied)
    return Update(call=call.with_slot(given.slot, kept))


def refuse(call: Call, given: Inform, turn_context: TurnContext, reason: Reason) -> Update:
    """Not acceptable: said why, counted, and an older good value stays."""
    state = call.slot(given.slot)
    cleared = replace(
        state, pending="", pending_provenance=None, options=(), partial="", status="filled" if state.value and state.status == "filled" else "empty"
    )
    system_act = SystemAct(key=f"refused.{reason.value}", slot=given.slot)
    update = failed_attempt(call.with_slot(given.slot, cleared), given.slot, turn_context, reason.value)
    return replace(update, system_acts=(system_act, *update.system_acts))
