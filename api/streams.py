"""The event streams: one call, all calls, and what concerns one supervisor, as server-sent events.

    GET /calls/{callSid}/events          GET /events          GET /agents/{agentId}/events
    GET /calls/{callSid}/events/health   who reads this call, here and in all processes, what waits for them, the newest id

`Streams` is an ASGI application of its own, to be called for the requests that `wants` says are its; what is asked for, and whose request it is,
stand in the scope (`api/routing.py`, `api/access.py`). It writes to ASGI `send`: any middleware that handles messages one by one costs more than all
the rest of it. Behind our own server it lends its readers their connections, and events go there straight (`api/wire.py`).

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
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.bodies import SID
from api.errors import Problem
from api.frames import Topic
from api.gate import Drain, Seats
from api.hub import Hub
from api.later import LATER_MS, SPREAD_MS, begin, retry
from api.masking import Masking
from api.open_stream import OpenStream
from api.query import query_of
from api.reader import Reader
from api.readership import Figures
from api.routing import Asked
from api.watching import Watching
from api.wire import wire_of
from storage.errors import StoreUnavailable
from storage.ids import NEVER
from storage.watchers import named


class Streams:
    """The ASGI application. `drain` ends all streams when the service stops."""

    def __init__(self, hub: Hub, drain: Drain, masking: Masking, seats: Seats, watching: Watching | None = None) -> None:
        self._hub, self._drain, self._masking, self._seats, self._watching = hub, drain, masking, seats, watching
        self._open: dict[OpenStream, None] = {}
        drain.when_begun(self.end)

    @staticmethod
    def wants(scope: Scope) -> bool:
        """Whether a request is for a stream, or for the health of one."""
        return _topic(scope["asked"]) is not None

    def end(self) -> None:
        """End every stream now."""
        for reader in self._hub.all_readers():
            reader.close()

    def end_those_of(self, names: Collection[str]) -> None:
        """End the streams that were opened with tokens of these names."""
        for stream in list(self._open):
            if stream.identity in names:
                stream.reader.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: Asked = scope["asked"]
        topic = _topic(asked, scope["business"])
        if topic is None or asked.route is None:
            raise Problem("not_found")
        seen = _resumed_from(scope)
        if topic.kind != "all" and not SID.fullmatch(topic.name):
            raise Problem("call_not_found" if topic.kind == "call" else "not_found")
        if asked.route.kind != "stream":
            body = msgspec.json.encode(await self._health(topic))
            await Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            await begin(scope, send)
            await send({"type": "http.response.body", "body": b""})
            return
        agent = _watcher(topic, scope) if self._watching is not None else ""
        seated = self._seats.take(scope["identity"])
        if seated and not self._drain.begun:
            # Open before anything is waited for: a token that is revoked while the store is slow ends this stream too.
            await self._serve(self._opened(topic, scope, send, seen, agent), receive)
            return
        if seated:
            self._seats.leave(scope["identity"])
        self._hub.tallies.count("refused", "draining" if seated else "no_seat")
        await begin(scope, send)
        await send({"type": "http.response.body", "body": retry(SPREAD_MS if seated else LATER_MS)})

    def _opened(self, topic: Topic, scope: Scope, send: Send, seen: str, agent: str) -> OpenStream:
        mask = self._masking.envelope if scope["role"] == "viewer" else None
        stream = OpenStream(self._hub, topic, mask, scope, send, self._ended, seen=seen, wire=wire_of(scope), agent=agent)
        self._open[stream] = None
        return stream

    async def _serve(self, stream: OpenStream, receive: Receive) -> None:
        try:
            if stream.agent and self._watching is not None:
                await self._watching.came(stream.agent)
        except BaseException:
            stream.end()
            raise
        await _until_left(stream, receive)

    def _ended(self, stream: OpenStream) -> None:
        del self._open[stream]
        self._seats.leave(stream.identity)
        if stream.agent and self._watching is not None:
            self._watching.left(stream.agent)

    async def _health(self, topic: Topic) -> Mapping[str, Any]:
        """Of a call that is not theirs whoever is bound to a business sees what they would of one that nobody knows."""
        whose = {topic.business}
        newest: str | None = None
        others: Sequence[Figures] = ()
        with contextlib.suppress(StoreUnavailable):
            business = await self._hub.store.business(topic.sid)
            seen = not topic.business or business == topic.business
            whose |= {"", business} if seen else set()
            newest = await self._hub.store.head(topic.sid) if seen else NEVER
            others = await self._hub.readership.elsewhere(topic.sid, whose)
        readers = [reader for one in sorted(whose) for reader in self._hub.readers(topic._replace(business=one))]
        log = self._hub.figures()
        return {
            "callSid": topic.name,
            "readers": len(readers) + sum(count for count, _, _ in others),
            "readersHere": len(readers),
            "queues": [reader.waiting for reader in readers],
            "queued": sum(reader.waiting for reader in readers) + sum(queued for _, queued, _ in others),
            "queueLimit": self._hub.queue,
            "dropped": sum(reader.dropped for reader in readers) + sum(dropped for _, _, dropped in others),
            "lastId": newest,
            "log": {name: log[name] for name in ("mode", "awayS")} if topic.business else log,  # the rest counts what is others'
            "pid": os.getpid(),
        }


async def _until_left(stream: OpenStream, receive: Receive) -> None:
    """Until the stream is over, or left to the hub. Where the connection was not lent, somebody has to see the peer go."""
    if stream.wire is not None:
        await stream.run()
        return
    leaving = asyncio.create_task(_closed_by_peer(stream.reader, receive))
    try:
        await stream.run()
    finally:
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving


def _topic(asked: Asked, business: str = "") -> Topic | None:
    """What a stream, or its health, is about; None when something else is asked for. `business`: whose calls alone whoever asks may see."""
    match asked.route.path if asked.route else "":
        case "/events":
            return Topic("all", "", business)
        case "/calls/{callSid}/events" | "/calls/{callSid}/events/health":
            return Topic("call", asked.names["callSid"], business)
        case "/agents/{agentId}/events":
            return Topic("agent", asked.names["agentId"], business)
    return None


def _watcher(topic: Topic, scope: Scope) -> str:
    """The supervisor who watches by this stream, as the store names them: `agentId` of the path, or of the query where all calls are watched; "" when
    it is none's.
    """
    agent = topic.name if topic.kind == "agent" else query_of(scope).get("agentId", "") if topic.kind == "all" else ""
    if not SID.fullmatch(agent) or scope["role"] != "supervisor":
        return ""
    return named(scope["bound_name"] or agent, topic.business)


def _resumed_from(scope: Scope) -> str:
    """The last event id the reader has seen; "" when it says none. Raises Problem 400 for a query that is too long."""
    query = query_of(scope)
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.strip():
            return bytes(value).decode("latin-1").strip()
    return query.get("lastEventId", "").strip()


async def _closed_by_peer(reader: Reader, receive: Receive) -> None:
    """Close the reader as soon as its connection is gone; nothing else tells, as long as there is nothing to write."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.close()
