"""A service that owes and brings, without its doors: a store, walkers over it, runners, and whoever is brought something."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import time
from typing import Any

import msgspec

from agent.record.business import Business
from agent.record.businesses import Businesses
from agent.record.call import Call, Turn
from agent.record.delivery import Delivery, Occasion
from api.outbox.carriers import carriers, wanted
from api.outbox.outcomes import Holds, Lost, Outcome, Sent
from api.outbox.running import Runner, Timing
from api.tallies import Tallies
from graph.build import Walker
from graph.owing import OwingStore
from graph.state import TurnRequest
from storage.store import CallStore
from tests.graph.test_crash import NOW, SAID
from tests.graph.walkers import deps
from tests.patience import PATIENCE_S

NEVER_S = 10 * PATIENCE_S
"""Longer than any test: what is to happen before that happens by something else than time."""
TIMING = Timing(after_s=0.0, send_s=PATIENCE_S, whole_s=PATIENCE_S, lease_s=NEVER_S, poll_s=NEVER_S, away_s=0.001, finish_s=PATIENCE_S)


class Receiver:
    """Takes deliveries of one kind, and answers as it was told to: each of `answers` once, then Sent."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.got: list[Delivery] = []
        """What arrived, in the order in which it came; what was answered otherwise did not."""
        self.tries: list[str] = []
        """The id of each try."""
        self.open = asyncio.Event()
        """Nobody is answered while this is not set."""
        self.open.set()
        self.come = 0
        """How often somebody has come with something, handed over or not."""
        self.ready_to_take = asyncio.Event()
        """Nobody hands anything over while this is not set."""
        self.ready_to_take.set()
        self.there, self.most = 0, 0
        """How many are in the door now, and were at most."""

    def is_set_up(self, business: Business) -> bool:
        return True

    def wants(self, business: Business, occasion: Occasion) -> bool:
        return True

    async def ready(self) -> None:
        """It is."""

    async def send(self, delivery: Delivery, business: Business, holds: Holds) -> Outcome:
        assert delivery.business == business.id
        self.come += 1
        await self.ready_to_take.wait()
        if not await holds():
            return Lost()
        self.tries.append(delivery.id)
        self.there += 1
        self.most = max(self.most, self.there)
        try:
            await self.open.wait()
        finally:
            self.there -= 1
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Sent):
            self.got.append(delivery)
        return answer

    @property
    def told(self) -> list[str]:
        return [one.occasion for one in self.got]


class House:
    """Workers over one store."""

    def __init__(self, store: CallStore, post: Receiver | None = None, hooks: Receiver | None = None, clock: Callable[[], float] = time) -> None:
        self.clock = clock
        self.post, self.hooks = post or Receiver(), hooks or Receiver()
        self.under, self.woken = store, asyncio.Event()
        self.businesses: Businesses = deps().businesses
        self.store = OwingStore(store, wanted(self.businesses, self.post, self.hooks), self.woken.set, clock)
        self.walker = Walker(deps(store=self.store))
        self.tallies = Tallies()

    def runner(self, **timing: Any) -> Runner:
        bring = carriers(self.post, self.hooks)
        made = msgspec.structs.replace(TIMING, **timing)
        return Runner(self.store, bring, self.walker.told, self.businesses, self.tallies, self.woken, made, self.clock)

    @asynccontextmanager
    async def bringing(self, **timing: Any) -> AsyncIterator[Runner]:
        runner = self.runner(**timing)
        task = asyncio.create_task(runner.keep())
        try:
            yield runner
        finally:
            runner.stop()
            await task

    async def say(self, number: int, sid: str = "CA1") -> None:
        turn = Turn(key=f"turn {number}", text=SAID[number], started_at=NOW.isoformat())
        await self.walker.take_turn(TurnRequest(sid=sid, turn=turn), datetime.now(UTC))

    async def whole_call(self, sid: str = "CA1") -> None:
        for number in range(len(SAID)):
            await self.say(number, sid)

    async def correct(self, **fields: str | None) -> None:
        await self.walker.edit("CA1", fields, (), (), datetime.now(UTC), "ann")

    async def document(self, sid: str = "CA1") -> dict[str, Any]:
        return dict(msgspec.json.decode(await self.store.document(sid) or b"{}"))

    async def call(self, sid: str = "CA1") -> Call:
        found = (await self.store.open(sid)).call
        assert found is not None
        return found

    async def events(self, tool: str) -> list[tuple[str, str, Any]]:
        """Of the work that tool does: type, occasion and success."""
        page = await self.store.events("CA1", "0", 1000)
        told = [msgspec.json.decode(entry.data) for entry in page.entries]
        return [(one["type"], one["payload"]["occasion"], one["payload"].get("success")) for one in told if one["payload"].get("tool") == tool]

    async def nothing_waits(self) -> None:
        async def done() -> bool:
            return (await self.store.outbox()).waiting == 0

        await until(done)


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    """Wait for something that other tasks do."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():  # noqa: ASYNC110 - it happens in other tasks, and in other processes
                await asyncio.sleep(0.005)
            return
    raise AssertionError("it did not happen")
