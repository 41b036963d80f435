"""How long to wait for Redis, by the time that this process has lived through.

The time may have passed while the process stood still (a paused machine, SIGSTOP), and the answer may lie in the socket: some event loops look at
their clock before they look at their sockets. So whoever has waited too long looks once more, a moment later; until then everything that lay
there has been read.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SECOND_LOOK_S = 0.1
"""Enough for a round trip, should the command itself have been held up too; too short for a caller to notice."""


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout` with that second look. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        first = loop.call_later(seconds, lambda: limit.reschedule(loop.time() + SECOND_LOOK_S))
        try:
            yield
        finally:
            first.cancel()
