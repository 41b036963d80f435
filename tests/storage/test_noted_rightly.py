"""What a worker notes of Redis never says more, or less, than Redis has: whoever else took the call, and whatever was taken in the journal since."""

import os
import shutil
import sqlite3
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest

from agent.record.call import Booking, OpenTurn, Turn
from storage.away.alone import Alone
from storage.errors import PlaceTaken
from storage.journal import schema, spool
from storage.journal.behind import WriteBehind
from storage.journal.store import JournalStore
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change, Committed
from tests.storage.calls import begin, filled, job, line, new_call
from tests.storage.hosts import cut_off, host, reached_again
from tests.storage.test_journal import noted
from tests.storage.test_journal_noted import copied, files
from tests.storage.test_way_back import turn

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
HELD, BOOKED = 2_000_000_000, 2_000_100_000


async def take(store: CallStore, sid: str, number: int, booking: Booking | None, **changed: Any) -> Committed:
    """A turn that takes a place, or none."""
    found = await store.open(sid, f"t{number}", "acme")
    after = replace(found.call or new_call(sid), **changed)
    answer = (f"t{number}", b"%d" % number) if after.open_turn is None else None
    return await store.commit(Change(before=found.call, after=after, seen=found.seen, booking=booking, answer=answer, trace=b"{}"))


async def booked(store: CallStore, sid: str, number: int = 1) -> Committed:
    place = job(sid, BOOKED)
    return await take(store, sid, number, place, booked=place, status="booked", hold=None)


@pytest.mark.parametrize("how", ["held", "answered again"])
async def test_an_older_note_undoes_no_place_that_the_journal_has_promised(tmp_path: Path, how: str) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (beside, other):
        here.store._promises = beside.store._promises = True
        if how == "held":
            place = replace(job("CA1", HELD), held_until=2 * HELD)
            await take(beside.store, "CA1", 0, place, hold=place)
        else:
            await take(beside.store, "CA1", 0, None)
            await beside.store._behind.flush()
            assert (await beside.store.open("CA1", "t0", "acme")).answer == b"0"
        await cut_off(here, wire)
        await cut_off(beside, other)
        await booked(here.store, "CA1")
        await beside.store._behind.flush()
        with pytest.raises(PlaceTaken):
            await booked(here.store, "CA2")


