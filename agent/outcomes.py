"""Outcomes that several acts come to: a failed attempt, a slot left out, a person wanted, the end of the call."""

import msgspec

from agent.call import Call, HandOff, Question, SlotState, SlotStatus
from agent.scene import Outcome, Scene
from agent.speaking import spoken
from agent.taken import Notice
from agent.telling import status_moved, step_taken

replace = msgspec.structs.replace


def close(call: Call, scene: Scene, key: str) -> Outcome:
    """The call ends here; everything it holds stays for a call back."""
    after = replace(call, status="ended", question=Question())
    return Outcome(call=after, notices=(Notice(key=f"close.{key}"),), events=(status_moved(after, call.status, scene.seconds, key),))


def hand_off(call: Call, scene: Scene, wanted: HandOff) -> Outcome:
    """A person takes over: the call waits for one."""
    after = replace(call, status="waiting_agent", question=Question(), hand_off=wanted)
    notice = Notice(key="close.emergency" if wanted.why == "emergency" else "close.handoff")
    return Outcome(call=after, notices=(notice,), events=(status_moved(after, call.status, scene.seconds, wanted.why),))


def missed(call: Call, slot: str, scene: Scene, reason: str) -> Outcome:
    """One failed attempt at a slot; after the last one it is skipped, or a person takes over."""
    state = replace(call.slot(slot), no_match=call.slot(slot).no_match + 1)
    after = call.with_slot(slot, state)
    event = step_taken(after, slot, "missed", "", scene.seconds, reason)
    if state.no_match < scene.plan.tries:
        return Outcome(call=after, events=(event,))
    outcome = give_up(after, slot, scene)
    return replace(outcome, events=(event, *outcome.events))


def denied(call: Call, slot: str, scene: Scene, part: str = "") -> Outcome:
    """What was read back is wrong, or a part of it: it is dropped, asked for again, and read back slowly next time. An older good value stays."""
    state = call.slot(slot)
    wrong, times = state.pending or state.value, state.denied + 1
    kept = state.value if state.pending else ""
    after = call.with_slot(slot, replace(bare(state, "empty"), value=kept, disputed=wrong, part=part, denied=times, evidence=state.evidence))
    event = step_taken(after, slot, "missed", "", scene.seconds, "denied")
    if times >= scene.plan.tries:
        outcome = give_up(after, slot, scene)
        return replace(outcome, events=(event, *outcome.events))
    return Outcome(call=after, notices=(Notice(key="notice.denied"),), events=(event,), settled=not state.pending)


def give_up(call: Call, slot: str, scene: Scene) -> Outcome:
    """Enough asking: a value confirmed before stays, a slot that may be skipped is, anything else needs a person."""
    state = call.slot(slot)
    if state.value and state.value != state.disputed:
        after = call.with_slot(slot, bare(state, "filled"))
        return Outcome(call=after, notices=(kept(after, slot, scene),))
    if slot in scene.business.may_skip:
        outcome = skip(call, slot, scene)
        return replace(outcome, notices=(Notice(key="notice.given_up", slot=slot),))
    return hand_off(call, scene, HandOff(why="not_understood", slot=slot))


def kept(call: Call, slot: str, scene: Scene) -> Notice:
    """That the value held stays."""
    state = call.slot(slot)
    if state.unspoken:
        return Notice(key="notice.kept_known", slot=slot)
    return Notice(key="notice.kept", slot=slot, values={"value": spoken(call, slot, state.value, scene)})


def bare(state: SlotState, status: SlotStatus) -> SlotState:
    """The slot without anything that was waiting."""
    return replace(state, status=status, pending="", pending_provenance=None, partial="", options=(), disputed="", part="", no_match=0)


def skip(call: Call, slot: str, scene: Scene) -> Outcome:
    """The slot is left out."""
    after = call.with_slot(slot, replace(bare(call.slot(slot), "skipped"), value="", provenance=None))
    event = step_taken(after, slot, "skipped", "", scene.seconds)
    return Outcome(call=after, notices=(Notice(key="notice.skipped", slot=slot),), events=(event,), settled=True)
