"""The hand-off packet: what a person who takes a call over is given of it."""

from typing import Any

from agent.record.call import Call
from agent.record.handoff import Handoff
from agent.record.progress import progress


def packet(call: Call) -> dict[str, Any]:
    """What is known, what is missing, why a person is wanted, what was said last, and all of it in one sentence."""
    now, wanted = progress(call), call.handoff or Handoff(why="caller_asked")
    return {
        "fields": now["filled"],
        "pending": now["pending"],
        "gaps": now["remaining"],
        "why": wanted.why if call.handoff else "",
        "slot": wanted.slot,
        **({"reason": wanted.reason} if wanted.reason else {}),
        **_asked_before(call, wanted),
        **({"free": list(wanted.free)} if wanted.free else {}),
        "lastTurns": [{"speaker": line.speaker, "message": line.message, "startedAt": line.startedAt} for line in call.recent],
        "sentence": wanted.sentence,
    }


def _asked_before(call: Call, wanted: Handoff) -> dict[str, str]:
    """`askedAt`, where the caller waited for the office before: since when, so that nobody loses their place in a queue when it gives no answer."""
    asked = call.approval
    return {"askedAt": asked.asked_at} if wanted.why == "no_approval" and asked and asked.state == "unanswered" else {}
