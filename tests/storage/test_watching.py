"""Who watches: noted by each process, known to all, and forgotten in time."""

import pytest

from storage.connect import connect
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore
from tests.conftest import Shelf
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def test_what_one_process_notes_all_know(store: CallStore, shelf: Shelf) -> None:
    assert dict(await store.watching()) == {}
    assert {*await store.watching(("ann", "王宝强"))} == {"ann", "王宝强"}
    other = await shelf.open() if shelf.lasts else store
    ages = await other.watching(("bob",))
    assert {*ages} == {"ann", "bob", "王宝强"}
    assert all(0 <= age_s < PATIENCE_S for age_s in ages.values())
    if other is not store:
        await other.close()


async def test_a_cluster_knows_too(cluster_url: str) -> None:
    store = await connect(cluster_url, channel_prefix="sse:", ttl=Ttl())
    await store.watching(("ann",))
    assert {*await store.watching()} == {"ann"}
    await store.close()


async def test_how_long_ago_is_told_and_an_hour_later_it_is_forgotten() -> None:
    now = 1_900_000_000.0
    store = MemoryStore(clock=lambda: now)
    await store.watching(("ann", "bob"))
    now += 40
    assert dict(await store.watching(("bob",))) == {"ann": 40.0, "bob": 0.0}
    now += 3570
    assert dict(await store.watching()) == {"bob": 3570.0}


async def test_in_redis_it_is_forgotten_by_the_clock_of_redis(redis_url: str, redis_server: object) -> None:
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    client = redis_server.client  # type: ignore[attr-defined]
    await store.watching(("ann",))
    seconds, _ = client.time()
    client.zadd("slotline:watching", {"bob": (seconds - 40) * 1000, "old": (seconds - 3601) * 1000})
    ages = await store.watching()
    assert {*ages} == {"ann", "bob"}
    assert 39 <= ages["bob"] < 40 + PATIENCE_S
    assert 0 < client.pttl("slotline:watching") <= 3_600_000
    await store.close()
