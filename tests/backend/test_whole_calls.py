"""Whole calls behind a back end that keeps `call:{callSid}` itself, to booked, whatever goes wrong: nothing doubled, nothing lost."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from redis.asyncio import Redis

from storage import keys
from tests.api.processes import Running, serving
from tests.backend.model import COMPANY, ERROR, SERVICES, BackEnd, Document, Kept, Network, Reply
from tests.callers import SAID
from tests.conftest import RedisServer
from tests.telephony.phones import BUSINESSES

pytestmark = pytest.mark.anyio
ACME = str(BUSINESSES / "acme.toml")
MOST_TURNS = 40
_numbers = count(1)
WAYS = {
    "as it should": ("well",),
    "an answer that comes too late": ("lost", "well"),
    "two answers that come too late": ("lost", "lost", "well"),
    "repeats at once": ("left", "left", "well"),
    "connections that are closed": ("cut", "well"),
    "all three too late, now and then": ("well", "lost", "lost", "lost", "well"),
    "nothing there, now and then": ("well", "refused", "refused", "refused", "cut", "left", "well"),
}
"""Each as `Network.ways`."""


class Deployed(NamedTuple):
    url: str
    history: str


@pytest.fixture(scope="module")
def their_redis() -> Iterator[RedisServer]:
    """A Redis that the back end and the service share."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="module", params=["theirs", "ours"])
