"""The outbox in Redis when something is cut off: a step, a worker, an answer, the server. What is owed is neither lost nor made up."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from storage import cluster_store, keys
from storage.cluster_store import ClusterStore
from storage.connect import connect
from storage.embedded import EmbeddedRedis
from storage.errors import StaleCall
from storage.keys import Ttl
from storage.outbox import OutboxFigures
from storage.pending import Pending
from storage.redis_store import RedisStore
from storage.store import CallStore, Change
from tests.conftest import RedisServer, Shelf
from tests.files import holding
from tests.patience import until
from tests.storage.calls import begin, book, debt, event, job, line, step
from tests.storage.test_cluster_store import Died, dies_after, opened
from tests.storage.test_redis_store import Wire

pytestmark = pytest.mark.anyio
HOUR_S = 3600.0
FIRST, SECOND = debt(1), debt(2)
SECRET = "Xanthippe"


def time_passes(client: Any) -> None:
    """Every lease and every wait is over."""
    for key in (keys.DUE, keys.ANNOUNCED):
        for name in client.zrange(key, 0, -1):
            client.zadd(key, {name: 1})


async def ids(store: CallStore, lease_s: float = HOUR_S) -> set[str]:
    return {one.delivery.id for one in await store.due(50, lease_s)}


@pytest.mark.parametrize("comes_back", [False, True])
@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("commands", range(18))
async def test_a_step_that_was_cut_off_owes_what_it_owes_or_nothing(cluster_url: str, commands: int, carried_out: bool, comes_back: bool) -> None:
    """Whether the caller comes back and the step is carried through, or nobody ever opens the call again."""
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store)
    dies_after(store, commands, carried_out=carried_out)
    after = msgspec.structs.replace(was.call, status="booked", booked=job())
    change = Change(before=was.call, after=after, seen=was.seen, events=(event(2),), booking=job(), deliveries=(FIRST, SECOND))
    with contextlib.suppress(Died):
        await store.commit(change)
    with redis.Redis.from_url(cluster_url) as client:
        written = client.hget(keys.record("CA1"), "rev") == b"2"
        if comes_back:
            await other.open("CA1")
            assert await ids(other, 0) == ({FIRST.id, SECOND.id} if written else set()), "at once"
        time_passes(client)
        assert await ids(other) == ({FIRST.id, SECOND.id} if written else set())
        assert client.exists(keys.ANNOUNCED) == 0
        if not written:
            assert client.exists(keys.DUE) == 0
            found = await other.open("CA1")
            await other.commit(msgspec.structs.replace(change, before=found.call, seen=found.seen))
            assert await ids(other) == {FIRST.id, SECOND.id}
        for one in (FIRST, SECOND):
            await other.delivered(one.id, "CA1")
        await other.open("CA1")
        assert client.keys("*outbox}*") == client.keys("*:deliveries") == []
    await store.close()
    await other.close()


DEEDS: dict[str, Callable[[CallStore], Awaitable[Any]]] = {
    "due": lambda store: store.due(9, HOUR_S),
    "delivered": lambda store: store.delivered(FIRST.id, "CA1"),
    "put_off": lambda store: store.put_off(FIRST.id, "CA1", HOUR_S, "no"),
    "give_up": lambda store: store.give_up(FIRST.id, "CA1", "no"),
    "send_again": lambda store: store.send_again(SECOND.id, "CA1"),
}


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("commands", range(4))
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_whoever_dies_over_a_delivery_leaves_it_to_others(
    request: pytest.FixtureRequest, kind: str, deed: str, commands: int, carried_out: bool
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store, other = await Shelf(url).open(), await Shelf(url).open()
    await begin(other, deliveries=(FIRST, SECOND))
    await other.give_up(SECOND.id, "CA1", "no")
    dies_after(store, commands, carried_out=carried_out)  # type: ignore[arg-type]
    with contextlib.suppress(Died):
        await DEEDS[deed](store)
    with redis.Redis.from_url(url) as client:
        time_passes(client)
        owed = {one.delivery.id: one.due_ms for one in await other.owed("CA1")}
        assert (FIRST.id in owed) == (deed != "delivered" or (commands == 0 and not carried_out))
        await other.dead_letters()
        given = await ids(other)
        assert given == {id_ for id_, due_ms in owed.items() if due_ms}
        assert {one.delivery.id for one in await other.dead_letters()} == owed.keys() - given
        assert await ids(other) == set()
        assert await other.outbox() == OutboxFigures(waiting=len(given), dead=len(owed) - len(given))
        for id_ in owed:
            await other.delivered(id_, "CA1")
        assert client.keys("*outbox}*") == client.keys("*:deliveries") == []
    await store.close()
    await other.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_an_answer_that_was_lost_loses_no_delivery(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store, other = await Shelf(url).open(), await Shelf(url).open()
    assert isinstance(store, RedisStore)
    was = await begin(store)
    send, lost = store._send, set[str]()

    async def lose_each_first_answer(*parts: Any) -> Any:
        answer = await send(*parts)
        if (what := str(parts[:2])) not in lost:
            lost.add(what)
            raise RedisConnectionError("Connection closed by server.")
        return answer

    store._send = lose_each_first_answer
    with contextlib.suppress(StaleCall):
        await step(store, was, deliveries=(FIRST, SECOND))
    await other.open("CA1")
    assert await ids(store) == set(), "given out, and nobody heard to whom"
    with redis.Redis.from_url(url) as client:
        time_passes(client)
        assert await ids(store) == {FIRST.id, SECOND.id}
        await store.give_up(SECOND.id, "CA1", "no")
        lost.clear()
        await store.send_again(SECOND.id, "CA1")
        await store.put_off(FIRST.id, "CA1", 0, "no")
        assert await ids(other) == {FIRST.id, SECOND.id}
        for one in (FIRST, SECOND):
            await store.delivered(one.id, "CA1")
        assert client.keys("*outbox}*") == client.keys("*:deliveries") == []
    await store.close()
    await other.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_a_dead_letter_that_is_sent_again_or_erased_as_it_is_listed_is_not_listed(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store, other = await Shelf(url).open(), await Shelf(url).open()
    assert isinstance(store, RedisStore)
    await begin(store, deliveries=(FIRST, SECOND))
    assert await ids(store) == {FIRST.id, SECOND.id}
    script, meanwhile = store._script, [other.send_again(FIRST.id, "CA1"), other.erase("CA1")]

    async def in_between(name: str, *parts: Any) -> Any:
        if name == "owed_bury":
            await meanwhile.pop(0)
        return await script(name, *parts)

    store._script = in_between  # type: ignore[method-assign]
    await store.give_up(FIRST.id, "CA1", "no")
    assert (await ids(other), await other.outbox()) == ({FIRST.id}, OutboxFigures(waiting=2))
    await store.give_up(FIRST.id, "CA1", "no")
    assert await other.outbox() == OutboxFigures()
    await store.close()
    await other.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_many_who_take_the_same_step_owe_it_once(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    stores = [await Shelf(url).open() for _ in range(6)]
    was = await begin(stores[0])
    done = await asyncio.gather(*(step(store, was, deliveries=(debt(2),)) for store in stores for _ in range(3)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    await stores[0].open("CA1")
    assert await ids(stores[1]) == {debt(2).id}
    await stores[1].delivered(debt(2).id, "CA1")
    with redis.Redis.from_url(url) as client:
        time_passes(client)
        assert await ids(stores[2]) == set(), "what the losers announced is looked for in vain"
        assert client.keys("*outbox}*") == []
    for store in stores:
        await store.close()


async def test_what_was_announced_once_more_is_not_taken_from_whoever_has_it(cluster_url: str) -> None:
    """As by somebody who took the same step and lost, late."""
    store = await opened(cluster_url)
    await begin(store, deliveries=(FIRST,))
    assert await ids(store) == {FIRST.id}
    name = keys.listed(FIRST.id, "CA1")
    with redis.Redis.from_url(cluster_url) as client:
        client.zadd(keys.ANNOUNCED, {name: 1})
        assert await ids(store) == set()
        leased_till = client.zscore(keys.DUE, name)
        client.zadd(keys.ANNOUNCED, {name: 1})
        await store._list_owed(Pending(seen="", owed=(name,)))
        assert client.zscore(keys.DUE, name) >= leased_till
        assert client.exists(keys.ANNOUNCED) == 0
    await store.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_what_is_owed_anew_as_it_is_taken_off_the_list_stays_on_it(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store, other = await Shelf(url).open(), await Shelf(url).open()
    assert isinstance(store, RedisStore)
    script = store._script

    async def begun_first(name: str, *parts: Any) -> Any:
        if name == "owed_drop" and not await other.owed("CA1"):
            await begin(other, deliveries=(FIRST,))
        return await script(name, *parts)

    store._script = begun_first  # type: ignore[method-assign]
    with redis.Redis.from_url(url) as client:
        client.zadd(keys.DUE, {keys.listed(FIRST.id, "CA1"): 1})
        await store.due(9, HOUR_S)
        time_passes(client)
        assert await ids(store) == {FIRST.id}
    await store.close()
    await other.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_what_is_erased_as_it_is_put_off_is_not_listed_again(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store, other = await Shelf(url).open(), await Shelf(url).open()
    assert isinstance(store, RedisStore)
    await begin(store, deliveries=(FIRST,))
    script = store._script

    async def erased_then(name: str, *parts: Any) -> Any:
        answer = await script(name, *parts)
        if name == "owed_fail":
            await other.erase("CA1")
        return answer

    store._script = erased_then  # type: ignore[method-assign]
    await store.put_off(FIRST.id, "CA1", HOUR_S, "no")
    with redis.Redis.from_url(url) as client:
        assert client.keys("*outbox}*") == []
    await store.close()
    await other.close()


async def test_a_step_that_took_too_long_after_it_was_announced_is_not_written(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By then it may have been looked for, and its announcement taken away."""
    store = await opened(cluster_url)
    was = await begin(store)
    monkeypatch.setattr(cluster_store, "FRESH_MS", -1)
    with pytest.raises(StaleCall):
        await step(store, was, deliveries=(FIRST,))
    assert (await store.open("CA1")).call == was.call
    assert await store.owed("CA1") == ()
    await step(store, was)
    await store.close()


