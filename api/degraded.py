"""A turn that could not be taken, as this process tells it to its own readers.

Where neither Redis nor the journal takes a step, nothing can be kept, and so there is nothing in any log; but the caller spoke, and heard a sentence
of trouble. Both lines go to the readers of this process as `new_message`, marked `"degraded": true` and without an id, so that nobody's place in the
log moves, and with `"kept": false`: they stand in no record, also later.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from agent.record.events import Event
from agent.record.moments import stamp
from api.hub import Hub
from api.turns import answer_in
from graph.state import TurnRequest
from storage import codec


class Degraded:
    """The answer to a turn that cannot be taken (`trouble`), told to readers too."""

    def __init__(self, trouble: Callable[[TurnRequest, datetime], bytes], hub: Hub, whose: Callable[[TurnRequest], str]) -> None:
        """`whose`: the business that a turn is for, as far as that can be told without its record; "" where it cannot."""
        self._trouble, self._hub, self._whose = trouble, hub, whose

    def __call__(self, request: TurnRequest, now: datetime) -> bytes:
        answer = self._trouble(request, now)
        said = request.turn.text or request.turn.digits
        lines = [("customer", "customer", said, request.turn.started_at or stamp(now))] if said else []
        lines.append(("AI", "agent", answer_in(answer).aiResponse.message, stamp(now)))
        self._hub.tell_aside(request.sid, [_line(request.sid, now, *line) for line in lines], self._whose(request))
        return answer


def _line(sid: str, now: datetime, speaker: str, source: str, message: str, at: str) -> bytes:
    payload: dict[str, Any] = {"callSid": sid, "speaker": speaker, "message": message, "startedAt": at, "kept": False}
    event = Event(type="new_message", payload=payload, timestamp=round(now.timestamp(), 3), source=source, degraded=True)
    return codec.envelope(event)
