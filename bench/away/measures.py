"""How long a turn takes while Redis is away, and how long it takes until all is written back; both say how late the machine itself was."""

import asyncio
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.turn import post
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.faults.callers import SAID, SECRET, body
from tests.faults.outages import Outages, Way
from tests.patience import until
from tests.simulated.people import BUSINESSES

OVER_MS = 50.0
"""How much longer than else 99 of 100 turns may take while Redis is away."""
BACK_S = 5.0
FIRST = 2
"""Turns of each caller that may take longer, once Redis has gone."""
ROUND_S = 3.0
CALLERS = 6
PAUSE_S = 0.1
AWAY: tuple[Way, ...] = ("stopped", "killed", "full", "read-only")
FIRM = str(BUSINESSES / "us.toml")


class Lateness:
    """How late this machine wakes one who sleeps, while it is looked at."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ends.is_set():
            began = time.perf_counter()
            time.sleep(0.005)
            self._late.append((time.perf_counter() - began - 0.005) * 1000)

    def p99_ms(self) -> float:
        """Of all so far."""
        return at99(self._late)

    def close(self) -> None:
        self._ends.set()
        self._thread.join()


def at99(sample: list[float]) -> float:
    return sorted(sample)[int(len(sample) * 0.99)] if sample else 0.0


@contextmanager
def serving() -> Iterator[tuple[Running, Outages]]:
    """Two workers over a Redis, with nothing in between."""
    with (
        tempfile.TemporaryDirectory(prefix="away-") as folder,
        closing(RedisServer("--appendonly", "yes", "--appendfsync", "everysec")) as server,
        closing(Running(Path(folder), "--workers", "2", REDIS_URL=server.url, SLOTLINE_BUSINESS=FIRM, SLOTLINE_SECRET=SECRET)) as running,
    ):
        outages = Outages(server)
        try:
            yield running, outages
        finally:
            outages.end()


class Timed:
    """Callers who talk all the while; what each turn took, by how Redis was."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.taken: dict[str, list[float]] = {"there": [], "away, first": [], "away": []}
        self.over_ms: list[float] = []
        """By round: how much longer 99 of 100 turns took while away than right before it."""
        self._now, self._changed = "there", 0
        self._over = False

    async def talk(self, outages: Outages, rounds: int) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(CALLERS):
                group.create_task(self._caller(number))
            for round_ in range(rounds):
                began = {name: len(sample) for name, sample in self.taken.items()}
                await asyncio.sleep(ROUND_S)
                self._now, self._changed = "away", self._changed + 1
                await asyncio.to_thread(outages.begin, AWAY[round_ % len(AWAY)])
                await asyncio.sleep(ROUND_S)
                self._now = "back"
                self.over_ms.append(at99(self.taken["away"][began["away"] :]) - at99(self.taken["there"][began["there"] :]))
                await asyncio.to_thread(outages.end)
                await asyncio.sleep(ROUND_S / 3)  # while what waited is written back, a turn may be the one that brings its call
                self._now = "there"
            self._over = True

    async def _caller(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        call = seen = since = 0
        while not self._over:
            call += 1
            for turn, said in enumerate(SAID):
                await asyncio.sleep(PAUSE_S)
                now, changed = self._now, self._changed
                since = since + 1 if changed == seen else 1
                seen = changed
                text = json.dumps(body(turn, said, f"T{number}-{call}")).encode()
                began = time.perf_counter()
                await post(reader, writer, text)
                took = (time.perf_counter() - began) * 1000
                if now == self._now and changed == self._changed and now != "back":
                    self.taken["away, first" if now == "away" and since <= FIRST else now].append(took)
                elif now == "there":
                    self.taken["away, first"].append(took)
        writer.close()


def talking_while_away(rounds: int) -> bool:
    """Whether turns take too long."""
    with serving() as (running, outages), closing(Lateness()) as lateness:
        timed = Timed(running.port)
        asyncio.run(timed.talk(outages, rounds))
        late = lateness.p99_ms()
    print(f"\nmilliseconds of a turn, {CALLERS} callers, {rounds} times away for {ROUND_S:g} s    turns    median       99 %    longest")
    for name, sample in timed.taken.items():
        print(f"  {name:<58} {len(sample):>6} {statistics.median(sample):>9.1f} {at99(sample):>10.1f} {max(sample):>10.1f}")
    over = statistics.median(timed.over_ms)
    shown = ", ".join(f"{one:+.0f}" for one in timed.over_ms)
    print(f"  99 % away, over right before: {over:+.1f} ms (aim: at most {OVER_MS:g}; round by round {shown}); a sleeper woken {late:.1f} ms late")
    return over > OVER_MS + late


async def many(port: int, sids: list[str], turns: range) -> None:
    """These turns of all these calls, some callers at a time."""
    left = iter(sids)

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for sid in left:
            for turn in turns:
                await post(reader, writer, json.dumps(body(turn, SAID[turn], sid)).encode())
        writer.close()

    await asyncio.gather(*(caller() for _ in range(2 * CALLERS)))


def writing_back(calls: int) -> bool:
    """Whether it takes too long until Redis has what so many calls have waiting."""
    sids = [f"W{number}" for number in range(calls)]
    with serving() as (running, outages), closing(Lateness()) as lateness:
        asyncio.run(many(running.port, sids, range(2)))
        outages.begin("stopped")
        asyncio.run(many(running.port, sids, range(2, 4)))
        waiting = _journal(running)
        began = time.monotonic()
        outages.end()
        until(lambda: _journal(running)["status"] == "ok" and not _journal(running)["calls"])
        took = time.monotonic() - began
        kept = sum(b"12 High Street" in (outages.server.client.get(f"call:{sid}") or b"") for sid in sids)
    late = lateness.p99_ms()
    print(f"\n{waiting['calls']} calls with {waiting['steps']} steps back in {took:.1f} s (aim: {BACK_S:g}); a sleeper woken {late:.1f} ms late")
    if kept != calls:
        print(f"  only {kept} of {calls} calls have in Redis what was said while it was away")
    return took > BACK_S * max(1.0, late / 20) or kept != calls


def _journal(running: Running) -> dict[str, Any]:
    found: dict[str, Any] = running.http.get("/health").json()["parts"]["journal"]
    return found
