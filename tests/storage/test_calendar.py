"""Places in a business's calendar: taken with the step that books, never twice."""

import asyncio
import json
import time
from typing import Any

import msgspec
import pytest

from agent.record.call import Approval, Booking, Call
from storage.errors import PlaceTaken
from storage.store import CallStore, Change, Committed
from tests.storage.calls import CREATED, begin, book, event, go_on, job, line, new_call, step

pytestmark = pytest.mark.anyio
NINE = 1_900_000_000
HOUR = 3600


async def test_a_place_is_taken_and_seen(store: CallStore) -> None:
    await book(store, await begin(store), job("CA1", NINE))
    assert (await store.open("CA2", "", "acme")).bookings == (job("CA1", NINE),)
    assert (await store.open("CA2", "", "other")).bookings == ()
    assert (await store.open("CA2")).bookings == ()


async def test_the_last_place_goes_to_one_of_two(store: CallStore) -> None:
    first, second = await begin(store, "CA1"), await begin(store, "CA2")
    results = await asyncio.gather(book(store, first, job("CA1", NINE)), book(store, second, job("CA2", NINE)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Committed", "PlaceTaken"]


async def test_of_two_hundred_callers_as_many_get_a_place_as_there_are(store: CallStore) -> None:
    sids = [f"CA{number}" for number in range(200)]
    calls = [await begin(store, sid) for sid in sids]
    results = await asyncio.gather(*(book(store, was, job(sid, NINE), 3) for sid, was in zip(sids, calls, strict=True)), return_exceptions=True)
    assert sum(isinstance(one, PlaceTaken) for one in results) == 197
    assert len((await store.open("x", "", "acme")).bookings) == 3


async def test_a_refused_booking_changes_nothing(store: CallStore) -> None:
    await book(store, await begin(store, "CA1"), job("CA1", NINE))
    was = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA2", NINE), lines=(line("x"),), events=(event(),), answer=("t", b"booked"))
    opened = await store.open("CA2", "t", "acme")
    assert (opened.call, opened.answer) == (was.call, None)
    assert json.loads(await store.document("CA2") or b"")["history"] == []
    assert len(opened.bookings) == 1


@pytest.mark.parametrize(
    ("start", "minutes", "fits"),
    [(-HOUR, 60, True), (HOUR, 60, True), (0, 60, False), (-HOUR + 60, 60, False), (HOUR - 60, 60, False), (-HOUR, 180, False), (600, 10, False)],
)
async def test_jobs_may_touch_and_not_overlap(store: CallStore, start: int, minutes: int, fits: bool) -> None:
    await book(store, await begin(store, "CA1"), job("CA1", NINE))
    was = await begin(store, "CA2")
    if fits:
        await book(store, was, job("CA2", NINE + start, minutes))
    else:
        with pytest.raises(PlaceTaken):
            await book(store, was, job("CA2", NINE + start, minutes))


async def test_what_counts_is_how_many_at_one_moment(store: CallStore) -> None:
    """Two jobs one after the other leave room for a long one beside both, when two may run at once."""
    await book(store, await begin(store, "CA1"), job("CA1", NINE), 2)
    await book(store, await begin(store, "CA2"), job("CA2", NINE + HOUR), 2)
    await book(store, await begin(store, "CA3"), job("CA3", NINE, 120), 2)
    was = await begin(store, "CA4")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA4", NINE + HOUR - 60, 2), 2)


async def test_a_long_job_is_found_by_a_short_one_inside_it(store: CallStore) -> None:
    await book(store, await begin(store, "CA1"), job("CA1", NINE, 60 * 24 * 3))
    for number in range(5):
        await book(store, await begin(store, f"B{number}"), job(f"B{number}", NINE + 86_400 * (4 + number), 10))
    was = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA2", NINE + HOUR, 10))


async def test_a_call_that_books_again_gives_up_its_first_place(store: CallStore) -> None:
    was = await book(store, await begin(store, "CA1"), job("CA1", NINE))
    was = await book(store, was, job("CA1", NINE + 600))
    assert (await store.open("x", "", "acme")).bookings == (job("CA1", NINE + 600),)
    await book(store, await begin(store, "CA2"), job("CA2", NINE - HOUR + 600))


async def test_a_released_place_is_free(store: CallStore) -> None:
    was = await book(store, await begin(store, "CA1"), job("CA1", NINE))
    await step(store, was, msgspec.structs.replace(was.call, status="active", booked=None), release=True)
    assert (await store.open("x", "", "acme")).bookings == ()
    await book(store, await begin(store, "CA2"), job("CA2", NINE))


def asking(call: Call, place: Booking) -> Call:
    """The call while somebody is asked whether this place may be booked."""
    approval = Approval(id="p", rule="every", what={}, place=place, asked_at=CREATED, until=CREATED)
    return msgspec.structs.replace(call, approval=approval)


def held(place: Booking, seconds: int) -> Booking:
    return msgspec.structs.replace(place, held_until=int(time.time()) + seconds)


async def test_a_held_place_is_taken_until_its_time_is_over_or_it_is_given_up(store: CallStore) -> None:
    kept, over = held(job("CA1", NINE), HOUR), held(job("CA2", NINE + HOUR), -1)
    was = await begin(store, "CA1")
    was = await step(store, was, asking(was.call, kept), booking=kept)
    then = await begin(store, "CA2")
    await step(store, then, asking(then.call, over), booking=over)
    rival = await begin(store, "CA3")
    with pytest.raises(PlaceTaken):
        await book(store, rival, job("CA3", NINE))
    rival = await book(store, rival, job("CA3", NINE + HOUR))
    await step(store, was, msgspec.structs.replace(was.call, approval=None), release=True)
    await book(store, await begin(store, "CA4"), job("CA4", NINE))


async def test_a_held_place_becomes_a_booking(store: CallStore) -> None:
    place = held(job("CA1", NINE), HOUR)
    was = await begin(store, "CA1")
    was = await step(store, was, asking(was.call, place), booking=place)
    await book(store, was, job("CA1", NINE))
    assert (await store.open("x", "", "acme")).bookings == (job("CA1", NINE),)


async def keeping(store: CallStore, was: Committed, place: Booking, **change: Any) -> Committed:
    """The call with a place held for its caller, who has not said yes."""
    return await step(store, was, msgspec.structs.replace(was.call, hold=place), booking=place, **change)


async def test_what_was_held_for_long_enough_is_dropped_by_whoever_wants_it(store: CallStore) -> None:
    for number in range(20):
        over = held(job(f"CA{number}", NINE), -1)
        await keeping(store, await begin(store, over.sid), over)
    later = held(job("CA99", NINE), HOUR)
    await keeping(store, await begin(store, "CA99"), later)
    assert (await store.open("x", "", "acme")).bookings == (later,)


async def test_what_is_held_for_an_earlier_call_passes_over_to_the_one_that_goes_on_from_it(store: CallStore) -> None:
    """And to no other; what that one has booked stays."""
    first = held(job("CA1", NINE), HOUR)
    one = await keeping(store, await begin(store, "CA1"), first)
    two = await go_on(store, one, "CA2")
    rival = await begin(store, "CA3")
    with pytest.raises(PlaceTaken):
        await book(store, rival, msgspec.structs.replace(job("CA3", NINE), instead_of="CA0"))
    passed = msgspec.structs.replace(held(job("CA2", NINE + 600), HOUR), instead_of="CA1")
    two = await keeping(store, two, passed)
    assert (await store.open("x", "", "acme")).bookings == (passed,)
    two = await book(store, two, msgspec.structs.replace(passed, held_until=0))
    three = await go_on(store, two, "CA4")
    with pytest.raises(PlaceTaken):
        await keeping(store, three, msgspec.structs.replace(held(job("CA4", NINE), HOUR), instead_of="CA2"))
    assert [one.sid for one in (await store.open("x", "", "acme")).bookings] == ["CA2"]


@pytest.mark.parametrize(
    ("start", "buffer", "fits"),
    [
        (HOUR, 0, False),
        (HOUR + 1799, 0, False),
        (HOUR + 1800, 0, True),
        (-HOUR, 0, True),
        (-HOUR, 1800, False),
        (-HOUR - 1799, 1800, False),
        (-HOUR - 1800, 1800, True),
    ],
)
async def test_what_is_left_free_behind_a_job_belongs_to_it(store: CallStore, start: int, buffer: int, fits: bool) -> None:
    await book(store, await begin(store, "CA1"), msgspec.structs.replace(job("CA1", NINE), buffer=1800))
    was, wanted = await begin(store, "CA2"), msgspec.structs.replace(job("CA2", NINE + start), buffer=buffer)
    if fits:
        await book(store, was, wanted)
    else:
        with pytest.raises(PlaceTaken):
            await book(store, was, wanted)


async def test_an_erased_callers_place_keeps_what_is_left_free_behind_it(store: CallStore) -> None:
    await book(store, await begin(store, "CA1"), msgspec.structs.replace(job("CA1", NINE), buffer=1800))
    await store.erase("CA1")
    was = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA2", NINE + HOUR + 600))


async def test_an_erased_caller_leaves_no_held_place(store: CallStore) -> None:
    place = held(job("CA1", NINE), HOUR)
    was = await begin(store, "CA1")
    await step(store, was, asking(was.call, place), booking=place)
    await store.erase("CA1")
    assert (await store.open("x", "", "acme")).bookings == ()


async def test_a_number_is_known_once_it_has_booked_and_until_it_is_erased(store: CallStore) -> None:
    number = "+12025550143"

    async def rung(sid: str) -> Committed:
        call = new_call(sid)
        call = msgspec.structs.replace(call, brief=msgspec.structs.replace(call.brief, caller=number))
        return await store.commit(Change(before=None, after=call, seen=(await store.open(sid)).seen))

    was = await rung("CA1")
    assert not await store.booked_before("acme", number)
    await book(store, was, job("CA1", NINE))
    assert await store.booked_before("acme", number)
    assert not await store.booked_before("other", number)
    assert not await store.booked_before("acme", "")
    await store.erase("CA1")
    assert not await store.booked_before("acme", number)


async def test_businesses_do_not_share_a_calendar(store: CallStore) -> None:
    await book(store, await begin(store, "CA1"), job("CA1", NINE, business="a"))
    await book(store, await begin(store, "CA2"), job("CA2", NINE, business="b"))
    assert len((await store.open("x", "", "a")).bookings) == 1


async def test_a_day_that_is_long_past_keeps_its_calendar_while_it_is_replayed(store: CallStore) -> None:
    long_ago = 1_000_000_000
    await book(store, await begin(store, "CA1"), job("CA1", long_ago))
    was = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA2", long_ago))


async def test_another_day_of_a_replayed_week_keeps_the_first_one_taken(store: CallStore) -> None:
    now, first, later = int(time.time()), 1_000_000_000, 1_000_000_000 + 10 * 86_400
    await book(store, await begin(store, "CA1"), msgspec.structs.replace(job("CA1", first), made=now))
    await book(store, await begin(store, "CA2"), msgspec.structs.replace(job("CA2", later), made=now))
    was = await begin(store, "CA3")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA3", first))


async def test_jobs_that_are_over_make_room(store: CallStore) -> None:
    for number in range(3):
        await book(store, await begin(store, f"CA{number}"), job(f"CA{number}", 1_000_000_000 + number * 86_400 * 30))
    assert [one.sid for one in (await store.open("x", "", "acme")).bookings] == ["CA2"]


async def test_an_erased_caller_keeps_the_place_taken_without_a_name(store: CallStore) -> None:
    await book(store, await begin(store, "CA1"), job("CA1", NINE), 2)
    await book(store, await begin(store, "CA2"), job("CA2", NINE), 2)
    assert await store.erase("CA1")
    assert await store.erase("CA2")
    assert [one.sid for one in (await store.open("x", "", "acme")).bookings] == ["", ""]
    was = await begin(store, "CA1")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA1", NINE), 2)
