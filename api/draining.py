"""How a server lets go of its connections without losing a request.

Nobody new is let in, and whoever had come to the door by then still is. Every answer from now on closes its connection, so that its client goes
elsewhere with the next request. A connection on which nothing happens is kept for a while all the same: its next request may be on its way already,
and a client whose request meets a closed connection cannot know whether it was heard. Source: RFC 9112, sections 9.3.1 and 9.6.
"""

import asyncio
import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

CLOSE = (b"connection", b"close")
LINGER_S = 1.0
"""How long a connection is kept on which nothing happens."""


async def let_in(listening: Iterable[socket.socket], protocol: Callable[[], asyncio.Protocol]) -> None:
    """Take the connections that wait to be accepted; the one who closes the last copy of the socket would reset them."""
    loop = asyncio.get_running_loop()
    for door in listening:
        while (came := _next(door)) is not None:
            await loop.connect_accepted_socket(protocol, came)


def _next(door: socket.socket) -> socket.socket | None:
    try:
        came, _ = door.accept()
    except OSError:  # nobody waits, or whoever did has gone
        return None
    came.setblocking(False)
    return came


def close_after_answers(connections: Iterable[Any]) -> None:
    """Have each of uvicorn's connections that owes an answer close with it."""
    for connection in connections:
        if _owes(connection):
            connection.shutdown()


def close_idle(connections: Iterable[Any]) -> None:
    """Close those that owe nothing and have sent nothing that was not read yet."""
    for connection in list(connections):
        if hasattr(connection, "cycle") and not _owes(connection) and not _unread(connection.transport):
            connection.shutdown()


def _owes(connection: Any) -> bool:
    # A WebSocket has no cycle of request and response: it stays until the end.
    cycle = getattr(connection, "cycle", None)
    return cycle is not None and not cycle.response_complete


def _unread(transport: asyncio.Transport) -> bool:
    if transport.is_closing():
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))
