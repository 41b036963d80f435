"""What an open stream costs: one write to begin with, no task while its reader keeps up, and little memory; and how it goes on from there."""

import asyncio
import gc
import secrets
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from api import business_files, snapshot
from api.connections import Doors
from api.frames import Topic, order
from api.gate import Seats
from api.http_protocol import options
from api.masking import Masking
from api.routing import _Place, find
from api.streams import Streams
from api.watching import Watching
from graph.build import Walker
from storage.passing_store import PassingStore
from storage.store import CallStore
from tests.api.feeds import Service, Teller, asked, ids, reading, until
from tests.api.services import settings
from tests.graph.walkers import deps
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
CALL = "CA-open"
GET = f"GET /calls/{CALL}/events HTTP/1.1\r\nHost: here\r\n".encode()
OTHER = b"GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n"
MOST_BYTES = 8 * 1024


class Paper:
    """A connection that writes down what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False
        self.write = self.written.append

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close

    def get_extra_info(self, _: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, _: int) -> None:
        if self.closing:  # as uvloop says of one whose peer is gone
            raise RuntimeError("the handler is closed")

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Desk:
    """The streams of a service behind uvicorn's protocol as ours is."""

    def __init__(self, store: CallStore, seats: Seats | None = None) -> None:
        self.service = Service(store, seats=seats)
        self.state = ServerState()
        self.teller = Teller(store, CALL)
        doors = Doors(settings())
        self._config = uvicorn.Config(self._app, interface="asgi3", log_config=None, lifespan="off", proxy_headers=False, **options(doors))
        self._config.load()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/nothing":
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
            return
        scope |= {"asked": find(scope), "role": "supervisor", "identity": "ann", "bound_name": "", "business": ""}
        await self.service.app(scope, receive, send)

    def line(self, head: bytes = b"", then: bytes = b"") -> tuple[Any, Paper]:
        """A connection that asked for the stream of the call."""
        made: Any = self._config.http_protocol_class(config=self._config, server_state=self.state, app_state={})  # type: ignore[call-arg]
        paper = Paper()
        made.connection_made(paper)
        made.data_received(GET + head + b"\r\n" + then)
        return made, paper

    async def left(self) -> None:
        """Every stream is at the head, and left to the hub."""
        await until(lambda: not self.state.tasks)
        assert self.straight == len(self.service.hub.all_readers())

    @property
    def straight(self) -> int:
        return sum(reader.write is not None for reader in self.service.hub.all_readers())


@asynccontextmanager
async def desk(store: CallStore, seats: Seats | None = None) -> AsyncIterator[Desk]:
    made = Desk(store, seats)
    await made.teller.tell()
    await made.service.hub.start()
    yield made
    await made.service.hub.close()


