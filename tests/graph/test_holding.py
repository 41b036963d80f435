"""A place is held for a caller who was read a time: while he decides nobody else gets it, and afterwards nothing of it is left."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent.policy.people import Drop, End, Takeover
from agent.record.call import Booking
from graph.approving import Answer
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.callers import TO_THE_SUMMARY
from tests.conftest import Shelf
from tests.graph.counting import Platform
from tests.graph.office import Caller, words
from tests.storage.calls import begin

pytestmark = pytest.mark.anyio
TWO, FOUR = "tomorrow at 2 pm", "tomorrow at 4 pm"
FREE: dict[str, Any] = {"capacity": 1, "opening_hours": {}, "public_holidays": False, "lead_time_minutes": 0}
"""One after the other, at any time: what is held by a store's own clock is held on any day that these tests are run."""


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


def caller(store: CallStore, sid: str = "CA1", *, minutes_ago: float = 0, **changed: Any) -> Caller:
    """Somebody whose turns are taken at this time of day, or who has been silent for so long."""
    one = Caller(store, sid, **{**FREE, **changed})
    one.now = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return one


async def reads_back(store: CallStore, sid: str = "CA1", time: str = TWO, **changed: Any) -> Caller:
    """A caller to whom everything was read."""
    one = caller(store, sid, **changed)
    await one.say(*TO_THE_SUMMARY, time)
    return one


async def place(one: Caller) -> Booking | None:
    """What stands in the calendar for a call."""
    return next((booking for booking in (await one.store.open("x", "", "acme")).bookings if booking.sid == one.sid), None)


async def hold(one: Caller) -> Booking | None:
    call = (await one.store.open(one.sid)).call
    assert call is not None
    held = await place(one)
    assert call.hold == held, "the record and the calendar say the same"
    return held


async def test_a_time_that_is_read_back_is_nobody_elses(store: CallStore) -> None:
    one = await reads_back(store)
    shown = (await one.document())["booking"]
    assert (shown["state"], shown["service"], shown["start"][11:16], shown["end"][11:16]) == ("held", "drain-cleaning", "14:00", "15:00")
    assert datetime.fromisoformat(shown["until"]).timestamp() == int(one.now.timestamp()) + 300
    assert (await one.document())["servicebooked"] is False
    told = [msg for msg in await one.told("tool_status", "tool_result") if msg["tool"] == "hold"]
    assert [(msg["type"], msg["status"]) for msg in told] == [("tool_status", "started"), ("tool_result", "done")]
    assert told[1]["success"] is True
    assert told[1]["ms"] >= 0
    two = await reads_back(store, "CA2")
    assert (await two.document())["progress"]["step"] == "time"
    assert await hold(two) is None
    assert (await one.say("yes"))["progress"]["status"] == "booked"
    booked = await place(one)
    assert booked is not None
    assert booked.held_until == 0
    assert (await one.document())["booking"]["state"] == "booked"


class Racing(PassingStore):
    """Where another call takes the hour just before somebody would hold it."""

    async def commit(self, change: Change) -> Committed:
        if change.booking and not (await self._store.open("CA0")).call:
            rival = await begin(self._store, "CA0")
            taken = msgspec.structs.replace(change.booking, sid="CA0", held_until=0)
            after = msgspec.structs.replace(rival.call, status="booked", booked=taken)
            await self._store.commit(Change(before=rival.call, after=after, seen=rival.seen, booking=taken))
        return await super().commit(change)


async def test_who_was_faster_is_told_of_in_the_same_turn(store: CallStore) -> None:
    way = Racing(store)
    one = caller(way)
    await one.say(*TO_THE_SUMMARY)
    answer = await one.say(TWO)
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("time", "choice")
    assert "2 PM" not in words(answer), "the hour that was just lost is not offered"
    assert "1 PM" in words(answer)
    assert "time" not in answer["progress"]["pending"]
    assert await hold(one) is None
    assert [msg["status"] for msg in await one.told("tool_status", "tool_result") if msg["tool"] == "hold"] == ["started", "failed"]
    answer = await one.say("the first one")
    assert (await place(one)) is not None
    assert (await one.say("yes"))["progress"]["status"] == "booked"


Letting = Callable[[Caller], Awaitable[Any]]
GIVEN_UP: dict[str, Letting] = {
    "another time is asked for": lambda one: one.say("no, another time please"),
    "start over": lambda one: one.say("start over"),
    "cancelled": lambda one: one.say("I want to cancel", "yes"),
    "goodbye": lambda one: one.say("goodbye"),
    "silence": lambda one: one.say("", "", ""),
    "hung up": lambda one: one.walker.do(one.sid, Drop(reason="line_dropped"), one.now),
    "ended by a person": lambda one: _ended(one),
    "erased": lambda one: one.store.erase(one.sid),
    "set from outside": lambda one: one.walker.edit(one.sid, {"time": None}, (), (), one.now, "kim"),
}


async def _ended(one: Caller) -> None:
    await one.walker.do(one.sid, Takeover(agent="kim"), one.now)
    assert await hold(one) is not None, "a person may still book it"
    await one.walker.do(one.sid, End(agent="kim"), one.now)


@pytest.mark.parametrize("how", GIVEN_UP)
async def test_what_is_given_up_is_free_at_once(store: CallStore, how: str) -> None:
    one = await reads_back(store)
    assert await hold(one) is not None
    await GIVEN_UP[how](one)
    assert await place(one) is None
    if how != "erased":
        assert "booking" not in await one.document()
        assert await hold(one) is None


