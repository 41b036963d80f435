"""Once Redis is back, what was noted is tried: booked as by a yes of now, or a person rings the caller; once, whoever tries it and how often."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.record.acts import SystemAct
from agent.record.call import Booking, Call, OpenTurn, Turn
from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from graph.settling import Settling
from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.callers import SAID, TO_THE_SUMMARY
from tests.conftest import Shelf
from tests.graph.office import Caller, walker, words
from tests.graph.partition import ONE_PLACE, TWO, Host, caller, owing, settling, today

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
WITH_EMAIL = (*TO_THE_SUMMARY[:6], SAID["en"]["email"], "yes", TO_THE_SUMMARY[-1], TWO, "yes")


@pytest.fixture(params=["memory", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf("" if request.param == "memory" else request.getfixturevalue(f"{request.param}_url"))


async def noted(store: CallStore, sid: str = "CA1", **changed: Any) -> Caller:
    """Somebody whose yes was noted on a host of its own; it is back, and the call stands in `store`."""
    host = Host(store)
    await host.goes_away()
    one = caller(host, sid, **changed)
    assert (await one.say(*WITH_EMAIL))["progress"]["status"] == "ended"
    await host.comes_back()
    return one


async def record(store: CallStore, sid: str = "CA1") -> Call:
    call = (await store.open(sid)).call
    assert call is not None
    return call


async def owes(store: CallStore, sid: str = "CA1") -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(debt.delivery.kind, debt.delivery.occasion): debt.delivery.body for debt in await store.owed(sid)}


async def somebody_has_it(store: CallStore) -> None:
    other = caller(store, "CA9", caller="")
    assert (await other.say("", "it's Tom Baker", *TO_THE_SUMMARY[2:], TWO, "yes"))["progress"]["status"] == "booked"


async def test_a_free_place_is_booked_as_by_any_yes(store: CallStore) -> None:
    one = await noted(store)
    await settling(owing(store)).settle("CA1")
    document = await one.document()
    assert (document["servicebooked"], document["progress"]["status"], document["booking"]["state"]) == (True, "booked", "booked")
    (kept,) = await store.appointments("acme")
    assert (kept.sid, kept.state, kept.name) == ("CA1", "booked", "Mary O'Neill")
    assert [place.sid for place in (await store.open("x", "", "acme")).bookings] == ["CA1"]
    told = await one.told("tool_status", "tool_result", "status_change")
    assert [(event["type"], event["status"]) for event in told] == [("tool_status", "started"), ("tool_result", "done"), ("status_change", "booked")]
    owed = await owes(store)
    assert set(owed) == {("mail", "booking.created"), ("webhook", "booking.created")}
    assert {body["state"] for body in owed.values()} == {"booked"}
    assert "You're all booked" in words(await one.say("hello?"))


async def left_unanswered(store: CallStore, one: Caller) -> None:
    """The worker died that had noted the booking, before it answered the yes; the telephony sends that again, as `one`'s next turn."""
    found = await store.open("CA1")
    assert found.call is not None
    turn = Turn(key=f"turn {one.turns + 1}", text="yes", started_at=one.now.isoformat())
    left = replace(found.call, open_turn=OpenTurn(turn=turn, system_acts=(SystemAct(key="close.to_be_confirmed"),)))
    await store.commit(Change(before=found.call, after=left, seen=found.seen))


async def test_who_had_no_answer_to_the_yes_yet_hears_that_it_is_booked(store: CallStore) -> None:
    one = await noted(store)
    await left_unanswered(store, one)
    await settling(owing(store)).settle("CA1")
    answer = await one.say("yes")
    assert "You're booked" in words(answer)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True)


async def test_who_had_no_answer_to_the_yes_yet_hears_that_it_is_taken_and_gets_a_person(store: CallStore) -> None:
    one = await noted(store)
    await left_unanswered(store, one)
    await somebody_has_it(store)
    await settling(owing(store)).settle("CA1")
    answer = await one.say("yes")
    assert words(answer) == "We're fully booked then. One moment, I'll put you through to somebody who can help."
    assert (answer["progress"]["status"], answer["shouldTransfer"]) == ("waiting_agent", True)


async def test_what_its_own_back_end_does_not_offer_is_a_persons_to_see_to(store: CallStore, shelf: Shelf) -> None:
    one = await noted(store)
    theirs = {**await one.document(), "services": [{"id": "piano", "name": "Piano tuning"}]}
    await shelf.put_document("CA1", json.dumps(theirs).encode())
    await settling(owing(store)).settle("CA1")
    document = await one.document()
    assert (document["servicebooked"], document["progress"]["status"]) == (False, "waiting_agent")
    assert await store.appointments("acme") == ()


