"""Bringing what is owed to the outside, in every worker and without a leader.

Each worker asks the store for what is due and is the only one who has it, for as long as a lease lasts; nothing tells them from one another, and
whoever dies leaves what it had to the others. A worker looks at once when a step of its own makes something due, else every second or two. What has
arrived is told to the call in the step that takes it out of the outbox, so that a worker killed before it brings it twice, under the same id, and
never leaves a call that does not know of its mail. Whoever was held up, or frozen, for longer than its lease finds that out right before it hands
anything over, and does not; neither is anybody written to who was erased until then.

A mail that is overtaken by a later one about the same booking is not sent any more (`agent.policy.owed.concerns`): the later one says how it stands.
Neither is one about an appointment that has begun meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from random import Random
from time import perf_counter, time
from typing import Literal, Protocol, assert_never

import msgspec

from agent.policy.brought import Brought
from agent.policy.owed import concerns, tells
from agent.record.business import Business
from agent.record.businesses import Businesses
from agent.record.call import Call
from agent.record.delivery import Delivery, DeliveryKind, Owed
from api import logs
from api.outbox.outcomes import Again, Holds, Lost, Outcome, Refused, Sent
from api.outbox.schedule import pause_s
from api.tallies import Tallies
from storage.errors import StoreUnavailable
from storage.store import CallStore


class Carrier(Protocol):
    """Brings deliveries of one kind."""

    def is_set_up(self, business: Business) -> bool:
        """Whether there is anybody to bring them to."""

    async def ready(self) -> None:
        """Load what it needs, so that no call has to wait for that."""

    async def send(self, delivery: Delivery, business: Business, holds: Holds) -> Outcome:
        """Try once. May take long; whoever calls ends it. `holds` is asked as late as can be, and where it says no nothing is handed over: Lost."""


Note = Callable[[Brought], Awaitable[Call | None]]
"""Tells the call how a try went; gives it as it then stands, None when it is gone."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and how much at once."""

    at_once: int = 16
    """Tries of one worker at a time."""
    send_s: float = 130.0
    """How long a try may take, longer than any carrier does by itself; past it nobody knows whether it has arrived, and it is tried again."""
    whole_s: float = 150.0
    """How long a try may take with all that is written about it."""
    lease_s: float = 165.0
    """How long a worker alone has a delivery: longer than that, so that no two try it at a time."""
    after_s: float = 0.05
    """How long it leaves to the turn that made something due: its caller waits for an answer."""
    poll_s: float = 1.5
    """How often a worker looks for what others made due, or left."""
    away_s: float = 5.0
    """How often it looks while the store is away."""
    finish_s: float = 5.0
    """How long a worker that ends waits for what it is bringing."""


TIMING = Timing()


