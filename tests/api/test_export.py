"""All that is held on one caller: of the call and its kin, for whoever may, and exactly what an erasure takes."""

from time import time
from typing import Any

import msgspec
import pytest

from agent.record.booking_reference import booking_reference
from storage.store import Change
from tests.api.neighbours import ACME, BEIJING, Neighbours, neighbours
from tests.api.test_bookings import VALUES, book
from tests.storage.calls import begin, debt, event, go_on, line

pytestmark = pytest.mark.anyio


async def export(house: Neighbours, sid: str, role: str = "supervisor", whose: str = "") -> dict[str, Any]:
    answer = await house.ask("GET", f"/calls/{sid}/export", role, whose)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def test_it_holds_the_whole_family_with_all_that_was_kept_of_each() -> None:
    async with neighbours() as house:
        first = await begin(house.memory, "CA0", lines=(line("hello there"),), events=(event(),), trace=b'{"said":"x"}', deliveries=(debt(1, "CA0"),))
        await go_on(house.memory, first, "CA1")
        reference = await book(house, "CA2")
        for sid in ("CA0", "CA1"):
            found = await export(house, sid)
            assert sorted(one["callSid"] for one in found["calls"]) == ["CA0", "CA1"]
            whole = next(one for one in found["calls"] if one["callSid"] == "CA0")
            assert whole["document"]["history"][0]["message"] == "hello there"
            assert whole["trace"] == [{"said": "x"}]
            assert [one["type"] for one in whole["events"]] == ["progress"]
            assert [one["delivery"]["id"] for one in found["deliveries"]] == [debt(1, "CA0").id]
            assert found["bookings"] == []
        (booking,) = (await export(house, "CA2", "integration"))["bookings"]
        assert booking.items() >= {"reference": reference, "sid": "CA2", **VALUES}.items()
        assert (await house.ask("DELETE", "/calls/CA1")).status_code == 204
        for sid in ("CA0", "CA1"):
            assert (await house.ask("GET", f"/calls/{sid}/export")).status_code == 404
        assert (await house.ask("GET", "/calls/CA2/export", "viewer")).status_code == 403


async def test_what_outlives_its_call_is_held_and_erased_too() -> None:
    async with neighbours() as house:
        await book(house, "CA1")
        await book(house, "CB1", BEIJING)
        for sid in ("CA1", "CB1"):
            del house.memory._calls[sid]  # as when it has expired
            house.memory.put_document(sid, None)
        found = await export(house, "CA1", whose=ACME)
        assert (found["calls"], [one["reference"] for one in found["bookings"]]) == ([], [booking_reference("CA1")])
        assert (await house.ask("GET", "/calls/CB1/export", "supervisor", ACME)).status_code == 404
        assert (await house.ask("DELETE", "/calls/CB1", "supervisor", ACME)).status_code == 404
        assert (await house.ask("DELETE", "/calls/CA1", "supervisor", ACME)).status_code == 204
        assert (await house.ask("GET", "/calls/CA1/export")).status_code == 404
        assert (await export(house, "CB1"))["bookings"]


async def test_of_a_call_whose_transcript_is_gone_it_has_no_word() -> None:
    async with neighbours() as house:
        house.memory._ttl = msgspec.structs.replace(house.memory._ttl, words_s=900)
        await book(house, "CA1")
        was = await house.memory.open("CA1")
        assert was.call is not None
        change = Change(before=was.call, after=was.call.with_lines((line("by the zebra"),)), seen=was.seen, lines=(line("by the zebra"),))
        told = event(words="zebra")
        await house.memory.commit(msgspec.structs.replace(change, events=(told,), trace=b'{"said":"zebra"}', answer=("t1", b'{"zebra":1}')))
        assert str(await export(house, "CA1")).count("zebra") == 3
        house.memory._clock = lambda: time() + 900
        found = await export(house, "CA1")
        (call,) = found["calls"]
        assert (call["document"]["history"], call["trace"], call["events"], "zebra" in str(found)) == ([], [], [], False)
        assert (call["document"]["servicebooked"], len(found["bookings"])) == (True, 1)
        for path in ("/calls/CA1?events=1", "/calls/CA1/trace", "/calls"):
            answer = await house.ask("GET", path)
            assert (answer.status_code, "zebra" in answer.text) == (200, False)
