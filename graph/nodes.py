"""The nodes, in the order of the card: `understand`, `control`, one `step` for each slot, `confirm`, `approve`, `respond`. They order effects only.

Each carries out, one after the other, those acts of the caller that have their place there; a field that is settled is committed, with its event,
before anything else happens. Then it goes on to the place of the next act, past all steps between, which have nothing to do. The way leads forward
only: what a caller says about a step that lies behind ("yes, but my name is wrong") is kept for another walk over the card, in the same turn, so
that all is done in the order in which it was said.
"""

from collections.abc import Awaitable, Sequence
from time import perf_counter
from typing import Protocol

import msgspec
from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from agent.dst.booking import place_taken
from agent.dst.opening import opened_again, prepared, rung_again, turn_context_of
from agent.dst.overhearing import offered_now
from agent.dst.updates import Update
from agent.policy import approvals, away, resuming
from agent.policy.next_act import about, apply, next_question, only_asks
from agent.policy.people import still_waiting, unasked
from agent.policy.recognising import no_answers
from agent.policy.turns import deaf, opened_for, welcome
from agent.record.acts import Act, DialogueAct, NoMatch
from agent.record.business import FIRST_TIME_CALLER
from agent.record.calendar import standing
from agent.record.call import Call, OpenTurn, Question
from agent.record.call_events import Tool
from agent.record.progress import step as open_step
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from graph import commits, errands, in_turn, revising
from graph.answering import answer, looked_again, ms_since, timed
from graph.finding import Found, begins_anew, found_for, stood_for, unanswered
from graph.hearing import connected, goes_on
from graph.holding import beside_a_person
from graph.people import is_watched
from graph.state import Deps, TurnRequest, Walk, Work
from storage.errors import CallElsewhere, PlaceTaken
from storage.store import Opened

replace = msgspec.structs.replace


class Node(Protocol):
    def __call__(self, state: Walk, runtime: Runtime[Deps]) -> Awaitable[Command[str]]:
        """Do the work of one place, and say where to go on."""


AGAIN = DialogueAct(act=Act.REPEAT)
AGREEING = frozenset({"confirm", *(name for name, slot in SLOTS.items() if slot.calendar)})
"""The steps that need the calendar."""


def place(work: Work) -> str:
    """The node where the next act is carried out; when none is left that changes anything, `approve` if the call has to take in how its request
    stands, else `respond`.
    """
    if not work.todo or only_asks(work.todo[0]):
        return "respond" if approvals.taken_in(work.call, work.system_acts, work.turn_context) is None else "approve"
    match work.todo[0]:
        case DialogueAct(act=Act.AFFIRM, slots=()) if work.call.question.kind == "summary":
            return "approve" if work.rule else "confirm"
        case user_act:
            return about(work.call, user_act, work.turn_context) or "control"


