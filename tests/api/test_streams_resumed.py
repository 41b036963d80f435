"""Streams resumed after a cut: nothing is missing and nothing comes twice; what cannot be resumed is told, and begins anew."""

import pytest
import redis

from api.frames import order
from storage.store import CallStore
from tests.api.feeds import Service, Teller, reading, until
from tests.conftest import Shelf

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("by", ["header", "query", "both"])
async def test_resumed_after_an_id_there_is_no_history_and_nothing_missing(service: Service, by: str) -> None:
    teller = Teller(service.store, "CA-resumes")
    ids = [await teller.tell() for _ in range(10)]
    header = ids[3] if by in ("header", "both") else ""
    query = {"header": "", "query": f"lastEventId={ids[3]}", "both": f"lastEventId={ids[0]}"}[by]
    async with reading(service.app, "/calls/CA-resumes/events", header, query) as feed:
        assert (await feed.next()).type == "connected"
        assert [told.id for told in await feed.all_until(ids[-1])] == ids[4:]
        live = await teller.tell()
        assert (await feed.next()).id == live


async def test_cut_at_every_place_on_two_services_all_events_come_once_and_in_order(store: CallStore) -> None:
    services = [Service(store, queue=4, ring=16), Service(store, queue=4, ring=16)]
    for service in services:
        await service.hub.start()
    teller = Teller(store, "CA-cut")
    ids = [await teller.tell() for _ in range(100)]
    for at in range(100):
        last = await teller.tell()
        ids.append(last)
        async with reading(services[at % 2].app, ("/calls/CA-cut/events", "/events")[at % 3 == 0], ids[at]) as feed:
            assert (await feed.next()).type == "connected"
            assert [told.id for told in await feed.all_until(last)] == ids[at + 1 :]
    for service in services:
        await service.hub.close()


@pytest.mark.parametrize(("last_event_id", "reason"), [("nonsense", "malformed"), ("99999999999999-7", "unknown")])
@pytest.mark.parametrize("path", ["/calls/CA-reset/events", "/events", "/agents/kim/events"])
async def test_what_cannot_be_resumed_is_told_and_begins_anew(service: Service, path: str, last_event_id: str, reason: str) -> None:
    teller = Teller(service.store, "CA-reset")
    await teller.tell()
    async with reading(service.app, path, last_event_id) as feed:
        told = [await feed.next() for _ in range(3)]
        assert [one.type for one in told] == ["connected", "reset", "history"]
        assert told[1].payload["reason"] == reason
        assert told[1].id == ""
        live = await teller.tell("status_change")
        assert (await feed.next()).id == live


@pytest.mark.parametrize("path", ["/calls/CA-ancient/events", "/events", "/agents/kim/events"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_an_id_from_before_the_log_is_gone(service: Service, path: str, restarted: bool) -> None:
    teller = Teller(service.store, "CA-ancient")
    await teller.tell("status_change")
    now = Service(service.store) if restarted else service
    if restarted:
        await now.hub.start()
    await until(lambda: now.hub.head == order(teller.ids[-1]))
    async with reading(now.app, path, "7-0") as feed:
        told = [await feed.next() for _ in range(3)]
        assert [one.type for one in told] == ["connected", "reset", "history"]
        assert told[1].payload == {"reason": "trimmed"}
        assert told[2].id == teller.ids[0]
    async with reading(now.app, path, "0") as feed:
        assert [(await feed.next()).id for _ in range(2)] == ["", teller.ids[0]], "0 asks for all there is"
    if restarted:
        await now.hub.close()


async def test_a_call_that_is_gone_cannot_be_resumed(service: Service) -> None:
    teller = Teller(service.store, "CA-gone")
    first = await teller.tell()
    await service.store.erase("CA-gone")
    elsewhere = Service(service.store)
    await Teller(service.store, "CA-later").tell()
    await elsewhere.hub.start()
    async with reading(elsewhere.app, "/calls/CA-gone/events", first) as feed:
        told = [await feed.next() for _ in range(3)]
        assert [one.type for one in told] == ["connected", "reset", "history"]
        assert told[2].payload["history"] == []
    await elsewhere.hub.close()


async def test_an_emptied_redis_is_told_to_every_reader(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    service = Service(store)
    await service.hub.start()
    teller = Teller(store, "CA-emptied")
    async with reading(service.app, "/events") as every, reading(service.app, "/calls/CA-emptied/events") as one:
        last = await teller.tell()
        await every.all_until(last)
        await one.all_until(last)
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()
        again = Teller(store, "CA-after")
        await again.tell()
        for feed in (every, one):
            reset = await feed.next()
            assert reset.type == "reset"
            assert reset.payload["reason"]
            assert (await feed.next()).type == "history"
        live = await again.tell()
        assert (await every.next()).id == live
    await service.hub.close()
    await store.close()
