"""Appointments over HTTP: who sees what of them, who changes them, and whom that tells."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent.record.booking_reference import booking_reference
from agent.record.calendar import is_holiday
from agent.record.slot_state import SlotState
from storage.store import Change
from tests.api.neighbours import ACME, BEIJING, Neighbours, neighbours
from tests.storage.calls import job, new_call

pytestmark = pytest.mark.anyio
BOSTON_NOON = datetime.fromisoformat("2030-03-18T12:00:00-04:00")
ZONE = ZoneInfo("America/New_York")
START = int(BOSTON_NOON.timestamp())
"""A Monday at noon in the zone of the first business."""
VALUES = {"name": "Mary O'Neill", "phone": "+12025550143", "email": "mary@example.com", "address": "12 High Street, Springfield, NJ 07081"}


async def book(house: Neighbours, sid: str, business: str = ACME, start: int = START) -> str:
    """The reference of an appointment, whose call is kept."""
    place = job(sid, start, business=business)
    service = house.service.businesses.get(business).services[0].id  # type: ignore[union-attr]
    place = msgspec.structs.replace(place, service=service)
    slots = {**VALUES, "service": service, "time": datetime.fromtimestamp(start, UTC).isoformat()}
    call = new_call(sid, business=business)
    brief = msgspec.structs.replace(call.brief, time_zone="America/New_York", services=tuple(house.service.businesses.get(business).services))  # type: ignore[union-attr]
    call = msgspec.structs.replace(
        call, brief=brief, slots={**call.slots, **{name: SlotState(status="filled", value=value) for name, value in slots.items()}}
    )
    after = msgspec.structs.replace(call, status="booked", booked=place)
    await house.service.api.state.parts.store.commit(Change(before=None, after=after, booking=place, capacity=9))
    return booking_reference(sid)


def open_day(house: Neighbours) -> str:
    """A day some weeks from now on which the first business works, whenever this is run."""
    business, today = house.service.businesses.default, datetime.now(UTC).date()
    days = (today + timedelta(days=ahead) for ahead in range(14, 60))
    return next(day for day in days if day.weekday() < 5 and not is_holiday(day, business)).isoformat()


async def listed(house: Neighbours, role: str = "supervisor", whose: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = await house.ask("GET", "/bookings", role, whose, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: list[dict[str, Any]] = answer.json()["bookings"]
    return found


async def test_everybody_reads_them_and_a_viewer_no_values() -> None:
    async with neighbours() as house:
        reference = await book(house, "CA1")
        for role in ("supervisor", "integration"):
            (one,) = await listed(house, role)
            wanted = {"callSid": "CA1", "reference": reference, "state": "booked", "business": ACME, "start": BOSTON_NOON.isoformat(), **VALUES}
            assert one.items() >= wanted.items()
            assert datetime.fromisoformat(one["end"]) == BOSTON_NOON + timedelta(hours=1)
            assert (await house.ask("GET", f"/bookings/{reference.lower()}", role)).json() == one
        (hidden,) = await listed(house, "viewer", **{"from": "2031-01-01"})
        assert {name for name, value in hidden.items() if value != "•••"} == {"callSid", "state", "business"}
        single = (await house.ask("GET", f"/bookings/{reference}", "viewer")).json()
        assert {name for name, value in single.items() if value != "•••"} == {"state", "business"}


async def test_they_are_listed_by_time_and_business() -> None:
    async with neighbours() as house:
        day = 86_400
        for sid, business, start in (("CA3", ACME, START + day), ("CA1", ACME, START), ("CB1", BEIJING, START + 60)):
            await book(house, sid, business, start)

        async def sids(**query: Any) -> list[str]:
            return [one["callSid"] for one in await listed(house, **query)]

        assert await sids() == ["CA1", "CB1", "CA3"]
        assert await sids(business=ACME) == ["CA1", "CA3"]
        assert await sids(business="nobody") == []
        assert await sids(**{"from": "2030-03-19"}) == ["CA3"]
        assert await sids(to="2030-03-18", business=ACME) == ["CA1"]
        assert await sids(**{"from": BOSTON_NOON.isoformat(), "to": "2030-03-18T16:00:30Z"}) == ["CA1"]
        assert await sids(to=BOSTON_NOON.isoformat()) == []
        plus = await house.ask("GET", "/bookings?from=2030-03-18T17:00:00+01:00&to=2030-03-18T17:00:01+01:00")
        assert [one["callSid"] for one in plus.json()["bookings"]] == ["CA1"]
        for query in ({"from": "soon"}, {"to": "2030-02-30"}, {"to": "9999-12-31"}):
            answer = await house.ask("GET", "/bookings", params=query)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == next(iter(query))


async def test_a_supervisor_moves_corrects_and_cancels_and_the_call_follows() -> None:
    async with neighbours() as house:
        reference = await book(house, "CA1")
        path, day = f"/bookings/{reference}", open_day(house)
        for role in ("viewer", "integration"):
            assert (await house.ask("PATCH", path, role, json={"name": "Ann Lee"})).status_code == 403
            assert (await house.ask("DELETE", path, role)).status_code == 403
        answer = await house.ask("PATCH", path, json={"name": "ann lee", "time": f"{day}T14:00"})
        assert answer.status_code == 200, answer.text
        changed = answer.json()
        assert (changed["name"], changed["start"], changed["sequence"]) == (
            "Ann Lee",
            datetime.fromisoformat(f"{day}T14:00").replace(tzinfo=ZONE).isoformat(),
            1,
        )
        document = await house.call("CA1")
        assert (document["user"]["userInfo"]["name"], document["booking"]["start"]) == ("Ann Lee", changed["start"])
        assert (await house.ask("PATCH", path, json={})).json() == changed
        for body in ({"reason": "x" * 501}, {"reason": 7}, {"agentId": "a b"}):
            assert (await house.ask("DELETE", path, json=body)).status_code == 422
        gone = await house.ask("DELETE", path, json={"reason": " No van\nthat day. ", "agentId": "kim"})
        assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
        assert (await house.call("CA1"))["servicebooked"] is False
        for method, body in (("DELETE", None), ("PATCH", {"name": "Ann"})):
            again = await house.ask(method, path, json=body)
            assert (again.status_code, again.json()["code"]) == (409, "booking_cancelled")
        assert [one["state"] for one in await listed(house)] == ["cancelled"]


async def test_a_supervisor_is_told_when_on_a_day_it_could_be() -> None:
    async with neighbours() as house:
        path, day = f"/bookings/{await book(house, 'CA1')}", open_day(house)
        answer = await house.ask("GET", f"{path}/times", "supervisor", ACME, params={"day": day})
        assert (answer.status_code, answer.headers["cache-control"], answer.json()["day"]) == (200, "no-store", day)
        times = answer.json()["times"]
        assert datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=ZONE).isoformat() in times
        moved = await house.ask("PATCH", path, json={"time": times[-1]})
        assert moved.json()["start"] == times[-1]
        assert times[-1] in (await house.ask("GET", f"{path}/times", params={"day": day})).json()["times"]
        for never in ("2020-01-01", "0001-01-01", "9999-12-31", "9999-12-30"):
            answer = await house.ask("GET", f"{path}/times", params={"day": never})
            assert (answer.status_code, answer.json()) == (200, {"day": never, "times": []})
        for never in ("9999-12-31T12:00", "0001-01-01T00:00", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00-12:00"):
            assert (await house.ask("PATCH", path, json={"time": never})).status_code == 422
        assert (await house.ask("GET", f"{path}/times")).json()["day"] == day
        refused = await house.ask("GET", f"{path}/times", params={"day": "soon"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "day")
        assert (await house.ask("GET", f"{path}/times", "supervisor", BEIJING, params={"day": day})).status_code == 404
        await house.ask("DELETE", path)
        assert (await house.ask("GET", f"{path}/times", params={"day": day})).json()["code"] == "booking_cancelled"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"time": "2020-01-01T10:00"}, "time", "past"),
    ({"time": "2030-03-18T12:00"}, "time", "too_far"),
    ({"email": "nobody"}, "email", "not_an_email"),
    ({"email": 7}, "email", "wrong_type"),
    ({"name": None}, "name", "needed"),
    ({"name": "x" * 2001}, "name", "too_long"),
    ({"state": "cancelled"}, "body", "unknown_field"),
    ({"lock": ["email"]}, "body", "unknown_field"),
]


@pytest.mark.parametrize(("body", "field", "code"), REFUSED)
async def test_what_does_not_pass_is_refused_with_the_reason(body: dict[str, Any], field: str, code: str) -> None:
    async with neighbours() as house:
        reference = await book(house, "CA1")
        answer = await house.ask("PATCH", f"/bookings/{reference}", json={"phone": "+12025550199", **body})
        assert answer.status_code == 422
        assert answer.json()["errors"][0].items() >= {"field": field, "code": code}.items()
        assert (await listed(house))[0]["phone"] == VALUES["phone"]


@pytest.mark.parametrize("body", [{"reson": "No van that day."}, {"reason": "No van that day.", "callSid": "CA2"}, {"name": None}])
async def test_a_cancellation_with_a_field_that_is_not_known_is_refused_as_a_change_is(body: dict[str, Any]) -> None:
    async with neighbours() as house:
        path = f"/bookings/{await book(house, 'CA1')}"
        answer = await house.ask("DELETE", path, json=body)
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"field": "body", "code": "unknown_field", "detail": "known are reason, agentId"}],
        )
        assert [one["state"] for one in await listed(house)] == ["booked"]
        assert (await house.ask("DELETE", path, json={})).json()["state"] == "cancelled"


@pytest.mark.parametrize("reference", ["ABCDE", "A", "12345", "ABCDEF", "%2A", "AB CD"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_there_is_none_of_another_name(reference: str, method: str) -> None:
    async with neighbours() as house:
        answer = await house.ask(method, f"/bookings/{reference}", json={} if method == "PATCH" else None)
        assert answer.status_code == 404
        assert answer.json()["code"] == "booking_not_found"


async def test_whoever_is_bound_to_a_business_has_that_one_s_alone() -> None:
    async with neighbours() as house:
        ours, theirs = await book(house, "CA1"), await book(house, "CB1", BEIJING)
        assert [one["callSid"] for one in await listed(house, whose=ACME)] == ["CA1"]
        assert await listed(house, whose=ACME, business=BEIJING) == []
        for method in ("GET", "PATCH", "DELETE"):
            for query in ("", f"?business={BEIJING}", "?callSid=CB1"):
                answer = await house.ask(
                    method, f"/bookings/{theirs}{query}", "supervisor", ACME, json={"name": "Ann"} if method == "PATCH" else None
                )
                assert (answer.status_code, answer.json()["code"]) == (404, "booking_not_found")
        assert (await house.ask("DELETE", f"/bookings/{ours}", "supervisor", ACME)).json()["state"] == "cancelled"
        assert [one["state"] for one in await listed(house, business=BEIJING)] == ["booked"]


async def test_of_two_with_one_reference_the_call_tells_which() -> None:
    async with neighbours() as house:
        reference = await book(house, "CA2490")
        assert await book(house, "CA6567") == reference
        assert (await house.ask("GET", f"/bookings/{reference}")).status_code == 404
        assert (await house.ask("DELETE", f"/bookings/{reference}?callSid=CA6567")).json()["callSid"] == "CA6567"
        assert {one["callSid"]: one["state"] for one in await listed(house)} == {"CA2490": "booked", "CA6567": "cancelled"}


async def test_an_erased_caller_is_in_no_list() -> None:
    async with neighbours() as house:
        reference = await book(house, "CA1")
        assert (await house.ask("DELETE", "/calls/CA1")).status_code == 204
        assert await listed(house) == []
        assert (await house.ask("GET", f"/bookings/{reference}")).status_code == 404