class Nodes:
    """The nodes over one order of steps."""

    def __init__(self, steps: Sequence[str]) -> None:
        self.order = ("understand", "control", *steps, "confirm", "approve", "respond")
        self._rank = {name: rank for rank, name in enumerate(self.order)}

    async def understand(self, state: Walk, runtime: Runtime[Deps]) -> Command[str]:
        """Read the record and understand the turn against it, all of it, once.

        An answered turn gets its answer again; a turn that somebody left half done is finished first; on another walk nothing is read anew.
        """
        if "work" in state:
            return self._onward("understand", state["work"])
        deps, request, now = runtime.context, state["request"], state["now"]
        business = deps.businesses.for_number(request.dialled).id
        begun = perf_counter()
        there = await found_for(state, deps, business)
        found, request = there.record, there.request
        if found.answer is not None:
            return Command(goto=END, update={"answer": found.answer})
        stood = await stood_for(there, deps, now)
        call = connected(rung_again(prepared(stood, None, now), there.rung_from) if there.rung_from else prepared(stood, None, now), request)
        left = call.open_turn
        call = call if left else revising.taken_up(call, stood, request)
        turn = left.turn if left else revising.whole(unanswered(state, found.call), call, request)
        bookings = found.bookings
        if call.brief.business != business:  # another's calendar
            needed = call.hold or open_step(call) in AGREEING
            bookings = (await deps.store.open(request.sid, "", call.brief.business)).bookings if needed else ()
        turn_context = turn_context_of(call, turn, deps.business_of(call), deps.plan, now, bookings, away=found.away, confirms=deps.confirms(call))
        call = call if left else _listening(call, stood, request, turn_context)
        work = Work(
            base=found.call,
            call=call,
            seen=found.seen,
            turn_context=turn_context,
            asked=call.question,
            foreign=found.foreign,
            reading_ms=ms_since(begun),
            events=opened_again(found.call, call, turn_context.seconds),
        )
        if left:
            work = _gone_on(work, left)
        if call.status == "with_agent":
            return await beside_a_person({**state, "request": request}, work, deps)
        return self._onward("understand", work if left else await _heard(work, deps, request, there), request)

    async def control(self, state: Walk, runtime: Runtime[Deps]) -> Command[str]:
        """What is about the call as a whole: silence, stop, a person, start over, another language, the yes to going on with an earlier call,
        or to what is to be done with an appointment.
        """
        work = state["work"]
        while place(work) == "control":
            agrees = isinstance(work.todo[0], DialogueAct) and work.todo[0].act is Act.AFFIRM and not work.todo[0].slots
            if agrees and work.call.question.kind == "resume":
                work = await _resumed(work, runtime.context)
            elif agrees and work.call.question.kind == "errand":
                work, update = await errands.done(work, runtime.context)
                work = await _kept(work, update, runtime.context)
            else:
                work = await _carried_out(work, runtime.context)
        return self._onward("control", work)

    def step(self, slot: str) -> Node:
        """The node of one slot: carry out what the caller did about it, keep what was settled, go on."""

        async def node(state: Walk, runtime: Runtime[Deps]) -> Command[str]:
            work = state["work"]
            while place(work) == slot:
                work = await _carried_out(work, runtime.context)
            return self._onward(slot, work)

        return node

    async def confirm(self, state: Walk, runtime: Runtime[Deps]) -> Command[str]:
        """The yes to the summary: the place is taken and the call is booked in one commit, or the caller hears that somebody was faster.

        Where the office has to say yes first, nothing is booked here.
        """
        work, deps = state["work"], runtime.context
        work = replace(work, rule=await _rule(work, deps))
        if not work.rule:
            begun = perf_counter()
            work = await _placed(work, apply(work.call, work.todo[0], work.turn_context), "booking", begun, deps)
        return self._onward("confirm", work)

    async def approve(self, state: Walk, runtime: Runtime[Deps]) -> Command[str]:
        """What needs the office's yes: the place is held and the office asked, in one commit; and at the end of each turn the call takes in how that
        stands: answered, not answered in time, or not wanted any more.
        """
        work, deps = state["work"], runtime.context
        while place(work) == "approve":
            begun, turn_context = perf_counter(), work.turn_context
            if work.rule:
                update = approvals.ask(work.call, work.rule, turn_context)
                work = await _placed(replace(work, rule=""), update, "hold", begun, deps)
            elif work.todo:  # the caller's own questions are answered first: what the office says may be the last that is said
                work = await _carried_out(work, deps)
            elif (update_ := approvals.taken_in(work.call, work.system_acts, turn_context)) is not None:
                work = await _kept(work, update_, deps, done=0)
        return self._onward("approve", work)

    async def respond(self, state: Walk, runtime: Runtime[Deps]) -> Command[str]:
        """Answer the caller's own questions, say what the record says, and commit it as the answer to this turn."""
        work, deps, request = state["work"], runtime.context, state["request"]
        while work.todo and place(work) == "respond":
            work = await _carried_out(work, deps)
        work = in_turn.taken_up(work)
        work = work if work.todo else _offering(work)
        if work.todo:  # about a step that lies behind
            return Command(goto=END, update={"work": work})
        work = await errands.looked_for(await _recognised(work, deps), deps)
        work, body = await answer(work, request, deps)
        mine = work.turn_context.turn.key == request.turn.key
        return Command(goto=END, update={"work": work, "answer": body} if mine else {"work": work})

    def _onward(self, here: str, work: Work, request: TurnRequest | None = None) -> Command[str]:
        """To the place of the next act; when that lies behind, or none is left, to `respond`. `request`: as one of the call that it belongs to."""
        there = place(work)
        update = {"work": work} if request is None else {"work": work, "request": request}
        return Command(goto=there if self._rank[there] > self._rank[here] else "respond", update=update)


def _listening(call: Call, stood: Call, request: TurnRequest, turn_context: TurnContext) -> Call:
    """The call as this turn finds it: one that was opened again for nothing is over, as it stood."""
    return opened_for(call, stood, turn_context) or revising.taken_up(connected(stood, request), stood, request)


