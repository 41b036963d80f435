"""A caller who is spoken with over a connection: which connection that is, and what of an answer was really heard."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from agent.dst.opening import adopting
from agent.record.call import Call
from agent.record.call_events import line_said, taken_back
from graph.state import Deps, TurnRequest
from storage.store import Change

replace = msgspec.structs.replace


def is_late(request: TurnRequest, calls: Sequence[Call]) -> bool:
    """Whether a turn comes over a line that has ended, or over a connection that is none of its calls' any more."""
    if request.over_a_line and any(call.hung_up for call in calls):
        return True
    return bool(calls) and bool(request.socket) and not request.opens_socket and all(call.socket != request.socket for call in calls)


def connected(call: Call, request: TurnRequest) -> Call:
    """The call with the connection that this turn came over, which is not late."""
    return replace(call, socket=request.socket) if request.socket else call


def goes_on(call: Call, request: TurnRequest) -> bool:
    """Whether a connection takes the place of one that was lost in the middle: nobody was silent, and what was said last may not have been heard."""
    return request.opens_socket and not (request.turn.text or request.turn.digits) and call.turns > 0 and call.question.kind != "none"


async def cut_short(deps: Deps, sid: str, at: str, said: str, heard: str, now: datetime) -> None:
    """Have the conversation say what the caller heard of our last answer, not all that was sent. `at`: its time, as the answer has it.

    Of a supervisor's words before ours in it nothing is changed: they stand where they were said. Raises StaleCall, StoreUnavailable.
    """
    found = await deps.store.open(sid)
    if found.call is None or not found.call.recent:
        return
    call = adopting(found.call, found.foreign, now)
    last = call.recent[-1]
    if (last.speaker, last.startedAt) != ("AI", at) or not said.endswith(last.message):
        return
    ours = heard[len(said) - len(last.message) :].strip()
    if ours == last.message:
        return
    lines = (replace(last, message=ours),) if ours else ()
    after, seconds = call.with_lines(lines, taken_back=1), now.timestamp()
    told = (taken_back(call.with_lines((), taken_back=1), 1, seconds), *(line_said(after, "AI", line.message, at, seconds) for line in lines))
    await deps.store.commit(Change(before=found.call, after=after, seen=found.seen, taken_back=1, lines=lines, events=told))
