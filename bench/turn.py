"""Turns per second, milliseconds and CPU of a turn, between neighbours in the same run.

    python -m bench.turn [--seconds 4] [--rounds 5] [--launches 1] [--together 4] [--before CHECKOUT] [--without-journal]

floor   FastAPI, pydantic, the same two Redis round trips, no agent: what the web framework and Redis cost alone
steps   the floor with three empty LangGraph steps in it: what is left when nothing of a turn is ours
ours    the service as `slotline serve` starts it, whole calls of eleven turns, events and documents included
before  the same service from another checkout (`git worktree add`), to see what a change costs a turn
without the service without its journal (SLOTLINE_JOURNAL=false), alone beside ours; both also behind a proxy that counts their round trips
usual   LangGraph with interrupt() and a durable SQLite checkpointer, the record as one JSON value (`pip install langgraph-checkpoint-sqlite`)

Each has one process and a Redis of its own (appendfsync everysec); they take turns, round by round, there and back, and the medians of the rounds
are compared. Two processes of the same code are up to a twentieth apart for as long as they live, which no number of rounds shows: what is that small
is the mean of several launches. CPU is that of the process and its Redis: it says on a busy machine what turns per second say on an idle one.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from bench.streams.servers import free_port, listening, process
from storage.embedded import find_server
from tests.api.processes import serving
from tests.conftest import RedisServer
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[1]
SAID = (
    "",
    "it's Mary O'Neill",
    "202 555 0143",
    "yes",
    "12 High Street, Springfield, New Jersey 07081",
    "yes",
    "mary dot oneill at gmail dot com",
    "yes",
    "my drain is clogged",
    "the day after tomorrow at 2 pm",
    "no thanks, goodbye",
)
HEAD = b"POST /ai/conversation HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
AIMS = {"steps": 0.75, "usual": 2.2, "before": 0.97, "without": 0.95}
"""Turns per second of ours, of the other's."""
COUNTED = 20
"""Calls whose round trips are counted."""
Rounds = dict[str, list[dict[str, float]]]
"""By name, the figures of each round."""


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> bytes:
    writer.write(HEAD % len(body) + body)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    if b" 200 " not in head[:20]:
        raise RuntimeError(head.decode())
    return await reader.readexactly(length)


