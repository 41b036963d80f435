"""The hub and its readers: every event once and in order, however the reader comes, goes and lags."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from agent.record.events import Event
from api import business_files
from api.frames import Frame, Topic, order, text
from api.hub import Hub
from api.masking import Masking
from api.own_events import OwnEvents
from api.reader import Gone, Reader
from storage.connect import connect
from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.store import CallStore, Entry, Page
from tests.api.feeds import Teller, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


def ids(block: bytes) -> list[str]:
    return [line[4:].decode() for line in block.split(b"\n") if line.startswith(b"id: ")]


async def read_until(reader: Reader, last: str) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while last not in found:
            found += ids(await reader.next())
    return found


@pytest.mark.parametrize("given", ["", "x", "1-", "-1", "1-2-3", "１-0", " 1-0", "1" * 30, "1.5", "-"])
def test_what_is_no_id_is_told_apart(given: str) -> None:
    assert order(given) is None


def test_ids_compare_as_numbers_not_as_text() -> None:
    assert order("999-10") == (999, 10)
    assert order("1000-2") == (1000, 2)
    assert order("7") == (7, 0)
    assert text((7, 3)) == "7-3"


@pytest.mark.parametrize("topic", [Topic("all"), Topic("call", "CA-random-1")])
async def test_cut_at_random_places_on_two_hubs_nothing_is_lost_doubled_or_reordered(store: CallStore, topic: Topic) -> None:
    """A reader that comes and goes on either hub while calls go on telling; the rings are so small that many replays come from the store."""
    chance = random.Random(7)
    hubs = [Hub(store, queue=8, ring=20), Hub(store, queue=8, ring=20)]
    for hub in hubs:
        await hub.start()
    tellers = [Teller(store, f"CA-random-{number}") for number in range(3)]
    told: list[str] = []
    enough = asyncio.Event()

    async def tell() -> None:
        while not enough.is_set():
            teller = chance.choice(tellers)
            event_id = await teller.tell()
            if topic.kind == "all" or teller.sid == topic.name:
                told.append(event_id)
            await asyncio.sleep(chance.random() * 0.003 if chance.random() < 0.3 else 0)

    telling = asyncio.create_task(tell())
    seen: list[str] = []
    for _ in range(100):
        reader = Reader(chance.choice(hubs), topic)
        reader.resume(seen[-1] if seen else "0-0")
        for _ in range(chance.randrange(1, 6)):
            seen += ids(await reader.next())
            await asyncio.sleep(chance.random() * 0.01 if chance.random() < 0.2 else 0)
        reader.close()
    enough.set()
    await telling
    reader = Reader(hubs[0], topic)
    reader.resume(seen[-1])
    while seen[-1] != told[-1]:
        seen += ids(await reader.next())
    assert seen == told
    assert len(seen) > 100
    for hub in hubs:
        await hub.close()


async def test_a_reader_that_lags_keeps_its_place_and_costs_no_memory(store: CallStore) -> None:
    hub = Hub(store, queue=10, ring=64)
    teller = Teller(store, "CA-lags")
    await teller.tell()
    await hub.start()
    slow, quick = Reader(hub, Topic("call", teller.sid)), Reader(hub, Topic("call", teller.sid))
    for reader in (slow, quick):
        reader.resume(teller.ids[0])
    waiting = asyncio.create_task(slow.next())
    got: list[str] = []
    most = 0
    for _ in range(300):
        got += await read_until(quick, await teller.tell())
        most = max(most, slow.waiting)
    assert got == teller.ids[1:]
    assert most <= 10
    assert slow.dropped == 1
    assert quick.dropped == 0
    assert ids(await waiting) + await read_until(slow, teller.ids[-1]) == teller.ids[1:]
    await hub.close()


async def test_a_hot_reader_that_overflows_is_replayed(store: CallStore) -> None:
    hub = Hub(store, queue=5)
    await hub.start()
    teller = Teller(store, "CA-hot")
    reader = Reader(hub, Topic("all"))
    reader.start((0, 0))
    await read_until(reader, await teller.tell())
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    assert reader.hot
    waiting.cancel()
    for _ in range(20):
        await teller.tell()
    await until(lambda: hub.head == order(teller.ids[-1]))
    assert (reader.dropped, reader.waiting, reader.hot) == (1, 0, False)
    assert await read_until(reader, teller.ids[-1]) == teller.ids[1:]
    await hub.close()


@pytest.mark.parametrize("ring", [2, 1000])
async def test_only_what_concerns_a_supervisor(store: CallStore, ring: int) -> None:
    hub = Hub(store, ring=ring)
    await hub.start()
    teller = Teller(store, "CA-agents")
    await teller.tell()
    wanted = [await teller.tell("status_change"), await teller.tell("new_message", agentId="kim")]
    await teller.tell("new_message", agentId="lee")
    wanted.append(await teller.tell("permission_request"))
    await teller.tell("progress")
    await until(lambda: hub.head == order(teller.ids[-1]))
    reader = Reader(hub, Topic("agent", "kim"))
    reader.start((0, 0))
    assert await read_until(reader, wanted[-1]) == wanted
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    await teller.tell("progress")
    last = await teller.tell("progress", agentId="kim")
    assert ids(await waiting) == [last]
    await hub.close()


async def test_an_id_that_was_never_given_is_gone(store: CallStore) -> None:
    hub = Hub(store)
    await hub.start()
    teller = Teller(store, "CA-never")
    await teller.tell()
    reader = Reader(hub, Topic("call", teller.sid))
    with pytest.raises(Gone, match="malformed"):
        reader.resume("1-2-3")
    reader.resume("99999999999999-0")
    with pytest.raises(Gone, match="unknown"):
        await reader.next()
    await hub.close()


async def test_a_reader_that_has_seen_more_than_this_process_gets_the_rest_alone(store: CallStore) -> None:
    hub = Hub(store)
    hub.ready = True
    teller = Teller(store, "CA-ahead")
    seen = [await teller.tell() for _ in range(3)]
    reader = Reader(hub, Topic("call", teller.sid))
    reader.resume(seen[-1])
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0.05)
    last = await teller.tell()
    await hub.start()
    hub.head = (0, 0)
    hub.publish((await store.events("", "0")).entries)
    assert last in ids(await waiting)
    assert not set(seen) & set(ids(await waiting))
    await hub.close()


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


async def test_events_of_this_process_alone(store: CallStore) -> None:
    """USE_REDIS_SSE=false: what this process commits is told, what others commit is not."""

    hub = Hub(store, follows=False)
    await hub.start()
    own = OwnEvents(store, hub)
    reader = Reader(hub, Topic("all"))
    reader.start(hub.head)
    mine, theirs = Teller(own, "CA-mine"), Teller(store, "CA-theirs")
    await mine.tell()
    await theirs.tell()
    others = [Teller(own, f"CA-mine-{number}") for number in range(5)]
    await asyncio.gather(*(teller.tell() for teller in others))
    wanted = sorted([mine.ids[0], *(teller.ids[0] for teller in others)], key=lambda one: order(one) or (0, 0))
    assert await read_until(reader, wanted[-1]) == wanted
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


def test_a_viewer_gets_the_same_event_without_the_callers_values() -> None:
    data = msgspec.json.encode(Event(type="progress", payload={"callSid": "CA1", "slot": "phone", "value": "+12025550143"}, timestamp=1.5))
    frame = Frame((7, 0), Entry(id="7-0", sid="CA1", data=data))
    shown = frame.masked(Masking(business_files.load(None)).envelope)
    assert shown.startswith(b"id: 7-0\ndata: {")
    assert b"+12025550143" not in shown
    assert b'"slot":"phone"' in shown
    assert b"+12025550143" in frame.block
