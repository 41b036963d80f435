"""What calls booked: written with their steps, there when they are gone, changed without them. In every store."""

import time
from typing import Any

import msgspec
import pytest

from agent.record.appointment import Appointment, appointed, appointment_of
from agent.record.booking_reference import booking_reference
from storage import keys
from storage.bound_store import BoundStore
from storage.cluster_appointments import ClusterAppointments
from storage.errors import CallElsewhere, PlaceTaken, StaleAppointment, StaleCall
from storage.keys import Ttl
from storage.redis_store import RedisStore
from storage.store import CallStore, Change, Committed
from tests.conftest import Shelf
from tests.storage.calls import begin, book, debt, event, filled, go_on, job, new_call, step

pytestmark = pytest.mark.anyio
NINE = 1_900_000_000
HOUR = 3600
SAME = ("CA2490", "CA6567")
"""Two callSids whose bookings have the same reference."""
replace = msgspec.structs.replace


async def booked(store: CallStore, sid: str = "CA1", start: int = NINE, business: str = "acme", capacity: int = 9, **values: str) -> Committed:
    call = new_call(sid, business=business, caller=values.pop("caller", ""))
    for name, value in values.items():
        call = call.with_slot(name, filled(value))
    opened = await store.open(sid)
    was = await store.commit(Change(before=None, after=call, seen=opened.seen))
    return await book(store, was, job(sid, start, business=business), capacity)


async def found(store: CallStore, sid: str = "CA1") -> Appointment:
    one = await store.appointment(booking_reference(sid), "", sid)
    assert one is not None
    return one


async def test_a_booking_is_an_appointment_with_what_the_call_knows(store: CallStore) -> None:
    was = await begin(store)
    assert await store.appointment(booking_reference("CA1"), "acme") is None
    await step(store, was)
    await booked(store, "CA2", name="王小明", phone="+61491570156", email="m@example.com", address="1 Main St", caller="+61491570157")
    wanted = Appointment(
        reference=booking_reference("CA2"),
        sid="CA2",
        business="acme",
        service="drain",
        start=NINE,
        end=NINE + HOUR,
        language="en",
        name="王小明",
        phone="+61491570156",
        email="m@example.com",
        address="1 Main St",
        caller="+61491570157",
        rev=1,
    )
    for business in ("acme", ""):
        assert await store.appointment(booking_reference("CA2"), business) == wanted
        assert await store.appointments(business) == (wanted,)
    assert await store.appointments_of("acme", "+61491570157") == (wanted,)
    assert await store.appointments_of("acme", "+6149157015") == ()
    assert await store.appointments_of("acme", "") == ()
    assert await store.appointments_of("other", "+61491570157") == ()
    assert await store.appointment(booking_reference("CA2"), "other") is None


async def test_an_appointment_follows_the_steps_of_its_call(store: CallStore) -> None:
    was = await booked(store, email="a@example.com")
    other = was.call.with_slot("email", filled("b@example.com"))
    was = await step(store, was, other)
    assert ((await found(store)).email, (await found(store)).sequence, (await found(store)).rev) == ("b@example.com", 0, 2)
    was = await step(store, was, events=(event(),))
    assert (await found(store)).rev == 2, "the step had nothing to do with it"
    moved = replace(was.call, booked=job(start=NINE + HOUR))
    was = await step(store, was, moved, booking=job(start=NINE + HOUR))
    assert ((await found(store)).start, (await found(store)).sequence) == (NINE + HOUR, 1)
    was = await step(store, was, replace(was.call, booked=None, status="ended"), release=True)
    cancelled = await found(store)
    assert (cancelled.state, cancelled.sequence, cancelled.start, cancelled.email) == ("cancelled", 2, NINE + HOUR, "b@example.com")
    await book(store, was, job(start=NINE))
    assert ((await found(store)).state, (await found(store)).sequence) == ("booked", 3)
    assert len(await store.appointments("acme")) == 1


async def test_a_held_place_is_no_appointment(store: CallStore) -> None:
    was = await begin(store)
    await step(store, was, booking=replace(job(), held_until=NINE))
    assert await store.appointments() == ()


async def test_a_refused_step_leaves_the_appointment_as_it_was(store: CallStore) -> None:
    await booked(store)
    was = await begin(store, "CA2")
    with pytest.raises(PlaceTaken):
        await book(store, was, job("CA2"), 1)
    await step(store, was)
    with pytest.raises(StaleCall):
        await book(store, was, job("CA2", NINE + HOUR))
    assert [one.sid for one in await store.appointments()] == ["CA1"]


