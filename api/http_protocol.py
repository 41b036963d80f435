"""HTTP as uvicorn speaks it, with bounds that hold before a request reaches the application.

    uvicorn.Config(app, **options(Doors(settings)))

uvicorn bounds neither the size of a head nor how long head and body may take, and it answers what it cannot read in plain text. Here a request is
refused as a problem, and its connection closed, when its head is too large or slow, its body slow or mostly wrapping (chunk extensions, tiny chunks,
trailers), when it is no HTTP/1, or names no host or two. Requests before it on the same connection are answered first. A peer that does not read
is cut. Under another ASGI server that server's own bounds hold instead.

Sources: RFC 9110, RFC 9112; llhttp already refuses what smuggling needs (both lengths, odd encodings, bare line feeds).
"""

import asyncio
import re
from typing import Any, ClassVar, Literal, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.connections import Cut, Doors, logger
from api.errors import on_the_wire
from api.sizes import BODY_LIMIT
from api.turned_away import DISCARDED_BYTES, LINGER_S, TurnedAway
from api.websocket_protocol import is_handshake, websocket
from api.wire import Wire

KIB = 1024
HEAD_BYTES = 32 * KIB
"""Of all fields of a head together: what nginx and Node take at most. Providers send 2 to 4 KiB, signatures included."""
FIELD_BYTES = 8000
"""Of one field; the library that reads WebSocket handshakes takes no longer lines."""
FIELDS = 100
URL_BYTES = 8000
"""RFC 9110, 4.1 recommends to take at least as much."""
WRAPPING_BYTES = 128 * KIB
"""Of a body, what is no body: 26,000 chunks, or their extensions and trailers."""
PIPELINED = 8
"""Requests that may wait on a connection while one is being answered."""
PIECE = 32 * KIB
"""Bytes parsed in one go, and by how much a head or a wrapping may overstep its bound before that is seen."""
KEEP_ALIVE_S = 65
"""Longer than callers think between two turns, and than the usual 60 s of a proxy in front."""

_AUTHORITY = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
"""Of a target that is a whole address."""


class _Refused(Exception):
    """Stops the parser from within one of its callbacks; which problem it is stands in the protocol."""


