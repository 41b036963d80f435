"""Streams of one business: each event of its own once and in order, on whichever process, and nothing of another's."""

import asyncio
import json
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest
import redis

from api.channels import Channels
from api.fan_out import FanOut
from api.frames import Frame, Topic
from api.hub import Hub
from api.reader import Reader
from api.readership import Readership
from storage.memory_store import MemoryStore
from storage.store import CallStore, Entry
from tests.api.feeds import Feed, Service, Teller, Told, reading, until
from tests.conftest import Shelf
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
ACME, BEIJING = "acme", "beijing"
PATHS = ("/events", "/agents/kim/events", "/calls/CA-acme-0/events", "/calls/CA-beijing-0/events")


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf.of(request)


class Street:
    """Calls of two businesses that tell events in turns, drawn at random but the same each time; and what each stream has to tell of them."""

    def __init__(self, store: CallStore) -> None:
        self.tellers = [Teller(store, f"CA-{business}-{number}", business) for number in range(2) for business in (ACME, BEIJING)]
        self.told: list[tuple[str, Teller, bool]] = []
        self._dice = random.Random(8)

    async def tell(self, count: int) -> None:
        for _ in range(count):
            teller, for_kim = self._dice.choice(self.tellers), self._dice.random() < 0.3
            self.told.append((await teller.tell("status_change" if for_kim else "progress"), teller, for_kim))

    async def end(self) -> dict[str, str]:
        """One more event of each call, each of which every stream about it has; the newest by business."""
        for teller in self.tellers:
            self.told.append((await teller.tell("status_change"), teller, True))
        return {teller.business: ids for ids, teller, _ in self.told}

    def wanted(self, path: str, business: str, after: str = "") -> list[str]:
        """The ids that a stream has to tell, after one."""
        found = [
            id_
            for id_, teller, for_kim in self.told
            if business in ("", teller.business) and (for_kim or not path.startswith("/agents")) and (teller.sid in path or "/calls" not in path)
        ]
        return found[found.index(after) + 1 :] if after in found else found


async def services(shelf: Shelf, count: int, **given: Any) -> list[Service]:
    first = await shelf.open()
    stores = [first, *[first if shelf.memory else await shelf.open() for _ in range(count - 1)]]
    made = [Service(store, **given) for store in stores]
    for one in made:
        await one.hub.start()
    return made


async def close(made: list[Service]) -> None:
    for one in made:
        await one.hub.close()
        await one.store.close()


async def ids_until(feed: Feed, last: str) -> list[str]:
    return [one.id for one in await feed.all_until(last)]


@pytest.mark.parametrize("given", [{}, {"ring": 4}, {"queue": 2}], ids=["quick", "from the store", "slow"])
async def test_each_stream_has_its_own_events_once_and_in_order(shelf: Shelf, given: dict[str, Any]) -> None:
    made = await services(shelf, 2, **given)
    street = Street(made[0].store)
    await street.tell(12)
    readers = [(path, business) for path in PATHS for business in ("", ACME, BEIJING) if business in path or "/calls" not in path]
    async with AsyncExitStack() as stack:
        feeds = [
            await stack.enter_async_context(reading(made[number % 2].app, path, business=business)) for number, (path, business) in enumerate(readers)
        ]
        starts = [(await feed.next("history")).id for feed in feeds]
        await street.tell(60)
        newest = await street.end()
        for (path, business), feed, start in zip(readers, feeds, starts, strict=True):
            known = [id_ for id_, _, _ in street.told]
            last = next(id_ for id_ in reversed(known) if id_ in street.wanted(path, business))
            wanted = [id_ for id_ in street.wanted(path, business) if known.index(id_) > known.index(start)]
            assert await ids_until(feed, last) == wanted, (path, business)
    assert newest.keys() == {ACME, BEIJING}
    await close(made)