async def test_a_stream_begins_with_one_write_and_then_has_no_task(store: CallStore) -> None:
    async with desk(store) as made:
        _, paper = made.line()
        await made.left()
        (begun,) = paper.written
        assert begun.startswith(b"HTTP/1.1 200 OK\r\n")
        head, _, body = begun.partition(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head
        assert [body.count(part) for part in (b"retry: ", b'"type":"connected"', b'"type":"history"')] == [1, 1, 1]
        told = await made.teller.tell()
        await until(lambda: len(paper.written) == 2)
        assert ids(paper.written[1].partition(b"\r\n")[2]) == [told]
        assert not made.state.tasks


async def test_a_stream_that_resumes_from_memory_begins_with_one_write(store: CallStore) -> None:
    async with desk(store) as made:
        made.line()
        await made.left()
        missed = [await made.teller.tell() for _ in range(3)]
        await until(lambda: made.service.hub.head == order(missed[-1]))
        _, paper = made.line(f"Last-Event-ID: {missed[0]}\r\n".encode())
        await made.left()
        (begun,) = paper.written
        assert b'"type":"history"' not in begun
        assert ids(begun) == missed[1:]


async def test_a_stream_left_to_the_hub_is_ended_and_its_connection_goes_on(store: CallStore) -> None:
    async with desk(store, Seats(2, 2)) as made:
        _, revoked = made.line(then=OTHER)
        gone, _ = made.line()
        await made.left()
        _, refused = made.line()
        await until(lambda: b"".join(refused.written).endswith(b"\r\n0\r\n\r\n"))
        assert b"connected" not in b"".join(refused.written), "there is no third seat"
        gone.connection_lost(None)
        assert made.straight == 1
        made.line()
        await made.left()
        assert made.straight == 2, "the seat of one whose peer is gone is free"
        made.service.app.end_those_of({"ann"})
        await until(lambda: b"".join(revoked.written).endswith(b"content-length: 0\r\n\r\n"))
        ended, _, next_answer = b"".join(revoked.written[1:]).partition(b"\r\n0\r\n\r\n")
        assert b"retry: " in ended
        assert next_answer.startswith(b"HTTP/1.1 404"), "what was asked for behind the stream is answered after it"
        assert made.service.hub.all_readers() == []


async def test_a_peer_that_is_gone_before_its_stream_begins_leaves_nothing_behind(store: CallStore) -> None:
    async with desk(store, Seats(1, 1)) as made:
        line, paper = made.line()
        paper.close()
        line.connection_lost(None)
        await until(lambda: not made.state.tasks)
        assert made.service.hub.all_readers() == []
        made.line()
        await made.left()
        assert made.straight == 1, "its seat is free"


async def test_a_token_that_is_revoked_while_it_is_noted_who_watches_ends_the_stream(store: CallStore) -> None:
    noted, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(PassingStore):
        async def watching(self, agents: Sequence[str] = ()) -> dict[str, float]:
            noted.set()
            await goes_on.wait()
            return {}

    await Teller(store, CALL).tell()
    service = Service(store)
    watching = Watching(Slow(store), Walker(deps(store=store)), 60.0)
    service.app = Streams(service.hub, service.drain, Masking(business_files.load(None)), Seats(1, 1), watching)
    await service.hub.start()
    async with reading(service.app, "/agents/ann/events") as feed:
        await noted.wait()
        service.app.end_those_of({"supervisor-1"})
        goes_on.set()
        async with asyncio.timeout(PATIENCE_S):
            await feed.ended.wait()
        assert b'"type":"history"' not in feed.raw
    assert service.hub.all_readers() == []
    await service.hub.close()


async def test_a_reader_that_lags_has_a_task_until_it_keeps_up_again(store: CallStore) -> None:
    async with desk(store) as made:
        line, paper = made.line()
        await made.left()
        line.pause_writing()
        assert made.straight == 0
        missed = [await made.teller.tell() for _ in range(3)]
        assert len(paper.written) == 1
        line.resume_writing()
        await until(lambda: made.straight == 1)
        live = await made.teller.tell()
        await until(lambda: live.encode() in paper.written[-1])
        assert ids(b"".join(paper.written[1:]).replace(b"\r\n", b"\n")) == [*missed, live]


async def test_what_is_told_aside_reaches_a_stream_left_to_the_hub(store: CallStore) -> None:
    async with desk(store) as made:
        _, paper = made.line()
        await made.left()
        made.service.hub.tell_aside(CALL, [b'{"type":"new_message","payload":{},"timestamp":1.0,"source":"service"}'])
        await until(lambda: b"new_message" in paper.written[-1])
        await until(lambda: made.straight == 1)


async def test_an_open_stream_takes_little_memory(store: CallStore) -> None:
    count = 200
    async with desk(store) as made:
        kept = [made.line() for _ in range(20)]
        await made.left()
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            kept += [made.line() for _ in range(count)]
            await made.left()
            for _, paper in kept:
                paper.written.clear()
            gc.collect()
            each = (tracemalloc.get_traced_memory()[0] - before) / count
        finally:
            tracemalloc.stop()
        assert made.straight == count + 20
        assert each < MOST_BYTES


async def test_those_who_come_while_a_call_is_read_share_the_next_reading(store: CallStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "LINGER_S", 0.2)
    await Teller(store, CALL).tell()
    hub = Service(store).hub
    begun, goes_on, count = asyncio.Event(), asyncio.Event(), 0
    document = store.document

    async def counted(sid: str) -> bytes | None:
        nonlocal count
        count += 1
        begun.set()
        await goes_on.wait()
        return await document(sid)

    monkeypatch.setattr(store, "document", counted)
    first = asyncio.create_task(hub.snapshots.of(Topic("call", CALL)))
    await begun.wait()
    others = [asyncio.create_task(hub.snapshots.of(Topic("call", CALL)))]
    await asyncio.sleep(0)
    goes_on.set()
    await first
    others += [asyncio.create_task(hub.snapshots.of(Topic("call", CALL))) for _ in range(50)]
    await asyncio.gather(*others)
    assert count == 2


def test_nothing_remembers_a_path_that_names_a_call() -> None:
    """An erased caller's callSid is not to outlive him in memory; a route's own words are."""
    sid = "CA" + secrets.token_hex(16)
    first = asked(f"/calls/{sid}/events")["asked"]
    assert asked(f"/api/calls/{sid}/events")["asked"] == first
    with pytest.raises(TypeError):
        first.names["callSid"] = "another"
    del first
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, _Place) and sid in one.parts] == []
    assert asked("/desk")["asked"] is asked("/desk")["asked"]
