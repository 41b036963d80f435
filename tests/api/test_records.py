"""Calls as records over HTTP: listed, read, edited, erased, summed up."""

import pytest

from tests.api.services import Caller, running
from tests.api.stories import Story

pytestmark = pytest.mark.anyio


async def calls(caller: Caller, count: int) -> None:
    for number in range(count):
        assert (await caller.say("hello", sid=f"CA{number}")).status_code == 200


async def test_a_call_is_read_as_its_document() -> None:
    async with running() as caller:
        await caller.say("it's Mary")
        answer = await caller.http.get("/calls/CA1")
        assert answer.headers["cache-control"] == "no-store"
        document = answer.json()
        assert document["callSid"] == "CA1"
        assert document["progress"]["total"] == 6
        assert document["history"][0]["message"] == "it's Mary"
        assert document["servicebooked"] is False


@pytest.mark.parametrize("path", ["/calls/CA404", "/calls/has%20space", "/calls/..%2Fetc", "/calls/" + "x" * 300, "/calls/%00"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_unknown_calls_are_404(method: str, path: str) -> None:
    async with running() as caller:
        answer = await caller.http.request(method, path, json={})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_calls_are_listed_newest_first_a_page_at_a_time() -> None:
    async with running() as caller:
        await calls(caller, 5)
        first = (await caller.http.get("/calls", params={"count": 3})).json()
        second = (await caller.http.get("/calls", params={"count": 3, "before": first["next"]})).json()
        found = [call["callSid"] for call in first["calls"] + second["calls"]]
        assert sorted(found) == [f"CA{number}" for number in range(5)]
        assert second["next"] is None
        assert all(call["status"] == "active" and "history" not in call for call in first["calls"])
        assert {(call["lastWords"], call["lastMessages"][-1]["message"]) for call in first["calls"]} == {("hello", "hello")}
        assert (await caller.http.get("/calls", params={"status": "booked"})).json() == {"calls": [], "next": None}


async def test_calls_of_a_day_are_those_that_began_on_it_where_the_business_is() -> None:
    """In New York the 8th of March 2026 has 23 hours."""
    begun = ("2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", "2026-03-08T12:00:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z")
    async with running() as caller:
        for number, created_at in enumerate(begun):
            await Story(caller.service.api.state.parts.store, f"CA{number}", created_at).say("customer", "hello")

        async def of(day: str, **more: str) -> list[str]:
            answer = (await caller.http.get("/calls", params={"day": day, **more})).json()
            return [call["callSid"] for call in answer["calls"]]

        assert await of("2026-03-08") == ["CA3", "CA2", "CA1"]
        assert await of("2026-03-07") == ["CA0"]
        assert await of("2026-03-09") == ["CA4"]
        assert await of("2026-03-10") == []
        assert await of("2026-03-08", q="CA2") == ["CA2"]
        assert await of("2026-03-08", q="CA4") == []
        assert await of("2026-03-08", count="2") == ["CA3", "CA2"]
        assert await of("2026-03-08", count="2", before="CA2") == ["CA1"]


NO_DAYS = ("yesterday", "2026-02-30", "2026-3-8", "20260308", "2026-03-08T00:00:00Z", "1969-12-31", "2200-01-01", "%D9%A2026-03-08")


@pytest.mark.parametrize(
    "query", ["status=odd", "status=active,odd", "count=0", "count=201", "count=many", "before=has%20space", *(f"day={each}" for each in NO_DAYS)]
)
async def test_odd_queries_are_422(query: str) -> None:
    async with running() as caller:
        answer = await caller.http.get(f"/calls?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_fields_are_set_cleared_and_locked() -> None:
    async with running() as caller:
        await caller.say("hello")
        set_ = await caller.http.patch("/calls/CA1", json={"email": "a@example.com", "lock": ["email"], "agentId": "ann"})
        assert set_.json()["user"]["userInfo"]["email"] == "a@example.com"
        cleared = await caller.http.patch("/calls/CA1", json={"email": None, "unlock": ["email", "email"]})
        assert not cleared.json()["user"]["userInfo"].get("email")
        assert caller.walker.edits == [({"email": "a@example.com"}, ("email",), (), "ann"), ({"email": None}, (), ("email",), "supervisor")]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"phone": "bad"}, "phone", "not_in_use"),
        ({"phone": 5}, "phone", "wrong_type"),
        ({"phone": "1" * 3000}, "phone", "too_long"),
        ({"colour": "red"}, "body", "unknown_field"),
        ({"lock": "email"}, "lock", "wrong_value"),
        ({"lock": ["colour"]}, "lock", "wrong_value"),
        ({"unlock": [["email"]]}, "unlock", "wrong_value"),
        ({"agentId": 5}, "agentId", "bad_id"),
    ],
)
async def test_refused_edits_name_field_and_reason_and_change_nothing(body: dict[str, object], field: str, code: str) -> None:
    async with running() as caller:
        await caller.say("hello")
        before = (await caller.http.get("/calls/CA1")).json()
        answer = await caller.http.patch("/calls/CA1", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field
        assert answer.json()["errors"][0]["code"] == code
        assert "red" not in answer.text
        assert (await caller.http.get("/calls/CA1")).json() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5"])
async def test_edits_that_are_no_objects_are_refused(body: bytes) -> None:
    async with running() as caller:
        await caller.say("hello")
        assert (await caller.http.patch("/calls/CA1", content=body)).status_code in (400, 422)


async def test_an_erased_call_is_gone() -> None:
    async with running() as caller:
        await caller.say("hello")
        erased = await caller.http.delete("/calls/CA1")
        assert (erased.status_code, erased.content) == (204, b"")
        assert (await caller.http.get("/calls/CA1")).status_code == 404
        assert (await caller.http.delete("/calls/CA1")).status_code == 404


async def test_a_summary_comes_from_the_record() -> None:
    async with running() as caller:
        await caller.say("hello")
        await caller.http.patch("/calls/CA1", json={"name": "Mary O'Neill", "phone": "+12025550143"})
        found = (await caller.http.post("/ai/summary", json={"callSid": "CA1"})).json()
        assert set(found) == {"summary", "keyPoints"}
        assert found["summary"].startswith("Mary O'Neill called Acme Home Services.")
        assert "Phone: +12025550143" in found["keyPoints"]
        assert "Email: not given" in found["keyPoints"]


async def test_a_summary_without_a_record_quotes_what_was_sent() -> None:
    body = {
        "callSid": "CA9",
        "conversation": [{"speaker": "AI", "message": "Hello."}, {"speaker": "customer", "message": "My sink is blocked."}],
        "serviceInfo": {"name": "Drain cleaning", "price": 149},
    }
    async with running() as caller:
        found = (await caller.http.post("/ai/summary", json=body)).json()
        assert found["keyPoints"] == ["Service: Drain cleaning (149)", 'Caller: "My sink is blocked."']
        assert (await caller.http.post("/ai/summary", json={"callSid": "CA9"})).status_code == 404
        assert (await caller.http.post("/ai/summary", json={"callSid": "CA9", "conversation": 5})).status_code == 422
        assert (await caller.http.post("/ai/summary", json={})).status_code == 422
