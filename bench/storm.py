"""What a storm of readers costs beside one reader: `python -m bench.storm [--readers 300] [--calls 4000]`, `python -m bench.storm --short`.

Readers open the stream of all calls at the same time, on a service with many open calls, and each wants its snapshot. Measured is the CPU of the
service's process until all have theirs and, after it, one event more; beside it, what the same costs for readers who come one after the other, each
after another event, so that none can be given what was read for the one before. How many records were read says Redis itself. Once nothing happens
meanwhile, and once calls go on all the time.

Exit code 1 when a reader missed an event or got one twice, or when the storm read the records more often than for one reader in four.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from api.short_form import LISTED
from api.terminal.client import Parser
from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.feeds import Teller
from tests.api.processes import Running, serving
from tests.conftest import RedisServer

ALONE = 10
"""Readers one after the other."""
PAUSE_S = 0.02
"""Between two turns of a call that goes on."""
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
SHARED = 4
"""Readers that one reading of the records must do for at least, also on a machine that is busy with other things."""
ASK = b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Cost(NamedTuple):
    ms: float
    """CPU of the service for each reader."""
    readings: float
    """How often the open calls were read, for all of them."""


class Reader:
    """A stream: its ids, those of `history` apart."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._parser = Parser()
        self.covered = ""
        self.ids: list[str] = []

    async def open(self) -> None:
        """Read until the snapshot is there."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        self._writer.write(ASK)
        await self._reader.readuntil(b"\r\n\r\n")
        while not self.covered:
            await self._take()

    async def until(self, last: str) -> None:
        while last not in self.ids[-1:]:
            await self._take()

    def close(self) -> None:
        self._writer.close()

    async def _take(self) -> None:
        size = int(await self._reader.readline(), 16)
        chunk = await self._reader.readexactly(size + 2)
        for data in self._parser.feed(chunk[:-2]):
            if b'"type":"history"' in data:
                self.covered = self._parser.last_id
            elif self.covered:
                self.ids.append(self._parser.last_id)


class Shop(NamedTuple):
    """A service with open calls."""

    running: Running
    redis: RedisServer
    store: CallStore
    tellers: Sequence[Teller]

    def cpu_ms(self) -> float:
        fields = Path(f"/proc/{self.running.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S * 1000

    def read(self) -> int:
        """Records that were read, one by one, since this Redis was started."""
        found: dict[str, Any] = self.redis.client.info("commandstats")
        return int(found.get("cmdstat_get", {}).get("calls", 0))


@asynccontextmanager
async def shop(calls: int) -> AsyncIterator[Shop]:
    redis = RedisServer()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, serving(Path(folder), REDIS_URL=redis.url) as running:
            store = await connect(redis.url, channel_prefix="sse:", ttl=Ttl())
            tellers = [Teller(store, f"CA-{number}") for number in range(calls)]
            for start in range(0, calls, 100):
                await asyncio.gather(*(teller.tell() for teller in tellers[start : start + 100]))
            yield Shop(running, redis, store, tellers)
            await store.close()
    finally:
        redis.close()


async def alone(shop: Shop) -> Cost:
    cpu, read = shop.cpu_ms(), shop.read()
    for number in range(ALONE):
        reader = Reader(shop.running.port)
        await shop.tellers[number].tell()
        await reader.open()
        reader.close()
    return Cost((shop.cpu_ms() - cpu) / ALONE, (shop.read() - read) / listed(shop))


async def storm(shop: Shop, count: int, goes_on: bool) -> tuple[Cost, int]:
    """What it costs, and how many of them did not get every event after their snapshot once and in order."""
    told: list[str] = []
    enough = asyncio.Event()

    async def go_on() -> None:
        number = 0
        while not enough.is_set():
            number += 1
            told.append(await shop.tellers[number % len(shop.tellers)].tell())
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_S):
                    await enough.wait()

    told.append(await shop.tellers[0].tell())
    cpu, read = shop.cpu_ms(), shop.read()
    going = asyncio.create_task(go_on()) if goes_on else None
    readers = [Reader(shop.running.port) for _ in range(count)]
    await asyncio.gather(*(reader.open() for reader in readers))
    cost = Cost((shop.cpu_ms() - cpu) / count, (shop.read() - read) / listed(shop))
    enough.set()
    if going:
        await going
    told.append(await shop.tellers[0].tell())
    await asyncio.gather(*(reader.until(told[-1]) for reader in readers))
    wrong = sum(reader.ids != told[told.index(reader.covered) + 1 :] for reader in readers)
    for reader in readers:
        reader.close()
    return cost, wrong


def listed(shop: Shop) -> int:
    """Records that one snapshot is made of."""
    return min(LISTED, len(shop.tellers))


async def run(readers: int, calls: int) -> int:
    failed = 0
    async with shop(calls) as made:
        await alone(made)  # the first of everything is slower
        one = await alone(made)
        print(f"{calls} open calls, {os.cpu_count()} cores")
        print(f"{'':34}{'CPU ms a reader':>16}{'of one alone':>14}{'readings':>10}{'wrong':>7}")
        print(f"{'one after the other':34}{one.ms:>16.2f}{1:>14.3f}{one.readings:>10.1f}")
        for goes_on in (False, True):
            cost, wrong = await storm(made, readers, goes_on)
            name = f"{readers} at once, {'calls go on' if goes_on else 'nothing happens'}"
            print(f"{name:34}{cost.ms:>16.2f}{cost.ms / one.ms if one.ms else 0:>14.3f}{cost.readings:>10.1f}{wrong:>7}")
            failed += wrong > 0 or cost.readings > readers / SHARED
    return int(failed > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=300)
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--short", action="store_true", help="what CI runs: 100 readers, 300 calls")
    options = parser.parse_args()
    readers, calls = (100, 300) if options.short else (options.readers, options.calls)
    return asyncio.run(run(readers, calls))


if __name__ == "__main__":
    sys.exit(main())
