"""What a turn begins with: the record as it stands, or a new one, and the words that are still to be answered.

Under the callSid of a call that has booked, or noted what is to be booked, another may follow (`graph.lines`): its caller wants something of the
appointment, or a person, or tells of an emergency. That is a call like any that rings again, with a callSid of its own, made of that one; what was
booked stays where it is. All of them share their sender's count of turns: a turn that is said in other words is taken back in whichever heard it, and
what it begins is judged anew.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.opening import adopting, new_call
from agent.dst.understanding import understand
from agent.nlu.afterwards import wanted_afterwards
from agent.nlu.utterance import Utterance
from agent.record.acts import Act, DialogueAct
from agent.record.call import Call, Question, Turn
from agent.record.errand import Errand
from graph import revising
from graph.errors import LineGone
from graph.hearing import is_late
from graph.lines import calls_of, is_over, spoken_in
from graph.state import Deps, TurnRequest, Walk, Work
from storage.store import Opened

replace = msgspec.structs.replace

Line = list[tuple[str, Opened]]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    request: TurnRequest
    """The turn, as one of the call that it belongs to."""
    record: Opened
    rung_from: Call | None = None
    """The call whose appointment something is wanted of from this turn on, under the same callSid."""


async def found_for(state: Walk, deps: Deps, business: str) -> Found:
    """The record, with the answer where the turn has one; gone back where the turn was said in other words. Raises LineGone, TurnPassed."""
    request = state["request"]
    whole = request.counted is not None  # whose count goes on over all of them
    line = await calls_of(deps.store, request.sid, request.turn.key, business, request.former_key, whole=whole)
    if request.counted is not None:
        line = await _revised(line, state, deps)
    answered = next((Found(request=replace(request, sid=sid), record=one) for sid, one in line if one.answer is not None), None)
    if answered is not None:
        return answered
    found = _belonging(line, request, deps, state["now"])
    call = found.record.call
    if is_late(request, [call] if call is not None and not is_over(call) else [one.call for _, one in line if one.call is not None]):
        raise LineGone(f"call {request.sid}: its line has ended")
    return found


async def _revised(line: Line, state: Walk, deps: Deps) -> Line:
    """The calls with the turn taken back in those that heard it in other words. Raises TurnPassed, StaleCall, StoreUnavailable.

    Whether it comes late is said by the call that heard the newest words of all; the others follow it.
    """
    request, newest = state["request"], {sid: one.call.newest for sid, one in line if one.call is not None and one.call.newest is not None}
    counted = request.counted
    if counted is None or not newest:
        return line
    head = max(newest, key=lambda sid: (newest[sid].number, newest[sid].came))
    if newest[head].number > counted.number and any(one.answer is not None for _, one in line):
        return line
    done = dict(line)
    for sid in sorted(newest, key=lambda sid: sid != head):
        if newest[sid].number == newest[head].number:
            at_once = state.get("at_once", False) or sid != head
            done[sid] = await revising.revised(done[sid], replace(request, sid=sid), deps, state["now"], at_once=at_once)
    return list(done.items())


def _belonging(line: Line, request: TurnRequest, deps: Deps, now: datetime) -> Found:
    """The call that a new turn is one of: the one the caller is in, or one that begins when its caller wants more than to say goodbye."""
    record = spoken_in(line)
    call, (last, latest) = record.call, line[-1]
    is_done = call is not None and (call.status == "booked" or call.to_be_confirmed is not None) and is_over(call)
    if call is not None and is_done and _wants_more(call, request.turn, deps, now):
        return Found(request=replace(request, sid=last), record=latest, rung_from=call)
    return Found(request=replace(request, sid=call.sid if call is not None else request.sid), record=record)


def _wants_more(call: Call, turn: Turn, deps: Deps, now: datetime) -> bool:
    """Whether something is wanted of the appointment, or what nobody may be refused by a goodbye."""
    if wanted_afterwards(Utterance(turn.text)):
        return True
    at = now.astimezone(ZoneInfo(call.brief.time_zone))
    heard = understand(replace(call, status="active", question=Question()), turn, deps.business_of(call), at)
    return any(isinstance(one, DialogueAct) and one.act in (Act.EMERGENCY, Act.HANDOFF) for one in heard)


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
    """The call as it stood before the turn, or a new one, with what another system left beside it taken in.

    One that begins under the callSid of another was over until then: where the words that begin it are taken back, it is so again.
    """
    call = found.record.call or await _begun(found.request, deps, now)
    if found.record.call is None and found.rung_from is not None:
        call = replace(call, status="ended", errand=Errand(want="hear"), unfinished="")
    return adopting(call, found.record.foreign, now)


async def _begun(request: TurnRequest, deps: Deps, now: datetime) -> Call:
    """A new call, which knows whether its caller's last one came to an end."""
    business = deps.businesses.for_number(request.dialled)
    call = new_call(request.sid, business, now, caller=request.caller, dialled=request.dialled, language=request.language)
    return replace(call, unfinished=await deps.store.unfinished(call.brief.business, call.brief.caller)) if call.brief.caller else call
