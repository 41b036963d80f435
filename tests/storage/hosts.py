"""Hosts that share a store which any of them may be cut off from, each with its journal, in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from storage.away.spare import Spare
from storage.errors import InDoubt, StoreUnavailable
from storage.keys import Ttl
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed


class Killed(Exception):
    """Whoever brought a step is no more."""


class Wire(PassingStore):
    """The way of one host to Redis."""

    def __init__(self, store: CallStore) -> None:
        super().__init__(store)
        self.cut = False
        self.kills: dict[int, str] = {}
        """At which commit from now (1: the next) whoever sends it is killed: "before" Redis has it, or "after"; or its answer is "lost"."""
        self._sent = 0
        self.took, self.answers = asyncio.Event(), asyncio.Event()
        """Set when Redis took a step; while `answers` is not, what it said lies unread."""
        self.answers.set()

    async def probe(self) -> None:
        if self.cut:
            raise StoreUnavailable("cut")

    async def commit(self, change: Change) -> Committed:
        await self.probe()
        self._sent += 1
        how = self.kills.pop(self._sent, "")
        if how == "before":
            raise Killed
        done = await self._store.commit(change)
        if how == "after":
            raise Killed
        if how == "lost":
            raise InDoubt("no answer")
        self.took.set()
        await self.answers.wait()
        return done

    async def open(self, *given: Any, **named: Any) -> Any:
        await self.probe()
        return await self._store.open(*given, **named)

    async def erase(self, sid: str) -> Any:
        await self.probe()
        return await self._store.erase(sid)

    def kill_at(self, kills: dict[int, str]) -> None:
        self._sent, self.kills = 0, dict(kills)


@asynccontextmanager
async def host(redis: CallStore, data: Path, **given: Any) -> AsyncIterator[tuple[Spare, Wire]]:
    wire = Wire(redis)
    spare = Spare(wire, wire.probe, data, Ttl(), **given)
    try:
        yield spare, wire
    finally:
        await spare.store.close()


async def cut_off(spare: Spare, wire: Wire) -> None:
    wire.cut = True
    spare.breaker.suspect()
    assert not await spare.breaker.is_well()


async def reached_again(spare: Spare, wire: Wire) -> None:
    wire.cut = False
    while spare.breaker.away:  # noqa: ASYNC110 - a probe is on its way
        await asyncio.sleep(0.01)
