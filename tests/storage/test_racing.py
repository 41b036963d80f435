"""A thousand callers after one morning: places are held, held longer, booked and given up, and many a writer is cut off in the middle of it.

At no moment are there more jobs at once than there are hands for them, and in the end calendar and records tell the same.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from random import Random

import msgspec
import pytest

from agent.record.calendar import peak, standing
from agent.record.call import Booking, Call
from storage import connect as connecting
from storage.errors import InDoubt, PlaceTaken, StaleCall
from storage.store import CallStore, Change
from tests.conftest import Shelf
from tests.patience import PATIENCE_S
from tests.storage.calls import job, new_call

pytestmark = pytest.mark.anyio
NINE = 1_900_000_000
HALF_HOURS = 12
replace = msgspec.structs.replace


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
async def racing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[CallStore, int]]:
    """An empty store of each kind, and how many callers; on a cluster, where each step is many, fewer. It is not away because all come at once."""
    monkeypatch.setattr(connecting, "CONNECT_TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr(connecting, "ANSWER_TIMEOUT_S", PATIENCE_S)
    store = await Shelf.of(request).open()
    yield store, 150 if request.param == "cluster" else 1000
    await store.close()


class Racer:
    """One caller, who changes their mind as chance has it."""

    def __init__(self, store: CallStore, number: int, capacity: int, buffer: int, counted: Counter[str]) -> None:
        self.store, self.sid, self.chance = store, f"CA{number}", Random(number)
        self.capacity, self.buffer, self.counted = capacity, buffer, counted

    async def run(self) -> None:
        for _ in range(4):
            call = await self.call()
            if call.booked:
                return
            await self.step(call)

    async def call(self) -> Call:
        """The call as it stands; begun when there is none."""
        found = await self.store.open(self.sid)
        return found.call or (await self.store.commit(Change(before=None, after=new_call(self.sid), seen=found.seen))).call

    async def abandons(self) -> None:
        """Hold a place that nobody keeps: its time is over when it begins."""
        call, place = await self.call(), replace(self.wish(), held_until=int(time.time()) - 1)
        after = replace(call, hold=place)
        seen = (await self.store.open(self.sid)).seen
        await self.store.commit(Change(before=call, after=after, seen=seen, booking=place, capacity=self.capacity))
        self.counted["abandon"] += 1

    async def step(self, call: Call) -> None:
        deed = self.chance.choice(["hold", "book", "give up"] if call.hold else ["hold", "hold", "book", "abandon"])
        if deed == "give up":
            await self.commit(deed, call, replace(call, hold=None), None)
            return
        until = 0 if deed == "book" else int(time.time()) + (600 if deed == "hold" else -1)
        place = call.hold if call.hold and self.chance.random() < 0.7 else self.wish()
        place = replace(place, held_until=until)
        after = replace(call, hold=None, booked=place, status="booked") if deed == "book" else replace(call, hold=place)
        await self.commit(deed, call, after, place)

    def wish(self) -> Booking:
        place = job(self.sid, NINE + 1800 * self.chance.randrange(HALF_HOURS), self.chance.choice((30, 60, 90)))
        return replace(place, buffer=self.buffer)

    async def commit(self, deed: str, call: Call, after: Call, place: Booking | None) -> None:
        """Written, refused, or cut off before anybody heard which of the two."""
        seen = (await self.store.open(self.sid)).seen
        change = Change(before=call, after=after, seen=seen, booking=place, release=place is None, capacity=self.capacity)
        writing = asyncio.ensure_future(self.store.commit(change))
        if self.chance.random() < 0.2:
            for _ in range(self.chance.randrange(12)):
                await asyncio.sleep(0)
            writing.cancel()
        with suppress(StaleCall, InDoubt, asyncio.CancelledError):
            try:
                await writing
                self.counted[deed] += 1
            except PlaceTaken:
                self.counted["refused"] += 1


async def taken(store: CallStore) -> tuple[Booking, ...]:
    return standing((await store.open("x", "", "acme")).bookings, time.time())


def most(places: tuple[Booking, ...]) -> int:
    return peak(NINE - 86_400, NINE + 2 * 86_400, places)


@pytest.mark.parametrize(("capacity", "buffer"), [(1, 0), (3, 900)])
async def test_no_place_is_given_twice(racing: tuple[CallStore, int], capacity: int, buffer: int) -> None:
    store, racers = racing
    counted: Counter[str] = Counter()
    looked = 0
    await Racer(store, racers, capacity, buffer, counted).abandons()  # while a place is free for sure: later chance decides
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(Racer(store, number, capacity, buffer, counted).run()) for number in range(racers)]
        while not all(one.done() for one in running):
            assert most(await taken(store)) <= capacity
            looked += 1
            await asyncio.sleep(0)
    calls = [(await store.open(f"CA{number}")).call for number in range(racers)]
    places = [call.place for call in calls if call is not None and call.place is not None]
    assert {place.sid: place for place in standing(places, time.time())} == {place.sid: place for place in await taken(store)}
    assert most(await taken(store)) == capacity
    assert looked > 1
    assert {"hold", "book", "give up", "abandon", "refused"} <= set(counted)
