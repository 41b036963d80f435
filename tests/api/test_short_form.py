"""What lists the calls: the short form in `history`, what is beyond its end, the search, and a call's own past events."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.frames import Topic
from api.parts import Parts
from api.short_form import LISTED, in_short, is_about, midnight
from api.snapshot import snapshot
from storage.store import CallStore, Listed
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.feeds import Service, reading
from tests.api.services import running
from tests.api.stories import Story
from tests.storage.calls import begin

pytestmark = pytest.mark.anyio
ALL = Topic("all")


async def test_a_call_in_short_says_what_a_list_shows(store: CallStore) -> None:
    story = Story(store, "CA1")
    await story.say("AI", "What's your name?")
    await story.say("customer", "it's Mary O'Neill")
    await story.fill("name", "Mary O'Neill")
    await story.say("AI", "Thanks Mary.")
    await story.become("waiting_agent")
    (found,) = (await snapshot(store, ALL))[0]["calls"]
    told = {name: found[name] for name in ("callSid", "name", "status", "step", "completed")}
    assert told == {"callSid": "CA1", "name": "Mary O'Neill", "status": "waiting_agent", "step": "phone", "completed": 1}
    assert [line["message"] for line in found["lastMessages"]] == ["it's Mary O'Neill", "Thanks Mary."]
    assert found["lastMessage"] == found["lastMessages"][-1]
    assert found["since"]


async def test_what_only_the_document_knows_is_taken_from_it() -> None:
    lines = [{"speaker": "customer", "message": "my drain"}, {"speaker": "AI", "message": "Are you there?"}, {"speaker": "customer", "message": ""}]
    more = {"from": "+12025550143", "language": "en-US", "heldBy": "ann", "since": "2026-03-02T14:00:00Z", "misses": 3, "why": "caller_asked"}
    others = {"company": {"id": "acme", "name": "Acme"}, "history": lines}
    packet, approval = {"why": "caller_asked"}, {"permissionId": "p1", "rule": "every"}
    found = in_short(Listed(sid="CA1", status="with_agent", document={**more, "packet": packet, "approval": approval, **others}))
    assert more.items() <= found.items()
    assert (found["packet"], found["approval"]) == (packet, approval)
    assert (found["business"], found["companyName"], found["lastWords"]) == ("acme", "Acme", "my drain")


async def test_more_calls_than_are_listed_are_reached_from_where_the_list_was_cut(store: CallStore) -> None:
    for number in range(LISTED + 3):
        await begin(store, f"C{number:03}")
    payload, _ = await snapshot(store, ALL)
    listed = [call["callSid"] for call in payload["calls"]]
    assert (len(listed), payload["cut"], list(payload["next"])) == (LISTED, True, ["active"])
    rest = [call.sid for call in await store.calls("active", payload["next"]["active"])]
    assert sorted(listed + rest) == [f"C{number:03}" for number in range(LISTED + 3)]


async def test_a_list_that_is_whole_says_so(store: CallStore) -> None:
    await begin(store)
    payload, _ = await snapshot(store, ALL)
    assert (payload["cut"], payload["next"]) == (False, {})


async def test_the_calls_of_today_that_are_booked_are_counted_by_the_business_s_day(store: CallStore) -> None:
    zone = "America/New_York"
    began = midnight(zone)
    for name, ms in (("late", began - 1), ("first", began), ("now", began + 1)):
        story = Story(store, f"CA-{name}", created_at=datetime.fromtimestamp(ms / 1000, UTC).isoformat())
        await story.become("booked")
    assert (await snapshot(store, ALL, zone))[0]["bookedToday"] == 2
    assert midnight(zone, datetime(2026, 3, 2, 4, 59, tzinfo=UTC)) == midnight(zone, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wanted", "seen", "found"),
    [
        ("ca-7", ("callSid",), True),
        ("o'neill", ("callSid", "name", "phone"), True),
        ("o'neill", ("callSid",), False),
        ("(202) 555-0143", ("phone",), True),
        ("0143", ("phone",), True),
        ("0199", ("phone",), True),
        ("0143", ("callSid", "name"), False),
        ("0144", ("callSid", "name", "phone"), False),
        ("+", ("phone",), False),
        ("room 0143", ("phone",), False),
        ("c8 2lc", ("reference",), True),
        ("c82lc", ("callSid", "name", "phone"), False),
        ("c82l", ("reference",), False),
    ],
)
def test_what_is_looked_for(wanted: str, seen: tuple[str, ...], found: bool) -> None:
    user = {"userInfo": {"name": "Mary O'Neill", "phone": "+12025550143"}}
    document = {"user": user, "from": "+12025550199", "booking": {"reference": "C82LC"}}
    assert is_about(Listed(sid="CA-7", status="active", document=document), wanted, seen) is found


async def test_a_search_is_bounded_and_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.calls.SEARCHED", 4)
    monkeypatch.setattr("api.calls.PAGE_LIMIT", 4)
    async with running() as caller:
        for number in range(10):
            await caller.say("hello", sid=f"CA{number}{'x' if number % 3 == 0 else ''}")
        found: list[str] = []
        query: dict[str, Any] = {"q": "x", "count": 2}
        while True:
            answer = (await caller.http.get("/calls", params=query)).json()
            found += [call["callSid"] for call in answer["calls"]]
            if answer["next"] is None:
                break
            query["before"] = answer["next"]
        assert found == ["CA9x", "CA6x", "CA3x", "CA0x"]
        assert (await caller.http.get("/calls", params={"q": "x" * 101, "count": 2})).json()["errors"][0]["field"] == "q"


async def test_a_viewer_finds_nobody_by_what_is_masked_and_reads_no_values_in_past_events() -> None:
    async with running(tokens=TOKENS) as caller:
        running_parts: Parts = caller.service.api.state.parts
        story = Story(running_parts.store, "CA1")
        await story.say("customer", "it's Mary O'Neill")
        await story.fill("name", "Mary O'Neill")

        async def get(role: str, path: str) -> httpx.Response:
            return await caller.http.get(path, headers={"Authorization": f"Bearer {IDENTITIES[role]}"})

        by_name = {role: (await get(role, "/calls?q=mary")).json()["calls"] for role in ("viewer", "supervisor")}
        assert [len(found) for found in by_name.values()] == [0, 1]
        assert len((await get("viewer", "/calls?q=ca1")).json()["calls"]) == 1
        whole = (await get("supervisor", "/calls/CA1?events=1")).json()
        assert [(one["id"], one["type"]) for one in whole["events"]] == list(zip(story.ids, ["new_message", "progress"], strict=True))
        assert whole["events"][1]["payload"]["value"] == "Mary O'Neill"
        masked = await get("viewer", "/calls/CA1?events=1")
        assert [one["id"] for one in masked.json()["events"]] == story.ids
        assert "Mary" not in masked.text
        assert "events" not in (await get("supervisor", "/calls/CA1")).json()


async def test_a_viewer_sees_how_the_calls_stand_and_nothing_of_their_callers(store: CallStore) -> None:
    story = Story(store, "CA1")
    await story.say("customer", "it's Mary O'Neill")
    await story.fill("name", "Mary O'Neill")
    service = Service(store)
    await service.hub.start()
    async with reading(service.app, "/events", role="viewer") as feed:
        told = await feed.next("history")
        (call,) = told.payload["calls"]
        assert {name: call[name] for name in ("callSid", "status", "step", "completed", "misses")} == {
            "callSid": "CA1", "status": "active", "step": "phone", "completed": 1, "misses": 0,
        }  # fmt: skip
        assert (told.payload["cut"], told.payload["bookedToday"]) == (False, 0)
        assert b"Mary" not in feed.raw
    await service.hub.close()


async def test_a_list_of_several_statuses_and_of_one_business() -> None:
    async with running() as caller:
        store = caller.service.api.state.parts.store
        for number, status in enumerate(("ended", "active", "booked", "ended")):
            await Story(store, f"CA{number}", created_at=f"2026-03-02T14:0{number}:00Z").become(status)

        async def listed(**query: str) -> list[str]:
            return [call["callSid"] for call in (await caller.http.get("/calls", params=query)).json()["calls"]]

        assert await listed(status="booked,ended") == ["CA3", "CA2", "CA0"]
        assert await listed(status="booked,ended", before="CA3") == ["CA2", "CA0"]
        assert await listed(business="acme", status="ended") == ["CA3", "CA0"]
        assert await listed(business="another") == []
