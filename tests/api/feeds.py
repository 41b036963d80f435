"""What the tests of the streams share: calls that tell events, and a stream as a reader sees it, without a network."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
from starlette.types import ASGIApp, Message, Scope

from agent.record.call import Brief, Call, Line
from agent.record.events import Event
from api import business_files
from api.gate import Drain, Seats
from api.hub import Hub
from api.masking import Masking
from api.reader import Reader
from api.routing import find
from api.streams import Streams
from storage.store import CallStore, Change
from tests.patience import PATIENCE_S


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that no event tells of."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what is waited for belongs to the code under test
            await asyncio.sleep(0.001)


class Teller:
    """A call that tells one event with each commit: its first line is "0", then "1" and so on."""

    def __init__(self, store: CallStore, sid: str, business: str = "acme") -> None:
        self.store, self.sid, self.business = store, sid, business
        self.call: Call | None = None
        self.seen = ""
        self.ids: list[str] = []

    async def tell(self, kind: Any = "progress", **payload: Any) -> str:
        """Commit an event, and a line of the conversation that counts it; its id."""
        brief = Brief(business=self.business, region="US", time_zone="America/New_York")
        before = self.call
        after = before or Call(sid=self.sid, created_at="2026-03-02T01:00:00Z", brief=brief)
        number = len(self.ids)
        event = Event(
            type=kind, payload={"callSid": self.sid, "slot": "name", "value": f"value {number}", "n": number} | payload, timestamp=float(number)
        )
        line = Line(speaker="customer", message=str(number), startedAt="2026-03-02T01:00:00Z")
        done = await self.store.commit(Change(before=before, after=after, seen=self.seen, lines=(line,), events=(event,)))
        self.call, self.seen = done.call, done.seen
        self.ids += done.event_ids
        return done.event_ids[0]


class Told(NamedTuple):
    """One event as a reader gets it."""

    id: str
    event: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self.event["payload"]
        return payload


class Feed:
    """An open stream: `next` gives its events one by one."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.retries: list[int] = []
        self.ended = asyncio.Event()
        self.raw = b""
        self._told: asyncio.Queue[Told] = asyncio.Queue()
        self._rest = b""
        self._gone = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def next(self, *kinds: str) -> Told:
        """The next event, or the next of these kinds."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = await self._told.get()
                if not kinds or told.type in kinds:
                    return told

    async def all_until(self, last: str) -> list[Told]:
        """The events of the log up to the one with this id."""
        found = [await self.next()]
        while found[-1].id != last:
            found.append(await self.next())
        return [told for told in found if told.id and told.type != "history"]

    def leave(self) -> None:
        self._gone.set()

    async def receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        self.raw += message.get("body", b"")
        *blocks, self._rest = (self._rest + message.get("body", b"")).split(b"\n\n")
        for block in blocks:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            assert set(fields) <= {b"id", b"data", b"retry"}, "streams have no other fields"
            if b"retry" in fields:
                self.retries.append(int(fields[b"retry"]))
            if b"data" in fields:
                self._told.put_nowait(Told(fields.get(b"id", b"").decode(), msgspec.json.decode(fields[b"data"])))
        if not message.get("more_body"):
            self.ended.set()


def asked(
    path: str, method: str = "GET", headers: Sequence[tuple[bytes, bytes]] = (), query: str = "", role: str = "supervisor", business: str = ""
) -> Scope:
    """A request as it comes through the door; `business`: the one that whoever asks is bound to."""
    scope: Scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": headers}
    scope["asked"] = find(scope)
    return {**scope, "role": role, "identity": f"{role}-1", "bound_name": "", "business": business}


@asynccontextmanager
async def reading(
    app: ASGIApp, path: str, last_event_id: str = "", query: str = "", role: str = "supervisor", business: str = ""
) -> AsyncIterator[Feed]:
    """An open stream, left at the end."""
    feed = Feed()
    headers = [(b"last-event-id", last_event_id.encode())] if last_event_id else []
    task = asyncio.create_task(_answered(app, asked(path, headers=headers, query=query, role=role, business=business), feed))
    try:
        yield feed
    finally:
        feed.leave()
        feed.reads.set()
        async with asyncio.timeout(PATIENCE_S):
            await task


async def _answered(app: ASGIApp, scope: Scope, feed: Feed) -> None:
    await app(scope, feed.receive, feed.send)


class Service:
    """The part of a service that streams: one hub and its ASGI application."""

    def __init__(self, store: CallStore, heartbeat_s: float = 30.0, queue: int = 100, ring: int = 1000, seats: Seats | None = None) -> None:
        self.store = store
        self.hub = Hub(store, heartbeat_s=heartbeat_s, queue=queue, ring=ring)
        self.drain = Drain()
        self.app = Streams(self.hub, self.drain, Masking(business_files.load(None)), seats or Seats(1000, 1000))

    def stop(self) -> None:
        self.drain.begun = True
        self.drain.tell()


def ids(block: bytes) -> list[str]:
    return [line[4:].decode() for line in block.split(b"\n") if line.startswith(b"id: ")]


async def read_until(reader: Reader, last: str) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while last not in found:
            found += ids(await reader.next())
    return found
