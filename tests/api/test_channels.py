"""What other programs publish in Redis: taken in once, whoever hears it, and given to readers with an id; and what we publish ourselves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis

from api.channels import LARGEST, Channels, taken_in
from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore, Published
from tests.api.feeds import Service, Teller, Told, reading, until
from tests.conftest import Shelf

pytestmark = pytest.mark.anyio
TOLD = {"type": "tool_result", "payload": {"tool": "crm", "status": "done"}, "timestamp": 1772413200.5, "source": "crm"}


@pytest.fixture(params=["redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(request.getfixturevalue(f"{request.param}_url"))


class Worker:
    """A process, as far as it listens and streams."""

    def __init__(self, store: CallStore) -> None:
        self.store = store
        self.service = Service(store)
        self.channels = Channels(store)
        self.listening = asyncio.create_task(self.channels.listen())


@asynccontextmanager
async def workers(shelf: Shelf, count: int = 3) -> AsyncIterator[tuple[list[Worker], Any]]:
    """Processes that hear the channels, and a client of somebody else's."""
    with redis.Redis.from_url(shelf.url) as client:
        made = [Worker(await shelf.open()) for _ in range(count)]
        for one in made:
            await one.service.hub.start()
        await until(lambda: listeners(client) == count)
        yield made, client
        for one in made:
            one.listening.cancel()
            await asyncio.gather(one.listening, return_exceptions=True)
            await one.service.hub.close()
            await one.store.close()
        await until(lambda: listeners(client) == 0)


def listeners(client: Any) -> int:
    return sum(int(one["psub"]) == 3 for one in client.client_list())


def publish(client: Any, channel: str, envelope: Any) -> None:
    client.publish(f"sse:{channel}", envelope if isinstance(envelope, bytes) else json.dumps(envelope))


async def test_an_event_of_another_program_reaches_every_reader_once_with_an_id(shelf: Shelf) -> None:
    async with workers(shelf) as (found, client):
        one, two, _ = found
        await Teller(one.store, "CA1").tell()
        async with (
            reading(one.service.app, "/calls/CA1/events") as here,
            reading(two.service.app, "/calls/CA1/events") as there,
            reading(two.service.app, "/events") as everything,
        ):
            feeds = (here, there, everything)
            for feed in feeds:
                await feed.next("history")
            for number in range(20):
                publish(client, "session:CA1", {**TOLD, "payload": {**TOLD["payload"], "n": number}})  # type: ignore[dict-item]
            told = [[await feed.next("tool_result") for _ in range(20)] for feed in feeds]
            last = await Teller(two.store, "CA-last").tell()
            assert (await everything.next()).id == last, "nothing comes twice"
        assert [[one.payload["n"] for one in of_feed] for of_feed in told] == [[*range(20)]] * 3
        assert len({tuple(one.id for one in of_feed) for of_feed in told}) == 1
        assert told[0][0].event == {**TOLD, "payload": {**TOLD["payload"], "n": 0, "callSid": "CA1"}}  # type: ignore[dict-item]
        assert sum(one.channels.taken for one in found) == 20
        kept = (await one.store.events("CA1", "0", 100)).entries
        assert [entry.id for entry in kept[1:]] == [one.id for one in told[0]], "and they are replayed"


async def test_the_same_words_twice_are_two_events(shelf: Shelf) -> None:
    async with workers(shelf) as (found, client):
        publish(client, "session:CA1", TOLD)
        await until(lambda: sum(one.channels.taken for one in found) == 1)
        publish(client, "session:CA1", TOLD)
        await until(lambda: sum(one.channels.taken for one in found) == 2)
        assert len((await found[0].store.events("", "0")).entries) == 2


async def test_supervisors_hear_what_is_for_them_and_what_is_for_all(shelf: Shelf) -> None:
    async with (
        workers(shelf, 2) as ((one, two), client),
        reading(one.service.app, "/agents/ann/events") as ann,
        reading(two.service.app, "/agents/ben/events") as ben,
    ):
        for feed in (ann, ben):
            await feed.next("history")
        publish(client, "agent:ann", TOLD)
        publish(client, "broadcast", {**TOLD, "source": "all"})
        got: list[Told] = [await ann.next(), await ann.next(), await ben.next()]
        assert [told.event["source"] for told in got] == ["crm", "all", "all"]
        assert all(told.id for told in got)


