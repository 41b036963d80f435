"""Places of a calendar while Redis is away: what this host knows to be taken it gives to nobody else, also on the way back."""

import asyncio
from pathlib import Path
from time import time

import msgspec
import pytest

from agent.record.call import Booking
from storage.away.spare import Spare
from storage.errors import PlaceTaken
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.callers import TO_THE_SUMMARY
from tests.graph.partition import TWO, caller
from tests.patience import PATIENCE_S
from tests.storage.calls import job, new_call
from tests.storage.hosts import cut_off, host, reached_again

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace


async def noted(store: CallStore, sid: str, place: Booking) -> None:
    """The yes of a caller whose place cannot be promised."""
    found = await store.open(sid)
    after = replace(found.call or new_call(sid), status="ended", to_be_confirmed=place)
    await store.commit(Change(before=found.call, after=after, seen=found.seen))


async def booked(store: CallStore, sid: str) -> None:
    found = await store.open(sid)
    after = replace(found.call or new_call(sid), status="booked", booked=job(sid))
    await store.commit(Change(before=found.call, after=after, seen=found.seen, booking=job(sid)))


async def taken(store: CallStore) -> list[tuple[str, int]]:
    """By whom, and when it begins."""
    return sorted((one.sid, one.start) for one in (await store.open("x", "", "acme")).bookings)


async def test_a_place_that_one_caller_has_noted_is_not_there_for_the_next_one_of_the_host(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (other, other_wire):
        await cut_off(here, wire)
        await cut_off(other, other_wire)
        await noted(here.store, "CA1", job("CA1"))
        assert await taken(other.store) == [("CA1", job().start)]
        with pytest.raises(PlaceTaken):
            await noted(other.store, "CA2", job("CA2"))
        await noted(here.store, "CA1", job("CA1"))  # its next step
        assert await taken(other.store) == [("CA1", job().start)]
        await here.store.erase("CA1")
        assert await taken(other.store) == [], "nobody will try it"


async def test_what_waits_for_redis_is_taken_for_whoever_asks_redis(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (other, _):
        here.store._promises = True
        await cut_off(here, wire)
        await booked(here.store, "CA1")
        assert await taken(other.store) == [("CA1", job().start)]
        assert await taken(redis) == []
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await taken(other.store) == await taken(redis) == [("CA1", job().start)]


async def test_of_a_calendar_that_is_read_late_what_was_taken_meanwhile_stays(tmp_path: Path) -> None:
    redis, now = MemoryStore(), time()
    async with host(redis, tmp_path) as (here, wire):
        here.store._promises = True
        await here.journal.keep_places("acme", [replace(job("CA7", 1_900_700_000), made=int(now - 60))], now - 60)
        await cut_off(here, wire)
        await booked(here.store, "CA1")
        await here.journal.keep_places("acme", [replace(job("CA8", 1_900_800_000), made=int(now))], now)
        await here.journal.keep_places("acme", [], now)
        assert await taken(here.store) == [("CA1", job().start), ("CA8", 1_900_800_000)]


async def test_who_wants_the_hour_that_another_caller_has_noted_is_offered_others(tmp_path: Path) -> None:
    """The business has one place at a time."""
    async with host(MemoryStore(), tmp_path) as (here, wire):
        await cut_off(here, wire)
        first, second = caller(here.store, "CA1"), caller(here.store, "CA2", caller="")
        answer = await first.say(*TO_THE_SUMMARY, TWO, "yes")
        assert answer["progress"]["status"] == "ended"
        answer = await second.say("", "it's Tom Baker", *TO_THE_SUMMARY[2:], TWO)
        assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("time", "choice")
        answer = await second.say("the first one", "yes")
        assert answer["progress"]["status"] == "ended"
        assert len({start for _, start in await taken(here.store)}) == 2


@pytest.mark.parametrize("promises", [True, False])
async def test_the_calendars_of_all_businesses_are_known_when_redis_goes_away(tmp_path: Path, promises: bool) -> None:
    redis = MemoryStore()
    redis.put_bookings([job("CA7")])
    async with host(redis, tmp_path, promises=promises, businesses=("acme",)) as (here, wire):
        keeping = asyncio.create_task(here.keep())
        async with asyncio.timeout(PATIENCE_S):
            while not await known(here):  # noqa: ASYNC110 - it is on its way
                await asyncio.sleep(0.01)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await cut_off(here, wire)
        assert await taken(here.store) == [("CA7", job().start)]


async def known(spare: Spare) -> bool:
    return bool((await spare.journal.open("x", "", "acme")).bookings)