async def test_resuming_loses_and_doubles_nothing_on_any_process(shelf: Shelf) -> None:
    """Cut after any event, and come back elsewhere; also behind an event of the other business, which was never told here."""
    made = await services(shelf, 2, ring=6)
    street = Street(made[0].store)
    await street.tell(30)
    newest = await street.end()
    everything = [id_ for id_, _, _ in street.told]
    for path in ("/events", "/agents/kim/events"):
        for business in (ACME, BEIJING):
            for number, place in enumerate(everything[:-4:3]):
                async with reading(made[number % 2].app, path, place, business=business) as feed:
                    wanted = [id_ for id_ in street.wanted(path, business) if everything.index(id_) > everything.index(place)]
                    assert await ids_until(feed, newest[business]) == wanted, (path, business, place)
    await close(made)


async def test_a_reader_who_is_cut_again_and_again_gets_each_event_once(shelf: Shelf) -> None:
    made = await services(shelf, 2, ring=6)
    street = Street(made[0].store)
    await street.tell(4)
    async with reading(made[0].app, "/events", business=BEIJING) as feed:
        place = begun = (await feed.next("history")).id
    found: list[str] = []
    for number in range(6):
        await street.tell(8)
        last = street.wanted("/events", BEIJING)[-1]
        async with reading(made[number % 2].app, "/events", place, business=BEIJING) as feed:
            found += await ids_until(feed, last) if last not in found else []
        place = found[-1] if found else place
    everything = [id_ for id_, _, _ in street.told]
    assert found == [id_ for id_ in street.wanted("/events", BEIJING) if everything.index(id_) > everything.index(begun)]
    await close(made)


async def test_a_stream_begins_with_the_open_calls_of_its_business(shelf: Shelf) -> None:
    made = await services(shelf, 1)
    street = Street(made[0].store)
    await street.end()
    for path in PATHS[:2]:
        for business, wanted in (("", 4), (ACME, 2), (BEIJING, 2)):
            async with reading(made[0].app, path, business=business) as feed:
                calls = (await feed.next("history")).payload["calls"]
                assert len(calls) == wanted
                assert all(business in call["callSid"] for call in calls)
    other = {Topic("all", "", business): await made[0].hub.snapshots.of(Topic("all", "", business)) for business in (ACME, BEIJING)}
    assert all(all(topic.business in sid for sid in found.sids) for topic, found in other.items())
    await close(made)


async def test_that_a_call_was_erased_is_told_to_its_business_also_later(shelf: Shelf) -> None:
    made = await services(shelf, 1)
    store, hub = made[0].store, made[0].hub
    street = Street(store)
    newest = await street.end()
    async with reading(made[0].app, "/events", business=ACME) as ours, reading(made[0].app, "/events", business=BEIJING) as theirs:
        for feed in (ours, theirs):
            await feed.next("history")
        (told,) = await store.erase("CA-acme-0")
        hub.publish((told,))
        assert (await ours.next()).payload == {"callSid": "CA-acme-0", "status": "erased"}
        last = await street.tellers[1].tell()
        assert (await theirs.next()).id == last
    async with reading(made[0].app, "/events", newest[ACME], business=ACME) as feed:
        assert (await feed.next("status_change")).id == told.id
    async with reading(made[0].app, "/events", newest[ACME], business=BEIJING) as feed:
        assert await ids_until(feed, last) == [newest[BEIJING], last]
    await close(made)


