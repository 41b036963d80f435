"""Summaries: only what is in the record, whatever another system wrote into it."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from agent.nlg.summary import of_record, of_words

RECORD: dict[str, Any] = {
    "company": {"id": "acme", "name": "Acme Home Services"},
    "user": {
        "userInfo": {"name": "Mary O'Neill", "phone": "+12025550143", "address": "12 Elm St, Albany, NY 12207", "email": "mary@example.com"},
        "service": {"id": "drain-cleaning", "name": "Drain cleaning", "price": 149, "description": ""},
        "serviceBookedTime": "2026-03-03T09:00:00-05:00",
    },
    "servicebooked": True,
    "progress": {"status": "booked", "pending": {}},
}


def test_a_booking_that_waits_is_not_one_that_came_to_nothing() -> None:
    found = of_record({**RECORD, "servicebooked": False, "progress": {"status": "ended"}, "approval": {"rule": "every"}})
    assert found.summary.endswith("Asked for: Drain cleaning (149) on Tuesday, 3 March 2026 at 09:00. The booking waits for the office's yes.")


def test_a_booked_call() -> None:
    found = of_record(RECORD)
    assert found.summary == (
        "Mary O'Neill called Acme Home Services. Booked: Drain cleaning (149) on Tuesday, 3 March 2026 at 09:00. The booking is made."
    )
    assert found.keyPoints == [
        "Name: Mary O'Neill",
        "Phone: +12025550143",
        "Address: 12 Elm St, Albany, NY 12207",
        "Email: mary@example.com",
        "Service: Drain cleaning (149)",
        "Time: Tuesday, 3 March 2026 at 09:00",
        "Booked: yes",
    ]


def test_a_call_that_was_cut_off() -> None:
    record = {"user": {"userInfo": {"name": "Mary"}}, "progress": {"status": "active", "pending": {"phone": "+12025550143"}}}
    found = of_record(record)
    assert found.summary == "Mary called. The call is under way. Not given yet: address, email, service, time."
    assert found.keyPoints[:2] == ["Name: Mary", "Phone: read back, not confirmed yet"]
    assert found.keyPoints[-1] == "Booked: no"


def test_a_time_without_a_booking_is_only_asked_for() -> None:
    found = of_record({**RECORD, "servicebooked": False, "progress": {"status": "ended"}})
    assert "Asked for: Drain cleaning" in found.summary
    assert "without a booking" in found.summary


def test_without_a_record_only_the_caller_is_quoted() -> None:
    found = of_words([("AI", "Hello."), ("customer", "My sink is blocked."), ("", "Line of nobody."), ("customer", " ")], "Drain cleaning")
    assert found.keyPoints == ["Service: Drain cleaning", 'Caller: "My sink is blocked."', 'Line: "Line of nobody."']
    assert of_words([], None).keyPoints == []


documents = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from([*RECORD, *RECORD["user"], "name", "price", "pending", "status", "time"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.dictionaries(some.sampled_from(list(RECORD)), documents))
def test_whatever_another_system_wrote_is_survived(document: dict[str, Any]) -> None:
    found = of_record(document)
    assert len(found.keyPoints) == 7
    assert (found.keyPoints[-1] == "Booked: yes") is (document.get("servicebooked") is True)