async def test_another_time_or_another_service_is_held_in_its_place(store: CallStore) -> None:
    one = await reads_back(store)
    before = await hold(one)
    assert before is not None
    await one.say("make it tomorrow at 4 pm")
    later = await hold(one)
    assert later is not None
    assert later.start == before.start + 2 * 3600
    await one.say("sorry, it's the water heater that's broken")
    longer = await hold(one)
    assert longer is not None
    service = next(service for service in one.walker.deps.businesses.default.services if service.id == longer.service)
    assert longer.service != later.service
    assert longer.end - longer.start == service.minutes * 60 != later.end - later.start
    assert len((await store.open("x", "", "acme")).bookings) == 1


async def test_a_person_gets_the_call_with_the_place_still_held(store: CallStore) -> None:
    one = await reads_back(store)
    before = await hold(one)
    await one.say("I want to talk to a person")
    assert await hold(one) == before is not None


async def test_a_hold_that_lapsed_is_made_again_or_its_loss_is_told(store: CallStore) -> None:
    one = await reads_back(store, minutes_ago=10)
    one.now = datetime.now(UTC)
    assert (await one.say("yes"))["progress"]["status"] == "booked", "nobody wanted it meanwhile"
    late = await reads_back(store, "CA2", FOUR, minutes_ago=10)
    three = await reads_back(store, "CA3", FOUR)
    assert await hold(three) is not None
    late.now = datetime.now(UTC)
    answer = await late.say("what does it cost?")
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("time", "choice")
    assert (await three.say("yes"))["progress"]["status"] == "booked"


async def test_it_is_held_on_while_the_call_goes_on_and_costs_no_commit_of_its_own(store: CallStore) -> None:
    one = await reads_back(store)
    before, rev = await hold(one), (await store.open("CA1")).call.rev  # type: ignore[union-attr]
    await one.say("what does it cost?")
    assert await hold(one) == before, "it was held a moment ago"
    one.now += timedelta(minutes=2)
    await one.say("are you insured?")
    after = await hold(one)
    assert before is not None
    assert after is not None
    assert after.held_until >= before.held_until + 120
    assert (await store.open("CA1")).call.rev == rev + 2  # type: ignore[union-attr]
    assert len([msg for msg in await one.told("tool_result") if msg["tool"] == "hold"]) == 1


async def test_whoever_rings_back_is_not_in_his_own_way(store: CallStore) -> None:
    number = "+12025550143"
    one = Caller(store, "CA1", caller=number, **FREE)
    one.now = datetime.now(UTC)
    await one.say(*TO_THE_SUMMARY, TWO)
    again = Caller(store, "CA2", caller=number, **FREE)
    again.now = one.now
    await again.say("", TO_THE_SUMMARY[1], "yes")
    call = (await store.open("CA2")).call
    assert call is not None
    assert call.resumed_from == "CA1"
    answer = await again.say(TWO)
    assert answer["progress"]["step"] == "confirm", words(answer)
    held = await hold(again)
    assert held is not None
    assert [booking.sid for booking in (await store.open("x", "", "acme")).bookings] == ["CA2"], "it passed over"
    assert (await again.say("yes"))["progress"]["status"] == "booked"


async def test_no_minutes_hold_nothing(store: CallStore) -> None:
    one, two = await reads_back(store, hold_minutes=0), await reads_back(store, "CA2", hold_minutes=0)
    assert (await store.open("x", "", "acme")).bookings == ()
    assert (await two.say("yes"))["progress"]["status"] == "booked"
    assert (await one.say("yes"))["progress"]["step"] == "time"


async def test_the_office_is_asked_about_the_place_that_was_held(store: CallStore) -> None:
    one = await reads_back(store, needs_approval=["every"])
    before = await hold(one)
    await one.say("yes")
    asked = await place(one)
    assert before is not None
    assert asked is not None
    assert (asked.start, asked.end) == (before.start, before.end)
    assert asked.held_until > before.held_until
    assert (await one.document())["booking"]["state"] == "awaiting_approval"
    await one.answered(Answer(approved=True, by="kim"))
    assert (await one.document())["booking"]["state"] == "booked"


async def test_between_jobs_is_left_what_the_business_says(store: CallStore) -> None:
    one = await reads_back(store, buffer_minutes=30)
    two = await reads_back(store, "CA2", "tomorrow at 3 pm", buffer_minutes=30)
    assert (await two.say("hello"))["progress"]["step"] == "time"
    answer = await two.say("tomorrow at half past 3")
    assert answer["progress"]["step"] == "confirm"
    before = await reads_back(store, "CA3", "tomorrow at 1 pm", buffer_minutes=30)
    assert (await before.say("hello"))["progress"]["step"] == "time", "its own half hour would reach into the next"
    for each in (one, two):
        assert (await each.say("yes"))["progress"]["status"] == "booked"
    places = sorted((each.start, each.end, each.free_from) for each in (await store.open("x", "", "acme")).bookings)
    assert [(end - start, free_from - end) for start, end, free_from in places] == [(3600, 1800)] * 2


async def test_other_words_for_the_same_turn_hold_another_time_or_none(store: CallStore) -> None:
    platform = Platform(store, **FREE)
    platform.now = datetime.now(UTC)
    await platform.all_said(*TO_THE_SUMMARY)
    await platform.say(TWO, FOUR, "tomorrow")
    assert (await store.open("x", "", "acme")).bookings == ()
    assert "booking" not in await platform.document()
    await platform.say(TWO, FOUR)
    [held] = (await store.open("x", "", "acme")).bookings
    assert datetime.fromtimestamp(held.start, ZoneInfo("America/New_York")).hour == 16
    await platform.say("make it tomorrow at 2 pm", "hello")
    [back] = (await store.open("x", "", "acme")).bookings
    assert (back.sid, back.start) == (held.sid, held.start), "what stood before is held again"
