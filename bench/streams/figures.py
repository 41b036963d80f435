"""What each server costs with so many readers, measured in turns."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.streams.generator import Load, Tools
from bench.streams.servers import SERVERS, Served, redis

DELIVERIES = 40_000
"""A second, in the part with a rate."""
DRAIN = "drain 20000"
AIMS = "Aims for ours, with 1000 and 5000 readers: CPU 0.8 of nchan's, 0.1 of a queue a reader; p99 80 ms; 5000 connections/s; 12 KiB a reader"


class Figures(NamedTuple):
    """What was measured; times in ms, CPU of the server in µs for each delivered event."""

    cpu: float
    """At `DELIVERIES` a second."""
    cpu_single: float
    """One event after the other."""
    cpu_burst: float
    """Eight on their way at a time."""
    single: float
    """Deliveries a second, one event after the other."""
    burst: float
    """The same in bursts."""
    p50: float
    p99: float
    """From publishing to receiving, at `DELIVERIES` a second."""
    memory: float
    """KiB (PSS) of a reader."""
    connections: float
    """A second."""
    connect_cpu: float
    """µs of a connection."""
    wrong: int
    """Events lost, doubled or late."""
    delivered: int


class Opened(NamedTuple):
    served: Served
    load: Load
    memory: float
    connections: float
    connect_cpu: float


TITLES = ("CPU µs", "CPU single", "CPU burst", "single/s", "burst/s", "p50 ms", "p99 ms", "KiB/reader", "conn/s", "conn CPU µs", "wrong", "delivered")


def measure(names: Sequence[str], readers: int, rounds: int, seconds: float, folder: Path, tools: Tools) -> dict[str, list[Figures]]:
    """By server, one for each round. All of them run all the while; those whose turn it is not have nothing to do."""
    found: dict[str, list[Figures]] = {name: [] for name in names}
    with ExitStack() as stack:
        opened = {name: stack.enter_context(with_readers(name, readers, folder, tools)) for name in names}
        for _ in range(rounds):
            for name, one in opened.items():
                found[name].append(measured(one, readers, seconds))
    return found


@contextmanager
def with_readers(name: str, readers: int, folder: Path, tools: Tools) -> Iterator[Opened]:
    with (
        redis(folder) as redised,
        SERVERS[name](redised, folder, tools) as served,
        closing(Load(tools, served.url, served.publisher, readers)) as load,
    ):
        memory, cpu = served.memory_kib(), served.cpu_s()
        connected = load.ask("connect")
        if connected["connected"] < readers:
            raise RuntimeError(f"{name}: {connected['connected']} of {readers} came in")
        cpu = served.cpu_s() - cpu
        load.ask("idle 1")
        memory = served.memory_kib() - memory
        load.ask("open 5 1")  # the first of everything is slower
        load.ask(DRAIN)
        yield Opened(served, load, memory / readers, connected["per_s"], cpu / readers * 1e6)


def measured(one: Opened, readers: int, seconds: float) -> Figures:
    def part(command: str) -> tuple[dict[str, float], dict[str, dict[str, float]], float]:
        one.load.ask("reset")
        before = one.served.cpu_s()
        done = one.load.ask(command)
        one.load.ask(DRAIN)
        report = one.load.ask("report")
        used = one.served.cpu_s() - before
        return done, report, used / report["delivered"] * 1e6 if report["delivered"] else 0.0

    parts = [part(f"closed 1 {seconds}"), part(f"closed 8 {seconds}"), part(f"open {DELIVERIES / readers} {seconds}")]
    (single, _, cpu_single), (burst, _, cpu_burst), (_, rated, cpu) = parts
    return Figures(
        cpu=cpu,
        cpu_single=cpu_single,
        cpu_burst=cpu_burst,
        single=single["delivered_per_s"],
        burst=burst["delivered_per_s"],
        p50=rated["lat_ms"]["p50"],
        p99=rated["lat_ms"]["p99"],
        memory=one.memory,
        connections=one.connections,
        connect_cpu=one.connect_cpu,
        wrong=sum(int(report[kind]) for _, report, _ in parts for kind in ("lost", "lost_tail", "dup", "late", "old")),  # type: ignore[call-overload]
        delivered=sum(int(report["delivered"]) for _, report, _ in parts),  # type: ignore[call-overload]
    )


def columns(found: dict[str, list[Figures]]) -> Iterator[str]:
    yield f"{'':14}" + "".join(f"{title:>12}" for title in TITLES)
    for name, rounds in found.items():
        middle = [statistics.median(column) for column in list(zip(*rounds, strict=True))[:-2]]
        sums = [sum(one.wrong for one in rounds), sum(one.delivered for one in rounds)]
        yield f"{name:14}" + "".join(f"{value:>12.1f}" for value in middle) + "".join(f"{value:>12}" for value in sums)


def ratios(found: dict[str, list[Figures]]) -> Iterator[str]:
    """Ours over each other, round by round."""
    for name, rounds in found.items():
        if name == "ours" or "ours" not in found:
            continue
        for field, title in (("cpu", "CPU"), ("cpu_single", "CPU single"), ("cpu_burst", "CPU burst"), ("p99", "p99")):
            pairs = zip(found["ours"], rounds, strict=True)
            each = sorted(getattr(mine, field) / getattr(other, field) for mine, other in pairs if getattr(other, field))
            if each:
                yield f"ours / {name:13}{title:11}{statistics.median(each):6.2f}   ({each[0]:.2f} to {each[-1]:.2f})"
