"""A caller who is erased is gone everywhere: the call, what it goes on from and what went on from it, whoever is at work on them meanwhile."""

import asyncio
import contextlib
import json
from typing import Any

import msgspec
import pytest
import redis

from storage import keys
from storage.cluster_store import ClusterStore
from storage.errors import StaleCall
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change, Committed
from tests.conftest import Shelf
from tests.patience import PATIENCE_S
from tests.storage.calls import begin, book, event, filled, go_on, job, line, new_call, step

pytestmark = pytest.mark.anyio
SECRET = "Xanthippe"


async def family(store: CallStore) -> dict[str, Committed]:
    """Four calls of one caller: B goes on from A, C and D from B. And one of somebody else."""
    a = await begin(store, "A", lines=(line("one"),), events=(event(1),))
    b = await go_on(store, a, "B", lines=(line("two"),), events=(event(2),))
    c = await go_on(store, b, "C", lines=(line("three"),), events=(event(3),))
    d = await go_on(store, b, "D", lines=(line("four"),), events=(event(4),))
    other = await begin(store, "other", lines=(line("five"),), events=(event(5),))
    return {"A": a, "B": b, "C": c, "D": d, "other": other}


@pytest.mark.parametrize("sid", ["A", "B", "C", "D"])
async def test_the_whole_family_goes_whichever_of_them_is_named(store: CallStore, sid: str) -> None:
    was = await family(store)
    told = await store.erase(sid)
    assert sorted(one.sid for one in told) == ["A", "B", "C", "D"]
    assert told[-1].sid == sid, "the one that was named goes last"
    for one in "ABCD":
        opened = await store.open(one)
        assert (opened.call, opened.seen, await store.document(one), (await store.events(one, "0")).entries) == (None, "", None, ())
        with pytest.raises(StaleCall):
            await step(store, was[one], lines=(line("late"),))
    assert [one.sid for one in await store.calls()] == ["other"]
    assert await store.erase(sid) == ()
    again = await begin(store, sid)
    assert again.call.rev == 1
    assert [one.sid for one in await store.erase(sid)] == [sid], "a new call is kin of nobody"


async def test_calls_are_found_behind_one_that_has_expired() -> None:
    now = 1_800_000_000.0
    store = MemoryStore(ttl=Ttl(call_s=100, booked_s=1000), clock=lambda: now)
    a = await begin(store, "A")
    now += 90
    b = await go_on(store, a, "B")
    now += 90
    await go_on(store, b, "C")
    now += 90
    assert [one.sid for one in await store.calls()] == ["C"]
    assert [one.sid for one in await store.erase("B")] == ["C"]


@pytest.mark.parametrize("sid", ["A", "B"])
async def test_calls_are_found_behind_ones_that_have_expired_in_redis(redis_url: str, sid: str) -> None:
    store = await Shelf(redis_url).open()
    was = await family(store)
    with redis.Redis.from_url(redis_url) as client:
        for one in "AB":
            for key in [*client.keys(f"*{{{one}}}*"), keys.document(one)]:
                if client.ttl(key) <= Ttl().call_s:
                    client.delete(key)
        assert client.ttl(keys.family("A")) > Ttl().booked_s
        assert client.ttl(keys.root("B")) > Ttl().booked_s
    assert was["C"].call.root == "A"
    assert {one.sid for one in await store.erase(sid)} >= {"C", "D"}
    assert [one.sid for one in await store.calls()] == ["other"]
    await store.close()


async def test_nothing_goes_on_from_a_call_that_is_gone(store: CallStore) -> None:
    earlier, was = await begin(store, "A"), await begin(store, "B")
    await store.erase("A")
    with pytest.raises(StaleCall):
        await step(store, was, msgspec.structs.replace(was.call.with_slot("name", filled(SECRET)), resumed_from="A", root="A"))
    assert (await store.open("B")).call == was.call
    await step(store, was, lines=(line("on"),))
    assert earlier.call.sid == "A"


