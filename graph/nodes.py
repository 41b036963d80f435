"""The nodes: `listen`, one for each slot, `book`, `aside`, `speak`. They order effects and decide nothing about values.

Each node but the first carries out the act that stands first in `work.todo`, commits it when a field was settled, and goes on to where the
next act is at home; when none is left, to `speak`.
"""

from datetime import datetime

import msgspec
from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from agent.dst import values
from agent.dst.understanding import understand
from agent.dst.updates import Update, close
from agent.nlg.generate import briefing, generate
from agent.policy import resuming
from agent.policy.next_act import apply, next_question
from agent.policy.resuming import may_recognise, was_away
from agent.record.acts import Act, DialogueAct, Inform, NoInput, NoMatch, SystemAct, UserAct
from agent.record.business import in_language
from agent.record.call import Call, Line, Question
from agent.record.call_events import line_said, person_wanted
from agent.record.events import Event
from agent.record.progress import step as open_step
from agent.record.slot_names import NAMES
from agent.record.trace import TracedTurn, held, places, waiting
from graph.answer import answer
from graph.opening import new_call, prepared, turn_context_of
from graph.state import Deps, TurnRequest, Walk, Work
from storage.errors import PlaceTaken
from storage.store import Change, Committed

replace = msgspec.structs.replace

AGREEING = frozenset({"service", "time", "confirm"})
"""The steps that need the calendar."""
RECENT = 6
"""How many lines of the conversation a person who takes over is given."""
IMPLIED = {"notice.noted_name": "name", "notice.noted_service": "service"}


def home(user_act: UserAct, call: Call) -> str:
    """The node where an act is carried out."""
    match user_act:
        case Inform():
            return user_act.slot
        case DialogueAct(act=Act.AFFIRM, slots=()) if call.question.kind in ("summary", "resume"):
            return "book" if call.question.kind == "summary" else "resume"
        case DialogueAct() if user_act.slots and user_act.slots[0] in NAMES and user_act.act in (Act.AFFIRM, Act.DENY, Act.CORRECTION):
            return user_act.slots[0]
        case DialogueAct() | NoMatch() | NoInput():
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
    turn_context = turn_context_of(call, turn, deps, now, bookings)
    work = Work(base=found.call, call=call, seen=found.seen, turn_context=turn_context, asked=call.question, foreign=found.foreign)
    if left:
        work = replace(work, user_acts=left.user_acts, todo=left.todo, system_acts=left.system_acts, decided=left.decided)
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
    work = replace(work, turn_context=replace(work.turn_context, bookings=earlier.bookings))  # to see whether its time is still free
    return await _go_on(work, resuming.resume(work.call, earlier.call, work.turn_context), deps)


async def _understood(work: Work, deps: Deps) -> Work:
    """The turn's acts, or what is to be said to a call that hears none."""
    call, turn_context = work.call, work.turn_context
    if call.status == "booked":
        return replace(work, system_acts=(SystemAct(key="close.already_booked"),))
    if call.status in ("waiting_agent", "with_agent"):
        return replace(work, system_acts=(SystemAct(key="close.handoff_wait"),))
    if call.turns >= turn_context.plan.turns or call.idle >= turn_context.plan.idle:
        return replace(work.after(close(call, turn_context, "limit")), todo=())
    user_acts = understand(call, turn_context.turn, turn_context.business, turn_context.now)
    if len(user_acts) == 1 and isinstance(user_acts[0], NoMatch):
        user_acts = tuple(await deps.reader.read(call, turn_context.turn)) or user_acts
    system_acts: tuple[SystemAct, ...] = ()
    if call.turns == 0 and user_acts == (NoInput(),):
        system_acts = (SystemAct(key="notice.greeting", values={"greeting": in_language(turn_context.business.greeting, call.language)}),)
    elif work.base is not None and (work.base.status == "ended" or was_away(call, turn_context)):
        system_acts = (SystemAct(key="notice.resumed"),)
    return replace(work, user_acts=user_acts, todo=user_acts, system_acts=system_acts)


