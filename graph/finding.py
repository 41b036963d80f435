"""What a turn begins with: the record as it stands, or a new one, and the words that are still to be answered."""

from datetime import datetime

import msgspec

from agent.dst.opening import new_call
from agent.record.call import Call, Turn
from graph import revising
from graph.errors import LineGone
from graph.hearing import is_late
from graph.state import Deps, TurnRequest, Walk
from storage.store import Opened

replace = msgspec.structs.replace


async def found_for(state: Walk, deps: Deps, business: str) -> Opened:
    """The record, with the answer where the turn has one; gone back where the turn was said in other words. Raises LineGone, TurnPassed."""
    request = state["request"]
    found = await deps.store.open(request.sid, request.turn.key, business, request.former_key)
    if request.counted is not None:
        found = await revising.revised(found, request, deps, state["now"], at_once=state.get("at_once", False))
    if found.answer is None and found.call is not None and is_late(request, found.call):
        raise LineGone(f"call {request.sid}: its line has ended")
    return found


def unanswered(state: Walk, call: Call | None) -> Turn:
    """The turn that came in; without its words where the call was erased while it waited, for they were erased with it."""
    turn = state["request"].turn
    return Turn(key=turn.key, started_at=turn.started_at) if call is None and state.get("waited") else turn


async def begun_for(request: TurnRequest, deps: Deps, now: datetime) -> Call:
    """A new call, which knows whether its caller's last one came to an end."""
    business = deps.businesses.for_number(request.dialled)
    call = new_call(request.sid, business, now, caller=request.caller, dialled=request.dialled, language=request.language)
    return replace(call, unfinished=await deps.store.unfinished(call.brief.business, call.brief.caller)) if call.brief.caller else call
