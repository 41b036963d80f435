"""A store before Redis and the journal: what goes on while Redis is away, and what Redis has of it afterwards."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from storage.away.spare import Spare
from storage.connect import connect, probing
from storage.errors import StaleCall
from storage.keys import Ttl
from storage.store import CallStore, Change, Committed
from tests.conftest import RedisServer
from tests.storage.calls import event, filled, line, new_call

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis that keeps what it has when it is killed."""
    found = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield found
    found.process.send_signal(signal.SIGCONT)
    found.close()


@asynccontextmanager
async def host(server: RedisServer, data: Path, *, keeps: bool = False, **given: Any) -> AsyncIterator[Spare]:
    """A worker of a host whose journal is in `data`; `keeps`: it also looks by itself for what waits."""
    redis = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    spare = Spare(redis, probing(server.url), data, Ttl(), **given)
    keeping = asyncio.create_task(spare.keep()) if keeps else None
    try:
        yield spare
    finally:
        if keeping:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        await spare.store.close()


async def insist(store: CallStore, sid: str, change: Any) -> Committed:
    """Take a step as a turn does: read, decide, commit, and again where that is stale."""
    while True:
        found = await store.open(sid)
        try:
            return await store.commit(replace(change(found.call), before=found.call, seen=found.seen))
        except StaleCall:
            continue


def named(number: int) -> Any:
    """One turn that sets the name and says so."""

    def change(call: Any) -> Change:
        after = (call or new_call()).with_slot("name", filled(f"Ann {number}"))
        after = replace(after, turns=number)
        events = (event(number),)
        return Change(before=call, after=after, lines=(line(f"Ann {number}"),), events=events, answer=(f"t{number}", b"answer %d" % number))

    return change


async def back(spare: Spare) -> None:
    while spare.breaker.away:  # noqa: ASYNC110 - what is waited for is another process
        await asyncio.sleep(0.01)


def kill(server: RedisServer) -> None:
    server.kill()


def stop(server: RedisServer) -> None:
    server.process.send_signal(signal.SIGSTOP)


def fill(server: RedisServer) -> None:
    server.client.config_set("maxmemory", 1)


def only_read(server: RedisServer) -> None:
    server.client.config_set("min-replicas-to-write", 1)


def lead(server: RedisServer) -> None:
    server.client.replicaof("127.0.0.1", 1)


def restore(server: RedisServer) -> None:
    if server.process.poll() is not None:
        server.start()
    server.process.send_signal(signal.SIGCONT)
    server.client.replicaof("NO", "ONE")
    server.client.config_set("maxmemory", 0)
    server.client.config_set("min-replicas-to-write", 0)


@pytest.mark.parametrize("take_away", [kill, stop, fill, only_read, lead], ids=lambda way: way.__name__)
async def test_a_call_goes_on_and_redis_has_each_step_once_afterwards(server: RedisServer, tmp_path: Path, take_away: Any) -> None:
    async with host(server, tmp_path) as spare:
        store = spare.store
        for number in (1, 2):
            await insist(store, "CA1", named(number))
        take_away(server)
        for number in (3, 4):
            await insist(store, "CA1", named(number))
        found = await store.open("CA1", "t1")
        assert (found.away, found.answer) == (True, b"answer 1")
        assert (await store.open("CA1", "t4")).answer == b"answer 4"
        await asyncio.to_thread(restore, server)
        await back(spare)
        await insist(store, "CA1", named(5))
        await is_whole(spare, 5)


async def is_whole(spare: Spare, turns: int) -> None:
    """Redis has the call with each of its turns once, and nothing waits for it."""
    redis = spare.redis
    numbers = range(1, turns + 1)
    found = await redis.open("CA1")
    assert found.call is not None
    assert (found.call.turns, found.call.slot("name").value) == (turns, f"Ann {turns}")
    document = msgspec.json.decode(await redis.document("CA1") or b"{}")
    assert [one["message"] for one in document["history"]] == [f"Ann {number}" for number in numbers]
    told = [msgspec.json.decode(one.data)["payload"]["n"] for one in (await redis.events("CA1", "0")).entries]
    assert told == list(numbers)
    assert [(await redis.open("CA1", f"t{number}")).answer for number in numbers] == [b"answer %d" % number for number in numbers]
    assert await spare.journal.steps_of("CA1") is None


async def test_an_answer_that_is_given_again_is_known_here_also_behind_later_turns(server: RedisServer, tmp_path: Path) -> None:
    """Whoever took it in Redis was killed before it noted that; the worker that gives it again has noted the turn after it."""
    async with host(server, tmp_path) as spare:
        await spare.journal.ping()
        await insist(spare.store, "CA1", named(1))
        await insist(spare.redis, "CA1", named(2))
        await insist(spare.store, "CA1", named(3))
        assert (await spare.store.open("CA1", "t2")).answer == b"answer 2"
        server.kill()
        assert (await spare.store.open("CA1", "t2")).answer == b"answer 2"
        await asyncio.to_thread(restore, server)
        await back(spare)