class Http(Cut, Wire):
    """One connection, behind the doors of its process."""

    # With uvicorn's they are more than instances share the names of, which costs a kilobyte each.
    __slots__ = (
        *("_deadline", "_deaf", "_fields", "_host", "_inside", "_leaving", "_left"),
        *("_loose", "_size", "_stage", "_upgraded", "_waits_for", "_why"),
    )
    doors: ClassVar[Doors]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = logger
        self._host = ""
        self._stage: Literal["idle", "head", "body"] = "idle"
        """What of a request the peer is in the middle of sending."""
        self._fields = self._size = 0
        """Of the head."""
        self._loose = 0
        """Bytes since the last request, or part of a body, was complete."""
        self._why = "bad_request"
        self._deaf = False
        """Nothing that comes is parsed any more."""
        self._leaving = False
        """The refusal was the last word."""
        self._left = DISCARDED_BYTES
        self._upgraded = False
        self._deadline: asyncio.TimerHandle | None = None
        self._waits_for: tuple[bool, RequestResponseCycle | None] = (False, None)
        """What the deadline is for: a body or a head, and the last request whose head was complete."""

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if isinstance(peer, tuple) else ""
        if code := self.doors.enter(self._host):
            TurnedAway(self.doors, code, self.server_state.default_headers).begin(transport)
            return
        super().connection_made(transport)
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        self.doors.moves(self)
        self.doors.leave(self._host)
        self._forget_deadline()
        self.spare()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.doors.moves(self)
        for start in range(0, len(data), PIECE):
            if self._upgraded:  # uvicorn drops it too
                return
            self._read(data if len(data) <= PIECE else data[start : start + PIECE])
        self._mind()

    def _read(self, piece: bytes) -> None:
        if self._deaf:
            self._left -= len(piece)
            if self._left < 0:
                self.transport.abort()
            return
        super().data_received(piece)
        if self._stage == "idle" or self._deaf:
            return
        self._loose += len(piece)
        if self._loose > PIECE + (HEAD_BYTES if self._stage == "head" else WRAPPING_BYTES):
            self._refuse("head_too_large" if self._stage == "head" else "too_large")

    # What the parser finds

    def on_message_begin(self) -> None:
        self._stage = "head"
        self._fields = self._size = self._loose = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if len(self.url) + len(url) > URL_BYTES:
            raise self._because("url_too_long")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        size = len(name) + len(value) + 4
        self._fields += 1
        self._size += size
        if size > FIELD_BYTES or self._size > HEAD_BYTES or self._fields > FIELDS:
            raise self._because("head_too_large")
        # A trailer comes after all that was decided by the head, so it is dropped, as RFC 9110, 6.5.1 allows.
        if self._stage == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        version, hosts = self.parser.get_http_version(), sum(name == b"host" for name, _ in self.headers)
        if not (hosts == 1 and version == "1.1") and not (hosts < 2 and version == "1.0"):
            raise self._because("bad_request")
        # A whole address names a host too (RFC 9112, 3.2.2): whoever judges the Host judges what was meant.
        named = _AUTHORITY.match(self.url)
        if named and (b"host", named[1].lower()) not in ((name, value.lower()) for name, value in self.headers):
            raise self._because("bad_request")
        if len(self.pipeline) >= PIPELINED:
            raise self._because("too_many_requests")
        if (
            self.parser.should_upgrade()
            and self._should_upgrade()
            and (self._answering() or not is_handshake(self.parser.get_method(), self.headers))
        ):
            raise self._because("bad_request")
        super().on_headers_complete()
        self._stage, self._loose = "body", 0

    def on_body(self, body: bytes) -> None:
        self._loose -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stage = "idle"
        super().on_message_complete()

    def _because(self, code: str) -> _Refused:
        self._why = code
        return _Refused(code)

    def handle_websocket_upgrade(self) -> None:
        self._upgraded = True
        self._forget_deadline()
        super().handle_websocket_upgrade()
        cast(Any, self.transport.get_protocol()).host = self._host

    def _unsupported_upgrade_warning(self) -> None:
        """Answered as if it had not asked for another protocol, and closed then: how its bytes go on is anybody's guess."""
        self._deaf = True
        if self.cycle is not None:
            self.cycle.keep_alive = False

    # Refusing

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when the parser, or one of its callbacks, gave up."""
        self._refuse(self._why)

    def _refuse(self, code: str) -> None:
        """Read no further, and say why, unless an earlier request is still being answered: then its answer is the last."""
        self.doors.refused(code)
        self._deaf = True
        self._forget_deadline()
        if not self._answering():
            if self._stage == "body":  # answered long ago
                self._close()
            else:
                self._say(code)
        elif self._stage != "body":
            self.cycle.keep_alive = False
        elif self.pipeline or self.cycle.response_started:
            self.transport.abort()
        else:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._say(code)

    def _say(self, code: str) -> None:
        """Write the refusal, and go soon."""
        self._deaf = self._leaving = True
        self.transport.write(on_the_wire(code, tuple(self.server_state.default_headers)))
        self.cut_in(LINGER_S, self.transport)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # Deadlines

    def _mind(self) -> None:
        """See to it that whatever the peer owes us has a deadline. Bytes alone do not move it: only a complete head does, or a complete body."""
        if self._deaf or self._upgraded or (self._stage == "idle" and (self._answering() or self.timeout_keep_alive_task)):
            self._forget_deadline()
            return
        waits_for = (self._stage == "body", self.cycle)
        if self._deadline is None or self._waits_for != waits_for:
            self._forget_deadline()
            self._waits_for = waits_for
            self._deadline = self.loop.call_later(self.doors.body_s if self._stage == "body" else self.doors.head_s, self._overdue)

    def _overdue(self) -> None:
        self._deadline = None
        if self.flow.read_paused:  # it is us who do not read
            self._mind()
        elif self._stage == "idle":  # never a byte of a request: browsers open such connections in advance, and expect no answer
            self._close()
        else:
            self._refuse("too_slow")

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # Peers that do not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self.cut_in(self.doors.unread_s, self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self._leaving and not self.transport.is_closing():
            self.spare()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()
        elif self._stage == "idle" and not self._answering():
            self.doors.rests(self, self._close)

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        """Close, and do not wait for ever until the peer has taken what was written."""
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.cut_in(self.doors.unread_s, self.transport)


def options(doors: Doors) -> dict[str, Any]:
    """What `uvicorn.Config` is to be told of connections."""
    return {
        "http": type("Http", (Http,), {"doors": doors}),
        "ws": websocket(doors) or "none",
        "ws_max_size": BODY_LIMIT,
        "ws_per_message_deflate": False,  # a few bytes may unfold to as many as fit, and each connection keeps a window for it
        "timeout_keep_alive": KEEP_ALIVE_S,
    }
