"""What the journal costs: `python -m bench.journal [--turns N] [--callers N] [--workers N]`.

Everything in one run, by ratios, since the machine has other things to do. A step in the journal beside the same step in the embedded Redis, synced
always and once a second, for one caller and for many at once, and beside what the disk alone takes; the same with several processes at one journal;
what noting a turn behind its answer takes of this process's time, beside the turn's own round trips; and how long writing the file anew takes.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import msgspec
from rich.console import Console
from rich.table import Table

from bench.store import a_step, begin, embedded, sync, turn
from storage.connect import connect
from storage.journal.behind import WriteBehind
from storage.journal.store import JournalStore
from storage.keys import Ttl
from storage.store import CallStore


async def crowd(store: CallStore, name: str, callers: int) -> list[float]:
    """One turn each, all at once; how long each took, in seconds."""
    sids = [f"{name}-{number}" for number in range(callers)]
    await asyncio.gather(*(begin(store, sid) for sid in sids))
    return list(await asyncio.gather(*(turn(store, sid, 0) for sid in sids)))


async def commits(table: Table, turns: int, callers: int) -> None:
    """Journal and Redis, one turn of each after the other."""
    with embedded("always") as always, embedded("everysec") as everysec, tempfile.TemporaryDirectory(prefix="slotline-bench-") as folder:
        names = ("Redis, always", "Redis, everysec", "journal")
        stores: list[CallStore] = [await connect(server.url, channel_prefix="sse:", ttl=Ttl()) for server in (always, everysec)]
        stores.append(JournalStore(Path(folder)))
        for store in stores:
            await begin(store, "CA1")
        alone: list[list[float]] = [[], [], []]
        many: list[list[float]] = [[], [], []]
        syncs: list[float] = []
        with tempfile.TemporaryFile(prefix="slotline-bench-") as file:
            for number in range(turns):
                for taken, store in zip(alone, stores, strict=True):
                    taken.append(await turn(store, "CA1", number))
                syncs.append(sync(file))
        for round_ in range(max(3, turns // 20)):
            for taken, store in zip(many, stores, strict=True):
                taken += await crowd(store, f"C{round_}", callers)
        for label, sample in (("one caller", alone), (f"{callers} callers at once", many)):
            floor = statistics.median(sample[0])
            for name, taken in zip(names, sample, strict=True):
                _row(table, f"{label}, {name}", taken, floor)
        _row(table, "the disk alone: write and sync 4 KiB", syncs, statistics.median(alone[0]))
        for store in stores:
            await store.close()


def _row(table: Table, label: str, taken: Sequence[float], floor: float) -> None:
    middle, late = statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)]
    table.add_row(label, f"{middle * 1e3:.2f} ms", f"{late * 1e3:.2f} ms", f"{middle / floor:.2f}")


def worker(folder: str, name: str, turns: int, callers: int, told: "multiprocessing.Queue[list[float]]") -> None:
    """One process of several at one journal: callers who take their turns without a pause."""

    async def run() -> list[float]:
        store = JournalStore(Path(folder))
        taken: list[float] = []

        async def caller(sid: str) -> None:
            await begin(store, sid)
            await asyncio.sleep(Random(sid).random())
            for number in range(turns):
                taken.append(await turn(store, sid, number))
                await asyncio.sleep(1)

        await asyncio.gather(*(caller(f"{name}-{number}") for number in range(callers)))
        await store.close()
        return taken

    told.put(asyncio.run(run()))


def processes(table: Table, workers: int, turns: int, callers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="slotline-bench-") as folder:
        context = multiprocessing.get_context("spawn")
        told: multiprocessing.Queue[list[float]] = context.Queue()
        running = [context.Process(target=worker, args=(folder, f"W{number}", turns, callers, told)) for number in range(workers)]
        for one in running:
            one.start()
        taken = [one for _ in running for one in told.get()]
        for one in running:
            one.join()
        _row(table, f"{workers} processes, {callers} callers each, a turn a second", taken, statistics.median(taken))


async def behind(table: Table, turns: int) -> None:
    """The time of this process that a turn takes (open and two commits, with Redis outside), without and with noting it."""
    with embedded("everysec") as server, tempfile.TemporaryDirectory(prefix="slotline-bench-") as folder:
        store = await connect(server.url, channel_prefix="sse:", ttl=Ttl())
        journal = JournalStore(Path(folder))
        noting = WriteBehind(journal)
        calls = 20
        spent = {"without": 0.0, "with": 0.0}
        for way in spent:
            for call in range(calls):
                await begin(store, f"{way} {call}")
        noted: list[float] = []
        for number in range(turns):
            for way in spent:
                began = time.process_time()
                for call in range(calls):
                    opened = await store.open(f"{way} {call}", f"t{number}")
                    assert opened.call is not None
                    change, sent = msgspec.structs.replace(a_step(opened.call, number), seen=opened.seen), time.time()
                    done = await store.commit(change)
                    second = msgspec.structs.replace(a_step(done.call, number + 1), seen=done.seen)
                    again = await store.commit(second)
                    if way == "with":
                        at = time.perf_counter()
                        noting.note(change, done, sent)
                        noting.note(second, again, sent)
                        noted.append(time.perf_counter() - at)
                if way == "with":
                    await noting.flush()
                spent[way] += time.process_time() - began
        each = {way: seconds / turns / calls for way, seconds in spent.items()}
        table.add_row("the store's part of a turn, CPU: without | with noting", f"{each['without'] * 1e3:.3f} ms", f"{each['with'] * 1e3:.3f} ms", "")
        table.add_row(
            "what noting adds: CPU in all | on the turn's path",
            f"{(each['with'] - each['without']) * 1e6:.0f} µs",
            f"{statistics.median(noted) * 1e6:.0f} µs",
            "",
        )
        await noting.close()
        await journal.close()
        await store.close()


def size_of(folder: str) -> int:
    return sum(path.stat().st_size for path in Path(folder).rglob("*"))


async def anew(table: Table, calls: int) -> None:
    """Writing the file anew beside so many calls of twenty turns."""
    with tempfile.TemporaryDirectory(prefix="slotline-bench-") as folder:
        store = JournalStore(Path(folder))
        sids = [f"V{number}" for number in range(calls)]
        await asyncio.gather(*(begin(store, sid) for sid in sids))
        for number in range(20):
            await asyncio.gather(*(turn(store, sid, number) for sid in sids))
        await store.erase("V0")
        began = time.perf_counter()
        assert await store.tidy()
        spent = time.perf_counter() - began
        size = size_of(folder) / 2**20
        table.add_row(f"the file written anew beside {calls} calls of 20 turns, {size:.0f} MiB", f"{spent * 1e3:.0f} ms", "", "")
        await store.close()


async def main(options: argparse.Namespace, show: Callable[[Table], None]) -> None:
    table = Table("open + commit", "median", "99 of 100", "ratio")
    await commits(table, options.turns, options.callers)
    processes(table, options.workers, 10, options.callers)
    await behind(table, options.turns)
    await anew(table, 50)
    await anew(table, options.calls)
    show(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--callers", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--calls", type=int, default=1000)
    sys.exit(asyncio.run(main(parser.parse_args(), Console().print)))
