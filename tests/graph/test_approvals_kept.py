"""A request for the office's yes outlives the process, and is played again from its recording."""

from typing import Any

import msgspec
import pytest

from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from storage.memory_store import MemoryStore
from storage.store import Change, Committed
from tests.callers import TO_THE_SUMMARY
from tests.graph.office import AFTERNOON, WAITING, YES, Caller, stand, walker, words

pytestmark = pytest.mark.anyio


async def test_it_is_played_again_from_its_recording() -> None:
    store = MemoryStore()
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    await caller.say("")
    await caller.answered(YES)
    await caller.say("")
    recording = Recording(callSid="CA1", turns=[msgspec.json.decode(turn, type=TracedTurn) for turn in await store.trace("CA1")])
    again = MemoryStore()
    assert await differences(recording, walker(again, needs_approval=["every"]), again) == []
    assert await again.document("CA1") == await store.document("CA1")


class _GoneError(BaseException):
    """The process is gone."""


class Fragile(MemoryStore):
    """A store whose process dies at its `at`-th commit, before it is written or after."""

    def __init__(self, at: int, *, written: bool) -> None:
        super().__init__()
        self.at, self.written = at, written

    async def commit(self, change: Change) -> Committed:
        self.at -= 1
        if self.at:
            return await super().commit(change)
        if self.written:
            await super().commit(change)
        raise _GoneError


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("commit", [1, 2, 3, 4])
async def test_killed_at_any_write_it_is_asked_once_and_booked_once(commit: int, written: bool) -> None:
    """The request, the answer to its turn, the office's answer, the turn that tells of it."""
    store = Fragile(0, written=written)
    caller = Caller(store, needs_approval=["every"])
    await caller.say(*TO_THE_SUMMARY, AFTERNOON)
    store.at = commit

    async def insisted(what: Any) -> Any:
        try:
            return await what()
        except _GoneError:  # another worker takes the same again
            caller.walker = walker(store, needs_approval=["every"])
            return await what()

    async def turn(said: str) -> Any:
        caller.turns, caller.now = turns, now
        return await caller.say(said)

    turns, now = caller.turns, caller.now
    assert stand(await insisted(lambda: turn("yes"))) == WAITING
    await insisted(lambda: caller.answered(YES))
    turns, now = caller.turns, caller.now
    heard = await insisted(lambda: turn(""))
    assert words(heard).startswith("You're booked")
    assert len(await caller.told("permission_request")) == len(await caller.told("permission_cleared")) == 1
    assert (await caller.document())["servicebooked"] is True
    assert await caller.places() == 1
