"""The event streams as their readers see them, over both stores: what comes first, what comes after a cut, what comes when nothing can."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
import redis

from api import business_files
from api.errors import Problem
from api.frames import Topic, order
from api.gate import Drain, Seats
from api.hub import Hub
from api.masking import Masking
from api.snapshot import snapshot
from api.streams import Streams
from storage.errors import StoreUnavailable
from storage.store import CallStore, Listed
from tests.api.feeds import Feed, Teller, asked, reading, until
from tests.conftest import Shelf
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
ONE = Topic("call", "CA-fits")


class Service:
    """The part of a service that streams: one hub and its ASGI application."""

    def __init__(self, store: CallStore, heartbeat_s: float = 30.0, queue: int = 100, ring: int = 1000, seats: Seats | None = None) -> None:
        self.store = store
        self.hub = Hub(store, heartbeat_s=heartbeat_s, queue=queue, ring=ring)
        self.drain = Drain()
        self.app = Streams(self.hub, self.drain, Masking(business_files.load(None)), seats or Seats(1000, 1000))

    def stop(self) -> None:
        self.drain.begun = True
        self.drain.tell()


@pytest.fixture
async def service(store: CallStore) -> AsyncIterator[Service]:
    made = Service(store)
    await made.hub.start()
    yield made
    await made.hub.close()


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


class Away:
    """A store that cannot be reached until it is told so."""

    def __init__(self, store: CallStore) -> None:
        self._store = store
        self.back = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("away")

        return getattr(self._store, name) if self.back.is_set() else fail


async def test_a_stream_opened_while_the_store_is_away_waits_for_it(store: CallStore) -> None:
    away = Away(store)
    service = Service(away, heartbeat_s=0.04)  # type: ignore[arg-type]
    await service.hub.start()
    teller = Teller(store, "CA-away")
    last = await teller.tell()
    async with reading(service.app, "/calls/CA-away/events") as fresh, reading(service.app, "/events", "0-0") as resumed:
        for feed in (fresh, resumed):
            assert [(await feed.next()).type for _ in range(3)] == ["connected", "heartbeat", "heartbeat"]
        away.back.set()
        assert (await fresh.next("history")).id == last
        assert (await resumed.next("progress")).id == last
    await service.hub.close()


async def test_the_history_and_the_events_after_it_fit(store: CallStore) -> None:
    """Turns that come in while the snapshot is read are either in it or after it, never both, never neither."""
    teller = Teller(store, "CA-fits")
    await teller.tell()

    class Interrupted:
        """The call goes on between any two reads of the snapshot, a few times."""

        left = 3

        async def head(self, sid: str = "") -> str:
            return await store.head(sid)

        async def document(self, sid: str) -> bytes | None:
            found = await store.document(sid)
            if self.left:
                self.left -= 1
                await teller.tell()
            return found

    payload, covered = await snapshot(Interrupted(), ONE)  # type: ignore[arg-type]
    told = [line["message"] for line in payload["history"]]
    assert told == ["0", "1", "2", "3"]
    assert covered == teller.ids[3]


async def test_a_snapshot_that_is_always_interrupted_misses_nothing(store: CallStore) -> None:
    teller = Teller(store, "CA-fits")
    await teller.tell()

    class Interrupted:
        async def head(self, sid: str = "") -> str:
            return await store.head(sid)

        async def document(self, sid: str) -> bytes | None:
            found = await store.document(sid)
            await teller.tell()
            return found

    payload, covered = await snapshot(Interrupted(), ONE)  # type: ignore[arg-type]
    told = len(payload["history"])
    assert teller.ids.index(covered) == told - 1, "what is in the record and what comes after it meet"


async def test_a_turn_right_after_the_snapshot_was_read_is_told(store: CallStore) -> None:
    teller = Teller(store, "CA-right-after")
    await teller.tell()

    class Interrupted:
        reads = 0

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        async def head(self, sid: str = "") -> str:
            found = await store.head(sid)
            self.reads += bool(sid)
            if self.reads == 2:
                last = await teller.tell()
                await until(lambda: service.hub.head == order(last))
            return found

    service = Service(Interrupted())  # type: ignore[arg-type]
    await service.hub.start()
    async with reading(service.app, "/calls/CA-right-after/events") as feed:
        assert (await feed.next("history")).id == teller.ids[0]
        assert (await feed.next()).id == teller.ids[1]
    await service.hub.close()


async def test_a_document_nobody_can_read_is_an_empty_history(shelf: Shelf) -> None:
    store = await shelf.open()
    await shelf.put_document("CA-odd", b"\xff not json")
    payload, covered = await snapshot(store, Topic("call", "CA-odd"))
    assert (payload["callSid"], payload["history"], covered) == ("CA-odd", [], "0-0")
    await store.close()


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


async def test_the_open_calls_in_short_survive_a_strange_document() -> None:
    class Strange:
        async def head(self, sid: str = "") -> str:
            return "0-0"

        async def calls(self, status: str = "", before: str = "", count: int = 50) -> Sequence[Listed]:
            return [Listed(sid="CA1", status=status, document={"history": "gone", "createdAt": None})]

    payload, _ = await snapshot(Strange(), Topic("all"))  # type: ignore[arg-type]
    assert [call["lastMessage"] for call in payload["calls"]] == [None, None, None]