@pytest.mark.parametrize("seed", range(6))
async def test_turns_at_the_same_time_leave_no_half_of_it(store: CallStore, seed: int) -> None:
    """Erased, while others write to it, go on from it, begin it: afterwards all of a call is there, begun after the erasure, or none of it."""
    was = await family(store)

    async def write(sid: str) -> None:
        with contextlib.suppress(StaleCall):
            await step(store, was[sid], was[sid].call.with_slot("name", filled(SECRET)), lines=(line(SECRET),), events=(event(6, name=SECRET),))

    async def take_over(sid: str) -> None:
        with contextlib.suppress(StaleCall):
            on = was[sid].call.with_slot("name", filled(SECRET))
            late = await begin(store, f"late-{sid}")
            await step(store, late, msgspec.structs.replace(on, sid=late.call.sid, rev=1, resumed_from=sid, root="A"), lines=(line(SECRET),))

    work = [write("A"), take_over("A"), store.erase("ABCD"[seed % 4]), write("C"), take_over("C"), write("B"), take_over("B")]
    await asyncio.gather(*work[seed:], *work[:seed])
    left = [one.sid for one in await store.calls()]
    assert set(left) <= {"other", "late-A", "late-B", "late-C"}
    for sid in ("A", "B", "C", "D", *left):
        assert SECRET not in str([(await store.open(sid)).call, await store.document(sid), (await store.events(sid, "0")).entries])
    assert SECRET not in str(await store.events("", "0", 100))


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_nothing_of_an_erased_caller_is_left_in_redis(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store = await Shelf(url).open()
    was = await begin(store, SECRET, events=(event(1, name=SECRET),), lines=(line(SECRET),), answer=("t", SECRET.encode()), trace=SECRET.encode())
    for _ in range(12):
        was = await step(store, was, was.call.with_slot("name", filled(SECRET)), events=tuple(event(n, name=SECRET) for n in range(100)))
    was = await book(store, was, msgspec.structs.replace(job(SECRET), service=SECRET))
    await begin(store, "other", events=(event(2),))
    with redis.Redis.from_url(url) as client:
        assert len(traces(client)) >= 10
        (told,) = await store.erase(SECRET)
        assert traces(client) == [keys.LOG], "where readers are told of it"
        assert client.xrange(keys.LOG)[-1][1] == {b"sid": SECRET.encode(), b"data": told.data, b"business": b"acme"}
        client.xdel(keys.LOG, told.id)
        await begin(store, "CA1")
        await store.erase("CA1")
        assert traces(client) == []
    await store.close()


SPEAKS_OF_IT = json.dumps({"type": "new_message", "payload": {"callSid": "CA1", "message": SECRET}})
ERASED_AND_MORE = json.dumps({"payload": {"callSid": "CA1", "name": SECRET, "status": "erased"}}, separators=(",", ":"))


@pytest.mark.parametrize(
    "fields",
    [
        {"data": SECRET, "sid": "CA1"},
        {"sid": "CA1"},
        {"more": SECRET, "sid": "CA1", "data": SECRET},
        {"data": SPEAKS_OF_IT},
        {"data": SPEAKS_OF_IT, "sid": ""},
        {"sid": "CA1", "data": ERASED_AND_MORE},
    ],
)
async def test_what_another_program_wrote_of_the_caller_goes_too(redis_url: str, fields: dict[str, str]) -> None:
    store = await Shelf(redis_url).open()
    await begin(store)
    with redis.Redis.from_url(redis_url) as client:
        client.xadd(keys.LOG, fields)  # type: ignore[arg-type]
        (told,) = await store.erase("CA1")
        assert [entry for _, entry in client.xrange(keys.LOG)] == [{b"sid": b"CA1", b"data": told.data, b"business": b"acme"}]
        assert traces(client) == []
    await store.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"data": SPEAKS_OF_IT, "sid": "other"},
        {"data": SPEAKS_OF_IT.replace("CA1", "CA10")},
        {"data": SPEAKS_OF_IT.replace("CA1", "C.1")},
        {"data": "CA1"},
    ],
)
async def test_what_another_program_wrote_of_somebody_else_stays(redis_url: str, fields: dict[str, str]) -> None:
    store = await Shelf(redis_url).open()
    for sid in ("CA1", "C.1"):
        await begin(store, sid)
    with redis.Redis.from_url(redis_url) as client:
        place = client.xadd(keys.LOG, fields)  # type: ignore[arg-type]
        await store.erase("CA1")
        assert place in [id_ for id_, _ in client.xrange(keys.LOG)]
    await store.close()


