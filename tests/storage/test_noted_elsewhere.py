"""A caller who was told by one host that a booking is noted, and talked to another host as well: what was noted stays."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from agent.record.call import Call
from storage.away.merging import fitted
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.storage.calls import filled, job, new_call, step
from tests.storage.hosts import cut_off, host, reached_again
from tests.storage.test_way_back import leave_open, lines_of, turn

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
NOON = "2026-03-02T12:00:00Z"
BASE = new_call()
NOTED = replace(BASE, status="ended", since=NOON, to_be_confirmed=job())
HELD = replace(BASE, since="2026-03-02T09:00:00Z", hold=job(start=2_000_000_000))
ENDED = replace(BASE, status="ended")


@pytest.mark.parametrize(
    ("ours", "status", "noted"),
    [
        pytest.param(HELD, "ended", True, id="talked on"),
        pytest.param(replace(HELD, since="2026-03-02T13:00:00Z"), "ended", True, id="talked on for longer"),
        pytest.param(replace(BASE, status="waiting_agent"), "waiting_agent", True, id="wants a person"),
        pytest.param(replace(ENDED, since="2026-03-02T11:59:59Z"), "ended", True, id="hung up before"),
        pytest.param(replace(ENDED, since="2026-03-02T12:00:01Z"), "ended", False, id="gave it up afterwards"),
        pytest.param(replace(BASE, status="booked", booked=job()), "booked", False, id="booked"),
    ],
)
def test_what_redis_has_as_noted(ours: Call, status: str, noted: bool) -> None:
    merged = fitted(Change(before=BASE, after=ours, seen=""), replace(NOTED, rev=3))[0].after
    assert (merged.status, merged.to_be_confirmed is not None) == (status, noted)


def test_what_was_noted_here_last_stands() -> None:
    later = replace(NOTED, to_be_confirmed=job(start=2_000_000_000))
    assert fitted(Change(before=BASE, after=later, seen=""), replace(NOTED, rev=3))[0].after.to_be_confirmed == later.to_be_confirmed


def test_what_was_noted_and_is_settled_here_does_not_come_back() -> None:
    settled = replace(NOTED, status="waiting_agent", to_be_confirmed=None)
    theirs = replace(NOTED, turns=5, rev=3)
    assert fitted(Change(before=NOTED, after=settled, seen=""), theirs)[0].after.to_be_confirmed is None


async def test_it_is_noted_also_where_the_other_host_comes_back_last(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path / "a") as (here, wire), host(redis, tmp_path / "b") as (there, other):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await cut_off(there, other)
        was = await turn(there.store, 1)  # where the call begins anew
        await step(there.store, was, replace(was.call, hold=job(start=2_000_000_000)))
        await turn(here.store, 2)
        await leave_open(here.store)
        await turn(there.store, 3)
        for one, way in ((here, wire), (there, other)):
            await reached_again(one, way)
            with suppress(StoreUnavailable):  # until it is settled, which nobody does here
                await one.way_back.bring("CA1")
        found = (await redis.open("CA1")).call
        assert found is not None
        assert (found.status, found.to_be_confirmed, found.turns) == ("ended", job(), 4)


async def test_what_redis_answers_to_a_turn_sent_again_is_known_here_too(tmp_path: Path) -> None:
    """Whoever took the turn was killed before it could note that, and another worker gave its answer."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await turn(redis, 1, name=filled("Ann"))
        assert (await here.store.open("CA1", "t1")).answer == b"1"
        await cut_off(here, wire)
        found = await here.store.open("CA1", "t1")
        assert (found.answer, found.call) == (b"1", (await redis.open("CA1")).call)
        await turn(here.store, 2)
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await lines_of(redis) == [f"line {number}" for number in range(3)]
