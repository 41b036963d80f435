"""The trace of a call over HTTP names the rule that read each value, as the record does that keeps it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from agent.slots import NAMES
from api.app import Service
from tests.api.services import client, settings

pytestmark = pytest.mark.anyio

TOLD = (
    "it's Mary O'Neill",
    "202 555 0143",
    "12 High Street, Chicago, Illinois 60601",
    "mary at gmail dot com",
    "my kitchen drain is blocked",
    "tomorrow at ten",
)


@asynccontextmanager
async def serving() -> AsyncIterator[httpx.AsyncClient]:
    service = Service(settings())
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        yield http


async def say(http: httpx.AsyncClient, *said: str) -> None:
    for number, words in enumerate(said):
        message = {"message": words, "startedAt": f"2026-03-02T15:00:{number:02}Z"}
        assert (await http.post("/ai/conversation", json={"callSid": "CA1", "customerMessage": message})).status_code == 200


async def test_every_value_has_its_rule() -> None:
    async with serving() as http:
        await say(http, *(words for told in TOLD for words in (told, "yes")))
        turns = (await http.get("/calls/CA1/trace")).json()["turns"]
        taken = {act["slot"]: act["rule"] for turn in turns for act in turn["taken"] if act["type"] == "Inform"}
        kept = (await http.get("/calls/CA1")).json()["provenance"]
        assert taken == {slot: kept[slot]["rule"] for slot in NAMES}
        assert all(taken.values())


async def test_an_edit_has_its_rule() -> None:
    async with serving() as http:
        await say(http, *TOLD[:2], "make the three a seven")
        last = (await http.get("/calls/CA1/trace")).json()["turns"][-1]
        assert [(act["value"], act["rule"]) for act in last["taken"]] == [("+12025550147", "make the 5 a 6")]
