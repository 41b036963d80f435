"""A mail about an appointment that has begun is not sent any more, whatever kept it until then; a webhook always is."""

from collections.abc import Callable
from datetime import datetime
from time import time

import msgspec
import pytest

from agent.policy.owed import Wants, owed, reckoned
from agent.record.booking_reference import booking_reference
from agent.record.call import Line
from agent.record.cancellation import Cancellation
from agent.record.events import is_for_everyone
from api.outbox.carriers import wanted
from api.outbox.outcomes import Refused
from graph import appointments
from storage.memory_store import MemoryStore
from storage.store import CallStore
from tests.graph.test_appointments import Later
from tests.graph.test_crash import NOW
from tests.graph.walkers import deps
from tests.outbox.houses import House, Receiver
from tests.policy.test_owed import known, place

pytestmark = pytest.mark.anyio
DAY_S = 86_400


def in_days(days: float) -> Callable[[], float]:
    return lambda: time() + days * DAY_S


async def brought_in(days: float, store: CallStore) -> House:
    """What is owed, brought so many days from now, by somebody else."""
    house = House(store, clock=in_days(days))
    async with house.bringing():
        await house.nothing_waits()
    return house


async def test_a_confirmation_of_what_has_begun_is_not_sent_and_says_so(store: CallStore) -> None:
    await House(store).whole_call()
    house = await brought_in(3, store)
    assert (house.post.tries, sorted(house.hooks.told)) == ([], ["booking.created", "call.ended"])
    document = await house.document()
    assert (document["confirmEmailsent"], document["booking"]["mail"], document["booking"].get("mailWhy")) == (False, "late", None)
    assert await house.events("mail") == [("tool_result", "booking.created", False)]
    told = [msgspec.json.decode(one.data) for one in (await store.events("CA1", "0", 1000)).entries]
    (event,) = (one for one in told if one["payload"].get("tool") == "mail")
    assert (event["payload"]["status"], event["payload"]["reason"]) == ("late", "appointment_begun")
    assert not is_for_everyone("tool_result", event["payload"]), "nobody can do anything about it"
    assert (await store.owed("CA1"), await store.dead_letters(), house.tallies.hand_over()[0]["mails", "late"]) == ((), (), 1)


async def test_until_it_begins_it_is_sent() -> None:
    """The call's turns say that it is another year: what counts is how far off the appointment was."""
    store = MemoryStore()
    await House(store).whole_call()
    house = await brought_in(1, store)
    assert (len(house.post.got), (await house.document())["booking"]["mail"]) == (1, "taken")


async def test_neither_is_a_change_sent_nor_a_cancellation() -> None:
    store = MemoryStore()
    first = House(store)
    await first.whole_call()
    await first.correct(address="14 High Street, Springfield, New Jersey 07081")
    house = await brought_in(3, store)
    assert (house.post.tries, house.tallies.hand_over()[0]["mails", "overtaken"]) == ([], 1)
    was = await store.appointment(booking_reference("CA1"))
    assert was is not None
    parts = msgspec.structs.replace(deps(store=first.store), wants=wanted(first.businesses, first.post, first.hooks))
    await appointments.cancel(parts, was, datetime.now(NOW.tzinfo), "ann", Cancellation())
    house = await brought_in(3, store)
    assert (house.post.tries, house.hooks.told) == ([], ["booking.cancelled"])


async def test_where_the_call_is_gone_it_is_not_sent_either() -> None:
    store = MemoryStore()
    await House(store).whole_call()
    house = await brought_in(3, Later(store))
    assert (house.post.tries, await store.owed("CA1")) == ([], ())


async def test_a_dead_letter_that_is_sent_again_too_late_is_only_taken_off_the_list() -> None:
    store = MemoryStore()
    house = House(store, Receiver(Refused("smtp_550")))
    await house.whole_call()
    async with house.bringing():
        await house.nothing_waits()
    (letter,) = await store.dead_letters()
    assert await store.send_again(letter.delivery.id, "CA1")
    later = await brought_in(3, store)
    assert (later.post.tries, await store.dead_letters(), (await later.document())["booking"]["mail"]) == ([], (), "late")


def test_a_mail_is_of_use_until_its_appointment_begins_by_the_service_s_clock() -> None:
    wants = Wants(mail=True, hooks=frozenset({"booking.created"}))
    start = place().start
    for offset_s, said in ((0, ()), (500 * DAY_S, ("2026-03-02T14:00:00Z", "2027-07-15T14:00:00.000Z")), (0, ("2026-03-02T14:00:00",) * 2)):
        lines = tuple(Line(speaker=one, message="x", startedAt=at) for one, at in zip(("customer", "AI"), said, strict=False))  # type: ignore[arg-type]
        call = reckoned(None, msgspec.structs.replace(known(), booked=place(), status="booked", recent=lines), wants)
        found = {one.kind: one for one in owed(None, call, wants, start - 100)}
        assert (found["mail"].until, found["webhook"].until) == (start + offset_s, 0)
        gone = msgspec.structs.replace(call, booked=None)
        (cancelled,) = owed(call, reckoned(call, gone, wants), wants, start + 100)
        assert cancelled.until == start + offset_s
