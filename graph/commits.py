"""What a turn writes: each settled field the moment it is settled, and in the end the answer. Nothing is decided here."""

import msgspec

from agent.dst.holding import gives_up
from agent.dst.updates import Update
from agent.nlg.speech import Speech
from agent.record.call import Booking, Call, Line
from agent.record.call_events import line_said, person_wanted
from agent.record.events import Event
from agent.record.trace import TracedTurn, held, places, waiting
from agent.slots.time import TIME
from graph.state import Deps, TurnRequest, Work
from storage.store import Change

replace = msgspec.structs.replace


async def settled(work: Work, update: Update, deps: Deps) -> Work:
    """A settled field, with its events, durable before the next step runs; the rest of the turn stands open in the record.

    Raises StaleCall, PlaceTaken, StoreUnavailable.
    """
    lines, heard = _caller_line(work)
    work = replace(work, call=work.call.with_lines(lines))
    change = Change(
        before=work.base,
        after=dated(work.base, replace(work.opened(), rev=_rev(work)), work.turn_context.stamp),
        seen=work.seen,
        lines=lines,
        events=(*heard, *work.events),
        booking=update.booking,
        release=update.release,
        capacity=work.turn_context.business.capacity,
    )
    done = await deps.store.commit(change)
    return replace(work, base=done.call, call=done.call, seen=done.seen, events=())


async def answered(work: Work, call: Call, speech: Speech, request: TurnRequest, deps: Deps, place: Booking | None) -> bytes:
    """The turn is over: what was said and heard, the call as it stands after it, and the answer, in one commit. Returns the answer.

    `place`: to be held from now on. What a supervisor said became a line when they said it. Raises StaleCall, PlaceTaken, StoreUnavailable.
    """
    turn_context = work.turn_context
    lines, heard = _caller_line(work)
    spoken = (Line(speaker="AI", message=speech.own, startedAt=turn_context.stamp),) if speech.own else ()
    call = dated(work.base, call, turn_context.stamp).with_lines((*lines, *spoken))
    body = deps.render(call, speech, turn_context.business, turn_context.stamp)
    said = tuple(line_said(call, "AI", line.message, turn_context.stamp, turn_context.seconds) for line in spoken)
    wanted = (person_wanted(call, turn_context.seconds),) if begins_to_wait(work.base, call) else ()
    change = Change(
        before=work.base,
        after=replace(call, rev=_rev(work)),
        seen=work.seen,
        lines=(*lines, *spoken),
        events=(*heard, *work.events, *said, *wanted),
        answer=(turn_context.turn.key, body),
        trace=_traced(work, call, speech, request).encoded(),
        booking=place,
        release=gives_up(work.base, call),
        capacity=turn_context.business.capacity,
    )
    await deps.store.commit(change)
    return body


def dated(before: Call | None, call: Call, stamp: str) -> Call:
    """The call with the time at which its status moved, if it did. `before`: as last committed."""
    return call if before is not None and before.status == call.status else replace(call, since=stamp)


def begins_to_wait(before: Call | None, call: Call) -> bool:
    """Whether a person is wanted since this turn, and has not been told. `before`: as last committed, which may be in the midst of the turn."""
    if call.status != "waiting_agent":
        return False
    if before is None or before.status != "waiting_agent":
        return True
    return before.open_turn is not None and before.handoff is not None and not before.handoff.sentence


def _traced(work: Work, call: Call, speech: Speech, request: TurnRequest) -> TracedTurn:
    turn_context = work.turn_context
    of_a_time = work.is_open or any(event.payload.get("slot") == TIME.name for event in work.events)
    return TracedTurn(
        at=turn_context.stamp,
        turn=turn_context.turn,
        number=request.counted.number if request.counted is not None and turn_context.turn.key == request.turn.key else msgspec.UNSET,
        foreign=work.foreign,
        bookings=places(turn_context.bookings, call.sid) if of_a_time else (),
        caller=request.caller,
        dialled=request.dialled,
        language=request.language,
        over_a_socket=bool(request.socket) or msgspec.UNSET,
        away=turn_context.away or msgspec.UNSET,
        unheard=turn_context.turn.key != request.turn.key or msgspec.UNSET,
        before=msgspec.to_builtins(work.asked),
        user_acts=work.user_acts,
        decided=work.decided,
        system_acts=work.system_acts,
        asked=msgspec.to_builtins(call.question),
        said=speech.text,
        watched=call.kept_waiting,
        held=held(call),
        waiting=waiting(call),
    )


def _caller_line(work: Work) -> tuple[tuple[Line, ...], tuple[Event, ...]]:
    """What the caller said, for the conversation and for those who watch: written once, with the first commit of the turn."""
    turn = work.turn_context.turn
    said = turn.text or turn.digits
    if not said or work.is_open:
        return (), ()
    at = turn.started_at or work.turn_context.stamp
    return (Line(speaker="customer", message=said, startedAt=at),), (line_said(work.call, "customer", said, at, work.turn_context.seconds),)


def _rev(work: Work) -> int:
    return work.base.rev if work.base else 0
