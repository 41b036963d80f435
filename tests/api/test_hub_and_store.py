"""The hub beside its store: which goes and comes back, loses its log, is slow, erases a call, and is asked for what is old."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api.frames import Topic, order, text
from api.hub import Hub
from api.reader import Gone, Reader
from storage.connect import connect
from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.store import CallStore, Page
from tests.api.feeds import Teller, ids, read_until, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


class Interrupted:
    """A store where something happens between the moment a read was answered and the moment its reader gets to see it."""

    def __init__(self, store: CallStore, method: str, happens: Callable[[], Awaitable[object]]) -> None:
        self._store, self._method, self._happens = store, method, happens

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name != self._method:
            return found

        async def interrupted(*arguments: object) -> object:
            answer = await found(*arguments)
            await self._happens()
            return answer

        return interrupted


async def test_an_event_that_comes_while_an_empty_page_is_on_its_way(store: CallStore) -> None:
    teller = Teller(store, "CA-while")

    async def more() -> None:
        if len(teller.ids) == 1:
            last = await teller.tell()
            await until(lambda: hub.head == order(last))

    hub = Hub(Interrupted(store, "events", more))  # type: ignore[arg-type]
    await teller.tell()
    await Teller(store, "CA-other").tell()
    await hub.start()
    reader = Reader(hub, Topic("call", teller.sid))
    reader.resume(teller.ids[0])
    async with asyncio.timeout(PATIENCE_S):
        assert ids(await reader.next()) == teller.ids[1:]
    await hub.close()


async def test_a_quiet_reader_that_overflows_is_replayed_from_where_it_stood(store: CallStore) -> None:
    """Not from its last own event, which may be long gone from the log although nothing of its was missed."""
    asked: list[object] = []

    async def note() -> None:
        asked.append(1)

    hub = Hub(Interrupted(store, "events", note), queue=2, ring=20)  # type: ignore[arg-type]
    await hub.start()
    teller = Teller(store, "CA-quiet")
    reader = Reader(hub, Topic("agent", "kim"))
    reader.start(hub.head)
    waiting = asyncio.create_task(reader.next())
    first = await teller.tell("status_change")
    assert ids(await waiting) == [first]
    for _ in range(100):
        last = await teller.tell()
    await until(lambda: hub.head == order(last))
    mine = [await teller.tell("status_change") for _ in range(5)]
    await until(lambda: hub.head == order(mine[-1]))
    assert reader.dropped == 1
    assert await read_until(reader, mine[-1]) == mine
    assert asked == []
    await hub.close()


class Shaky:
    """A store that can be taken away and brought back; everything else is the store behind it."""

    def __init__(self, store: CallStore) -> None:
        self._store = store
        self.away = False
        self.lost = ""

    def __getattr__(self, name: str) -> object:
        if self.away and name in ("follow", "events", "head", "document", "calls"):

            async def fail(*_: object, **__: object) -> None:
                raise StoreUnavailable("away")

            return fail
        if self.lost and name == "follow":

            async def lost(*_: object) -> Page:
                reason, self.lost = self.lost, ""
                return Page(entries=(), gone=reason)

            return lost
        return getattr(self._store, name)


async def test_the_store_goes_and_comes_back_and_nothing_is_missed(store: CallStore) -> None:
    shaky = Shaky(store)
    hub = Hub(shaky, heartbeat_s=0.05)  # type: ignore[arg-type]
    await hub.start()
    teller = Teller(store, "CA-away")
    reader = Reader(hub, Topic("all"))
    reader.start(hub.head)
    assert await read_until(reader, await teller.tell()) == teller.ids
    shaky.away = True
    # A wait that is under way still answers, and only then does the hub find the store gone; between two waits it finds it at once.
    missed, found = [await teller.tell()], list[str]()
    await until(lambda: hub.figures()["mode"] == "degraded")
    while block := await reader.next():  # until a heartbeat, which is no end
        found += ids(block)
    missed += [await teller.tell() for _ in range(5)]
    shaky.away = False
    assert found + await read_until(reader, missed[-1]) == missed
    assert hub.figures()["mode"] == "ok"
    await hub.close()


async def test_a_hub_may_start_before_its_store(store: CallStore) -> None:
    shaky = Shaky(store)
    shaky.away = True
    hub = Hub(shaky)  # type: ignore[arg-type]
    await hub.start()
    teller = Teller(store, "CA-early")
    told = [await teller.tell() for _ in range(3)]
    reader = Reader(hub, Topic("call", teller.sid))
    reader.resume("0-0")
    waiting = asyncio.create_task(read_until(reader, told[-1]))
    await asyncio.sleep(0.02)
    shaky.away = False
    assert await waiting == told
    await hub.close()


async def test_a_log_that_is_gone_is_told_to_every_reader(store: CallStore) -> None:
    shaky = Shaky(store)
    hub = Hub(shaky)  # type: ignore[arg-type]
    await hub.start()
    teller = Teller(store, "CA-lost")
    readers = [Reader(hub, Topic("all")), Reader(hub, Topic("call", teller.sid))]
    for reader in readers:
        reader.start(hub.head)
    last = await teller.tell()
    for reader in readers:
        await read_until(reader, last)
    shaky.lost = "trimmed"
    await teller.tell()
    for reader in readers:
        with pytest.raises(Gone, match="trimmed"):
            await read_until(reader, "never")
    for reader in readers:
        reader.rewind()
        reader.start(hub.head)
    last = await teller.tell()
    for reader in readers:
        assert last in await read_until(reader, last)
    await hub.close()


async def test_an_erased_call_leaves_the_ring_and_the_queues(store: CallStore) -> None:
    hub = Hub(store)
    kept, erased = Teller(store, "CA-kept"), Teller(store, "CA-erased")
    await kept.tell()
    await hub.start()
    reader = Reader(hub, Topic("all"))
    reader.start(hub.head)
    waiting = asyncio.create_task(reader.next())
    await kept.tell()
    await waiting
    await erased.tell()
    last = await kept.tell()
    await until(lambda: hub.head == order(last))
    (told,) = await store.erase("CA-erased")
    await until(lambda: hub.head == order(told.id))
    hub.forget("CA-erased")  # as the process does that was asked to erase it
    assert await read_until(reader, told.id) == [last, told.id]
    again = Reader(hub, Topic("all"))
    again.start(order(kept.ids[0]) or (0, 0))
    assert await read_until(again, told.id) == [*kept.ids[1:], told.id]
    await hub.close()


async def test_what_is_old_leaves_the_ring_and_is_asked_of_the_store(store: CallStore) -> None:
    asked: list[object] = []

    async def note() -> None:
        asked.append(1)

    hub = Hub(Interrupted(store, "events", note), heartbeat_s=0.02, ring_s=0.05)  # type: ignore[arg-type]
    await hub.start()
    teller = Teller(store, "CA-old")
    begun = text(hub.head)
    for _ in range(3):
        last = await teller.tell()
    await until(lambda: hub.head == order(last))
    await until(lambda: hub.figures()["ring"] == 0)
    assert hub.floor == hub.head
    reader = Reader(hub, Topic("all"))
    reader.resume(begun)
    assert await read_until(reader, last) == teller.ids
    assert asked
    await hub.close()


async def test_the_shared_log_that_expired_is_no_loss_to_a_reader_at_its_end(redis_url: str) -> None:
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl(log_s=1))
    hub = Hub(store)
    await hub.start()
    teller = Teller(store, "CA-expires")
    reader = Reader(hub, Topic("call", teller.sid))
    reader.start(hub.head)
    first = await teller.tell()
    assert await read_until(reader, first) == [first]
    await asyncio.sleep(1.2)
    second = await teller.tell()
    assert await read_until(reader, second) == [second]
    await hub.close()
    await store.close()


async def test_a_call_about_to_begin_is_no_loss_while_the_log_is_young(store: CallStore) -> None:
    """The log was empty when we came, other calls have told of themselves since, and nothing of this one is anywhere yet."""
    hub = Hub(store)
    await hub.start()
    other = Teller(store, "CA-other")
    place = order(await other.tell())
    await until(lambda: hub.head == place)
    reader = Reader(hub, Topic("call", "CA-begins"))
    last = await other.tell()
    await until(lambda: hub.head == order(last))
    reader.start(place or (0, 0))
    waiting = asyncio.create_task(reader.next())
    await other.tell()
    first = await Teller(store, "CA-begins").tell()
    async with asyncio.timeout(PATIENCE_S):
        assert ids(await waiting) == [first]
    await hub.close()
