"""Workers of one host, as processes: a turn that one is taking in Redis is not taken by another in the journal."""

import asyncio
import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from storage.away.alone import Alone
from storage.errors import StaleCall
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.patience import PATIENCE_S
from tests.storage.calls import line, new_call
from tests.storage.hosts import cut_off, host
from tests.storage.test_way_back import turn

pytestmark = pytest.mark.anyio


def _take_a_turn(folder: str, line_to: Connection) -> None:
    """Of a call, in a Redis that has it and whose answer is on its way until the test says so."""

    async def run() -> None:
        async with host(MemoryStore(), Path(folder)) as (here, wire):
            wire.answers.clear()
            taking = asyncio.create_task(turn(here.store, 0))
            await wire.took.wait()
            line_to.send("took")
            await asyncio.to_thread(line_to.recv)
            wire.answers.set()
            await taking
            line_to.send("answered")
            await asyncio.to_thread(line_to.recv)

    asyncio.run(run())


@contextmanager
def another_worker(folder: Path) -> Iterator[tuple[multiprocessing.process.BaseProcess, Connection]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_take_a_turn, args=(str(folder), theirs), daemon=True)
    worker.start()
    theirs.close()
    try:
        yield worker, ours
    finally:
        worker.kill()
        worker.join()


async def told(by: Connection) -> str:
    return str(await asyncio.to_thread(lambda: by.recv() if by.poll(PATIENCE_S) else "nothing"))


async def test_a_turn_that_another_worker_is_taking_in_redis_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.away.alone.PATIENCE_S", PATIENCE_S)
    async with host(MemoryStore(), tmp_path) as (here, wire):
        await cut_off(here, wire)
        with another_worker(tmp_path) as (_, other):
            assert await told(other) == "took"
            found = await here.store.open("CA1", "t0")
            assert (found.call, found.answer) == (None, None)
            ours = Change(before=None, after=new_call().with_lines((line("ours"),)), seen=found.seen, lines=(line("ours"),), answer=("t0", b"ours"))
            commit = asyncio.create_task(here.store.commit(ours))
            await asyncio.sleep(0.05)
            assert not commit.done()
            other.send("go on")
            assert await told(other) == "answered"
            with pytest.raises(StaleCall):
                await commit
            assert (await here.store.open("CA1", "t0")).answer == b"0"
            other.send("end")


async def test_a_worker_that_is_killed_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.away.alone.PATIENCE_S", PATIENCE_S)
    async with host(MemoryStore(), tmp_path) as (here, wire):
        await cut_off(here, wire)
        with another_worker(tmp_path) as (worker, other):
            assert await told(other) == "took"
            taking = asyncio.create_task(turn(here.store, 0))
            await asyncio.sleep(0.05)
            assert not taking.done()
            worker.kill()
            assert (await taking).call.turns == 1


async def test_a_call_that_went_on_here_is_stale_for_who_read_it_in_redis(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, _), host(redis, tmp_path) as (beside, wire):
        was = await turn(here.store, 0)
        found = await here.store.open("CA1")
        await cut_off(beside, wire)
        await turn(beside.store, 1)
        with pytest.raises(StaleCall):
            await here.store.commit(Change(before=was.call, after=was.call, seen=found.seen, lines=(line("late"),)))


async def test_steps_of_one_worker_wait_for_each_other_and_for_no_other_calls(tmp_path: Path) -> None:
    alone, order = Alone(tmp_path), list[str]()

    async def step(name: str, sid: str, until: asyncio.Event) -> None:
        async with alone.step(sid):
            order.append(name)
            await until.wait()

    first, free = asyncio.Event(), asyncio.Event()
    free.set()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        group.create_task(step("first", "CA1", first))
        await asyncio.sleep(0)
        group.create_task(step("second", "CA1", free))
        await group.create_task(step("another", "CA2", free))
        first.set()
    assert order == ["first", "another", "second"]
    alone.close()


async def test_where_nothing_can_be_locked_steps_are_taken_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    alone = Alone(tmp_path / "file")
    async with alone.step("CA1"):
        pass
    alone.close()


async def test_a_file_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    alone = Alone(tmp_path / "journal")
    for _ in range(2):
        async with alone.step("CA1"):
            assert (tmp_path / "journal" / "stepping").exists()
        shutil.rmtree(tmp_path / "journal")
    alone.close()
