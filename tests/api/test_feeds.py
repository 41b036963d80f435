"""A business's calendar: who is told its address, what it holds, and that nothing else opens it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import vobject

from agent.record.booking_reference import booking_uid
from api.app import Service
from tests.api.neighbours import ACME, BEIJING, BUSINESSES, TOKENS, Neighbours, neighbours
from tests.api.services import client, settings
from tests.api.test_bookings import START, VALUES, book

pytestmark = pytest.mark.anyio


async def address(house: Neighbours, business: str = ACME, whose: str = "") -> str:
    answer = await house.ask("GET", "/bookings/feed", "supervisor", whose, params={"business": business})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    path: str = answer.json()["path"]
    assert answer.json()["url"].endswith(path)
    return path


async def read(house: Neighbours, path: str) -> list[Any]:
    answer = await house.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = vobject.readOne(answer.text)
    events = list(calendar.contents.get("vevent", []))
    for event in events:
        event.validate(raiseException=True)
    return events


async def test_any_calendar_reads_it_without_a_token() -> None:
    async with neighbours() as house:
        path = await address(house)
        assert await read(house, path) == []
        reference = await book(house, "CA1")
        await book(house, "CB1", BEIJING)
        (event,) = await read(house, path)
        assert (event.uid.value, event.sequence.value, event.status.value) == (booking_uid("CA1"), "0", "CONFIRMED")
        assert event.dtstart.value.timestamp() == START
        assert event.location.value == VALUES["address"]
        assert VALUES["name"] in event.summary.value
        assert event.description.value.split("\n") == [reference, VALUES["name"], VALUES["phone"], VALUES["email"]]
        await house.ask("DELETE", f"/bookings/{reference}")
        assert await read(house, path) == []


async def test_it_follows_what_is_changed_and_erased() -> None:
    async with neighbours() as house:
        path, reference = await address(house), await book(house, "CA1")
        first = await house.http.get(path)
        tag = first.headers["etag"]
        for known in (tag, f'"other", W/{tag}', "*"):
            again = await house.http.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        head = await house.http.head(path)
        assert (head.status_code, head.headers["etag"], head.content) == (200, tag, b"")
        await house.ask("PATCH", f"/bookings/{reference}", json={"name": "Ann Lee"})
        changed = await house.http.get(path, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert "Ann Lee" in changed.text
        await house.ask("DELETE", "/calls/CA1")
        assert await read(house, path) == []


async def test_jobs_of_long_ago_are_not_in_it() -> None:
    async with neighbours(booked_ttl_s=90 * 86_400) as house:
        now = int(datetime.now(UTC).timestamp())
        await book(house, "old", start=now - 40 * 86_400)
        await book(house, "CA1", start=now - 20 * 86_400)
        assert [event.uid.value for event in await read(house, await address(house))] == [booking_uid("CA1")]


async def test_only_its_own_key_opens_a_calendar() -> None:
    async with neighbours() as house:
        ours, theirs = await address(house), await address(house, BEIJING)
        key = ours.rpartition("/")[2]
        assert key.removesuffix(".ics") not in theirs
        for path in (
            f"/feeds/{BEIJING}/{key}",
            f"/feeds/nobody/{key}",
            ours[:-5] + ".ics",
            ours.removesuffix(".ics"),
            f"/feeds/{ACME}/.ics",
            f"/feeds/{ACME}/é.ics",
        ):
            answer = await house.http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_whoever_is_bound_is_told_their_own_alone() -> None:
    async with neighbours() as house:
        assert await address(house, "", ACME) == await address(house)
        assert (await house.ask("GET", "/bookings/feed", "supervisor", ACME, params={"business": BEIJING})).status_code == 422
        assert (await house.ask("GET", "/bookings/feed")).status_code == 422, "which one?"
        for role in ("viewer", "integration"):
            assert (await house.ask("GET", "/bookings/feed", role, params={"business": ACME})).status_code == 403


async def test_another_word_in_the_file_makes_another_address_and_a_restart_none() -> None:
    secret = "a-secret-of-the-service-that-is-long-enough"
    found = []
    for word in ("", "", "2"):
        service = Service(settings(tokens=TOKENS, business=BUSINESSES, secret=secret))
        outgoing = msgspec.structs.replace(service.businesses.default.outgoing, feed_key=word)
        known = [msgspec.structs.replace(one, outgoing=outgoing) if one.id == ACME else one for one in service.businesses.all]
        service.businesses = type(service.businesses)(known)
        async with service.api.router.lifespan_context(service.api), client(service) as http:
            found.append(await address(Neighbours(service, http)))
            if found[0] != found[-1]:
                assert (await http.get(found[0])).status_code == 404
    assert found[0] == found[1] != found[2]
