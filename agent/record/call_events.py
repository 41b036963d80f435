"""The events of a call, made from its record."""

from typing import Any, Literal

import msgspec

from agent.record.call import Approval, Call
from agent.record.events import Event
from agent.record.handoff import Wanted
from agent.record.packet import packet
from agent.record.progress import progress

Closing = Literal[
    "silence", "limit", "cancelled", "goodbye", "goodbye_waiting", "not_approved",
    "appointment_moved", "appointment_cancelled", "appointment_corrected", "appointment_kept", "to_be_confirmed",
]  # fmt: skip
"""Why the agent ends a call; each is said in words of its own ("close.limit")."""
Told = Literal["released", "ended_by_supervisor", "opened_again", "line_dropped", "transferred", "unanswered", "revised", "booking_cancelled"]
"""Why a status moved that neither the agent ended nor a person was wanted for."""


def step_taken(call: Call, slot: str, status: str, value: str, seconds: float, reason: str = "") -> Event:
    """`progress`: a slot was "filled", is "pending" a yes, was "missed", "skipped" or "corrected". `call` as it stands after it.

    `slot`: also the step that something unusable was said at, "confirm" at the summary.
    """
    now = progress(call)
    payload = {
        "callSid": call.sid,
        "slot": slot,
        "status": status,
        "value": value,
        **{key: now[key] for key in ("step", "completed", "total", "remaining")},
    }
    return Event(type="progress", payload={**payload, "reason": reason} if reason else payload, timestamp=seconds)


def line_said(call: Call, speaker: str, message: str, started_at: str, seconds: float) -> Event:
    """`new_message`: one line of the conversation. While a supervisor has the call it concerns them, and what an "agent" says is theirs."""
    told = {"callSid": call.sid, "speaker": speaker, "message": message, "startedAt": started_at}
    return Event(
        type="new_message",
        payload={**told, "agentId": call.held_by} if call.held_by else told,
        timestamp=seconds,
        source=call.held_by if speaker == "agent" else "customer" if speaker == "customer" else "agent",
    )


def taken_back(call: Call, lines: int, seconds: float) -> Event:
    """`taken_back`: the conversation's last lines, so many of them, stand no more, nor does what came of them. `call` as it stands now."""
    last = [msgspec.to_builtins(line) for line in call.recent[-2:]]
    payload = {"callSid": call.sid, "lines": lines, "lastMessages": last, "status": call.status, "misses": call.misses, "progress": progress(call)}
    return Event(type="taken_back", payload=payload, timestamp=seconds)


def suggested(call: Call, slot: str, value: str, seconds: float) -> Event:
    """`progress`: the caller told the supervisor who has the call a value."""
    event = step_taken(call, slot, "suggested", value, seconds)
    return msgspec.structs.replace(event, payload={**event.payload, "agentId": call.held_by})


def status_moved(call: Call, before: str, seconds: float, reason: Literal[""] | Closing | Told | Wanted = "", agent: str = "") -> Event:
    """`status_change`: from `before` to the call's status. `agent`: the agentId of the supervisor who did it, or had it until then."""
    payload = {"callSid": call.sid, "status": call.status, "before": before}
    more = {name: value for name, value in (("reason", reason), ("agentId", agent)) if value}
    return Event(type="status_change", payload={**payload, **more}, timestamp=seconds, source=agent or "agent")


def person_wanted(call: Call, seconds: float) -> Event:
    """`transfer_request`, with the hand-off packet."""
    found = packet(call)
    return Event(
        type="transfer_request", payload={"callSid": call.sid, "reason": found.get("reason", found["why"]), "packet": found}, timestamp=seconds
    )


def permission_wanted(call: Call, approval: Approval, seconds: float) -> Event:
    """`permission_request`: what waits for the office's yes, under which rule, and how long the caller waits on the line."""
    payload = {**_permission(call, approval), "what": dict(approval.what), "askedAt": approval.asked_at, "until": approval.until}
    return Event(type="permission_request", payload=payload, timestamp=seconds)


def permission_cleared(call: Call, approval: Approval, seconds: float, reason: str = "") -> Event:
    """`permission_cleared`: nobody needs to answer any more; `outcome` says why. `reason`: the words of whoever refused, never said to the caller."""
    payload = {**_permission(call, approval), "approved": approval.state in ("approved", "taken"), "outcome": approval.state}
    payload |= {key: value for key, value in (("agentId", approval.by), ("reason", reason)) if value}
    return Event(type="permission_cleared", payload=payload, timestamp=seconds, source=approval.by or "agent")


def _permission(call: Call, approval: Approval) -> dict[str, Any]:
    return {"callSid": call.sid, "permissionId": approval.id, "tool_name": "booking", "rule": approval.rule}


Tool = Literal["availability", "hold", "booking", "mail", "webhook"]
"""Work besides talking: looking into the calendar, holding a place while the office is asked, booking one, bringing what is owed to the outside."""


def measured(event: Event, ms: float, reading_ms: float) -> Event:
    """A result with the milliseconds its work took, `reading_ms` of them before for reading the calendar; any other event as it is."""
    if event.type != "tool_result" or "ms" in event.payload:
        return event
    took = ms + (reading_ms if event.payload["tool"] == "availability" else 0)
    return msgspec.structs.replace(event, payload={**event.payload, "ms": round(took, 3)})


ToolState = Literal["started", "done", "failed", "late"]
"""`late`: it was not done, since it would be of no use any more."""


def tool(call: Call, name: Tool, state: ToolState, seconds: float, **result: Any) -> Event:
    """`tool_status` when work begins, `tool_result` when it ended; `success` stands in the result, and whoever can measure it adds `ms`."""
    result |= {"success": state == "done"} if state != "started" else {}
    return Event(
        type="tool_status" if state == "started" else "tool_result",
        payload={"callSid": call.sid, "tool": name, "status": state, **result},
        timestamp=seconds,
    )
