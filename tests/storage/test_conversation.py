"""What two hosts heard of one call, put together: each one's own order is kept, whatever the telephone's clock says."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from agent.record.call import Line
from storage.away.conversation import placed
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.storage.calls import event, new_call
from tests.storage.test_way_back import cut_off, host, lines_of, reached_again

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
SAME = ("yes", "no")
STAMPS = ("", "soon", "1970-01-01T00:00:00Z", "2026-03-02T01:00:00", "2026-03-02T01:00:00+11:00", "2031-01-01T00:00:00Z", "99999-01-01T00:00:00Z")


def told(line: Line, seconds: float) -> Any:
    return replace(event(0, "new_message", message=line.message, startedAt=line.startedAt), timestamp=seconds)


class Hosts:
    """Two that hear parts of a call; only one of them reaches Redis, and the other's steps come there later."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.redis: list[Line] = []
        self.times: dict[tuple[str, str], list[float]] = {}
        self.heard: dict[str, list[Line]] = {"here": [], "there": []}
        """What is left of what each heard, in its order."""
        self.steps: list[tuple[tuple[Line, ...], Change]] = []
        """Of the host that is cut off, each with what that knew before."""
        self.said: Counter[Line] = Counter()
        self.now, self.number = 1_772_413_200.0, 0

    def lines(self, name: str) -> tuple[Line, ...]:
        found = []
        for _ in range(self.chance.randrange(3)):
            self.number += 1
            words = self.chance.choice(SAME) if self.chance.random() < 0.3 else f"{name} {self.number}"
            found.append(Line(speaker=self.chance.choice(["AI", "customer", "customer"]), message=words, startedAt=self.chance.choice(STAMPS)))
            if found[-1].speaker != "customer":
                found[-1] = replace(found[-1], startedAt=f"2026-03-02T01:00:{self.number % 60:02}.{self.number:03}Z")
        self.said.update(found)
        return tuple(found)

    def step_there(self) -> None:
        self.now += 1
        lines = self.lines("there")
        self.redis += lines
        self.heard["there"] += lines
        self.tell(lines)

    def step_here(self, known: list[Line]) -> None:
        self.now += 1
        lines, back = self.lines("here"), self.chance.choice([0, 0, 0, 1, 2])
        back = min(back, len(self.heard["here"]))
        events = tuple(told(line, self.now) for line in lines)
        self.steps.append(((*known, *self.heard["here"]), Change(before=None, after=new_call(), lines=lines, taken_back=back, events=events)))
        self.heard["here"] = [*self.heard["here"][: len(self.heard["here"]) - back], *lines]

    def tell(self, lines: tuple[Line, ...]) -> None:
        """An event of each that is taken in Redis, but of some it is gone."""
        for line in lines:
            if self.chance.random() < 0.8:
                self.times.setdefault((line.message, line.startedAt), []).append(self.now)

    def bring(self) -> None:
        for known, change in self.steps:
            if self.chance.random() < 0.3:
                self.step_there()
            found = placed(self.redis, known, change, self.times)
            assert found.there == ()
            self.redis = [*self.redis[: len(self.redis) - found.taken_back], *found.lines]
            assert self.redis == [*found.whole]
            self.tell(change.lines)


@pytest.mark.parametrize("block", range(8))
def test_each_hosts_own_order_is_kept_and_nothing_is_lost_or_doubled(block: int) -> None:
    for seed in range(block * 250, (block + 1) * 250):
        hosts = Hosts(seed)
        for _ in range(hosts.chance.randrange(4)):
            hosts.step_there()
        known = [*hosts.redis]
        hosts.heard["there"].clear()
        for _ in range(hosts.chance.randrange(1, 9)):
            if hosts.chance.random() < 0.5:
                hosts.step_here(known)
            else:
                hosts.step_there()
        hosts.bring()
        here, there = hosts.heard["here"], hosts.heard["there"]
        assert Counter(hosts.redis) == Counter([*known, *here, *there]), seed
        assert hosts.redis[: len(known)] == known, seed
        for one in (here, there):
            only = [line for line in one if hosts.said[line] == 1]  # of two that are alike in all, stamp included, it may be either
            assert is_within(only, hosts.redis), seed


def is_within(some: list[Line], whole: list[Line]) -> bool:
    """Whether these stand there in this order, others between them or not."""
    left = iter(whole)
    return all(line in left for line in some)


async def say(store: CallStore, seconds: int, *said: tuple[str, str, str]) -> None:
    """A turn's lines: speaker, words, `startedAt`; taken in at that second by the service's clock."""
    lines = tuple(Line(speaker=speaker, message=words, startedAt=at) for speaker, words, at in said)  # type: ignore[arg-type]
    events = tuple(told(line, 1_772_413_200.0 + seconds) for line in lines)
    found = await store.open("CA1")
    call = found.call or new_call()
    after = replace(call, turns=call.turns + 1).with_lines(lines)
    await store.commit(Change(before=found.call, after=after, seen=found.seen, lines=lines, events=events))


async def test_a_telephone_whose_clock_is_hours_off_puts_no_line_in_another_place(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await say(here.store, 0, ("customer", "hello", "2026-03-01T20:00:00Z"), ("AI", "your name", "2026-03-02T01:00:00Z"))
        await cut_off(here, wire)
        await say(here.store, 1, ("customer", "Ann", "2026-03-01T20:00:01Z"), ("AI", "your number", "2026-03-02T01:00:01Z"))
        await say(redis, 2, ("customer", "are you there", "2026-03-02T07:00:00Z"), ("AI", "I am", "2026-03-02T01:00:02Z"))
        await say(here.store, 3, ("customer", "0412", "2026-03-01T20:00:02Z"), ("AI", "which day", ""))
        await say(here.store, 4, ("customer", "Ann", "2026-03-01T20:00:01Z"))  # the same again, by a clock that stands still
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        expected = ["hello", "your name", "Ann", "your number", "are you there", "I am", "0412", "which day", "Ann"]
        assert await lines_of(redis) == expected
        found = (await redis.open("CA1")).call
        assert found is not None
        assert [line.message for line in found.recent] == expected[-6:]


async def test_what_was_taken_back_here_is_gone_there_and_what_others_heard_stays(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await say(here.store, 0, ("AI", "hello you there", "2026-03-02T01:00:00Z"))
        await cut_off(here, wire)
        found = await here.store.open("CA1")
        assert found.call is not None
        cut = Line(speaker="AI", message="hello", startedAt="2026-03-02T01:00:00Z")
        after = found.call.with_lines((cut,), taken_back=1)
        await here.store.commit(Change(before=found.call, after=after, seen=found.seen, lines=(cut,), taken_back=1))
        await say(redis, 2, ("customer", "yes", "2026-03-02T01:00:02Z"))
        await say(here.store, 1, ("customer", "no", "2026-03-02T01:00:01Z"))
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await lines_of(redis) == ["hello", "no", "yes"]
