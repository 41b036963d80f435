"""The event streams of real processes: two workers, readers that are cut and come back, a Redis that dies, a service that is told to stop."""

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api.frames import Topic
from api.hub import Hub
from api.reader import Reader
from api.terminal.client import Parser
from storage.connect import connect
from storage.errors import StoreError
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.feeds import Teller
from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S, until

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def two_workers(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("streams"), "--workers", "2", REDIS_URL=redis_server.url) as running:
        yield running


@asynccontextmanager
async def store_of(server: RedisServer) -> AsyncIterator[CallStore]:
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    try:
        yield store
    finally:
        await store.close()


async def read(http: httpx.AsyncClient, path: str, parser: Parser, ids: list[str], blocks: int, last: str = "never") -> None:
    """Read a stream from where the parser stands, on a connection of its own, until so many blocks or the id `last`; then cut it."""
    headers = {"Last-Event-ID": parser.last_id} if parser.last_id else {}
    parser.begin()
    async with asyncio.timeout(PATIENCE_S), http.stream("GET", path, headers={**headers, "Connection": "close"}) as response:
        assert response.status_code == 200
        async for chunk in response.aiter_raw():
            for data in parser.feed(chunk):
                if b'"type":"history"' not in data and b'"type":"connected"' not in data:
                    assert b'"type":"progress"' in data, data
                    ids.append(parser.last_id)
                blocks -= 1
                if blocks == 0 or parser.last_id == last:
                    return


def pids(running: Running) -> list[int]:
    until(lambda: len(_started(running)) == 2)
    return _started(running)


def _started(running: Running) -> list[int]:
    return [event["pid"] for event in running.events if event["event"] == "started"]