async def carry_out(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """One act of the caller, at its slot or aside."""
    work = state["work"]
    return await _go_on(work, apply(work.call, work.todo[0], work.turn_context), runtime.context)


async def book(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """The yes to the summary: the place is taken and the call is booked in one commit, or the caller hears that somebody was faster."""
    work, deps = state["work"], runtime.context
    try:
        return await _go_on(work, apply(work.call, work.todo[0], work.turn_context), deps)
    except PlaceTaken:
        # The bookings this turn began with are not the ones it lost against: what is offered now must not be the same hour again.
        bookings = (await deps.store.open(work.call.sid, business=work.call.brief.business)).bookings
        work = replace(work, turn_context=replace(work.turn_context, bookings=bookings))
        return await _go_on(work, values.place_taken(work.call, work.turn_context), deps)


async def _go_on(work: Work, update: Update, deps: Deps) -> Command[str]:
    work = work.after(update)
    # The last field that the yes to the summary confirms is written together with the booking: one transaction, one round trip.
    if update.settled and onward(work) != "book":
        work = await _commit(work, update, deps)
    return Command(goto=onward(work), update={"work": work})


async def _commit(work: Work, update: Update, deps: Deps) -> Work:
    """A settled field, with its events, durable before the next step runs; the rest of the turn stands open in the record."""
    lines, heard = _caller_line(work)
    work = replace(work, call=replace(work.call, recent=(*work.call.recent, *lines)[-RECENT:]))
    change = Change(
        before=work.base,
        after=replace(work.opened(), rev=work.base.rev if work.base else 0),
        seen=work.seen,
        lines=lines,
        events=(*heard, *work.events),
        booking=update.booking,
        capacity=work.turn_context.business.capacity,
    )
    done: Committed = await deps.store.commit(change)
    return replace(work, base=done.call, call=done.call, seen=done.seen, events=())


async def speak(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
    """Say what the record says, and commit it as the answer to this turn."""
    work, deps = state["work"], runtime.context
    turn_context = work.turn_context
    implied = tuple(slot for system_act in work.system_acts if (slot := IMPLIED.get(system_act.key)))
    if not implied and not work.call.idle and not _moved(work):  # right after an aside, a "no" is still about what was taken before it
        implied = work.asked.implied
    question: Question = next_question(work.call, turn_context, implied)
    book = deps.phrasebooks[work.call.language]
    asking = replace(work.call, question=question, open_turn=None)
    speech = generate(asking, work.system_acts, turn_context, book)
    words = speech.text
    lines, heard = _caller_line(work)
    spoken = Line(speaker="AI", message=words, startedAt=turn_context.stamp)
    call = replace(
        asking,
        turns=asking.turns + 1,
        summarised=asking.summarised or question.kind == "summary",
        idle=0 if _moved(work) else asking.idle + 1,
        recent=(*asking.recent, *lines, spoken)[-RECENT:],
    )
    body = answer(call, speech, turn_context.business, turn_context.stamp)
    traced = TracedTurn(
        at=turn_context.stamp,
        turn=turn_context.turn,
        foreign=work.foreign,
        bookings=places(turn_context.bookings, call.sid) if any(event.payload.get("slot") == "time" for event in work.events) or work.is_open else (),
        caller=state["request"].caller,
        dialled=state["request"].dialled,
        language=state["request"].language,
        before=msgspec.to_builtins(work.asked),
        user_acts=work.user_acts,
        decided=work.decided,
        system_acts=work.system_acts,
        asked=msgspec.to_builtins(question),
        said=words,
        held=held(call),
        waiting=waiting(call),
    )
    wanted = (
        ()
        if call.hand_off is None or (work.base and work.base.hand_off)
        else (person_wanted(call, briefing(call, turn_context, book), turn_context.seconds),)
    )
    change = Change(
        before=work.base,
        after=replace(call, rev=work.base.rev if work.base else 0),
        seen=work.seen,
        lines=(*lines, spoken),
        events=(*heard, *work.events, line_said(call, "AI", words, turn_context.stamp, turn_context.seconds), *wanted),
        answer=(turn_context.turn.key, body),
        trace=msgspec.json.encode(traced),
    )
    await deps.store.commit(change)
    mine = turn_context.turn.key == state["request"].turn.key
    return Command(goto=END, update={"answer": body} if mine else {})


def _moved(work: Work) -> bool:
    """Whether the turn brought the call further: something settled, pending, or half heard that was not before."""
    held = {name: (state.value, state.pending, state.partial, state.options) for name, state in work.call.slots.items()}
    before = work.base.slots if work.base else {}
    return work.is_open or any(held[name] != (state.value, state.pending, state.partial, state.options) for name, state in before.items())


def _caller_line(work: Work) -> tuple[tuple[Line, ...], tuple[Event, ...]]:
    """What the caller said, for the conversation and for those who watch: written once, with the first commit of the turn."""
    turn = work.turn_context.turn
    said = turn.text or turn.digits
    if not said or work.is_open:
        return (), ()
    at = turn.started_at or work.turn_context.stamp
    return (Line(speaker="customer", message=said, startedAt=at),), (line_said(work.call, "customer", said, at, work.turn_context.seconds),)
