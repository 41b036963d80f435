"""What keeping a call costs: `python -m bench.store [--calls N] [--turns N] [--racers N]`.

Three questions, each answered by ratios taken in one run, since the machine has other things to do:
what it costs that a step is on the disk before it is answered; whether a step costs the same at turn 200 as at turn 2 and beside 100,000 calls
as beside one; and whether of many callers for one last place exactly one gets it. A time is the median of its sample, CPU a mean.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import redis
from rich.console import Console
from rich.table import Table

from agent.record.call import Booking, Brief, Call, Line
from agent.record.events import Event
from agent.record.provenance import Provenance
from agent.record.slot_state import SlotState
from storage.connect import connect
from storage.embedded import EmbeddedRedis, Fsync
from storage.errors import PlaceTaken
from storage.keys import Ttl
from storage.store import CallStore, Change, Committed

CREATED = "2026-03-02T01:00:00Z"
NINE = 1_900_000_000


def new_call(sid: str) -> Call:
    return Call(sid=sid, created_at=CREATED, brief=Brief(business="acme", region="US", time_zone="America/New_York"))


def a_step(was: Call, number: int) -> Change:
    """What a turn that fills a field writes."""
    where = Provenance(turn=f"t{number}", words="it's Mary O'Neill", rule="name", confidence=0.9, confirmed="explicit")
    after = was.with_slot("name", SlotState(status="filled", value=f"Mary O'Neill {number % 10}", timestamp=CREATED, provenance=where))
    lines = (
        Line(speaker="customer", message="it's Mary O'Neill", startedAt=CREATED),
        Line(speaker="AI", message="Thanks Mary. What's the best number to reach you on?", startedAt=CREATED),
    )
    events = tuple(Event(type="progress", payload={"callSid": was.sid, "slot": "name", "completed": 1}, timestamp=float(number)) for _ in range(3))
    return Change(before=was, after=after, lines=lines, events=events, answer=(f"t{number}", b"x" * 700))


async def begin(store: CallStore, sid: str) -> Committed:
    return await store.commit(Change(before=None, after=new_call(sid)))


async def turn(store: CallStore, sid: str, number: int) -> float:
    """Open and one commit; seconds."""
    began = time.perf_counter()
    opened = await store.open(sid, f"t{number}")
    assert opened.call is not None
    await store.commit(msgspec.structs.replace(a_step(opened.call, number), seen=opened.seen))
    return time.perf_counter() - began


@contextmanager
def embedded(fsync: Fsync) -> Iterator[EmbeddedRedis]:
    with tempfile.TemporaryDirectory(prefix="slotline-bench-") as folder, EmbeddedRedis(Path(folder), fsync=fsync) as server:
        yield server


async def disk(table: Table, turns: int) -> None:
    """The three ways to keep the file, one turn of each after the other, and beside them what the disk alone takes for as much."""
    ways: tuple[Fsync, ...] = ("off", "everysec", "always")
    with embedded("off") as a, embedded("everysec") as b, embedded("always") as c:
        stores = [await connect(server.url, channel_prefix="sse:", ttl=Ttl()) for server in (a, b, c)]
        for store in stores:
            await begin(store, "CA1")
        alone: list[list[float]] = [[], [], []]
        syncs: list[float] = []
        with tempfile.TemporaryFile(prefix="slotline-bench-") as file:
            for number in range(turns):
                for taken, store in zip(alone, stores, strict=True):
                    taken.append(await turn(store, "CA1", number))
                syncs.append(sync(file))
        crowd: list[list[float]] = [[], [], []]
        for round_ in range(max(3, turns // 40)):
            for taken, store in zip(crowd, stores, strict=True):
                sids = [f"C{round_}-{number}" for number in range(50)]
                await asyncio.gather(*(begin(store, sid) for sid in sids))
                began = time.perf_counter()
                await asyncio.gather(*(turn(store, sid, 0) for sid in sids))
                taken.append((time.perf_counter() - began) / len(sids))
        for label, sample in (("one caller", alone), ("50 callers at once", crowd)):
            floor = statistics.median(sample[0])
            for way, taken in zip(ways, sample, strict=True):
                middle = statistics.median(taken)
                table.add_row(f"{label}, fsync {way}", f"{middle * 1e3:.2f} ms", f"{middle / floor:.2f}")
        table.add_row("the disk alone: write and sync 4 KiB", f"{statistics.median(syncs) * 1e3:.2f} ms", "")
        for store in stores:
            await store.close()


def sync(file: IO[bytes]) -> float:
    """Append 4 KiB and wait for the disk; seconds."""
    began = time.perf_counter()
    file.write(b"x" * 4096)
    file.flush()
    os.fdatasync(file.fileno())
    return time.perf_counter() - began


async def growth(table: Table, turns: int, calls: int) -> None:
    """Early against late in one call, and an empty Redis against a full one.

    Measured in CPU, of this process and of Redis, so that the machine's other work does not count.
    """
    with embedded("off") as server, redis.Redis.from_url(server.url) as client:
        store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
        await _calls_of_one_turn(store, "warm")
        early = late = 0.0
        for sid in (f"G{number}" for number in range(5)):
            await begin(store, sid)
            await turn(store, sid, 0)
            began = cpu_s(client)
            for number in range(1, 21):
                await turn(store, sid, number)
            early += cpu_s(client) - began
            for number in range(21, turns - 20):
                await turn(store, sid, number)
            began = cpu_s(client)
            for number in range(turns - 20, turns):
                await turn(store, sid, number)
            late += cpu_s(client) - began
        _compare(table, f"turn 2 to 21 | turn {turns - 19} to {turns}", early / 100, late / 100)
        began = cpu_s(client)
        await _calls_of_one_turn(store, "F")
        few = cpu_s(client) - began
        fill(server.url, await _example(store), calls)
        began = cpu_s(client)
        await _calls_of_one_turn(store, "M")
        many = cpu_s(client) - began
        _compare(table, f"new call beside a few | beside {calls:,}", few / 200, many / 200)
        await store.close()


def cpu_s(client: redis.Redis) -> float:
    """CPU seconds that this process and Redis have used."""
    used: dict[str, float] = client.info("cpu")
    return time.process_time() + used["used_cpu_user"] + used["used_cpu_sys"]


async def _calls_of_one_turn(store: CallStore, name: str) -> None:
    for number in range(200):
        await begin(store, f"{name}{number}")
        await turn(store, f"{name}{number}", 0)


async def _example(store: CallStore) -> str:
    await begin(store, "example")
    await turn(store, "example", 0)
    return "example"


def fill(url: str, sid: str, count: int) -> None:
    """Copies of one call under other names, made where it lies: what Redis holds when many calls are open."""
    copy = """
        for number = tonumber(ARGV[1]), tonumber(ARGV[2]) do
          local sid = 'copy' .. number
          for _, part in ipairs({'record', 'turns', 'history', 'events'}) do
            redis.call('COPY', 'slotline:{' .. ARGV[3] .. '}:' .. part, 'slotline:{' .. sid .. '}:' .. part)
          end
          redis.call('COPY', 'call:' .. ARGV[3], 'call:' .. sid)
          redis.call('ZADD', '{slotline:calls}:active', number, sid)
          redis.call('ZADD', '{slotline:calls}:active:until', 4e12, sid)
          redis.call('XADD', 'slotline:log', '*', 'sid', sid, 'data', ARGV[4])
        end
    """
    with redis.Redis.from_url(url) as client:
        for start in range(1, count, 1000):
            client.eval(copy, 0, start, min(start + 999, count), sid, '{"type":"progress"}' + " " * 280)


def _compare(table: Table, label: str, one: float, other: float) -> None:
    table.add_row(label, f"{one * 1e3:.2f} | {other * 1e3:.2f} ms CPU", f"{other / one:.2f}")


async def race(table: Table, racers: int) -> None:
    """Callers for the last place."""
    with embedded("always") as server:
        store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
        calls = [await begin(store, f"R{number}") for number in range(racers)]

        async def book(was: Committed) -> bool:
            booking = Booking(business="acme", sid=was.call.sid, start=NINE, end=NINE + 3600)
            after = msgspec.structs.replace(was.call, status="booked", booked=booking)
            try:
                await store.commit(Change(before=was.call, after=after, seen=was.seen, booking=booking))
            except PlaceTaken:
                return False
            return True

        began = time.perf_counter()
        won = await asyncio.gather(*map(book, calls))
        spent = time.perf_counter() - began
        table.add_row(f"{racers:,} callers for the last place", f"{spent:.2f} s", f"{sum(won)} booked")
        await store.close()
        if sum(won) != 1:
            raise SystemExit(f"{sum(won)} callers got the last place")


async def main(options: argparse.Namespace, show: Callable[[Table], None]) -> None:
    table = Table("open + commit", "cost", "ratio")
    await disk(table, options.turns)
    await growth(table, options.turns, options.calls)
    await race(table, options.racers)
    show(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--racers", type=int, default=1000)
    sys.exit(asyncio.run(main(parser.parse_args(), Console().print)))
