"""Steps that are cut off between the slots of a cluster: whatever was cut, the call is whole when it is next opened."""

import asyncio
import contextlib
import json
from typing import Any

import msgspec
import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from storage import cluster_store, keys
from storage.cluster_store import ClusterStore
from storage.errors import PlaceTaken, StaleCall, StoreUnavailable
from storage.store import Change
from tests.conftest import Shelf
from tests.storage.calls import begin, book, event, filled, job, line, new_call, step

pytestmark = pytest.mark.anyio


class Died(Exception):
    """The process ended here."""


def dies_after(store: ClusterStore, commands: int, *, carried_out: bool) -> None:
    """Let the store's process die at a command; `carried_out`: the server still got that one."""
    send = store._send
    left = commands

    async def send_some(*parts: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            if left == -1 and carried_out:
                await send(*parts)
            raise Died
        return await send(*parts)

    store._send = send_some


async def opened(url: str) -> ClusterStore:
    store = await Shelf(url).open()
    assert isinstance(store, ClusterStore)
    return store


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("commands", range(14))
async def test_a_step_that_was_cut_off_is_whole_or_has_not_been(cluster_url: str, commands: int, carried_out: bool) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store, lines=(line("hello"),), events=(event(1),))
    dies_after(store, commands, carried_out=carried_out)
    after = msgspec.structs.replace(was.call.with_slot("name", filled("Mary")), status="booked", booked=job())
    change = Change(
        before=was.call, after=after, seen=was.seen, lines=(line("yes"),), events=(event(2), event(3)), answer=("t", b"ok"), booking=job()
    )
    with contextlib.suppress(Died):
        await store.commit(change)
    found = await other.open("CA1", "t", "acme")
    assert found.call is not None
    assert found.foreign is None
    if found.answer is None:
        assert found.call == was.call
        await other.commit(msgspec.structs.replace(change, before=found.call, seen=found.seen))
    else:
        assert (found.call.rev, found.answer, found.bookings) == (2, b"ok", (job(),))
        with pytest.raises(StaleCall):
            await other.commit(msgspec.structs.replace(change, seen=found.seen))
    document = json.loads(await other.document("CA1") or b"")
    assert document["user"]["userInfo"]["name"] == "Mary"
    assert [one["message"] for one in document["history"]] == ["hello", "yes"]
    for sid in ("CA1", ""):
        entries = (await other.events(sid, "0")).entries
        assert [json.loads(entry.data)["payload"]["n"] for entry in entries] == [1, 2, 3]
    assert (await other.events("CA1", "0")).entries == (await other.events("", "0")).entries
    assert [one.sid for one in await other.calls("booked")] == ["CA1"]
    assert await other.calls("active") == ()
    assert (await other.open("x", "", "acme")).bookings == (job(),)
    with pytest.raises(PlaceTaken):
        await book(other, await begin(other, "CA2"), job("CA2"))
    again = await other.open("CA1")
    assert again.foreign is None
    await store.close()
    await other.close()


@pytest.mark.parametrize("commands", range(12))
async def test_a_release_that_was_cut_off_gives_the_place_up_once(cluster_url: str, commands: int) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await book(store, await begin(store), job())
    dies_after(store, commands, carried_out=True)
    change = Change(before=was.call, after=msgspec.structs.replace(was.call, status="active", booked=None), seen=was.seen, release=True)
    with contextlib.suppress(Died):
        await store.commit(change)
    found = await other.open("CA1")
    assert found.call is not None
    if found.call.booked:
        await other.commit(msgspec.structs.replace(change, before=found.call, seen=found.seen))
    await book(other, await begin(other, "CA2"), job("CA2"))
    await other.open("CA1")
    assert [one.sid for one in (await other.open("x", "", "acme")).bookings] == ["CA2"]
    await store.close()
    await other.close()


async def test_a_hold_whose_writer_died_is_given_up_when_it_is_in_the_way(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await opened(cluster_url)
    was = await begin(store)
    token, _, _ = await store._on_calendar(Change(before=was.call, after=was.call, booking=job()), "take", "acme")
    assert token
    second = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, second, job("CA2"))
    monkeypatch.setattr(cluster_store, "OLD_MS", -1)
    await book(store, second, job("CA2"))
    await store.close()


