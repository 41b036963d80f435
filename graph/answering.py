"""The end of a turn: the place of the caller's time is held, what the record says is said, and all of it is committed as the answer."""

from time import perf_counter

import msgspec

from agent.dst import holding
from agent.dst.opening import in_the_way
from agent.dst.updates import Update
from agent.nlg.generate import generate
from agent.policy.people import wait_or_dial
from agent.policy.turns import asking, counted
from agent.record.call import Booking
from agent.record.call_events import measured
from agent.slots.time import TIME
from graph import commits
from graph.people import briefed, is_watched
from graph.state import Deps, TurnRequest, Work
from storage.errors import PlaceTaken, StaleCall

replace = msgspec.structs.replace


async def answer(work: Work, request: TurnRequest, deps: Deps) -> tuple[Work, bytes]:
    """The turn with its answer, committed. When somebody was faster with the place, the caller hears so in this very answer."""
    begun = perf_counter()
    work = replace(work, system_acts=(*work.call.untold, *work.system_acts))
    update = holding.held(work.call, work.turn_context)
    try:
        return await _committed(_after(work, update, begun), update.booking, request, deps)
    except PlaceTaken:
        work = await looked_again(work, deps)
        return await _committed(_after(work, holding.lost(work.call, work.turn_context), begun), None, request, deps)


async def looked_again(work: Work, deps: Deps) -> Work:
    """With the calendar as it is by now: what the turn began with are not the bookings it lost against, and what is offered must not be that hour."""
    call = work.call
    found = await deps.store.open(call.sid, business=call.brief.business)
    if found.away:
        raise StaleCall(f"call {call.sid}: no place can be promised any more")
    return replace(work, turn_context=replace(work.turn_context, bookings=in_the_way(call, found.bookings, work.turn_context.seconds)))


def timed(update: Update, begun: float, work: Work) -> Update:
    """With the milliseconds that each piece of work besides talking took, up to the commit that tells of it: looking into the calendar is reading it,
    which was done for the whole turn, and what was made of it.
    """
    return replace(update, events=tuple(measured(event, ms_since(begun), work.reading_ms) for event in update.events))


def ms_since(begun: float) -> float:
    return (perf_counter() - begun) * 1000


def _after(work: Work, update: Update, begun: float) -> Work:
    """With what became of the place; when it is another's, what was to be said about the time is true no more."""
    if update.system_acts:
        work = replace(work, system_acts=tuple(act for act in work.system_acts if act.slot != TIME.name))
    return work.after(timed(update, begun, work), 0)


async def _committed(work: Work, place: Booking | None, request: TurnRequest, deps: Deps) -> tuple[Work, bytes]:
    """Raises PlaceTaken, and nothing is written, when `place` is another's."""
    turn_context, book, quoted = work.turn_context, deps.phrasebooks[work.call.language], work.call.unheard
    newest = replace(work.call.newest, told=quoted) if work.call.newest is not None else None
    call = asking(replace(work.call, unheard=(), untold=(), newest=newest), work.base, work.asked, work.system_acts, turn_context)
    began = perf_counter()
    speech = replace(generate(call, work.system_acts, turn_context, book), quoted=quoted)
    deps.took("wording", perf_counter() - began)
    call = counted(call, work.base)
    if commits.begins_to_wait(work.base, call):
        call = wait_or_dial(briefed(call, deps, turn_context), await is_watched(deps.store, call), turn_context)
    return work, await commits.answered(work, call, speech, request, deps, place)
