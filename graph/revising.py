"""Finding the record for a turn whose sender counts its turns: as it is, or gone back to where it stood (`agent.policy.revising`)."""

from datetime import datetime
from hashlib import sha256

import msgspec

from agent.dst.opening import adopting
from agent.policy import revising
from agent.record.call import Call, Turn
from agent.record.call_events import line_said, taken_back
from agent.record.newest import Newest
from agent.record.slot_names import NAMES
from graph.errors import TurnPassed
from graph.state import Deps, TurnRequest
from storage.errors import PlaceTaken
from storage.store import Change, Opened

replace = msgspec.structs.replace


async def revised(found: Opened, request: TurnRequest, deps: Deps, now: datetime, *, at_once: bool) -> Opened:
    """The record to take the turn against, with the answer where it has one already.

    A newer wording of the newest turn takes the place of the older one, in one commit. `at_once`: the turn came after whatever is found. Raises
    TurnPassed when a later turn, or a later wording, was there before this one and left it no answer; StaleCall, StoreUnavailable.
    """
    counted, newest = request.counted, found.call.newest if found.call is not None else None
    if counted is None or newest is None:
        return found
    if counted.number > newest.number:
        return await _cut_short(found, counted.heard, deps, now)
    said = _fingerprint(request.turn)
    if counted.number == newest.number and newest.said == said:
        return found
    if counted.number == newest.number and (at_once or counted.came > newest.came):
        return await _gone_back(found, replace(newest, said=said, came=counted.came, lines=0, told=()), request, deps, now)
    if found.answer is None:
        raise TurnPassed(f"call {request.sid}: turn {counted.number} comes late")
    return found


async def _cut_short(found: Opened, heard: str, deps: Deps, now: datetime) -> Opened:
    """With our last line as the caller heard it, who spoke over the rest."""
    call, last = found.call, found.call.recent[-1] if found.call is not None and found.call.recent else None
    if call is None or last is None or last.speaker != "AI" or found.foreign is not None:
        return found
    message = revising.heard_of(last.message, heard)
    if message == last.message:
        return found
    cut, seconds = replace(last, message=message), now.timestamp()
    after = call.with_lines((cut,), taken_back=1)
    gone = taken_back(call.with_lines((), taken_back=1), 1, seconds)
    events = (gone, line_said(after, "AI", message, last.startedAt, seconds))
    done = await deps.store.commit(Change(before=call, after=after, seen=found.seen, taken_back=1, lines=(cut,), events=events))
    return replace(found, call=done.call, seen=done.seen)


async def _gone_back(found: Opened, newest: Newest, request: TurnRequest, deps: Deps, now: datetime) -> Opened:
    assert found.call is not None  # noqa: S101 - it has a newest turn
    call, lines = found.call, found.call.newest.lines if found.call.newest and found.call.before is not None else 0
    update = revising.gone_back(call, newest, request.turn.key, now.timestamp())
    update = replace(update, call=_adopting(update.call, call, found, now))
    if found.away and update.booking is not None:
        update = revising.unheld(update)
    change = Change(
        before=call,
        after=update.call,
        seen=found.seen,
        taken_back=lines,
        events=update.events,
        answer=(request.turn.key, b""),
        booking=update.booking,
        release=update.release,
        capacity=deps.business_of(call).capacity,
    )
    try:
        done = await deps.store.commit(change)
    except PlaceTaken:
        lost = revising.place_gone(update)
        done = await deps.store.commit(replace(change, after=lost.call, events=lost.events, booking=None, release=lost.release))
    return Opened(call=done.call, seen=done.seen, bookings=found.bookings, away=found.away)


def _adopting(after: Call, call: Call, found: Opened, now: datetime) -> Call:
    """With what another system left in its document, but for what that may have from the words that are taken back."""
    adopted = adopting(after, found.foreign, now)
    for name in NAMES:
        state = after.slot(name)
        if not state.value and call.slot(name).value == adopted.slot(name).value != "":
            adopted = adopted.with_slot(name, state)
    return adopted


def taken_up(call: Call, before: Call, request: TurnRequest) -> Call:
    """The call at the beginning of a turn that is new to it. `before`: as it stood until then."""
    counted = request.counted
    if counted is None:
        return revising.taken_up(call, before, None)
    previous = call.newest.number if call.newest is not None else 0
    return revising.taken_up(call, before, Newest(number=counted.number, said=_fingerprint(request.turn), came=counted.came, previous=previous))


def whole(turn: Turn, call: Call, request: TurnRequest) -> Turn:
    """The turn with what was said right before it and never reached us."""
    if request.counted is None or call.newest is None:
        return turn
    missed = request.counted.number - call.newest.previous - 1
    earlier = request.counted.earlier[-missed:] if missed > 0 else ()
    return replace(turn, text=" ".join(filter(None, (*earlier, turn.text)))) if earlier else turn


def _fingerprint(turn: Turn) -> str:
    return sha256(turn.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
