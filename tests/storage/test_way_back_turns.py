"""Turns that are cut off on one of two hosts and sent again to either: whatever comes first, each is heard once, and answered once."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

import prompts
from agent.reader import RulesAlone
from agent.record.call import Turn
from api.answers import answer
from api.business_files import load
from graph.build import Walker
from graph.plan import PLAN
from graph.state import Deps, TurnRequest
from storage.away.spare import Spare
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.faults.callers import BEGUN, FIRM, SAID
from tests.storage.hosts import Killed, Wire, cut_off, host, reached_again

pytestmark = pytest.mark.anyio


class Killing(PassingStore):
    """What a process is killed at that has committed so many steps."""

    def __init__(self, store: CallStore, steps: int) -> None:
        super().__init__(store)
        self._left = steps

    async def commit(self, change: Change) -> Committed:
        if not self._left:
            raise Killed
        self._left -= 1
        return await self._store.commit(change)


@cache
def parts() -> dict[str, Any]:
    books = {language: prompts.phrasebook(language) for language in prompts.known()}
    return {"businesses": load(Path(FIRM)), "reader": RulesAlone(), "phrasebooks": books, "plan": PLAN, "render": answer}


class Town:
    """Hosts A and B, a call whose turns they take, and what the caller heard."""

    def __init__(self, redis: MemoryStore, hosts: Sequence[tuple[Spare, Wire]]) -> None:
        self.redis, self.hosts = redis, hosts
        self.heard: dict[int, bytes] = {}
        """Of each turn, what was heard last."""
        self.newest: dict[int, bytes] = {}
        """Of each turn, the answer that was made last, heard or not."""
        self.sent: set[int] = set()
        """Turns of which some host has taken a step."""
        self.skew_s = 0.0
        """How far B's clock is ahead of A's."""
        self._now = BEGUN
        self._made: set[bytes] = set()

    async def turn(self, at: int, number: int, steps: int = -1, *, lost: bool = False) -> bytes | None:
        """The turn sent to a host that is killed behind so many steps; -1: never. The answer, if it came to one, and was not `lost` then."""
        spare, _ = self.hosts[at]
        self._now += timedelta(seconds=1)
        said = (BEGUN + timedelta(minutes=number)).isoformat()
        request = TurnRequest(sid="CA1", turn=Turn(key=f"t{number}", text=SAID[number], started_at=said))
        walker = Walker(Deps(store=Killing(spare.store, steps), **parts()))
        if steps:
            self.sent.add(number)
        try:
            body = await walker.take_turn(request, self._now + timedelta(seconds=at * self.skew_s))
        except Killed:
            return None
        finally:
            await spare.store._behind.flush()
        if body not in self._made:
            self._made.add(body)
            self.newest[number] = body
        if lost:
            return None
        self.heard[number] = body
        return body

    async def cut(self, at: int) -> None:
        await cut_off(*self.hosts[at])

    async def back(self, at: int) -> None:
        await reached_again(*self.hosts[at])
        await self.hosts[at][0].way_back.bring("CA1")

    async def lines(self) -> list[tuple[str, str]]:
        found = msgspec.json.decode(await self.redis.document("CA1") or b'{"history": []}')["history"]
        return [(line["speaker"], line["message"]) for line in found]

    async def told(self) -> list[tuple[str, str]]:
        found = [msgspec.json.decode(one.data) for one in (await self.redis.events("CA1", "0", 10_000)).entries]
        return [(one["payload"]["speaker"], one["payload"]["message"]) for one in found if one["type"] == "new_message"]

    async def judge(self) -> None:
        """All are back, and every turn that was begun is heard once, and answered once, as the caller heard it."""
        for at in range(len(self.hosts)):
            await self.back(at)
        for number in sorted(self.sent - set(self.heard)):
            assert await self.turn(0, number) is not None
        for number, body in self.heard.items():
            again = [(await self.redis.open("CA1", f"t{number}")).answer, await self.turn(0, number), await self.turn(1, number)]
            assert again == [again[0]] * 3
            # Nobody can tell which of two was heard by clocks that are apart, nor where the earlier was lost, made anew elsewhere, and said again.
            assert self.skew_s or self.newest[number] != body or again[0] == body
        answers = [msgspec.json.decode(body)["aiResponse"]["message"] for body in self.heard.values()]
        if not self.skew_s and self.heard.keys() == self.sent and self.newest == self.heard:
            assert Counter(message for speaker, message in await self.lines() if speaker == "AI") == Counter(answers)
        expected = Counter(SAID[number] for number in self.sent if SAID[number])
        for lines in (await self.lines(), await self.told()):
            assert Counter(message for speaker, message in lines if speaker == "customer") == expected
            assert sum(speaker == "AI" for speaker, _ in lines) == len(self.sent)
        call = (await self.redis.open("CA1")).call
        assert call is not None
        assert call.open_turn is None


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    redis = MemoryStore()
    async with host(redis, folder / "a") as a, host(redis, folder / "b") as b:
        yield Town(redis, (a, b))


@pytest.mark.parametrize(("waiting", "first", "left", "again"), list(product((0, 1), ("journal", "redis", "both"), (1, 2), (0, 1))))
async def test_a_turn_cut_off_on_one_host_goes_on_on_either(tmp_path: Path, waiting: int, first: str, left: int, again: int) -> None:
    """`waiting`: whether A has steps of turns before; `first`: who took the first `left` steps of the turn; `again`: who gets it again."""
    async with town(tmp_path) as made:
        await made.turn(0, 0)
        await made.cut(0)
        if waiting:
            await made.turn(0, 1)
        else:
            await made.turn(1, 1)
        if first != "redis":
            await made.turn(0, 2, left)
        if first != "journal":
            await made.turn(1, 2, left)
        if again == 0:
            await made.back(0)
        assert await made.turn(again, 2) is not None
        await made.judge()


@pytest.mark.parametrize(("first", "again"), [(first, again) for first in ((2, 4), (4, 2)) for again in ((2, 4), (4, 2), (5, 2, 4))])
async def test_of_two_turns_cut_off_on_two_hosts_each_goes_on(tmp_path: Path, first: tuple[int, int], again: Sequence[int]) -> None:
    """Neither host could see the other's, nor was any answered."""
    async with town(tmp_path) as made:
        await made.turn(0, 0)
        await made.turn(0, 1)
        await made.cut(0)
        for at, number in enumerate(first):
            assert await made.turn(at, number, 1) is None
        await made.back(0)
        call = (await made.redis.open("CA1")).call
        assert call is not None
        assert call.open_turn is not None
        assert call.open_turn.behind is not None
        for number in again:
            assert await made.turn(number % 2, number) is not None
        await made.judge()


@pytest.mark.parametrize("seed", range(100))
async def test_whatever_is_cut_off_and_sent_again_wherever_no_turn_is_heard_twice(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    async with town(tmp_path) as made:
        made.skew_s = chance.choice((0.0, 0.0, 3600.0, -3600.0))
        at, away = 0, {0: False, 1: False}
        for number in range(len(SAID) - 1):
            while True:
                for one in (0, 1):
                    if chance.random() < 0.3:
                        await (made.back(one) if away[one] else made.cut(one))
                        away[one] = not away[one]
                if chance.random() < 0.4:
                    at = 1 - at
                if await made.turn(at, number, chance.choice((-1, -1, 0, 1, 2)), lost=chance.random() < 0.2) is not None:
                    break
        await made.judge()
