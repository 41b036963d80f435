"""The nodes: `listen`, one for each slot, `book`, `aside`, `speak`. They order effects and decide nothing about values.

Each node but the first carries out the act that stands first in `work.todo`, commits it when a field was settled, and goes on to where the
next act is at home; when none is left, to `speak`.
"""

from datetime import datetime

import msgspec
from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from agent import resuming, values
from agent.acts import Act
from agent.business import in_language
from agent.call import Call, Line, Question
from agent.dialogue import next_question, take
from agent.events import Event
from agent.outcomes import close
from agent.progress import step as open_step
from agent.resuming import may_recognise, was_away
from agent.scene import Outcome
from agent.slots.names import NAMES
from agent.taken import Did, Inform, NoInput, NoMatch, Notice, Taken
from agent.telling import line_said, person_wanted
from agent.trace import TracedTurn, held, places, waiting
from agent.understanding import understand
from agent.wording import briefing, word
from graph.answer import answer
from graph.opening import new_call, prepared, scene_of
from graph.state import Deps, TurnRequest, Walk, Work
from storage.errors import PlaceTaken
from storage.store import Change, Committed

replace = msgspec.structs.replace

AGREEING = frozenset({"service", "time", "confirm"})
"""The steps that need the calendar."""
RECENT = 6
"""How many lines of the conversation a person who takes over is given."""
IMPLIED = {"notice.noted_name": "name", "notice.noted_service": "service"}


def home(taken: Taken, call: Call) -> str:
    """The node where an act is carried out."""
    match taken:
        case Inform():
            return taken.slot
        case Did(act=Act.AFFIRM, slots=()) if call.question.kind in ("summary", "resume"):
            return "book" if call.question.kind == "summary" else "resume"
        case Did() if taken.slots and taken.slots[0] in NAMES and taken.act in (Act.AFFIRM, Act.DENY, Act.CORRECTION):
            return taken.slots[0]
        case Did() | NoMatch() | NoInput():
            return "aside"


def onward(work: Work) -> str:
    """Where the turn goes next."""
    if work.todo:
        return home(work.todo[0], work.call)
    return "recognise" if may_recognise(work.call) else "speak"


