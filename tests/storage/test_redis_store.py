"""What only a store in a real Redis can get wrong: the number of round trips, broken connections, refusals, repeated commands."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import msgspec
import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from storage import keys
from storage.awaited_store import AwaitedStore
from storage.connect import connect
from storage.errors import StaleCall, StoreUnavailable
from storage.keys import Ttl
from storage.lines import Lines
from storage.redis_store import RedisStore
from storage.store import CallStore, Change
from tests.conftest import RedisServer, Shelf
from tests.patience import PATIENCE_S
from tests.storage.calls import begin, book, event, filled, job, line, new_call, step

pytestmark = pytest.mark.anyio


@contextmanager
def commands(url: str) -> Iterator[dict[str, int]]:
    """How often each command reaches the server from outside meanwhile."""
    counts: dict[str, int] = {}

    def now() -> dict[str, int]:
        return {name: stat["calls"] for name, stat in client.info("commandstats").items()}

    with redis.Redis.from_url(url) as client:
        before = now()
        yield counts
        after = now()
    for name in ("cmdstat_evalsha", "cmdstat_eval", "cmdstat_get", "cmdstat_exec", "cmdstat_xread"):
        counts[name.removeprefix("cmdstat_")] = after.get(name, 0) - before.get(name, 0)


class Wire:
    """Counts what a store sends, each of which waits for its answer."""

    def __init__(self, store: CallStore) -> None:
        assert isinstance(store, RedisStore)
        self.sent = 0
        self._send = store._send
        store._send = self.send

    async def send(self, *parts: Any) -> Any:
        self.sent += 1
        return await self._send(*parts)


async def test_a_turn_is_two_round_trips_and_one_for_each_further_commit(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    await begin(store, "warm")
    wire = Wire(store)
    with commands(redis_url) as counts:
        opened = await store.open("CA1", "t1", "acme")
        was = await store.commit(
            Change(before=None, after=new_call(), seen=opened.seen, lines=(line("a"),), events=(event(), event()), answer=("t1", b""))
        )
        assert wire.sent == 2
        for number in range(3):
            was = await step(store, was, was.call.with_slot("name", filled(f"n{number}")), events=(event(), event()))
        await book(store, was, job())
    assert wire.sent == 2 + 4
    assert counts["evalsha"] == 2 + 4
    assert counts["eval"] == counts["exec"] == 0
    await store.close()


async def test_a_step_sends_as_much_at_the_end_of_a_call_as_at_its_start(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    await begin(store)
    with redis.Redis.from_url(redis_url) as client:

        def net() -> int:
            info = client.info("stats")
            return int(info["total_net_input_bytes"]) + int(info["total_net_output_bytes"])

        costs = []
        for number in range(120):
            before = net()
            opened = await store.open("CA1", f"t{number}")
            assert opened.call is not None
            change = Change(before=opened.call, after=opened.call, seen=opened.seen, lines=(line("x" * 100),), events=(event(),), answer=("t", b"a"))
            await store.commit(change)
            costs.append(net() - before)
    assert max(costs[100:]) < 1.1 * min(costs[2:20])
    await store.close()


async def test_scripts_that_the_server_forgot_are_sent_again(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    was = await begin(store)
    with redis.Redis.from_url(redis_url) as client:
        client.script_flush()
    assert (await store.open("CA1")).call == was.call
    await store.close()


async def test_a_redis_that_is_away_is_unavailable_and_back_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.reaching.PAUSES_S", (0.0,))
    server = RedisServer()
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    await begin(store)
    server.kill()
    for attempt in (
        store.open("CA1"),
        store.commit(Change(before=None, after=new_call())),
        store.document("CA1"),
        store.calls(),
        store.erase("CA1"),
        store.events("", "0"),
        store.head(),
        store.follow("0", 0.1),
        store.ping(),
    ):
        with pytest.raises(StoreUnavailable):
            await attempt
    with pytest.raises(StoreUnavailable):
        await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    server.start()
    await begin(store)
    await store.close()
    server.close()


async def test_a_redis_that_is_restarted_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.reaching.PAUSES_S", (0.05,) * 6000)  # no test of how fast this machine starts one
    server = RedisServer()
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    await begin(store)
    server.kill()
    waiting = asyncio.create_task(begin(store))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.start)
    assert (await waiting).call.rev == 1
    await store.close()
    server.close()


async def test_connections_that_broke_while_idle_are_not_noticed(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    was = await begin(store)
    with redis.Redis.from_url(redis_url) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        was = await step(store, was, lines=(line("a"),))
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert (await store.open("CA1")).call == was.call
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert (await store.follow("0", 0.01)).gone == ""
    await store.close()


async def test_a_commit_whose_answer_was_lost_is_not_written_twice(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    assert isinstance(store, RedisStore)
    was = await begin(store)
    send = store._send
    lost = False

    async def lose_the_first_answer(*parts: Any) -> Any:
        nonlocal lost
        answer = await send(*parts)
        if not lost:
            lost = True
            raise RedisConnectionError("Connection closed by server.")
        return answer

    store._send = lose_the_first_answer
    with pytest.raises(StaleCall):
        await step(store, was, lines=(line("once"),), events=(event(),), answer=("t", b"a"))
    opened = await store.open("CA1", "t")
    assert (opened.call, opened.answer) == (msgspec.structs.replace(was.call, rev=2), b"a")
    assert len((await store.events("CA1", "0")).entries) == 1
    await store.close()


async def test_a_server_that_refuses_to_write_is_unavailable_and_nothing_is_half_written() -> None:
    server = RedisServer("--maxmemory-policy", "noeviction")
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    was = await begin(store)
    full, replica = ("CONFIG", "SET", "maxmemory"), ("REPLICAOF",)
    for refuse, allow in (((*full, "1"), (*full, "0")), ((*replica, "127.0.0.1", "1"), (*replica, "NO", "ONE"))):
        server.client.execute_command(*refuse)
        with pytest.raises(StoreUnavailable) as told:
            await step(store, was, was.call.with_slot("name", filled("Xanthippe")), lines=(line("Xanthippe"),))
        assert "Xanthippe" not in str(told.value)
        assert len(str(told.value)) < 100
        assert (await store.open("CA1")).call == was.call
        server.client.execute_command(*allow)
    await step(store, was)
    await store.close()
    server.close()


async def test_a_server_that_hangs_is_unavailable_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.redis_store.SLACK_S", 0.1)
    server = RedisServer()
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    assert isinstance(store, RedisStore)
    assert isinstance(store._sender, Lines)
    store._sender._answer_timeout_s = 0.1  # counts from the next connection on, which is the first
    with redis.Redis.from_url(server.url) as client:
        client.execute_command("CLIENT", "PAUSE", 1000 * int(PATIENCE_S), "ALL")
        with pytest.raises(StoreUnavailable):
            async with asyncio.timeout(PATIENCE_S):
                await store.open("CA1")
        with pytest.raises(StoreUnavailable):
            async with asyncio.timeout(PATIENCE_S):
                await store.follow("0", 0.1)
    await store.close()
    server.close()


async def test_a_store_can_be_had_before_its_redis_answers() -> None:
    server = RedisServer()
    server.kill()
    store = AwaitedStore(partial(connect, server.url, channel_prefix="sse:", ttl=Ttl()))
    with pytest.raises(StoreUnavailable):
        await begin(store)
    server.start()
    was = await begin(store, events=(event(),))
    assert (await store.open("CA1")).call == was.call
    await store.close()
    server.close()


async def test_a_wrong_password_is_not_repeated_in_the_message() -> None:
    server = RedisServer("--requirepass", "right")
    with pytest.raises(StoreUnavailable) as told:
        await connect(f"{server.url}?password=Xanthippe", channel_prefix="sse:", ttl=Ttl())
    assert "Xanthippe" not in str(told.value)
    store = await connect(f"{server.url}?password=right", channel_prefix="sse:", ttl=Ttl())
    await begin(store)
    await store.close()
    server.close()


async def test_an_entry_of_the_log_that_somebody_else_put_there_stops_nobody(redis_url: str) -> None:
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    with redis.Redis.from_url(redis_url) as line:
        place = line.xadd(keys.LOG, {"foo": "x"}).decode()
        line.hset(keys.LOG_MARK, "last", place)
    [entry] = (await store.follow("0-1", 0)).entries
    assert (entry.id, entry.sid, entry.data) == (place, "", b"{}")
    await store.close()
