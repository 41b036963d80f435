"""What comes under a callSid whose caller has booked and rings again belongs to one call: turns in other words, a telephone's news."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent.policy.people import Drop, End, Message, Takeover, Unanswered
from agent.record.call import Call, Turn
from graph.errors import LineGone, TurnPassed
from graph.lines import AGAIN, answer_on, begun_by, calls_of, current, following
from graph.state import TurnRequest
from storage.store import CallStore
from tests.callers import SAID
from tests.graph.counting import Platform, words
from tests.graph.ringing import CANCEL, HIS, NAME, OPEN, appointment
from tests.graph.test_rung_again import booked

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
CA1_AGAIN = f"CA1{AGAIN}"


async def found(store: CallStore, sid: str) -> Call:
    call = (await store.open(sid)).call
    assert call is not None
    return call


async def counting(store: CallStore) -> Platform:
    """A platform's call that has booked with its last turn."""
    platform = Platform(store, "CA1", caller=HIS, **OPEN)
    platform.now, said = datetime.now(UTC).replace(hour=15), SAID["en"]
    to_the_yes = ("", said["name"], said["phone"], "yes", said["address"], said["yes"], "no email", said["service"], said["time"], "yes")
    for platform.turn, more in enumerate(to_the_yes, start=1):
        await platform.take(platform.request(more))
    assert await platform.places() == ["CA1"]
    return platform


async def said(platform: Platform, *wordings: str) -> dict[str, Any]:
    """The next turn, in each of these words."""
    platform.turn += 1
    answer: dict[str, Any] = {}
    for at, more in enumerate(wordings):
        answer = await platform.take(platform.request(more), worker=at % 2)
    return answer


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("can I move it", "can I move my sofa before you come"), ("can I cancel it", "great thanks"), ("cancel", "cancel that noise, thanks"),
        ("可以改", "可以改善一下水压吗"), ("取消", "取消费是多少"),
    ],
)  # fmt: skip
async def test_what_the_whole_turn_does_not_want_is_not_begun(store: CallStore, first: str, then: str) -> None:
    platform = await counting(store)
    answer = await said(platform, first, then)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True), words(answer)
    assert (await said(platform, "thank you"))["shouldHangup"]
    assert (await found(store, CA1_AGAIN)).status == "ended"
    assert await platform.places() == ["CA1"]


async def test_and_it_is_begun_by_the_last_words_for_it(store: CallStore) -> None:
    platform = await counting(store)
    answer = await said(platform, "can I move it", "great thanks", "can I cancel it", "actually can you cancel it please")
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("active", False)
    assert "elcome back" not in words(answer), "who was never away"
    await said(platform, NAME)
    await said(platform, "yes")
    assert (await appointment(store)).state == "cancelled"


async def test_a_second_wish_is_judged_again_as_well(store: CallStore) -> None:
    platform = await counting(store)
    for more in ("can I move it", NAME, "tomorrow at 5 pm", "yes"):
        await said(platform, more)
    assert (await said(platform, "cancel", "cancel that noise, thanks"))["progress"]["status"] == "booked"
    assert (await appointment(store)).state == "booked"


@pytest.mark.parametrize("late", ["yes please", "no"])
async def test_other_words_for_the_booking_turn_come_too_late_once_a_later_turn_was_answered(store: CallStore, late: str) -> None:
    platform = await counting(store)
    await said(platform, "can I move it")
    late_turn = platform.request(late, number=platform.turn - 1)
    told = await platform.take(late_turn)
    assert "booked" in words(told), "the answer that the turn had"
    with pytest.raises(TurnPassed):
        await platform.take(replace(late_turn, turn=replace(late_turn.turn, key="its other words")))
    assert (await found(store, "CA1")).status == "booked"
    await said(platform, NAME)
    await said(platform, "tomorrow at 5 pm")
    assert "moved" in words(await said(platform, "yes"))


async def test_what_was_done_is_not_taken_back_by_other_words_for_its_yes(store: CallStore) -> None:
    platform = await counting(store)
    await said(platform, "can I cancel it")
    await said(platform, NAME)
    answer = await said(platform, "yes", "yes please", "no")
    assert "cancelled" in words(answer)
    assert await platform.places() == []


