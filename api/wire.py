"""The connection of an event stream, lent to the stream itself: an event then goes to a reader that keeps up as one write, with no task woken for it.

uvicorn tells nobody when a connection fills up, and lets the kernel take hundreds of kilobytes for a peer that does not read. Here a stream is told,
and little is taken: 4 KiB unsent in the kernel, 16 KiB in the process. Behind another ASGI server there is no wire, and a stream goes through `send`.

Sources: RFC 9112, 7.1 (chunks); tcp(7) (TCP_NOTSENT_LOWAT).
"""

import socket
from collections.abc import Callable
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

UNSENT = 4 * 1024
"""Bytes that the kernel takes beyond what it has sent: more would hide for thousands of events that a peer does not read."""
WAITING = 16 * 1024
"""Bytes that may wait in the process before a reader counts as one that does not keep up."""
_NAME = "slotline.wire"


class Wire(HttpToolsProtocol):
    """A connection that can be lent."""

    _slow: Callable[[], None] | None = None
    _gone: Callable[[], None] | None = None

    def lend(self, slow: Callable[[], None], gone: Callable[[], None]) -> None:
        """From now on `slow` is called whenever its peer does not keep up, and `gone` when the connection is no more."""
        self._slow, self._gone = slow, gone
        self.transport.set_write_buffer_limits(WAITING)
        line = self.transport.get_extra_info("socket")
        if line is not None and line.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        if self.transport.is_closing():
            gone()

    def take_back(self) -> None:
        """The stream is over."""
        self._slow = self._gone = None

    @property
    def keeps_up(self) -> bool:
        """Whether it takes more at once."""
        return not self.flow.write_paused and not self.transport.is_closing()

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = {_NAME: {"wire": self}}
        super().on_headers_complete()

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
    return extension.get("wire")


def chunk(body: bytes) -> bytes:
    """A part of a response as uvicorn writes it; b"" for nothing, which on the wire would be the end."""
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""
