"""Two businesses on one service: whoever is bound to one sees and touches nothing of the other, by any route, nor hears that there is anything."""

import asyncio
import json
import re
from typing import Any

import msgspec
import pytest

from api.routing import FOR_THE_BOUND, READERS, ROUTES, Route
from storage.store import Change
from tests.api.doors import BODIES
from tests.api.feeds import Feed, until
from tests.api.neighbours import ACME, BEIJING, ROLES, TO, Neighbours, name, neighbours, scope
from tests.storage.calls import new_call

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
OF_A_CALL = [route for route in ROUTES if "{callSid}" in route.path]
UNKNOWN = "CA-unknown"


def _plain() -> list[tuple[Route, str]]:
    return [(route, role) for route in OF_A_CALL if route.kind == "plain" for role in ROLES]


def body_for(route: Route, role: str, business: str) -> Any:
    found = BODIES.get(route.path, {"email": "new@example.com"} if route.method == "PATCH" else None)
    return {**found, "agentId": name(role, business)} if found and "agentId" in found else found


@pytest.mark.parametrize(("route", "role"), _plain(), ids=lambda one: f"{one.method} {one.path}" if isinstance(one, Route) else one)
async def test_another_s_call_is_answered_as_one_that_is_not_there(route: Route, role: str) -> None:
    async with neighbours() as house:
        await house.begin("CA-theirs", ACME, "it's Mary O'Neill")
        before = await house.call("CA-theirs")
        body = body_for(route, role, BEIJING)
        seen = {}
        for sid in ("CA-theirs", UNKNOWN):
            answer = await house.ask(route.method, route.path.format(callSid=sid), role, BEIJING, json=body)
            headers = {key: value for key, value in answer.headers.items() if key != "date"}
            seen[sid] = (answer.status_code, answer.text.replace(sid, "?"), headers)
        assert seen["CA-theirs"][:2] == seen[UNKNOWN][:2]
        assert seen["CA-theirs"][2].keys() == seen[UNKNOWN][2].keys()
        assert seen[UNKNOWN][0] in (404, 403, 200)
        assert (seen[UNKNOWN][0] == 403) == (role not in route.roles)
        assert (seen[UNKNOWN][0] == 200) == (route.path.endswith("/health"))
        assert await house.call("CA-theirs") == before


@pytest.mark.parametrize(("route", "role"), _plain(), ids=lambda one: f"{one.method} {one.path}" if isinstance(one, Route) else one)
async def test_their_own_calls_are_theirs_as_they_are_of_whoever_is_bound_to_none(route: Route, role: str) -> None:
    answers = []
    for business in ("", ACME):
        async with neighbours() as house:
            await house.begin("CA-ours", ACME, "it's Mary O'Neill")
            body = body_for(route, role, business) if business else BODIES.get(route.path, {"email": "new@example.com"})
            answers.append(await house.ask(route.method, route.path.format(callSid="CA-ours"), role, business, json=body))
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].headers.keys() == answers[1].headers.keys()


@pytest.mark.parametrize("route", [one for one in ROUTES if "{callSid}" in one.path and one.method == "GET"], ids=lambda one: one.path)
async def test_every_way_to_read_a_call_is_there_for_its_own_business(route: Route) -> None:
    assert route.path in FOR_THE_BOUND, "a route of a call is for its business too, or says here why not"


async def test_what_is_of_the_whole_service_is_not_for_the_bound() -> None:
    async with neighbours() as house:
        for route in ROUTES:
            if route.path in FOR_THE_BOUND or route.kind == "telephony" or not route.roles:
                continue
            for role in route.roles:
                answer = await house.ask(route.method, route.path, role, ACME)
                assert (answer.status_code, answer.json()["code"]) == (403, "business_refused"), route
        assert (await house.ask("GET", "/metrics", "viewer")).status_code == 200


def test_there_is_a_route_for_all_that_the_bound_are_let_in() -> None:
    assert {route.path for route in ROUTES} >= FOR_THE_BOUND
    assert all(route.roles <= READERS and route.kind != "telephony" for route in ROUTES if route.path in FOR_THE_BOUND)


