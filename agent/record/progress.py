"""How far a call has come, read off its record."""

from typing import Any

from agent.record import caller_id
from agent.record.call import Call
from agent.record.slot_names import NAMES


def step(call: Call) -> str:
    """The slot that is being dealt with, "confirm" at the summary, "done" when nothing is left to ask."""
    if call.status in ("booked", "ended"):
        return "done"
    if call.question.kind == "which":
        return NAMES[0]
    if call.errand is not None and call.errand.sid:
        open_ = [name for name in (*call.question.slots, *call.errand.changes) if not call.slot(name).settled]
        return open_[0] if open_ else "confirm"
    if call.question.kind == "summary" or (call.question.kind == "change" and all(state.settled or state.pending for state in call.slots.values())):
        return "confirm"
    if call.question.slots and not call.slot(call.question.slots[0]).settled:
        return call.question.slots[0]
    return next((name for name in NAMES if not call.slot(name).settled and not call.slot(name).locked), "confirm")


def expecting(call: Call) -> str:
    """What the caller's next words should be: "value", "confirmation", "choice" or "nothing"."""
    if call.status != "active" or (call.awaits_approval and call.question.kind == "none"):
        return "nothing"
    if caller_id.offered(call):
        return "confirmation"
    match call.question.kind:
        case "read_back" | "summary" | "leave" | "resume" | "errand":
            return "confirmation"
        case "choice":
            return "choice"
        case _:
            return "value"


def progress(call: Call) -> dict[str, Any]:
    """The progress block of answers, documents and events."""
    states = [(name, call.slots[name]) for name in NAMES]
    filled = {name: state.value for name, state in states if state.value and state.status != "empty"}
    pending = {name: state.pending for name, state in states if state.pending}
    remaining = [name for name, state in states if not state.settled]
    if caller_id.offered(call) and call.status == "active":
        pending[caller_id.SLOT] = call.brief.caller  # said to the caller, and awaiting a yes like any other
    return {
        "status": call.status,
        "step": step(call),
        "expecting": expecting(call),
        "filled": filled,
        "pending": pending,
        "remaining": remaining,
        "completed": len(NAMES) - len(remaining),
        "total": len(NAMES),
    }
