"""What a step owes the outside: whoever hears of it all knows how it stands, and nobody hears of what is not."""

from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.policy.owed import Wants, address_of, concerns, owed, reckoned
from agent.record.booking_reference import booking_reference
from agent.record.business import Service
from agent.record.call import Booking, Brief, Call, OpenTurn, Status, Turn
from agent.record.confirmation import Confirmation
from agent.record.delivery import Delivery, Occasion
from agent.record.handoff import Handoff
from agent.record.slot_state import SlotState

replace = msgspec.structs.replace

OCCASIONS = frozenset(get_args(Occasion))
ALL, NONE = Wants(mail=True, hooks=OCCASIONS), Wants()
COMPANY = {"id": "acme", "name": "Acme", "email": "office@example.com", "userId": "acme"}
DRAIN = Service(id="drain", name={"en": "Drain cleaning", "zh": "管道疏通"}, price=149)
BRIEF = Brief(business="acme", region="AU", time_zone="Australia/Sydney", services=(DRAIN,), company=COMPANY)
PLAIN = Call(sid="CA1", created_at="2026-03-02T01:00:00Z", brief=BRIEF)
WANTED = Handoff(why="caller_asked", sentence="Somebody wants a person.")


def place(start: int = 1_900_000_000, minutes: int = 60) -> Booking:
    return Booking(business="acme", sid="CA1", start=start, end=start + minutes * 60, service="drain")


def filled(value: str) -> SlotState:
    return SlotState(status="filled", value=value)


def known(call: Call = PLAIN, **values: str) -> Call:
    for name, value in {"name": "Ada", "email": "ada@example.com", "address": "1 High St", "service": "drain", **values}.items():
        call = call.with_slot(name, filled(value) if value else SlotState(status="skipped"))
    return call


class Steps:
    """A call that steps are taken with."""

    def __init__(self, wants: Wants = ALL) -> None:
        self.wants, self.told = wants, list[Delivery]()
        self.call: Call | None = None

    def to(self, after: Call, **changes: Any) -> list[tuple[str, str]]:
        """What the step owes, by kind and occasion."""
        before = self.call
        after = replace(after, confirmation=before.confirmation if before else Confirmation(), **changes)
        after = reckoned(before, after, self.wants)
        found = owed(before, after, self.wants, 1_772_413_200)
        assert found == owed(before, after, self.wants, 1_772_413_200)
        self.told += found
        self.call = replace(after, rev=(before.rev if before else 0) + 1)
        return [(one.kind, one.occasion) for one in found]

    @property
    def last(self) -> dict[str, Any]:
        return dict(self.told[-1].body)


def test_a_booking_that_is_made_changed_and_given_up_is_told_each_time() -> None:
    steps = Steps()
    assert steps.to(known()) == []
    assert steps.to(known(), booked=place(), status="booked") == [
        ("mail", "booking.created"),
        ("webhook", "booking.created"),
        ("webhook", "call.ended"),
    ]
    assert steps.told[0].body == {
        "reference": booking_reference("CA1"),
        "state": "booked",
        "service": {"id": "drain", "name": "Drain cleaning", "price": 149, "minutes": 60},
        "start": "2030-03-18T04:46:40+11:00",
        "end": "2030-03-18T05:46:40+11:00",
        "sequence": 0,
        "revision": 2,
        "callSid": "CA1",
        "business": "acme",
        "company": {"id": "acme", "name": "Acme", "email": "office@example.com"},
        "language": "en",
        "time_zone": "Australia/Sydney",
        "name": "Ada",
        "phone": "",
        "email": "ada@example.com",
        "address": "1 High St",
    }
    assert (steps.last["status"], steps.last["outcome"], steps.last["filled"]["name"]) == ("booked", "booked", "Ada")
    later = place(1_900_086_400)
    assert steps.to(known(), booked=later, status="booked") == [("mail", "booking.changed"), ("webhook", "booking.changed")]
    assert (steps.last["start"][:10], steps.last["sequence"]) == ("2030-03-19", 1)
    assert steps.to(known(), status="ended") == [("mail", "booking.cancelled"), ("webhook", "booking.cancelled")]
    assert (steps.last["state"], steps.last["start"][:10], steps.last["sequence"]) == ("cancelled", "2030-03-19", 2)
    assert steps.to(known(), booked=later, status="ended") == [("mail", "booking.created"), ("webhook", "booking.created")]
    assert steps.last["sequence"] == 3
    assert len({one.id for one in steps.told}) == len(steps.told)