async def test_a_hold_that_was_written_is_confirmed_when_it_is_in_the_way(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store)

    async def die(*_: Any) -> None:
        raise Died

    monkeypatch.setattr(store, "_settle_place", die)
    with pytest.raises(Died):
        await book(store, was, job())
    monkeypatch.setattr(cluster_store, "OLD_MS", -1)
    with pytest.raises(PlaceTaken):
        await book(other, await begin(other, "CA2"), job("CA2"))
    assert [one.sid for one in (await other.open("x", "", "acme")).bookings] == ["CA1"]
    await store.close()
    await other.close()


async def test_a_step_whose_hold_is_too_old_is_not_written(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await opened(cluster_url)
    was = await begin(store)
    monkeypatch.setattr(cluster_store, "FRESH_MS", -1)
    with pytest.raises(StaleCall):
        await book(store, was, job())
    assert (await store.open("CA1")).call == was.call
    with redis.Redis.from_url(cluster_url) as client:
        assert client.hgetall(keys.holds("acme")) == {}
    await store.close()


async def test_many_workers_carry_the_same_step_through_and_nothing_is_told_twice(cluster_url: str) -> None:
    store = await opened(cluster_url)
    was = await begin(store)
    others = [await opened(cluster_url) for _ in range(5)]
    dies_after(store, 2, carried_out=True)
    with pytest.raises(Died):
        await step(store, was, events=tuple(event(n) for n in range(10)), lines=(line("a"),))
    await asyncio.gather(*(other.open("CA1") for other in others for _ in range(4)))
    for sid in ("CA1", ""):
        entries = (await others[0].events(sid, "0")).entries
        assert [json.loads(entry.data)["payload"]["n"] for entry in entries] == list(range(10))
    for one in (store, *others):
        await one.close()


async def test_a_document_that_changed_hands_before_ours_was_written_is_adopted_next(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, shelf = await opened(cluster_url), Shelf(cluster_url)
    was = await begin(store)
    write = store._write_document

    async def too_late(*parts: Any) -> Any:
        await shelf.put_document("CA1", b'{"callSid":"CA1","history":[{"message":"theirs"}]}')
        return await write(*parts)

    monkeypatch.setattr(store, "_write_document", too_late)
    await step(store, was, was.call.with_slot("name", filled("Mary")))
    found = await store.open("CA1")
    assert found.foreign is not None
    assert found.foreign["history"] == [{"message": "theirs"}]
    assert found.call is not None
    assert found.call.slot("name").value == "Mary"
    await store.close()


async def test_an_erasure_during_a_step_wins(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    opened_ = await store.open("CA1")
    log_events = store._log_events

    async def erased_first(*parts: Any) -> Any:
        await other.erase("CA1")
        return await log_events(*parts)

    monkeypatch.setattr(store, "_log_events", erased_first)
    await store.commit(Change(before=None, after=new_call(), seen=opened_.seen, lines=(line("secret"),), events=(event(1),)))
    assert await other.document("CA1") is None
    assert await other.calls() == ()
    assert {(entry.sid, b"erased" in entry.data) for entry in (await other.events("", "0")).entries} == {("CA1", True)}
    await store.close()
    await other.close()


async def test_a_lost_answer_is_asked_for_again(cluster_url: str) -> None:
    store = await opened(cluster_url)
    was = await begin(store)
    send = store._send
    lost: set[str] = set()

    async def lose_each_first_answer(*parts: Any) -> Any:
        answer = await send(*parts)
        if str(parts[1]) not in lost and str(parts[0]) == "EVALSHA":
            lost.add(str(parts[1]))
            raise RedisConnectionError("Connection closed by server.")
        return answer

    store._send = lose_each_first_answer
    try:
        was = await step(store, was, was.call.with_slot("name", filled("Mary")), lines=(line("a"),), events=(event(1),), answer=("t", b"a"))
    except (StaleCall, StoreUnavailable):
        found = await store.open("CA1", "t")
        assert found.answer == b"a"
    assert [json.loads(one.data)["payload"]["n"] for one in (await store.events("CA1", "0")).entries] == [1]
    assert [json.loads(one.data)["payload"]["n"] for one in (await store.events("", "0")).entries] == [1]
    assert [one["message"] for one in json.loads(await store.document("CA1") or b"")["history"]] == ["a"]
    await store.close()
