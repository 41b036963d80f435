"""The event streams as their readers see them, over both stores: what comes first, what is heard of, when they end, and who is refused."""

import asyncio

import msgspec
import pytest

from api.errors import Problem
from api.gate import Seats
from api.streams import Streams
from storage.store import CallStore
from tests.api.feeds import Feed, Service, Teller, asked, reading, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def test_a_stream_begins_with_retry_connected_and_history(service: Service) -> None:
    teller = Teller(service.store, "CA-begins")
    last = [await teller.tell() for _ in range(3)][-1]
    async with reading(service.app, "/calls/CA-begins/events") as feed:
        connected, history = await feed.next(), await feed.next()
        assert feed.raw.startswith(b"retry: ")
        assert feed.status == 200
        assert feed.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert feed.headers[b"cache-control"] == b"no-store, no-transform"
        assert (connected.type, connected.id) == ("connected", "")
        assert (history.type, history.id) == ("history", last)
        assert history.payload["callSid"] == "CA-begins"
        assert history.payload["lastEventId"] == last
        assert [line["message"] for line in history.payload["history"]] == ["0", "1", "2"]
        assert set(history.event) == {"type", "payload", "timestamp", "source"}
        live = await teller.tell()
        told = await feed.next()
        assert (told.id, told.type, told.payload["n"]) == (live, "progress", 3)
        assert b"event:" not in feed.raw


async def test_a_call_not_yet_known_has_an_empty_history_and_then_its_events(service: Service) -> None:
    async with reading(service.app, "/calls/CA-unborn/events") as feed:
        history = await feed.next("history")
        assert history.payload["callSid"] == "CA-unborn"
        assert history.payload["history"] == []
        assert history.id == "0-0"
        await Teller(service.store, "CA-other").tell()
        teller = Teller(service.store, "CA-unborn")
        first = await teller.tell()
        assert (await feed.next()).id == first
    async with reading(service.app, "/calls/CA-unborn/events", last_event_id="0-0") as feed:
        assert (await feed.next("progress", "history")).id == first


async def test_all_calls_begin_with_the_open_ones_in_short(service: Service) -> None:
    tellers = [Teller(service.store, f"CA-open-{number}") for number in range(3)]
    for teller in tellers:
        last = await teller.tell()
    async with reading(service.app, "/events") as feed:
        history = await feed.next("history")
        assert {call["callSid"] for call in history.payload["calls"]} == {teller.sid for teller in tellers}
        assert history.payload["calls"][0]["progress"]["total"] == 6
        assert history.payload["calls"][0]["lastMessage"]["message"] == "0"
        assert history.payload["lastEventId"] == last
        ids = [await tellers[number % 3].tell() for number in range(6)]
        assert [(await feed.next()).id for _ in ids] == ids


async def test_a_supervisor_hears_what_concerns_them(service: Service) -> None:
    teller = Teller(service.store, "CA-agents")
    async with reading(service.app, "/agents/kim/events") as feed:
        await feed.next("history")
        await teller.tell("progress")
        await teller.tell("new_message", agentId="lee")
        wanted = [await teller.tell("transfer_request"), await teller.tell("new_message", agentId="kim")]
        assert [(await feed.next()).id for _ in wanted] == wanted


async def test_silence_is_broken_by_heartbeats(store: CallStore) -> None:
    service = Service(store, heartbeat_s=0.04)
    await service.hub.start()
    async with reading(service.app, "/events") as feed:
        await feed.next("history")
        for _ in range(3):
            beat = await feed.next()
            assert (beat.type, beat.id, beat.payload) == ("heartbeat", "", {})
        live = await Teller(store, "CA-beats").tell()
        assert (await feed.next("progress")).id == live
    await service.hub.close()


async def test_a_reader_that_stops_reading_is_caught_up_and_slows_nobody(store: CallStore) -> None:
    service = Service(store, queue=5, ring=50)
    await service.hub.start()
    teller = Teller(store, "CA-slow")
    async with reading(service.app, "/events") as slow, reading(service.app, "/events") as quick:
        await slow.next("history")
        await quick.next("history")
        slow.reads.clear()
        ids = []
        for _ in range(200):
            ids.append(await teller.tell())
            assert (await quick.next()).id == ids[-1]
        assert service.hub.figures()["queued"] <= 5
        slow.reads.set()
        assert [told.id for told in await slow.all_until(ids[-1])] == ids
    await service.hub.close()


