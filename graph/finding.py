"""What a turn begins with: the record as it stands, or a new one, and the words that are still to be answered.

Under the callSid of a call that has booked another may follow: its caller wants something of the appointment. That is a call like any that rings
again, with a callSid of its own, made of that one; what was booked stays where it is. The turns come under the callSid that their sender knows.
"""

from datetime import datetime

import msgspec

from agent.dst.opening import adopting, new_call, prepared, rung_again
from agent.nlu.errands import wanted_afterwards
from agent.nlu.utterance import Utterance
from agent.record.call import Call, Turn
from graph import revising
from graph.errors import LineGone
from graph.hearing import is_late
from graph.state import Deps, TurnRequest, Walk, Work
from storage.store import Opened

replace = msgspec.structs.replace

AGAIN = ".again"
"""Behind a callSid, that of the call in which its caller rings again under it."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    request: TurnRequest
    """The turn, as one of the call that it belongs to."""
    record: Opened
    rung_from: Call | None = None
    """The call whose appointment something is wanted of from this turn on, under the same callSid."""


async def found_for(state: Walk, deps: Deps, business: str) -> Found:
    """The record, with the answer where the turn has one; gone back where the turn was said in other words. Raises LineGone, TurnPassed."""
    request = state["request"]
    first = found = Found(request=request, record=await _opened(request, state, deps, business))
    while (there := await _following(found, state, deps, business)) is not None:
        found = there
    record, line = found.record, first.record.call
    over = line is not None and line.hung_up and request.over_a_line
    if record.answer is None and (over or (record.call is not None and is_late(found.request, record.call))):
        raise LineGone(f"call {found.request.sid}: its line has ended")
    return found


async def _opened(request: TurnRequest, state: Walk, deps: Deps, business: str) -> Opened:
    found = await deps.store.open(request.sid, request.turn.key, business, request.former_key)
    if request.counted is None:
        return found
    return await revising.revised(found, request, deps, state["now"], at_once=state.get("at_once", False))


async def _following(found: Found, state: Walk, deps: Deps, business: str) -> Found | None:
    """The call that follows under the same callSid, where the turn is one of it: going on, or begun by what is wanted."""
    call = found.record.call
    if found.record.answer is not None or call is None or call.status not in ("booked", "ended") or call.open_turn or call.hears_back:
        return None
    request = replace(found.request, sid=f"{call.sid}{AGAIN}")
    record = await _opened(request, state, deps, business)
    if record.answer is not None or (record.call is not None and record.call.status not in ("booked", "ended")):
        return Found(request=request, record=record)
    if call.booked is None or not wanted_afterwards(Utterance(request.turn.text)):
        return Found(request=request, record=record) if record.call is not None and record.call.status == "booked" else None
    return Found(request=request, record=record, rung_from=call)


def unanswered(state: Walk, call: Call | None) -> Turn:
    """The turn that came in; without its words where the call was erased while it waited, for they were erased with it."""
    turn = state["request"].turn
    return Turn(key=turn.key, started_at=turn.started_at) if call is None and state.get("waited") else turn


def begins_anew(work: Work, request: TurnRequest) -> bool:
    """Whether this host may not know what was said before: the first that it hears of a call are words, while Redis is away.

    Callers who speak first begin like this as well, so that what they hear has to hold for them, too; but a sender who counts knows the first turn.
    """
    turn, call = work.turn_context.turn, work.call
    is_known = bool(call.resumed_from) or (request.counted is not None and request.counted.number == 1)
    return work.base is None and work.turn_context.away and bool(turn.text or turn.digits) and not is_known


async def stood_for(found: Found, deps: Deps, now: datetime) -> Call:
    """The call as it stood before the turn, or a new one, with what another system left beside it taken in."""
    record = found.record
    call = adopting(record.call or await _begun(found.request, deps, now), record.foreign, now)
    return call if found.rung_from is None else rung_again(prepared(call, None, now), found.rung_from)


async def _begun(request: TurnRequest, deps: Deps, now: datetime) -> Call:
    """A new call, which knows whether its caller's last one came to an end."""
    business = deps.businesses.for_number(request.dialled)
    call = new_call(request.sid, business, now, caller=request.caller, dialled=request.dialled, language=request.language)
    return replace(call, unfinished=await deps.store.unfinished(call.brief.business, call.brief.caller)) if call.brief.caller else call
