"""Memory over time: `python -m bench.soak --minutes 20 --calls 1000`; `--short` is what CI runs.

A service with two workers and its own Redis. `--calls` callers are always in the middle of a call and say `--rate` turns a second in all; when a
call has had its turns it is left as it is, and its caller begins another, so that calls expire all the time. Readers follow all events or single
calls; each is cut every few seconds and resumes, and every fourth reads slower than it is told.

Once a second the memory of parent and workers is sampled (resident, summed; Linux only), and what the data in Redis takes. `--minutes` begin when it
is warm: every caller has begun another call, and the first calls have expired. The median of the first third is compared with that of the last third.
Exit code 1 when it grew by more than `LIMITS` allow, or when a turn failed. The slope is the median of all slopes between two samples (Theil, Sen),
in MiB a minute.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.restart import Line
from bench.turn import SAID
from tests.api.processes import Running
from tests.faults.callers import is_trouble, redis_of

LIMITS = {"service": 0.05, "redis": 0.25}
"""How much more memory there may be at the end. What Redis holds depends on how many calls there are just then, which nobody counts."""
CONNECTIONS = 16
CUT_S = (2.0, 8.0)
"""How long a reader stays before it is cut."""
SLOW_S = 0.5
"""Between two small reads of a slow reader."""
PATIENCE_S = 30.0
TTL_S = 10
"""How long calls and events are kept, at least."""
MIB = 1024 * 1024
POINTS = 120
"""Samples that the slope is taken from."""


class Sample(NamedTuple):
    minutes: float
    service: float
    """MiB resident of parent and workers."""
    redis: float
    """MiB of data in Redis."""
    keys: int


class Callers:
    """Everybody who is in the middle of a call; the next one to speak stands first."""

    def __init__(self, calls: int) -> None:
        # The first calls have had some of their turns already, so that not all of them end together.
        self.talking = deque((f"soak-{number}", number % len(SAID)) for number in range(calls))
        self.begun = self._first = calls
        self.over = False
        self.counted: Counter[str] = Counter()

    def take(self) -> tuple[str, int]:
        return self.talking.popleft()

    def put(self, sid: str, turn: int) -> None:
        """`turn` is the one this caller says next."""
        if turn == len(SAID):
            sid, turn, self.begun = f"soak-{self.begun}", 0, self.begun + 1
        self.talking.append((sid, turn))

    @property
    def all_again(self) -> bool:
        """Whether each has begun another call."""
        return self.begun >= 2 * self._first


async def talk(port: int, callers: Callers, rate: float) -> None:
    """Say one turn after the other over a kept connection, `rate` a second at most."""
    line = Line(port, True, callers.counted)
    due = time.monotonic() + random.uniform(0, 1 / rate)
    while not callers.over:
        now = time.monotonic()
        await asyncio.sleep(max(0.0, due - now))
        due = max(due, now - 1) + 1 / rate
        sid, turn = callers.take()
        body = json.dumps({"callSid": sid, "turnId": str(turn), "customerMessage": {"message": SAID[turn]}}).encode()
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = json.loads(await line.post(body))
            callers.counted["turns"] += 1
            callers.counted["failed"] += is_trouble(answer)
        except (OSError, EOFError, RuntimeError) as error:
            callers.counted["failed"] += 1
            print(f"failed: {error!r:.100}", flush=True)
            line.close()
        callers.put(sid, turn + 1)
    line.close()


async def read(port: int, number: int, callers: Callers) -> None:
    """Follow all events, or one call after another; cut and resumed again and again."""
    last = ""
    while not callers.over:
        path = "/events" if number % 2 else f"/calls/{callers.talking[number % len(callers.talking)][0]}/events"
        resumed = f"Last-Event-ID: {last}\r\n" if last else ""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{resumed}\r\n".encode())
        cut = time.monotonic() + random.uniform(*CUT_S)
        while not callers.over and (left := cut - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    block = await reader.read(1024 if number % 4 == 0 else 65536)
            except TimeoutError:
                break
            callers.counted["events read"] += block.count(b"\ndata: ")
            ids = [one[4:].strip() for one in block.split(b"\n") if one.startswith(b"id: ")]
            last = ids[-2].decode() if number % 2 and len(ids) > 1 else last  # the very last may be cut in half
            if not block:
                break
            await asyncio.sleep(SLOW_S if number % 4 == 0 else 0)
        callers.counted["streams"] += 1
        writer.close()


async def watch(running: Running, folder: Path, callers: Callers, ttl_s: float, seconds: float) -> list[Sample]:
    """Samples of the memory, one a second for `seconds`, once it is warm."""
    with redis_of(folder) as client:
        while not callers.all_again:  # noqa: ASYNC110 - a second more or less
            await asyncio.sleep(1)
        await asyncio.sleep(ttl_s + 1)
        print("warm", flush=True)
        begun, found = time.monotonic(), []
        while (now := time.monotonic()) < begun + seconds:
            data = client.info("memory")["used_memory_dataset"]
            found.append(Sample((now - begun) / 60, _resident(running.process.pid) / MIB, data / MIB, client.dbsize()))
            if len(found) % 60 == 1:
                print(f"{found[-1].minutes:5.1f} min  service {found[-1].service:7.1f} MiB  Redis {found[-1].redis:6.1f} MiB", flush=True)
            await asyncio.sleep(1)
    callers.over = True
    return found


def _resident(pid: int) -> int:
    """Bytes resident of a process and those it started, without the Redis among them."""
    try:
        if "redis" in Path(f"/proc/{pid}/comm").read_text():
            return 0
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except FileNotFoundError:  # it has just ended
        return 0
    return own + sum(_resident(child) for child in children)


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two of the points."""
    few = samples[:: max(1, len(samples) // POINTS)]
    return median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(few, 2))


def report(found: Sequence[Sample], counted: Counter[str]) -> int:
    """Print what came of it. Returns the exit code."""
    third = len(found) // 3
    grew = False
    print(", ".join(f"{count} {name}" for name, count in sorted(counted.items())))
    print(f"{'MiB':<10}{'at first':>10}{'at last':>10}{'growth':>9}{'a minute':>10}")
    for name, limit in LIMITS.items():
        series = [(sample.minutes, getattr(sample, name)) for sample in found]
        first, last = (median(value for _, value in part) for part in (series[:third], series[-third:]))
        grew = grew or last > first * (1 + limit)
        print(f"{name:<10}{first:>10.1f}{last:>10.1f}{last / first - 1:>9.1%}{slope(series):>+10.2f}")
    print(f"keys in Redis: {found[0].keys} at first, {found[-1].keys} at last")
    return int(grew or counted["failed"] > 0)


async def run(running: Running, folder: Path, ttl_s: float, options: argparse.Namespace) -> int:
    callers = Callers(options.calls)
    talking = [talk(running.port, callers, options.rate / CONNECTIONS) for _ in range(CONNECTIONS)]
    reading = [read(running.port, number, callers) for number in range(options.readers)]
    found, *_ = await asyncio.gather(watch(running, folder, callers, ttl_s, options.minutes * 60), *talking, *reading)
    return report(found, callers.counted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=100, help="turns a second")
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--short", action="store_true", help="half a minute, 100 calls")
    options = parser.parse_args()
    if options.short:
        options.minutes, options.calls = 0.5, 100
    if not Path("/proc/self/statm").exists():
        raise SystemExit("bench.soak reads the memory of processes from /proc, which only Linux has")
    # Long enough for a caller who waits for the others, and short enough for a call that is over to be gone soon.
    ttl_s = max(TTL_S, round(3 * options.calls / options.rate))
    kept = {f"SLOTLINE_{name}_TTL_S": str(ttl_s) for name in ("CALL", "BOOKED", "LOG")}
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, closing(Running(Path(folder), "--workers", "2", anew=True, **kept)) as running:
        code = asyncio.run(run(running, Path(folder), ttl_s, options))
        running.stop()
        return code


if __name__ == "__main__":
    sys.exit(main())
