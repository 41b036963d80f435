"""USE_REDIS_SSE=false: a store whose commits and erasures tell the hub of this process, instead of the shared log telling every process.

Commits take turns, so that the hub gets the events in the order of their ids; one process can afford it.
"""

import asyncio

import msgspec

from api.hub import Hub
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Entry


class OwnEvents(PassingStore):
    """The same store, told onwards."""

    def __init__(self, store: CallStore, hub: Hub) -> None:
        super().__init__(store)
        self._hub = hub
        self._one_at_a_time = asyncio.Lock()

    async def commit(self, change: Change) -> Committed:
        async with self._one_at_a_time:
            committed = await self._store.commit(change)
            sid, business = change.after.sid, change.after.brief.business
            told = zip(committed.event_ids, change.events, strict=True)
            self._hub.publish(Entry(id=event_id, sid=sid, data=msgspec.json.encode(event), business=business) for event_id, event in told)
        return committed

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        async with self._one_at_a_time:
            told = await self._store.erase(sid)
            self._hub.publish(told)
        return told
