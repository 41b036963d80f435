"""Whether a call that was disturbed ended as one that was not, or as one whose booking was noted while Redis was away and made afterwards."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from tests.faults.callers import Left, filled, said_by

CALENDAR = frozenset({"availability", "hold"})
"""What is not done while the calendar cannot be seen."""


def differences(got: Left, quiet: Left, noted: Sequence[Any]) -> list[str]:
    """What is otherwise than it should be. `noted`: the answers of the same call where Redis is away at the last yes."""
    return [name for name, holds in _compared(got, quiet, noted).items() if not holds]


def _compared(got: Left, quiet: Left, noted: Sequence[Any]) -> dict[str, bool]:
    spoken = [answer["aiResponse"]["message"] for answer in got.answers]
    history = [line["message"] for line in got.document["history"] if line["speaker"] == "AI"]
    of_customers = [[line["message"] for line in one.document["history"] if line["speaker"] == "customer"] for one in (got, quiet)]
    return {
        "answers": all(one in either for one, *either in zip(got.answers, quiet.answers, noted, strict=True)),
        "record": _record(got.document) == _record(quiet.document),
        "what we said": history == said_by("AI", got.events) == spoken,
        "what the caller said": of_customers[0] == of_customers[1] == said_by("customer", got.events),
        "fields, each told once": filled(got.events) == filled(quiet.events),
        "status, each move once": _moves(got.events) in (_moves(quiet.events), _noted(_moves(quiet.events))),
        "other events": _others(got.events) == _others(quiet.events),
        "places": got.places == quiet.places,
    }


def _record(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "history"}


def _moves(told: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["payload"]["before"], event["payload"]["status"]) for event in told if event["type"] == "status_change"]


def _noted(moves: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same where the call ended before it was booked."""
    *former, last = moves
    return [*former, (last[0], "ended"), ("ended", last[1])]


def _others(told: Sequence[dict[str, Any]]) -> Counter[bytes]:
    kept = (one for one in told if one["type"] not in ("status_change", "new_message") and one["payload"].get("tool") not in CALENDAR)
    return Counter(msgspec.json.encode(one, order="sorted") for one in kept)
