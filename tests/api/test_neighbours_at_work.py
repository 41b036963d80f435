"""Two businesses on one service, at work: turns of a bound sender, supervisors who watch and take calls over, callers who ring back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.api.feeds import Feed
from tests.api.neighbours import ACME, BEIJING, TO, Neighbours, name, neighbours, scope

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def watching(house: Neighbours, role: str, business: str, path: str = "/events", agent: str = "") -> AsyncIterator[Feed]:
    """An open stream of whoever has the role at the business, known to the store as soon as it has begun."""
    feed = Feed()
    query = f"agentId={agent}" if agent else ""
    stream = asyncio.create_task(house.service(scope(path, role, business, query=query), feed.receive, feed.send))
    await feed.next("history")
    try:
        yield feed
    finally:
        feed.leave()
        await stream


async def test_a_bound_sender_opens_calls_for_its_own_business() -> None:
    async with neighbours() as house:
        for sid, more in (
            ("CA-none", {}),
            ("CA-own", {"to": TO[BEIJING]}),
            ("CA-odd", {"to": "+15005550006"}),
            ("CA-at-home", {"to": "010 5555 0100"}),
        ):
            answer = await house.say(sid, business=BEIJING, **more)
            assert answer.json()["aiResponse"]["message"].startswith("您好，这里是京城家政"), sid
        assert (await house.say("CA-default")).json()["aiResponse"]["message"].startswith("Thanks for calling Acme"), "unbound: the default business"
        assert sorted((await house.listed(whose=BEIJING))[0]) == ["CA-at-home", "CA-none", "CA-odd", "CA-own"]
        assert (await house.say("CA-own", "我叫王宝强", business=BEIJING)).status_code == 200


async def test_a_turn_that_is_for_another_business_is_refused_and_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async with neighbours() as house:
        await house.begin("CA-theirs", ACME, "it's Mary O'Neill")
        before = await house.call("CA-theirs")
        answers = [
            await house.say("CA-new", business=BEIJING, to=TO[ACME]),
            await house.say("CA-new", business=BEIJING, to="(202) 555-0100"),
            await house.say("CA-theirs", "hello", business=BEIJING),
            await house.say("CA-theirs", "hello", business=BEIJING, to=TO[BEIJING]),
            await house.say("CA-theirs", business=BEIJING, to=TO[ACME], turnId="t"),
            await house.ask("POST", "/ai/reply", "integration", BEIJING, json={"callSid": "CA-theirs", "message": "hello"}),
        ]
        assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
        assert answers[0].json()["code"] == "call_not_found"
        assert await house.call("CA-theirs") == before
        assert (await house.ask("GET", "/calls/CA-new")).status_code == 404
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {one["code"] for one in told if one["event"] == "turn_refused"} == {"number_elsewhere", "call_elsewhere"}


async def test_a_repeat_of_another_s_turn_does_not_get_its_answer() -> None:
    async with neighbours() as house:
        own = await house.say("CA-theirs", "it's Mary O'Neill", to=TO[ACME], turnId="7")
        assert (await house.say("CA-theirs", "it's Mary O'Neill", to=TO[ACME], turnId="7", business=ACME)).content == own.content
        assert (await house.say("CA-theirs", "it's Mary O'Neill", turnId="7", business=BEIJING)).status_code == 404


async def test_a_call_that_begins_elsewhere_meanwhile_is_refused_by_its_record() -> None:
    """The sid was free when the turn was let in, and another business's call when its record was opened."""
    async with neighbours() as house:
        parts = house.service.api.state.parts.bound(BEIJING)

        async def free(sid: str) -> str:
            return ""

        parts.turns._admit._store = type("Store", (), {"open": staticmethod(free)})()
        await house.begin("CA-theirs", ACME, "it's Mary O'Neill")
        before = await house.call("CA-theirs")
        for turn in ({"message": "hello"}, {"message": "it's Mary O'Neill"}):
            assert (await house.say("CA-theirs", turn["message"], business=BEIJING)).status_code == 404
        assert await house.call("CA-theirs") == before


async def test_a_prepared_document_that_names_another_business_is_not_theirs_to_open() -> None:
    async with neighbours() as house:
        store = house.memory
        for sid, company in (("CA-theirs", ACME), ("CA-ours", BEIJING), ("CA-crm", "crm-77")):
            store.put_document(sid, json.dumps({"callSid": sid, "company": {"id": company, "name": company}, "services": []}).encode())
        statuses = [(await house.say(sid, business=BEIJING)).status_code for sid in ("CA-theirs", "CA-ours", "CA-crm")]
        assert statuses == [404, 200, 200]
        for stream in (False, True):
            body = {"call": {"id": "CA-theirs"}, "stream": stream, "messages": [{"role": "user", "content": "hello"}]}
            answer = await house.ask("POST", "/v1/chat/completions", "integration", BEIJING, json=body)
            assert (answer.status_code, "error" in answer.json()) == (404, True)


