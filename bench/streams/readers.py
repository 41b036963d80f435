"""Readers in Python, for what is counted and not measured: each keeps the ids that it was given, in order."""

import asyncio
import socket
from typing import Any

FROM_KERNEL = 64 * 1024
"""Bytes of a receive buffer (Linux doubles them), so that a reader that stalls looks the same on every machine."""


class Follower(asyncio.Protocol):
    """A reader of one stream that comes back from the last id it has. A chunk holds whole blocks, so its wrapping is lines of their own."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self.path = port, path
        self.ids: list[str] = []
        self.begun = ""
        """The id that its first snapshot covered."""
        self.resets = 0
        self._last = self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._cut_after = 0
        self._is_cut = False
        self.gone = asyncio.Event()

    @property
    def last(self) -> str:
        return self._last.decode()

    async def open(self, cut_after: int = 0) -> None:
        """Connect; `cut_after` so many events the connection is cut (0: never)."""
        self._cut_after, self._is_cut, self._rest = cut_after, False, b""
        self.gone.clear()
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FROM_KERNEL)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, ("127.0.0.1", self._port))
        self._transport, _ = await loop.create_connection(lambda: self, sock=line)
        resume = b"Last-Event-ID: %b\r\n" % self._last if self._last else b""
        self._transport.write(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n" % (self.path.encode(), resume))

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def stall(self) -> None:
        assert self._transport is not None
        self._transport.pause_reading()

    def read_on(self) -> None:
        assert self._transport is not None
        self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        event_id = b""
        for line in lines:
            if line.startswith(b"id: "):
                event_id = line[4:]
            elif line.startswith(b"data: "):
                self._take(event_id, line)
                event_id = b""
                if self._is_cut:
                    return
        if event_id:  # its data is still to come
            self._rest = b"id: " + event_id + b"\n" + self._rest

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    def _take(self, event_id: bytes, line: bytes) -> None:
        if not event_id:
            self.resets += line.startswith(b'data: {"type":"reset"')
            return
        self._last = event_id
        if line.startswith(b'data: {"type":"history"'):
            self.begun = self.begun or event_id.decode()
            return
        self.ids.append(event_id.decode())
        self._cut_after -= 1
        if self._cut_after == 0:
            self._is_cut = True
            self.cut()


async def until(holds: Any, patience_s: float = 300) -> None:
    async with asyncio.timeout(patience_s):
        while not holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)
