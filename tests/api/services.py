"""What the tests of the HTTP side share: a service over a walker that does as it is told, in this process or behind a real port."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import httpx
import msgspec
from starlette.types import ASGIApp

import graph.build
from agent.policy.people import Deed
from agent.record.acts import UserAct
from agent.record.call import Approval, Booking, Brief, Call, Line
from agent.record.progress import progress
from agent.record.slot_state import SlotState
from api.app import Service
from api.draining import LINGER_S
from api.serve import bound
from api.server import Server
from api.settings import Settings
from graph.approving import Answer
from graph.errors import CallNotFound, FieldRefused
from graph.state import TurnRequest
from storage.store import CallStore, Change
from tests.patience import PATIENCE_S


class Walker:
    """Takes turns like the real one: one effect for each key, the same bytes for a repeated turn. Its sentences count the turns of a call."""

    def __init__(self, store: CallStore, real: graph.build.Walker) -> None:
        self.store = store
        self.real = real
        """Does what people do."""
        self.told, self.cancel, self.correct, self.times = real.told, real.cancel, real.correct, real.times
        self.requests: list[TurnRequest] = []
        self.edits: list[tuple[Any, ...]] = []
        self.failure: Exception | None = None
        self.hold = threading.Event()
        """Turns wait while this is not set."""
        self.hold.set()
        self._answers: dict[tuple[str, str], bytes] = {}

    async def take_turn(self, request: TurnRequest, now: datetime, heard: Callable[[Sequence[UserAct]], None] | None = None) -> bytes:
        self.requests.append(request)
        while not self.hold.is_set():  # noqa: ASYNC110 - set from other threads too
            await asyncio.sleep(0.002)
        if self.failure is not None:
            raise self.failure
        key = (request.sid, request.turn.key or f"new {len(self.requests)}")
        if key not in self._answers:
            self._answers[key] = await self._answer(request)
        return self._answers[key]

    async def _answer(self, request: TurnRequest) -> bytes:
        opened = await self.store.open(request.sid)
        brief = Brief(business="acme", region="US", time_zone="America/New_York", company={"id": "acme", "name": "Acme Home Services"})
        call = opened.call or Call(sid=request.sid, created_at="2026-03-02T01:00:00Z", brief=brief)
        words = f"Turn {call.turns + 1}."
        after = msgspec.structs.replace(call, turns=call.turns + 1)
        lines = (Line(speaker="customer", message=request.turn.text, startedAt="2026-03-02T01:00:00Z"),)
        await self.store.commit(Change(before=opened.call, after=after, seen=opened.seen, lines=lines))
        body = {"aiResponse": {"speaker": "AI", "message": words, "startedAt": "2026-03-02T01:00:00Z"}, "progress": progress(after)}
        return msgspec.json.encode({**body, "shouldHangup": False, "shouldTransfer": False, "listen": {}})

    async def edit(self, sid: str, fields: Mapping[str, str | None], lock: Sequence[str], unlock: Sequence[str], now: datetime, source: str) -> None:
        opened = await self.store.open(sid)
        if opened.call is None:
            raise CallNotFound(sid)
        self.edits.append((dict(fields), tuple(lock), tuple(unlock), source))
        after = opened.call
        for name, value in fields.items():
            if value == "bad":
                raise FieldRefused(name, "not_in_use")
            filled = SlotState(status="filled", value=value, timestamp="2026-03-02T01:00:00Z") if value else SlotState()
            after = after.with_slot(name, filled)
        await self.store.commit(Change(before=opened.call, after=after, seen=opened.seen))

    async def do(self, sid: str, deed: Deed, now: datetime) -> None:
        await self.real.do(sid, deed, now)

    async def answer_permission(self, sid: str, answer: Answer, now: datetime) -> Approval:
        place = Booking(business="acme", sid=sid, start=0, end=3600)
        return Approval(id=answer.permission_id or "p", rule="every", what={}, place=place, asked_at="", until="", by=answer.by)


class ToldService(Service):
    """The service, with the walker above in the place of the real one."""

    told: Walker

    def walker(self, store: CallStore) -> Any:
        self.told = Walker(store, super().walker(store))
        return self.told


def settings(**given: Any) -> Settings:
    """Settings that take nothing from the environment of whoever runs the tests. A journal is kept only in `data` of the test's own: it is a host's,
    and would bring what is left of one test to the Redis of another.
    """
    given = {"journal": "data" in given, **given}
    found = Settings(_env_file=None, **given)
    return Settings.model_construct(**{**Settings.model_construct().model_dump(), **{name: getattr(found, name) for name in given}})


class Caller:
    """A client of a service in this process."""

    def __init__(self, service: ToldService, http: httpx.AsyncClient) -> None:
        self.service, self.http = service, http

    @property
    def walker(self) -> Walker:
        return self.service.told

    async def say(self, message: str, sid: str = "CA1", **more: Any) -> httpx.Response:
        """Post a turn; fields of `customerMessage` are given as `startedAt`, `speaker`."""
        said = {"message": message} | {name: more.pop(name) for name in ("startedAt", "speaker") if name in more}
        return await self.http.post("/ai/conversation", json={"callSid": sid, "customerMessage": said, **more})


@asynccontextmanager
async def running(**given: Any) -> AsyncIterator[Caller]:
    """A started service in this process, in memory unless told otherwise."""
    service = ToldService(settings(**given))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        yield Caller(service, http)


def client(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


@contextmanager
def served(linger_s: float = LINGER_S, **given: Any) -> Iterator[tuple[ToldService, Server, int]]:
    """The same behind a real port, in a thread: the service, its server, the port."""
    service = ToldService(settings(**given))
    up = threading.Event()
    server = Server(service, told=up.set, linger_s=linger_s)
    with bound("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert up.wait(PATIENCE_S), "the service did not start"
        try:
            yield service, server, listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
