"""While Redis is away a last yes is noted: nothing is taken or promised, the caller hears so, and whatever else cannot be known is not pretended."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.owed import Wants
from agent.record.call import Turn
from agent.record.cancellation import Cancellation
from graph import appointments
from graph.approving import Answer
from graph.build import Walker
from graph.state import Counted, TurnRequest
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import Change, Committed
from tests.callers import SAID, TO_THE_SUMMARY
from tests.graph.counting import Platform
from tests.graph.office import YES, Caller, stand, words
from tests.graph.partition import ONE_PLACE, TWO, Host, caller, settling, today

pytestmark = pytest.mark.anyio
IN = {"en": "en-US", "zh": "zh-CN"}
ANEW = {"en": "from the start", "zh": "从头问一遍"}
TO_THE_YES: Mapping[str, Sequence[str]] = {
    "en": (*TO_THE_SUMMARY, TWO, "yes"),
    "zh": ("", "我叫王宝强", "我的电话是202 555 0143", "对", SAID["en"]["address"], "对", "没有邮箱", "疏通下水道", "明天下午两点", "可以"),
}
OVER = ("ended", "done", "nothing", True)


@pytest.fixture
async def host() -> Host:
    """A host from whom Redis is away."""
    one = Host(MemoryStore())
    await one.goes_away()
    return one


async def noted(host: Host, sid: str = "CA1", **changed: Any) -> Caller:
    one = caller(host, sid, **changed)
    assert stand(await one.say(*TO_THE_SUMMARY, TWO, "yes")) == OVER
    return one


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ("noted it all", "isn't booked yet", "we'll ring you")), ("zh", ("都记下了", "还没有正式约好", "打电话给您"))],
)
async def test_a_yes_is_noted_and_the_caller_hears_what_follows(host: Host, language: str, told: Sequence[str]) -> None:
    one = caller(host, language=IN[language])
    answer = await one.say(*TO_THE_YES[language])
    assert stand(answer) == OVER
    assert all(part in words(answer) for part in told), words(answer)
    document = await one.document()
    assert (document["servicebooked"], document["progress"]["status"]) == (False, "ended")
    assert {name: document["booking"][name] for name in ("state", "reference", "service")} == {
        "state": "to_be_confirmed",
        "reference": "C82LC",
        "service": "drain-cleaning",
    }
    assert await one.places() == 0
    assert [(moved["status"], moved["reason"]) for moved in await one.told("status_change")] == [("ended", "to_be_confirmed")]
    assert await one.told("tool_status", "tool_result") == [], "no calendar was asked, no place held, nothing booked"


@pytest.mark.parametrize(
    ("wants", "email", "told"),
    [
        (Wants(mail=True), True, True),
        (Wants(mail=True), False, False),
        (Wants(hooks=frozenset({"booking.created"})), False, True),
        (Wants(hooks=frozenset({"call.ended"})), True, False),
    ],
)
async def test_a_confirmation_follows_only_where_somebody_is_told_of_the_booking(host: Host, wants: Wants, email: bool, told: bool) -> None:
    one = caller(host)
    one.walker = Walker(msgspec.structs.replace(one.walker.deps, wants=lambda _: wants))
    to_the_summary = (*TO_THE_SUMMARY[:6], SAID["en"]["email"], "yes", TO_THE_SUMMARY[-1]) if email else TO_THE_SUMMARY
    for answer in (await one.say(*to_the_summary, TWO, "yes"), await one.say("is it booked?")):
        assert ("the confirmation follows" in words(answer), "we'll ring you" in words(answer)) == (told, not told), words(answer)


async def test_whoever_asks_again_hears_that_it_is_noted_and_nothing_is_noted_twice(host: Host) -> None:
    one = await noted(host)
    before = (await host.open("CA1")).call
    assert before is not None
    for said in ("", "hello? is it booked?", "it's Tom Baker", "thanks, see you on Saturday", "yes"):
        answer = await one.say(said)
        assert stand(answer) == OVER
        assert "It's all noted: Drain cleaning" in words(answer)
    after = (await host.open("CA1")).call
    assert after is not None
    assert (after.to_be_confirmed, after.slots) == (before.to_be_confirmed, before.slots)


@pytest.mark.parametrize(
    ("language", "said", "why"),
    [
        ("en", "I smell gas", "emergency"),
        ("en", "can I speak to a person please", "caller_asked"),
        ("en", "cancel it", "appointment"),
        ("en", "no wait, make it eleven instead", "appointment"),
        ("zh", "有煤气味", "emergency"),
        ("zh", "我要找人工", "caller_asked"),
        ("zh", "取消预约", "appointment"),
    ],
)
async def test_whoever_wants_more_than_to_say_goodbye_gets_a_person(host: Host, language: str, said: str, why: str) -> None:
    one = caller(host, language=IN[language])
    await one.say(*TO_THE_YES[language])
    answer = await one.say(said)
    assert (answer["shouldTransfer"], answer["shouldHangup"]) == (True, False), words(answer)
    assert (await one.document())["booking"]["state"] == "to_be_confirmed", "what was noted stays noted"
    again = (await host.open("CA1.again")).call
    assert again is not None
    assert again.handoff is not None
    assert again.handoff.why == why


async def test_the_same_turn_again_gets_the_same_answer(host: Host) -> None:
    one = await noted(host)
    turn = Turn(key=f"turn {one.turns}", text="yes", started_at=one.now.isoformat())
    first = await one.walker.take_turn(TurnRequest(sid="CA1", turn=turn), one.now)
    assert first == await one.walker.take_turn(TurnRequest(sid="CA1", turn=turn), one.now + timedelta(minutes=1))
    assert b"noted it all" in first


async def test_ringing_back_does_not_go_on_with_what_is_noted(host: Host) -> None:
    await noted(host)
    again = caller(host, "CA2")
    answer = await again.say("", "it's Mary O'Neill")
    assert "What you asked for last time is noted" in words(answer)
    assert "where we stopped" not in words(answer)
    stranger = caller(host, "CA3")
    assert "noted" not in words(await stranger.say("", "it's Tom Baker"))


async def test_a_place_that_was_held_before_stays_held_and_is_booked_from_there() -> None:
    common = MemoryStore()
    host = Host(common)
    one = caller(host)
    assert (await one.say(*TO_THE_SUMMARY, TWO))["progress"]["step"] == "confirm"
    await host.goes_away()
    assert stand(await one.say("yes")) == OVER
    assert (await one.document())["booking"]["state"] == "to_be_confirmed"
    await host.comes_back()
    assert [(place.sid, bool(place.held_until)) for place in (await common.open("x", "", "acme")).bookings] == [("CA1", True)]
    await settling(common).settle("CA1")
    assert [(place.sid, place.held_until) for place in (await common.open("x", "", "acme")).bookings] == [("CA1", 0)]


async def test_a_caller_who_gives_up_leaves_nothing_held() -> None:
    common = MemoryStore()
    host = Host(common)
    one = caller(host)
    await one.say(*TO_THE_SUMMARY, TWO)
    await host.goes_away()
    assert (await one.say("goodbye"))["progress"]["status"] == "ended"
    await host.comes_back()
    assert (await common.open("x", "", "acme")).bookings == ()


async def test_a_time_outside_the_hours_is_refused_also_now(host: Host) -> None:
    one = Caller(host)
    answer = await one.say(*TO_THE_SUMMARY, "tomorrow at 3 am")
    assert answer["progress"]["expecting"] == "choice"
    assert "time" not in answer["progress"]["pending"]


# What needs the office


async def test_what_needs_the_office_is_noted_and_asked_once_redis_is_back() -> None:
    common = MemoryStore()
    host = Host(common)
    await host.goes_away()
    one = await noted(host, needs_approval=["every"])
    assert await one.told("permission_request") == []
    await host.comes_back()
    await settling(common, needs_approval=["every"]).settle("CA1")
    assert (await one.document())["booking"]["state"] == "awaiting_approval"
    assert [asked["rule"] for asked in await one.told("permission_request")] == ["every"]
    await one.walker.answer_permission("CA1", YES, one.now)
    assert (await one.document())["booking"]["state"] == "booked"


async def test_a_request_stays_open_and_nobody_waits_for_it_in_vain() -> None:
    common = MemoryStore()
    host = Host(common)
    one = caller(host, needs_approval=["every"])
    await one.say(*TO_THE_SUMMARY, TWO, "yes")
    await host.goes_away()
    one.now += timedelta(minutes=5)
    answer = await one.say("hello?")
    assert stand(answer) == OVER
    assert "You'll hear with the confirmation what the office says" in words(answer)
    with pytest.raises(StoreUnavailable):
        await one.walker.answer_permission("CA1", Answer(approved=True, by="kim"), one.now)
    await host.comes_back()
    await settling(common, needs_approval=["every"]).settle("CA1")
    assert (await one.document())["booking"]["state"] == "awaiting_approval"
    await one.walker.answer_permission("CA1", YES, one.now)
    assert (await one.document())["servicebooked"] is True


# Appointments of before


@pytest.mark.parametrize("said", ["I'd like to move my appointment", "when is my appointment?", "my reference is C 8 2 L C"])
async def test_who_wants_something_of_an_appointment_is_put_through(host: Host, said: str) -> None:
    one = caller(host)
    answer = await one.say("", said)
    assert (answer["progress"]["status"], answer["shouldTransfer"]) == ("waiting_agent", True)
    assert "can't see any appointments" in words(answer)
    assert (await one.document())["why"] == "appointment"


async def test_cancelling_asks_for_the_name_first_as_ever(host: Host) -> None:
    one = caller(host)
    assert (await one.say("", "I want to cancel"))["progress"]["status"] == "active"
    assert (await one.say("it's Mary O'Neill"))["progress"]["status"] == "waiting_agent"


async def test_a_move_that_was_begun_before_is_not_done() -> None:
    common = MemoryStore()
    await caller(common).say(*TO_THE_SUMMARY, TWO, "yes")
    host = Host(common)
    two = caller(host, "CA2")
    assert (await two.say("", "I'd like to cancel my appointment", "it's Mary O'Neill"))["progress"]["expecting"] == "confirmation"
    await host.goes_away()
    answer = await two.say("yes")
    assert answer["progress"]["status"] == "waiting_agent"
    assert "can't see any appointments" in words(answer)
    (one,) = await common.appointments_of("acme", "+12025550143")
    with pytest.raises(StoreUnavailable):
        await appointments.cancel(two.walker.deps, one, today(), "kim", Cancellation(why="office"))
    assert [found.state for found in await common.appointments("acme")] == ["booked"]


# A call that another host may have had


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_first_words_that_may_be_no_beginning_are_answered_honestly(host: Host, language: str) -> None:
    one = caller(host, language=IN[language])
    answer = await one.say(SAID[language]["yes"])
    assert ANEW[language] in words(answer)
    assert stand(answer) == ("active", "name", "value", False)
    assert (await one.document())["misses"] == 0
    assert ANEW[language] not in words(await one.say(SAID[language]["name"]))


async def test_what_is_plain_in_such_words_is_taken_and_what_answers_another_question_is_not(host: Host) -> None:
    assert (await caller(host, "CA1").say("my name is Mary O'Neill"))["progress"]["filled"] == {"name": "Mary O'Neill"}
    for number, said in enumerate(("Springfield", "no", "tomorrow", "that's wrong", "mm-hm"), start=2):
        answer = await caller(host, f"CA{number}").say(said)
        assert (answer["progress"]["filled"], answer["progress"]["pending"].get("name")) == ({}, None), said
        assert ANEW["en"] in words(answer)


async def test_the_number_that_is_shown_is_still_offered(host: Host) -> None:
    answer = await caller(host).say("yes", "it's Mary O'Neill")
    assert answer["progress"]["pending"] == {"phone": "+12025550143"}


async def test_a_beginning_that_is_known_as_one_is_none_of_these(host: Host) -> None:
    assert "Thanks for calling" in words(await caller(host, "CA1").say(""))
    counted = Counted(number=1, came=1)
    one = caller(host, "CA2")
    turn = Turn(key="1", text="hi, it's Mary O'Neill")
    answer = json.loads(await one.walker.take_turn(TurnRequest(sid="CA2", turn=turn, counted=counted), one.now))
    assert ANEW["en"] not in words(answer)
    later = TurnRequest(sid="CA3", turn=turn, counted=msgspec.structs.replace(counted, number=4))
    assert ANEW["en"] in words(json.loads(await one.walker.take_turn(later, one.now)))
    assert ANEW["en"] not in words(await caller(MemoryStore(), "CA4").say("yes")), "Redis is there"


async def test_a_call_that_this_host_has_goes_on_without_a_word() -> None:
    host = Host(MemoryStore())
    one = caller(host)
    await one.say(*TO_THE_SUMMARY[:4])
    await host.goes_away()
    answer = await one.say(*TO_THE_SUMMARY[4:])
    assert ANEW["en"] not in words(answer)
    assert answer["progress"]["step"] == "time"


# In the midst of a turn


class Cut(Host):
    """Redis goes away the moment a place is to be taken for good."""

    async def commit(self, change: Change) -> Committed:
        if change.booking is not None and not change.booking.held_until and not self.is_away:
            await self.goes_away()
        return await super().commit(change)


async def test_a_place_that_cannot_be_taken_any_more_is_not_promised() -> None:
    common = MemoryStore()
    one = caller(Cut(common))
    answer = await one.say(*TO_THE_SUMMARY, TWO, "yes")
    assert stand(answer) == OVER
    assert "noted it all" in words(answer)
    await one.store.comes_back()  # type: ignore[attr-defined]
    assert [bool(place.held_until) for place in (await common.open("x", "", "acme")).bookings] == [True]
    await settling(common).settle("CA1")
    assert (await one.document())["servicebooked"] is True


async def test_a_yes_that_is_said_in_other_words_is_noted_no_more(host: Host) -> None:
    one = Platform(host, **ONE_PLACE)
    one.now = today()
    await one.all_said(*TO_THE_SUMMARY, TWO)
    answer = await one.say("yes", "yes but make it 4 pm")
    assert answer["progress"]["status"] == "active"
    assert "booking" not in await one.document()
    assert (await one.say("yes"))["progress"]["status"] == "ended"
    assert (await one.document())["booking"]["state"] == "to_be_confirmed"


async def test_what_was_held_before_other_words_cannot_be_held_again_and_the_call_goes_on() -> None:
    host = Host(MemoryStore())
    one = Platform(host, **ONE_PLACE)
    await one.all_said(*TO_THE_SUMMARY, TWO)
    await one.say("make it 4 pm")
    await host.goes_away()
    answer = await one.take(one.request("yes"))
    assert answer["progress"]["status"] == "ended"
    assert (await one.call()).hold is None
    booking = (await one.document())["booking"]
    assert (booking["state"], booking["start"][11:16]) == ("to_be_confirmed", "14:00")