async def load(port: int, seconds: float, together: int, prefix: str) -> list[float]:
    """Milliseconds of each turn, `together` calls at a time, for `seconds`."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        calls = 0
        while time.perf_counter() < until:
            calls += 1
            for turn, said in enumerate(SAID):
                message = {"speaker": "customer", "message": said, "startedAt": f"2026-03-02T14:00:{turn:02d}Z"}
                body = json.dumps({"callSid": f"{prefix}-{number}-{calls}", "turnId": str(turn), "customerMessage": message}).encode()
                begun = time.perf_counter()
                await post(reader, writer, body)
                taken.append((time.perf_counter() - begun) * 1000)
        writer.close()

    await asyncio.gather(*(caller(number) for number in range(together)))
    return taken


class Served(NamedTuple):
    """A server with its Redis."""

    port: int
    pids: tuple[int, ...]

    def cpu_s(self) -> float:
        """CPU seconds so far, of all threads."""
        files = [file for pid in self.pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9

    def figures(self, seconds: float, together: int, prefix: str) -> dict[str, float]:
        before = self.cpu_s()
        ordered = sorted(asyncio.run(load(self.port, seconds, together, prefix)))
        cpu = (self.cpu_s() - before) / len(ordered) * 1e6
        return {"turns/s": len(ordered) / seconds, "p50 ms": ordered[len(ordered) // 2], "p99 ms": ordered[int(len(ordered) * 0.99)], "CPU µs": cpu}


class Command(NamedTuple):
    """How one of them is started; the port comes behind its words."""

    name: str
    root: Path
    words: list[str]
    settings: Mapping[str, str] = MappingProxyType({})


def commands(before: Path | None, without_journal: bool) -> Iterator[Command]:
    plain = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    serve = [sys.executable, "-m", "api.cli", "serve"]
    if without_journal:
        yield Command("ours", ROOT, [*serve, "--port"])
        yield Command("without", ROOT, [*serve, "--port"], {"SLOTLINE_JOURNAL": "false"})
        return
    yield Command("floor", ROOT, [*plain, "bench.floor_app:app", "--port"])
    yield Command("steps", ROOT, [*plain, "bench.steps_app:app", "--port"])
    yield Command("ours", ROOT, [*serve, "--port"])
    if before is not None:
        yield Command("before", before.resolve(), [*serve, "--port"])
    if find_spec("langgraph.checkpoint.sqlite") is None:
        print("without usual: pip install langgraph-checkpoint-sqlite")
    else:
        yield Command("usual", ROOT, [*plain, "bench.usual_app:app", "--port"])


@contextmanager
def served(folder: Path, command: Command) -> Iterator[Served]:
    server = find_server()
    if server is None:
        raise SystemExit("bench.turn needs a redis-server")
    redis, port = free_port(), free_port()
    settings = ["--port", str(redis), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    env = {
        "REDIS_URL": f"redis://127.0.0.1:{redis}",
        "SLOTLINE_DATA": str(folder / "data"),
        "LANGSMITH_TRACING": "false",
        "PYTHONPATH": str(command.root),
        **command.settings,
    }
    with process([str(server), *settings], {}) as redis_pid:
        listening(redis)
        with process([*command.words, str(port)], env, command.root) as pid:
            listening(port)
            yield Served(port, (pid, redis_pid))


def run(seconds: float, rounds: int, together: int, before: Path | None, without_journal: bool, launches: int) -> None:
    found = [launched(seconds, rounds, together, before, without_journal) for _ in range(launches)]
    if without_journal:
        asked = {name: round_trips(journal) for name, journal in (("ours", "true"), ("without", "false"))}
        print(f"round trips of {COUNTED} calls of {len(SAID)} turns: {asked['ours']} with the journal, {asked['without']} without")
    _show(found, f"medians of {rounds} rounds of {seconds:g} s, {together} calls at a time; means of {launches} launches")


def launched(seconds: float, rounds: int, together: int, before: Path | None, without_journal: bool) -> Rounds:
    with ExitStack() as stack:
        servers = {}
        for command in commands(before, without_journal):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"bench-{command.name}-")))
            servers[command.name] = stack.enter_context(served(folder, command))
        for server in servers.values():
            server.figures(1.0, together, "warm")
        found: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
        for round_ in range(rounds):
            for name, server in [*servers.items()][:: 1 if round_ % 2 else -1]:
                found[name].append(server.figures(seconds, together, f"bench-{round_}"))
    return found


def _show(found: Sequence[Rounds], how: str) -> None:
    keys = [*found[0]["ours"][0]]
    print(f"{'':8}" + "".join(f"{key:>10}" for key in keys) + f"   {how}")
    for name in found[0]:
        means = {key: statistics.mean(statistics.median(row[key] for row in one[name]) for one in found) for key in keys}
        print(f"{name:8}" + "".join(f"{means[key]:>10.2f}" for key in keys))
    for other, aim in AIMS.items():
        if other in found[0]:
            (turns, fewest, most), (cpu, least, dearest) = (_ratio(found, other, key) for key in ("turns/s", "CPU µs"))
            said = f"{turns:.3f}   (aim: at least {aim:g}; {fewest:.2f} to {most:.2f})"
            print(f"ours / {other:7} turns/s {said}, CPU {cpu:.3f} ({least:.2f} to {dearest:.2f})")


def _ratio(found: Sequence[Rounds], other: str, key: str) -> tuple[float, float, float]:
    """Ours to the other: the mean of the launches, each the median of its rounds; the least and the most of a launch, of one alone of a round."""
    rounds = [[a[key] / b[key] for a, b in zip(one["ours"], one[other], strict=True)] for one in found]
    medians = [statistics.median(one) for one in rounds]
    shown = medians if len(medians) > 1 else rounds[0]
    return statistics.mean(medians), min(shown), max(shown)


def round_trips(journal: str) -> int:
    """How often a service asks its Redis for some calls, one after the other."""
    before = 0
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        closing(RedisServer()) as server,
        Proxy(server.socket) as proxy,
        serving(Path(folder), REDIS_URL=proxy.url, SLOTLINE_JOURNAL=journal) as running,
    ):
        for call in range(COUNTED + 1):
            if call == 1:  # it knows the scripts
                before = proxy.round_trips
            for number, words in enumerate(SAID):
                running.say(words, f"C{call}", startedAt=f"2026-03-02T14:00:{number:02}Z").raise_for_status()
        return proxy.round_trips - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--launches", type=int, default=1, help="of all of them anew")
    parser.add_argument("--together", type=int, default=4)
    parser.add_argument("--before", type=Path, help="another checkout of this project")
    parser.add_argument("--without-journal", action="store_true", help="ours beside itself without its journal")
    options = parser.parse_args()
    run(options.seconds, options.rounds, options.together, options.before, options.without_journal, options.launches)


if __name__ == "__main__":
    main()