async def test_what_is_taken_by_then_is_a_persons_to_see_to_and_the_caller_is_written_to(store: CallStore) -> None:
    one = await noted(store)
    await somebody_has_it(store)
    await settling(owing(store)).settle("CA1")
    document = await one.document()
    assert (document["servicebooked"], document["progress"]["status"], document["why"], "booking" in document) == (
        False,
        "waiting_agent",
        "not_free",
        False,
    )
    (wanted,) = await one.told("transfer_request")
    assert wanted["packet"] == document["packet"]
    free = wanted["packet"]["free"]
    assert len(free) == 3
    taken = document["user"]["serviceBookedTime"]
    assert taken not in free
    assert all(start[:10] == taken[:10] for start in free), "near the time that was wished"
    assert "please ring back" in wanted["packet"]["sentence"]
    assert "Free near it" in wanted["packet"]["sentence"]
    assert [(moved["before"], moved["status"], moved["reason"]) for moved in await one.told("status_change")] == [
        ("ended", "waiting_agent", "not_free")
    ]
    owed = await owes(store)
    assert set(owed) == {("mail", "booking.not_free"), ("webhook", "booking.not_free"), ("webhook", "handoff.wanted")}
    mail = owed["mail", "booking.not_free"]
    assert (mail["state"], mail["start"], mail["service"]["id"], mail["email"]) == ("not_free", taken, "drain-cleaning", "mary@gmail.com")
    assert owed["webhook", "handoff.wanted"]["free"] == free
    assert [place.sid for place in (await store.open("x", "", "acme")).bookings] == ["CA9"]
    answer = await one.say("hello?")
    assert "fully booked then" in words(answer)
    assert answer["shouldTransfer"]


async def test_once_is_enough_also_for_two_at_once(store: CallStore) -> None:
    one = await noted(store)
    await asyncio.gather(*(settling(owing(store)).settle("CA1") for _ in range(4)))
    rev, events = (await record(store)).rev, await one.told("tool_result")
    await settling(owing(store)).settle("CA1")
    assert ((await record(store)).rev, await one.told("tool_result")) == (rev, events)
    assert len(events) == 1
    assert set(await owes(store)) == {("mail", "booking.created"), ("webhook", "booking.created")}


async def test_other_calls_are_left_alone(store: CallStore) -> None:
    one = caller(store)
    await one.say(*TO_THE_SUMMARY, TWO)
    two = caller(store, "CA2", caller="")
    await two.say(*TO_THE_SUMMARY, "tomorrow at 4 pm", "yes")
    before = [await record(store, sid) for sid in ("CA1", "CA2")]
    for sid in ("CA1", "CA2", "nobody"):
        await settling(store).settle(sid)
    assert [await record(store, sid) for sid in ("CA1", "CA2")] == before
    assert await settling(store).left() == ()


async def test_while_redis_is_away_nothing_is_tried() -> None:
    host = Host(MemoryStore())
    await host.goes_away()
    await caller(host).say(*WITH_EMAIL)
    await settling(host).settle("CA1")
    assert (await record(host)).to_be_confirmed is not None


class Cut(PassingStore):
    """Whoever writes dies before it is written."""

    async def commit(self, change: Change) -> Committed:
        raise StoreUnavailable("cut off")


async def test_what_a_worker_leaves_undone_is_found_and_done(store: CallStore) -> None:
    for sid, time in (("CA1", "14"), ("CA2", "16"), ("CA3", "18")):
        host = Host(store)
        await host.goes_away()
        one = caller(host, sid, caller=f"+120255501{time}")
        await one.say(*TO_THE_SUMMARY, f"tomorrow at {int(time) - 12} pm", "yes")
        await host.comes_back()
    assert set(await settling(store).left()) == {"CA1", "CA2", "CA3"}
    with pytest.raises(StoreUnavailable):
        await settling(Cut(store)).settle("CA2")
    await settling(store).settle("CA1")
    left = await settling(store).left()
    assert set(left) == {"CA2", "CA3"}
    for sid in left:  # what CA2 had claimed before it died is free in a few seconds
        await settling(store).settle(sid)
    assert await settling(store).left() == ("CA2",)