async def test_a_place_that_redis_took_in_the_middle_of_a_turn_is_taken_here_too(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (beside, other):
        here.store._promises = True
        place, left = job("CA1", BOOKED), OpenTurn(turn=Turn(key="t0", text="yes"))
        await take(beside.store, "CA1", 0, place, booked=place, status="booked", open_turn=left)
        await cut_off(here, wire)
        await cut_off(beside, other)
        with pytest.raises(PlaceTaken):
            await booked(here.store, "CA2")


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_number_that_is_given_twice_is_no_proof_of_the_record(tmp_path: Path, lost: int) -> None:
    """`lost`: of two steps here, how many a new primary still has; or the call expired, and another has begun under its sid."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (beside, _):
        await turn(here.store, 0)
        await turn(here.store, 1, name=filled("Ann"), email=filled("ann@example.com"))
        await here.store._behind.flush()
        await redis.erase("CA1")  # without a word to anybody
        for number in range(lost):
            await turn(redis, number)
        for number in range(lost, 2):
            await turn(beside.store, 10 + number, name=filled("Bob"))
        await beside.store._behind.flush()
        await turn(here.store, 20, phone=filled("+1"))
        await cut_off(here, wire)
        there, found = (await redis.open("CA1")).call, (await here.store.open("CA1")).call
        assert there is not None
        assert found is not None
        assert {name: state.value for name, state in found.slots.items()} == {name: state.value for name, state in there.slots.items()}


async def test_what_was_noted_while_the_journal_was_busy_is_taken_in_afterwards(tmp_path: Path) -> None:
    redis = MemoryStore()
    ours, theirs = JournalStore(tmp_path), JournalStore(tmp_path)
    for journal in (ours, theirs):
        await journal.ping()
        journal._engine._patience_s = 0.05
    here, beside = WriteBehind(ours, moment_s=3600), WriteBehind(theirs, moment_s=3600)
    await noted(redis, here, None, lines=(line("one"),), answer=("t1", b"1"))
    kept = sqlite3.connect(tmp_path / "journal" / schema.FILE, isolation_level=None)
    kept.execute("BEGIN IMMEDIATE")
    await beside.gather()
    await here.flush()
    kept.execute("ROLLBACK")
    kept.close()
    await beside.gather()
    assert (await theirs.open("CA1", "t1")).answer == b"1"
    await here.flush()
    assert (await ours.open("CA1", "t1")).answer == b"1"
    for behind in (here, beside):
        await behind.close()
    for journal in (ours, theirs):
        await journal.close()


async def test_an_answer_that_the_journal_has_otherwise_is_not_given_again(tmp_path: Path) -> None:
    """Another worker took the turn in the journal while Redis's answer was on its way to this one."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, _), host(redis, tmp_path) as (beside, other):
        await turn(here.store, 0)
        await here.store._behind.flush()
        call = (await turn(redis, 1)).call
        await cut_off(beside, other)
        await turn(beside.store, 1)
        assert not await here.store._given_again(call, "t1", b"1", 0.0)
        await reached_again(beside, other)
        await beside.way_back.bring("CA1")
        assert await here.store._given_again(call, "t1", b"1", 0.0)


async def test_who_begins_after_the_folder_was_taken_away_sees_that_something_waits(tmp_path: Path) -> None:
    one = JournalStore(tmp_path)
    await begin(one, "CA1")
    shutil.rmtree(tmp_path / "journal")
    await begin(one, "CA2")
    fresh = JournalStore(tmp_path)
    assert fresh.flag.up
    await one.close()
    await fresh.close()


async def test_a_step_that_outlives_its_worker_opens_nothing_again(tmp_path: Path) -> None:
    alone = Alone(tmp_path)
    async with alone.step("CA1"):
        alone.close()
    assert alone._file < 0


async def test_an_older_call_never_takes_the_place_of_one_that_began_under_its_sid(tmp_path: Path) -> None:
    """Redis lost a call that two workers had taken turns of, and one of them has the last of these still to note."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (beside, _):
        await turn(here.store, 0)
        await turn(beside.store, 1)
        await redis.erase("CA1")  # without a word to anybody
        await begin(here.store, "CA1", "2026-03-02T01:30:00Z")
        await turn(here.store, 2)
        await cut_off(here, wire)
        found = await here.store.open("CA1", "t1")
        assert found.call is not None
        assert found.call.turns == 1
        assert (found.answer, (await here.store.open("CA1", "t2")).answer) == (None, b"2")


async def test_a_call_that_began_before_and_came_to_redis_afterwards_is_noted(tmp_path: Path) -> None:
    """Redis lost a call, and another host's journal brings the one that it had begun under the same sid before."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await here.store._behind.flush()
        await redis.erase("CA1")  # without a word to anybody
        await begin(redis, "CA1", "2026-03-02T00:30:00Z")
        await turn(redis, 1)
        await turn(here.store, 2)
        await here.store._behind.flush()
        await cut_off(here, wire)
        found = await here.store.open("CA1", "t2")
        assert found.call is not None
        assert (found.call.created_at, found.call.turns, found.answer) == ("2026-03-02T00:30:00Z", 2, b"2")


@pytest.mark.parametrize("cut_off", [False, True], ids=["whole", "a turn that was cut off"])
async def test_a_call_goes_on_from_no_other_that_had_come_as_far_under_its_sid(tmp_path: Path, cut_off: bool) -> None:
    """Redis lost a call of which two steps are still to note, and another worker took the first two of the next."""
    redis, journal = MemoryStore(), JournalStore(tmp_path)
    here, beside = WriteBehind(journal), WriteBehind(journal)
    was = await noted(redis, here, None, lines=(line("lost"),))
    left = {"open_turn": OpenTurn(turn=Turn(key="t2"))} if cut_off else {}
    await noted(redis, here, was, call=left, lines=(line("lost as well"),), answer=None if cut_off else ("t2", b"lost"))
    await redis.erase("CA1")  # without a word to anybody
    was = await noted(redis, beside, None, call={"created_at": "2026-03-02T01:30:00Z"}, lines=(line("one"),))
    was = await noted(redis, beside, was, lines=(line("two"),))
    was = await noted(redis, here, was, lines=(line("three"),), answer=("t3", b"3"))
    await here.flush()
    found = await journal.open("CA1", "t3")
    assert (found.call, found.answer) == (was.call, b"3")
    assert [one["message"] for one in msgspec.json.decode(await journal.document("CA1") or b"")["history"]] == ["one", "two", "three"]
    for behind in (here, beside):
        await behind.close()
    await journal.close()


async def test_a_call_that_began_by_a_slower_clock_takes_the_place_of_a_lost_one(tmp_path: Path) -> None:
    """The lost one was begun by a host that is ahead; Redis's own clock says which is the later."""
    journal = JournalStore(tmp_path)
    lost, begun = copied(new_call(created_at="2026-03-02T01:05:00Z")), copied(new_call(created_at="2026-03-02T01:02:00Z"))
    lost.told, begun.told = "1772413500000-0", "1772413501000-0"
    await journal.keep([lost])
    await journal.keep([begun])
    assert (await journal.open("CA1")).call == begun.call()
    await journal.close()


@pytest.mark.parametrize("kept", [{"brief": b'{"business": 7}'}, {"state": None}], ids=["another form", "another name"])
async def test_a_note_of_another_release_that_says_nothing_to_us_is_in_nobodys_way(tmp_path: Path, kept: dict[str, bytes | None]) -> None:
    journal = JournalStore(tmp_path)
    behind, dead = WriteBehind(journal), spool.Spool(journal.home)
    for sid in ("CA1", "CA2", "CA3"):
        copy = copied(new_call(sid))
        copy.at = time()
        if sid == "CA2":
            copy.kept = {name: value for name, value in ({**copy.kept, **kept}).items() if value is not None}
        dead.write(copy)
    for file in dead._files:
        os.close(file)
    await behind.gather(dead=True)
    assert (sorted(await journal.copies()), files(tmp_path)) == (["CA1", "CA3"], [])
    await behind.close()
    await journal.close()
