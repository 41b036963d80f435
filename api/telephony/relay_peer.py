"""The other end of a WebSocket: what it says, in order, with whatever else there is to wake up for."""

import asyncio
import contextlib
from enum import Enum, auto

import msgspec
from starlette.types import Receive, Send

from api.telephony.relay_messages import Incoming, Message, Other, Setup, read

MOST_ODD = 10
"""Messages in a row of which nobody knows what they are, before the connection is closed (as Twilio does with ours: error 64105)."""
MOST_WAITING = 64
"""Messages that wait for their turn; then no more is read until one has had it."""
TURNS_OF_THE_LOOP = 4
"""What has arrived and was not read yet, since the process is busy, is read within so many: nobody who has spoken is taken for silent."""
POLICY, ODD, RESTART, NORMAL = 1008, 1007, 1012, 1000
"""Why a connection is closed. Source: RFC 6455, 7.4.1, and the registry of its codes."""


class Signal(Enum):
    """What happens beside what the other end says."""

    GONE = auto()
    """It has gone."""
    ODD = auto()
    """It says nothing that can be understood."""
    NEWS = auto()
    """Something happened to the call."""
    REPLACED = auto()
    """Another connection has taken the call."""
    DRAIN = auto()
    """The service stops."""


class Peer:
    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._inbox: asyncio.Queue[tuple[Incoming | Signal, float]] = asyncio.Queue()
        self._room = asyncio.Semaphore(MOST_WAITING)
        self.closed = False
        self.came_at = 0.0
        """When what `next` gave last had come, in seconds of the event loop: it may have waited for its turn."""

    async def keep_reading(self) -> None:
        """Take in what it says until it goes."""
        odd = 0
        while (event := await self._receive())["type"] == "websocket.receive":
            message = read(event.get("text"))
            if message is None:
                odd += 1
                if odd == MOST_ODD:
                    self.wake(Signal.ODD)
                continue
            odd = 0
            if not isinstance(message, Other):
                await self._room.acquire()
                self._put(message)
        self.wake(Signal.GONE)

    def wake(self, signal: Signal) -> None:
        self._put(signal)

    def _put(self, item: Incoming | Signal) -> None:
        self._inbox.put_nowait((item, asyncio.get_running_loop().time()))

    async def next(self, until: float) -> Incoming | Signal | None:
        """What comes next; None when nothing has by `until` (seconds of the event loop)."""
        try:
            async with asyncio.timeout_at(until):
                item, self.came_at = await self._inbox.get()
        except TimeoutError:
            for _ in range(TURNS_OF_THE_LOOP):
                await asyncio.sleep(0)
            if self._inbox.empty():
                return None
            item, self.came_at = self._inbox.get_nowait()
        if not isinstance(item, Signal):
            self._room.release()
        return item

    async def set_up(self, within_s: float) -> Setup | None:
        """Whose call it is; None when that is not said in time."""
        until = asyncio.get_running_loop().time() + within_s
        while not isinstance(item := await self.next(until), Setup):
            if item is None or isinstance(item, Signal):
                return None
        return item

    async def tell(self, message: Message) -> None:
        """Send, whether anybody is left to read it or not: then `GONE` comes."""
        if not self.closed:
            with contextlib.suppress(OSError, RuntimeError):  # uvicorn's, when the peer has just gone
                await self._send({"type": "websocket.send", "text": msgspec.json.encode(message).decode()})

    async def close(self, code: int = NORMAL) -> None:
        if not self.closed:
            self.closed = True
            with contextlib.suppress(OSError, RuntimeError):
                await self._send({"type": "websocket.close", "code": code})
