"""Claims: of all who claim a name one is the first, until that is forgotten. Tallies: how often something was, until that is."""

import asyncio
from typing import Any

import pytest
import redis

from storage import keys
from storage.connect import connect
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.redis_store import RedisStore
from storage.store import CallStore
from tests.conftest import Shelf

pytestmark = pytest.mark.anyio


async def test_of_twenty_who_claim_a_name_at_once_one_is_the_first(shelf: Shelf) -> None:
    first = await shelf.open()
    second = await shelf.open() if shelf.lasts else first
    won = await asyncio.gather(*(store.claim("a", 60) for store in (first, second) for _ in range(10)))
    assert sorted(won) == [*[False] * 19, True]
    assert await second.claim("b", 60)
    assert not await first.claim("b", 60)
    await first.close()
    await second.close()


async def test_a_claim_is_forgotten_in_time(redis_url: str) -> None:
    now = [0.0]
    memory = MemoryStore(clock=lambda: now[0])
    assert await memory.claim("a", 60)
    now[0] = 59.9
    assert not await memory.claim("a", 60)
    now[0] = 60.0
    assert await memory.claim("a", 60)
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    assert await store.claim("a", 60)
    assert not await store.claim("a", 6000)
    with redis.from_url(redis_url) as line:
        assert 0 < int(line.ttl(keys.claim("a"))) <= 60
    await store.close()


async def test_a_claim_whose_answer_was_lost_is_still_the_first(redis_url: str) -> None:
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    assert isinstance(store, RedisStore)
    send, lost = store._send, []

    async def losing(*parts: Any) -> Any:
        answer = await send(*parts)
        if not lost:
            lost.append(answer)
            raise redis.ConnectionError
        return answer

    store._send = losing
    assert await store.claim("a", 60)
    assert not await store.claim("a", 60)
    await store.close()


async def test_a_tally_counts_up_and_down_and_never_below_nothing(store: CallStore) -> None:
    assert [await store.tally("a", by, 60) for by in (1, 1, 0, -1, -5, 1)] == [1, 2, 2, 1, 0, 1]
    assert await store.tally("b", 1, 60) == 1
    assert sorted(await asyncio.gather(*(store.tally("c", 1, 60) for _ in range(20)))) == [*range(1, 21)]


async def test_a_tally_is_forgotten_some_time_after_it_was_begun(redis_url: str) -> None:
    now = [0.0]
    memory = MemoryStore(clock=lambda: now[0])
    await memory.tally("a", 1, 60)
    now[0] = 59.9
    assert await memory.tally("a", 1, 60) == 2
    now[0] = 60.0
    assert await memory.tally("a", 1, 60) == 1
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    assert [await store.tally("+12025550123", 1, for_s) for for_s in (60, 6000)] == [1, 2]
    with redis.from_url(redis_url) as line:
        [key] = line.keys("slotline:tally:*")
        assert 0 < int(line.ttl(key)) <= 60
        assert b"2025550123" not in key
    other = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    assert await other.tally("+12025550123", 0, 60) == 2, "whoever uses this store counts the same"
    await other.close()
    await store.close()
