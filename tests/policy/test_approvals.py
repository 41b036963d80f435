"""Which of a business's rules asks for the office's yes, and when none does."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent.policy.approvals import rule_for, stands
from agent.record.business import Business, Service
from agent.record.call import Approval, Booking, Brief, Call, Turn
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from graph.plan import PLAN

ZONE = "America/New_York"
SERVICES = (Service(id="drain", name="Drain cleaning", price=149), Service(id="roof", name="Roof", price=500), Service(id="look", name="A look"))
DAYTIME, EVENING = "2026-03-03T14:00:00-05:00", "2026-03-03T20:30:00-05:00"


def filled(value: str, **parts: str) -> SlotState:
    return SlotState(status="filled", value=value, parts=parts)


def call(service: str = "drain", time: str = DAYTIME, postcode: str = "62704") -> Call:
    made = Call(sid="CA1", created_at=DAYTIME, brief=Brief(business="b", region="US", time_zone=ZONE, services=SERVICES))
    address = filled("12 High Street", **({"postcode": postcode} if postcode else {}))
    for name, state in {"service": filled(service), "time": filled(time), "address": address}.items():
        made = made.with_slot(name, state)
    return made


def rule(asked: Call, *rules: str, known: bool = True, **given: Any) -> str:
    hours = {"tue": ["08:00-20:00"]}
    business = Business(id="b", name="B", opening_hours=hours, on_request_hours={"tue": ["20:00-22:00"]}, needs_approval=list(rules), **given)
    now = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ZONE))
    turn_context = TurnContext(business=business, now=now, stamp="", seconds=now.timestamp(), turn=Turn(key="t"), plan=PLAN)
    return rule_for(asked, turn_context, booked_before=known)


@pytest.mark.parametrize(
    ("asked", "written", "holds"),
    [
        (call(time=EVENING), "after_hours", True),
        (call(time="2026-03-03T19:30:00-05:00"), "after_hours", True),
        (call(time="2026-03-03T19:00:00-05:00"), "after_hours", False),
        (call(), "after_hours", False),
        (call(), "price_above:148.99", True),
        (call(), "price_above:149", False),
        (call("roof"), "price_above:149", True),
        (call("look"), "price_above:0", False),
        (call(postcode="62704"), "outside_area", False),
        (call(postcode="60611"), "outside_area", False),
        (call(postcode="60611-1234"), "outside_area", False),
        (call(postcode="60612"), "outside_area", True),
        (call(postcode=""), "outside_area", True),
        (call(), "every", True),
    ],
)
def test_a_rule_holds_of_what_was_agreed(asked: Call, written: str, holds: bool) -> None:
    assert rule(asked, written, area=["627", "60611"]) == (written if holds else "")


@pytest.mark.parametrize(("postcode", "holds"), [("SW1A 1AA", False), ("sw1a1aa", False), ("EC1A 1BB", True), ("S1 2AA", True)])
def test_an_area_is_written_as_people_write_postcodes(postcode: str, holds: bool) -> None:
    assert bool(rule(call(postcode=postcode), "outside_area", area=["SW1", "sw1a 1"])) is holds


def test_a_first_time_caller_is_one_whose_number_never_booked() -> None:
    assert rule(call(), "first_time_caller", known=False) == "first_time_caller"
    assert rule(call(), "first_time_caller", known=True) == ""


def test_the_first_rule_that_holds_is_named() -> None:
    assert rule(call(), "after_hours", "price_above:100", "every") == "price_above:100"
    assert rule(call(time=EVENING), "price_above:200", "after_hours", "every") == "after_hours"
    assert rule(call()) == ""


def test_a_request_stands_while_service_time_and_address_stay() -> None:
    agreed = call()
    what = {name: agreed.slot(name).value for name in ("service", "time", "address")}
    approval = Approval(id="p", rule="every", what=what, place=Booking(business="b", sid="CA1", start=1, end=2), asked_at="", until="")
    assert stands(agreed, approval)
    assert stands(agreed.with_slot("email", filled("mary@example.com")), approval)
    assert not stands(agreed.with_slot("time", filled(EVENING)), approval)
    assert not stands(agreed.with_slot("service", msgspec.structs.replace(agreed.slot("service"), status="empty")), approval)
    assert not stands(agreed.with_slot("address", msgspec.structs.replace(agreed.slot("address"), pending="1 Elm Street")), approval)
