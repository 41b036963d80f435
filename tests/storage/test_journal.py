"""The journal beyond the stores' contract: copies of what Redis has, steps that Redis has not seen, and what is left of whom."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from time import time
from typing import Any

import msgspec
import pytest

from storage import ids
from storage.away.breaker import Breaker
from storage.away.spare_store import SpareStore
from storage.away.way_back import WayBack
from storage.errors import StaleCall
from storage.journal.back import JournalFigures
from storage.journal.behind import WriteBehind
from storage.journal.steps import Waiting
from storage.journal.store import JournalStore
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change, Committed, Page
from tests.storage.calls import begin, book, debt, event, filled, go_on, job, line, new_call, step

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
HOUR_S = 3600.0


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[JournalStore]:
    store = JournalStore(tmp_path)
    yield store
    await store.close()


async def noted(store: CallStore, behind: WriteBehind, was: Committed | None, **change: Any) -> Committed:
    """A step taken in a store, and noted behind it."""
    at = change.pop("at", 0.0) or time()
    call = replace(was.call if was else new_call(), **change.pop("call", {}))
    taken = Change(before=was.call if was else None, after=call, seen=was.seen if was else "", **change)
    done = await store.commit(taken)
    behind.note(taken, done, at)
    return done


async def taken_elsewhere(waiting: Waiting, there: CallStore) -> Committed:
    """Take the steps in another store, in order, as the way back does."""
    found = await there.open(waiting.sid)
    was = Committed(call=found.call or new_call(waiting.sid), seen=found.seen)
    before = found.call
    for one in waiting.steps:
        rev = before.rev if before else 0
        was = await there.commit(replace(one.change, before=before, after=replace(one.change.after, rev=rev), seen=was.seen))
        before = was.call
    return was


async def test_each_step_is_noted_in_order_and_whole(journal: JournalStore) -> None:
    was = await begin(journal, events=(event(1),), lines=(line("hello", "AI"),), answer=("t1", b"one"))
    was = await step(journal, was, was.call.with_slot("name", filled("Ann")), lines=(line("Ann"),), trace=b"{}", deliveries=(debt(1),))
    second = await step(journal, was, taken_back=1, events=(event(2), event(3)), answer=("t1", b""))
    (waiting,) = await journal.waiting(9, HOUR_S)
    assert (waiting.sid, waiting.base) == ("CA1", None)
    assert [(one.change.before.rev if one.change.before else 0) for one in waiting.steps] == [0, 1, 2]
    assert [one.change.answer for one in waiting.steps] == [("t1", b"one"), None, ("t1", b"")]
    assert [one.change.taken_back for one in waiting.steps] == [0, 0, 1]
    assert [[told.payload["n"] for told in one.change.events] for one in waiting.steps] == [[1], [], [2, 3]]
    assert waiting.steps[2].event_ids == second.event_ids
    assert (waiting.steps[1].change.trace, waiting.steps[1].change.deliveries) == (b"{}", (debt(1),))
    assert waiting.steps[1].change.after == replace(was.call, rev=1)
    assert await journal.figures() == JournalFigures(calls=1, steps=3, since=waiting.since)


@pytest.mark.parametrize("seed", range(10))
async def test_steps_taken_in_another_store_leave_there_what_is_here(journal: JournalStore, seed: int) -> None:
    chance, was = Random(seed), await begin(journal)
    for number in range(30):
        call = was.call.with_slot(chance.choice(("name", "phone")), filled(chance.choice(("a", "王", "x" * 900))))
        lines = tuple(line(chance.choice(("hi", "]}", '"'))) for _ in range(chance.randrange(3)))
        place = job(start=1_900_000_000 + 3600 * number) if chance.random() < 0.2 else None
        call = replace(call, booked=place or call.booked).with_lines(lines)
        answer = (f"t{chance.randrange(9)}", b"%d" % number) if chance.random() < 0.5 else None
        events = tuple(event(number) for _ in range(chance.randrange(3)))
        was = await step(
            journal, was, call, lines=lines, taken_back=chance.randrange(2), events=events, answer=answer, booking=place, trace=b"%d" % number
        )
    (waiting,) = await journal.waiting(1, HOUR_S)
    for there in (MemoryStore(), JournalStore(journal._engine.home)):
        done = await taken_elsewhere(waiting, there)
        assert done.call == was.call
        assert await there.document("CA1") == await journal.document("CA1")
        assert await there.trace("CA1") == await journal.trace("CA1")
        for turn in range(9):
            mine, theirs = await journal.open("CA1", f"t{turn}", "acme"), await there.open("CA1", f"t{turn}", "acme")
            assert (mine.answer, mine.bookings) == (theirs.answer, theirs.bookings)
        mine_told, theirs_told = [[one.data for one in (await store.events("CA1", "0", 999)).entries] for store in (journal, there)]
        assert mine_told == theirs_told
        assert await there.appointments() == await journal.appointments()
        await there.close()


async def test_what_was_written_back_waits_no_more_and_what_came_meanwhile_does(journal: JournalStore) -> None:
    was = await begin(journal)
    was = await step(journal, was, was.call.with_slot("name", filled("Ann")))
    there = MemoryStore()
    (waiting,) = await journal.waiting(1, HOUR_S)
    standing = await taken_elsewhere(waiting, there)
    was = await step(journal, was, was.call.with_slot("phone", filled("+61491570156")))
    await journal.written("CA1", 2, standing.call)
    left = await journal.steps_of("CA1")
    assert left is not None
    assert (left.base, [one.change.before for one in left.steps]) == (standing.call, [standing.call])
    standing = await taken_elsewhere(left, there)
    await journal.written("CA1", 3, standing.call)
    assert await journal.steps_of("CA1") is None
    assert (await journal.open("CA1")).call == standing.call == was.call
    assert (await journal.figures()).calls == 0
    await step(journal, was)
    (again,) = await journal.waiting(1, 0)
    assert (again.base, len(again.steps)) == (standing.call, 1)


async def test_what_redis_has_again_is_for_redis_to_keep(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    journal, there = JournalStore(tmp_path, clock=lambda: now), MemoryStore(clock=lambda: now)
    was = await begin(journal, trace=b'"v01-trace"', events=(event(1, said="v01-event"),))
    was = await book(journal, was, job(), deliveries=(debt(words="v01-owed"),), answer=("t1", b"one"))
    (waiting,) = await journal.waiting(1, HOUR_S)
    standing = await taken_elsewhere(waiting, there)
    await journal.written("CA1", 2, standing.call)
    assert (await journal.owed("CA1"), await journal.appointments(), await journal.trace("CA1")) == ((), (), ())
    assert [len(await there.owed("CA1")), len(await there.appointments()), len(await there.trace("CA1"))] == [1, 1, 1]
    assert (await journal.due(9, 0), (await journal.open("CA1", "t1")).answer) == ((), b"one")
    assert (await journal.events("CA1", was.event_ids[-1] if was.event_ids else "0")).gone == ""
    assert [one.sid for one in (await journal.open("x", "", "acme")).bookings] == ["CA1"]
    now += Ttl().call_s
    assert await journal.tidy()
    assert ((await journal.open("CA1")).call, left_in(tmp_path, "v01-trace", "v01-owed", "v01-event")) == (None, set())
    await journal.close()


async def test_a_record_that_redis_has_otherwise_stands_here_after_it(journal: JournalStore) -> None:
    was = await begin(journal)
    merged = replace(was.call.with_slot("name", filled("Theirs")), rev=7)
    await journal.written("CA1", 1, merged)
    found = await journal.open("CA1")
    assert found.call == merged
    with pytest.raises(StaleCall):
        await step(journal, was)
    lower = replace(merged, rev=6)
    done = await step(journal, Committed(call=merged, seen=found.seen))
    await journal.written("CA1", 8, lower)
    with pytest.raises(StaleCall):
        await step(journal, Committed(call=lower, seen=done.seen), lines=(line("of a state that is gone"),))


async def test_a_call_that_waits_is_given_to_one_at_a_time_and_the_longest_first(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    journal = JournalStore(tmp_path, clock=lambda: now)
    for sid in ("CA2", "CA1"):
        await begin(journal, sid)
        now += 1
    other = JournalStore(tmp_path, clock=lambda: now)
    assert [one.sid for one in await journal.waiting(1, 60)] == ["CA2"]
    assert [one.sid for one in await other.waiting(9, 60)] == ["CA1"]
    assert await other.waiting(9, 60) == ()
    now += 60
    assert [one.sid for one in await other.waiting(9, 60)] == ["CA2", "CA1"]
    await journal.close()
    await other.close()


async def test_a_copy_is_a_call_to_go_on_with(journal: JournalStore) -> None:
    redis, behind = MemoryStore(), WriteBehind(journal)
    was = await noted(redis, behind, None, lines=(line("hello", "AI"),), answer=("t1", b"one"))
    was = await noted(redis, behind, was, lines=(line("Ann"), line("what else", "AI")), booking=job(), call={"booked": job()})
    await behind.flush()
    was = await noted(redis, behind, was, taken_back=2, lines=(line("Anna"),), answer=("t2", b"two"))
    was = await noted(redis, behind, was, taken_back=2, lines=(line("Annie"),), events=(event(),))
    await behind.flush()
    found = await journal.open("CA1", "t2", "acme")
    assert (found.call, found.answer) == (was.call, b"two")
    assert found.bookings == (job(),)
    assert (await journal.open("CA1", "t1")).answer == b"one"
    assert await journal.document("CA1") == await redis.document("CA1")
    assert await journal.waiting(9, 0) == ()
    done = await step(journal, Committed(call=was.call, seen=found.seen), lines=(line("and on"),))
    (waiting,) = await journal.waiting(9, 0)
    assert (waiting.base, len(waiting.steps), done.call.rev) == (was.call, 1, was.call.rev + 1)
    await noted(redis, behind, was)
    await behind.flush()
    assert (await journal.open("CA1")).call == done.call, "what waits is not written over"


async def test_who_reads_events_goes_on_from_redis_to_the_journal(journal: JournalStore) -> None:
    redis, behind = MemoryStore(), WriteBehind(journal)
    was = await noted(redis, behind, None, events=(event(1), event(2)))
    other = await begin(redis, "CA9", events=(event(3),))
    await behind.flush()
    assert (await journal.events("CA1", was.event_ids[0])).gone == "trimmed", "what only Redis has"
    assert [(await journal.events(sid, was.event_ids[1])) for sid in ("CA1", "")] == [Page(entries=()), Page(entries=())]
    assert (await journal.events("", other.event_ids[0])).gone == "unknown"
    other = await noted(redis, behind, other, events=(event(4),))
    await behind.flush()
    assert (await journal.events("", other.event_ids[0])).gone == ""
    seen = (await journal.open("CA1")).seen
    done = await step(journal, Committed(call=was.call, seen=seen), events=(event(5),))
    for sid, at in (("CA1", was.event_ids[1]), ("", other.event_ids[0])):
        assert [one.id for one in (await journal.events(sid, at)).entries] == [*done.event_ids]
    assert ids.position(done.event_ids[0]) > ids.position(other.event_ids[0])


async def test_a_place_given_up_behind_is_free_here(journal: JournalStore) -> None:
    redis, behind = MemoryStore(), WriteBehind(journal)
    await journal.keep_places("acme", [job("CA7", 1_900_900_000)], time())
    was = await noted(redis, behind, None, booking=job(), call={"booked": job()})
    await noted(redis, behind, was, release=True, call={"booked": None})
    await behind.flush()
    assert [one.sid for one in (await journal.open("x", "", "acme")).bookings] == ["CA7"]


async def test_where_another_host_heard_some_of_it_the_record_is_as_redis_has_it(journal: JournalStore) -> None:
    redis, behind = MemoryStore(), WriteBehind(journal)
    was = await noted(redis, behind, None, lines=(line("one"),))
    await behind.flush()
    was = await step(redis, was, lines=(line("two, elsewhere"),))
    was = await noted(redis, behind, was, lines=(line("three"),))
    await behind.flush()
    assert (await journal.open("CA1")).call == was.call


def left_in(folder: Path, *values: str) -> set[str]:
    """Which of the values stand in any file of the folder; looked for by another process, since closing a file here would drop the store's locks."""
    look = "import pathlib, sys\nwhole = b''.join(p.read_bytes() for p in pathlib.Path(sys.argv[1]).rglob('*') if p.is_file())\n"
    look += "print(*(v for v in sys.argv[2:] if v.encode() in whole))"
    done = subprocess.run([sys.executable, "-c", look, str(folder), *values], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


KINDS = ("line", "event", "trace", "name", "address", "answer", "owed")


async def whole_call(store: CallStore, number: int, value: str) -> None:
    """With a value wherever one may stand, and as long as chance has it: pages are split and joined, and what lay on them is moved."""
    chance = Random(number)
    was = await begin(store, value)
    for _ in range(8):
        many = [chance.randrange(1, 60) for _ in range(6)]
        call = was.call.with_slot("name", filled(f"{value}-name")).with_slot("address", filled(f"{value}-address" * many[0]))
        was = await step(
            store,
            was,
            call,
            lines=(line(f"{value}-line" * many[1]),),
            taken_back=chance.randrange(3),
            events=(event(1, said=f"{value}-event" * many[2]), event(2, said=f"{value}-event")),
            answer=(f"t{chance.randrange(4)}", f"{value}-answer".encode() * many[3]),
            trace=f'"{value}-trace"'.encode() * many[4],
        )
    await book(store, was, job(value, 1_900_000_000 + 7200 * number), deliveries=(debt(sid=value, words=f"{value}-owed"),))


async def test_of_who_was_erased_nothing_is_left_in_the_folder(journal: JournalStore, tmp_path: Path) -> None:
    values = [f"v{number:03}" for number in range(60)]
    await asyncio.gather(*(whole_call(journal, number, value) for number, value in enumerate(values)))
    everything = {f"{value}-{kind}" for value in values for kind in KINDS}
    assert left_in(tmp_path, *everything) == everything
    gone = Random(14).sample(values, 45)
    for value in gone:
        assert await journal.erase(value)
    assert await journal.tidy()
    assert left_in(tmp_path, *everything) == {one for one in everything if one[:4] not in gone}
    assert await journal.to_erase() == tuple(gone)
    await journal.erased(gone[0])
    await journal.written(gone[1], 1, new_call(gone[1]))
    assert (await journal.open(gone[1])).call is None, "what was erased meanwhile does not come back"
    assert (await journal.figures()).erasures == 44


async def test_of_a_copy_that_is_forgotten_or_has_expired_nothing_is_left_either(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    ttl = Ttl(call_s=1800, booked_s=604_800, log_s=60, owed_s=600)
    redis, journal = MemoryStore(), JournalStore(tmp_path, ttl=ttl, clock=lambda: now)
    behind = WriteBehind(journal)
    was = await noted(redis, behind, None, at=now, lines=(line("v01-line"),), answer=("t1", b"v01-answer"))
    booked = {"booked": job(), "status": "booked"}
    await noted(redis, behind, was, at=now, lines=(line("v01-booked"),), booking=job(), call=booked)
    await behind.flush()
    assert left_in(tmp_path, "v01-line", "v01-answer", "v01-booked") == {"v01-line", "v01-answer", "v01-booked"}
    now += 1801
    assert await journal.tidy()
    assert left_in(tmp_path, "v01") == set(), "a copy is for a call that is being talked, also of one that is booked"
    await redis.erase("CA1")
    await noted(redis, behind, None, at=now, lines=(line("v02-line"),))
    await behind.flush()
    breaker = Breaker(redis.ping)  # type: ignore[arg-type]
    await SpareStore(redis, journal, breaker, WayBack(journal, redis, breaker, lambda: now), promises=False).erase("CA1")
    assert await journal.tidy()
    assert (left_in(tmp_path, "v02"), await journal.to_erase()) == (set(), ())
    await journal.close()


async def test_what_was_said_is_gone_from_the_file_before_its_call(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    ttl = Ttl(call_s=1800, words_s=600, log_s=60)
    redis, journal = MemoryStore(), JournalStore(tmp_path, ttl=ttl, clock=lambda: now)
    behind = WriteBehind(journal)
    was = await noted(redis, behind, None, at=now, lines=(line("v01-line"),), answer=("t1", b"v01-answer"))
    call = {"slots": was.call.with_slot("name", filled("v01-name")).with_lines((line("v01-recent"),)).slots}
    was = await noted(redis, behind, was, at=now, call=call)
    await behind.flush()
    assert left_in(tmp_path, "v01-line", "v01-answer", "v01-name", "v01-name,") == {"v01-line", "v01-answer", "v01-name"}
    now += 601
    assert await journal.tidy()
    found = (await journal.open("CA1", "t1")).call
    assert found is not None
    assert (found.slot("name").value, found.rev) == ("v01-name", was.call.rev)
    assert left_in(tmp_path, "v01-line", "v01-answer", "it's") == set()
    await journal.close()


async def test_steps_that_wait_outlive_their_call_for_a_day(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    journal = JournalStore(tmp_path, ttl=Ttl(call_s=60, log_s=60), clock=lambda: now)
    await begin(journal, lines=(line("v01-line"),))
    now += 86_400
    assert await journal.tidy()
    assert (await journal.open("CA1")).call is None
    (waiting,) = await journal.waiting(1, 0)
    assert waiting.steps[0].change.lines == (line("v01-line"),)
    now += 61
    assert await journal.tidy()
    assert (await journal.waiting(1, 0), left_in(tmp_path, "v01")) == ((), set())
    await journal.close()


async def test_while_steps_wait_the_file_is_not_written_anew_unasked(tmp_path: Path) -> None:
    first = JournalStore(tmp_path)
    was = await begin(first, "CA1")
    await begin(first, "CA2", lines=(line("v01-line"),))
    await first.erase("CA2")
    journal = JournalStore(tmp_path)
    assert not journal._engine._tidy(asked=False), "turns wait for the file now"
    assert left_in(tmp_path, "v01") != set()
    await first.written("CA1", 1, was.call)
    assert journal._engine._tidy(asked=False)
    assert left_in(tmp_path, "v01") == set()
    await first.close()
    journal._engine._let_go()


async def test_what_was_erased_is_gone_from_the_file_when_it_is_closed(tmp_path: Path) -> None:
    journal = JournalStore(tmp_path)
    await begin(journal, lines=(line("v01-line"),))
    await journal.erase("CA1")
    await journal.close()
    assert left_in(tmp_path, "v01") == set()


async def test_who_goes_on_from_an_earlier_call_is_erased_with_it(journal: JournalStore) -> None:
    earlier = await begin(journal, "CA1")
    await go_on(journal, earlier, "CA2")
    assert [one.sid for one in await journal.erase("CA2")] == ["CA1", "CA2"]
    assert await journal.to_erase() == ("CA1", "CA2")


async def test_nobody_else_may_look_into_the_folder(journal: JournalStore, tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)
    await begin(journal)
    assert {*os.listdir(tmp_path / "journal")} == {"journal.db", "journal.db-wal", "journal.db-shm", "waiting"}
    modes = {
        name: stat.S_IMODE(os.stat(name).st_mode)
        for folder, _, names in os.walk(tmp_path)
        for name in (folder, *(f"{folder}/{one}" for one in names))
    }
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
