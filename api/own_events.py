"""USE_REDIS_SSE=false: a store whose commits and erasures tell the hub of this process, instead of the shared log telling every process.

Commits take turns, so that the hub gets the events in the order of their ids; one process can afford it.
"""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Entry


class OwnEvents(PassingStore):
    """The same store, told onwards."""

    def __init__(self, store: CallStore, publish: Callable[[Iterable[Entry]], None]) -> None:
        super().__init__(store)
        self._publish = publish
        self._one_at_a_time = asyncio.Lock()

    async def commit(self, change: Change) -> Committed:
        async with self._one_at_a_time:
            committed = await self._store.commit(change)
            sid, business = change.after.sid, change.after.brief.business
            told = zip(committed.event_ids, change.events, strict=True)
            self._publish(Entry(id=event_id, sid=sid, data=msgspec.json.encode(event), business=business) for event_id, event in told)
        return committed

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        async with self._one_at_a_time:
            told = await self._store.erase(sid)
            self._publish(told)
        return told
