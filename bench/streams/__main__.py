"""Event streams with thousands of readers, beside others: `python -m bench.streams [--readers 100 1000 5000]`, `python -m bench.streams --short`.

First what must hold (`bench/streams/checks.py`): every reader is given exactly the log, also when it is cut at `--reconnects` random places, moves
between two workers and a worker is killed now and then, and a reader that stalls is noticed within 750 events. `--short` is that alone, with fewer
of everything, and is what CI runs; no speed is asked for.

Then the figures, in rounds in which each server has a short part after the other: ratios survive a machine that is busy with other things. Beside
ours: nginx with nchan (Debian: nginx-light, libnginx-mod-nchan), sse-starlette with a queue and with a Redis subscription for each reader (`pip
install sse-starlette`), a bare protocol on uvloop, and a floor in C. What is missing is said and left out. The load generator is C: it takes a
compiler. Last, what so many readers cost the callers on the same worker.

Exit code 1 when something did not hold, or an event was lost, doubled or late.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.streams import checks, turns
from bench.streams.figures import AIMS, Figures, columns, measure, ratios
from bench.streams.generator import Tools, compiled
from bench.streams.servers import SERVERS, absent, redis


def held(short: bool, reconnects: int, seed: int) -> Iterator[checks.Stood]:
    yield asyncio.run(checks.deliveries(200, 100) if short else checks.deliveries(1000, 500))
    yield asyncio.run(checks.deliveries(400, 50, workers=2) if short else checks.deliveries(10_000, 100, workers=2))
    yield asyncio.run(checks.stalls(4, 2000))
    yield asyncio.run(checks.reconnects(reconnects, 20, reconnects // (2 if short else 10), seed))


def figures(options: argparse.Namespace, folder: Path, tools: Tools) -> int:
    """Print them; how many events were lost, doubled or late."""
    missing, wrong = absent(), 0
    for name, how in missing.items():
        print(f"without {name}: {how}")
    names = [name for name in options.servers if name not in missing]
    for readers in options.readers:
        found: dict[str, list[Figures]] = measure(names, readers, options.rounds, options.seconds, folder, tools)
        print(f"\n{readers} readers on one worker, medians of {options.rounds} rounds")
        print("\n".join((*columns(found), *ratios(found))), flush=True)
        wrong += sum(one.wrong for one in found.get("ours", ()))
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.streams", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="what CI runs: what must hold, and no figures")
    parser.add_argument("--readers", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--servers", nargs="+", choices=list(SERVERS), default=list(SERVERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each part")
    parser.add_argument("--reconnects", type=int, default=0, help="1000, or 100 with --short")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("checks", "figures", "turns"), help="one part alone")
    options = parser.parse_args()
    failed = 0
    if options.short or options.only in (None, "checks"):
        for stood in held(options.short, options.reconnects or (100 if options.short else 1000), options.seed):
            print(f"{stood.what:12}{'' if stood.holds else 'FAILED  '}{stood.figures}", flush=True)
            failed += not stood.holds
    if options.short or options.only == "checks":
        return int(failed > 0)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        tools = compiled(folder)
        if tools is None:
            print("No figures: no C compiler here (Debian: apt-get install gcc libc6-dev).")
            return int(failed > 0)
        if options.only in (None, "figures"):
            failed += figures(options, folder, tools)
            print(AIMS)
        if options.only in (None, "turns"):
            with redis(folder) as redised:
                print(asyncio.run(turns.beside(redised, folder, tools, max(options.readers), options.rounds)))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
