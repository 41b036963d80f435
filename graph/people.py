"""What people do to a call, written like a turn: the call as it stands after it, its events and its trace, in one commit."""

from datetime import datetime

import msgspec

from agent.dst.holding import gives_up, over
from agent.dst.opening import adopting, turn_context_of
from agent.nlg.generate import briefing
from agent.policy.people import Conflict, Deed, Drop, Escalate, Message, Vanish, carried_out
from agent.record.call import Call, Line, Turn
from agent.record.call_events import person_wanted
from agent.record.trace import TracedTurn, decided, held, waiting
from agent.record.turn_context import TurnContext
from graph.commits import dated
from graph.errors import CallNotFound, DeedRefused
from graph.state import Deps
from storage import watchers
from storage.store import CallStore, Change

replace = msgspec.structs.replace

FRESH_S = 6.0
"""Seconds within which a supervisor's stream was known to be open for it to count as open now."""


async def do(deps: Deps, sid: str, deed: Deed, now: datetime) -> None:
    """Carry out a deed. Raises CallNotFound, DeedRefused, StaleCall, StoreUnavailable."""
    found = await deps.store.open(sid)
    if found.call is None:
        raise CallNotFound(f"there is no call {sid}")
    call = adopting(found.call, found.foreign, now)
    turn_context = turn_context_of(call, Turn(key=""), deps.business_of(call), deps.plan, now, ())
    watched = isinstance(deed, Escalate | Vanish) and await is_watched(deps.store, call)
    update = carried_out(call, deed, turn_context, watched=watched)
    if isinstance(update, Conflict):
        raise DeedRefused(update.code, update.held_by)
    if update.call is call:
        return
    after, events = over(dated(found.call, update.call, turn_context.stamp)), update.events
    if after.status == "waiting_agent":
        after = briefed(after, deps, turn_context)
        events = (*events, person_wanted(after, turn_context.seconds))
    said = (Line(speaker="agent", message=deed.text, startedAt=turn_context.stamp),) if isinstance(deed, Message) else ()
    after = after.with_lines(said)
    traced = TracedTurn(
        at=turn_context.stamp,
        turn=turn_context.turn,
        deed=type(deed).__name__.lower(),
        agent_id=deed.agent,
        watched=watched,
        decided=decided(events),
        said=_words(deed),
        held=held(after),
        waiting=waiting(after),
    )
    after = replace(after, before=None)  # what people did stands, and so does what it was done about
    change = Change(before=found.call, after=after, seen=found.seen, lines=said, events=events, trace=traced.encoded())
    await deps.store.commit(replace(change, release=gives_up(found.call, after)))


def _words(deed: Deed) -> str:
    match deed:
        case Message():
            return deed.text
        case Escalate() | Drop():
            return deed.reason
        case _:
            return ""


def briefed(call: Call, deps: Deps, turn_context: TurnContext) -> Call:
    """The call with the sentence for the person who is wanted."""
    if call.handoff is None:
        return call
    return replace(call, handoff=replace(call.handoff, sentence=briefing(call, turn_context, deps.phrasebooks[call.language])))


async def is_watched(store: CallStore, call: Call) -> bool:
    """Whether any supervisor who may see the call has a stream open, on whichever process."""
    return any(age_s <= FRESH_S and watchers.may_see(name, call.brief.business) for name, age_s in (await store.watching()).items())


async def unseen_s(store: CallStore, call: Call) -> float:
    """For how many seconds no stream has been open of the supervisor who has the call; without end where none ever was."""
    return watchers.unseen_s(await store.watching(), call.held_by, call.brief.business)