async def test_nobody_answered_the_transfer(store: CallStore) -> None:
    """The telephone knows the callSid it rang under; the call that was handed over goes on."""
    one = await booked(store)
    answer = await one.say(CANCEL, "it's Ann Lee", "it's Bob Stone", "it's Carl Young")
    assert answer["shouldTransfer"]
    await one.walker.do("CA1", Unanswered(), one.now)
    assert ((await found(store, CA1_AGAIN)).status, (await found(store, "CA1")).status) == ("active", "booked")
    answer = await one.say("")
    assert (answer["shouldTransfer"], answer["progress"]["status"]) == (False, "active")


async def test_what_was_heard_is_of_the_call_that_said_it(store: CallStore) -> None:
    one = await booked(store)
    await one.say("can I move it")
    last = (await found(store, CA1_AGAIN)).recent[-1]
    await one.walker.heard("CA1", last.startedAt, last.message, last.message[:8], one.now)
    assert (await found(store, CA1_AGAIN)).recent[-1].message == last.message[:8].strip()


async def test_its_answers_are_found_under_the_callsid_that_is_known(store: CallStore) -> None:
    one = await booked(store)
    request = TurnRequest(sid="CA1", turn=Turn(key="wish", text="can I move it"), caller=HIS)
    answer = await one.walker.take_turn(request, one.now)
    assert await answer_on(store, "CA1", "wish") == answer
    assert await answer_on(store, "CA1", "none") is None
    call = await current(store, "CA1")
    assert call is not None
    assert call.sid == CA1_AGAIN


async def test_a_supervisor_who_has_it_is_waited_for_and_heard(store: CallStore) -> None:
    platform = Platform(store, "CA1", line_s=5.0, caller=HIS, **OPEN)
    one = await booked(store)
    await one.say("can I move it")
    walker = platform.workers[0]
    await walker.do(CA1_AGAIN, Takeover(agent="kim"), one.now)
    turn = TurnRequest(sid="CA1", turn=Turn(key="to kim", text="are you there"), caller=HIS)
    waiting = asyncio.create_task(walker.take_turn(turn, one.now))
    while (await found(store, CA1_AGAIN)).open_turn is None:  # noqa: ASYNC110 - written elsewhere
        await asyncio.sleep(0.01)
    await walker.do(CA1_AGAIN, Message(agent="kim", text="Hello, this is Kim."), one.now)
    assert json.loads(await waiting)["aiResponse"]["message"] == "Hello, this is Kim."
    await walker.do(CA1_AGAIN, End(agent="kim"), one.now)
    assert "booked" not in json.loads(await walker.take_turn(TurnRequest(sid="CA1", turn=Turn(key="end")), one.now))["aiResponse"]["message"]
    assert (await found(store, CA1_AGAIN)).untold == (), "the farewell was said"


async def test_a_connection_that_took_the_place_of_a_lost_one_is_that_of_all_of_them(store: CallStore) -> None:
    one = await booked(store)

    async def say(text: str, key: str, socket: str, *, opens: bool = False) -> dict[str, Any]:
        request = TurnRequest(sid="CA1", turn=Turn(key=key, text=text), caller=HIS, socket=socket, opens_socket=opens, over_a_line=True)
        answer: dict[str, Any] = json.loads(await one.walker.take_turn(request, one.now))
        return answer

    await say("", "a", "S1", opens=True)
    await say("can I move it", "b", "S1")
    await say("", "c", "S2", opens=True)
    with pytest.raises(LineGone):
        await say(NAME, "late", "S1")
    for at, more in enumerate((NAME, "tomorrow at 5 pm", "yes")):
        await say(more, f"d{at}", "S2")
    assert (await say("thank you", "e", "S2"))["progress"]["status"] == "booked"
    assert (await found(store, "CA1")).socket == "S2"


async def test_the_end_of_the_line_is_that_of_all_of_them(store: CallStore) -> None:
    one = await booked(store)
    await one.say("can I move it")
    await one.walker.do("CA1", Drop(reason="line_dropped"), one.now)
    assert [call.hung_up for _, opened in await calls_of(store, "CA1") if (call := opened.call) is not None] == [True, True]


def test_its_callsid_is_one_that_may_be_asked_for() -> None:
    """However long the one is that it follows."""
    for sid in ("CA1", "x" * 250, "x" * 251, "x" * 256):
        assert len(following(sid)) <= 256
        assert following(sid).endswith(AGAIN)
    assert following("x" * 255) != following("x" * 256)
    assert (begun_by(CA1_AGAIN), begun_by(f"{CA1_AGAIN}{AGAIN}"), begun_by("CA1")) == ("CA1", "CA1", "CA1")