def test_what_is_noted_is_told_as_such_and_its_end_too() -> None:
    steps = Steps()
    steps.to(known())
    assert steps.to(known(), to_be_confirmed=place(), status="ended") == [("webhook", "call.ended")]
    assert (steps.last["state"], steps.last["reference"], steps.last["outcome"]) == ("to_be_confirmed", booking_reference("CA1"), "ended")
    noted = steps.call
    assert steps.to(known(), booked=place(), status="booked") == [("mail", "booking.created"), ("webhook", "booking.created")]
    steps.call = noted
    wanted = Handoff(why="not_free", sentence="Please ring.", free=("2030-03-19T09:00:00+11:00",))
    assert steps.to(known(), status="waiting_agent", handoff=wanted) == [
        ("mail", "booking.not_free"),
        ("webhook", "booking.not_free"),
        ("webhook", "handoff.wanted"),
    ]
    told = {(one.kind, one.occasion): one for one in steps.told}
    lost = told["mail", "booking.not_free"]
    assert (lost.body["state"], lost.body["start"], lost.until) == ("not_free", "2030-03-18T04:46:40+11:00", 0)
    assert (steps.last["state"], steps.last["free"]) == ("none", ["2030-03-19T09:00:00+11:00"])
    assert concerns(steps.call, lost.body)
    assert steps.to(known(email=""), to_be_confirmed=place(), status="ended") == [("webhook", "call.ended")]
    assert ("mail", "booking.not_free") not in steps.to(known(email=""), status="waiting_agent", handoff=wanted), "nobody to write to"


def test_a_booking_of_a_call_that_a_person_has_counts_and_the_call_ends_later() -> None:
    steps = Steps()
    steps.to(known(), status="with_agent", held_by="ann")
    assert steps.to(known(), status="with_agent", held_by="ann", booked=place()) == [("mail", "booking.created"), ("webhook", "booking.created")]
    assert steps.to(known(), status="booked", booked=place()) == [("webhook", "call.ended")]


@pytest.mark.parametrize(
    ("changed", "told", "sequence"),
    [
        ({"email": "eda@example.com"}, [("mail", "booking.created"), ("webhook", "booking.changed")], 0),
        ({"name": "Eda"}, [("mail", "booking.changed"), ("webhook", "booking.changed")], 0),
        ({"phone": "+61491570156"}, [("mail", "booking.changed"), ("webhook", "booking.changed")], 0),
        ({"address": "2 High St"}, [("mail", "booking.changed"), ("webhook", "booking.changed")], 1),
        ({"address": "2 High St", "email": "eda@example.com"}, [("mail", "booking.changed"), ("webhook", "booking.changed")], 1),
        ({"email": ""}, [("webhook", "booking.changed")], 0),
        ({}, [], 0),
    ],
)
def test_a_value_that_is_corrected_after_the_booking_is_told_to_whom_it_concerns(changed: dict[str, str], told: list[Any], sequence: int) -> None:
    steps = Steps()
    steps.to(known(), booked=place(), status="booked")
    first = steps.told[0]
    assert steps.to(known(PLAIN, **changed), booked=place(), status="booked") == told
    assert steps.call is not None
    assert steps.call.confirmation.sequence == sequence
    assert steps.call.confirmation.mail == ("none" if changed.get("email") == "" else "due")
    assert concerns(steps.call, first.body) is (changed.keys() <= {"name", "phone"})
    assert set(steps.last.get("changed", ())) == set(changed)


def test_without_an_address_there_is_no_mail_until_there_is_one() -> None:
    steps = Steps()
    assert steps.to(known(email=""), booked=place(), status="booked") == [("webhook", "booking.created"), ("webhook", "call.ended")]
    assert steps.call is not None
    assert steps.call.confirmation.mail == "none"
    assert steps.to(known(), booked=place(), status="booked") == [("mail", "booking.created"), ("webhook", "booking.changed")]
    kept = known().with_slot("email", SlotState(status="skipped", value="ada@example.com"))
    assert address_of(kept) == ""