async def test_readers_elsewhere_are_told_on_the_calls_channel(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    await begin(store)
    with redis.Redis.from_url(redis_url) as client, client.pubsub(ignore_subscribe_messages=True) as outside:
        outside.subscribe("sse:session:CA1")
        outside.get_message(timeout=PATIENCE_S)
        (told,) = await store.erase("CA1")
        message = outside.get_message(timeout=PATIENCE_S)
    assert message is not None
    assert message["data"] == b'{"id":"%b",%b' % (told.id.encode(), told.data[1:])
    await store.close()


async def test_a_call_begun_while_it_is_erased_is_looked_at_again(redis_url: str) -> None:
    """What was known of it when the erasure began, and tells which lists hold it, is not what is there any more."""
    store = await Shelf(redis_url).open()
    script = store._script  # type: ignore[attr-defined]

    async def begun_first(name: str, *parts: Any) -> Any:
        if name == "erase" and (await store.open("CA1")).call is None:
            brief = msgspec.structs.replace(new_call().brief, caller="+12025550143")
            call = msgspec.structs.replace(new_call().with_slot("name", filled(SECRET)), brief=brief)
            await store.commit(Change(before=None, after=call, booking=job()))
        return await script(name, *parts)

    store._script = begun_first  # type: ignore[attr-defined]
    assert len(await store.erase("CA1")) == 1
    with redis.Redis.from_url(redis_url) as client:
        assert traces(client) == []
        assert [json.loads(kept)["sid"] for kept in client.hvals(keys.calendar("acme")[1])] == [""]
        assert client.keys("slotline:caller:*") == []
    await store.close()


@pytest.mark.parametrize("commands", range(0, 36, 2))
async def test_an_erasure_that_was_cut_off_is_carried_through(cluster_url: str, commands: int) -> None:
    store, other = await Shelf(cluster_url).open(), await Shelf(cluster_url).open()
    assert isinstance(store, ClusterStore)
    was = await begin(store, events=(event(1, name=SECRET),), lines=(line(SECRET),))
    await book(store, was, msgspec.structs.replace(job(), service=SECRET))
    send, left = store._send, commands

    async def dies(*parts: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise RuntimeError("the process ended here")
        return await send(*parts)

    store._send = dies
    with contextlib.suppress(RuntimeError):
        await store.erase("CA1")
    if left < 0 and (await other.open("CA1")).call is not None:
        assert len(await other.erase("CA1")) == 1, "it had not begun"
    with redis.Redis.from_url(cluster_url) as client:
        assert traces(client) == []
        assert client.keys("*{CA1}*") == client.keys("call:*") == []
        assert [json.loads(kept)["sid"] for kept in client.hvals(keys.calendar("acme")[1])] == [""]
    await store.close()
    await other.close()


async def test_a_place_that_was_held_when_its_caller_was_erased_is_nobodys(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = await Shelf(cluster_url).open(), await Shelf(cluster_url).open()
    assert isinstance(store, ClusterStore)
    was = await begin(store)

    async def dies(*parts: Any) -> None:
        raise RuntimeError("the process ended here")

    monkeypatch.setattr(store, "_settle_place", dies)
    with pytest.raises(RuntimeError):
        await book(store, was, job())
    await other.erase("CA1")
    with redis.Redis.from_url(cluster_url) as client:
        assert client.hgetall(keys.holds("acme")) == {}
        assert [json.loads(kept)["sid"] for kept in client.hvals(keys.calendar("acme")[1])] == [""], "it was booked"
    await store.close()
    await other.close()


async def test_what_took_over_a_call_that_is_erased_meanwhile_goes_with_it(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = await Shelf(cluster_url).open(), await Shelf(cluster_url).open()
    assert isinstance(store, ClusterStore)
    earlier = await begin(store, "A")
    gone, asked = store._is_gone, 0

    async def erased_in_between(sid: str) -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            await other.erase("A")
        return await gone(sid)

    monkeypatch.setattr(store, "_is_gone", erased_in_between)
    with pytest.raises(StaleCall):
        await go_on(store, earlier, "B", lines=(line(SECRET),))
    assert await store.calls() == ()
    with redis.Redis.from_url(cluster_url) as client:
        assert traces(client) == []
    await store.close()
    await other.close()


def traces(client: Any) -> list[str]:
    """Every key that has the secret in its name, in what can be read of it, or in the bytes that a copy of the database would take along."""
    client.config_set("rdbcompression", "no")
    try:
        return sorted(key.decode() for key in client.keys("*") if SECRET.encode() in key or SECRET.encode() in client.dump(key))
    finally:
        client.config_set("rdbcompression", "yes")
