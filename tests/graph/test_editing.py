"""Fields set from outside the conversation: the same form, the same checks and the same day as for a caller's words."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.record.call import Turn
from graph.errors import FieldRefused
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests.graph.walkers import walker

CLOCK = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
"""The service's; the calls below are played on a Monday in March."""
SPOKEN = "2026-03-02T15:00:00+00:00"


def edited(fields: Mapping[str, str | None], spoken: str = SPOKEN) -> dict[str, Any]:
    """The document of a call with one turn, with these fields set."""
    store = MemoryStore()
    walk = walker(store=store)

    async def take() -> bytes | None:
        await walk.take_turn(TurnRequest(sid="CA1", turn=Turn(key="1", text="hello", started_at=spoken)), CLOCK)
        await walk.edit("CA1", fields, (), (), CLOCK, "ann")
        return await store.document("CA1")

    found: dict[str, Any] = json.loads(asyncio.run(take()) or b"null")
    return found


@pytest.mark.parametrize(
    ("slot", "given", "kept"),
    [
        ("name", "mary-anne o'neill", "Mary-Anne O'Neill"),
        ("name", "MARY POPPINS", "Mary Poppins"),
        ("name", "Mary deWitt", "Mary deWitt"),
        ("name", "王宝强", "王宝强"),
        ("phone", "202-555-0143", "+12025550143"),
        ("email", "Mary@Gmail.COM", "mary@gmail.com"),
    ],
)
def test_a_field_is_kept_in_its_own_form(slot: str, given: str, kept: str) -> None:
    assert edited({slot: given})["user"]["userInfo"][slot] == kept


def test_a_time_is_held_to_the_day_of_the_call() -> None:
    assert edited({"time": "2026-03-03T14:00"})["user"]["serviceBookedTime"] == "2026-03-03T14:00:00-05:00"
    with pytest.raises(FieldRefused, match="time: past"):
        edited({"time": "2026-03-01T14:00"})
    with pytest.raises(FieldRefused, match="time: past"):
        edited({"time": "2026-03-03T14:00"}, spoken="")


def test_another_service_leaves_a_time_that_still_fits() -> None:
    kept = edited({"time": "2026-03-03T14:00", "service": "ac-repair"})
    assert kept["user"]["serviceBookedTime"] == "2026-03-03T14:00:00-05:00"
    assert kept["user"]["service"]["id"] == "ac-repair"
