"""A store whose every step is noted in the journal behind it."""

from storage.journal.behind import WriteBehind
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Entry


class NotedStore(PassingStore):
    """The same store; it answers as soon as it would alone."""

    def __init__(self, store: CallStore, behind: WriteBehind) -> None:
        super().__init__(store)
        self._behind = behind

    async def commit(self, change: Change) -> Committed:
        done = await self._store.commit(change)
        self._behind.note(change, done)
        return done

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        told = await self._store.erase(sid)
        for one in {sid, *(entry.sid for entry in told)}:
            self._behind.forget(one)
        return told
