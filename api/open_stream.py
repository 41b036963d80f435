"""One event stream, from its head to its end: what is written to one reader, in which order.

A reader that keeps up has nobody who waits for it: once it has read up to the head, its connection is left to the hub, which writes to it straight
(`api/fan_out.py`), and the request's task ends with all that it held. What else there is to tell (a lag, a loss, something aside, the end) begins a
task anew.

Head, greeting and what comes first are one write, unless that has to be waited for: a write costs as much as all the rest of a connection.
"""

import asyncio
from collections.abc import Callable
from time import time

from starlette.types import Scope, Send

from api import logs
from api.frames import Mask, Topic, notice
from api.hub import Hub
from api.later import SPREAD_MS, head, retry
from api.reader import PAUSE_S, Gone, Reader
from api.wire import Wire
from storage.errors import StoreUnavailable

RETRY_MS = 1000
"""How long a reader waits before it comes back after a cut."""
TIMED = 16
"""Of so many writes to a reader one is timed, from the first."""
_NAMED = {"call": "callSid", "agent": "agentId"}


class OpenStream:
    """Made while its request is being answered; `ended` is called once, when its reader has left."""

    __slots__ = ("_ended", "_fresh", "_hub", "_scope", "_seen", "_send", "_task", "_written", "agent", "identity", "reader", "wire")

    def __init__(
        self,
        hub: Hub,
        topic: Topic,
        mask: Mask | None,
        scope: Scope,
        send: Send,
        ended: Callable[["OpenStream"], None],
        *,
        seen: str = "",
        wire: Wire | None = None,
        agent: str = "",
    ) -> None:
        """`seen`: the last event id the reader has seen; "": it begins with a snapshot. `agent`: the supervisor who watches by it, if any."""
        self._hub, self._send, self._ended, self._seen, self.wire = hub, send, ended, seen, wire
        self.identity: str = scope["identity"]
        self.agent = agent
        self._fresh = not seen
        self._scope: Scope | None = scope
        """Of the request, until its answer has begun."""
        self._task: asyncio.Task[None] | None = None
        self._written = 0
        # Known to the hub before anything is waited for: a token that is revoked while a slow peer takes the first bytes ends this stream too.
        self.reader = Reader(hub, topic, mask, wire)

    async def run(self) -> None:
        """Write what there is to write, until the stream is over or is left to the hub."""
        left = False
        try:
            left = await self._write()
        except OSError:  # the peer is gone: what other servers than uvicorn raise in `send`
            pass
        except Exception as error:  # its 200 is out: the reader is told to come back, and begins again
            logs.failure("stream_failed", error)
        finally:
            self._task = None
            if not left:
                self.end()
        if not left:
            await self._say(retry(SPREAD_MS), more=False)
            if self.wire is not None:
                self.wire.take_back()

    def end(self) -> None:
        """It is over, whether it had begun or not."""
        self.reader.close()
        self._ended(self)

    def _go_on(self) -> None:
        """There is something to tell, and nobody who does."""
        if self.wire is not None and self.wire.transport.is_closing():
            self.end()
            self.wire.take_back()
        else:
            self._task = asyncio.get_running_loop().create_task(self.run())

    async def _write(self) -> bool:
        """Whether the stream is left to the hub; else it is over."""
        reader, tallies = self.reader, self._hub.tallies
        reader.queue_again()
        while not reader.closed:
            try:
                if self._seen:
                    self._seen, place = "", self._seen
                    reader.resume(place)
                    tallies.count("catch_ups", "resumed")
                    if here := await self._of_this_host():
                        await self._say(here)
                if self._fresh:
                    await self._say(await self._history())
                    self._fresh = False
                    continue
                if self._scope is not None and not reader.near:
                    await self._say(b"")
                live = reader.hot
                block = await (reader.next() if self.wire is None and self._scope is None else reader.ready())
                if block is not None:
                    await self._tell(block, live)
                elif self._scope is not None:
                    await self._say(b"")
                elif self._is_left():
                    return True
                else:  # its connection is full
                    await reader.rest(None)
            except Gone as gone:
                self._fresh = True
                tallies.count("resets", gone.reason)
                await self._say(notice("reset", {"reason": gone.reason}))
        return False

    def _is_left(self) -> bool:
        if self.wire is None or not self.reader.leave(self._go_on):
            return False
        self.wire.keep()
        return True

    async def _tell(self, block: bytes, live: bool) -> None:
        """Events, or a heartbeat where there are none. `live`: they came while it had a queue."""
        if self.reader.closed and not block:
            return
        newest = self.reader.cursor[0]
        await self._say(block or notice("heartbeat", {}))
        if live and block:
            if not self._written % TIMED:
                self._hub.tallies.took("publish_to_write", max(0.0, time() - newest / 1000))
            self._written += 1

    async def _history(self) -> bytes:
        """The snapshot, with the reader set to what comes after it. While the store is away: what this host knows, heartbeats, and another try."""
        reader, pause, told_here = self.reader, PAUSE_S[0], False
        while not reader.closed:
            told_here = told_here and not reader.lost
            reader.rewind()
            try:
                found = await self._hub.snapshots.of(reader.topic)
            except StoreUnavailable:
                here = b"" if told_here else await self._of_this_host()
                if here or self._scope is not None:
                    await self._say(here)
                told_here = told_here or bool(here)
                await reader.rest(pause)
                pause = min(2 * pause, PAUSE_S[1])
                if told := reader.asides():
                    await self._say(told)
                if reader.beat_is_due():
                    await self._say(notice("heartbeat", {}))
                continue
            reader.start(found.place)
            return found.block(reader.mask)
        return b""

    async def _of_this_host(self) -> bytes:
        """What the journal of this host knows while Redis is away, as a `history` without an id; b"" otherwise."""
        host = self._hub.host
        found = await host.history(self.reader.topic) if host is not None else None
        if found is None:
            return b""
        self.reader.told_here(found.place)
        return found.block(self.reader.mask)

    async def _say(self, block: bytes, *, more: bool = True) -> None:
        """Write a block, after the head and the greeting if it is the first."""
        if self._scope is None:
            await self._send({"type": "http.response.body", "body": block, "more_body": more})
            return
        scope, self._scope = self._scope, None
        wire = self.wire if more else None  # the end of an answer may close its connection
        if wire is not None:
            wire.hold()
        try:
            await self._send(head(scope))
            # While a slow peer took that, the token may have been revoked with which what comes next was asked for.
            shown = b"" if more and self.reader.closed else block
            await self._send({"type": "http.response.body", "body": self._greeting() + shown, "more_body": more})
        finally:
            if wire is not None:
                wire.let_go()

    def _greeting(self) -> bytes:
        topic = self.reader.topic
        hello = {"heartbeatS": self._hub.heartbeat_s} | ({} if topic.kind == "all" else {_NAMED[topic.kind]: topic.name})
        return b"retry: %d\n\n" % RETRY_MS + notice("connected", hello)
