"""`DELETE /calls/{callSid}`: a caller is gone from every call, every key, every file, every process's memory, and nothing brings them back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from api.app import Service
from api.hub import Hub
from storage import keys
from storage.embedded import EmbeddedRedis
from tests.api.feeds import Feed, reading, until
from tests.api.services import client, settings
from tests.files import holding

pytestmark = pytest.mark.anyio
CALLER = "+13125550164"
FIRST = (
    "",
    "it's Wilhelmina Ockenfels",
    "no, it's 415 555 0187",
    "yes",
    "4718 Quillfeather Lane, Brackenhurst, New Jersey 07081",
    "yes",
    "zephyrine dot quux at gmail dot com",
    "yes",
    "the grumbling contraption is broken",
    "my drain is clogged",
)
SECOND = ("", "it's Wilhelmina Ockenfels", "yes", "tomorrow at 3:15 pm", "my number is 415 555 0199", "yes")
SECRETS = (
    *(
        "Wilhelmina",
        "Ockenfels",
        "ockenfels",
        "3125550164",
        "4155550187",
        "555 0187",
        "4155550199",
        "555 0199",
        "oh one eight seven",
        "oh one nine nine",
    ),
    *("4718 ", "Quillfeather", "quillfeather", "Brackenhurst", "brackenhurst", "NJ 07081", "zephyrine", "quux", "grumbling", "is clogged"),
    *("T15:15:00-05:00", "3:15 PM", "3:15 pm"),
)
"""What was said, what was made of it, its parts, and how it was read back."""


@asynccontextmanager
async def served(server: EmbeddedRedis, **given: Any) -> AsyncIterator[tuple[Service, httpx.AsyncClient, Hub]]:
    """A process of the service over that Redis."""
    service = Service(settings(**given), embedded=server.url)
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        yield service, http, service.api.state.parts.hub


async def say(http: httpx.AsyncClient, sid: str, number: int, words: str, caller: str = CALLER) -> dict[str, Any]:
    said = {"message": words, "startedAt": f"2026-03-02T14:{number:02}:00Z"}
    answer = await http.post("/ai/conversation", json={"callSid": sid, "customerMessage": said, "from": caller})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def caller_rings_twice(http: httpx.AsyncClient) -> None:
    """A call with every field filled, and the one that goes on with it, which is booked."""
    for number, words in enumerate(FIRST):
        await say(http, "CA-first", number, words)
    for number, words in enumerate(SECOND, start=20):
        answer = await say(http, "CA-second", number, words)
    assert answer["progress"]["status"] == "booked"
    assert len(answer["progress"]["filled"]) == 6
    await http.patch("/calls/CA-second", json={"email": "zephyrine.quux@gmail.com", "agentId": "ann"})


def in_redis(line: Any) -> list[str]:
    """Keys with a secret in their name or in their bytes."""
    found = [key + (line.dump(key) or b"") for key in line.keys("*")]  # one may expire in between
    return [one.decode("latin-1") for one in found if any(secret.encode() in one for secret in SECRETS)]


def in_files(folder: Path) -> list[str]:
    return holding(folder, *(secret.encode() for secret in SECRETS))


def in_memory(hub: Hub) -> list[str]:
    return [str(frame.block) for frame in hub._ring if any(secret in str(frame.block) for secret in SECRETS)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path / "data") as found, line_to(found) as line:
        line.config_set("rdbcompression", "no")  # so that a dump shows what it holds
        yield found


def line_to(server: EmbeddedRedis) -> Any:
    return redis.Redis.from_url(server.url)


@pytest.mark.parametrize("named", ["CA-first", "CA-second"])
async def test_a_caller_is_erased_everywhere(server: EmbeddedRedis, tmp_path: Path, named: str) -> None:
    async with served(server) as (_, http, hub), served(server) as (_, _, elsewhere):
        await say(http, "CA-other", 0, "it's John Smith", "+12025550143")
        await caller_rings_twice(http)
        with line_to(server) as line:
            newest = line.hget(keys.LOG_MARK, "last").decode()
            await until(lambda: all(one.figures()["lastId"] == newest for one in (hub, elsewhere)))
            assert len(in_redis(line)) > 10
            assert in_files(tmp_path) != []
            assert in_memory(hub) != [] != in_memory(elsewhere)
            assert (await http.delete(f"/calls/{named}")).status_code == 204
            assert in_redis(line) == []
            assert in_memory(hub) == []
            await until(lambda: in_memory(elsewhere) == [])
            await until(lambda: not in_files(tmp_path))
            (place,) = line.hgetall(keys.calendar("acme")[1]).values()
            assert b'"sid":""' in place
        for sid in ("CA-first", "CA-second"):
            assert (await http.get(f"/calls/{sid}")).status_code == 404
            assert (await http.get(f"/calls/{sid}/trace")).status_code == 404
        assert [call["callSid"] for call in (await http.get("/calls")).json()["calls"]] == ["CA-other"]
    server.close()
    with EmbeddedRedis(tmp_path / "data") as again:
        assert in_files(tmp_path) == []
        async with served(again) as (_, http, _):
            assert (await http.get("/calls/CA-other")).json()["user"]["userInfo"]["name"] == "John Smith"


async def test_nothing_brings_a_caller_back(server: EmbeddedRedis) -> None:
    async with served(server) as (_, http, _):
        await caller_rings_twice(http)
        await http.delete("/calls/CA-first")
        for sid in ("CA-first", "CA-second"):
            assert (await http.patch(f"/calls/{sid}", json={"phone": "+14155550187"})).status_code == 404
            assert (await http.delete(f"/calls/{sid}")).status_code == 404
        answer = await say(http, "CA-first", 3, "yes")
        assert (answer["progress"]["filled"], answer["progress"]["step"]) == ({}, "name"), "an old turn, sent once more, begins a new call"
        again = await say(http, "CA-third", 40, "it's Wilhelmina Ockenfels")
        assert "stopped" not in again["aiResponse"]["message"], "the number leads to nothing"
        with line_to(server) as line:
            assert not any("Quillfeather" in one or "0187" in one for one in in_redis(line))


@pytest.mark.parametrize("shared", [True, False])
async def test_readers_are_told_of_each_call_that_is_gone_and_of_nothing_in_it(server: EmbeddedRedis, shared: bool) -> None:
    async with served(server, use_redis_sse=shared) as (service, http, _):
        await caller_rings_twice(http)
        streams = service._streams
        assert streams is not None
        paths = ("/events", "/calls/CA-first/events", "/calls/CA-second/events", "/agents/ann/events")
        async with (
            reading(streams, paths[0]) as everything,
            reading(streams, paths[1]) as first,
            reading(streams, paths[2]) as second,
            reading(streams, paths[3], role="viewer") as agent,
        ):
            for feed in (everything, first, second, agent):
                await feed.next("history")
            await http.delete("/calls/CA-first")
            assert [await erased(everything), await erased(everything)] == ["CA-second", "CA-first"]
            assert [await erased(first), await erased(second)] == ["CA-first", "CA-second"]
            assert [await erased(agent), await erased(agent)] == ["CA-second", "CA-first"]
        async with reading(streams, paths[1]) as later:
            assert (await later.next("history")).payload["history"] == []


async def erased(feed: Feed) -> str:
    """Which call the next change of a status is about, and that it tells nothing else of it."""
    told = await feed.next("status_change")
    assert told.payload == {"callSid": told.payload["callSid"], "status": "erased"}
    return str(told.payload["callSid"])