async def listen(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """Read the record and understand the turn against it.

    An answered turn gets its answer again; a turn that somebody left half done is finished first.
    """
    deps, request, now = runtime.context, state["request"], state["now"]
    business = deps.businesses.for_number(request.dialled).id
    found = await deps.store.open(request.sid, request.turn.key, business, request.former_key)
    if found.answer is not None:
        return Command(goto=END, update={"answer": found.answer})
    call = prepared(found.call or await _begun(request, deps, now), found.foreign, now)
    left = call.open_turn
    turn = left.turn if left else request.turn
    bookings = found.bookings
    if call.brief.business != business and open_step(call) in AGREEING:
        bookings = (await deps.store.open(request.sid, "", call.brief.business)).bookings
    scene = scene_of(call, turn, deps, now, bookings)
    work = Work(base=found.call, call=call, seen=found.seen, scene=scene, asked=call.question, foreign=found.foreign)
    if left:
        work = replace(work, taken=left.taken, todo=left.todo, notices=left.notices, decided=left.decided)
    else:
        work = await _understood(work, deps)
    return Command(goto=onward(work), update={"work": work})


async def _begun(request: TurnRequest, deps: Deps, now: datetime) -> Call:
    """A new call, which knows whether its caller's last one came to an end."""
    call = new_call(request, deps, now)
    return replace(call, unfinished=await deps.store.unfinished(call.brief.business, call.brief.caller)) if call.brief.caller else call


async def recognise(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """The caller has said a name: is it that of the call that was cut off?"""
    work = state["work"]
    earlier = (await runtime.context.store.open(work.call.unfinished)).call
    return Command(goto="speak", update={"work": replace(work, call=resuming.recognise(work.call, earlier))})


async def resume(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """The yes to going on: what the earlier call had is taken over, in one commit."""
    work, deps = state["work"], runtime.context
    earlier = await deps.store.open(work.call.unfinished, business=work.call.brief.business)
    work = replace(work, scene=replace(work.scene, bookings=earlier.bookings))  # to see whether its time is still free
    return await _go_on(work, resuming.resume(work.call, earlier.call, work.scene), deps)


async def _understood(work: Work, deps: Deps) -> Work:
    """The turn's acts, or what is to be said to a call that hears none."""
    call, scene = work.call, work.scene
    if call.status == "booked":
        return replace(work, notices=(Notice(key="close.already_booked"),))
    if call.status in ("waiting_agent", "with_agent"):
        return replace(work, notices=(Notice(key="close.handoff_wait"),))
    if call.turns >= scene.plan.turns or call.idle >= scene.plan.idle:
        return replace(work.after(close(call, scene, "limit")), todo=())
    taken = understand(call, scene.turn, scene.business, scene.now)
    if len(taken) == 1 and isinstance(taken[0], NoMatch):
        taken = tuple(await deps.reader.read(call, scene.turn)) or taken
    notices: tuple[Notice, ...] = ()
    if call.turns == 0 and taken == (NoInput(),):
        notices = (Notice(key="notice.greeting", values={"greeting": in_language(scene.business.greeting, call.language)}),)
    elif work.base is not None and (work.base.status == "ended" or was_away(call, scene)):
        notices = (Notice(key="notice.resumed"),)
    return replace(work, taken=taken, todo=taken, notices=notices)


async def carry_out(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """One act of the caller, at its slot or aside."""
    work = state["work"]
    return await _go_on(work, take(work.call, work.todo[0], work.scene), runtime.context)


async def book(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """The yes to the summary: the place is taken and the call is booked in one commit, or the caller hears that somebody was faster."""
    work, deps = state["work"], runtime.context
    try:
        return await _go_on(work, take(work.call, work.todo[0], work.scene), deps)
    except PlaceTaken:
        # The bookings this turn began with are not the ones it lost against: what is offered now must not be the same hour again.
        bookings = (await deps.store.open(work.call.sid, business=work.call.brief.business)).bookings
        work = replace(work, scene=replace(work.scene, bookings=bookings))
        return await _go_on(work, values.place_taken(work.call, work.scene), deps)


async def _go_on(work: Work, outcome: Outcome, deps: Deps) -> Command[str]:
    work = work.after(outcome)
    # The last field that the yes to the summary confirms is written together with the booking: one transaction, one round trip.
    if outcome.settled and onward(work) != "book":
        work = await _commit(work, outcome, deps)
    return Command(goto=onward(work), update={"work": work})


async def _commit(work: Work, outcome: Outcome, deps: Deps) -> Work:
    """A settled field, with its events, durable before the next step runs; the rest of the turn stands open in the record."""
    lines, heard = _caller_line(work)
    work = replace(work, call=replace(work.call, recent=(*work.call.recent, *lines)[-RECENT:]))
    change = Change(
        before=work.base,
        after=replace(work.opened(), rev=work.base.rev if work.base else 0),
        seen=work.seen,
        lines=lines,
        events=(*heard, *work.events),
        booking=outcome.booking,
        capacity=work.scene.business.capacity,
    )
    done: Committed = await deps.store.commit(change)
    return replace(work, base=done.call, call=done.call, seen=done.seen, events=())


async def speak(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """Say what the record says, and commit it as the answer to this turn."""
    work, deps = state["work"], runtime.context
    scene = work.scene
    implied = tuple(slot for notice in work.notices if (slot := IMPLIED.get(notice.key)))
    if not implied and not work.call.idle and not _moved(work):  # right after an aside, a "no" is still about what was taken before it
        implied = work.asked.implied
    question: Question = next_question(work.call, scene, implied)
    book = deps.phrasebooks[work.call.language]
    asking = replace(work.call, question=question, open_turn=None)
    speech = word(asking, work.notices, scene, book)
    words = speech.text
    lines, heard = _caller_line(work)
    spoken = Line(speaker="AI", message=words, startedAt=scene.stamp)
    call = replace(
        asking,
        turns=asking.turns + 1,
        summarised=asking.summarised or question.kind == "summary",
        idle=0 if _moved(work) else asking.idle + 1,
        recent=(*asking.recent, *lines, spoken)[-RECENT:],
    )
    body = answer(call, speech, scene.business, scene.stamp)
    traced = TracedTurn(
        at=scene.stamp,
        turn=scene.turn,
        foreign=work.foreign,
        bookings=places(scene.bookings, call.sid) if any(event.payload.get("slot") == "time" for event in work.events) or work.is_open else (),
        caller=state["request"].caller,
        dialled=state["request"].dialled,
        language=state["request"].language,
        before=msgspec.to_builtins(work.asked),
        taken=work.taken,
        decided=work.decided,
        notices=work.notices,
        asked=msgspec.to_builtins(question),
        said=words,
        held=held(call),
        waiting=waiting(call),
    )
    wanted = () if call.hand_off is None or (work.base and work.base.hand_off) else (person_wanted(call, briefing(call, scene, book), scene.seconds),)
    change = Change(
        before=work.base,
        after=replace(call, rev=work.base.rev if work.base else 0),
        seen=work.seen,
        lines=(*lines, spoken),
        events=(*heard, *work.events, line_said(call, "AI", words, scene.stamp, scene.seconds), *wanted),
        answer=(scene.turn.key, body),
        trace=msgspec.json.encode(traced),
    )
    await deps.store.commit(change)
    mine = scene.turn.key == state["request"].turn.key
    return Command(goto=END, update={"answer": body} if mine else {})


def _moved(work: Work) -> bool:
    """Whether the turn brought the call further: something settled, pending, or half heard that was not before."""
    held = {name: (state.value, state.pending, state.partial, state.options) for name, state in work.call.slots.items()}
    before = work.base.slots if work.base else {}
    return work.is_open or any(held[name] != (state.value, state.pending, state.partial, state.options) for name, state in before.items())


def _caller_line(work: Work) -> tuple[tuple[Line, ...], tuple[Event, ...]]:
    """What the caller said, for the conversation and for those who watch: written once, with the first commit of the turn."""
    turn = work.scene.turn
    said = turn.text or turn.digits
    if not said or work.is_open:
        return (), ()
    at = turn.started_at or work.scene.stamp
    return (Line(speaker="customer", message=said, startedAt=at),), (line_said(work.call, "customer", said, at, work.scene.seconds),)
