"""The calls of one business: in every store, and by the store that knows no others."""

import json
from typing import Any

import msgspec
import pytest
import redis

from storage import keys, watchers
from storage.bound_store import BoundStore
from storage.errors import CallElsewhere
from storage.keys import Ttl
from storage.store import CallStore, Change
from tests.conftest import Shelf
from tests.storage.calls import begin, book, event, filled, go_on, job, line, new_call, step

pytestmark = pytest.mark.anyio
BOTH = ("acme", "beijing")


def at(minute: int) -> str:
    return f"2026-03-02T01:{minute:02}:00Z"


async def sids(store: CallStore, status: str = "", before: str = "", count: int = 50, business: str = "") -> list[str]:
    return [one.sid for one in await store.calls(status, before, count, business)]


async def full(store: CallStore, count: int = 9) -> None:
    """Calls C0, C3, C6 of the one business, the others of the other, each a minute after the one before; every other one waits for a person."""
    for number in range(count):
        was = await begin(store, f"C{number}", at(number), BOTH[number % 3 != 0], events=(event(number),))
        if number % 2:
            await step(store, was, msgspec.structs.replace(was.call, status="waiting_agent"), events=(event(number),))


async def test_a_call_is_the_business_s_that_its_record_names(store: CallStore, shelf: Shelf) -> None:
    await begin(store, "A", business="acme")
    await shelf.put_document("A", b'{"company":{"id":"beijing"}}')
    await shelf.put_document("prepared", b'{"company":{"id":"acme"}}')
    assert [await store.business(sid) for sid in ("A", "prepared", "nobody")] == ["acme", "", ""]
    await store.erase("A")
    assert await store.business("A") == ""


async def test_the_list_of_one_business_is_whole_page_by_page(store: CallStore) -> None:
    await full(store)
    assert await sids(store, business="acme") == ["C6", "C3", "C0"]
    assert await sids(store, business="beijing") == ["C8", "C7", "C5", "C4", "C2", "C1"]
    assert await sids(store, "waiting_agent", business="beijing") == ["C7", "C5", "C1"]
    assert await sids(store, business="nobody") == []
    found: list[str] = []
    while page := await sids(store, before=found[-1] if found else "", count=2, business="beijing"):
        assert len(page) <= 2
        found += page
    assert found == ["C8", "C7", "C5", "C4", "C2", "C1"]
    assert await sids(store, before="C6", business="beijing") == await sids(store, before="nobody", business="beijing") == []


async def test_counts_are_of_one_business(store: CallStore) -> None:
    await full(store)
    assert [await store.how_many("active", business=one) for one in ("", *BOTH)] == [5, 2, 3]
    assert [await store.how_many("waiting_agent", 1, one) for one in ("", *BOTH)] == [4, 1, 3]
    late = 1_772_413_200_000 + 4 * 60_000
    assert [await store.how_many("active", late, one) for one in ("", *BOTH)] == [3, 1, 2]
    await store.erase("C6")
    assert await store.how_many("active", business="acme") == 1