async def test_what_other_programs_publish_reaches_the_business_it_is_about(shelf: Shelf) -> None:
    if not shelf.url:
        return  # in memory there are no channels
    made = await services(shelf, 1)
    store = made[0].store
    street = Street(store)
    await street.end()
    channels = Channels(store, lambda name: {"sue": ACME, "li": BEIJING}.get(name, ""))
    listening = asyncio.create_task(channels.listen())
    with redis.Redis.from_url(shelf.url) as client:
        await until(lambda: any(int(one["psub"]) == 3 for one in client.client_list()))
        async with AsyncExitStack() as stack:
            feeds = {one: await stack.enter_async_context(reading(made[0].app, "/events", business=one)) for one in ("", ACME, BEIJING)}
            agents = [await stack.enter_async_context(reading(made[0].app, "/agents/sue/events", business=one)) for one in (ACME, BEIJING)]
            for feed in (*feeds.values(), *agents):
                await feed.next("history")
            for channel, payload in (
                ("session:CA-acme-0", {}),
                ("session:CA-beijing-1", {}),
                ("session:CA-nobody", {}),
                ("broadcast", {}),
                ("broadcast", {"callSid": "CA-acme-1"}),
                ("agent:sue", {}),
                ("agent:sue", {"callSid": "CA-beijing-0"}),
                ("agent:li", {}),
                ("agent:kim", {}),
            ):
                client.publish(f"sse:{channel}", json.dumps({"type": "tool_result", "payload": {**payload, "by": channel}}))
            told = [await feeds[""].next("tool_result") for _ in range(9)]
            last = {teller.business: await teller.tell("status_change") for teller in street.tellers[:2]}
            found = {one: _by(await feeds[one].all_until(last[one])) for one in (ACME, BEIJING)}
            assert len(_by(told)) == 9, "whoever is bound to none hears of everything"
            assert found == {
                ACME: ["session:CA-acme-0", "broadcast", "agent:sue"],
                BEIJING: ["session:CA-beijing-1", "agent:sue", "agent:li"],
            }
            for feed, business, wanted in zip(agents, (ACME, BEIJING), (["broadcast", "agent:sue"], ["agent:sue"]), strict=True):
                assert _by(await feed.all_until(last[business])) == wanted
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await close(made)


def _by(told: list[Told]) -> list[str]:
    return [str(one.payload["by"]) for one in told if "by" in one.payload]


async def test_what_is_told_aside_is_told_to_the_business_alone(service: Service) -> None:
    async with AsyncExitStack() as stack:
        readers = [(path, business) for path in ("/events", "/calls/CA1/events") for business in ("", ACME, BEIJING)]
        feeds = {one: await stack.enter_async_context(reading(service.app, one[0], business=one[1])) for one in readers}
        for feed in feeds.values():
            await feed.next("history")
        line = {"type": "new_message", "payload": {"callSid": "CA1"}, "timestamp": 1.0, "source": "agent"}
        for number, business in enumerate((BEIJING, ACME, "", BEIJING)):
            service.hub.tell_aside("CA1", [json.dumps({**line, "timestamp": number}).encode()], business)
        for (_, business), feed in feeds.items():
            wanted = [number for number, one in enumerate((BEIJING, ACME, "", BEIJING)) if business in ("", one)]
            assert [(await feed.next()).event["timestamp"] for _ in wanted] == wanted


async def test_readers_are_counted_by_their_business(shelf: Shelf) -> None:
    made = await services(shelf, 1)
    elsewhere = Readership(made[0].hub)
    async with reading(made[0].app, "/calls/CA1/events"), reading(made[0].app, "/calls/CA1/events", business=ACME) as feed:
        await feed.next("history")
        async with asyncio.timeout(PATIENCE_S):
            while len(await elsewhere.elsewhere("CA1", ("", ACME, BEIJING))) < 2:  # noqa: ASYNC110 - said every second
                await asyncio.sleep(0.05)
        assert [len(await elsewhere.elsewhere("CA1", (one,))) for one in ("", ACME, BEIJING)] == [1, 1, 0]
    await close(made)


def test_whoever_is_bound_to_none_pays_nothing() -> None:
    """Without a bound reader no further topic is looked for; and an event without a business is for none of them."""
    found = FanOut()
    frame = Frame((7, 0), Entry(id="7-0", sid="CA1", data=b"{}", business=ACME))
    assert list(found._concerned(frame)) == [Topic("all"), Topic("call", "CA1")]
    reader = Reader(Hub(MemoryStore()), Topic("call", "CA1", ACME))
    found.join(reader)
    assert list(found._concerned(frame)) == [Topic("all"), Topic("call", "CA1"), Topic("all", "", ACME), Topic("call", "CA1", ACME)]
    nobodys = Frame((8, 0), Entry(id="8-0", sid="CA1", data=b"{}"))
    assert list(found._concerned(nobodys)) == [Topic("all"), Topic("call", "CA1")]
    assert not any(Topic(kind, "CA1", ACME).concerns(nobodys) for kind in ("all", "call", "agent"))
    found.leave(reader)
    assert list(found._concerned(frame)) == [Topic("all"), Topic("call", "CA1")]
