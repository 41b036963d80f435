"""What is told of an appointment whose call is no longer kept: the same mails and webhooks, and no mail that a later one has overtaken."""

import msgspec
import pytest

from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_reference
from agent.record.cancellation import Cancellation
from api.outbox.carriers import wanted
from graph import appointments
from graph.state import Deps
from storage.memory_store import MemoryStore
from tests.graph.test_appointments import Later
from tests.graph.test_crash import NOW
from tests.graph.walkers import deps
from tests.outbox.houses import House

pytestmark = pytest.mark.anyio


async def booked(store: MemoryStore) -> tuple[House, Deps, Appointment]:
    """A house where the call is gone, and what it booked."""
    await House(store).whole_call()
    later = House(Later(store), clock=NOW.timestamp)
    parts = msgspec.structs.replace(deps(store=later.store), wants=wanted(later.businesses, later.post, later.hooks))
    found = await store.appointment(booking_reference("CA1"))
    assert found is not None
    return later, parts, found


async def test_a_cancellation_is_brought_and_the_confirmation_before_it_no_more() -> None:
    house, parts, was = await booked(MemoryStore())
    await appointments.cancel(parts, was, NOW, "ann", Cancellation())
    assert house.woken.is_set(), "who brings things does not have to look for it"
    async with house.bringing():
        await house.nothing_waits()
    (mail,) = house.post.got
    assert (mail.occasion, mail.body["sequence"], mail.body["email"]) == ("booking.cancelled", 1, was.email)
    assert [one for one in house.hooks.told if one.startswith("booking")] == ["booking.created", "booking.cancelled"]
    assert house.hooks.got[-1].body["revision"] > house.hooks.got[0].body["revision"]
    assert house.tallies.hand_over()[0]["mails", "overtaken"] == 1


async def test_after_a_correction_mails_go_to_the_other_address_alone() -> None:
    house, parts, was = await booked(MemoryStore())
    await appointments.correct(parts, was, {"email": "ann@example.com"}, NOW, "ann")
    async with house.bringing():
        await house.nothing_waits()
    (mail,) = house.post.got
    assert (mail.occasion, mail.body["sequence"], mail.body["email"]) == ("booking.created", 0, "ann@example.com")


async def test_what_nobody_changed_is_brought_as_ever_and_what_was_erased_never() -> None:
    for erased in (False, True):
        store = MemoryStore()
        house, _, _ = await booked(store)
        if erased:
            await store.erase("CA1")
        async with house.bringing():
            await house.nothing_waits()
        assert [mail.occasion for mail in house.post.got] == ([] if erased else ["booking.created"])
