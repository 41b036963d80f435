"""WebSockets as uvicorn speaks them, counted and cut like any other connection, and refused like any other request."""

import asyncio
import binascii
from collections.abc import Sequence
from typing import Any

from uvicorn._types import ASGISendEvent

from api.connections import Cut, Doors
from api.errors import on_the_wire

try:
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as WebSockets
except ImportError:  # without the library `websockets` there are none
    WebSockets = None  # type: ignore[assignment, misc]


def websocket(doors: Doors) -> type[asyncio.Protocol] | None:
    """The protocol of a WebSocket behind these doors; None where they cannot be spoken."""
    if WebSockets is None:
        return None

    class WebSocket(Cut, WebSockets):
        """A connection that was let in as HTTP."""

        host = ""

        def connection_lost(self, exc: Exception | None) -> None:
            doors.leave(self.host)
            self.spare()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if not self.handshake_initiated:  # a handshake that the library cannot read, which uvicorn would leave without an answer for ever
                self.transport.abort()

        def handle_connect(self, event: Any) -> None:
            if self.conn.accept(event).status_code == 101:
                super().handle_connect(event)
                return
            # The library would say in plain text what it cannot read, and quote it.
            doors.refused("bad_request")
            self.handshake_initiated = True
            self._refuse("bad_request")

        def send_500_response(self) -> None:
            if self.initial_response is None and not self.handshake_complete:
                self._refuse("failed")

        def _refuse(self, code: str) -> None:
            self.handshake_complete = self.close_sent = True
            self.transport.write(on_the_wire(code, tuple(self.default_headers)))
            self.transport.close()

        async def send(self, message: ASGISendEvent) -> None:
            if message["type"] == "websocket.http.response.start":  # as uvicorn does for HTTP; the date is put there by the library
                message = {**message, "headers": [*self.config.encoded_headers, *message["headers"]]}
            await super().send(message)
            if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
                self.handshake_complete = True  # refused, and so complete; uvicorn would log that the application failed

        def pause_writing(self) -> None:
            super().pause_writing()
            self.transport.pause_reading()  # each ping is answered, whether the answers are read or not
            self.cut_in(doors.unread_s, self.transport)

        def resume_writing(self) -> None:
            super().resume_writing()
            if not self.read_paused:
                self.transport.resume_reading()
            self.spare()

    return WebSocket


def is_handshake(method: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether a request that asks for a WebSocket is a handshake (RFC 6455, 4.2.1)."""
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    versions = [value for name, value in headers if name == b"sec-websocket-version"]
    bodies = any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)
    try:
        whole = len(keys) == 1 and len(binascii.a2b_base64(keys[0], strict_mode=True)) == 16
    except binascii.Error:
        return False
    return method == b"GET" and whole and versions == [b"13"] and not bodies
