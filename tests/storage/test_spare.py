"""What a worker does beside its turns for the time without Redis: whatever fails there fails once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.away.spare import Spare
from storage.memory_store import MemoryStore
from tests.patience import PATIENCE_S
from tests.storage.test_way_back import cut_off, host, lines_of, reached_again, turn

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def kept(spare: Spare) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as beside:
        keeping = beside.create_task(spare.keep())
        yield
        keeping.cancel()


class FailsOnce:
    """The same method, which finds no file descriptor left the first time."""

    def __init__(self, method: Any) -> None:
        self._method, self._failed = method, False
        self.again = asyncio.Event()

    def __call__(self, *given: Any) -> Any:
        if not self._failed:
            self._failed = True
            raise OSError(24, "Too many open files")
        self.again.set()
        return self._method(*given)


async def test_steps_are_brought_back_by_whoever_could_not_look_for_them_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.away.way_back.AGAIN_S", 0.0)
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await cut_off(here, wire)
        await turn(here.store, 0)
        await reached_again(here, wire)
        monkeypatch.setattr(here.journal.flag, "put", FailsOnce(here.journal.flag.put))
        async with kept(here), asyncio.timeout(PATIENCE_S):
            while (await redis.open("CA1")).call is None:  # noqa: ASYNC110 - it is on its way
                await asyncio.sleep(0.01)
    assert await lines_of(redis) == ["line 0"]
    assert [(one.message, getattr(one, "code", "")) for one in caplog.records] == [("steps were not written back", "OSError")]


async def test_calendars_and_what_dead_workers_left_are_taken_in_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("LEFT_S", "SHARED_CALENDARS_S"):
        monkeypatch.setattr(f"storage.away.spare.{name}", 0.01)
    async with host(MemoryStore(), tmp_path) as (here, _):
        here._businesses = ("acme",)
        left, calendars = FailsOnce(here.store.take_in_left), FailsOnce(here.journal.keep_places)
        monkeypatch.setattr(here.store, "take_in_left", left)
        monkeypatch.setattr(here.journal, "keep_places", calendars)
        async with kept(here), asyncio.timeout(PATIENCE_S):
            await left.again.wait()
            await calendars.again.wait()
    assert {getattr(one, "part", "") for one in caplog.records} == {"left", "calendars"}
