"""Who was erased by another host, or at its word, is in no journal for long, and comes back to Redis from none."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import time

import msgspec
import pytest

from storage.away.spare import Spare
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.patience import PATIENCE_S
from tests.storage.calls import filled, new_call
from tests.storage.test_spare import kept
from tests.storage.test_way_back import Killed, cut_off, host, lines_of, reached_again, turn

pytestmark = pytest.mark.anyio


async def test_a_copy_of_who_was_erased_long_before_redis_went_away_does_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.journal.steps.BEFORE_S", 0.0)  # what happened before is long ago
    redis = MemoryStore()
    async with host(redis, tmp_path / "a") as (there, _), host(redis, tmp_path / "b") as (here, wire):
        await turn(here.store, 0, name=filled("Ann"))
        await here.store._behind.flush()
        await there.store.erase("CA1")
        await asyncio.sleep(0.002)  # ids of the log are milliseconds
        await cut_off(here, wire)
        await turn(here.store, 1)
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert (await redis.open("CA1")).call is None
        assert (await here.journal.open("CA1")).call is None


async def test_who_is_heard_to_be_erased_is_gone_from_here_but_for_steps_of_whom_the_way_back_decides(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1, "CA2")
        for sid in ("CA1", "CA2"):
            here.store.forget(sid, time())
        await here.store._behind.flush()
        assert [(await here.journal.open(sid)).call is not None for sid in ("CA1", "CA2")] == [False, True]


@pytest.mark.parametrize("step", [1, 2], ids=["killed", "in between"])
async def test_a_call_that_began_while_redis_was_away_and_was_erased_on_its_way_back_stays_erased(tmp_path: Path, step: int) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await cut_off(here, wire)
        await turn(here.store, 0, name=filled("Ann"))
        await turn(here.store, 1)
        await reached_again(here, wire)
        if step == 1:
            wire.kill_at({2: "before"})
            with pytest.raises(Killed):
                await here.way_back.bring("CA1")
            await redis.erase("CA1")
        else:
            wire.answers.clear()
            bringing = asyncio.create_task(here.way_back.bring("CA1"))
            await wire.took.wait()
            await redis.erase("CA1")
            wire.answers.set()
            with pytest.raises(StoreUnavailable):
                await bringing
        await here.way_back.bring("CA1")
        assert (await redis.open("CA1")).call is None
        assert (await here.journal.open("CA1")).call is None


async def test_a_call_under_the_sid_of_one_that_was_erased_here_is_brought_also_at_the_second_try(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await here.store.erase("CA1")
        await turn(here.store, 9)
        await reached_again(here, wire)
        wire.kill_at({1: "before"})
        with pytest.raises(Killed):
            await here.way_back.bring("CA1")
        await here.way_back.bring("CA1")
        assert await lines_of(redis) == ["line 9"]


async def test_whom_redis_erases_along_with_who_was_erased_here_is_gone_from_here_too(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await here.store._behind.flush()
        later = msgspec.structs.replace(new_call("CA2"), root="CA1", resumed_from="CA1")
        await redis.commit(Change(before=None, after=later))  # by another host
        await cut_off(here, wire)
        await here.store.erase("CA2")
        await reached_again(here, wire)
        await here.way_back.erase("CA2")
        assert (await redis.open("CA1")).call is None
        assert (await here.journal.open("CA1")).call is None
        assert await here.journal.to_erase() == ()


async def test_who_was_erased_while_this_host_was_down_or_cut_off_is_gone_from_here_when_it_is_back(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, _):
        for number, sid in enumerate(("CA1", "CA2", "CA3")):
            await turn(here.store, number, sid)
        await here.store._behind.flush()
    await redis.erase("CA1")
    async with host(redis, tmp_path) as (here, wire), kept(here):
        await until_known(here, ["CA2", "CA3"])
        await cut_off(here, wire)
        await redis.erase("CA2")
        await turn(here.store, 3, "CA4")
        await reached_again(here, wire)
        await until_known(here, ["CA3", "CA4"])
        assert (await redis.open("CA4")).call is not None


async def until_known(spare: Spare, sids: Sequence[str]) -> None:
    """Ends when the journal has copies of these calls, and no others."""
    async with asyncio.timeout(PATIENCE_S):
        while sorted(await spare.journal.copies()) != list(sids):  # noqa: ASYNC110 - it is on its way
            await asyncio.sleep(0.01)
