"""Rolling restarts under load, counted: `python -m bench.restart [--restarts 20] [--clients 8]`, `python -m bench.restart --short`.

Two workers serve callers who post one turn after the other without a pause, half of them over a connection for each turn, half over one that is kept;
two readers follow all events. Meanwhile the service is restarted: SIGHUP to the parent, which replaces every worker, and SIGTERM to one worker, in
turn. The next restart begins when two fresh workers serve and the ones before have ended.

Counted are turns, and of them the failed: refused, cut, or answered with anything but 200 and a sentence that is no trouble. A caller with a kept
connection who finds it closed before anything was sent opens another, as every HTTP client does; "crossed" are turns that were sent on a connection
that was just being closed, and sent again (the same turn, so nothing is done twice). Readers fail when coming back is refused. Exit code 1 when
anything failed.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from bench.turn import HEAD, SAID
from tests.api.processes import Running
from tests.faults.callers import is_trouble

READERS = 2
PATIENCE_S = 30.0
"""How long a caller waits for an answer."""
LONGEST_S = 180.0
"""How long a restart may take, on a machine that has other things to do."""
PAUSE_S = 0.1
"""After a failure, before the next try."""
LOOK_S = 0.05
SHORT = 2
_PIDS = re.compile(r'"event":"(started|stopped)".*?"pid":(\d+)')


class Load:
    """Callers and readers of a service, until `over`; what they met is counted."""

    def __init__(self, port: int) -> None:
        self.port, self.over = port, False
        self.counted: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        """How often, by what it was."""
        self.longest_s = 0.0

    async def call(self, number: int, keeps: bool) -> None:
        """One turn after the other, call after call."""
        line = Line(self.port, keeps, self.counted)
        for calls in count():
            for turn, said in enumerate(SAID):
                if self.over:
                    line.close()
                    return
                message = {"speaker": "customer", "message": said, "startedAt": f"2026-03-02T14:00:{turn:02d}Z"}
                body = json.dumps({"callSid": f"{number}-{calls}", "turnId": str(turn), "customerMessage": message}).encode()
                begun = time.perf_counter()
                try:
                    async with asyncio.timeout(PATIENCE_S):
                        answer = await line.post(body)
                    if is_trouble(json.loads(answer)):
                        self.failed["heard of trouble"] += 1
                except (OSError, EOFError, RuntimeError) as error:
                    line.close()
                    await self._note(error)
                self.counted["turns, connections kept" if keeps else "turns, one connection each"] += 1
                self.longest_s = max(self.longest_s, time.perf_counter() - begun)

    async def follow(self) -> None:
        """All events, again and again; a stream that ends comes back from another worker."""
        while not self.over:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(b"GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                if b" 200 " not in await reader.readline():
                    raise RuntimeError("no stream")
                self.counted["streams"] += 1
                with suppress(TimeoutError):
                    while not self.over:
                        async with asyncio.timeout(1):
                            if not await reader.read(65536):
                                break
                writer.close()
            except (OSError, EOFError, RuntimeError) as error:
                await self._note(error)

    async def _note(self, error: Exception) -> None:
        self.failed[f"{type(error).__name__}: {error}"[:80]] += 1
        await asyncio.sleep(PAUSE_S)


class Line:
    """A caller's connection; another one as soon as it is closed, or for each turn."""

    def __init__(self, port: int, keeps: bool, counted: Counter[str]) -> None:
        self._port, self._keeps, self._counted = port, keeps, counted
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> bytes:
        kept = self._open is not None and not self._open[0].at_eof()
        if self._open is not None and not kept:
            self._counted["found closed"] += 1
            self.close()
        try:
            return await self._exchange(body)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            if not kept or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            self._counted["crossed"] += 1
            return await self._exchange(body)

    async def _exchange(self, body: bytes) -> bytes:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(HEAD % len(body) + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
        answer = await reader.readexactly(length)
        if b" 200 " not in head[:20]:
            raise RuntimeError(head[:20].decode())
        if not self._keeps or b"\r\nconnection: close" in head:
            self.close()
        return answer

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


class Team:
    """The workers of a service, by its log."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._begun: list[int] = []
        self._ended: set[int] = set()

    def serving(self) -> list[int]:
        """Those that began and have not ended, oldest first."""
        for what, pid in _PIDS.findall(self._running.fresh()):
            if what == "started":
                self._begun.append(int(pid))
            else:
                self._ended.add(int(pid))
        return [pid for pid in self._begun if pid not in self._ended]

    async def restart(self, everyone: bool) -> None:
        """Restart all workers, or the one that served longest. Returns when that is done; raises TimeoutError."""
        before = self.serving()
        leaving = set(before if everyone else before[:1])
        os.kill(self._running.process.pid if everyone else before[0], signal.SIGHUP if everyone else signal.SIGTERM)
        async with asyncio.timeout(LONGEST_S):
            while leaving & set(now := self.serving()) or len(now) != len(before):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(LOOK_S)


async def run(running: Running, restarts: int, clients: int) -> int:
    """Restart under load. Returns the exit code."""
    team, load = Team(running), Load(running.port)
    while len(team.serving()) < 2:  # noqa: ASYNC110 - another process
        await asyncio.sleep(LOOK_S)
    busy = [asyncio.create_task(load.call(number, keeps=number % 2 == 1)) for number in range(clients)]
    busy += [asyncio.create_task(load.follow()) for _ in range(READERS)]
    for number in range(restarts):
        everyone, begun = number % 2 == 0, time.monotonic()
        what = "all workers" if everyone else "one worker "
        try:
            await team.restart(everyone)
            print(f"{what} replaced in {time.monotonic() - begun:.1f} s", flush=True)
        except (TimeoutError, ProcessLookupError):
            load.failed[f"{what} not replaced"] += 1
    load.over = True
    await asyncio.gather(*busy)
    return report(load)


def report(load: Load) -> int:
    for name in ("turns, one connection each", "turns, connections kept", "streams", "found closed", "crossed"):
        print(f"{name:<28} {load.counted[name]:>7}")
    print(f"{'longest wait, seconds':<28} {load.longest_s:>7.2f}")
    print(f"{'failed':<28} {load.failed.total():>7}")
    for kind, times in load.failed.most_common():
        print(f"  {kind:<80} {times:>7}")
    return int(load.failed.total() > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--short", action="store_true", help="one restart of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="restart-") as folder, closing(Running(Path(folder), "--workers", "2", anew=True)) as running:
        code = asyncio.run(run(running, SHORT if options.short else options.restarts, options.clients))
        running.stop()
        return code


if __name__ == "__main__":
    sys.exit(main())