async def test_lists_hold_their_own_calls_and_pages_are_whole() -> None:
    async with neighbours() as house:
        for number in range(7):
            await house.begin(f"CA-{number}", (ACME, BEIJING)[number % 3 == 0])
        theirs = [f"CA-{number}" for number in (5, 4, 2, 1)]
        everybody, _ = await house.listed()
        assert [sid for sid in everybody if sid in theirs] == (await house.listed(whose=ACME))[0]
        for role in ROLES:
            first, following = await house.listed(role, ACME, count=3)
            second, end = await house.listed(role, ACME, count=3, before=following)
            assert (first + second, end) == ((await house.listed(role, ACME))[0], None)
            assert sorted(first + second) == sorted(theirs)
        assert await house.listed(whose=ACME, before="CA-0") == await house.listed(whose=ACME, before=UNKNOWN) == ([], None)
        for query in ({"q": "CA-0"}, {"q": "CA-", "business": BEIJING}, {"business": BEIJING}, {"status": "booked"}):
            assert await house.listed(whose=ACME, **query) == ([], None), query
        assert (await house.listed(whose=ACME, q="CA-4"))[0] == ["CA-4"]
        assert sorted((await house.listed(whose=ACME, q="CA-", status="active,ended"))[0]) == sorted(theirs)


async def test_a_day_is_one_where_the_business_is_that_is_asked_about_or_that_one_is_bound_to() -> None:
    """20:00 in New York is 8:00 of the next day in Beijing."""
    async with neighbours() as house:
        store = house.service.api.state.parts.store
        for sid, business in (("CA-ours", ACME), ("CA-theirs", BEIJING)):
            call = new_call(sid, "2026-03-03T01:00:00Z", business)
            call = replace(call, brief=replace(call.brief, company={"id": business}))
            await store.commit(Change(before=None, after=call, seen=(await store.open(sid)).seen))
        for whose in (ACME, BEIJING):
            days = [(await house.listed(whose=whose, day=f"2026-03-0{day}"))[0] for day in (2, 3)]
            assert days == ([["CA-ours"], []] if whose == ACME else [[], ["CA-theirs"]])
        assert (await house.listed(day="2026-03-02"))[0] == ["CA-theirs", "CA-ours"], "as it is in the first one's zone"
        assert (await house.listed(day="2026-03-03", business=BEIJING))[0] == ["CA-theirs"]
        assert (await house.listed(day="2026-03-02", business=BEIJING))[0] == []


async def test_whose_a_call_is_does_not_hang_on_what_its_document_says() -> None:
    """A telephony back end may name its own company in the document, and even that of the neighbour."""
    async with neighbours() as house:
        await house.begin("CA-ours", ACME)
        shown = await house.call("CA-ours")
        house.memory.put_document("CA-ours", json.dumps({**shown, "company": {"id": BEIJING, "name": "京城家政"}}).encode())
        await house.say("CA-ours", "hello", to=TO[ACME])
        assert (await house.call("CA-ours"))["company"]["id"] == BEIJING
        assert (await house.ask("GET", "/calls/CA-ours", business=ACME)).status_code == 200
        assert (await house.ask("GET", "/calls/CA-ours", business=BEIJING)).status_code == 404
        assert (await house.listed(whose=ACME))[0] == ["CA-ours"]
        assert (await house.listed(whose=BEIJING))[0] == []


async def test_the_desk_shows_their_business_alone() -> None:
    async with neighbours() as house:
        for business in (ACME, BEIJING):
            desk = (await house.ask("GET", "/desk", "viewer", business)).json()
            assert [one["id"] for one in desk["businesses"]] == [business] == [desk["me"]["business"]]
        desk = (await house.ask("GET", "/desk", "viewer")).json()
        assert ([one["id"] for one in desk["businesses"]], desk["me"]["business"]) == ([ACME, BEIJING], "")