async def test_lists_are_by_start_in_pages_and_of_one_business(store: CallStore) -> None:
    starts = {"C1": NINE, "C2": NINE + HOUR, "C3": NINE + HOUR, "C4": NINE + 2 * HOUR}
    for sid, start in starts.items():
        await booked(store, sid, start)
    await booked(store, "D1", NINE + HOUR, "beijing")
    assert await sids(store, "acme") == ["C4", "C3", "C2", "C1"]
    assert await sids(store) == ["C4", "D1", "C3", "C2", "C1"]
    assert await sids(store, "acme", since=NINE + HOUR, until=NINE + 2 * HOUR) == ["C3", "C2"]
    assert await sids(store, "nobody") == []
    page, seen = list(await store.appointments("", count=2)), []
    while page:
        seen += [one.sid for one in page]
        page = list(await store.appointments("", before=page[-1].position, count=2))
    assert seen == ["C4", "D1", "C3", "C2", "C1"]
    assert await sids(store, "acme", until=NINE + 2 * HOUR, before=f"{NINE + 9 * HOUR} x") == ["C3", "C2", "C1"]


async def sids(store: CallStore, business: str = "", **bounds: Any) -> list[str]:
    return [one.sid for one in await store.appointments(business, **bounds)]


async def test_two_with_one_reference_are_never_taken_for_each_other(store: CallStore) -> None:
    first, second = SAME
    assert booking_reference(first) == booking_reference(second)
    await booked(store, first, caller="+61491570157")
    assert (await found(store, first)).sid == first
    assert await store.appointment(booking_reference(first), "acme") is not None
    await booked(store, second, caller="+61491570157")
    assert await store.appointment(booking_reference(first), "acme") is None
    assert [(await found(store, sid)).sid for sid in SAME] == list(SAME)
    assert sorted(one.sid for one in await store.appointments_of("acme", "+61491570157")) == sorted(SAME)
    await booked(store, "CA5", business="beijing")
    await store.erase(second)
    assert (await store.appointment(booking_reference(first), "acme")) == await found(store, first)


async def test_one_whose_call_is_gone_is_moved_corrected_and_cancelled(shelf: Shelf) -> None:
    store = await shelf.open(Ttl())
    await booked(store, name="Mary", caller="+61491570157")
    await booked(store, "CA2", NINE + 5 * HOUR)
    was = await found(store)
    with pytest.raises(PlaceTaken):
        await store.change(was, replace(was, start=NINE + 5 * HOUR, end=NINE + 6 * HOUR), 1, (debt(8),))
    moved = await store.change(was, replace(was, start=NINE + HOUR, end=NINE + 2 * HOUR), 1, (debt(9),))
    assert (moved.start, moved.sequence, moved.rev, moved.name) == (NINE + HOUR, 1, 2, "Mary")
    assert await found(store) == moved
    assert [one.start for one in (await store.open("x", "", "acme")).bookings] == [NINE + HOUR, NINE + 5 * HOUR]
    with pytest.raises(StaleAppointment):
        await store.change(was, replace(was, name="Maria"))
    corrected = await store.change(moved, replace(moved, name="Maria"), 0)
    assert (corrected.name, corrected.sequence, corrected.rev) == ("Maria", 1, 3), "it has its place already"
    cancelled = await store.change(corrected, replace(corrected, state="cancelled"), 1, (debt(10),))
    assert (cancelled.state, cancelled.sequence, await found(store)) == ("cancelled", 2, cancelled)
    assert [one.sid for one in (await store.open("x", "", "acme")).bookings] == ["CA2"]
    assert [one.delivery for one in await store.owed("CA1")] == [debt(9), debt(10)]
    assert sorted(one.delivery.id for one in await store.due(9, 60)) == sorted((debt(9).id, debt(10).id))
    assert await store.appointments_of("acme", "+61491570157") == ()
    await store.close()


async def test_one_outlives_its_call_until_its_job_has_long_been_over(shelf: Shelf) -> None:
    now = int(time.time())
    store = await shelf.open(Ttl(booked_s=60))
    await booked(store, "old", now - 2 * HOUR)
    await booked(store, "new", now - HOUR - 30, caller="+61491570157")
    assert await sids(store) == ["new"]
    assert await store.appointments_of("acme", "+61491570157") == ()
    await store.close()


async def test_erasing_a_caller_takes_the_appointment_and_leaves_the_place(store: CallStore) -> None:
    await booked(store, caller="+61491570157")
    was = await found(store)
    await store.change(was, replace(was, start=NINE + HOUR, end=NINE + 2 * HOUR), 1, (debt(9),))
    assert await store.erase("CA1")
    assert await store.appointments() == ()
    assert await store.appointments_of("acme", "+61491570157") == ()
    assert await store.owed("CA1") == ()
    assert [(one.sid, one.start) for one in (await store.open("x", "", "acme")).bookings] == [("", NINE + HOUR)]
    with pytest.raises(StaleAppointment):
        await store.change(was, was)