async def test_a_call_that_was_noted_and_settled_is_played_again_as_it_was() -> None:
    common = MemoryStore()
    host = Host(common)
    await host.goes_away()
    one = caller(host)
    await one.say(*WITH_EMAIL)
    turns = await host.trace("CA1")
    await host.comes_back()
    await somebody_has_it(common)
    await settling(common).settle("CA1")
    traced = [msgspec.json.decode(turn, type=TracedTurn) for turn in (*turns, *await common.trace("CA1"))]
    assert (traced[-2].away, traced[-1].settled) == (True, True)
    again = MemoryStore()
    assert await differences(Recording(callSid="CA1", turns=traced), walker(again, **ONE_PLACE), again) == []
    assert (await record(again)).status == "waiting_agent"


async def test_a_claim_of_a_dead_worker_lapses() -> None:
    now = today().timestamp()
    store = MemoryStore(clock=lambda: now)
    await noted(store)
    with pytest.raises(StoreUnavailable):
        await settling(Cut(store)).settle("CA1")
    await settling(store).settle("CA1")
    assert await settling(store).left() == ("CA1",)
    now += 11
    await settling(store).settle("CA1")
    assert (await record(store)).booked is not None


async def test_another_systems_document_hides_nothing(store: CallStore, shelf: Shelf) -> None:
    await noted(store)
    await shelf.put_document("CA1", b'{"callSid": "CA1", "mine": 1}')
    assert await settling(store).left() == ("CA1",)
    await settling(store).settle("CA1")
    assert (await record(store)).booked is not None
    assert json.loads(await store.document("CA1") or b"")["mine"] == 1


async def test_the_same_said_to_two_hosts_is_booked_once(store: CallStore) -> None:
    await noted(store, "CA1")
    await noted(store, "CA2")
    many = settling(owing(store), capacity=5)
    await asyncio.gather(*(many.settle(sid) for sid in ("CA1", "CA2", "CA1", "CA2")))
    for sid in await many.left():
        await many.settle(sid)
    assert await many.left() == ()
    (kept,) = await store.appointments("acme")
    calls = {sid: await record(store, sid) for sid in ("CA1", "CA2")}
    assert [sid for sid, call in calls.items() if call.booked] == [kept.sid]
    assert sorted(call.status for call in calls.values()) == ["booked", "ended"]
    assert len((await store.open("x", "", "acme")).bookings) == 1


@pytest.mark.parametrize("other", ["it's Ann Lee", "tomorrow at 4 pm"])
async def test_another_name_or_time_from_the_same_number_is_another_booking(other: str) -> None:
    store = MemoryStore()
    await noted(store, "CA1")
    host = Host(store)
    await host.goes_away()
    two = caller(host, "CA2")
    said = list(WITH_EMAIL)
    said[1 if "Ann" in other else -2] = other
    assert (await two.say(*said))["progress"]["status"] == "ended"
    await host.comes_back()
    many = settling(store, capacity=5)
    for sid in ("CA1", "CA2"):
        await many.settle(sid)
    assert len(await store.appointments("acme")) == 2


async def test_what_people_have_changed_meanwhile_is_what_is_tried(store: CallStore) -> None:
    one = await noted(store)
    await one.walker.edit("CA1", {"time": one.now.date().isoformat() + "T22:30"}, (), (), one.now, "kim")
    wished = (await record(store)).slot("time").value
    await settling(store).settle("CA1")
    assert (await one.document())["booking"]["start"] == wished


async def test_a_time_that_is_past_is_not_booked(store: CallStore) -> None:
    await noted(store)
    made = settling(store)
    await Settling(made._deps, lambda: today() + timedelta(days=3)).settle("CA1")
    call = await record(store)
    assert (call.status, call.booked) == ("waiting_agent", None)
    assert call.handoff is not None
    assert all(start > (today() + timedelta(days=2)).isoformat() for start in call.handoff.free)


def test_what_is_to_be_confirmed_is_kept_as_long_as_what_is_booked() -> None:
    place = Booking(business="acme", sid="CA1", start=1, end=2)
    call = msgspec.convert({"sid": "CA1", "created_at": "", "brief": {"business": "acme", "region": "US", "time_zone": "UTC"}}, Call)
    ttl = Ttl(call_s=1, booked_s=2)
    assert (ttl.of(call), ttl.of(replace(call, to_be_confirmed=place)), ttl.of(replace(call, booked=place))) == (1, 2, 2)
