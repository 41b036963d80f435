"""When a server begins to accept, and how it ends: nobody who was let in goes without an answer."""

import asyncio
import http.client
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Self

import httpx
import pytest
from fastapi import FastAPI

from api.serve import bound
from api.server import Server
from tests.api.services import ToldService, served, settings
from tests.patience import PATIENCE_S, until

BODY = b'{"callSid":"CA1","customerMessage":{"message":"hello"}}'
POST = b"POST /ai/conversation HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
LONG_S = 600.0
"""Longer than any test takes."""


class LateService(ToldService):
    """A service that takes as long to load as it is told to."""

    def __init__(self) -> None:
        super().__init__(settings())
        self.loads, self.loaded = threading.Event(), threading.Event()

    @asynccontextmanager
    async def _running(self, app: FastAPI) -> AsyncIterator[None]:
        self.loads.set()
        self.loaded.wait(PATIENCE_S)
        async with super()._running(app):
            yield


def test_the_port_listens_when_the_service_is_ready() -> None:
    service, up = LateService(), threading.Event()
    server = Server(service, told=up.set)
    with bound("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        assert service.loads.wait(PATIENCE_S)
        assert not _accepts(port)
        service.loaded.set()
        assert up.wait(PATIENCE_S)
        assert _accepts(port)
        server.should_exit = True
        thread.join(PATIENCE_S)


def test_of_two_that_took_one_port_the_second_to_listen_is_told() -> None:
    with bound("127.0.0.1", 0) as first, bound("127.0.0.1", first.getsockname()[1]) as second:
        first.listen()
        failed: list[BaseException] = []
        server = Server(ToldService(settings()), told=lambda: None)
        thread = threading.Thread(target=_run, args=(server, second, failed), daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert [type(error) for error in failed] == [OSError]


def test_the_end_is_gentle() -> None:
    with served(LONG_S, drain_s=LONG_S) as (service, server, port), Kept(port) as kept, Kept(port) as silent:
        base = f"http://127.0.0.1:{port}"
        assert kept.ask()[:2] == (200, None)
        service.told.hold.clear()
        answers: list[httpx.Response] = []
        caller = threading.Thread(
            target=lambda: answers.append(httpx.post(f"{base}/ai/conversation", content=BODY, timeout=PATIENCE_S, trust_env=False))
        )
        with httpx.stream("GET", f"{base}/events", timeout=PATIENCE_S, trust_env=False) as stream:
            lines = stream.iter_lines()
            while "connected" not in next(lines):
                pass
            caller.start()
            until(lambda: service.gate.busy)
            server.handle_exit(signal.SIGTERM, None)
            assert "retry:" in "".join(lines)[-40:], "an open stream is told when to come back, and ends"
        assert not _accepts(port), "nobody new is let in"
        assert not answers
        service.told.hold.set()
        caller.join(PATIENCE_S)
        assert (answers[0].status_code, answers[0].headers["connection"]) == (200, "close"), "a turn under way is finished"
        assert kept.ask()[:2] == (200, "close"), "a kept connection gets its next answer, and with it the word that it was the last"
        assert silent.ask()[:2] == (200, "close"), "so does one that was accepted and had said nothing yet"
        until(lambda: server.should_exit)


def test_a_stream_says_that_its_connection_ends_with_it() -> None:
    with served() as (_, _, port), httpx.stream("GET", f"http://127.0.0.1:{port}/calls/CA1/events", timeout=PATIENCE_S) as stream:
        assert stream.headers["connection"] == "close", "or a browser that closed it may hold it for five seconds more"


@pytest.mark.parametrize(
    ("path", "status", "said"), [("/ready", 503, b"draining"), ("/health", 200, b'"draining"'), ("/calls/CA1/events", 200, b"retry:")]
)
def test_a_service_that_ends_says_so_on_the_connections_it_has(path: str, status: int, said: bytes) -> None:
    with served(LONG_S, drain_s=LONG_S) as (_, server, port), Kept(port) as kept:
        server.handle_exit(signal.SIGTERM, None)
        until(lambda: not _accepts(port))
        found = kept.ask(path, None)
        assert found[:2] == (status, "close")
        assert said in found[2]


def test_idle_connections_do_not_hold_up_the_end() -> None:
    with served(0.0, drain_s=LONG_S) as (_, server, port), Kept(port) as kept:
        assert kept.ask()[:2] == (200, None)
        server.handle_exit(signal.SIGTERM, None)
        until(lambda: server.should_exit)
        assert kept.socket.recv(1) == b""


@pytest.mark.parametrize("queued", [0, 50])
def test_whoever_came_before_the_end_is_answered(queued: int) -> None:
    """What was sent while the server was busy, on an idle connection or on one that waits to be accepted, though it learns of the end first."""
    with served(0.0, drain_s=LONG_S) as (_, server, port), ExitStack() as stack:
        clients = [stack.enter_context(Kept(port))]
        assert clients[0].ask()[:2] == (200, None)
        with _busy(server):
            clients += [stack.enter_context(Kept(port)) for _ in range(queued)]
            for client in clients:
                client.socket.sendall(POST)
            server.handle_exit(signal.SIGTERM, None)
        assert [_all(client.socket)[:13] for client in clients] == [b"HTTP/1.1 200 "] * (queued + 1)
        until(lambda: server.should_exit)


def test_the_end_does_not_wait_for_ever() -> None:
    with served(drain_s=0.2) as (service, server, port), socket.create_connection(("127.0.0.1", port)) as connection:
        service.told.hold.clear()
        connection.sendall(POST)
        until(lambda: service.gate.busy)
        server.handle_exit(signal.SIGTERM, None)
        until(lambda: server.should_exit)
        assert service.drain.over
        service.told.hold.set()


def test_after_the_end_a_turn_is_refused() -> None:
    with served() as (service, _, port), Kept(port) as kept:
        service.drain.over = True
        status, connection, said = kept.ask()
        assert (status, connection) == (503, "close")
        assert b'"draining"' in said


def _run(server: Server, door: socket.socket, failed: list[BaseException]) -> None:
    try:
        server.run(sockets=[door])
    except OSError as error:
        failed.append(error)


def _accepts(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class Kept:
    """A client with one connection, which it keeps for as long as the server does."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, path: str = "/ai/conversation", body: bytes | None = BODY) -> tuple[int, str | None, bytes]:
        """The status, what the answer says of the connection, and its body."""
        verb = b"GET" if body is None else b"POST"
        said = body or b""
        self.socket.sendall(b"%b %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n%b" % (verb, path.encode(), len(said), said))
        answer = http.client.HTTPResponse(self.socket)
        with answer:
            answer.begin()
            return answer.status, answer.getheader("connection"), answer.read()


def _all(connection: socket.socket) -> bytes:
    """What comes until the connection is closed."""
    found = b""
    with suppress(ConnectionResetError):
        while block := connection.recv(65536):
            found += block
    return found


@contextmanager
def _busy(server: Server) -> Iterator[None]:
    """The server's event loop does nothing else in between, and then its tick first, before it sees what has come."""
    loop = server.servers[0].get_loop()
    stands, go_on = threading.Event(), threading.Event()
    ticks = []

    def stand() -> None:
        stands.set()
        go_on.wait(PATIENCE_S)

    def stand_then_tick() -> None:
        loop.call_soon(stand)
        ticks.append(loop.create_task(server.on_tick(1)))

    loop.call_soon_threadsafe(stand_then_tick)
    assert stands.wait(PATIENCE_S)
    try:
        yield
    finally:
        go_on.set()


@pytest.mark.anyio
async def test_what_failed_beside_the_service_keeps_nothing_from_being_let_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = asyncio.Event()

    async def fails(self: object) -> None:
        failed.set()
        raise OSError("secret")

    monkeypatch.setattr("api.storing.Stores.keep", fails)
    service, closed = ToldService(settings()), []
    async with service.api.router.lifespan_context(service.api):
        await failed.wait()
        parts = service.api.state.parts
        for part in (parts.hub, parts.hub.store):
            monkeypatch.setattr(part, "close", partial(closing, part.close, closed))
    assert len(closed) == 2
    assert "OSError" in (said := capsys.readouterr().err)
    assert "secret" not in said


async def closing(close: Callable[[], Awaitable[None]], closed: list[int]) -> None:
    closed.append(1)
    await close()