async def person_wanted(house: Neighbours, sid: str, business: str) -> bool:
    """Whether a caller who asks for a person is dialled through at once."""
    await house.begin(sid, business)
    wish = {ACME: "can I speak to a person please", BEIJING: "我要转人工"}[business]
    answer = (await house.say(sid, wish)).json()
    assert answer["progress"]["status"] == "waiting_agent"
    return bool(answer["shouldTransfer"])


@pytest.mark.parametrize("path", ["/events", "/agents/{agent}/events"])
async def test_a_caller_is_kept_on_the_line_only_for_those_who_may_see_the_call(path: str) -> None:
    async with neighbours() as house:
        agent = name("supervisor", BEIJING)
        async with watching(house, "supervisor", BEIJING, path.format(agent=agent), agent):
            assert await person_wanted(house, "CA-1", ACME), "nobody who watches may see it"
            assert not await person_wanted(house, "CA-2", BEIJING)
        async with watching(house, "supervisor", "", path.format(agent="ann"), "ann"):
            assert not await person_wanted(house, "CA-3", ACME)
            assert not await person_wanted(house, "CA-4", BEIJING)


async def test_escalated_calls_are_kept_for_the_same_supervisors() -> None:
    async with neighbours() as house, watching(house, "supervisor", BEIJING, f"/agents/{name('supervisor', BEIJING)}/events"):
        for sid, business, kept in (("CA-1", ACME, False), ("CA-2", BEIJING, True)):
            await house.begin(sid, business)
            assert (await house.ask("POST", f"/calls/{sid}/escalate", json={})).status_code == 202
            assert (await house.say(sid, "hello")).json()["shouldTransfer"] is not kept


async def test_those_who_watch_hear_of_their_own_callers_alone() -> None:
    async with neighbours() as house:
        agent = name("supervisor", BEIJING)
        async with watching(house, "supervisor", BEIJING, f"/agents/{agent}/events") as feed:
            await person_wanted(house, "CA-theirs", ACME)
            await person_wanted(house, "CA-ours", BEIJING)
            assert (await feed.next("transfer_request")).payload["callSid"] == "CA-ours"
            assert feed._told.empty() or "CA-theirs" not in str(feed.raw)
            assert b"CA-theirs" not in feed.raw


async def test_a_bound_supervisor_takes_a_call_over_speaks_and_hands_it_back() -> None:
    async with neighbours() as house:
        agent = name("supervisor", ACME)
        await house.begin("CA-ours", ACME)
        for deed, more, status in (("takeover", {}, 200), ("messages", {"message": "This is Sue."}, 202), ("release", {}, 200)):
            answer = await house.ask("POST", f"/calls/CA-ours/{deed}", business=ACME, json={"agentId": agent, **more})
            assert (answer.status_code, answer.json()["heldBy"]) == (status, "" if deed == "release" else agent), answer.text
        assert (await house.say("CA-ours", "hello")).json()["aiResponse"]["message"].startswith("This is Sue.")
        refused = await house.ask("POST", "/calls/CA-ours/takeover", business=ACME, json={"agentId": name("supervisor", BEIJING)})
        assert (refused.status_code, refused.json()["code"]) == (403, "name_refused")


async def test_a_caller_who_rings_back_goes_on_within_the_business_alone() -> None:
    """The same number and name: at another business nobody has ever heard of them."""
    caller = {"from": "+12025550143"}
    async with neighbours() as house:
        await house.begin("CA-1", ACME, "it's Mary O'Neill", "202 555 0143", "yes", **caller)
        await house.begin("CA-2", BEIJING, "我叫Mary O'Neill", "对", **caller, language="zh-CN")
        await house.begin("CA-3", ACME, "it's Mary O'Neill", **caller)
        asked = [(await house.call(sid))["history"][-1]["message"] for sid in ("CA-2", "CA-3")]
        again = (await house.say("CA-3", "yes", **caller)).json()
        assert again["progress"]["filled"]["phone"] == "+12025550143"
        assert (await house.call("CA-3"))["resumedFrom"] == "CA-1"
        for answer in ("对", "好的"):
            await house.say("CA-2", answer)
        assert "resumedFrom" not in await house.call("CA-2")
        assert asked[0] != asked[1]


async def test_what_another_business_has_begun_under_the_old_sid_is_not_gone_on_with() -> None:
    """The number still leads to a callSid whose call has expired, and under which another business has begun one."""
    caller = {"from": "+12025550143"}
    async with neighbours() as house:
        store: Any = house.memory
        await house.begin("CA-1", ACME, "it's Mary O'Neill", **caller)
        leads = dict(store._callers)
        await store.erase("CA-1")
        await house.begin("CA-1", BEIJING, "我叫Mary O'Neill", "对", "13812345678", "对", **caller)
        for sid, business in (("CA-2", ""), ("CA-3", ACME)):
            store._callers.update(leads)
            for words in ("", "it's Mary O'Neill", "yes", "yes"):
                assert (await house.say(sid, words, business, to=TO[ACME], **caller)).status_code == 200
            found = await house.call(sid)
            assert "resumedFrom" not in found
            assert "13812345678" not in json.dumps(found)
            await store.erase(sid)
