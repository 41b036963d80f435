"""What a call is told of a delivery, and what other systems read of it."""

from typing import Any, Literal

import msgspec
import pytest

from agent.policy.brought import Brought, brought
from agent.policy.owed import Wants, owed, reckoned
from agent.policy.revising import kept, stood
from agent.record.call import Call
from agent.record.delivery import Delivery
from agent.record.events import is_for_everyone
from agent.record.skeleton import adopt, document
from agent.slots import PLACES
from tests.policy.test_owed import ALL, NONE, known, place

replace = msgspec.structs.replace
Result = Literal["begun", "taken", "returned", "late"]


def booked(wants: Wants = ALL) -> tuple[Call, dict[str, Delivery]]:
    """A booked call, and what it owes by kind."""
    call = reckoned(None, replace(known(), booked=place(), status="booked"), wants)
    return call, {one.kind: one for one in reversed(owed(None, call, wants, 0))}


def told(call: Call, delivery: Delivery, result: Result, *, first: bool = True, why: str = "") -> tuple[Call, list[dict[str, Any]]]:
    tried = Brought(delivery=delivery, result=result, first=first, began=1_772_413_200.0, ms=250.0, why=why)
    update = brought(call, tried)
    return update.call, [{"type": event.type, **event.payload} for event in update.events]


def shown(call: Call) -> tuple[bool, str, str]:
    there = document(call, PLACES)
    return there["confirmEmailsent"], there.get("booking", {}).get("mail", ""), there.get("booking", {}).get("mailWhy", "")


def test_a_mail_that_was_taken_is_in_the_document_and_among_the_events() -> None:
    call, due = booked()
    assert shown(call) == (False, "due", "")
    call, events = told(call, due["mail"], "taken")
    assert shown(call) == (True, "taken", "")
    of = {"callSid": "CA1", "tool": "mail", "occasion": "booking.created"}
    assert events == [
        {"type": "tool_status", **of, "status": "started"},
        {"type": "tool_result", **of, "status": "done", "success": True, "ms": 250.0},
    ]


def test_a_try_that_failed_is_told_once_and_then_how_it_ended() -> None:
    call, due = booked()
    call, events = told(call, due["mail"], "begun")
    assert ([event["type"] for event in events], shown(call)) == (["tool_status"], (False, "due", ""))
    assert told(call, due["mail"], "begun", first=False) == (call, [])
    call, events = told(call, due["mail"], "returned", first=False, why="smtp_550")
    assert shown(call) == (False, "returned", "smtp_550")
    (event,) = events
    assert (event["type"], event["success"], event["reason"]) == ("tool_result", False, "smtp_550")
    assert is_for_everyone("tool_result", event)
    assert not is_for_everyone("tool_result", {**event, "success": True})
    assert not is_for_everyone("tool_result", {**event, "tool": "webhook"})


def test_a_webhook_says_nothing_of_the_mail() -> None:
    call, due = booked()
    after, events = told(call, due["webhook"], "taken")
    assert (after, [event["tool"] for event in events]) == (call, ["webhook", "webhook"])


@pytest.mark.parametrize("changed", [{"name": "Eda"}, {"phone": "+61491570156"}])
@pytest.mark.parametrize("result", ["taken", "returned", "late"])
def test_nor_does_one_that_is_still_of_use_say_anything_of_the_newer_one(changed: dict[str, str], result: Result) -> None:
    """Both are sent, and have the same sequence and address: nothing has changed in a calendar."""
    call, due = booked()
    call = replace(call, rev=1)
    corrected = replace(reckoned(call, known(call, **changed), ALL), rev=2)
    (second,) = (one for one in owed(call, corrected, ALL, 0) if one.kind == "mail")
    after, events = told(corrected, due["mail"], result, why="smtp_550")
    assert (shown(after), events[-1]["tool"]) == ((False, "due", ""), "mail")
    after, _ = told(after, second, "taken")
    assert shown(after) == (True, "taken", "")
    assert shown(told(after, due["mail"], result, why="smtp_550")[0]) == (True, "taken", ""), "whichever came first"


def test_what_became_of_a_mail_that_was_overtaken_says_nothing_of_the_later_one() -> None:
    call, due = booked()
    corrected = reckoned(call, known(call, email="eda@example.com"), ALL)
    after, events = told(corrected, due["mail"], "returned", why="smtp_550")
    assert (shown(after), len(events)) == ((False, "due", ""), 2)
    (second,) = (one for one in owed(call, corrected, ALL, 0) if one.kind == "mail")
    after, _ = told(after, second, "taken")
    assert (shown(after), second.body["email"], second.body["sequence"]) == ((True, "taken", ""), "eda@example.com", 0)


@pytest.mark.parametrize(("wants", "stands"), [(ALL, "due"), (NONE, "")])
def test_another_systems_document_keeps_its_word_and_never_makes_ours_stand(wants: Wants, stands: str) -> None:
    call, _ = booked(wants)
    assert shown(replace(call, foreign={"confirmEmailsent": True})) == (True, stands, "")
    if wants is NONE:
        return
    call, due = booked()
    call, _ = told(replace(call, foreign={"theirs": 1}), due["mail"], "taken")
    there = document(call, PLACES)
    assert (there["confirmEmailsent"], there["theirs"]) == (True, 1)
    again = adopt(call, there, "2026-03-02T01:00:00Z", PLACES)  # they wrote it back
    assert shown(again)[0]
    moved = reckoned(again, replace(again, booked=place(1_900_086_400)), wants)
    assert shown(moved) == (False, "due", "")
    cancelled = reckoned(again, replace(again, booked=None), wants)
    assert shown(cancelled) == (False, "", "")


def test_what_a_turn_is_taken_back_to_keeps_what_was_sent() -> None:
    call, due = booked()
    before = kept(call)
    call, _ = told(call, due["mail"], "taken")
    went = stood(replace(call, before=before))
    assert went is not None
    assert shown(went) == (True, "taken", "")