async def test_a_viewer_sees_no_value_of_a_caller(service: Service) -> None:
    teller = Teller(service.store, "CA-masked")
    await teller.tell(value="Mary O'Neill")
    for path in ("/calls/CA-masked/events", "/events"):
        async with reading(service.app, path, role="viewer") as feed:
            history = await feed.next("history")
            assert history.payload["lastEventId"]
            last = await teller.tell(value="Mary O'Neill")
            told = await feed.next()
            assert (told.id, told.payload["slot"]) == (last, "name")
            assert told.payload["value"] == "•••"
            assert b"Mary" not in feed.raw
    async with reading(service.app, "/events", "0-0", role="viewer") as feed:
        await feed.all_until(teller.ids[-1])
        assert b"Mary" not in feed.raw


async def test_streams_end_when_the_service_stops_and_say_when_to_come_back(service: Service) -> None:
    async with reading(service.app, "/events") as feed, reading(service.app, "/calls/CA1/events") as other:
        await feed.next("history")
        await other.next("history")
        service.stop()
        for one in (feed, other):
            async with asyncio.timeout(PATIENCE_S):
                await one.ended.wait()
            assert len(one.retries) == 2
            assert 500 <= one.retries[-1] <= 5000
    async with reading(service.app, "/events") as late:
        async with asyncio.timeout(PATIENCE_S):
            await late.ended.wait()
        assert late.status == 200
        assert len(late.retries) == 1


async def test_whoever_has_too_many_streams_is_told_to_come_back_later(store: CallStore) -> None:
    service = Service(store, seats=Seats(2, 3))
    await service.hub.start()
    async with reading(service.app, "/events") as one, reading(service.app, "/agents/kim/events") as two:
        for feed in (one, two):
            await feed.next("history")
        async with reading(service.app, "/events", role="viewer") as other:
            await other.next("history")
            for role in ("supervisor", "viewer", "integration"):
                async with reading(service.app, "/events", role=role) as late:
                    async with asyncio.timeout(5):
                        await late.ended.wait()
                    assert late.status == 200
                    assert late.raw.startswith(b"retry: ")
                    assert 5_000 <= late.retries[0] <= 15_000
        two.leave()
        await until(lambda: service.hub.figures()["readers"] == 1)
        async with reading(service.app, "/events") as again:
            await again.next("history")
    await service.hub.close()


async def test_a_reader_that_leaves_is_forgotten(service: Service) -> None:
    async with reading(service.app, "/events") as feed:
        await feed.next("history")
        assert service.hub.figures()["readers"] == 1
        feed.leave()
        await until(lambda: service.hub.figures()["readers"] == 0)


async def test_the_health_of_a_stream(service: Service) -> None:
    last = await Teller(service.store, "CA-health").tell()
    async with reading(service.app, "/calls/CA-health/events") as feed:
        await feed.next("history")
        sent: list[bytes] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message.get("body", b""))  # type: ignore[arg-type]

        await service.app(asked("/calls/CA-health/events/health"), feed.receive, send)  # type: ignore[arg-type]
    found = msgspec.json.decode(b"".join(sent))
    assert (found["callSid"], found["readers"], found["queues"], found["queueLimit"], found["lastId"]) == ("CA-health", 1, [0], 100, last)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/events", True),
        ("/calls/CA1/events", True),
        ("/agents/kim/events", True),
        ("/calls/CA1/events/health", True),
        ("/calls/CA1", False),
        ("/calls/CA1/events/other", False),
        ("/", False),
        ("/calls//events", False),
    ],
)
async def test_which_requests_are_for_streams(path: str, wanted: bool) -> None:
    assert Streams.wants(asked(path)) is wanted


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/calls//events", "GET", "not_found"),
        (f"/calls/{'x' * 300}/events", "GET", "call_not_found"),
        ("/calls/%00/events", "GET", "not_found"),
        ("/calls/a%2Fb/events", "GET", "not_found"),
        ("/agents/%20/events", "GET", "not_found"),
        ("/events", "POST", "not_found"),
    ],
)
async def test_odd_requests_are_refused(service: Service, path: str, method: str, code: str) -> None:
    feed = Feed()
    with pytest.raises(Problem, match=code):
        await service.app(asked(path, method), feed.receive, feed.send)
