"""Bookings that need the office's yes: asked for, given, refused, not answered, not wanted any more; in one commit each, in both languages."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.people import End, Takeover
from agent.record.booking_reference import booking_reference
from graph.errors import PermissionAnswered, PermissionNotFound, PlaceGone
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.callers import TO_THE_SUMMARY
from tests.graph.office import AFTER_HOURS, AFTERNOON, NO, NOW, WAITING, YES, Caller, stand, walker, words

pytestmark = pytest.mark.anyio


async def test_asked_waited_for_and_given(store: CallStore) -> None:
    caller = Caller(store, **AFTER_HOURS)
    answer = await caller.asked()
    assert stand(answer) == WAITING
    assert "office" in words(answer)
    [request] = await caller.told("permission_request")
    assert request["tool_name"] == "booking"
    assert request["rule"] == "after_hours"
    assert request["what"] == answer["progress"]["filled"]
    assert datetime.fromisoformat(request["until"]) - datetime.fromisoformat(request["askedAt"]) == timedelta(seconds=60)
    document = await caller.document()
    assert document["servicebooked"] is False
    assert document["approval"]["permissionId"] == request["permissionId"]
    assert document["booking"]["state"] == "awaiting_approval"
    assert await caller.places() == 1
    first, second = await caller.say(""), await caller.say("okay, I'll wait")
    assert stand(first) == stand(second) == WAITING
    assert words(first) != words(second)

    approval = await caller.answered(YES)
    assert (approval.id, approval.state) == (request["permissionId"], "approved")
    document = await caller.document()
    assert document["servicebooked"] is True
    assert "approval" not in document
    assert document["booking"] == {
        "state": "booked",
        "reference": booking_reference(caller.sid),
        "service": "drain-cleaning",
        "start": "2026-03-03T20:00:00-05:00",
        "end": "2026-03-03T21:00:00-05:00",
    }
    [cleared] = await caller.told("permission_cleared")
    assert (cleared["approved"], cleared["outcome"], cleared["agentId"]) == (True, "approved", "kim")
    heard = await caller.say("")
    assert stand(heard) == ("booked", "done", "nothing", True)
    assert words(heard).startswith("You're booked")
    assert words(await caller.say("hello")).startswith("You're all booked")


async def test_work_besides_talking_is_told_with_what_it_took(store: CallStore) -> None:
    caller = Caller(store, **AFTER_HOURS)
    await caller.asked()
    await caller.answered(YES)
    told = await caller.told("tool_status", "tool_result")
    assert [(one["type"], one["tool"]) for one in told] == [
        (kind, tool) for tool in ("availability", "hold", "booking") for kind in ("tool_status", "tool_result")
    ]
    results = [one for one in told if one["type"] == "tool_result"]
    assert all(one["success"] is True and one["ms"] >= 0 for one in results)
    assert not any("ms" in one or "success" in one for one in told if one["type"] == "tool_status")


async def test_a_refused_hour_is_answered_with_others_and_never_with_the_reason(store: CallStore) -> None:
    caller = Caller(store, **AFTER_HOURS)
    await caller.asked()
    await caller.answered(NO)
    assert await caller.places() == 0
    [cleared] = await caller.told("permission_cleared")
    assert (cleared["approved"], cleared["outcome"], cleared["reason"]) == (False, "refused", "nobody is free")
    answer = await caller.say("any news?")
    assert stand(answer) == ("active", "time", "choice", False)
    assert "can't do that" in words(answer)
    assert "nobody is free" not in words(answer)
    assert stand(await caller.say("the first one", "yes"))[0] == "booked"


@pytest.mark.parametrize(("otherwise", "status"), [("person", "waiting_agent"), ("refuse", "ended")])
async def test_what_was_refused_otherwise_goes_as_the_business_chose(store: CallStore, otherwise: str, status: str) -> None:
    caller = Caller(store, needs_approval=["every"], approval_else=otherwise)
    await caller.asked(AFTERNOON)
    await caller.answered(NO)
    answer = await caller.say("")
    assert answer["progress"]["status"] == status
    assert len(await caller.told("transfer_request")) == (status == "waiting_agent")
    if status == "ended":  # the caller insists, and the office has said no to just this
        again = await caller.say("hello?", "yes")
        assert again["progress"]["status"] == "ended"
        assert len(await caller.told("permission_request")) == 1


@pytest.mark.parametrize(("rules", "otherwise", "status"), [(AFTER_HOURS, "person", "waiting_agent"), (AFTER_HOURS, "refuse", "active")])
async def test_nobody_answers_in_time(store: CallStore, rules: Mapping[str, Any], otherwise: str, status: str) -> None:
    caller = Caller(store, **rules, approval_else=otherwise)
    await caller.asked()
    assert stand(await caller.say("", "")) == WAITING
    answer = await caller.say("")
    assert answer["progress"]["status"] == status
    assert "nobody in the office could answer" in words(answer)
    [cleared] = await caller.told("permission_cleared")
    assert (cleared["approved"], cleared["outcome"]) == (False, "unanswered")
    wanted = await caller.told("transfer_request")
    assert [bool(each["packet"]["sentence"]) for each in wanted] == [True] * (status == "waiting_agent")
    [asked] = await caller.told("permission_request")
    assert [each["packet"]["askedAt"] for each in wanted] == [asked["askedAt"]] * (status == "waiting_agent")
    assert await caller.places() == 0
    with pytest.raises(PermissionAnswered):
        await caller.answered(YES)


@pytest.mark.parametrize(
    ("said", "status", "step"),
    [
        (("make it 3 pm",), "active", "confirm"),
        (("cancel the whole thing", "yes"), "ended", "done"),
        (("let's start over",), "active", "name"),
    ],
)
async def test_a_request_is_withdrawn_when_something_else_is_wanted(store: CallStore, said: Sequence[str], status: str, step: str) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    answer = await caller.say(*said)
    assert stand(answer)[:2] == (status, step)
    [cleared] = await caller.told("permission_cleared")
    assert (cleared["approved"], cleared["outcome"]) == (False, "withdrawn")
    assert await caller.places() == (step == "confirm"), "held for the caller while the time stands"
    assert "approval" not in await caller.document()
    with pytest.raises(PermissionAnswered):
        await caller.answered(YES)


async def test_a_person_who_has_the_call_can_answer_and_the_caller_hears_of_it_from_us_after_that(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    assert stand(await caller.say("I want to talk to a person"))[0] == "waiting_agent"
    await caller.say("", "", "", "")
    assert await caller.told("permission_cleared") == []
    await caller.answered(YES)
    document = await caller.document()
    assert (document["servicebooked"], document["progress"]["status"]) == (True, "waiting_agent")
    assert stand(await caller.say("hello?"))[0] == "waiting_agent"
    found = await store.open("CA1")
    assert found.call is not None
    back = msgspec.structs.replace(found.call, status="active", handoff=None)
    await store.commit(Change(before=found.call, after=back, seen=found.seen))
    answer = await caller.say("make it 3 pm")
    assert stand(answer) == ("booked", "done", "nothing", True)
    assert "2 PM" in words(answer)


async def test_an_address_for_mail_put_right_meanwhile_leaves_the_request(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    answer = await caller.say("my email is mary dot oneill at gmail dot com", "yes")
    assert stand(answer) == WAITING
    assert len(await caller.told("permission_request")) == 1
    await caller.answered(YES)
    assert (await caller.document())["servicebooked"] is True


async def test_who_rang_off_is_booked_when_the_answer_comes(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["price_above:100"])
    await caller.asked(AFTERNOON)
    answer = await caller.say("okay, bye")
    assert stand(answer) == ("ended", "done", "nothing", True)
    assert "confirmation" in words(answer)
    caller.now += timedelta(seconds=600)
    await caller.answered(YES)
    document = await caller.document()
    assert (document["servicebooked"], document["progress"]["status"]) == (True, "booked")


async def test_the_same_answer_again_changes_nothing_and_another_is_too_late(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    with pytest.raises(PermissionNotFound):
        await caller.answered(msgspec.structs.replace(YES, permission_id="another"))
    first = await caller.answered(YES)
    before = await store.head("CA1")
    assert await caller.answered(msgspec.structs.replace(YES, permission_id=first.id)) == first
    assert await store.head("CA1") == before
    with pytest.raises(PermissionAnswered):
        await caller.answered(NO)


async def test_nothing_is_answered_where_nothing_was_asked(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.say("")
    with pytest.raises(PermissionNotFound):
        await caller.answered(YES)


async def test_of_two_answers_at_once_one_counts(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    elsewhere = walker(store, needs_approval=["every"])
    both = await asyncio.gather(caller.answered(YES), elsewhere.answer_permission("CA1", NO, caller.now), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["Approval", "PermissionAnswered"]
    [cleared] = await caller.told("permission_cleared")
    assert (await caller.document())["servicebooked"] is cleared["approved"]


async def test_a_place_that_is_gone_by_then_is_told_and_others_offered() -> None:
    clock = [NOW.timestamp()]
    store = MemoryStore(ttl=Ttl(call_s=86_400), clock=lambda: clock[0])
    caller = Caller(store, needs_approval=["every"], capacity=1)
    await caller.asked(AFTERNOON)
    clock[0] += 7200  # the place is held no longer
    rival = Caller(store, "CA2", capacity=1)
    rival.now += timedelta(hours=2)
    assert stand(await rival.asked(AFTERNOON))[0] == "booked"
    caller.now += timedelta(hours=2)
    with pytest.raises(PlaceGone):
        await caller.answered(YES)
    with pytest.raises(PermissionAnswered):
        await caller.answered(YES)
    answer = await caller.say("")
    assert stand(answer) == ("active", "time", "choice", False)
    assert "fully booked" in words(answer)
    assert (await caller.told("permission_cleared"))[0]["outcome"] == "taken"
    assert (await caller.told("tool_result"))[-1] | {"success": False, "tool": "booking"} == (await caller.told("tool_result"))[-1]


async def test_who_has_booked_before_is_not_asked_about_again(store: CallStore) -> None:
    rules = {"needs_approval": ["first_time_caller"], "caller": "+12025550143"}
    first = Caller(store, **rules)
    said = ("", "it's Mary O'Neill", "yes", *TO_THE_SUMMARY[4:], AFTERNOON, "yes")
    assert stand(await first.say(*said)) == WAITING
    await first.answered(YES)
    assert stand(await Caller(store, "CA2", **rules).say(*said))[0] == "booked"


async def test_in_mandarin(store: CallStore) -> None:
    caller = Caller(store, language="zh-CN", **AFTER_HOURS)
    await caller.say("", "我叫王宝强", "2025550143", "是的", "12 High Street, Springfield, New Jersey 07081", "对", "没有邮箱")
    answer = await caller.say("下水道堵了", "明天晚上八点", "可以")
    assert stand(answer) == WAITING
    assert "公司同意" in words(answer)
    assert stand(await caller.say("好的，我等")) == WAITING
    await caller.answered(NO)
    assert "安排不了" in words(await caller.say("有消息吗"))


async def test_a_locked_field_that_may_be_skipped_takes_no_booking_past_the_office(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"])
    await caller.say(*TO_THE_SUMMARY[:6])
    await caller.walker.edit("CA1", {}, ("email",), (), caller.now, "ann")
    assert stand(await caller.say("my drain is clogged", AFTERNOON, "yes")) == WAITING


async def test_a_question_of_the_caller_is_answered_before_the_office_is(store: CallStore) -> None:
    caller = Caller(store, needs_approval=["every"], approval_else="refuse")
    await caller.asked(AFTERNOON)
    await caller.answered(NO)
    answer = await caller.say("how much is it?")
    assert "$149" in words(answer)
    assert words(answer).endswith("goodbye.")
    assert stand(answer) == ("ended", "done", "nothing", True)


async def test_who_was_booked_while_a_person_had_the_call_is_booked_when_that_person_ends_it() -> None:
    clock = [NOW.timestamp()]
    store = MemoryStore(ttl=Ttl(call_s=60, booked_s=600), clock=lambda: clock[0])
    caller = Caller(store, needs_approval=["every"])
    await caller.asked(AFTERNOON)
    await caller.walker.do("CA1", Takeover(agent="ann"), caller.now)
    await caller.answered(YES)
    clock[0] += 300
    assert (await caller.document())["progress"]["status"] == "with_agent", "a booked call is kept as one"
    await caller.walker.do("CA1", End(agent="ann"), caller.now)
    document = await caller.document()
    assert (document["progress"]["status"], document["servicebooked"]) == ("booked", True)
    assert [one["status"] for one in await caller.told("status_change")] == ["with_agent", "booked"]
    answer = await caller.say("thanks")
    assert "You're booked" in words(answer)
    assert stand(answer) == ("booked", "done", "nothing", True)
