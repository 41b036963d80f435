"""A call that was over and listens again: those who watch are told, whatever was done to it meanwhile."""

from datetime import timedelta

import pytest

from agent.policy.people import End
from storage.memory_store import MemoryStore
from storage.store import Change, Committed
from tests.graph.people_at_calls import Calls
from tests.graph.test_approvals import AFTERNOON, Caller, stand

pytestmark = pytest.mark.anyio


async def moved(calls: Calls) -> list[tuple[str, str]]:
    return [(one["payload"]["before"], one["payload"]["status"]) for one in await calls.told("status_change")]


@pytest.mark.parametrize(("bye", "name"), [("goodbye", "it's Mary O'Neill"), ("再见", "我叫王宝强")])
async def test_a_call_that_opens_again_is_told_of_once(bye: str, name: str) -> None:
    calls = Calls("zh" if bye == "再见" else "en")
    await calls.say("")
    await calls.say(bye)
    answer = await calls.say(name, 1)
    await calls.say("", 1)
    assert answer["progress"]["status"] == "active"
    assert await moved(calls) == [("active", "ended"), ("ended", "active")]
    heard = [one["type"] for one in await calls.told("new_message", "status_change", "progress")][4:]
    assert heard[:3] == ["new_message", "status_change", "progress"], "it opens with the caller's words"


async def test_a_call_that_a_supervisor_ended_opens_after_the_farewell() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(End(agent="ann"))
    assert (await calls.say("hello?"))["shouldHangup"]
    assert await moved(calls) == [("active", "ended")]
    await calls.say("it's Mary O'Neill")
    assert await moved(calls) == [("active", "ended"), ("ended", "active")]


async def test_a_field_set_after_the_end_does_not_keep_the_call_shut() -> None:
    calls = Calls()
    for words in ("", "it's Mary O'Neill", "goodbye"):
        await calls.say(words)
    await calls.workers[1].edit("CA1", {"phone": "+12025550143"}, (), (), calls.now, "ann")
    answer = await calls.say("hello, I'm back")
    assert (answer["progress"]["status"], answer["shouldHangup"], answer["progress"]["step"]) == ("active", False, "address")
    assert "two oh two, five five five, oh one four three" in answer["aiResponse"]["message"]


async def test_the_farewell_comes_first_whatever_was_set_since() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(End(agent="ann"))
    await calls.workers[1].edit("CA1", {"phone": "+12025550143"}, (), (), calls.now, "ann")
    assert (await calls.say("hello?"))["shouldHangup"]
    assert (await calls.say("it's Mary O'Neill"))["progress"]["status"] == "active"


class Died(Exception):
    """A worker was killed."""


class Dying(MemoryStore):
    """A store whose worker dies after the step that ends the call."""

    async def commit(self, change: Change) -> Committed:
        done = await super().commit(change)
        if change.after.status == "ended" and change.after.open_turn is not None:
            raise Died
        return done


async def test_a_turn_cut_off_after_it_ended_the_call_ends_it() -> None:
    store = Dying()
    caller = Caller(store, needs_approval=["every"], approval_else="refuse")
    await caller.asked(AFTERNOON)
    caller.now += timedelta(seconds=3600)
    with pytest.raises(Died):
        await caller.say("still there?")
    caller.turns -= 1
    caller.now -= timedelta(seconds=20)
    assert stand(await caller.say("still there?")) == ("ended", "done", "nothing", True)
