"""The events of a call, made from its record."""

from typing import Any

from agent.record.call import Call
from agent.record.events import Event
from agent.record.progress import progress


def step_taken(call: Call, slot: str, status: str, value: str, seconds: float, reason: str = "") -> Event:
    """`progress`: a slot was "filled", is "pending" a yes, was "missed", "skipped" or "corrected". `call` as it stands after it."""
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
    """`new_message`: one line of the conversation."""
    return Event(
        type="new_message",
        payload={"callSid": call.sid, "speaker": speaker, "message": message, "startedAt": started_at},
        timestamp=seconds,
        source="customer" if speaker == "customer" else "agent",
    )


def status_moved(call: Call, before: str, seconds: float, reason: str = "") -> Event:
    """`status_change`: from `before` to the call's status."""
    payload = {"callSid": call.sid, "status": call.status, "before": before}
    return Event(type="status_change", payload={**payload, "reason": reason} if reason else payload, timestamp=seconds)


def person_wanted(call: Call, sentence: str, seconds: float) -> Event:
    """`transfer_request`, with the hand-off packet: what is known, what is missing, why, what was said last, and all of it in one sentence."""
    now, wanted = progress(call), call.handoff
    packet = {
        "fields": now["filled"],
        "pending": now["pending"],
        "gaps": now["remaining"],
        "why": wanted.why if wanted else "",
        "slot": wanted.slot if wanted else "",
        "lastTurns": [{"speaker": line.speaker, "message": line.message, "startedAt": line.startedAt} for line in call.recent],
        "sentence": sentence,
    }
    return Event(type="transfer_request", payload={"callSid": call.sid, "reason": packet["why"], "packet": packet}, timestamp=seconds)


def tool(call: Call, name: str, state: str, seconds: float, **result: Any) -> Event:
    """`tool_status` when work begins, `tool_result` when it ended."""
    return Event(
        type="tool_result" if result else "tool_status", payload={"callSid": call.sid, "tool": name, "status": state, **result}, timestamp=seconds
    )
