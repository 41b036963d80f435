"""The store that a service keeps its calls in: which one, and what spares it while that is away.

Calls are in the Redis of the settings, or the embedded one, or, without any, in memory. Beside a Redis stands the journal of this host
(`storage/away`): `Stores.front` is what the service talks to, either of both; `Stores.asked` is Redis alone, where what was noted is settled.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from agent.record.businesses import Businesses
from api import logs
from api.keeping import kept_for
from api.settings import Settings
from api.tallies import Tallies
from graph.settling import Settling
from storage.awaited_store import AwaitedStore
from storage.away.spare import Spare
from storage.away.spare_store import Told
from storage.connect import connect, probing
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import CallStore

Around = Callable[[CallStore], CallStore]
"""What is put around a store."""
LOOK_S = 5.0
"""Between two tries at bookings that could not be settled."""


class Stores:
    """From its making to `close` of `front`; `keep` runs beside it."""

    def __init__(self, redis: CallStore, spare: Spare | None = None) -> None:
        """`spare` is before `redis`; None: nothing is."""
        self.front: CallStore = spare.store if spare else redis
        self.asked: CallStore = spare.asked if spare else redis
        """Redis alone, or memory."""
        self.spare = spare
        self._settling: Settling | None = None
        self._back = asyncio.Event()

    def spared(self, told: Told, settling: Settling) -> None:
        """`told` hears of events that are in no log yet; `settling`, over Redis alone, of calls whose booking was noted."""
        if self.spare is not None:
            self._settling = settling
            self.spare.store.told, self.spare.way_back.settle = told, settling.settle

    async def keep(self) -> None:
        """Beside the service, until it is cancelled: bring back what waits, and settle what was noted."""
        if self.spare is not None and self._settling is not None:
            await asyncio.gather(self.spare.keep(), self._settle_what_is_left(self._settling))

    def heard(self, away: bool) -> None:
        """Redis went away, or is back."""
        logs.event("store_away" if away else "store_back", level="warning", part="store")
        if not away:
            self._back.set()

    async def _settle_what_is_left(self, settling: Settling) -> None:
        """Whatever host noted it: one that lost its disk cannot come back to it. Looked for at the start, and whenever Redis is back."""
        while True:
            self._back.clear()
            try:
                left = await settling.left()
                for sid in left:
                    with suppress(StoreUnavailable):
                        await settling.settle(sid)
                if not left:
                    await self._back.wait()
                    continue
            except StoreUnavailable:
                pass
            except Exception as error:  # a task that dies in silence would leave bookings where they are
                logs.failure("settling", error)
            await asyncio.sleep(LOOK_S)


async def begun(settings: Settings, embedded: str, businesses: Businesses, tallies: Tallies, around: Around) -> Stores:
    """The stores, ready for use, whether anything answers yet or not. `embedded`: the URL of an embedded Redis, used when the settings name none.

    `around`: put around what is all of Redis, or of memory.
    """
    ttl = kept_for(settings, businesses)
    into_theirs = settings.adopted_history == "ours"
    url = settings.redis_url or embedded
    if not url:
        return Stores(around(MemoryStore(ttl=ttl, into_theirs=into_theirs)))
    prefix = settings.redis_sse_channel_prefix if settings.use_redis_sse else None
    own = not settings.redis_url
    told = partial(_round_trip, tallies)
    reach = partial(connect, url, channel_prefix=prefix, ttl=ttl, embedded=own, told=told, into_theirs=into_theirs)
    try:
        found = await reach()
    except StoreUnavailable as error:
        logs.failure("store_away", error, part="store")
        found = AwaitedStore(reach)
    redis = around(found)
    if not settings.journal:
        return Stores(redis)
    spare = Spare(
        redis,
        probing(url),
        settings.data.resolve(),
        ttl,
        promises=own,
        businesses=[business.id for business in businesses.all],
        into_theirs=into_theirs,
        told=lambda away: stores.heard(away),
    )
    stores = Stores(redis, spare)
    return stores


def _round_trip(tallies: Tallies, seconds: float, answered: bool) -> None:
    if answered:
        tallies.took("redis_round_trip", seconds)
    else:
        tallies.count("redis_failures")