async def test_one_that_is_moved_long_after_its_call_is_still_found_by_it(shelf: Shelf) -> None:
    store = await shelf.open(Ttl(booked_s=1800))
    now = int(time.time())
    await booked(store, start=now)
    was = await found(store)
    await store.change(was, replace(was, start=now + 9 * 86_400, end=now + 9 * 86_400 + HOUR))
    if isinstance(store, RedisStore):
        assert await store._command("TTL", keys.place("CA1")) > 9 * 86_400
        for key in (keys.record("CA1"), keys.document("CA1")):
            await store._command("DEL", key)
    assert await store.erase("CA1")
    assert await sids(store) == []
    await store.close()


async def test_a_cancelled_one_is_erased_as_well(store: CallStore) -> None:
    was = await booked(store)
    await step(store, was, replace(was.call, booked=None, status="ended"), release=True)
    await store.erase("CA1")
    assert await store.appointments() == ()


async def test_whoever_is_bound_to_a_business_knows_no_others(store: CallStore) -> None:
    await booked(store, caller="+61491570157")
    await booked(store, "CB1", business="beijing", caller="+61491570157")
    bound, theirs = BoundStore(store, "acme"), await found(store, "CB1")
    assert await sids(bound) == ["CA1"]
    assert await sids(bound, "beijing") == []
    assert await bound.appointment(theirs.reference) is None
    assert await bound.appointment(theirs.reference, "beijing") is None
    assert await bound.appointments_of("beijing", "+61491570157") == ()
    assert [one.sid for one in await bound.appointments_of("acme", "+61491570157")] == ["CA1"]
    with pytest.raises(CallElsewhere):
        await bound.change(theirs, theirs)
    ours = await found(bound)
    assert (await bound.change(ours, replace(ours, name="Mary"))).name == "Mary"


def test_a_step_that_changes_nothing_of_it_is_none_of_the_appointment() -> None:
    call = new_call()
    booked_call = replace(call, booked=job(), status="booked")
    assert appointed(None, call) is None
    assert appointed(call, booked_call) == appointment_of(booked_call) is not None
    assert appointed(booked_call, replace(booked_call, turns=3)) is None
    given_up = appointed(booked_call, call)
    assert given_up is not None
    assert given_up.state == "cancelled"
    skipped = booked_call.with_slot("email", replace(filled("a@example.com"), status="skipped"))
    assert appointed(booked_call, skipped) is None, "an address that is not to be used is none"


async def test_each_business_keeps_them_as_long_as_it_says(shelf: Shelf) -> None:
    now = int(time.time())
    store = await shelf.open(Ttl(booked_s=60, businesses={"acme": Ttl(booked_s=60, appointment_s=9 * HOUR), "beijing": Ttl(booked_s=9 * HOUR)}))
    for sid, business in (("C1", "acme"), ("C2", "beijing"), ("C3", "other")):
        await booked(store, sid, now - 3 * HOUR, business)
    assert await sids(store) == ["C2", "C1"]
    assert await sids(store, "other") == []
    if isinstance(store, RedisStore):
        lives = {sid: await store._command("TTL", keys.record(sid)) for sid in ("C1", "C2", "C3")}
        assert lives["C1"] <= 60 < 8 * HOUR < lives["C2"]
        assert lives["C3"] <= 60
        assert await store._command("TTL", keys.place("C1")) > 5 * HOUR, "so that it can be erased by its callSid"
    assert await store.erase("C1")
    assert await sids(store) == ["C2"]
    await store.close()


async def test_calls_that_belong_together_are_known_from_each(store: CallStore) -> None:
    first = await begin(store, "C1")
    second = await go_on(store, first, "C2")
    await go_on(store, second, "C3")
    await begin(store, "C9")
    for sid, others in (("C1", {"C2", "C3"}), ("C3", {"C1", "C2"}), ("C9", set()), ("none", set())):
        kin = await store.kin(sid)
        assert (set(kin[:-1]), kin[-1]) == (others, sid)


async def test_on_a_cluster_what_a_change_owes_survives_its_writer(cluster_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await Shelf(cluster_url).open()
    await booked(store)
    await booked(store, "CA2")
    was, other = await found(store), await found(store, "CA2")
    with monkeypatch.context() as patched:
        patched.setattr(ClusterAppointments, "_bring", _killed)
        await store.change(was, replace(was, state="cancelled"), 1, (debt(9),))
        await store.change(other, replace(other, state="cancelled"), 1, (debt(9, "CA2"),))
    assert await store.due(9, 60) == ()
    await store.erase("CA2")
    assert await sids(store, "acme") == ["CA1"], "whoever reads the list carries it through"
    assert [one.delivery for one in await store.due(9, 0)] == [debt(9)]
    await store.delivered(debt(9).id, "CA1")
    assert await sids(store, "acme") == ["CA1"]
    assert await store.due(9, 60) == ()
    await store.close()


async def _killed(*_: object) -> None:
    """The writer dies here."""