@pytest.mark.parametrize("path", ["/calls/CA-live/events", "/events", "/api/events"])
async def test_cut_at_100_random_places_over_two_workers(two_workers: Running, redis_server: RedisServer, path: str) -> None:
    chance = random.Random(path)
    workers = pids(two_workers)
    async with store_of(redis_server) as store:
        teller = Teller(store, "CA-live")
        await store.erase(teller.sid)
        await teller.tell()
        enough = asyncio.Event()

        async def tell() -> None:
            while not enough.is_set():
                await teller.tell()
                await asyncio.sleep(chance.random() * 0.01)

        async with httpx.AsyncClient(base_url=two_workers.url, trust_env=False, timeout=PATIENCE_S) as http:
            parser = Parser()
            ids: list[str] = []
            await read(http, path, parser, ids, 2)
            begun = teller.ids.index(parser.last_id)
            telling = asyncio.create_task(tell())
            for at in range(100):
                if at % 10 == 0:  # the other worker has to take it from here
                    still, other = workers[at // 10 % 2], workers[(at // 10 + 1) % 2]
                    os.kill(other, signal.SIGCONT)
                    os.kill(still, signal.SIGSTOP)
                await read(http, path, parser, ids, chance.randrange(1, 8))
            os.kill(still, signal.SIGCONT)
            enough.set()
            await telling
            if parser.last_id != teller.ids[-1]:
                await read(http, path, parser, ids, -1, teller.ids[-1])
        assert ids == teller.ids[begun + 1 :]
        assert len(ids) > 100


def decoded(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    parser = Parser()
    for chunk in chunks:
        for data in parser.feed(chunk):
            yield msgspec.json.decode(data)


@contextmanager
def streams_on_both(running: Running, path: str, each: int) -> Iterator[list[Iterator[dict[str, Any]]]]:
    """The events of so many streams on each of two workers; while one stands still, the other takes every connection."""
    one, two = pids(running)
    feeds = []
    with ExitStack() as stack:
        for still, other in ((one, two), (two, one)):
            os.kill(still, signal.SIGSTOP)
            try:
                for _ in range(each):
                    http = stack.enter_context(httpx.Client(base_url=running.url, trust_env=False, timeout=PATIENCE_S))
                    feed = decoded(stack.enter_context(http.stream("GET", path)).iter_raw())
                    assert [next(feed)["type"], next(feed)["type"]] == ["connected", "history"]
                    feeds.append(feed)
                    with httpx.Client(base_url=running.url, trust_env=False, timeout=PATIENCE_S) as http:
                        assert http.get("/calls/any/events/health").json()["pid"] == other
            finally:
                os.kill(still, signal.SIGCONT)
        yield feeds


def test_every_reader_on_both_workers_sees_a_real_call_alike_and_in_order(two_workers: Running) -> None:
    """Turns over HTTP, taken by whichever worker; readers on either; the record at the end says what the events said."""
    sid = "CA-real"
    turns = ["", "it's Mary O'Neill", "two oh two five five five oh one four three", "yes"]
    with streams_on_both(two_workers, f"/calls/{sid}/events", 4) as feeds:
        for number, said in enumerate(turns):
            with httpx.Client(base_url=two_workers.url, trust_env=False, timeout=PATIENCE_S) as http:
                body = {"callSid": sid, "turnId": str(number), "customerMessage": {"message": said}}
                answer = http.post("/ai/conversation", json=body).json()
        told: list[list[dict[str, Any]]] = []
        for feed in feeds:
            told.append([next(feed)])
            while (told[-1][-1]["type"], told[-1][-1]["payload"].get("message")) != ("new_message", answer["aiResponse"]["message"]):
                told[-1].append(next(feed))
    assert all(one == told[0] for one in told)
    progress = [event["payload"] for event in told[0] if event["type"] == "progress"]
    assert [(step["slot"], step["status"]) for step in progress] == [("name", "filled"), ("phone", "pending"), ("phone", "filled")]
    assert [event["payload"]["message"] for event in told[0] if event["source"] == "customer"] == turns[1:]
    record = two_workers.http.get(f"/calls/{sid}").json()
    for name in ("step", "completed", "total", "remaining"):
        assert progress[-1][name] == record["progress"][name]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_told_to_stop_it_ends_its_streams_and_is_gone_at_once(redis_url: str, tmp_path: Path, workers: str) -> None:
    # Whoever waits for its streams to end by themselves would wait for longer than this test does.
    with serving(tmp_path, "--workers", workers, REDIS_URL=redis_url, SLOTLINE_DRAIN_S="600") as running:
        with running.http.stream("GET", "/events") as one, running.http.stream("GET", "/calls/CA1/events") as other:
            chunks = [stream.iter_raw() for stream in (one, other)]
            first = [next(chunk) for chunk in chunks]
            assert all(block.startswith(b"retry: ") for block in first)
            running.process.send_signal(signal.SIGTERM)
            for chunk in chunks:
                assert b"retry: " in b"".join(chunk), "when to come back is the last thing it says"
        assert running.process.wait(PATIENCE_S) == 0


async def test_a_redis_that_dies_and_comes_back_costs_no_event() -> None:
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    async with store_of(server) as store:
        hub = Hub(store)
        await hub.start()
        teller = Teller(store, "CA-redis")
        reader = Reader(hub, Topic("all"))
        reader.start(hub.head)
        parser = Parser()
        seen: list[str] = []

        async def collect() -> None:
            while not teller.ids or teller.ids[-1] not in seen or len(teller.ids) < 30:
                seen.extend(parser.last_id for _ in parser.feed(await reader.next()))

        collecting = asyncio.create_task(collect())
        for number in range(30):
            if number in (10, 20):
                server.kill()
                with suppress(StoreError):
                    await teller.tell()
                await asyncio.sleep(0.3)
                server.start()
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    with suppress(StoreError):
                        await teller.tell()
                        break
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE_S):
            await collecting
        assert seen == teller.ids
        await hub.close()
    server.close()


def test_events_that_stay_in_one_process_reach_its_readers(redis_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, REDIS_URL=redis_url, USE_REDIS_SSE="false") as running, running.http.stream("GET", "/events") as stream:
        feed = decoded(stream.iter_raw())
        assert [next(feed)["type"], next(feed)["type"]] == ["connected", "history"]
        answer = running.say("", "CA-alone").json()
        told = next(feed)
        assert (told["type"], told["payload"]["message"]) == ("new_message", answer["aiResponse"]["message"])
        running.say("it's Mary O'Neill", "CA-alone")
        assert next(feed)["payload"]["message"] == "it's Mary O'Neill"
        assert (told := next(feed)["payload"])["slot"] == "name"
        assert told["status"] == "filled"


async def test_a_client_that_stops_reading_is_bounded_then_caught_up_and_does_not_hold_up_the_end(redis_server: RedisServer, tmp_path: Path) -> None:
    with serving(tmp_path, REDIS_URL=redis_server.url, SLOTLINE_DRAIN_S="1") as running:
        async with store_of(redis_server) as store:
            teller = Teller(store, "CA-stalled")
            await teller.tell()
            with socket.socket() as stalled, socket.socket() as quick:
                for one in (stalled, quick):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                    one.settimeout(PATIENCE_S)
                    one.connect(("127.0.0.1", running.port))
                    one.sendall(b"GET /events HTTP/1.0\r\nHost: 127.0.0.1\r\nLast-Event-ID: %b\r\n\r\n" % teller.ids[0].encode())
                reading = asyncio.create_task(asyncio.to_thread(ids_until, quick, "told"))
                wanted = [await teller.tell(value="x" * 2000) for _ in range(3000)]
                wanted.append(await teller.tell(value="told"))
                assert await reading == wanted
                health = running.http.get("/calls/CA-stalled/events/health").json()
                assert health["log"]["readers"] == 2
                assert health["log"]["dropped"] >= 1
                assert health["log"]["queued"] <= 100
                assert await asyncio.to_thread(ids_until, stalled, "told") == wanted
                for _ in range(1500):
                    await teller.tell(value="x" * 4000)
                running.process.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(running.process.wait, PATIENCE_S) == 0


def ids_until(connection: socket.socket, value: str) -> list[str]:
    """The ids of the events on a connection, up to the one with this value. The head of the response is to the parser a block without data."""
    parser = Parser()
    found: list[str] = []
    while chunk := connection.recv(65536):
        for data in parser.feed(chunk):
            if b'"type":"progress"' in data:
                found.append(parser.last_id)
            if b'"value":"%b"' % value.encode() in data:
                return found
    raise AssertionError("the connection ended")