@pytest.mark.parametrize("commands", range(0, 44, 3))
async def test_an_erasure_that_was_cut_off_leaves_nothing_owed(cluster_url: str, commands: int) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store, deliveries=(debt(1, secret=SECRET), debt(2, secret=SECRET)))
    await book(store, was, job())
    await other.give_up(debt(1).id, "CA1", "no")
    dies_after(store, commands, carried_out=False)
    with contextlib.suppress(Died):
        await store.erase("CA1")
    if (await other.open("CA1")).call is not None:
        assert len(await other.erase("CA1")) == 1, "it had not begun"
    with redis.Redis.from_url(cluster_url) as client:
        assert client.keys("*outbox}*") == client.keys("*{CA1}*") == []
    await store.close()
    await other.close()


async def test_a_step_during_whose_end_the_caller_is_erased_owes_nothing(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store)
    list_owed = store._list_owed

    async def erased_first(*parts: Any) -> Any:
        await other.erase("CA1")
        return await list_owed(*parts)

    monkeypatch.setattr(store, "_list_owed", erased_first)
    await step(store, was, deliveries=(FIRST,), lines=(line("secret"),))
    with redis.Redis.from_url(cluster_url) as client:
        assert client.keys("*outbox}*") == client.keys("*:deliveries") == []
    await store.close()
    await other.close()


