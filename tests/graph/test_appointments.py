"""An appointment that is cancelled, moved or corrected: with its call while that is kept, by itself afterwards. Told to the outside either way."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent.policy.owed import Wants
from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_reference
from agent.record.cancellation import Cancellation
from agent.record.delivery import Delivery
from graph import appointments
from graph.errors import BookingCancelled, BookingNotFound, FieldRefused, PlaceGone
from graph.owing import OwingStore
from graph.state import Deps
from storage.errors import StaleCall
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Opened
from tests.callers import SAID, TO_THE_SUMMARY
from tests.conftest import Shelf
from tests.graph.office import Caller

pytestmark = pytest.mark.anyio
ALL = Wants(mail=True, hooks=frozenset({"booking.created", "booking.changed", "booking.cancelled"}))
BY_OFFICE = Cancellation(why="office", reason="the van has broken down")
TWO = "tomorrow at 2 pm"
OTHER_DAY: dict[str, Any] = {"capacity": 1, "opening_hours": {}, "public_holidays": False, "lead_time_minutes": 0}


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


class Later(PassingStore):
    """Where no call is kept any more."""

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        found = await self._store.open(sid, turn, business, former)
        return Opened(call=None, bookings=found.bookings)

    async def commit(self, change: Change) -> Committed:
        raise AssertionError("there is no call to write")


@pytest.fixture(params=["with its call", "alone"])
def lives(request: pytest.FixtureRequest) -> bool:
    """Whether the call is still kept when its appointment is changed."""
    return bool(request.param == "with its call")


async def booked(store: CallStore, sid: str = "CA1", time: str = TWO) -> Caller:
    one = Caller(OwingStore(store, lambda _: ALL, lambda: None), sid, caller="+12025550123", **OTHER_DAY)
    one.now = datetime.now(UTC).replace(hour=15)
    assert (await one.say(*TO_THE_SUMMARY[:6], SAID["en"]["email"], "yes", TO_THE_SUMMARY[-1], time, "yes"))["progress"]["status"] == "booked"
    return one


def deps_of(one: Caller, lives: bool) -> Deps:
    store = one.store if lives else Later(one.store)
    return msgspec.structs.replace(one.walker.deps, store=store, wants=lambda _: ALL)


async def appointment(one: Caller) -> Appointment:
    found = await one.store.appointment(booking_reference(one.sid), "acme")
    assert found is not None
    return found


async def newest(one: Caller) -> dict[str, Delivery]:
    """What the last step that owed anything owes, by kind."""
    owed = [debt.delivery for debt in await one.store.owed(one.sid)]
    last = max(delivery.body["revision"] for delivery in owed)
    return {delivery.kind: delivery for delivery in owed if delivery.body["revision"] == last}


async def test_the_free_times_of_a_day_are_those_to_which_it_can_be_moved(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    deps, day = deps_of(one, lives), one.now.date() + timedelta(days=2)
    before = await appointments.times(deps, was, day, one.now)
    assert [at.strftime("%H:%M") for at in before[:3]] == ["00:00", "00:30", "01:00"]  # a business without hours
    await booked(store, "CA2", "the day after tomorrow at 2 pm")
    free = await appointments.times(deps, was, day, one.now)
    gone = sorted(set(before) - set(free))
    assert [at.strftime("%H:%M") for at in gone] == ["13:30", "14:00", "14:30"]
    with pytest.raises(FieldRefused, match="taken"):
        await appointments.correct(deps, was, {"time": gone[1].isoformat()}, one.now, "kim")
    there = await appointments.correct(deps, was, {"time": free[-1].isoformat()}, one.now, "kim")
    assert there.start == int(free[-1].timestamp())
    assert free[-1] in await appointments.times(deps, there, day, one.now), "its own is no obstacle"


async def test_one_that_is_cancelled_gives_its_place_up_and_is_told_of(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    now = await appointments.cancel(deps_of(one, lives), was, one.now, "kim", BY_OFFICE)
    assert (now.state, now.sequence, now.start, now.name, now.caller) == ("cancelled", 1, was.start, was.name, was.caller)
    assert await appointment(one) == now
    assert await one.places() == 0
    told = await newest(one)
    assert {kind: one.occasion for kind, one in told.items()} == {"webhook": "booking.cancelled", "mail": "booking.cancelled"}
    body = told["mail"].body
    assert (body["reference"], body["state"], body["sequence"], body["email"]) == (was.reference, "cancelled", 1, was.email)
    assert body["service"]["id"] == was.service
    assert (told["webhook"].body["why"], told["webhook"].body["reason"]) == ("office", "the van has broken down")
    assert datetime.fromisoformat(body["start"]).timestamp() == was.start
    with pytest.raises(BookingCancelled):
        await appointments.cancel(deps_of(one, lives), was, one.now, "kim", BY_OFFICE)
    with pytest.raises(BookingCancelled):
        await appointments.correct(deps_of(one, lives), was, {"name": "Ann Lee"}, one.now, "kim")


async def test_the_call_that_made_it_knows_of_it(store: CallStore) -> None:
    one = await booked(store)
    await appointments.cancel(deps_of(one, True), await appointment(one), one.now, "kim", BY_OFFICE)
    document = await one.document()
    assert (document["servicebooked"], "booking" in document) == (False, False)
    moved = (await one.told("status_change"))[-1]
    assert (moved["before"], moved["status"], moved["reason"], moved["agentId"]) == ("booked", "ended", "booking_cancelled", "kim")
    done = (await one.told("tool_result"))[-1]
    assert (done["tool"], done["occasion"], done["success"]) == ("booking", "booking.cancelled", True)


async def test_one_that_is_moved_has_the_other_place_and_no_more_the_old(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    start = datetime.fromtimestamp(was.start, UTC) + timedelta(hours=3)
    now = await appointments.correct(deps_of(one, lives), was, {"time": start.isoformat()}, one.now, "kim")
    assert (now.start, now.end, now.sequence) == (was.start + 3 * 3600, was.end + 3 * 3600, 1)
    assert await appointment(one) == now
    assert [(place.sid, place.start) for place in (await one.store.open("x", "", "acme")).bookings] == [("CA1", now.start)]
    told = await newest(one)
    assert {delivery.occasion for delivery in told.values()} == {"booking.changed"}
    assert {datetime.fromisoformat(delivery.body["start"]).timestamp() for delivery in told.values()} == {now.start}
    if lives:
        assert datetime.fromisoformat((await one.document())["user"]["serviceBookedTime"]).timestamp() == now.start
        assert datetime.fromisoformat((await one.document())["booking"]["start"]).timestamp() == now.start
        assert (await one.document())["servicebooked"] is True
        assert (await one.told("client_updated"))[-1]["agentId"] == "kim"


async def test_what_is_corrected_goes_where_it_says(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    now = await appointments.correct(deps_of(one, lives), was, {"name": "ann lee", "email": "ANN@Example.com"}, one.now, "kim")
    assert (now.name, now.email, now.start, now.sequence) == ("Ann Lee", "ann@example.com", was.start, 0)
    told = await newest(one)
    assert (told["webhook"].occasion, told["webhook"].body["name"]) == ("booking.changed", "Ann Lee")
    assert (told["mail"].occasion, told["mail"].body["email"]) == ("booking.created", "ann@example.com"), (
        "whoever had the mails before is not the caller"
    )
    same = await appointments.correct(deps_of(one, lives), now, {"name": "Ann Lee"}, one.now, "kim")
    assert (same.sequence, same.name) == (0, "Ann Lee")


REFUSED = {
    "past": {"time": "2020-01-01T10:00"},
    "not_a_time": {"time": "soon"},
    "not_an_email": {"email": "ann at"},
    "not_offered": {"service": "surgery"},
    "needed": {"name": " "},
    "unknown_field": {"shoes": "42"},
}


@pytest.mark.parametrize("why", REFUSED)
async def test_what_no_caller_could_have_said_is_refused_whole(store: CallStore, lives: bool, why: str) -> None:
    one = await booked(store)
    was = await appointment(one)
    with pytest.raises(FieldRefused) as refused:
        await appointments.correct(deps_of(one, lives), was, {"address": "9 Elm St, Springfield, IL 62701", **REFUSED[why]}, one.now, "kim")
    assert (refused.value.slot, refused.value.reason) == (next(iter(REFUSED[why])), why)
    assert await appointment(one) == was


async def test_a_place_that_others_have_is_not_to_be_had(store: CallStore, lives: bool) -> None:
    one, two = await booked(store), await booked(store, "CA2", "tomorrow at 4 pm")
    was, theirs = await appointment(one), await appointment(two)
    there = datetime.fromtimestamp(theirs.start, UTC).isoformat()
    with pytest.raises(FieldRefused) as refused:
        await appointments.correct(deps_of(one, lives), was, {"time": there}, one.now, "kim")
    assert refused.value.reason == "taken"

    class Unseen(PassingStore):
        """Where the other place is taken only after the calendar was read."""

        async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
            return msgspec.structs.replace(await self._store.open(sid, turn, business, former), bookings=())

    deps = deps_of(one, lives)
    with pytest.raises(PlaceGone):
        await appointments.correct(msgspec.structs.replace(deps, store=Unseen(deps.store)), was, {"time": there}, one.now, "kim")
    assert await appointment(one) == was


async def test_a_longer_service_takes_as_long_as_it_is(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    longer = next(service for service in one.walker.deps.businesses.default.services if service.minutes * 60 != was.end - was.start)
    now = await appointments.correct(deps_of(one, lives), was, {"service": longer.id}, one.now, "kim")
    assert (now.service, now.start, now.end - now.start, now.sequence) == (longer.id, was.start, longer.minutes * 60, 1)


async def test_one_of_a_service_that_is_offered_no_more_keeps_its_length(store: CallStore) -> None:
    one = await booked(store)
    was = await appointment(one)
    odd = await store.change(was, msgspec.structs.replace(was, service="gone", end=was.end + 600))
    now = await appointments.correct(deps_of(one, False), odd, {"time": datetime.fromtimestamp(was.start + 7200, UTC).isoformat()}, one.now, "kim")
    assert (now.service, now.end - now.start) == ("gone", was.end - was.start + 600)


async def test_one_that_was_booked_for_longer_is_offered_only_where_all_of_it_fits(store: CallStore) -> None:
    """Whatever its service takes today."""
    one, _ = await booked(store), await booked(store, "CA2", "the day after tomorrow at 2 pm")
    was = await appointment(one)
    odd = await store.change(was, msgspec.structs.replace(was, end=was.end + 3600))
    deps, day = deps_of(one, False), one.now.date() + timedelta(days=2)
    every = [datetime.combine(day, time(half // 2, half % 2 * 30), ZoneInfo("America/New_York")) for half in range(48)]
    free = await appointments.times(deps, odd, day, one.now)
    assert [at.strftime("%H:%M") for at in every if at not in free] == ["12:30", "13:00", "13:30", "14:00", "14:30", "22:30", "23:00", "23:30"]
    with pytest.raises(FieldRefused, match="taken"):
        await appointments.correct(deps, odd, {"time": f"{day}T12:30"}, one.now, "kim")
    assert (await appointments.correct(deps, odd, {"time": f"{day}T12:00"}, one.now, "kim")).end - was.end == 3600 + every[24].timestamp() - was.start


async def test_what_is_gone_is_not_changed(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was = await appointment(one)
    await store.erase("CA1")
    with pytest.raises(BookingNotFound):
        await appointments.cancel(deps_of(one, lives), was, one.now, "kim", BY_OFFICE)


async def test_of_many_who_want_one_hour_one_gets_it(store: CallStore, lives: bool) -> None:
    hours = [f"tomorrow at {hour}" for hour in ("1 am", "2 am", "3 am", "4 am", "5 am", "6 am")]
    callers = [await booked(store, f"CA{number}", hour) for number, hour in enumerate(hours)]
    were = [await appointment(one) for one in callers]
    there = datetime.fromtimestamp(were[0].start, UTC).replace(minute=0) + timedelta(hours=10)
    to = {"time": there.isoformat()}
    moves = (appointments.correct(deps_of(one, lives), was, to, one.now, "kim") for one, was in zip(callers, were, strict=True))
    results = await asyncio.gather(*moves, return_exceptions=True)
    refused = [one for one in results if isinstance(one, PlaceGone | FieldRefused)]
    (moved,) = [one for one in results if isinstance(one, Appointment)]
    assert len(refused) == 5
    places = sorted((place.sid, place.start) for place in (await store.open("x", "", "acme")).bookings)
    assert places == sorted((was.sid, moved.start if was.sid == moved.sid else was.start) for was in were)


async def test_of_two_who_change_one_the_slower_is_told(store: CallStore, lives: bool) -> None:
    one = await booked(store)
    was, deps = await appointment(one), deps_of(one, lives)
    results = await asyncio.gather(*(appointments.cancel(deps, was, one.now, who, BY_OFFICE) for who in ("kim", "lee", "mo")), return_exceptions=True)
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert all(isinstance(result, Appointment | StaleCall | BookingCancelled) for result in results)
    cancellations = [debt.delivery.kind for debt in await store.owed("CA1") if debt.delivery.occasion == "booking.cancelled"]
    assert sorted(cancellations) == ["mail", "webhook"]
