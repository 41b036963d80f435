"""People at a call: taken over and handed back, spoken to, ended, left; on two walkers over one store, as on two workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.people import End, Escalate, Message, Release, Takeover, Vanish
from agent.record.acts import Inform
from agent.record.call import OpenTurn, Turn
from graph.errors import DeedRefused
from storage.store import Change
from tests.graph.people_at_calls import CALLS, NOW, Calls
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def waiting(calls: Calls, words: str, worker: int = 0, key: str = "") -> AsyncIterator["asyncio.Task[dict[str, Any]]"]:
    """A turn that is waiting for the supervisor to speak."""
    turn = asyncio.create_task(calls.say(words, worker, key))
    async with asyncio.timeout(PATIENCE_S):
        while (await calls.store.open("CA1")).call.open_turn is None:  # type: ignore[union-attr] # noqa: ASYNC110 - looked at from outside
            await asyncio.sleep(0.001)
    yield turn
    if not turn.cancelled():
        await turn


async def moved(calls: Calls) -> list[tuple[str, str, str]]:
    return [(one["payload"]["before"], one["payload"]["status"], one["payload"].get("agentId", "")) for one in await calls.told("status_change")]


async def test_a_call_goes_to_a_person_and_back() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(Escalate(agent="ann", reason="sounds upset"))
    waits = await calls.say("hello?")
    assert (waits["shouldTransfer"], waits["progress"]["status"]) == (True, "waiting_agent")
    await calls.do(Takeover(agent="ann"))
    await calls.do(Message(agent="ann", text="hi Mary, Ann here"))
    assert await calls.hears("my name is Mary O'Neill") == "hi Mary, Ann here"
    await calls.do(Release(agent="ann"))
    back = await calls.hears("okay")
    assert back.startswith("Thanks for ")
    assert back.endswith("?")
    assert await moved(calls) == [("active", "waiting_agent", "ann"), ("waiting_agent", "with_agent", "ann"), ("with_agent", "active", "ann")]
    (wanted,) = await calls.told("transfer_request")
    assert wanted["payload"]["reason"] == "sounds upset"
    assert wanted["payload"]["packet"]["why"] == "escalated"
    deeds = [(one["deed"], one["agentId"], one["said"]) for one in await calls.trace() if one.get("deed")]
    assert deeds == [("escalate", "ann", "sounds upset"), ("takeover", "ann", ""), ("message", "ann", "hi Mary, Ann here"), ("release", "ann", "")]
    document = await calls.document()
    assert [line["message"] for line in document["history"] if line["speaker"] == "agent"] == ["hi Mary, Ann here"]
    assert [line["message"] for line in document["history"] if line["speaker"] == "AI"].count("hi Mary, Ann here") == 0


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_handed_back_the_call_is_booked_as_it_would_have_been(language: str) -> None:
    calls = Calls(language)
    for words in CALLS[language]:
        await calls.say(words)
    await calls.do(Takeover(agent="ann"))
    await calls.do(Message(agent="ann", text="One moment." if language == "en" else "请稍等。"))
    await calls.say("sure" if language == "en" else "好的")
    before = (await calls.document())["progress"]["filled"]
    await calls.do(Release(agent="ann"))
    answer = await calls.say("okay" if language == "en" else "好的", 1)
    assert answer["progress"]["filled"] == before
    said = {
        "en": {"address": "12 High Street, Springfield, New Jersey 07081", "email": "mary at gmail dot com", "service": "my drain is clogged"},
        "zh": {"address": "北京市朝阳区建国路88号", "email": "wang at gmail dot com", "service": "疏通下水道"},
    }[language]
    for _ in range(20):
        progress = answer["progress"]
        if progress["status"] != "active":
            break
        yes = progress["expecting"] == "confirmation"
        time = "tomorrow at 2 pm" if language == "en" else "明天下午两点"
        words = ("yes" if language == "en" else "对") if yes else said.get(progress["step"], time)
        answer = await calls.say(words, 1)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True), answer


async def test_one_supervisor_has_a_call_and_the_other_is_told_who() -> None:
    calls = Calls()
    await calls.say("")
    taken = await asyncio.gather(calls.do(Takeover(agent="ann"), 0), calls.do(Takeover(agent="bob"), 1), return_exceptions=True)
    refused = [one for one in taken if isinstance(one, DeedRefused)]
    holder = str((await calls.document())["heldBy"])
    assert [(one.code, one.held_by) for one in refused] == [("held", holder)]
    other = {"ann": "bob", "bob": "ann"}[holder]
    await calls.do(Takeover(agent=holder))
    for deed in (Takeover(agent=other), Message(agent=other, text="hello"), Release(agent=other), End(agent=other)):
        assert await calls.refused(deed) == ("held", holder)
    assert await moved(calls) == [("active", "with_agent", holder)]


async def test_what_cannot_be_done_is_refused() -> None:
    calls = Calls()
    await calls.say("")
    assert await calls.refused(Message(agent="ann", text="hello")) == ("not_held", "")
    assert await calls.refused(Release(agent="ann")) == ("not_held", "")
    await calls.do(End(agent="ann"))
    for deed in (Escalate(), Takeover(agent="ann"), Message(agent="ann", text="hello"), Release(agent="ann"), End(agent="ann")):
        assert await calls.refused(deed) == ("call_over", "")


async def test_a_call_that_a_supervisor_ends_is_bidden_farewell_once() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    await calls.do(Message(agent="ann", text="We will ring you."))
    await calls.do(End(agent="ann"))
    last = await calls.say("thank you")
    assert last["shouldHangup"]
    assert last["aiResponse"]["message"].startswith("We will ring you. Thanks for calling.")
    again = await calls.say("hello?")
    assert (again["progress"]["status"], again["shouldHangup"]) == ("active", False)


async def test_while_a_person_speaks_the_agent_hears_and_is_silent() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    answer = await calls.say("my number is 202 555 0143 and my email is mary@example.com")
    assert answer["progress"]["filled"] == answer["progress"]["pending"] == {}
    assert answer["progress"]["expecting"] == "nothing"
    suggestions = {"phone": "+12025550143", "email": "mary@example.com"}
    assert (await calls.document())["suggestions"] == suggestions
    told = [one["payload"] for one in await calls.told("progress")]
    assert [(one["slot"], one["status"], one["value"], one["agentId"]) for one in told] == [
        ("phone", "suggested", suggestions["phone"], "ann"),
        ("email", "suggested", suggestions["email"], "ann"),
    ]
    await calls.workers[1].edit("CA1", {"phone": suggestions["phone"]}, (), ("address",), calls.now, "ann")
    await calls.workers[1].edit("CA1", {}, ("name",), (), calls.now, "ann")
    assert (await calls.document())["suggestions"] == {"email": "mary@example.com"}
    await calls.say("my name is Mary O'Neill, and the number again is 202 555 0143")
    document = await calls.document()
    assert document["suggestions"] == {"email": "mary@example.com"}, "a locked and an identical value are no suggestions"
    assert (document["locked"], document["progress"]["filled"]) == (["name"], {"phone": "+12025550143"})


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hold_sentences_never_come_twice(language: str) -> None:
    calls = Calls(language)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    heard = [await calls.hears(words) for words in ("hello?", "", "are you there", "", "", "hm", "", "")]
    assert len(set(heard)) == len(heard)
    assert all(heard)


async def test_a_turn_waits_for_the_supervisor_and_holds_nothing_meanwhile() -> None:
    calls = Calls(line_s=PATIENCE_S)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    async with waiting(calls, "is anybody there?") as turn:
        assert (await calls.document())["history"][-1]["message"] == "is anybody there?"
        await calls.do(Message(agent="ann", text="I am."), 0)  # on the worker where the turn waits
        await calls.do(Message(agent="ann", text="Ann here."), 1)
    assert turn.result()["aiResponse"]["message"] in ("I am. Ann here.", "I am.")


async def test_another_turn_answers_the_one_that_waits_first() -> None:
    calls = Calls(line_s=PATIENCE_S)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    async with waiting(calls, "first") as first, asyncio.timeout(PATIENCE_S):
        second = asyncio.create_task(calls.say("second", 1))
        await first
        await calls.do(Message(agent="ann", text="Yes?"))
        assert (await second)["aiResponse"]["message"] == "Yes?"
    lines = [line["message"] for line in (await calls.document())["history"]]
    assert lines[1:] == ["first", first.result()["aiResponse"]["message"], "second", "Yes?"]


async def test_a_turn_whose_worker_dies_while_it_waits_goes_on_elsewhere() -> None:
    calls = Calls(line_s=PATIENCE_S)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    async with waiting(calls, "hello?", 0, "the turn") as turn:
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        again = asyncio.create_task(calls.say("hello?", 1, "the turn"))
        await calls.do(Message(agent="ann", text="Hello."))
        assert (await again)["aiResponse"]["message"] == "Hello."
    assert (await calls.say("hello?", 0, "the turn"))["aiResponse"]["message"] == "Hello."
    customer = [line["message"] for line in (await calls.document())["history"] if line["speaker"] == "customer"]
    assert customer == ["hello?"]


async def test_a_turn_cut_off_before_the_takeover_is_told_to_the_supervisor() -> None:
    calls = Calls()
    await calls.say("")
    told = Inform(slot="phone", value="+12025550143", rule="digits", words="202 555 0143", confidence=0.95)
    cut = Turn(key="cut", text="202 555 0143", started_at=NOW.isoformat())
    found = await calls.store.open("CA1")
    assert found.call is not None
    after = msgspec.structs.replace(found.call, open_turn=OpenTurn(turn=cut, user_acts=(told,), todo=(told,)))
    await calls.store.commit(Change(before=found.call, after=after, seen=found.seen))
    await calls.do(Takeover(agent="ann"))
    assert (await calls.store.open("CA1")).call.open_turn.turn == cut  # type: ignore[union-attr]
    heard = await calls.hears("hello?")
    document = await calls.document()
    assert (document["suggestions"], document["progress"]["pending"]) == ({"phone": "+12025550143"}, {})
    assert (await calls.say("202 555 0143", key="cut"))["aiResponse"]["message"] not in ("", heard), "it was answered first"


async def test_released_while_a_turn_waits_the_caller_is_asked_what_is_open() -> None:
    calls = Calls(line_s=PATIENCE_S)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    async with waiting(calls, "my name is Mary O'Neill") as turn:
        await calls.do(Release(agent="ann"))
    assert turn.result()["aiResponse"]["message"].startswith("Thanks for ")
    assert turn.result()["progress"] | {"remaining": []} == turn.result()["progress"] | {"status": "active", "step": "name", "remaining": []}
    assert (await calls.document())["suggestions"] == {"name": "Mary O'Neill"}


@pytest.mark.parametrize("by", ["turn", "sweep"])
async def test_a_supervisor_who_vanishes_leaves_the_call_to_the_next(by: str) -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    await calls.store.watching(("ann",))
    calls.now += timedelta(seconds=29)
    await calls.store.watching(("ann",))
    calls.now += timedelta(seconds=29)
    assert (await calls.say("hello?"))["progress"]["status"] == "with_agent", "she watched 29 seconds ago"
    calls.now += timedelta(seconds=1)
    if by == "sweep":
        for _ in range(2):  # of two workers at once
            await calls.do(Vanish(agent="ann", unseen_s=30.0))
    heard = await calls.say("hello?")
    assert (heard["progress"]["status"], heard["shouldTransfer"]) == ("waiting_agent", True)
    assert heard["aiResponse"]["message"].startswith("I'm sorry, my colleague has had to step away.")
    assert await moved(calls) == [("active", "with_agent", "ann"), ("with_agent", "waiting_agent", "ann")]
    assert [one["payload"]["packet"]["why"] for one in await calls.told("transfer_request")] == ["supervisor_away"]
    assert (await calls.document())["heldBy"] == ""
    await calls.do(Takeover(agent="bob"))


async def test_a_supervisor_who_acts_has_not_vanished() -> None:
    calls = Calls()
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    for _ in range(3):
        calls.now += timedelta(seconds=20)
        await calls.do(Message(agent="ann", text="Still here."))
        assert await calls.hears("") == "Still here."


async def test_a_caller_is_kept_on_the_line_while_somebody_may_come() -> None:
    calls = Calls()
    await calls.say("")
    await calls.store.watching(("ann",))
    first = await calls.say("can I speak to a person please")
    assert (first["shouldTransfer"], first["progress"]["status"]) == (False, "waiting_agent")
    calls.now += timedelta(seconds=19)
    await calls.store.watching(("ann",))
    second = await calls.say("")
    assert not second["shouldTransfer"]
    assert second["aiResponse"]["message"] != first["aiResponse"]["message"]
    calls.now += timedelta(seconds=1)
    assert (await calls.say("hello?"))["shouldTransfer"]
    await calls.store.watching(("ann",))
    assert (await calls.say("hello?"))["shouldTransfer"], "it was dialled through"
    document = await calls.document()
    assert (document["why"], document["packet"]["why"], document["packet"]["sentence"][:10]) == ("caller_asked", "caller_asked", "The caller")


@pytest.mark.parametrize(("words", "watch", "handoff_s"), [("can I speak to a person", False, 20.0), ("can I speak to a person", True, 0.0)])
async def test_else_the_call_is_dialled_through_at_once(words: str, watch: bool, handoff_s: float) -> None:
    calls = Calls(handoff_s=handoff_s)
    await calls.say("")
    await calls.store.watching(("ann",) if watch else ())
    assert (await calls.say(words))["shouldTransfer"]


async def test_an_emergency_is_never_kept() -> None:
    calls = Calls()
    await calls.say("")
    await calls.store.watching(("ann",))
    answer = await calls.say("I smell gas")
    assert (answer["progress"]["status"], answer["shouldTransfer"]) == ("waiting_agent", True)