async def test_an_unknown_call_is_not_made_and_an_unfit_envelope_is_counted(shelf: Shelf) -> None:
    async with workers(shelf, 2) as (found, client):
        publish(client, "session:CA-unknown", {"type": "progress", "payload": {"note": 1}})
        for bad in (b"no json", {**TOLD, "type": "odd"}, {**TOLD, "payload": []}):
            publish(client, "session:CA-unknown", bad)
        await until(lambda: [one.channels.refused for one in found] == [3, 3])
        store = found[0].store
        await until(lambda: sum(one.channels.taken for one in found) == 1)
        (entry,) = (await store.events("", "0")).entries
        assert entry.sid == "CA-unknown"
        assert (await store.open("CA-unknown")).call is None
        assert await store.document("CA-unknown") is None
        assert json.loads(entry.data)["source"] == "external"


async def test_what_is_ours_is_not_taken_in_and_tells_its_id_where_it_belongs(shelf: Shelf) -> None:
    async with workers(shelf, 2) as (found, client):
        outside = client.pubsub(ignore_subscribe_messages=True)
        outside.psubscribe("sse:*")
        outside.get_message(timeout=0.2)
        teller = Teller(found[0].store, "CA1")
        ids = [await teller.tell(), await teller.tell("client_updated", agentId="ann"), await teller.tell("transfer_request", agentId="ann")]
        (erased,) = await found[0].store.erase("CA1")
        heard = []
        while len(heard) < 8:
            if message := outside.get_message(timeout=0.2):
                heard.append((message["channel"].decode().removeprefix("sse:"), json.loads(message["data"])["id"]))
        assert heard == [
            ("session:CA1", ids[0]),
            *((channel, ids[1]) for channel in ("session:CA1", "agent:ann")),
            *((channel, ids[2]) for channel in ("session:CA1", "agent:ann", "broadcast")),
            *((channel, erased.id) for channel in ("session:CA1", "broadcast")),
        ]
        publish(client, "session:CA-end", TOLD)
        await until(lambda: sum(one.channels.taken for one in found) == 1)
        assert [one.channels.refused for one in found] == [0, 0]
        assert len((await found[0].store.events("", "0")).entries) == 2, "that, and the erasure"
        outside.close()


async def test_without_channels_nothing_is_published_and_nothing_heard(redis_url: str) -> None:
    store = await connect(redis_url, channel_prefix=None, ttl=Ttl())
    with redis.Redis.from_url(redis_url) as client, client.pubsub(ignore_subscribe_messages=True) as outside:
        outside.psubscribe("*")
        outside.get_message(timeout=0.2)
        await Channels(store).listen()
        await Teller(store, "CA1").tell("status_change")
        client.publish("end", "")
        while (message := outside.get_message(timeout=0.2)) is None:
            pass
        assert message["channel"] == b"end"
    await store.close()


NESTED: Any = []
for _ in range(200):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    "envelope",
    [
        [],
        "text",
        {},
        {**TOLD, "type": None},
        {**TOLD, "type": ["progress"]},
        {**TOLD, "type": "history"},
        {**TOLD, "type": "reset"},
        {**TOLD, "payload": {"callSid": "CA2"}},
        {**TOLD, "payload": {"callSid": 5}},
        {**TOLD, "payload": {"deep": NESTED}},
        {**TOLD, "timestamp": "now"},
        {**TOLD, "timestamp": True},
        {**TOLD, "timestamp": float("nan")},
        {**TOLD, "source": 1},
        {**TOLD, "source": "x" * 65},
        {"type": "status_change", "payload": {"status": "erased", "name": "Mary"}},
        {**TOLD, "payload": {"inner": {"status": "erased"}, "name": "Mary"}},
        {**TOLD, "payload": {"long": "x" * LARGEST}},
    ],
)
def test_what_does_not_fit(envelope: Any) -> None:
    assert taken_in(Published(kind="session", name="CA1", data=json.dumps(envelope).encode()), 1.0) is None


@pytest.mark.parametrize("name", ["", "has space", "a/b", "x" * 300])
@pytest.mark.parametrize("kind", ["session", "agent"])
def test_a_channel_that_names_nobody(kind: str, name: str) -> None:
    assert taken_in(Published(kind=kind, name=name, data=json.dumps(TOLD).encode()), 1.0) is None


def test_what_is_left_out_and_what_is_filled_in() -> None:
    found = taken_in(Published(kind="broadcast", name="", data=b'{"id":"7","type":"progress","payload":{"callSid":"CA1"},"channel":"x"}'), 12.0)
    assert found is not None
    kept = {"type": "progress", "payload": {"callSid": "CA1"}, "timestamp": 12.0, "source": "external", "channel": "broadcast"}
    assert (found[0], json.loads(found[1])) == ("CA1", kept)