async def test_a_redis_that_comes_back_without_data_owes_nothing() -> None:
    server = RedisServer()
    store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
    was = await begin(store, deliveries=(FIRST, SECOND))
    assert await ids(store) == {FIRST.id, SECOND.id}
    server.kill()
    server.start()
    await store.put_off(FIRST.id, "CA1", 0, "no")
    await store.give_up(SECOND.id, "CA1", "no")
    await store.delivered(FIRST.id, "CA1")
    assert not await store.send_again(SECOND.id, "CA1")
    assert (await ids(store), await store.dead_letters(), await store.owed("CA1"), await store.outbox()) == (set(), (), (), OutboxFigures())
    assert server.client.keys("*") == []
    with pytest.raises(StaleCall):
        await step(store, was, deliveries=(debt(3),))
    await begin(store, deliveries=(FIRST,))
    assert await ids(store) == {FIRST.id}
    await store.close()
    server.close()


async def test_what_is_owed_costs_no_round_trip_and_nothing_where_nothing_is(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    was = await begin(store)
    wire = Wire(store)
    with redis.Redis.from_url(redis_url) as client:
        was = await step(store, was, events=(event(),))
        assert client.keys("*outbox*") == client.keys("*deliveries*") == []
        assert wire.sent == 1
        was = await step(store, was, deliveries=(FIRST, SECOND))
        assert wire.sent == 2
        assert len(await store.due(9, HOUR_S)) == 2
        assert wire.sent == 2 + 1 + 2
        for _ in range(3):
            assert await store.due(9, HOUR_S) == ()
        assert wire.sent == 5 + 3, "who finds nothing has asked once"
    await store.close()


async def test_a_store_in_a_cluster_announces_only_where_something_is_owed(cluster_url: str) -> None:
    store = await opened(cluster_url)
    was = await begin(store)
    counts = []
    for deliveries in ((), (FIRST, SECOND), ()):
        wire = Wire(store)
        was = await step(store, was, deliveries=deliveries)
        counts.append(wire.sent)
    assert counts == [counts[0], counts[0] + 2, counts[0]]
    await store.close()


async def test_the_embedded_file_forgets_what_an_erased_caller_was_owed(tmp_path: Path) -> None:
    """Also when nothing else is left of the call."""

    with EmbeddedRedis(tmp_path) as server:
        store = await connect(server.url, channel_prefix=None, ttl=Ttl(), embedded=True)
        await begin(store, deliveries=(debt(1, name=SECRET),))
        with redis.Redis.from_url(server.url) as client:
            for key in client.keys("*"):
                if 0 < int(client.ttl(key)) <= Ttl().call_s:
                    client.delete(key)
        assert holding(tmp_path, SECRET.encode())
        await store.erase("CA1")
        until(lambda: not holding(tmp_path, SECRET.encode()))
        await store.close()


def test_the_cluster_s_stores_share_all_of_it() -> None:
    for name in ("due", "holds", "delivered", "put_off", "give_up", "send_again", "dead_letters", "owed", "outbox"):
        assert getattr(ClusterStore, name) is getattr(RedisStore, name)
