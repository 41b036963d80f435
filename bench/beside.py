"""What a turn and a reading cost here and at another revision, in one run: `python -m bench.beside main`.

Both services run all the while, each from its own folder, with the same packages and each with its own Redis. They are given the same calls by turns,
in `--rounds` short rounds; each round gives one ratio of turns a second and one of the CPU that the service's process took for a turn (Linux only). A
machine that is busy for a while is busy for both, so the median of the ratios is what to quote, with its quartiles. Then `bench.reading` of both.
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.streams.servers import listening
from bench.turn import load
from storage.embedded import find_server
from tests.differential.history import ROOT, checked_out

PORTS = {"ours": 18184, "theirs": 18185}
TICKS = os.sysconf("SC_CLK_TCK")
MEDIAN = re.compile(r"median ([\d.]+) ms")


class Served(NamedTuple):
    """A service and what it has cost so far."""

    pid: int
    port: int

    def cpu_s(self) -> float:
        """Seconds of CPU; 0 where nobody can tell."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS


class Round(NamedTuple):
    """Ours over theirs."""

    cpu: float
    turns: float


@contextmanager
def served(name: str, tree: Path, server: Path) -> Iterator[Served]:
    """The service of a checkout, with a Redis of its own."""
    with tempfile.TemporaryDirectory(prefix="beside-") as folder, ExitStack() as ending:
        socket = f"{folder}/redis.sock"
        settings = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes", "--save", ""]
        ending.enter_context(running([str(server), *settings], tree, {}))
        while not Path(socket).exists():
            time.sleep(0.05)
        environment = {"REDIS_URL": f"unix://{socket}", "LANGSMITH_TRACING": "false", "PYTHONPATH": str(tree)}
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(PORTS[name])]
        process = ending.enter_context(running(command, tree, environment))
        yield Served(process.pid, PORTS[name])


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


async def turns(ours: Served, theirs: Served, rounds: int, seconds: float) -> list[Round]:
    for one in (ours, theirs):
        listening(one.port)
        await load(one.port, 3, 4, "warm")
    found = []
    for number in range(rounds):
        costs = {}
        for one in (ours, theirs) if number % 2 else (theirs, ours):
            before = one.cpu_s()
            done = len(await load(one.port, seconds, 4, f"beside-{number}"))
            costs[one] = ((one.cpu_s() - before) / done, done)
        (cpu, count), (their_cpu, their_count) = costs[ours], costs[theirs]
        found.append(Round(cpu / their_cpu if their_cpu else 1.0, count / their_count))
    return found


def reading(tree: Path) -> float:
    """The median that a checkout's `bench.reading` finds, in ms."""
    command = [sys.executable, "-m", "bench.reading"]
    printed = subprocess.run(command, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = MEDIAN.search(printed)
    if found is None:
        raise RuntimeError(printed)
    return float(found[1])


def shown(ratios: list[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f}   (quartiles {low:.3f} to {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--readings", type=int, default=3)
    options = parser.parse_args()
    server = find_server()
    if server is None:
        raise SystemExit("bench.beside needs a redis-server")
    with checked_out(options.revision) as tree:
        with served("ours", ROOT, server) as ours, served("theirs", tree, server) as theirs:
            rounds = asyncio.run(turns(ours, theirs, options.rounds, options.seconds))
        print(f"here over {options.revision}, medians of {len(rounds)} rounds of {options.seconds:g} s, four calls at a time")
        print(f"CPU of a turn     {shown([one.cpu for one in rounds])}")
        print(f"turns a second    {shown([one.turns for one in rounds])}", flush=True)
        readings = [(reading(ROOT), reading(tree)) for _ in range(options.readings)]
        (mine, base) = (statistics.median(column) for column in zip(*readings, strict=True))
        print(f"six slots and the acts, {options.readings} times: {mine:.2f} ms here, {base:.2f} ms there: {mine / base:.3f}")


if __name__ == "__main__":
    main()