def _gone_on(work: Work, left: OpenTurn) -> Work:
    """With what is left to do of a turn that was begun."""
    call = work.call
    todo = left.todo if call.booked is None or not call.hears_back else ()  # approved while that turn was under way: what was agreed stands
    return replace(work, user_acts=left.user_acts, todo=todo, system_acts=left.system_acts, decided=left.decided)


async def _heard(work: Work, deps: Deps, request: TurnRequest, found: Found) -> Work:
    """With the turn's acts, or with what is said to a call that hears none."""
    call, turn_context = work.call, work.turn_context
    if call.kept_waiting:
        call = still_waiting(call, await is_watched(deps.store, call), turn_context)
    if (update := deaf(call, turn_context)) is not None:
        return work.after(update)
    began, anew = perf_counter(), begins_anew(work, request)
    asked = replace(call, question=Question()) if anew else call
    user_acts = (AGAIN,) if goes_on(call, request) else in_turn.understood(asked, turn_context)
    deps.took("understanding", perf_counter() - began)
    if anew:
        user_acts = away.unanswering(user_acts)
    elif found.rung_from:
        user_acts = no_answers(user_acts)
    elif call.is_unasked:
        user_acts = unasked(user_acts)
    elif len(user_acts) == 1 and isinstance(user_acts[0], NoMatch):
        user_acts = tuple(await deps.reader.read(call, turn_context.turn)) or user_acts
    before = None if found.rung_from else work.base  # who was never away is not welcomed back
    said_first = (away.ANEW,) if anew else welcome(call, before, user_acts, turn_context)
    return replace(work, user_acts=user_acts, todo=user_acts, system_acts=said_first)


async def _carried_out(work: Work, deps: Deps) -> Work:
    """With the next act done."""
    begun = perf_counter()
    return await _kept(work, timed(apply(work.call, work.todo[0], work.turn_context), begun, work), deps)


async def _kept(work: Work, update: Update, deps: Deps, done: int = 1) -> Work:
    work = work.after(update, done)
    # The last field that the yes to the summary confirms is written together with the booking: one transaction, one round trip.
    return await commits.settled(work, update, deps) if update.settled and place(work) != "confirm" else work


def _offering(work: Work) -> Work:
    """With what was overheard of the slot that is asked for next, as if it were said now."""
    if work.call.errand is not None or not any(state.overheard for state in work.call.slots.values()):
        return work
    given = offered_now(work.call, next_question(work.call, work.turn_context))
    return work if given is None else replace(work, todo=(given,))


async def _placed(work: Work, update: Update, tool: Tool, begun: float, deps: Deps) -> Work:
    """With what takes a place, or holds one, done; when somebody was faster, the caller is offered other times."""
    try:
        return await _kept(work, timed(update, begun, work), deps)
    except PlaceTaken:
        work = await looked_again(work, deps)
        return await _kept(work, timed(place_taken(work.call, work.turn_context, tool), begun, work), deps)


async def _rule(work: Work, deps: Deps) -> str:
    """The rule by which what the caller says yes to needs the office's yes; "" for none, and while a yes is only noted."""
    call, turn_context = work.call, work.turn_context
    if not turn_context.business.needs_approval or not call.is_complete or turn_context.away:
        return ""
    asks = FIRST_TIME_CALLER in turn_context.business.needs_approval
    known = asks and await deps.store.booked_before(call.brief.business, call.brief.caller)
    return approvals.rule_for(call, turn_context, booked_before=known)


async def _resumed(work: Work, deps: Deps) -> Work:
    """What the earlier call had is taken over, in one commit."""
    earlier = await _earlier(work, deps, work.call.brief.business)
    if earlier is not None:  # to see whether its time is still free
        bookings = standing(earlier.bookings, work.turn_context.seconds, work.call.unfinished)
        work = replace(work, turn_context=replace(work.turn_context, bookings=bookings))
    return await _kept(work, resuming.resume(work.call, earlier.call if earlier else None, work.turn_context), deps)


async def _recognised(work: Work, deps: Deps) -> Work:
    """When the caller has said a name: with the call that was cut off offered, if it is that name's."""
    if not resuming.may_recognise(work.call):
        return work
    earlier = await _earlier(work, deps)
    return work.after(resuming.recognise(work.call, earlier.call if earlier else None), done=0)


async def _earlier(work: Work, deps: Deps, business: str = "") -> Opened | None:
    """The call that this one may go on from, as CallStore.open gives it; None when under its sid another business's call has begun since."""
    try:
        found = await deps.store.open(work.call.unfinished, business=business)
    except CallElsewhere:
        return None
    return found if found.call is None or found.call.brief.business == work.call.brief.business else None
