"""A connection that finds no room: its request is read as far as it tells what it asks for, and is refused in the words of that.

An event stream is told to come back (`api/later.py`): with a refusal an EventSource would end for good, and whoever watches would see nothing more.
Whoever asks for something else, or for nothing in `ASKED_S`, gets the problem.
"""

import asyncio
import re

from starlette.types import Scope

from api.connections import LINGERING, Cut, Doors
from api.draining import CLOSE
from api.errors import on_the_wire
from api.later import HEADERS, LATER_MS, retry
from api.routing import find

ASKED_S = 0.5
LINGER_S = 2.0
"""How long a connection stays after a refusal, so that a peer that is still sending gets to read it; a close at once could take it back."""
DISCARDED_BYTES = 16 * 1024 * 1024
"""What is read away meanwhile at most."""
_HEAD_BYTES = 8192
"""Of which what is asked for is made out."""
_HEAD = re.compile(rb"(GET|HEAD) ([^ ?]+)[^ ]* HTTP/1\.[01]\r\n(.*?\r\n)?\r\n", re.DOTALL)
_ORIGIN = re.compile(rb"^origin:[ \t]*(\S+)[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


class TurnedAway(Cut, asyncio.Protocol):
    """What becomes of the connection. It is not counted among those that came in."""

    def __init__(self, doors: Doors, code: str, default_headers: list[tuple[bytes, bytes]]) -> None:
        self._doors, self._code, self._default_headers = doors, code, tuple(default_headers)
        self._head = b""
        self._left = DISCARDED_BYTES
        self._waiting: asyncio.TimerHandle | None = None
        self._lingers = False

    def begin(self, transport: asyncio.Transport) -> None:
        """Take over a connection that was just made."""
        transport.set_protocol(self)
        self._transport = transport
        self._doors.refused(self._code)
        if self._doors.lingering >= LINGERING:
            transport.write(self._refusal())
            transport.close()
            return
        self._lingers = True
        self._doors.lingering += 1
        self._waiting = asyncio.get_running_loop().call_later(ASKED_S, self._answer)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self._left -= len(data)
            if self._left < 0:
                self._transport.abort()
            return
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > _HEAD_BYTES:
            self._answer()

    def eof_received(self) -> None:
        """It sends no more: answered now, and closed."""
        self._answer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._doors.lingering -= self._lingers
        self._forget()
        self.spare()

    def _answer(self) -> None:
        if self._waiting is None:
            return
        self._forget()
        self._transport.write(self._refusal())
        self.cut_in(LINGER_S, self._transport)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _refusal(self) -> bytes:
        found = _HEAD.match(self._head[:_HEAD_BYTES])
        if found is None:
            return on_the_wire(self._code, self._default_headers)
        headers = [(b"origin", origin) for origin in _ORIGIN.findall(found[3] or b"")]
        scope: Scope = {"type": "http", "method": found[1].decode(), "raw_path": found[2], "path": "", "headers": headers}
        route = find(scope).route
        if route is None or route.kind != "stream":
            return on_the_wire(self._code, self._default_headers)
        fields = [*self._default_headers, *HEADERS, *self._doors.cors.headers(scope)]
        if CLOSE not in fields:  # else the service ends, and all answers say so
            fields.append(CLOSE)
        lines = [b"HTTP/1.1 200 OK", *(b"%b: %b" % field for field in fields)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + (retry(LATER_MS) if found[1] == b"GET" else b"")
