"""The event streams: one call, all calls, and what concerns one supervisor, as server-sent events.

    GET /calls/{callSid}/events          GET /events          GET /agents/{agentId}/events
    GET /calls/{callSid}/events/health   who reads this call in this process, what waits for them, the newest id

`Streams` is an ASGI application of its own, to be called for the requests that `wants` says are its; it reads the role of the request from
`scope["role"]`. It writes straight to ASGI `send`: any middleware that handles messages one by one costs more than all the rest of it.

Each stream begins with `retry:` and `connected`. Then comes `history`, the snapshot (see `api/snapshot.py`), unless the reader resumes by the header
`Last-Event-ID` or by `lastEventId` in the query; the header wins, since a browser that reconnects sends it beside the address it was given at first.
A `history` carries the id it covers, so a reader that is cut right after it loses nothing. Everything else with an id is an event of the log;
`heartbeat` and `reset` have none.

When the service stops, every stream is told when to come back and ends with its 200; so does one that is asked for while it is stopping, or when its
token, or all together, have as many streams open as they may (`Seats`). Any other status would end an EventSource for good.

Source: WHATWG HTML, server-sent events.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.access import mask
from api.bodies import SID
from api.errors import Problem
from api.frames import Topic, notice
from api.gate import Drain, Seats
from api.hub import PAUSE_S, Hub
from api.reader import Gone, Reader
from storage.errors import StoreUnavailable

RETRY_MS = 1000
"""How long a reader waits before it comes back after a cut."""
SPREAD_MS = (500, 5000)
"""The same when the service stops, drawn for each reader, so that not all of them come at once."""
LATER_MS = (5_000, 15_000)
"""The same for a reader that found no seat."""
Write = Callable[[bytes], Awaitable[None]]
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Streams:
    """The ASGI application. `drain` ends all streams when the service stops."""

    def __init__(self, hub: Hub, drain: Drain, seats: Seats) -> None:
        self._hub, self._drain, self._seats = hub, drain, seats
        drain.when_begun(self.end)

    @staticmethod
    def wants(scope: Scope) -> bool:
        """Whether a request is for a stream, or for the health of one."""
        return scope["type"] == "http" and _asked(scope) is not None

    def end(self) -> None:
        """End every stream now."""
        for reader in self._hub.all_readers():
            reader.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        if asked is None:
            raise Problem("not_found")
        if scope["method"] not in ("GET", "HEAD"):
            raise Problem("method_refused", headers={"Allow": "GET, HEAD"})
        topic, health = asked
        if topic.kind != "all" and not SID.fullmatch(topic.name):
            raise Problem("call_not_found" if topic.kind == "call" else "not_found")
        if health:
            body = msgspec.json.encode(await self._health(topic))
            await Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        with self._seats.seat(scope.get("identity") or scope.get("role", "")) as seated:
            if seated and not self._drain.begun:
                await self._serve(topic, scope, receive, send)
        later = random.randint(*(SPREAD_MS if seated else LATER_MS))  # noqa: S311 - spreads reconnects, guards nothing
        await send({"type": "http.response.body", "body": b"retry: %d\n\n" % later})

    async def _serve(self, topic: Topic, scope: Scope, receive: Receive, send: Send) -> None:
        """Write the stream until the reader leaves or the service stops."""
        reader = Reader(self._hub, topic, mask if scope.get("role") == "viewer" else None)
        leaving = asyncio.create_task(_closed_by_peer(reader, receive))
        try:
            await self._write(reader, _resumed_from(scope), send)
        except OSError:  # the peer is gone: what other servers than uvicorn raise in `send`
            pass
        finally:
            reader.close()
            leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leaving

    async def _write(self, reader: Reader, seen: str, send: Send) -> None:
        async def write(block: bytes) -> None:
            await send({"type": "http.response.body", "body": block, "more_body": True})

        hello = {"heartbeatS": self._hub.heartbeat_s} | ({} if reader.topic.kind == "all" else {_NAMED[reader.topic.kind]: reader.topic.name})
        await write(b"retry: %d\n\n" % RETRY_MS + notice("connected", hello))
        fresh = not seen
        while not reader.closed:
            try:
                if seen:
                    seen, place = "", seen
                    reader.resume(place)
                if fresh:
                    await write(await self._history(reader, write))
                    fresh = False
                elif (block := await reader.next()) or not reader.closed:
                    await write(block or notice("heartbeat", {}))
            except Gone as gone:
                fresh = True
                await write(notice("reset", {"reason": gone.reason}))

    async def _history(self, reader: Reader, write: Write) -> bytes:
        """The snapshot, with the reader set to what comes after it. While the store is away: heartbeats, and another try."""
        pause = PAUSE_S[0]
        while not reader.closed:
            reader.rewind()
            try:
                found = await self._hub.snapshots.of(reader.topic)
            except StoreUnavailable:
                await reader.rest(pause)
                pause = min(2 * pause, PAUSE_S[1])
                if reader.beat_is_due():
                    await write(notice("heartbeat", {}))
                continue
            reader.start(found.place)
            return found.block(reader.mask)
        return b""

    async def _health(self, topic: Topic) -> Mapping[str, Any]:
        readers = self._hub.readers(topic)
        try:
            newest = await self._hub.store.head(topic.sid)
        except StoreUnavailable:
            newest = None
        return {
            "callSid": topic.name,
            "readers": len(readers),
            "queues": [reader.waiting for reader in readers],
            "queueLimit": self._hub.queue,
            "dropped": sum(reader.dropped for reader in readers),
            "lastId": newest,
            "log": self._hub.figures(),
            "pid": os.getpid(),
        }


_NAMED = {"call": "callSid", "agent": "agentId"}


def _asked(scope: Scope) -> tuple[Topic, bool] | None:
    """What a path is about, and whether only its health is asked for; None when it is none of ours."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    parts = raw.decode("latin-1").split("/")[1:]
    match parts:
        case ["events"]:
            return Topic("all"), False
        case ["calls", sid, "events"]:
            return Topic("call", unquote(sid)), False
        case ["calls", sid, "events", "health"]:
            return Topic("call", unquote(sid)), True
        case ["agents", agent, "events"]:
            return Topic("agent", unquote(agent)), False
    return None


def _resumed_from(scope: Scope) -> str:
    """The last event id the reader has seen; "" when it says none."""
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.strip():
            return bytes(value).decode("latin-1").strip()
    query: dict[str, list[str]] = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=32)
    return query.get("lastEventId", [""])[0].strip()


async def _closed_by_peer(reader: Reader, receive: Receive) -> None:
    """Close the reader as soon as its connection is gone; nothing else tells, as long as there is nothing to write."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.close()
