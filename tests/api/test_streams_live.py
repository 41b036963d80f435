"""The event streams of real processes: two workers, readers that are cut and come back, a Redis that dies, a service that is told to stop."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
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
from tests.api.processes import PATIENCE_S, Running, serving
from tests.conftest import RedisServer

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


@pytest.mark.parametrize("path", ["/calls/CA-live/events", "/events", "/api/events"])
async def test_cut_at_100_random_places_over_two_workers(two_workers: Running, redis_server: RedisServer, path: str) -> None:
    chance = random.Random(path)
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
            for _ in range(100):
                await read(http, path, parser, ids, chance.randrange(1, 8))
            enough.set()
            await telling
            if parser.last_id != teller.ids[-1]:
                await read(http, path, parser, ids, -1, teller.ids[-1])
        assert ids == teller.ids[begun + 1 :]
        assert len(ids) > 100


async def test_both_workers_hold_streams_of_the_same_call(two_workers: Running, redis_server: RedisServer) -> None:
    async with store_of(redis_server) as store:
        teller = Teller(store, "CA-both")
        await teller.tell()
        async with httpx.AsyncClient(base_url=two_workers.url, trust_env=False, timeout=PATIENCE_S) as http:
            feeds: list[tuple[Parser, list[str]]] = [(Parser(), []) for _ in range(16)]
            reading = [asyncio.create_task(read(http, "/calls/CA-both/events", parser, got, 22)) for parser, got in feeds]
            pids: dict[int, int] = {}
            async with asyncio.timeout(PATIENCE_S):
                while sum(pids.values()) < 16:
                    found = (await http.get("/calls/CA-both/events/health", headers={"Connection": "close"})).json()
                    pids[found["pid"]] = found["readers"]
            told = [await teller.tell() for _ in range(20)]
            await asyncio.gather(*reading)
        assert len(pids) == 2
        assert min(pids.values()) > 0, "sixteen readers on one of two workers"
        for _, got in feeds:
            assert got == told


@pytest.mark.parametrize("workers", ["1", "2"])
def test_told_to_stop_it_ends_its_streams_and_is_gone_at_once(redis_url: str, tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers, REDIS_URL=redis_url) as running:
        with running.http.stream("GET", "/events") as one, running.http.stream("GET", "/calls/CA1/events") as other:
            chunks = [stream.iter_raw() for stream in (one, other)]
            first = [next(chunk) for chunk in chunks]
            assert all(block.startswith(b"retry: ") for block in first)
            begun = time.monotonic()
            running.process.send_signal(signal.SIGTERM)
            for chunk in chunks:
                assert b"retry: " in b"".join(chunk), "when to come back is the last thing it says"
        assert running.process.wait(PATIENCE_S) == 0
        assert time.monotonic() - begun < 5


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
