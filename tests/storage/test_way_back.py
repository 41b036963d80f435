"""Two hosts and one Redis that one of them cannot reach: what each took stands once in the end, whatever is killed on the way back."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random

import msgspec
import pytest

from agent.record.call import Line
from agent.record.provenance import Provenance
from agent.record.slot_state import SlotState
from storage.errors import StaleCall, StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change, Committed
from tests.patience import PATIENCE_S
from tests.storage.calls import begin, debt, event, filled, job, new_call
from tests.storage.hosts import Killed, Wire, cut_off, host, reached_again

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace


def said(number: int) -> Line:
    return Line(speaker="customer", message=f"line {number}", startedAt=f"2026-03-02T01:{number // 60:02}:{number % 60:02}Z")


async def turn(store: CallStore, number: int, sid: str = "CA1", **slots: SlotState) -> Committed:
    """A turn that says one line, at that second, and settles slots."""
    while True:
        found = await store.open(sid)
        call = found.call or new_call(sid)
        after = replace(call, turns=call.turns + 1, slots={**call.slots, **slots}).with_lines((said(number),))
        told = event(number, "new_message", callSid=sid, message=said(number).message, startedAt=said(number).startedAt)
        change = Change(
            before=found.call, after=after, seen=found.seen, lines=(said(number),), events=(told,), answer=(f"t{number}", b"%d" % number), trace=b"{}"
        )
        with suppress(StaleCall):
            return await store.commit(change)


async def lines_of(store: CallStore, sid: str = "CA1") -> list[str]:
    return [one["message"] for one in msgspec.json.decode(await store.document(sid) or b"{}")["history"]]


def supervised(value: str, at: str) -> SlotState:
    return SlotState(status="filled", value=value, timestamp=at, provenance=Provenance(turn="", words="", rule="edit", confirmed="supervisor"))


async def test_what_two_hosts_heard_is_merged_by_slot_and_the_conversation_by_time(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path / "a") as (here, wire), host(redis, tmp_path / "b") as (there, _):
        await turn(here.store, 0, time=filled("then"))
        await cut_off(here, wire)
        await turn(here.store, 1, name=filled("Ann", "2026-03-02T02:00:01Z"), phone=filled("+1", "2026-03-02T02:00:01Z"))
        await turn(there.store, 2, name=filled("Bob", "2026-03-02T02:00:02Z"), phone=supervised("+2", "2026-03-02T02:00:00Z"), email=filled("b"))
        await turn(here.store, 3, address=filled("High St"), service=filled("drain"))
        assert (await here.store.open("CA1")).away
        await reached_again(here, wire)
        await turn(here.store, 4)
        found = (await redis.open("CA1")).call
        assert found is not None
        values = {name: state.value for name, state in found.slots.items()}
        assert values == {"name": "Bob", "phone": "+2", "address": "High St", "email": "b", "service": "drain", "time": "then"}
        assert (found.turns, [line.message for line in found.recent]) == (5, [f"line {number}" for number in range(5)])
        assert await lines_of(redis) == [f"line {number}" for number in range(5)]
        merges = [msgspec.json.decode(one).get("merged") for one in await redis.trace("CA1")]
        assert merges == [None, None, {"name": "redis", "phone": "redis"}, None, None]


async def test_a_value_confirmed_later_here_and_a_supervisors_here_win(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1, name=filled("Ann", "2026-03-02T03:00:00Z"), email=supervised("s", "2026-03-02T01:00:00Z"))
        await turn(redis, 2, name=filled("Bob", "2026-03-02T02:00:00Z"), email=filled("b", "2026-03-02T02:00:00Z"))
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        found = (await redis.open("CA1")).call
        assert found is not None
        assert (found.slot("name").value, found.slot("email").value) == ("Ann", "s")


async def test_a_turn_that_both_hosts_took_is_told_once(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1, name=filled("Ann"))
        await turn(redis, 1, name=filled("Ann", "2026-03-02T01:00:09Z"))
        await turn(here.store, 2)
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await lines_of(redis) == ["line 0", "line 1", "line 2"]
        assert [msgspec.json.decode(one.data)["payload"]["n"] for one in (await redis.events("CA1", "0")).entries] == [0, 1, 2]
        assert (await redis.open("CA1", "t1")).answer == b"1"


@pytest.mark.parametrize(
    ("redis_at", "unheard", "heard"),
    [("10", False, b"there"), ("10", True, b"here"), ("08", False, b"here"), ("09", False, b"here"), ("09", True, b"here")],
)
async def test_of_two_answers_to_a_turn_the_one_that_was_heard_stays(tmp_path: Path, redis_at: str, unheard: bool, heard: bytes) -> None:
    """Here it was answered at second 9, and there before, which was lost, or afterwards; or at once, since Redis did not say whether it took it."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        for store, at, over, body in ((redis, redis_at, unheard, b"there"), (here.store, "09", False, b"here")):
            found = await store.open("CA1")
            assert found.call is not None
            trace = msgspec.json.encode({"at": f"2026-03-02T01:00:{at}.000Z", "turn": {"key": "t1"}} | ({"unheard": True} if over else {}))
            lines = said(1), Line(speaker="AI", message=body.decode(), startedAt=f"2026-03-02T01:00:{at}.000Z")
            change = Change(before=found.call, after=found.call.with_lines(lines), seen=found.seen, lines=lines, answer=("t1", body), trace=trace)
            await store.commit(change)
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert (await redis.open("CA1", "t1")).answer == heard
        assert await lines_of(redis) == ["line 0", "line 1", heard.decode()]
        call = (await redis.open("CA1")).call
        assert call is not None
        assert [line.message for line in call.recent] == ["line 0", "line 1", heard.decode()]