async def test_a_summary_of_another_s_call_is_made_of_what_is_sent_along() -> None:
    async with neighbours() as house:
        await house.begin("CA-theirs", ACME, "it's Mary O'Neill")
        for sent in ({}, {"conversation": ["hello"]}):
            answers = [
                await house.ask("POST", "/ai/summary", "integration", BEIJING, json={"callSid": sid, **sent}) for sid in ("CA-theirs", UNKNOWN)
            ]
            assert answers[0].content == answers[1].content
            assert answers[0].status_code == answers[1].status_code == (200 if sent else 404)
        own = await house.ask("POST", "/ai/summary", "integration", ACME, json={"callSid": "CA-theirs"})
        assert "Mary" in own.text


async def test_a_ticket_opens_the_stream_of_the_business_that_its_token_is_bound_to() -> None:
    async with neighbours() as house:
        await house.begin("CA-theirs", ACME)
        await house.begin("CA-ours", BEIJING)
        ticket = (await house.ask("POST", "/events/ticket", "viewer", BEIJING)).json()["ticket"]
        feed = Feed()
        asked = {**scope("/events", "viewer", BEIJING, query=f"ticket={ticket}"), "headers": [(b"host", b"127.0.0.1")]}
        stream = asyncio.create_task(house.service(asked, feed.receive, feed.send))
        assert [call["callSid"] for call in (await feed.next("history")).payload["calls"]] == ["CA-ours"]
        feed.leave()
        await stream


async def told(house: Neighbours, sid: str, role: str, event_id: str) -> list[str]:
    """All that the stream of a call tells whoever is bound to the one business, while calls of both go on; without what tells two services apart."""
    hub = house.service.api.state.parts.hub
    feed = Feed()
    headers = [(b"last-event-id", event_id.encode())] if event_id else []
    stream = asyncio.create_task(house.service(scope(f"/calls/{sid}/events", role, BEIJING, headers), feed.receive, feed.send))
    await until(lambda: [reader.hot for reader in hub.all_readers()] == [True])
    await house.begin("CA-theirs", ACME, "my number is 202 555 0143")
    await house.begin("CA-ours", BEIJING, "你好")
    # An event that is theirs, about that call: it ends what is compared.
    hub.store._log.tell(sid, b'{"type":"tool_result","payload":{},"timestamp":0,"source":"end"}', BEIJING)
    found = [await feed.next()]
    while found[-1].type != "tool_result":
        found.append(await feed.next())
    feed.leave()
    await stream
    return [re.sub(r"\d{10,}(-\d+|\.\d+)?|" + re.escape(sid), "?", repr((bool(one.id), one.type, one.payload))) for one in found]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("event_id", ["", "1-0", "99999999999999-0", "nonsense", "newest"])
async def test_the_stream_of_another_s_call_is_that_of_one_that_is_not_there(role: str, event_id: str) -> None:
    seen = []
    for sid in ("CA-theirs", UNKNOWN):
        async with neighbours() as house:
            await house.begin("CA-theirs", ACME, "it's Mary O'Neill")
            newest = await house.service.api.state.parts.store.head("CA-theirs")
            seen.append(await told(house, sid, role, newest if event_id == "newest" else event_id))
    assert seen[0] == seen[1]
    assert "Mary" not in str(seen)
    assert {"new_message", "progress"}.isdisjoint(one.split(", ")[1] for one in seen[0])


async def test_the_health_of_a_stream_counts_no_reader_of_the_neighbours() -> None:
    async with neighbours() as house:
        await house.begin("CA-theirs", ACME)
        hub = house.service.api.state.parts.hub
        asked = [scope("/calls/CA-theirs/events", "viewer", business) for business in ("", ACME, BEIJING)]
        feeds = [Feed() for _ in asked]
        streams = [asyncio.create_task(house.service(one, feed.receive, feed.send)) for one, feed in zip(asked, feeds, strict=True)]
        await until(lambda: len(hub.all_readers()) == 3)
        for business, readers in (("", 2), (ACME, 2), (BEIJING, 1)):
            health = (await house.ask("GET", "/calls/CA-theirs/events/health", "viewer", business)).json()
            assert (health["readers"], health["lastId"] == "0-0") == (readers, business == BEIJING), business
            assert health["log"].keys() == {"mode", "awayS"} if business else health["log"]["readers"] == 3
        for feed in feeds:
            feed.leave()
        await asyncio.gather(*streams)