def test_a_person_is_told_of_once_when_all_is_known() -> None:
    steps = Steps()
    steps.to(PLAIN)
    open_turn, bare = OpenTurn(turn=Turn(key="t")), Handoff(why="caller_asked")
    assert steps.to(PLAIN, status="waiting_agent", handoff=bare, open_turn=open_turn) == []
    assert steps.to(PLAIN, status="waiting_agent", handoff=WANTED) == [("webhook", "handoff.wanted")]
    assert (steps.last["why"], steps.last["sentence"], steps.last["state"]) == ("caller_asked", WANTED.sentence, "none")
    assert steps.to(PLAIN, status="waiting_agent", handoff=WANTED, kept_waiting=True) == []
    assert steps.to(PLAIN, status="with_agent", handoff=WANTED) == []
    assert steps.to(PLAIN, status="waiting_agent", handoff=WANTED) == [("webhook", "handoff.wanted")]
    assert steps.to(PLAIN, status="ended") == [("webhook", "call.ended")]
    assert steps.last["outcome"] == "handed_off"
    assert steps.to(PLAIN, status="active") == []


def test_only_what_is_wanted_is_owed() -> None:
    assert Steps(NONE).to(known(), booked=place(), status="booked") == []
    assert Steps(Wants(mail=True)).to(known(), booked=place(), status="booked") == [("mail", "booking.created")]
    assert Steps(Wants(hooks=frozenset({"call.ended"}))).to(known(), booked=place(), status="booked") == [("webhook", "call.ended")]


def test_another_call_under_the_same_callsid_owes_under_other_ids() -> None:
    first = owed(None, known(replace(PLAIN, booked=place())), ALL, 0)
    second = owed(None, known(replace(PLAIN, booked=place(), created_at="2026-03-03T01:00:00Z")), ALL, 0)
    assert first
    assert not {one.id for one in first} & {one.id for one in second}


@st.composite
def _calls(draw: st.DrawFn) -> Call:
    booked = draw(st.none() | st.builds(place, st.sampled_from((1_900_000_000, 1_900_003_600)), st.sampled_from((60, 90))))
    email = draw(st.sampled_from(("", "ada@example.com", "eda@example.com")))
    wanted = draw(st.none() | st.just(WANTED))
    status: Status = draw(st.sampled_from(get_args(Status)))
    call = replace(PLAIN, status=status, handoff=wanted, booked=booked)
    return known(call, email=email, address=draw(st.sampled_from(("1 High St", "2 High St"))), name=draw(st.sampled_from(("Ada", "Eda"))))


@settings(max_examples=300, deadline=None)
@given(st.lists(_calls(), min_size=1, max_size=8))
def test_whoever_is_told_knows_how_it_stands(course: list[Call]) -> None:
    """Whatever steps are taken, in whatever order what they owe arrives."""
    steps = Steps()
    for after in course:
        steps.to(after)
    call = steps.call
    assert call is not None
    assert len({one.id for one in steps.told}) == len(steps.told)
    bookings = [one.body for one in steps.told if one.kind == "webhook" and one.occasion.startswith("booking.")]
    newest = max(bookings, key=lambda body: body["revision"], default=None)
    if newest is None:
        assert call.booked is None
    else:
        assert newest["state"] == ("booked" if call.booked else "cancelled")
        if call.booked:
            assert (newest["name"], newest["email"], newest["address"]) == (call.slot("name").value, address_of(call), call.slot("address").value)
            assert newest["service"]["minutes"] * 60 == call.booked.end - call.booked.start
    mails = [one.body for one in steps.told if one.kind == "mail"]
    assert all(body["email"] for body in mails)
    here = [body for body in mails if concerns(call, body)]
    if call.booked and address_of(call):
        assert here
        assert here[-1] == mails[-1]
        assert call.confirmation.mail == "due"
    assert all(body["state"] == ("booked" if call.booked else "cancelled") for body in here)
    assert all(one["sequence"] <= other["sequence"] for one, other in pairwise(mails))
