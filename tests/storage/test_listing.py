"""The list of calls, and erasing one from everywhere."""

import json
from datetime import datetime

import msgspec
import pytest
import redis

from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore
from tests.conftest import Shelf
from tests.storage.calls import begin, book, event, filled, job, line, step

pytestmark = pytest.mark.anyio


def at(minute: int) -> str:
    return f"2026-03-02T01:{minute:02}:00Z"


async def sids(store: CallStore, status: str = "", before: str = "", count: int = 50) -> list[str]:
    return [one.sid for one in await store.calls(status, before, count)]


async def test_newest_first_page_by_page(store: CallStore) -> None:
    for minute in (3, 1, 4, 0, 2):
        await begin(store, f"C{minute}", at(minute))
    assert await sids(store) == ["C4", "C3", "C2", "C1", "C0"]
    assert await sids(store, count=2) == ["C4", "C3"]
    assert await sids(store, before="C3", count=2) == ["C2", "C1"]
    assert await sids(store, before="C1", count=2) == ["C0"]
    assert await sids(store, before="C0") == []
    assert await sids(store, before="nobody") == []


async def test_pages_are_whole_when_all_began_at_once_and_lists_are_mixed(store: CallStore) -> None:
    for number in range(40):
        was = await begin(store, f"C{number}")
        if number % 3 == 0:
            await step(store, was, msgspec.structs.replace(was.call, status="waiting_agent"))
    found: list[str] = []
    while page := await sids(store, before=found[-1] if found else "", count=7):
        found += page
    assert found == sorted((f"C{number}" for number in range(40)), reverse=True)


async def test_only_those_begun_within_a_span_page_by_page(store: CallStore) -> None:
    for minute in range(6):
        await begin(store, f"C{minute}", at(minute), "acme" if minute % 2 else "beijing")
    began = int(datetime.fromisoformat(at(0)).timestamp() * 1000)
    since, until = began + 60_000, began + 5 * 60_000

    async def within(before: str = "", count: int = 50, business: str = "", since_ms: int = since, until_ms: int = until) -> list[str]:
        found = await store.calls("active", before, count, business, since_ms=since_ms, until_ms=until_ms)
        return [one.sid for one in found]

    assert await within() == ["C4", "C3", "C2", "C1"], "from the one on, before the other"
    assert await within(count=3) == ["C4", "C3", "C2"]
    assert await within("C2", 3) == ["C1"]
    assert await within("C1") == []
    assert await within("C5") == ["C4", "C3", "C2", "C1"], "from a call that was begun later"
    assert await within("C0") == []
    assert await within(count=1, business="acme") == ["C3"]
    assert await within("C3", 9, "acme") == ["C1"]
    assert await within(until_ms=0) == ["C5", "C4", "C3", "C2", "C1"]
    assert await within(since_ms=0) == ["C4", "C3", "C2", "C1", "C0"]


async def test_by_status_with_the_document(store: CallStore) -> None:
    was = await begin(store, "C1", at(1))
    await begin(store, "C2", at(2))
    was = await step(store, was, msgspec.structs.replace(was.call.with_slot("name", filled("Mary")), status="waiting_agent"))
    assert await sids(store, "waiting_agent") == ["C1"]
    assert await sids(store, "active") == ["C2"]
    assert await sids(store, "active,waiting_agent") == ["C2", "C1"]
    assert await sids(store, "active,waiting_agent", before="C2") == ["C1"]
    assert await sids(store, "booked,active,nonsense") == ["C2"]
    assert await sids(store, "booked") == await sids(store, "nonsense") == []
    (listed,) = await store.calls("waiting_agent")
    assert (listed.status, listed.document["user"]["userInfo"]["name"]) == ("waiting_agent", "Mary")
    await step(store, was, msgspec.structs.replace(was.call, status="active"))
    assert await sids(store, "active") == ["C2", "C1"]
    assert await sids(store, "waiting_agent") == []


async def test_erasing_leaves_no_trace(store: CallStore) -> None:
    was = await begin(store, "C1", events=(event(1),), lines=(line("hello there"),), answer=("t", b"a"))
    await book(store, was, job("C1"), answer=("u", b"b"))
    await begin(store, "C2", events=(event(2),))
    assert [one.sid for one in await store.erase("C1")] == ["C1"]
    opened = await store.open("C1", "t")
    assert (opened.call, opened.answer, opened.seen) == (None, None, "")
    assert await store.document("C1") is None
    assert await sids(store) == ["C2"]
    assert (await store.events("C1", "0")).entries == ()
    assert [json.loads(entry.data)["type"] for entry in (await store.events("", "0")).entries] == ["progress", "status_change"]
    assert await store.erase("C1") == ()
    again = await begin(store, "C1", lines=(line("new"),))
    assert again.call.rev == 1
    assert b"hello there" not in (await store.document("C1") or b"")


async def test_what_expired_is_dropped_from_memory_when_looked_at() -> None:
    now = 1_800_000_000.0
    store = MemoryStore(ttl=Ttl(call_s=100, booked_s=1000, log_s=50), clock=lambda: now)
    open_call = await begin(store, "C1", events=(event(1),), lines=(line("x"),))
    await book(store, await begin(store, "C2"), job("C2", 1_800_010_000))
    now += 60
    assert (await store.events("", "0")).entries == ()
    assert (await store.events("C1", open_call.event_ids[0])).gone == ""
    await step(store, open_call)
    now += 99
    assert await sids(store) == ["C2", "C1"]
    now += 1
    assert await sids(store) == ["C2"]
    assert (await store.open("C1")).call is None
    assert await store.document("C1") is None
    assert (await store.events("C1", open_call.event_ids[0])).gone == "expired"
    now += 1000
    await begin(store, "C3")
    assert set(store._calls) == set(store._documents) == {"C3"}
    assert await sids(store) == ["C3"]
    assert len((await store.open("x", "", "acme")).bookings) == 1


async def test_expired_calls_leave_the_lists_in_redis(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    with redis.Redis.from_url(redis_url) as client:
        for number in range(3):
            await begin(store, f"C{number}")
        for key in client.keys("*C0*"):
            client.delete(key)
        assert await sids(store) == ["C2", "C1"]
        client.zadd("{slotline:calls}:active:until", {"C0": 1})
        await begin(store, "C3")
        assert client.zrange("{slotline:calls}:active", 0, -1) == [b"C1", b"C2", b"C3"]
        assert client.zcard("{slotline:calls}:active:until") == 3
    await store.close()


async def test_a_page_has_no_more_than_was_asked_for_though_some_of_it_ran_out(redis_url: str) -> None:
    """A call that has run out still stands in the list until it is pruned; another takes its place on the page."""
    store = await Shelf(redis_url).open()
    for minute in range(5):
        await begin(store, f"C{minute}", at(minute))
    with redis.Redis.from_url(redis_url) as client:
        client.delete("slotline:{C4}:record", "call:C4")
    for business in ("", "acme"):
        assert [one.sid for one in await store.calls(count=3, business=business)] == ["C3", "C2", "C1"]
        assert [one.sid for one in await store.calls(before="C1", count=3, business=business)] == ["C0"]
    await store.close()
