"""The connection of an event stream, lent to the stream itself: an event then goes to a reader that keeps up as one write, with no task woken for it.

uvicorn tells nobody when a connection fills up, and lets the kernel take hundreds of kilobytes for a peer that does not read. Here a stream is told,
and little is taken: 4 KiB unsent in the kernel, 16 KiB in the process. Behind another ASGI server there is no wire, and a stream goes through `send`.

Sources: RFC 9112, 7.1 (chunks); tcp(7) (TCP_NOTSENT_LOWAT).
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

UNSENT = 4 * 1024
"""Bytes that the kernel takes beyond what it has sent: more would hide for thousands of events that a peer does not read."""
WAITING = 16 * 1024
"""Bytes that may wait in the process before a reader counts as one that does not keep up."""
_NAME = "slotline.wire"


_OF_A_STREAM: Any = {"method": "GET"}
"""All that uvicorn asks of a request while its answer goes on."""
_NOBODY_WAITS = asyncio.Event()
"""For the body of such a request."""


class _Parts(list[bytes]):
    """In the place of a transport."""

    __slots__ = ()
    write = list.append


class _Waiting(list[Any]):
    """The requests that wait for an answer to end, as uvicorn keeps them; an empty deque takes most of a kilobyte."""

    __slots__ = ()

    def appendleft(self, one: Any) -> None:
        self.insert(0, one)


class _Flow(FlowControl):
    """As uvicorn's, but what waits for a connection to take more is made when it takes no more, not for each that does: it is a kilobyte."""

    def __init__(self, other: FlowControl) -> None:
        self._transport, self.read_paused, self.write_paused = other._transport, other.read_paused, other.write_paused
        if other.write_paused:
            self._is_writable_event = other._is_writable_event

    def pause_writing(self) -> None:
        if not self.write_paused:
            self._is_writable_event = asyncio.Event()
            self.write_paused = True


def _nothing() -> None:
    """What uvicorn calls when an answer is complete that it has let go of."""


class Wire(HttpToolsProtocol):
    """A connection that can be lent."""

    __slots__ = ("_cycle", "_gone", "_slow")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._slow: Callable[[], None] | None = None
        self._gone: Callable[[], None] | None = None
        self._cycle: RequestResponseCycle | None = None
        """The answer for which it is lent; with requests that came after, uvicorn's own may be another."""

    def lend(self, slow: Callable[[], None], gone: Callable[[], None]) -> None:
        """From now on `slow` is called whenever its peer does not keep up, and `gone` when the connection is no more."""
        if self.transport.is_closing():  # the peer left while it was judged who it is; of a connection that is closed nothing can be set
            gone()
            return
        self._slow, self._gone = slow, gone
        self.transport.set_write_buffer_limits(WAITING)
        line = self.transport.get_extra_info("socket")
        if line is not None and line.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def hold(self) -> None:
        """What is sent of the answer from now on waits, to be one write (`let_go`)."""
        cast(Any, self._cycle).transport = _Parts()

    def let_go(self) -> None:
        cycle = cast(Any, self._cycle)
        parts, cycle.transport = cycle.transport, self.transport
        if parts:  # none of a peer that is gone
            self.transport.write(b"".join(parts))

    def keep(self) -> None:
        """The application is about to return, and the answer goes on. Of its request nothing is kept any more.

        No await may come between this and the end of the application: uvicorn takes an answer that is not complete by then for failed, unless its
        peer is gone.
        """
        cycle = cast(Any, self._cycle)
        if cycle.scope is _OF_A_STREAM:
            return
        if self.scope is cycle.scope:
            self.scope, self.headers, self.url = _OF_A_STREAM, [], b""
        if not self.pipeline:
            self.pipeline = _Waiting()  # type: ignore[assignment]
        self.flow = cycle.flow = _Flow(self.flow)
        cycle.scope, cycle.message_event, cycle.disconnected = _OF_A_STREAM, _NOBODY_WAITS, True
        self.loop.call_soon(self._go_on, cycle)

    def _go_on(self, cycle: Any) -> None:
        cycle.disconnected = self.transport.is_closing()
        cycle.on_response = self.on_response_complete

    def take_back(self) -> None:
        """The stream is over."""
        if self._cycle is not None:
            self._cycle.on_response = _nothing
        self._slow = self._gone = self._cycle = None

    @property
    def keeps_up(self) -> bool:
        """Whether it takes more at once."""
        return not self.flow.write_paused and not self.transport.is_closing()

    def on_headers_complete(self) -> None:
        extension: dict[Any, Any] = {"wire": self}
        self.scope["extensions"] = {_NAME: extension}
        super().on_headers_complete()
        extension["cycle"] = self.cycle

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._slow is not None:
            self._slow()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._gone is not None:
            self._gone()


def wire_of(scope: Scope) -> Wire | None:
    """The wire of a request that has no body; of one that has, somebody must read it, and so sees the peer go."""
    if any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in scope["headers"]):
        return None
    extension: dict[str, Any] = (scope.get("extensions") or {}).get(_NAME, {})
    wire: Wire | None = extension.get("wire")
    if wire is not None:
        wire._cycle = extension["cycle"]
    return wire


def chunk(body: bytes) -> bytes:
    """A part of a response as uvicorn writes it; b"" for nothing, which on the wire would be the end."""
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""
