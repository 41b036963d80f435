"""All that one worker has for the time without Redis, joined: the journal of its host, the breaker, the store before both, and the way back."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from time import time

from storage.away.breaker import Breaker
from storage.away.guarded import guarded
from storage.away.spare_store import SpareStore
from storage.away.way_back import WayBack
from storage.errors import StoreUnavailable
from storage.journal.back import JournalFigures
from storage.journal.store import JournalStore
from storage.keys import Ttl
from storage.store import CallStore

CALENDARS_S = 30.0
"""Between two looks into the calendars of a Redis that nobody else uses, which the journal has to know to promise a place."""
SHARED_CALENDARS_S = 120.0
"""The same where others use it, who take places meanwhile: what is known to be taken is offered to nobody."""

LEFT_S = 5.0
"""Between two looks for what dead workers of this host have left."""
AT_ONCE = 16
"""Calls that Redis is asked for together."""
_log = logging.getLogger("slotline.journal")


class Spare:
    """From its making to `close` of its `store`; `keep` runs beside it."""

    def __init__(
        self,
        redis: CallStore,
        probe: Callable[[], Awaitable[None]],
        data: Path,
        ttl: Ttl,
        *,
        promises: bool = False,
        businesses: Sequence[str] = (),
        into_theirs: bool = False,
        told: Callable[[bool], None] = lambda away: None,
    ) -> None:
        """`redis`: the store that is spared. `data`: the service's folder. `promises`: nobody but this host ever uses that Redis, so that places may
        be promised. `businesses`: the ids of those whose calendars are to be known. `told` hears that Redis went away, and that it is back.
        `into_theirs`: see `MemoryStore`.
        """
        self.redis = redis
        self.journal = JournalStore(data, ttl=ttl, into_theirs=into_theirs)
        self.breaker = Breaker(probe, told=lambda away: self._heard(away, told))
        self._reached = asyncio.Event()
        self._reached.set()
        self.asked = guarded(redis, self.breaker)
        self.way_back = WayBack(self.journal, self.asked, self.breaker, time)
        self.store = SpareStore(self.asked, self.journal, self.breaker, self.way_back, promises=promises)
        self._businesses, self._promises = businesses, promises

    async def keep(self) -> None:
        """Bring back what waits, take in what dead workers noted, know the calendars, and drop copies of who is gone, for ever."""
        await asyncio.gather(self.way_back.keep(), self._take_in_left(), self._know_calendars(), self._drop_who_is_gone())

    async def figures(self) -> JournalFigures | None:
        """What of this host Redis has not seen; None where the journal cannot say."""
        if not self.journal.flag.up:
            return JournalFigures()
        try:
            return await self.journal.figures()
        except StoreUnavailable:
            return None

    async def _take_in_left(self) -> None:
        while True:
            with _told("left"):
                await self.store.take_in_left()
            await asyncio.sleep(LEFT_S)

    def _heard(self, away: bool, told: Callable[[bool], None]) -> None:
        if not away:
            self._reached.set()
        told(away)

    async def _drop_who_is_gone(self) -> None:
        """At the start, and whenever Redis is back: who was erased while this host was down or cut off is gone from here as well."""
        while True:
            await self._reached.wait()
            self._reached.clear()
            with _told("copies"):
                await self.store.take_in_left()
                room = asyncio.Semaphore(AT_ONCE)
                await asyncio.gather(*(self._drop_if_gone(sid, room) for sid in await self.journal.copies()))
                continue
            await asyncio.sleep(LEFT_S)
            self._reached.set()

    async def _drop_if_gone(self, sid: str, room: asyncio.Semaphore) -> None:
        async with room:
            at = time()
            if (await self.asked.open(sid)).call is None:
                self.store.forget(sid, at)

    async def _know_calendars(self) -> None:
        while self._businesses:
            for business in self._businesses:
                with _told("calendars"):
                    at = time()
                    found = await self.asked.open("calendar", business=business)
                    await self.journal.keep_places(business, found.bookings, at)
            await asyncio.sleep(CALENDARS_S if self._promises else SHARED_CALENDARS_S)


@contextlib.contextmanager
def _told(part: str) -> Iterator[None]:
    """What fails is tried again: a task that dies in silence would end the others of its worker with it."""
    try:
        yield
    except StoreUnavailable:
        pass
    except Exception as error:
        _log.error("the journal was not brought up to date", extra={"part": part, "code": type(error).__name__})
