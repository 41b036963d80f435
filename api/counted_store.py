"""A store whose commits are counted for what they did: calls begun, ended, handed over and booked, silences; and whose time a turn is told.

A commit is where a thing comes true, once, whoever asked for it: a caller, a supervisor, another worker that finished a turn left half done.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from time import perf_counter

from agent.record.call import Call
from api.tallies import Tallies, part_took
from storage.store import CallStore, Change, Committed, Entry, Listed, Opened, Page, Published

WITH_PEOPLE = frozenset({"waiting_agent", "with_agent"})
OUTCOMES = {"booked": "booked", "ended": "ended", **dict.fromkeys(WITH_PEOPLE, "handed_off")}
"""What a call has come to when it reaches a status."""


class CountedStore:
    """The same store. A CallStore."""

    def __init__(self, store: CallStore, tallies: Tallies) -> None:
        self._store, self._tallies = store, tallies
        self.survives_restart = store.survives_restart

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        began = perf_counter()
        try:
            return await self._store.open(sid, turn, business, former)
        finally:
            part_took("store", perf_counter() - began)

    async def commit(self, change: Change) -> Committed:
        began = perf_counter()
        try:
            committed = await self._store.commit(change)
        finally:
            part_took("store", perf_counter() - began)
        self._count(change.before, change.after)
        return committed

    def _count(self, before: Call | None, after: Call) -> None:
        count = self._tallies.count
        if before is None:
            count("calls_begun")
        outcome = OUTCOMES.get(after.status, "")
        if outcome and outcome != OUTCOMES.get(before.status if before else "", ""):
            count("call_outcomes", outcome)
        if after.handoff is not None and (before is None or before.handoff is None):
            count("handoffs", after.handoff.why)
        if after.booked is not None and (before is None or before.booked is None):
            count("bookings")
        if after.silences > (before.silences if before else 0):
            count("no_inputs")

    async def document(self, sid: str) -> bytes | None:
        return await self._store.document(sid)

    async def calls(self, status: str = "", before: str = "", count: int = 50) -> Sequence[Listed]:
        return await self._store.calls(status, before, count)

    async def how_many(self, status: str, since_ms: int = 0) -> int:
        return await self._store.how_many(status, since_ms)

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        return await self._store.erase(sid)

    async def unfinished(self, business: str, caller: str) -> str:
        return await self._store.unfinished(business, caller)

    async def booked_before(self, business: str, caller: str) -> bool:
        return await self._store.booked_before(business, caller)

    async def trace(self, sid: str) -> Sequence[bytes]:
        return await self._store.trace(sid)

    async def events(self, sid: str, after: str, count: int = 64) -> Page:
        return await self._store.events(sid, after, count)

    async def head(self, sid: str = "") -> str:
        return await self._store.head(sid)

    async def follow(self, after: str, wait_s: float) -> Page:
        return await self._store.follow(after, wait_s)

    async def published(self) -> AsyncIterator[Published]:
        async for one in self._store.published():
            yield one

    async def take_in(self, name: str, sid: str, data: bytes) -> str:
        return await self._store.take_in(name, sid, data)

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        await self._store.note_readers(process, figures)

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        return await self._store.readers(sid)

    async def secret(self, known: bytes = b"") -> bytes:
        return await self._store.secret(known)

    async def claim(self, name: str, for_s: int) -> bool:
        return await self._store.claim(name, for_s)

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        return await self._store.watching(agents)

    async def ping(self) -> float:
        return await self._store.ping()

    async def close(self) -> None:
        await self._store.close()