async def test_what_a_list_does_not_know_or_knows_wrongly_the_record_decides(redis_url: str) -> None:
    """A call begun by an earlier version stands in no list by business; under the sid of one that is gone another business may begin one."""
    store = await Shelf(redis_url).open()
    await full(store, 4)
    with redis.Redis.from_url(redis_url) as client:
        assert client.hgetall(keys.BUSINESSES) == {b"C0": b"acme", b"C3": b"acme", b"C1": b"beijing", b"C2": b"beijing"}
        client.hdel(keys.BUSINESSES, "C0")
        client.hset(keys.BUSINESSES, "C1", "acme")
        assert await sids(store, business="acme") == ["C3", "C0"]
        assert await sids(store, business="beijing") == ["C2"]
        await store.erase("C1")
        await begin(store, "C1", at(5), "acme")
        assert await sids(store, business="acme") == ["C1", "C3", "C0"]
        assert client.hget(keys.BUSINESSES, "C1") == b"acme"
    await store.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_a_call_that_begins_under_a_sid_that_is_still_listed_is_its_own_business_s(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store = await Shelf(url).open()
    with redis.Redis.from_url(url) as client:
        client.zadd(keys.index("active")[0], {"C1": 1})
        client.hset(keys.BUSINESSES, "C1", "beijing")
        was = await begin(store, "C1", business="acme")
        assert await sids(store, business="acme") == ["C1"]
        assert client.hget(keys.BUSINESSES, "C1") == b"acme"
        client.delete(keys.BUSINESSES)
        was = await step(store, was)
        assert client.hgetall(keys.BUSINESSES) == {}, "a step that moves nothing writes nothing there"
        await step(store, was, msgspec.structs.replace(was.call, status="waiting_agent"))
        assert client.hgetall(keys.BUSINESSES) == {b"C1": b"acme"}
        assert await sids(store, business="acme") == ["C1"]
    await store.close()


async def test_whose_a_call_was_is_forgotten_with_it(redis_url: str) -> None:
    store = await Shelf(redis_url).open(Ttl(call_s=60))
    with redis.Redis.from_url(redis_url) as client:
        await begin(store, "C1")
        client.zadd(keys.index("active")[1], {"C1": 1})  # its time has come
        await begin(store, "C2")
        assert client.hkeys(keys.BUSINESSES) == [b"C2"]
    await store.close()


async def test_every_event_says_whose_it_is_also_the_last_one(store: CallStore) -> None:
    for sid, business in zip(("A", "B"), BOTH, strict=True):
        await begin(store, sid, business=business, events=(event(1),))
        await store.take_in(f"told {sid}", sid, b'{"type":"tool_result","payload":{}}', "nonsense")
    await store.take_in("for a supervisor", "", b'{"type":"tool_result","payload":{}}', "acme")
    await store.take_in("of a call nobody knows", "C", b'{"type":"tool_result","payload":{}}', "acme")
    (told,) = await store.erase("B")
    assert told.business == "beijing"
    log = (await store.events("", "0")).entries
    assert [(one.sid, one.business) for one in log] == [("A", "acme"), ("A", "acme"), ("", "acme"), ("C", ""), ("B", "beijing")]
    assert json.loads(log[-1].data)["payload"]["status"] == "erased"
    assert [one.business for one in (await store.events("A", "0")).entries] == ["acme", "acme"]
    assert [one.business for one in (await store.follow(log[1].id, 0)).entries] == ["acme", "", "beijing"]
    await store.erase("B")
    assert [one.business for one in (await store.events("", log[-2].id)).entries] == ["beijing"], "a second erasure takes nothing of the first away"


async def test_the_events_of_another_s_call_are_those_of_none(store: CallStore) -> None:
    place = (await begin(store, "A", business="acme", events=(event(1), event(2)))).event_ids[0]
    for after in ("0", place, "1-0", "9999999999999-0", "nonsense"):
        assert await store.events("A", after, business="beijing") == await store.events("nobody", after, business="beijing"), after
        assert await store.events("A", after, business="acme") == await store.events("A", after), after


async def test_to_whoever_is_bound_another_s_call_is_not_there(store: CallStore, shelf: Shelf) -> None:
    was = await begin(store, "A", business="acme", lines=(line("secret"),), events=(event(1),), trace=b"{}")
    await begin(store, "B", business="beijing")
    bound: CallStore = BoundStore(store, "beijing", BOTH)
    assert bound.survives_restart == store.survives_restart
    assert await bound.business("A") == ""
    assert (await bound.document("A"), [*await bound.trace("A")], await bound.head("A"), await bound.readers("A")) == (None, [], "0-0", {})
    assert await bound.events("A", "0") == await bound.events("nobody", "0")
    assert [one.sid for one in await bound.calls()] == ["B"]
    assert [one.sid for one in await bound.calls(business="acme")] == [one.sid for one in await bound.calls(before="A")] == []
    assert (await bound.how_many("active"), await bound.how_many("active", 0, "acme")) == (1, 0)
    assert await bound.erase("A") == ()
    steps: list[Any] = [
        bound.open("A"),
        bound.open("A", "t", "beijing"),
        bound.commit(Change(before=was.call, after=was.call, seen=was.seen)),
        bound.commit(Change(before=None, after=new_call("new", business="acme"))),
        bound.take_in("n", "A", b"{}"),
        bound.events("", "0"),
        bound.follow("0", 0),
        bound.note_readers("p", {}),
        bound.secret(),
    ]
    for one in steps:
        with pytest.raises(CallElsewhere):
            await one
    assert [one async for one in bound.published()] == []
    assert json.loads(await store.document("A") or b"")["history"][0]["message"] == "secret"


async def test_to_whoever_is_bound_their_own_calls_are_all_there(store: CallStore) -> None:
    bound: CallStore = BoundStore(store, "beijing", BOTH)
    was = await begin(bound, "B", business="beijing", lines=(line("hello"),), events=(event(1),), trace=b'{"t":1}')
    await book(bound, was, job("B", business="beijing"), answer=("key", b"{}"))
    found = await bound.open("B", "key", "beijing")
    assert (found.answer, [one.sid for one in found.bookings]) == (b"{}", ["B"])
    assert json.loads(await bound.document("B") or b"")["history"][0]["message"] == "hello"
    assert ([*await bound.trace("B")], await bound.business("B"), await bound.head("B")) == ([b'{"t":1}'], "beijing", await store.head("B"))
    assert (await bound.events("B", "0")).entries == (await store.events("B", "0")).entries
    assert [one.sid for one in await bound.calls("booked")] == ["B"]
    assert await bound.how_many("booked") == 1
    assert await bound.take_in("name", "B", b'{"type":"tool_result","payload":{}}')
    assert [one.sid for one in await bound.erase("B")] == ["B"]


async def test_what_another_system_prepared_for_another_business_is_not_theirs(store: CallStore, shelf: Shelf) -> None:
    bound = BoundStore(store, "beijing", BOTH)
    await shelf.put_document("A", b'{"company":{"id":"acme"},"user":{"userInfo":{"name":"Mary"}}}')
    with pytest.raises(CallElsewhere):
        await bound.open("A")
    for mine in (b'{"company":{"id":"beijing"}}', b'{"company":{"id":"crm-77"}}', b'{"company":{"id":["acme"]}}', b'{"company":1}', b"{}"):
        await shelf.put_document("B", mine)
        assert (await bound.open("B")).foreign == json.loads(mine)
    assert await bound.document("A") is None, "nobody knows whose it is before its first turn"


async def test_a_number_leads_to_the_calls_of_one_business_alone(store: CallStore) -> None:
    number = "+12025550143"
    for sid, business in zip(("A", "B"), BOTH, strict=True):
        opened = await store.open(sid)
        call = new_call(sid, business=business, caller=number).with_slot("name", filled("Mary"))
        was = await store.commit(Change(before=None, after=call, seen=opened.seen))
        if business == "acme":
            await book(store, was, job("A", business="acme"))
    assert [await store.unfinished(one, number) for one in (*BOTH, "third")] == ["", "B", ""]
    assert [await store.booked_before(one, number) for one in (*BOTH, "third")] == [True, False, False]
    bound = BoundStore(store, "acme", BOTH)
    assert [await bound.unfinished(one, number) for one in BOTH] == ["", ""]
    assert [await bound.booked_before(one, number) for one in BOTH] == [True, False]


async def test_an_erased_caller_s_kin_is_of_the_same_business(store: CallStore) -> None:
    first = await begin(store, "A")
    await go_on(store, first, "A2")
    await begin(store, "B", business="beijing")
    assert await BoundStore(store, "beijing", BOTH).erase("A2") == ()
    assert [one.sid for one in await BoundStore(store, "acme", BOTH).erase("A2")] == ["A", "A2"]
    assert await sids(store) == ["B"]


async def test_a_supervisor_who_is_bound_watches_for_their_business(store: CallStore) -> None:
    bound = BoundStore(store, "beijing", BOTH)
    await store.watching((watchers.named("ann"), watchers.named("sue", "acme")))
    await bound.watching((watchers.named("li", "beijing"), watchers.named("eve", "acme")))
    assert {*await store.watching()} == {"ann", "sue acme", "li beijing"}
    assert {*await bound.watching()} == {"ann", "li beijing"}
    ages = {"ann": 5.0, "ann acme": 2.0, "sue acme": 3.0}
    assert [watchers.unseen_s(ages, "ann", one) for one in BOTH] == [2.0, 5.0]
    assert [watchers.unseen_s(ages, "sue", one) for one in BOTH] == [3.0, float("inf")]