async def test_who_was_erased_while_it_was_away_is_gone_from_redis_as_well(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await turn(here.store, 0, "CA2")
        await cut_off(here, wire)
        await turn(here.store, 1)
        for sid in ("CA1", "CA2"):
            assert [one.sid for one in await here.store.erase(sid)] == [sid]
        assert await here.store.document("CA1") is None
        await turn(here.store, 9)
        await reached_again(here, wire)
        assert await here.store.document("CA2") is None
        assert await lines_of(here.store) == ["line 9"]
        assert await redis.document("CA2") is None
        assert await lines_of(redis) == ["line 9"]


async def test_who_was_erased_by_another_host_does_not_come_back(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1)
        await turn(here.store, 2)
        await redis.erase("CA1")
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await redis.document("CA1") is None
        assert await here.journal.document("CA1") is None


async def test_who_was_erased_by_another_worker_before_the_answer_was_read_is_not_noted(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (there, _):
        await turn(here.store, 0)
        wire.took.clear()
        wire.answers.clear()
        late = asyncio.create_task(turn(here.store, 1))
        await wire.took.wait()
        await there.store.erase("CA1")
        wire.answers.set()
        await late
        await here.store._behind.flush()
        assert (await here.journal.open("CA1")).call is None


async def test_who_brought_a_call_second_and_says_so_late_undoes_no_turn_that_was_noted_since(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1)
        await reached_again(here, wire)
        waiting = await here.journal.steps_of("CA1")
        assert waiting is not None
        await here.way_back.bring("CA1")
        brought = (await redis.open("CA1")).call
        assert brought is not None
        await turn(here.store, 2, name=filled("Ann"))
        await here.store._behind.flush()
        assert await here.journal.written("CA1", waiting.steps[-1].change.after.rev + 1, brought)
        noted = (await here.journal.open("CA1")).call
        assert noted is not None
        assert (noted.turns, noted.slot("name").value) == (3, "Ann")


async def test_a_turn_that_was_still_to_be_noted_when_another_worker_took_the_next_one_is_noted(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire), host(redis, tmp_path) as (there, _):
        for number, store in enumerate((here.store, there.store, here.store)):
            await turn(store, number)
        for spare in (there, here):
            await spare.store._behind.flush()
        await cut_off(here, wire)
        assert [(await here.store.open("CA1", f"t{number}")).answer for number in range(3)] == [b"0", b"1", b"2"]


async def test_what_was_answered_here_is_known_after_a_call_was_merged_with_one_that_began_earlier(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await begin(redis, "CA1", "2026-03-02T00:59:59Z")
        await cut_off(here, wire)
        await turn(here.store, 1)
        await reached_again(here, wire)
        await turn(here.store, 2)
        await here.store._behind.flush()
        await cut_off(here, wire)
        assert [(await here.store.open("CA1", f"t{number}")).answer for number in (1, 2)] == [b"1", b"2"]


async def test_a_booking_that_redis_took_in_doubt_is_not_told_as_ended_afterwards(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 0)
        await here.store._behind.flush()
        found = await redis.open("CA1")
        assert found.call is not None
        booked = replace(found.call, status="booked", booked=job())
        moved = event(1, "status_change", before="active", status="booked")
        await redis.commit(Change(before=found.call, after=booked, seen=found.seen, booking=job(), events=(moved,)))
        await cut_off(here, wire)
        was = await here.store.open("CA1")
        assert was.call is not None
        ended = replace(was.call, status="ended", to_be_confirmed=job())
        moved = event(2, "status_change", before="active", status="ended", reason="to_be_confirmed")
        await here.store.commit(Change(before=was.call, after=ended, seen=was.seen, events=(moved,), trace=b"{}"))
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        told = [msgspec.json.decode(one.data) for one in (await redis.events("CA1", "0")).entries]
        assert [one["payload"]["status"] for one in told if one["type"] == "status_change"] == ["booked"]
        after = (await redis.open("CA1")).call
        assert after is not None
        assert (after.status, after.to_be_confirmed) == ("booked", None)


async def test_a_call_that_redis_lost_is_there_again(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        for number in range(3):
            await turn(here.store, number, name=filled(f"Ann {number}"))
        await cut_off(here, wire)
        await turn(here.store, 3)
        wire._store = here.way_back._store = emptied = Wire(MemoryStore())
        await reached_again(here, wire)
        await here.way_back.bring("CA1")
        assert await lines_of(emptied) == [f"line {number}" for number in range(4)]
        found = (await emptied.open("CA1", "t3")).call
        assert found is not None
        assert found.slot("name").value == "Ann 2"


async def test_a_place_that_is_taken_meanwhile_is_left_to_be_confirmed(tmp_path: Path) -> None:
    """Where places are promised while nobody else books, somebody did."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        here.store._promises = True
        settled: list[str] = []

        async def settle(sid: str) -> None:
            settled.append(sid)
            found = await redis.open(sid)
            assert found.call is not None
            assert (found.call.status, found.call.booked, found.call.to_be_confirmed) == ("ended", None, job())
            await redis.commit(Change(before=found.call, after=replace(found.call, to_be_confirmed=None, status="waiting_agent"), seen=found.seen))

        here.way_back.settle = settle
        await turn(here.store, 0)
        await cut_off(here, wire)
        found = await here.store.open("CA1")
        assert found.call is not None
        assert not found.away
        after = replace(found.call, status="booked", booked=job())
        await here.store.commit(Change(before=found.call, after=after, seen=found.seen, booking=job(), deliveries=(debt(),)))
        redis.put_bookings([job("CA2")])
        await reached_again(here, wire)
        assert (await here.store.open("CA1")).call == (await redis.open("CA1")).call
        assert settled == ["CA1"]
        assert await redis.owed("CA1") == ()


async def leave_open(store: CallStore) -> Committed:
    """The step that tells the caller that a booking is noted, and no more."""
    found = await store.open("CA1")
    assert found.call is not None
    after = replace(found.call, status="ended", to_be_confirmed=job())
    return await store.commit(Change(before=found.call, after=after, seen=found.seen))


async def test_before_a_booking_is_left_open_redis_is_asked_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.away.breaker.PATIENT_S", PATIENCE_S)
    async with host(MemoryStore(), tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        await turn(here.store, 1)
        leaving = asyncio.create_task(leave_open(here.store))
        await asyncio.sleep(0)
        await reached_again(here, wire)
        with pytest.raises(StaleCall):
            await leaving
        found = await here.store.open("CA1")
        assert found.call is not None
        assert (found.away, found.call.turns, found.call.to_be_confirmed) == (False, 2, None)


async def test_a_booking_is_left_open_where_redis_stays_away(tmp_path: Path) -> None:
    async with host(MemoryStore(), tmp_path) as (here, wire):
        await turn(here.store, 0)
        await cut_off(here, wire)
        done = await leave_open(here.store)
        assert (done.call.to_be_confirmed, here.breaker.away) == (job(), True)


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_is_killed_and_whoever_else_writes_each_turn_stands_once(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    redis = MemoryStore()
    number, expected = 0, []
    for _ in range(4):  # four times away, each time in another process
        async with host(redis, tmp_path) as (here, wire):
            for _ in range(chance.randrange(3)):
                await turn(here.store, number, name=filled(f"Ann {number}"))
                expected, number = [*expected, number], number + 1
            await here.store._behind.flush()
            await cut_off(here, wire)
            for _ in range(chance.randrange(1, 4)):
                await turn(chance.choice([here.store, here.store, redis]), number, name=filled(f"Ann {number}", f"2026-03-02T02:00:{number:02}Z"))
                expected, number = [*expected, number], number + 1
            wire.kill_at({chance.randrange(1, 4): chance.choice(["before", "after", "lost"]) for _ in range(2)})
            await reached_again(here, wire)
            for _ in range(3):
                with suppress(Killed, StoreUnavailable):
                    await asyncio.gather(*(here.way_back.bring("CA1") for _ in range(chance.randrange(1, 3))))
    async with host(redis, tmp_path) as (here, _):
        await here.way_back.bring("CA1")
    assert await lines_of(redis) == [f"line {one}" for one in expected]
    told = [msgspec.json.decode(one.data)["payload"]["n"] for one in (await redis.events("CA1", "0")).entries]
    assert sorted(told) == expected
    assert [(await redis.open("CA1", f"t{one}")).answer for one in expected] == [b"%d" % one for one in expected]
    found = (await redis.open("CA1")).call
    assert found is not None
    assert (found.turns, found.slot("name").value) == (number, f"Ann {number - 1}")


async def test_a_journal_that_cannot_be_read_stops_nobody_whom_redis_serves(tmp_path: Path) -> None:
    """Though steps of one call wait in it."""
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await turn(here.store, 1)
        await cut_off(here, wire)
        await turn(here.store, 2)
        assert here.journal.flag.up
        (tmp_path / "journal" / "journal.db").write_bytes(b"no journal" * 1000)
        for beside in ("-wal", "-shm"):
            (tmp_path / "journal" / f"journal.db{beside}").unlink(missing_ok=True)
        await reached_again(here, wire)
        await turn(here.store, 1, sid="CA2")
        assert (await here.store.open("CA2")).call is not None
        assert (await here.store.open("CA1")).call is not None


async def test_for_who_said_yes_first_the_place_is_tried_first(tmp_path: Path) -> None:
    redis = MemoryStore()
    async with host(redis, tmp_path) as (here, wire):
        await cut_off(here, wire)
        made = {f"CA{number}": made for number, made in enumerate(Random(7).sample(range(100), 9))}
        for sid, at in made.items():
            found = await here.store.open(sid)
            noted = replace(job(), sid=sid, made=at, start=1 + at % 2)
            after = replace(new_call(sid), status="ended", to_be_confirmed=noted)
            await here.store.commit(Change(before=None, after=after, seen=found.seen, capacity=9))
        tried: list[str] = []

        async def settle(sid: str) -> None:
            tried.append(sid)
            call = (await redis.open(sid)).call
            assert call is not None
            await redis.commit(Change(before=call, after=replace(call, to_be_confirmed=None), seen=(await redis.open(sid)).seen))

        here.way_back.settle = settle
        await reached_again(here, wire)
        await here.way_back._bring_some()
        for parity in (0, 1):
            assert [made[sid] for sid in tried if made[sid] % 2 == parity] == sorted(at for at in made.values() if at % 2 == parity)
