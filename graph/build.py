"""How the graph is wired, and how a turn is walked.

    understand ──► control ──► name ──► phone ──► address ──► email ──► service ──► time ──► confirm ──► approve ──► respond ──► end

The way leads forward only, and past every node that has nothing to do (`slotline graph` draws it). `understand` reads the record and understands the
utterance, all of it, once. Each act is carried out at its own node, and every field that is settled there is committed, with its event, before the
next node runs. Filled steps are walked past, since the next question is read off the record. `respond` commits the answer. There is no checkpointer:
the record is the only state, and a turn that was cut off stands in it, to be finished by whoever comes next.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.policy.brought import Brought
from agent.policy.people import Deed, Drop, Unanswered
from agent.record.acts import UserAct
from agent.record.appointment import Appointment
from agent.record.call import Approval, Call
from agent.record.cancellation import Cancellation
from graph import appointments, approving, delivering, editing, hearing, people
from graph.approving import Answer
from graph.holding import is_waiting
from graph.lines import calls_of, current
from graph.nodes import Node, Nodes
from graph.plan import STEPS
from graph.state import Deps, TurnRequest, Walk, Work
from storage.errors import InDoubt, StaleCall, StoreUnavailable
from storage.patience import patience

ATTEMPTS = 60
"""How often a turn is begun again because another was first; each time that other has finished a step, so this is far more than needed."""
LOOK_AGAIN_S = 0.5
"""How often a turn that waits for a supervisor looks for itself, whatever news it gets."""
LOOK_S = 0.5
"""How long the record may take to be read once more when nobody knows whether a step was written: the caller has been waiting for that step."""

Done = TypeVar("Done")
Graph = CompiledStateGraph[Walk, Deps, Walk, Walk]


@cache
def build(steps: tuple[str, ...] = STEPS) -> Graph:
    """The compiled graph over these steps, in this order; it holds nothing of a turn, so one is enough for all that walk the same steps."""
    nodes = Nodes(steps)
    graph: StateGraph[Walk, Deps, Walk, Walk] = StateGraph(Walk, context_schema=Deps)
    work: dict[str, Node] = {
        "understand": nodes.understand,
        "control": nodes.control,
        **{slot: nodes.step(slot) for slot in steps},
        "confirm": nodes.confirm,
        "approve": nodes.approve,
        "respond": nodes.respond,
    }
    for rank, name in enumerate(nodes.order, start=1):
        ends = (END,) if name in ("understand", "respond") else ()
        graph.add_node(name, work[name], destinations=(*nodes.order[rank:], *ends))
    graph.add_edge(START, "understand")
    return graph.compile()


class _Lock(asyncio.Lock):
    """Held by the turn of a call that is being walked."""

    away_at = -1.0
    """When one of them last found no store, in seconds of the event loop."""


class Walker:
    """The compiled graph with its parts: takes turns, one at a time for each call within this process."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self._graph = build(STEPS)
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()

    async def take_turn(self, request: TurnRequest, now: datetime, heard: Callable[[Sequence[UserAct]], None] | None = None) -> bytes:
        """Walk one turn. Returns the answer as the JSON body of `POST /ai/conversation`, the same bytes whenever the turn is repeated.

        `now`: the service's clock, aware. `heard` is told what the caller did, unless the turn was answered before. Raises StoreUnavailable when
        the record cannot be reached.
        """
        if not request.turn.key:
            request = msgspec.structs.replace(request, turn=msgspec.structs.replace(request.turn, key=uuid.uuid4().hex))
        at_once = request.counted is not None and not self._lock(request.sid).locked()
        answer = await self._one_at_a_time({"request": request, "now": now, "at_once": at_once}, heard)
        if answer is None:
            waited_s = await self._until_spoken_to(request)
            later: Walk = {"request": request, "now": now + timedelta(seconds=waited_s), "waited": True}
            answer = await self._one_at_a_time(later, heard)
        if answer is None:
            raise StoreUnavailable(f"call {request.sid}: the turn was not answered")
        return answer

    async def _one_at_a_time(self, begun: Walk, heard: Callable[[Sequence[UserAct]], None] | None) -> bytes | None:
        """Walk a turn while no other of its call is walked here; None when it waits for a supervisor's words."""
        clock = asyncio.get_running_loop().time
        sid = begun["request"].sid
        lock, came_at = self._lock(sid), clock()
        async with lock:
            if lock.away_at >= came_at:  # the turn before has just waited for the store in vain; one after the other would take a minute
                raise StoreUnavailable(f"call {sid}: the store is away")
            try:
                return await self._walk(begun, heard)
            except StoreUnavailable:
                lock.away_at = clock()
                raise

    async def _walk(self, begun: Walk, heard: Callable[[Sequence[UserAct]], None] | None) -> bytes | None:
        request, state, looked = begun["request"], begun, False
        for attempt in range(ATTEMPTS):
            try:
                output = await self._graph.ainvoke(state, context=self.deps, version="v2")  # which does not look for interrupts: there are none
                state = output.value
            except StaleCall:
                begun = {**begun, "at_once": False}
                state = begun
                await asyncio.sleep(0.002 * attempt)  # the other worker is about to finish
                continue
            except InDoubt:
                if looked:
                    raise
                state, looked = {**begun, "at_once": False}, True
                await self._look(request)
                continue
            work: Work | None = state.get("work")
            if "answer" in state:
                if heard is not None and work is not None:
                    heard(work.user_acts)
                return state["answer"]
            if state.get("waits"):
                return None
            if work is None or not work.todo:  # another turn has been finished
                state = begun
        raise StoreUnavailable(f"call {request.sid}: other writers kept changing it")

    async def _until_spoken_to(self, request: TurnRequest) -> float:
        """Wait for the supervisor who has the call to speak, as long as a caller may be left without a word. Returns the seconds it took."""
        clock = asyncio.get_running_loop().time
        begun, at_most_s = clock(), self.deps.plan.line_s
        with self.deps.news.of(request.sid) as news:
            while (left_s := begun + at_most_s - clock()) > 0:
                news.clear()
                if not is_waiting(await current(self.deps.store, request.sid), request.turn.key):
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left_s, LOOK_AGAIN_S)):
                        await news.wait()
        return clock() - begun

    async def _look(self, request: TurnRequest) -> None:
        """Whether the record can be read at once: then the turn goes on from what stands there, and nobody hears of trouble who is booked.

        Raises StoreUnavailable when it cannot.
        """
        try:
            async with patience(LOOK_S):
                await self.deps.store.open(request.sid, request.turn.key)
        except TimeoutError:
            raise StoreUnavailable(f"call {request.sid}: the store is away") from None

    async def edit(self, sid: str, fields: Mapping[str, str | None], lock: Sequence[str], unlock: Sequence[str], now: datetime, source: str) -> None:
        """Set or clear fields from outside the conversation. Raises CallNotFound, FieldRefused, StoreUnavailable."""
        await self._insist(sid, lambda: editing.edit(self.deps, sid, fields, lock, unlock, now, source))

    async def do(self, sid: str, deed: Deed, now: datetime) -> None:
        """Carry out what a supervisor does, or what a telephone tells: whose line has ended, that nobody answered. Raises CallNotFound, DeedRefused,
        StoreUnavailable.
        """
        for one in await self._meant(sid, deed):
            await self._insist(one, partial(people.do, self.deps, one, deed, now))

    async def _meant(self, sid: str, deed: Deed) -> Sequence[str]:
        """Whom a deed is done to. A telephone knows one callSid: its line is that of all calls under it, and one of them was dialled through."""
        if isinstance(deed, Drop):
            return [one for one, found in await calls_of(self.deps.store, sid) if found.call is not None] or [sid]
        call = await current(self.deps.store, sid) if isinstance(deed, Unanswered) else None
        return [call.sid if call is not None else sid]

    async def heard(self, sid: str, at: str, said: str, heard: str, now: datetime) -> None:
        """Of the last answer, `said` at `at`, the caller heard so much and no more. Raises StoreUnavailable; nothing for what is the last no more."""
        for one, _ in await calls_of(self.deps.store, sid):
            await self._insist(one, partial(hearing.cut_short, self.deps, one, at, said, heard, now))

    async def told(self, tried: Brought) -> Call | None:
        """The call as it stands after it was told how it went with what it owes; None when it is gone. Raises StoreUnavailable."""
        return await self._insist(tried.delivery.sid, lambda: delivering.note(self.deps, tried))

    async def cancel(self, appointment: Appointment, now: datetime, source: str, given_up: Cancellation) -> Appointment:
        """Give an appointment up. Raises BookingNotFound, BookingCancelled, StoreUnavailable. `source`: who does it, as all that follow."""
        return await self._insist(appointment.sid, lambda: appointments.cancel(self.deps, appointment, now, source, given_up))

    async def correct(self, appointment: Appointment, fields: Mapping[str, str], now: datetime, source: str) -> Appointment:
        """Move an appointment, or change what it says. Raises BookingNotFound, BookingCancelled, FieldRefused, PlaceGone, StoreUnavailable."""
        return await self._insist(appointment.sid, lambda: appointments.correct(self.deps, appointment, fields, now, source))

    async def times(self, appointment: Appointment, day: date, now: datetime) -> tuple[datetime, ...]:
        """When on a day an appointment could begin. Raises BookingNotFound, BookingCancelled, StoreUnavailable."""
        return await appointments.times(self.deps, appointment, day, now)

    async def _insist(self, sid: str, step: Callable[[], Awaitable[Done]]) -> Done:
        """Take a step from outside the conversation, again where another writer was first."""
        async with self._lock(sid):
            for attempt in range(ATTEMPTS):
                try:
                    return await step()
                except StaleCall:
                    await asyncio.sleep(0.002 * attempt)
        raise StoreUnavailable(f"call {sid}: other writers kept changing it")

    async def answer_permission(self, sid: str, answer: Answer, now: datetime) -> Approval:
        """The office's answer to a request. Raises CallNotFound, PermissionNotFound, PermissionAnswered, PlaceGone, StoreUnavailable."""
        return await self._insist(sid, lambda: approving.answer(self.deps, sid, answer, now))

    def _lock(self, sid: str) -> _Lock:
        lock = self._locks.get(sid)
        if lock is None:
            lock = self._locks[sid] = _Lock()
        return lock
