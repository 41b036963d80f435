"""A booked caller who rings again, under any callSid: what is done is done once, and strangers learn nothing, not even if there is anything."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import msgspec
import pytest

from agent.policy.owed import Wants
from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_reference
from agent.record.delivery_bodies import BODIES
from graph.owing import OwingStore
from storage.errors import StoreUnavailable
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Opened
from tests.conftest import Shelf
from tests.graph.counting import Platform
from tests.graph.office import words
from tests.graph.ringing import CANCEL, CODE, HIS, MOVE, NAME, OPEN, OTHERS, Without, appointment, booked, caller, hour

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


class Counting(PassingStore):
    """Counts what is asked of the store."""

    def __init__(self, store: CallStore) -> None:
        super().__init__(store)
        self.asked: Counter[str] = Counter()

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        self.asked["open"] += 1
        return await self._store.open(sid, turn, business, former)

    async def commit(self, change: Change) -> Committed:
        self.asked["commit"] += 1
        return await self._store.commit(change)

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        self.asked["appointment"] += 1
        return await self._store.appointment(reference, business, sid)

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        self.asked["appointments_of"] += 1
        return await self._store.appointments_of(business, caller)


class Raced(PassingStore):
    """Where something else happens right before an appointment is read, once."""

    first: Callable[[], Awaitable[object]] | None = None

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        first, self.first = self.first, None
        if first:
            await first()
        return await self._store.appointment(reference, business, sid)


class CutOff(PassingStore):
    """Is away when the step that tells of what was done is to be written, once."""

    away = False

    async def commit(self, change: Change) -> Committed:
        if self.away and change.after.sid == "CA2" and change.after.status == "ended":
            self.away = False
            raise StoreUnavailable("away")
        return await self._store.commit(change)


@pytest.mark.parametrize("lives", [True, False])
async def test_it_is_cancelled_whether_its_call_still_lives_or_not(store: CallStore, lives: bool) -> None:
    await booked(store)
    again = caller(store if lives else Without(store), "CA2")
    assert "shall I cancel" in words(await again.say("", CANCEL, NAME))
    assert (await appointment(store)).state == "booked", "before the yes nothing is done"
    answer = await again.say("yes")
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("ended", True)
    after = await appointment(store)
    assert (after.state, after.sequence, await again.places()) == ("cancelled", 1, 0)
    assert [one["reason"] for one in await again.told("status_change")] == ["appointment_cancelled"]


@pytest.mark.parametrize("lives", [True, False])
@pytest.mark.parametrize(("said", "reason"), [((CANCEL, NAME), ""), ((f"{CANCEL} because we're moving away, sorry", NAME), "we're moving away")])
async def test_the_business_is_told_who_cancelled_it_and_why(store: CallStore, said: Sequence[str], reason: str, lives: bool) -> None:
    owing = OwingStore(store, lambda _: Wants(hooks=frozenset({"booking.cancelled"})), lambda: None)
    await booked(owing)
    again = caller(owing if lives else Without(owing), "CA2")
    walker = again.walker
    walker.deps = msgspec.structs.replace(walker.deps, wants=lambda _: Wants(hooks=frozenset({"booking.cancelled"})))
    await again.say("", *said, "yes")
    (told,) = await store.owed("CA1")
    assert (told.delivery.body["why"], told.delivery.body["reason"]) == ("caller", reason)
    msgspec.convert(told.delivery.body, BODIES["booking.cancelled"])


@pytest.mark.parametrize("lives", [True, False])
async def test_it_is_moved_even_to_where_its_own_place_is(store: CallStore, lives: bool) -> None:
    was = await booked(store)
    again = caller(store if lives else Without(store), "CA2", number="")
    assert "shall I move it" in words(await again.say("", MOVE, CODE, "tomorrow at 2:30 pm"))
    assert "moved" in words(await again.say("yes"))
    after = await appointment(store)
    assert (after.start - was.start, after.end - was.end, after.sequence, await again.places()) == (1800, 1800, 1, 1)
    assert (after.name, after.phone, after.address) == (was.name, was.phone, was.address)


async def test_what_was_wrong_is_put_right_and_the_rest_stays(store: CallStore) -> None:
    was = await booked(store)
    again = caller(store, "CA2")
    assert "moved" not in words(await again.say("", "my phone number is wrong on my booking", NAME, "202 555 0188", "yes"))
    after = await appointment(store)
    assert (after.phone, after.start, after.address) == ("+12025550188", was.start, was.address)


@pytest.mark.parametrize("at_the_last_moment", [True, False])
async def test_somebody_was_faster_with_the_time(store: CallStore, at_the_last_moment: bool) -> None:
    await booked(store)
    raced = Raced(store)
    again = caller(raced, "CA2", hold_minutes=0)
    await again.say("", MOVE, NAME, "tomorrow at 5 pm")
    other = partial(booked, store, "CA3", "tomorrow at 5 pm", OTHERS)
    if at_the_last_moment:
        raced.first = other
    else:
        await other()
    answer = await again.say("yes")
    assert "moved" not in words(answer)
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("time", "choice")
    assert "shall I move it" in words(await again.say("tomorrow at 8 pm"))
    assert "moved" in words(await again.say("yes"))
    assert {place.sid for place in (await store.open("x", "", "acme")).bookings} == {"CA1", "CA3"}


@pytest.mark.parametrize(("said", "hears"), [((CANCEL, NAME), "cancelled"), ((MOVE, NAME, "tomorrow at 5 pm"), "moved")])
async def test_a_turn_that_was_cut_off_is_done_once(store: CallStore, said: tuple[str, ...], hears: str) -> None:
    was = await booked(store)
    cut = CutOff(store)
    again = caller(cut, "CA2")
    await again.say("", *said)
    cut.away = True
    with pytest.raises(StoreUnavailable):
        await again.say("yes")
    assert await appointment(store) != was
    again.turns -= 1  # the same turn, sent again
    assert hears in words(await again.say("yes"))
    assert (await appointment(store)).sequence == 1


async def test_it_was_cancelled_meanwhile(store: CallStore) -> None:
    await booked(store)
    first, second = caller(store, "CA2"), caller(store, "CA3")
    await first.say("", MOVE, NAME, "tomorrow at 5 pm")
    await second.say("", CANCEL, NAME, "yes")
    assert (await first.say("yes"))["shouldTransfer"]


@pytest.mark.parametrize("said", [(CANCEL, NAME), (MOVE, NAME, "tomorrow at 5 pm")])
async def test_it_was_moved_meanwhile_and_the_yes_was_to_another_time(store: CallStore, said: tuple[str, ...]) -> None:
    await booked(store)
    first, second = caller(store, "CA2"), caller(store, "CA3")
    await first.say("", *said)
    await second.say("", MOVE, NAME, "tomorrow at 8 pm", "yes")
    was = await appointment(store)
    assert (await first.say("yes"))["shouldTransfer"]
    assert await appointment(store) == was


@pytest.mark.parametrize(
    "said", [("I'd like to check my appointment", CODE, "correct something", "the email"), ("my email is wrong on my booking", CODE)]
)
@pytest.mark.parametrize("number", ["", OTHERS])
async def test_a_reference_alone_sends_no_mail_elsewhere(store: CallStore, said: tuple[str, ...], number: str) -> None:
    """It would say the name, the phone and the address to whoever found the reference."""
    was = await booked(store)
    assert (await caller(store, "CA2", number=number).say("", *said))["shouldTransfer"]
    assert await appointment(store) == was
    assert not (await caller(store, "CA3").say("", *said, "mary at yahoo dot com", "yes"))["shouldTransfer"]
    assert (await appointment(store)).email == "mary@yahoo.com"


@pytest.mark.parametrize("said", ["I want to change my phone number", "change my phone", "can I change my number", "my phone number is wrong"])
async def test_what_is_to_be_put_right_is_heard_with_the_wish(store: CallStore, said: str) -> None:
    await booked(store)
    again = caller(store, "CA2")
    assert (await again.say("", "when is my appointment", NAME, said))["progress"]["step"] == "phone"
    await again.say("202 555 0188", "yes")
    assert (await appointment(store)).phone == "+12025550188"


async def test_a_time_that_the_office_has_to_agree_to_is_a_person_s(store: CallStore) -> None:
    await booked(store)
    again = caller(store, "CA2", needs_approval=["every"])
    assert (await again.say("", MOVE, NAME, "tomorrow at 5 pm", "yes"))["shouldTransfer"]
    assert (await appointment(store)).sequence == 0


async def told(store: CallStore, sid: str, number: str, *said: str) -> tuple[list[Any], Counter[str]]:
    """What a call is answered, but for the times, and what it asks of the store."""
    counting = Counting(store)
    one = caller(counting, sid, number)
    answers = [await one.say(words_) for words_ in said]
    return [(words(one), one["progress"], one["listen"], one["shouldTransfer"]) for one in answers], counting.asked


async def test_nobody_finds_out_whether_there_is_anything(store: CallStore) -> None:
    """A reference that nobody has, one that was cancelled, somebody else's name, the right name from another number: all alike."""
    await booked(store)
    await booked(store, "CA3", "tomorrow at 6 pm", OTHERS)
    assert "cancelled" in words(await caller(store, "CA4", OTHERS).say("", CANCEL, NAME, "yes"))
    cancelled, nobody_s = (" ".join(booking_reference(sid)) for sid in ("CA3", "CA-nobody"))
    assert await told(store, "X1", OTHERS, "", CANCEL, cancelled) == await told(store, "X2", OTHERS, "", CANCEL, nobody_s)
    right, wrong = await told(store, "X3", OTHERS, "", CANCEL, NAME), await told(store, "X4", "+12025550177", "", CANCEL, NAME)
    assert right == wrong
    for answers, _ in (right, wrong):
        assert "Drain" not in str(answers)
        assert answers[-1][1]["filled"] == {"name": "Mary O'Neill"}


