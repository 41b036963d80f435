"""A real port behind our doors, with a small application, and raw connections to it."""

import asyncio
import itertools
import json
import select
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from api.connections import AT_HOME, Doors
from api.http_protocol import options
from api.settings import Network
from tests.api.services import settings
from tests.patience import PATIENCE_S, until

GET = b"GET / HTTP/1.1\r\nHost: here\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\n"
SOCKET = GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
HANDSHAKE = SOCKET + KEY + b"Sec-WebSocket-Version: 13\r\n\r\n"
LAST = b"Connection: close\r\n\r\n"


class Echo:
    """Answers with what it was asked; `/hold` waits for `go`, `/endless` sends until the peer is gone, `/blind` does not look at the body."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[Scope] = []
        self.gone: list[str] = []
        """Paths whose peer went away before the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope)
        path = scope["path"]
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        if path == "/endless":
            await self._endless(receive, send)
            return
        body = b""
        while path != "/blind":
            message: Message = await receive()
            if message["type"] == "http.disconnect":
                self.gone.append(path)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        while path == "/hold" and not self.go.is_set():  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.002)
        text = json.dumps({"path": path, "body": len(body), "headers": [name.decode() for name, _ in scope["headers"]]}).encode()
        text += b" " * int(scope["query_string"] or 0)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(text))]})
        await send({"type": "http.response.body", "body": text})

    async def _endless(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        leaving = asyncio.create_task(self._left(receive))
        while not leaving.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)

    async def _left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone.append("/endless")


class Served(NamedTuple):
    app: Echo
    doors: Doors
    port: int

    def line(self, source: str = "127.0.0.1", receive_buffer: int = 0) -> "Line":
        connection = socket.socket()
        connection.settimeout(PATIENCE_S)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.bind((source, 0))
        connection.connect(("127.0.0.1", self.port))
        return Line(connection)

    def ask(self, data: bytes) -> "list[Answer]":
        """What is answered on a connection of its own until the other side closes it."""
        with self.line() as line:
            line.send(data)
            return line.rest()


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of a problem; the peer is told that the connection ends."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.headers["connection"].lower() == "close"
        assert self.body["status"] == self.status
        return self.status, self.body["code"]


class Line:
    """A raw connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._file = connection.makefile("rb")

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.connection.close()

    def send(self, data: bytes) -> None:
        """Send, whether the other side still listens or not."""
        with suppress(OSError):
            self.connection.sendall(data)

    def answer(self) -> Answer | None:
        """The next answer; None at the end of the connection."""
        try:
            first = self._file.readline()
            if not first:
                return None
            headers = {}
            while line := self._file.readline().strip():
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = self._file.read(int(headers["content-length"]))
        except ConnectionResetError:
            return None
        return Answer(int(first.split()[1]), headers, json.loads(body))

    def rest(self) -> list[Answer]:
        """Every answer until the other side closes."""
        return list(iter(self.answer, None))

    def drip(self, data: bytes) -> None:
        """Send these bytes one by one, again and again, until the other side says something to it, or goes."""
        until = time.monotonic() + PATIENCE_S
        for byte in itertools.cycle(data):
            self.send(bytes([byte]))
            if select.select([self.connection], [], [], 0.005)[0]:
                return
            assert time.monotonic() < until, "it was listened to for ever"


@contextmanager
def doors(uncounted: Sequence[Network] = AT_HOME, send_buffer: int = 0, **given: Any) -> Iterator[Served]:
    """The small application behind a real port, in a thread, with these settings."""
    behind = Doors(settings(**given), uncounted)
    app = Echo()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, **options(behind)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        if send_buffer:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield Served(app, behind, listening.getsockname()[1])
        finally:
            app.go.set()
            server.should_exit = True
            thread.join(PATIENCE_S)