class Runner:
    """Brings what is owed."""

    def __init__(
        self,
        store: CallStore,
        carriers: Mapping[DeliveryKind, Carrier],
        note: Note,
        businesses: Businesses,
        tallies: Tallies,
        woken: asyncio.Event,
        timing: Timing = TIMING,
        clock: Callable[[], float] = time,
    ) -> None:
        """`carriers`: by the kind they bring; of a kind that has none, nothing arrives. `woken` is set when something is due. `clock`: Unix time."""
        self._store, self._carriers, self._note, self._businesses = store, carriers, note, businesses
        self._tallies, self._timing, self._clock = tallies, timing, clock
        self._random = Random()  # noqa: S311 - nobody gains by guessing a pause
        self._woken, self._ends = woken, False
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived: set[str] = set()
        """What arrived while nothing could be written: when it is due again it is not to be sent again."""
        self._log = logs.Sparing()

    def wake(self) -> None:
        """Something is due."""
        self._woken.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._ends = True
        self._woken.set()

    async def keep(self) -> None:
        """Bring what is due until `stop`; then, or when cancelled, what is under way is finished, or left to its lease.

        Where nothing is set up at all it ends at once, and costs nothing.
        """
        if not any(carrier.is_set_up(business) for carrier in self._carriers.values() for business in self._businesses.all):
            return
        try:
            await self._get_ready()
            while not self._ends:
                self._woken.clear()
                wait_s = await self._take()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s * self._random.uniform(0.7, 1.3)):
                        await self._woken.wait()
                        await asyncio.sleep(self._timing.after_s)
        finally:
            await self._finish()

    async def _get_ready(self) -> None:
        for carrier in self._carriers.values():
            try:
                await carrier.ready()
            except Exception as error:  # it says so again when it is to bring something
                self._failed(error)

    async def _take(self) -> float:
        """Begin as much as there is room for; seconds until the next look, unless it is woken."""
        timing = self._timing
        try:
            while (room := timing.at_once - len(self._tasks)) > 0 and not self._ends:
                found = await self._store.due(room, timing.lease_s)
                if not found:
                    break
                for owed in found:
                    task = asyncio.create_task(self._bring(owed))
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
        except StoreUnavailable:
            return timing.away_s
        except Exception as error:  # a task that dies in silence would leave all promises unkept
            self._failed(error)
            return timing.away_s
        return timing.poll_s

    def _done(self, task: asyncio.Task[None]) -> None:
        if len(self._tasks) >= self._timing.at_once:
            self._woken.set()
        self._tasks.discard(task)

    async def _finish(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._timing.finish_s)
        for task in tuple(self._tasks):
            task.cancel()

    async def _bring(self, owed: Owed) -> None:
        try:
            async with asyncio.timeout(self._timing.whole_s):
                await self._try(owed)
        except (StoreUnavailable, TimeoutError):  # when its lease has run out it is due again
            pass
        except Exception as error:
            self._failed(error, owed.delivery)

    async def _try(self, owed: Owed) -> None:
        delivery = owed.delivery
        if delivery.id not in self._arrived and await self._is_of_no_use(owed):
            return
        began, clock = time(), perf_counter()
        holds = partial(self._store.holds, delivery.id, delivery.sid, owed.till_ms)
        outcome = await self._sent(delivery, holds)
        seconds = perf_counter() - clock
        self._tallies.took("delivery", seconds, delivery.kind)
        if not isinstance(outcome, Sent) and not await holds():  # what becomes of it is another's to say
            return
        tried = Brought(delivery=delivery, result="begun", first=owed.tries == 0, began=began, ms=seconds * 1000)
        match outcome:
            case Sent():
                self._arrived.add(delivery.id)
                await self._has_arrived(tried)
            case Again(why, after_s):
                await self._again(tried, owed, why, after_s)
            case Refused(why):
                await self._given_up(tried, why, owed.till_ms)
            case Lost():
                pass
            case _:
                assert_never(outcome)

    async def _is_of_no_use(self, owed: Owed) -> bool:
        """Whether it is not to be sent any more; then it is owed no more, either."""
        delivery = owed.delivery
        if await self._is_overtaken(delivery):
            self._count(delivery, "overtaken")
        elif delivery.until and self._clock() >= delivery.until:
            tried = Brought(delivery=delivery, result="late", first=owed.tries == 0, began=time(), ms=0.0, why="appointment_begun")
            await self._note(tried)
            self._told(tried, "late", tried.why)
        else:
            return False
        await self._store.delivered(delivery.id, delivery.sid)
        return True

    async def _is_overtaken(self, delivery: Delivery) -> bool:
        if delivery.kind != "mail":
            return False
        call = (await self._store.open(delivery.sid)).call
        if call is not None:
            return not concerns(call, delivery.body)
        kept = await self._store.appointment(delivery.body["reference"], delivery.business, delivery.sid)
        return kept is not None and not tells(kept, delivery.body)

    async def _sent(self, delivery: Delivery, holds: Holds) -> Outcome:
        carrier, business = self._carriers.get(delivery.kind), self._businesses.get(delivery.business)
        if delivery.id in self._arrived:
            return Sent()
        if carrier is None or business is None:
            return Again("not_set_up")
        try:
            async with asyncio.timeout(self._timing.send_s):
                return await carrier.send(delivery, business, holds)
        except TimeoutError:
            return Again("timeout")
        except StoreUnavailable:  # nobody can tell whose it is
            return Lost()
        except Exception as error:
            self._failed(error, delivery)
            return Again("failed")

    async def _has_arrived(self, tried: Brought) -> None:
        delivery = tried.delivery
        call = await self._written_off(tried)
        self._arrived.discard(delivery.id)
        self._told(tried, "taken")
        if call is not None and delivery.kind == "mail":
            await self._clear(call)

    async def _written_off(self, tried: Brought) -> Call | None:
        """Tried until the store is back, or the lease is nearly over: whoever is given it after that does not know that it has arrived."""
        while True:
            try:
                call = await self._note(msgspec.structs.replace(tried, result="taken"))
                await self._store.delivered(tried.delivery.id, tried.delivery.sid)
            except StoreUnavailable:
                await asyncio.sleep(self._timing.away_s)
            else:
                return call

    async def _clear(self, call: Call) -> None:
        """A mail that came back is nobody's task any more once a later one has arrived."""
        for one in await self._store.owed(call.sid):
            if one.delivery.kind == "mail" and not one.due_ms and not concerns(call, one.delivery.body):
                await self._store.delivered(one.delivery.id, call.sid)

    async def _again(self, tried: Brought, owed: Owed, why: str, after_s: float) -> None:
        wait_s = pause_s(tried.delivery.kind, owed.tries, after_s, self._random)
        if wait_s is None:
            await self._given_up(tried, why, owed.till_ms)
            return
        await self._store.put_off(tried.delivery.id, tried.delivery.sid, wait_s, why, owed.till_ms)
        self._told(tried, "again", why)
        if tried.first:
            await self._note(tried)

    async def _given_up(self, tried: Brought, why: str, till_ms: int) -> None:
        await self._note(msgspec.structs.replace(tried, result="returned", why=why))
        await self._store.give_up(tried.delivery.id, tried.delivery.sid, why, till_ms)
        self._told(tried, "returned", why)

    def _told(self, tried: Brought, outcome: Literal["taken", "again", "returned", "late"], why: str = "") -> None:
        delivery = tried.delivery
        self._count(delivery, outcome)
        level = "warning" if outcome == "returned" else "info"
        logs.event("delivery", level=level, call=delivery.sid, part=delivery.kind, act=delivery.occasion, status=outcome, code=why, ms=tried.ms)

    def _count(self, delivery: Delivery, outcome: str) -> None:
        self._tallies.count("mails" if delivery.kind == "mail" else "webhooks", outcome)

    def _failed(self, error: Exception, delivery: Delivery | None = None) -> None:
        if self._log.due(type(error).__name__):
            part = delivery.kind if delivery else "outbox"
            logs.failure("delivery_failed", error, call=delivery.sid if delivery else "", part=part)