async def test_three_in_vain_and_a_person_takes_over(store: CallStore) -> None:
    await booked(store)
    stranger = caller(store, "X1", OTHERS)
    await stranger.say("", CANCEL, "A B C D E", "B C D E F")
    answer = await stranger.say("C D E F G")
    assert (answer["shouldTransfer"], answer["progress"]["status"]) == (True, "waiting_agent")
    [wanted] = await stranger.told("transfer_request")
    assert wanted["reason"] == "appointment"
    assert "transfer" not in words(await stranger.say(CODE)), "no fourth try"
    assert (await appointment(store)).state == "booked"


async def test_nothing_of_the_caller_is_read_out_or_handed_on(store: CallStore) -> None:
    await booked(store)
    again = caller(store, "CA2", number="")
    answers = [
        await again.say(said)
        for said in ("", "when is my appointment", CODE, "what do you have so far", "can you repeat that", "what's my phone number")
    ]
    for personal in ("Mary", "O'Neill", "one four three", "0143", "High Street", "Springfield"):
        assert personal not in str(answers)
        assert personal not in str(await again.document())


async def test_a_call_about_an_appointment_is_no_unfinished_booking(store: CallStore) -> None:
    await booked(store)
    await caller(store, "CA2").say("", "when is my appointment", NAME, "no")
    third = caller(store, "CA3")
    assert "where we stopped" not in words(await third.say("", NAME))


async def test_other_calls_ask_nothing_more_of_the_store(store: CallStore) -> None:
    counting = Counting(store)
    await booked(counting)
    assert counting.asked.keys() == {"open", "commit", "appointment"}
    assert counting.asked["appointment"] == 1, "this test's own"
    about = Counting(store)
    await caller(about, "CA2").say("", CANCEL, NAME)
    assert (about.asked["appointments_of"], about.asked["appointment"]) == (1, 0)


async def test_what_was_done_is_not_taken_back_by_other_words(store: CallStore) -> None:
    """A voice platform says its newest turn again in other words, when the caller went on speaking."""
    await booked(store)
    platform = Platform(store, "CA2", caller=HIS, **OPEN)
    await platform.all_said("", CANCEL, NAME)
    await platform.say("yes", "yes but wait")
    assert ((await appointment(store)).state, (await platform.call()).status) == ("cancelled", "ended")
    assert await hour(store) is not None
