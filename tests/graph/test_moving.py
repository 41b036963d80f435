"""While a caller who moves an appointment hears the new time read back, the place is held, and the old one stays until it is moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.policy.people import Drop
from storage.store import CallStore
from tests.callers import TO_THE_SUMMARY
from tests.conftest import Shelf
from tests.graph.office import Caller, words
from tests.graph.ringing import CANCEL, HIS, MOVE, NAME, OPEN, OTHERS, Without, appointment

pytestmark = pytest.mark.anyio
TWO, FIVE = "tomorrow at 2 pm", "tomorrow at 5 pm"


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


def caller(store: CallStore, sid: str, number: str = HIS, *, minutes_ago: float = 0, **changed: Any) -> Caller:
    """Somebody whose turns are taken at this time of day: what is held lapses by the store's own clock."""
    one = Caller(store, sid, caller=number, **{**OPEN, **changed})
    one.now = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return one


async def books(store: CallStore, sid: str = "CA1", time: str = TWO, number: str = HIS) -> bool:
    """Whether somebody could book it."""
    return bool((await caller(store, sid, number).say(*TO_THE_SUMMARY, time, "yes"))["progress"]["status"] == "booked")


async def asked(store: CallStore, time: str = FIVE, **changed: Any) -> Caller:
    """A caller who was asked whether his appointment is to be moved there."""
    again = caller(store, "CA2", **changed)
    assert "shall I move it" in words(await again.say("", MOVE, NAME, time))
    return again


async def is_free(store: CallStore, time: str = FIVE) -> bool:
    return await books(store, "CA9", time, OTHERS)


@pytest.mark.parametrize("lives", [True, False])
async def test_what_was_read_back_is_held_and_becomes_the_appointment_s(store: CallStore, lives: bool) -> None:
    assert await books(store)
    was = await appointment(store)
    again = await asked(store if lives else Without(store))
    assert not await is_free(store), "it was read back"
    assert not await is_free(store, TWO), "the old one stays"
    assert (await appointment(store)) == was
    assert "moved" in words(await again.say("yes"))
    assert [one.sid for one in (await store.open("x", "", "acme")).bookings] == ["CA1"]
    assert await books(store, "CA8", TWO, OTHERS)


async def test_it_is_held_beside_its_own_place(store: CallStore) -> None:
    """Half an hour later than it is, where only one fits."""
    assert await books(store)
    again = await asked(store, "tomorrow at 2:30 pm")
    assert len((await store.open("x", "", "acme")).bookings) == 2
    assert not await is_free(store, "tomorrow at 3 pm")
    assert "moved" in words(await again.say("yes"))


@pytest.mark.parametrize(
    "said", [("no",), ("actually cancel it",), ("goodbye",), ("make that tomorrow at 8 pm",), ("no", "a new one"), ("no", "nothing, leave it")]
)
async def test_another_wish_gives_it_up(store: CallStore, said: tuple[str, ...]) -> None:
    assert await books(store)
    again = await asked(store)
    await again.say(*said)
    assert await is_free(store)


async def test_hanging_up_gives_it_up(store: CallStore) -> None:
    assert await books(store)
    again = await asked(store)
    await again.walker.do("CA2", Drop(reason="line_dropped"), again.now)
    assert await is_free(store)


async def test_it_lapses_by_itself(store: CallStore) -> None:
    assert await books(store)
    await asked(store, minutes_ago=30)
    assert await is_free(store)


async def test_nothing_is_held_for_anything_else(store: CallStore) -> None:
    assert await books(store)
    for sid, said in (("CA2", CANCEL), ("CA3", "when is my appointment"), ("CA4", "change my phone number on my booking")):
        again = caller(store, sid)
        await again.say("", said, NAME)
        assert len((await store.open("x", "", "acme")).bookings) == 1


async def test_what_another_holds_is_not_read_back(store: CallStore) -> None:
    assert await books(store)
    await asked(store)
    assert await books(store, "CA5", "tomorrow at 8 pm", OTHERS)
    other = caller(store, "CA6", OTHERS)
    answer = await other.say("", MOVE, NAME, FIVE)
    assert answer["progress"]["expecting"] == "choice"
