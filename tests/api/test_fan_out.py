"""Readers that are written to straight: every event once and in order, whoever joins, lags, leaves or is ahead while a batch is on its way."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from api import business_files, fan_out
from api.fan_out import LONG_SLICE, SLICE
from api.frames import Topic, order, text
from api.hub import Hub
from api.masking import Masking
from api.reader import Reader
from api.terminal.client import Parser
from storage.store import CallStore
from tests.api.feeds import Teller, ids, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
CALL = "CA-fan"
TOPIC = Topic("call", CALL)
MASK = Masking(business_files.load(None)).envelope


class Line:
    """A connection that writes down what goes over it: blocks as the stream gives them, chunks as they are written straight."""

    def __init__(self, hub: Hub, topic: Topic = TOPIC, mask: Any = None) -> None:
        self.got: list[str] = []
        self.raw = b""
        self.straight = 0
        self.keeps_up = True
        self.closed = False
        self._room = asyncio.Event()
        self._room.set()
        self.transport = self
        self.reader = Reader(hub, topic, mask, self)  # type: ignore[arg-type]
        self._task: asyncio.Task[None] | None = None

    def lend(self, slow: Any, gone: Any) -> None:
        self._slow, self.gone = slow, gone

    def write(self, chunk: bytes) -> None:
        if self.closed:
            raise RuntimeError("the handler is closed")
        size, _, rest = chunk.partition(b"\r\n")
        assert rest[-2:] == b"\r\n"
        assert len(rest) - 2 == int(size, 16) > 0
        self.straight += 1
        self._take(rest[:-2])

    def fill(self) -> None:
        self.keeps_up = False
        self._room.clear()
        self._slow()

    def empty(self) -> None:
        self.keeps_up = True
        self._room.set()

    def read_on(self) -> None:
        """As a stream does: from its reader, as fast as there is room."""
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        self.reader.close()
        self.empty()
        if self._task is not None:
            await self._task

    async def _read(self) -> None:
        while not self.reader.closed:
            block = await self.reader.next()
            await self._room.wait()
            self._take(block)

    def _take(self, block: bytes) -> None:
        self.raw += block
        self.got += ids(block)


@asynccontextmanager
async def started(store: CallStore, **given: Any) -> AsyncIterator[Hub]:
    hub = Hub(store, **given)
    first = await Teller(store, "CA-first").tell()
    await hub.start()
    await until(lambda: hub.head == order(first))
    yield hub
    await hub.close()


async def lines(hub: Hub, count: int, topic: Topic = TOPIC, mask: Any = None) -> list[Line]:
    """So many readers at the head, all written to straight."""
    made = [Line(hub, topic, mask) for _ in range(count)]
    for line in made:
        line.reader.start(hub.head)
        line.read_on()
    await until(lambda: all(line.reader.write for line in made))
    return made


async def all_have(made: list[Line], last: str) -> None:
    await until(lambda: all(line.got[-1:] == [last] for line in made))


async def test_lines_that_fill_leave_and_come_back_at_random_get_exactly_the_log(store: CallStore) -> None:
    chance = random.Random(11)
    async with started(store, queue=8, ring=64) as hub:
        tellers = [Teller(store, sid) for sid in (CALL, "CA-other")]
        told: list[str] = []
        made = [*await lines(hub, SLICE + 40), *await lines(hub, 40, TOPIC, MASK)]
        everything = await lines(hub, 40, Topic("all"))
        begun = dict.fromkeys(made, 0)
        for _ in range(300):
            teller = chance.choice(tellers)
            told.append(await teller.tell())
            for line in chance.sample(made, 10):
                chance.choice((line.fill, line.empty))()
            if chance.random() < 0.3:
                late = Line(hub)
                late.reader.start(hub.head)
                begun[late] = sum((order(one) or (0, 0)) <= hub.head for one in tellers[0].ids)
                late.read_on()
                made.append(late)
            await asyncio.sleep(0)
        for line in made:
            line.empty()
        mine = tellers[0].ids
        await until(lambda: all(line.got[-1:] == mine[begun[line] :][-1:] for line in made))  # who came last may have nothing to get
        await all_have(everything, told[-1])
        assert all(line.got == mine[begun[line] :] for line in made)
        assert all(line.got == told for line in everything)
        assert sum(line.straight for line in made) > len(made)
        assert sum(line.straight for line in everything) > len(everything)
        for line in (*made, *everything):
            await line.close()


async def test_others_have_their_turn_between_two_slices(store: CallStore) -> None:
    async with started(store) as hub:
        made = await lines(hub, 3 * LONG_SLICE)
        teller = Teller(store, CALL)
        seen = [0]
        telling = asyncio.create_task(teller.tell())
        while seen[-1] < len(made):
            await asyncio.sleep(0)
            seen.append(sum(bool(line.got) for line in made))
        assert SLICE in seen
        assert max(after - before for before, after in pairwise(seen)) <= LONG_SLICE
        await telling
        for line in made:
            await line.close()


@pytest.mark.parametrize(("quiet", "slices"), [(True, [64, 128, 256, 256]), (False, [64] * 11)])
async def test_a_slice_is_long_only_while_nobody_else_has_anything_to_do(
    store: CallStore, monkeypatch: pytest.MonkeyPatch, quiet: bool, slices: list[int]
) -> None:
    async with started(store) as hub:
        made = await lines(hub, 64 + 128 + 256 + 256 + 64)
        seen = [0]

        async def others() -> bool:
            await asyncio.sleep(0)
            seen.append(sum(bool(line.got) for line in made))
            return quiet

        monkeypatch.setattr(fan_out, "_others", others)
        await Teller(store, CALL).tell()
        await until(lambda: all(line.got for line in made))
        assert [after - before for before, after in pairwise(seen)] == slices
        for line in made:
            await line.close()


class Halfway(NamedTuple):
    """The moment in which an event was written to some readers and not yet to others; what is done without awaiting anything is done in it."""

    done: list[Line]
    left: list[Line]
    teller: Teller
    telling: asyncio.Task[str]
    """To be awaited next: whoever told the event has not heard yet that it is kept."""


@asynccontextmanager
async def halfway(store: CallStore, hub: Hub) -> AsyncIterator[Halfway]:
    made = await lines(hub, 3 * SLICE)
    teller = Teller(store, CALL)
    telling = asyncio.create_task(teller.tell())
    async with asyncio.timeout(PATIENCE_S):
        while not (done := [line for line in made if line.got]):  # noqa: ASYNC110 - between two slices, where nobody tells
            await asyncio.sleep(0)
    assert len(done) == SLICE
    yield Halfway(done, [line for line in made if not line.got], teller, telling)
    for line in made:
        await line.close()


async def test_who_joins_lags_or_goes_halfway_neither_loses_nor_doubles(store: CallStore) -> None:
    async with started(store) as hub, halfway(store, hub) as (done, left, teller, telling):
        late = Line(hub)
        late.reader.start(hub.floor)
        late.read_on()
        left[0].fill()
        done[0].fill()
        left[1].closed = True
        left[2].reader.close()
        for line in (left[0], done[0]):
            line.empty()
        await telling
        second = await teller.tell()
        await all_have([late, *done, left[0], *left[3:]], second)
        assert all(line.got == teller.ids for line in (late, *done, left[0], *left[3:]))
        assert left[2].got == []
        await late.close()


async def test_a_call_that_is_erased_halfway_is_told_to_nobody_any_more(store: CallStore) -> None:
    async with started(store) as hub, halfway(store, hub) as (done, left, teller, telling):
        hub.forget(CALL)
        await telling
        (told,) = await store.erase(CALL)
        await all_have([*done, *left], told.id)
        assert all(line.got == [*teller.ids, told.id] for line in done)
        assert all(line.got == [told.id] and b"value 0" not in line.raw for line in left)


async def test_a_log_that_is_lost_halfway_is_written_no_further(store: CallStore) -> None:
    async with started(store) as hub, halfway(store, hub) as (done, left, _, telling):
        for line in (*done, *left):
            line.reader.close()
        survivor = Line(hub)
        survivor.reader.start(hub.floor)
        hub._start_again("trimmed")
        survivor.reader.rewind()
        survivor.reader.start(hub.head)
        survivor.read_on()
        await telling
        teller = Teller(store, "CA-later")
        await teller.tell()
        assert all(not line.got for line in left)
        await survivor.close()


async def test_one_that_has_seen_more_than_this_process_waits_for_what_is_new_to_it(store: CallStore) -> None:
    hub = Hub(store, follows=False)
    teller = Teller(store, CALL)
    await teller.tell()
    await hub.start()
    seen = [await teller.tell() for _ in range(3)]
    ahead, level = Line(hub), Line(hub)
    ahead.reader.resume(seen[1])
    level.reader.start(hub.head)
    for line in (ahead, level):
        line.read_on()
    await until(lambda: bool(level.reader.write))
    await asyncio.sleep(0.01)
    page = (await store.events("", text(hub.head))).entries
    for entry in page:  # one by one, as another process would have had them long before
        hub.publish([entry])
        await until(lambda entry=entry: level.got[-1:] == [entry.id])  # type: ignore[misc]
    last = await teller.tell()
    hub.publish((await store.events("", seen[-1])).entries)
    await all_have([ahead, level], last)
    assert level.got == [*seen, last]
    assert ahead.got == [seen[2], last]
    for line in (ahead, level):
        await line.close()
    await hub.close()


async def test_a_viewer_sees_masked_values_straight_too(store: CallStore) -> None:
    async with started(store) as hub:
        viewers, others = await lines(hub, 3, TOPIC, MASK), await lines(hub, 3)
        teller = Teller(store, CALL)
        last = await teller.tell(value="+12025550143")
        await all_have([*viewers, *others], last)
        assert all(line.straight == 1 for line in (*viewers, *others))
        assert all(b"+12025550143" in line.raw for line in others)
        assert all(b"+12025550143" not in line.raw and "•••".encode() in line.raw for line in viewers)
        for line in (*viewers, *others):
            await line.close()


async def test_heartbeats_reach_them_straight_and_only_when_nothing_else_did(store: CallStore) -> None:
    async with started(store, heartbeat_s=0.1) as hub:
        made = await lines(hub, 3)
        await until(lambda: all(line.raw.count(b'"type":"heartbeat"') >= 2 for line in made))
        assert all(line.straight >= 2 and not line.got for line in made)
        assert all(sum(1 for _ in Parser().feed(line.raw)) == line.raw.count(b"heartbeat") for line in made)
        for line in made:
            await line.close()


async def test_a_fault_on_the_way_out_starts_everyone_again(store: CallStore, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object) -> object:
        raise KeyError("mask")

    async with started(store) as hub:
        line = Line(hub, TOPIC, broken)
        line.reader.start(hub.head)
        waiting = asyncio.create_task(line.reader.next())
        await until(lambda: bool(line.reader.write))
        await Teller(store, CALL).tell()
        with pytest.raises(Exception, match="unknown"):
            await waiting
        assert capsys.readouterr().err.count("hub_publish") == 1
        line.reader.close()