def running(request: pytest.FixtureRequest, their_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A service of another process, which is told whose the history is."""
    folder = tmp_path_factory.mktemp(request.param)
    given = {"REDIS_URL": their_redis.url, "SLOTLINE_BUSINESS": ACME, "SLOTLINE_ADOPTED_HISTORY": request.param}
    with serving(folder, **given) as service:
        yield Deployed(service.url, request.param)


class Meddler:
    """Another part of the back end, which saves whole values that it loaded before."""

    def __init__(self, back_end: BackEnd, sid: str) -> None:
        self._back_end, self._sid, self._post = back_end, sid, back_end._post
        self._copy: Document | None = None

    async def before_turn(self) -> None:
        self._copy = await self._back_end.load(self._sid)

    async def after_turn(self, reply: Reply) -> None:
        """What it loaded before the turn, with the lines that were said since: all that we wrote meanwhile is missing."""
        if self._copy and not reply.hangs_up:
            current = await self._back_end.load(self._sid)
            await self._back_end.save(self._sid, {**self._copy, "history": current["history"]})

    async def post(self, path: str, body: bytes) -> httpx.Response:
        """While the turn is taken it saves what it has just loaded, some times; but for the last turn, after which nothing of ours comes any more."""
        agreeing = self._back_end.answers and json.loads(self._back_end.answers[-1])["progress"]["step"] == "confirm"
        saving = asyncio.create_task(self._save_again(0 if agreeing else 6))
        try:
            return await self._post(path, body)
        finally:
            await saving

    async def _save_again(self, times: int) -> None:
        for _ in range(times):
            current = await self._back_end.load(self._sid)
            await asyncio.sleep(0)
            await self._back_end.save(self._sid, {**current, "touched": True})


@asynccontextmanager
async def behind(url: str, their_redis: RedisServer, history: str, ways: Sequence[str] = ("well",)) -> AsyncIterator[tuple[BackEnd, Network]]:
    redis = Redis.from_url(their_redis.url, decode_responses=True)
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        network = Network(http, tuple(ways))
        yield BackEnd(redis, network.post, writes_history=history == "theirs"), network
        await network.settled()
    await redis.aclose()


async def book(back_end: BackEnd, sid: str, meddler: Meddler | None = None) -> list[tuple[str, str]]:
    """Ring, and answer what is asked until it is over. What was said, by whom, as the caller heard it."""
    told = [("AI", (await back_end.rings(sid)).said)]
    words = SAID["en"]["name"]
    for _ in range(MOST_TURNS):
        if meddler:
            await meddler.before_turn()
        reply = await back_end.hears(sid, words)
        if meddler:
            await meddler.after_turn(reply)
        told += [("customer", words), ("AI", reply.said)]
        if reply.hangs_up:
            return told
        if reply.said != ERROR:  # else the caller says it again
            stands = json.loads(back_end.answers[-1])["progress"]
            words = SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]]
    raise AssertionError(told)


def check(kept: Kept) -> None:
    """All that the back end reads of a booked call, and all that it had put there."""
    document, booking = kept.document, kept.booking
    assert booking is not None
    assert (booking["name"], booking["phone"], booking["service"]) == ("Mary O'Neill", "+12025550143", "65f0a1")
    assert booking["address"] == "12 High Street, Springfield, NJ 07081"
    assert document["user"]["service"] == SERVICES[0]
    assert (document["company"], document["services"], document["confirmEmailsent"]) == (COMPANY, SERVICES, False)
    assert all(isinstance(value, str) for value in document["user"]["userInfo"].values())
    assert kept.summary.startswith("Mary O'Neill called Bob's Plumbing. Booked: Drain cleaning")


async def places(their_redis: RedisServer, sid: str) -> int:
    return [name.decode() for name in their_redis.client.hkeys(keys.calendar("acme")[1])].count(sid)


def in_order(lines: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(line["speaker"], line["message"]) for line in lines]


@pytest.mark.parametrize("ways", WAYS)
async def test_a_call_is_booked_once(running: Deployed, their_redis: RedisServer, ways: str) -> None:
    history = running.history
    sid = f"CA{next(_numbers):032x}"
    async with behind(running.url, their_redis, history, WAYS[ways]) as (back_end, network):
        told = await book(back_end, sid)
        await network.settled()
        ours = (await network.http.get(f"/calls/{sid}?events=1")).json()
        kept = await back_end.ends(sid)
        after = (await network.http.get(f"/calls/{sid}")).json()
    check(kept)
    assert await places(their_redis, sid) == 1
    assert sum(event["type"] == "status_change" and event["payload"]["status"] == "booked" for event in ours["events"]) == 1
    filled = [event["payload"]["slot"] for event in ours["events"] if event["type"] == "progress" and event["payload"]["status"] == "filled"]
    assert sorted(filled) == sorted({*filled}) == ["address", "email", "name", "phone", "service", "time"]
    heard = [line for line in told if line != ("AI", ERROR)]
    if history == "theirs":
        assert in_order(kept.document["history"]) == told  # each line once, as they wrote it
    if ERROR not in str(told):
        assert in_order(kept.document["history"]) == told
        assert in_order(ours["history"]) == told
    else:  # a turn whose answer nobody waited for was taken all the same
        assert [line for line in in_order(ours["history"]) if line in heard].count(heard[-1]) == 1
    assert in_order(after["history"])[-1] == told[-1]  # ours is kept when theirs is gone


@pytest.mark.parametrize("when", ["between", "during"])
async def test_a_value_that_is_replaced_loses_nothing(running: Deployed, their_redis: RedisServer, when: str) -> None:
    history = running.history
    sid = f"CA{next(_numbers):032x}"
    async with behind(running.url, their_redis, history, ("left", "well", "well")) as (back_end, network):
        meddler = Meddler(back_end, sid)
        if when == "during":
            back_end._post = meddler.post
        told = await book(back_end, sid, meddler if when == "between" else None)
        ours = (await network.http.get(f"/calls/{sid}")).json()
        kept = await back_end.ends(sid)
    check(kept)
    assert await places(their_redis, sid) == 1
    assert in_order(ours["history"]) == told
    assert in_order(kept.document["history"]) == told
    assert kept.document.get("touched", False) == (when == "during")


async def test_a_worker_that_is_killed_in_the_middle_of_turns(tmp_path: Path, their_redis: RedisServer) -> None:
    """Each fourth post kills the service, each time a little later; another is there on the same port when the turn is posted again."""
    given = {"REDIS_URL": their_redis.url, "SLOTLINE_BUSINESS": ACME}
    with serving(tmp_path, **given) as first:
        service, port, turns = first, first.port, count()
        killed: list[str] = []
        sid = f"CA{next(_numbers):032x}"
        async with behind(first.url, their_redis, "theirs") as (back_end, network):
            post = network.post

            async def post_and_kill(path: str, body: bytes) -> httpx.Response:
                nonlocal service
                if path.endswith("summary") or next(turns) % 4:
                    return await post(path, body)
                task = asyncio.create_task(post(path, body))
                await asyncio.sleep(0.002 * len(killed))
                service.kill()
                killed.append(path)
                with suppress(httpx.HTTPError):
                    await task
                service.close()
                service = Running(tmp_path, port=port, **given)
                raise httpx.ReadError("the worker is gone")

            back_end._post = post_and_kill
            try:
                told = await book(back_end, sid)
                kept = await back_end.ends(sid)
            finally:
                if service is not first:
                    service.close()
    check(kept)
    assert await places(their_redis, sid) == 1
    assert in_order(kept.document["history"]) == told
    assert ("AI", ERROR) not in told
    assert len(killed) > 2


async def test_repeats_get_the_same_bytes(running: Deployed, their_redis: RedisServer) -> None:
    sid = f"CA{next(_numbers):032x}"
    async with behind(running.url, their_redis, running.history) as (back_end, network):
        await book(back_end, sid)
        for body, answer in zip(back_end.posted, back_end.answers, strict=True):
            again = await asyncio.gather(*(network.http.post("/ai/conversation", content=body) for _ in range(3)))
            assert {one.content for one in again} == {answer}
        check(await back_end.ends(sid))
