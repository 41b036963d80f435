"""Bookings that need the office's yes: asked for, given, refused, not answered, not wanted any more; in one commit each, in both languages."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.record.booking_reference import booking_reference
from agent.record.businesses import Businesses
from agent.record.call import Turn
from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from graph.approving import Answer
from graph.build import Walker
from graph.errors import PermissionAnswered, PermissionNotFound, PlaceGone
from graph.state import TurnRequest
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change, Committed
from tests.graph.walkers import businesses, deps

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TO_THE_SUMMARY = (
    "",
    "it's Mary O'Neill",
    "two oh two five five five oh one four three",
    "yes",
    "12 High Street, Springfield, New Jersey 07081",
    "yes",
    "no email",
    "my drain is clogged",
)
EVENING, AFTERNOON = "tomorrow at 8 pm", "tomorrow at 2 pm"
AFTER_HOURS: Mapping[str, Any] = {"needs_approval": ["after_hours"], "on_request_hours": {"tue": ["20:00-22:00"]}}
YES, NO = Answer(approved=True, by="kim"), Answer(approved=False, by="kim", reason="nobody is free")


def walker(store: CallStore, **changed: Any) -> Walker:
    """A walker for the packaged example with these keys in its file."""
    known = Businesses([msgspec.structs.replace(businesses().default, **changed)])
    return Walker(msgspec.structs.replace(deps(store=store), businesses=known))


class Caller:
    """One call; a turn every twenty seconds of the service's clock."""

    def __init__(self, store: CallStore, sid: str = "CA1", language: str = "en-US", caller: str = "", **changed: Any) -> None:
        self.store, self.sid, self.language, self.number = store, sid, language, caller
        self.walker = walker(store, **changed)
        self.now, self.turns = NOW, 0

    async def say(self, *some: str) -> dict[str, Any]:
        """The last answer."""
        for said in some:
            self.turns += 1
            self.now += timedelta(seconds=20)
            turn = Turn(key=f"turn {self.turns}", text=said, started_at=self.now.isoformat())
            answer = await self.walker.take_turn(TurnRequest(sid=self.sid, turn=turn, language=self.language, caller=self.number), self.now)
        found: dict[str, Any] = json.loads(answer)
        return found

    async def asked(self, time: str = EVENING) -> dict[str, Any]:
        return await self.say(*TO_THE_SUMMARY, time, "yes")

    async def answered(self, given: Answer) -> Any:
        return await self.walker.answer_permission(self.sid, given, self.now)

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.store.document(self.sid) or b"null")
        return found

    async def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of these types, each with its type."""
        page = await self.store.events(self.sid, "0", 1000)
        found = [msgspec.json.decode(entry.data) for entry in page.entries]
        return [{"type": event["type"], **event["payload"]} for event in found if event["type"] in kinds]

    async def places(self) -> int:
        return len((await self.store.open("x", "", "acme")).bookings)


def words(answer: Mapping[str, Any]) -> str:
    return str(answer["aiResponse"]["message"])


def stand(answer: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    progress = answer["progress"]
    return progress["status"], progress["step"], progress["expecting"], answer["shouldHangup"]


WAITING = ("active", "confirm", "nothing", False)


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
    assert await caller.places() == 0
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
