"""Many readers at once: what they share, and that each is still told everything once and in order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from api import business_files
from api.frames import Topic, order
from api.gate import Drain, Seats
from api.hub import Hub
from api.masking import Masking
from api.short_form import OPEN
from api.snapshot import LISTING_TRIES, Snapshots
from api.streams import Streams
from storage.errors import StoreUnavailable
from storage.store import CallStore
from tests.api.feeds import Feed, Teller, reading, until

pytestmark = pytest.mark.anyio
READERS = 300
ALL = Topic("all")
MASKING = Masking(business_files.load(None))


class Counted:
    """A store that counts what it is asked for, lists calls only while `lists` is set, and fails while `away`."""

    def __init__(self, store: CallStore) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()
        self.lists = asyncio.Event()
        self.lists.set()
        self.away = False

    def __getattr__(self, name: str) -> object:
        async def ask(*given: object, **named: object) -> object:
            self.asked[name] += 1
            if name in ("calls", "document"):
                await self.lists.wait()
            if self.away:
                raise StoreUnavailable("away")
            return await getattr(self._store, name)(*given, **named)

        return ask


@pytest.fixture
async def counted(store: CallStore) -> Counted:
    return Counted(store)


@pytest.fixture
async def hub(counted: Counted) -> AsyncIterator[Hub]:
    made = Hub(counted)  # type: ignore[arg-type]
    made.snapshots = Snapshots(made, kept_s=3600)  # so that no test depends on how busy the machine is
    await made.start()
    yield made
    await made.close()


def streams(hub: Hub) -> Streams:
    return Streams(hub, Drain(), MASKING, Seats(READERS, READERS))


async def storm(stack: AsyncExitStack, hub: Hub, paths: tuple[str, ...]) -> list[Feed]:
    """So many readers, every third a viewer, and each of them known to the hub."""
    app = streams(hub)
    roles = ("supervisor", "integration", "viewer")
    feeds = [await stack.enter_async_context(reading(app, paths[number % len(paths)], role=roles[number % 3])) for number in range(READERS)]
    await until(lambda: hub.figures()["readers"] == READERS)
    return feeds


async def test_a_storm_on_a_quiet_service_costs_one_snapshot(store: CallStore, counted: Counted, hub: Hub) -> None:
    tellers = [Teller(store, f"CA-storm-{number}") for number in range(20)]
    last = [await teller.tell() for teller in tellers][-1]
    async with AsyncExitStack() as stack:
        feeds = await storm(stack, hub, ("/events", "/agents/kim/events"))
        histories = [await feed.next("history") for feed in feeds]
        assert {len(history.payload["calls"]) for history in histories} == {20}
        assert {history.id for history in histories} == {last}
        assert counted.asked["calls"] == len(OPEN)
        for viewer in feeds[2::3]:
            assert b'"message":"0"' not in viewer.raw
            assert "•••".encode() in viewer.raw
        assert b'"message":"0"' in feeds[0].raw


@pytest.mark.parametrize("path", ["/events", "/calls/CA-storm/events"])
async def test_a_storm_while_turns_go_on_loses_nothing_and_costs_few(store: CallStore, counted: Counted, hub: Hub, path: str) -> None:
    teller = Teller(store, "CA-storm")
    await teller.tell()
    enough = asyncio.Event()

    async def tell() -> None:
        while not enough.is_set():
            await teller.tell()
            await asyncio.sleep(0.001)

    telling = asyncio.create_task(tell())
    counted.lists.clear()
    async with AsyncExitStack() as stack:
        feeds = await storm(stack, hub, (path,))
        counted.lists.set()
        histories = [await feed.next("history") for feed in feeds]
        enough.set()
        await telling
        last = await teller.tell()
        for feed, history in zip(feeds, histories, strict=True):
            covered = teller.ids.index(history.id) + 1
            assert len(history.payload.get("history", teller.ids[:covered])) == covered
            assert [one.id for one in await feed.all_until(last)] == teller.ids[covered:]
    # Those who came before the reading began share it, and the others the next one.
    assert counted.asked["calls"] <= 2 * LISTING_TRIES * len(OPEN)
    assert counted.asked["document"] <= 2 * 4


@pytest.mark.parametrize("path", ["/events", "/calls/CA-storm/events"])
async def test_whoever_comes_after_an_answer_finds_it_in_the_history(store: CallStore, hub: Hub, path: str) -> None:
    teller = Teller(store, "CA-storm")
    app = streams(hub)
    for number in range(5):
        last = await teller.tell()
        async with reading(app, path) as feed:
            history = await feed.next("history")
            assert history.id == last
            line = (history.payload.get("history") or [history.payload["calls"][0]["lastMessage"]])[-1]
            assert line["message"] == str(number)


async def test_what_another_system_writes_into_a_record_is_found_by_the_next_reader(shelf: object, hub: Hub) -> None:
    app = streams(hub)
    for name in ("Mary", "Olive"):
        await shelf.put_document("CA-theirs", b'{"callSid":"CA-theirs","user":{"userInfo":{"name":"%b"}}}' % name.encode())
        async with reading(app, "/calls/CA-theirs/events") as feed:
            assert (await feed.next("history")).payload["user"]["userInfo"]["name"] == name


async def test_an_erased_call_is_in_nothing_that_is_shared(store: CallStore, counted: Counted, hub: Hub) -> None:
    for sid in ("CA-erased", "CA-stays"):
        await Teller(store, sid).tell()

    async def listed() -> set[str]:
        return {call["callSid"] for call in (await hub.snapshots.of(ALL)).payload["calls"]}

    assert await listed() == {"CA-erased", "CA-stays"}
    await store.erase("CA-erased")
    hub.forget("CA-erased")
    assert await listed() == {"CA-stays"}
    # Also when it is being read at that moment.
    hub.snapshots.forget()
    await Teller(store, "CA-late").tell()
    real = counted._store.calls

    async def erased_meanwhile(*given: object, **named: object) -> object:
        found = await real(*given, **named)  # type: ignore[arg-type]
        if counted.asked["erase"] == 0:
            counted.asked["erase"] += 1
            await store.erase("CA-late")
            hub.forget("CA-late")
        return found

    counted._store.calls = erased_meanwhile  # type: ignore[method-assign, assignment]
    assert await listed() == {"CA-stays"}


async def test_the_open_calls_are_kept_for_a_moment_only(store: CallStore, hub: Hub) -> None:
    await Teller(store, "CA-moment").tell()
    first = await hub.snapshots.of(ALL)
    assert await hub.snapshots.of(Topic("agent", "kim")) is first
    assert first.block(None) is first.block(None)
    assert first.block(MASKING.envelope) is first.block(MASKING.envelope) is not first.block(None)
    brief = Snapshots(hub, kept_s=0.01)
    await brief.of(ALL)
    await until(lambda: not brief._kept)


async def test_the_one_that_asked_first_may_leave(store: CallStore, counted: Counted, hub: Hub) -> None:
    last = await Teller(store, "CA-leaves").tell()
    counted.lists.clear()
    first = asyncio.create_task(hub.snapshots.of(ALL))
    others = [asyncio.create_task(hub.snapshots.of(ALL)) for _ in range(5)]
    await until(lambda: counted.asked["calls"] == 1)
    first.cancel()
    counted.lists.set()
    assert {(await other).covered for other in others} == {last}
    assert counted.asked["calls"] == len(OPEN)


async def test_while_the_store_is_away_one_of_them_asks(counted: Counted, hub: Hub) -> None:
    counted.away = True
    asking = [asyncio.create_task(hub.snapshots.of(ALL)) for _ in range(50)]
    for one in asking:
        with pytest.raises(StoreUnavailable):
            await one
    assert counted.asked["head"] <= 3
    counted.away = False
    assert (await hub.snapshots.of(ALL)).payload["calls"] == []


async def test_a_hub_that_closes_lets_go_of_who_waits(counted: Counted, hub: Hub) -> None:
    counted.lists.clear()
    waiting = asyncio.create_task(hub.snapshots.of(ALL))
    await until(lambda: counted.asked["calls"] == 1)
    await hub.close()
    with pytest.raises(StoreUnavailable):
        await waiting


async def test_a_place_that_has_left_the_ring_is_read_anew(store: CallStore, hub: Hub) -> None:
    last = await Teller(store, "CA-ring").tell()
    await until(lambda: hub.head == order(last))
    first = await hub.snapshots.of(ALL)
    assert await hub.snapshots.of(ALL) is first
    hub.floor = (hub.head[0], hub.head[1] + 1)
    assert await hub.snapshots.of(ALL) is not first
