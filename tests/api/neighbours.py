"""Two businesses on one service, and a token of each role that is bound to the one or the other."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.types import Scope

from api.app import Service
from storage.memory_store import MemoryStore
from tests.api.services import client, settings

BUSINESSES = Path(__file__).parents[1] / "telephony" / "businesses"
ACME, BEIJING = "acme", "beijing"
TO = {ACME: "+12025550100", BEIJING: "+861055550100"}
ROLES = ("integration", "supervisor", "viewer")


def token(role: str, business: str = "") -> str:
    """Of 22 characters and more, as every token is."""
    return f"token-of-the-{role}-at-{business or 'all-of-them'}"


def name(role: str, business: str) -> str:
    return f"{role[:5]}-{business}"


TOKENS = ",".join(
    [*(f"{token(role)}:{role}" for role in ROLES)]
    + [f"{token(role, business)}:{role}:{name(role, business)}@{business}" for business in (ACME, BEIJING) for role in ROLES]
)


class Neighbours:
    """A client of the service, under any token of it."""

    def __init__(self, service: Service, http: httpx.AsyncClient) -> None:
        self.service, self.http = service, http

    @property
    def memory(self) -> MemoryStore:
        """What keeps the calls, under all that does one thing more."""
        store: Any = self.service.api.state.parts.store
        while not isinstance(store, MemoryStore):
            store = store._store
        return store

    async def ask(self, method: str, path: str, role: str = "supervisor", business: str = "", **more: Any) -> httpx.Response:
        """Ask as whoever has the role at the business; "": at all of them."""
        return await self.http.request(method, path, headers={"Authorization": f"Bearer {token(role, business)}"}, **more)

    async def say(self, sid: str, message: str = "", business: str = "", **more: Any) -> httpx.Response:
        """Post a turn of the call."""
        body = {"callSid": sid, "customerMessage": {"message": message}, **more}
        return await self.ask("POST", "/ai/conversation", "integration", business, json=body)

    async def begin(self, sid: str, business: str, *messages: str, **more: Any) -> None:
        """A call to the business's number, with what the caller says in it."""
        for message in ("", *messages):
            answer = await self.say(sid, message, **{"to": TO[business], **more})
            assert answer.status_code == 200, answer.text

    async def call(self, sid: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"/calls/{sid}")).json()
        return found

    async def listed(self, role: str = "supervisor", whose: str = "", **query: Any) -> tuple[list[str], str | None]:
        """The callSids of a page, and where the next one begins."""
        found = (await self.ask("GET", "/calls", role, whose, params=query)).json()
        return [call["callSid"] for call in found["calls"]], found["next"]


@asynccontextmanager
async def neighbours(**given: Any) -> AsyncIterator[Neighbours]:
    """A started service of two businesses, in memory unless told otherwise."""
    service = Service(settings(**{"tokens": TOKENS, "business": BUSINESSES, **given}))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        yield Neighbours(service, http)


def scope(path: str, role: str, business: str, headers: Sequence[tuple[bytes, bytes]] = (), query: str = "") -> Scope:
    """A request for a stream as it comes in."""
    shown = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {token(role, business)}".encode()), *headers]
    return {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": shown}
