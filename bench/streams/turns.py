"""What readers cost the callers: turns on the one worker that also writes to all of them, in rounds with events on their way and without."""

import asyncio
import statistics
from contextlib import closing
from pathlib import Path

from bench.streams.figures import DELIVERIES
from bench.streams.generator import Load, Tools
from bench.streams.servers import Redised, ours
from bench.turn import load as take_turns

SECONDS = 6.0
TOGETHER = 2


async def beside(redised: Redised, folder: Path, tools: Tools, readers: int, rounds: int) -> str:
    """The p99 of turns with nothing to deliver, and with `DELIVERIES` a second to so many readers of a call."""
    quiet, busy, lags = [], [], []
    with ours(redised, folder) as served, closing(Load(tools, served.url, served.publisher, readers)) as load:
        await asyncio.to_thread(load.ask, "connect")
        await take_turns(served.port, 2, TOGETHER, "warm")
        for number in range(rounds):
            quiet.append(p99(await take_turns(served.port, SECONDS, TOGETHER, f"quiet-{number}")))
            load.ask("reset")
            delivering = asyncio.create_task(asyncio.to_thread(load.ask, f"open {DELIVERIES / readers} {SECONDS + 1}"))
            busy.append(p99(await take_turns(served.port, SECONDS, TOGETHER, f"busy-{number}")))
            await delivering
            lags.append((await asyncio.to_thread(load.ask, "report"))["lat_ms"]["p99"])
    grows = statistics.median(after - before for before, after in zip(quiet, busy, strict=True))
    return (
        f"\nTurns, {TOGETHER} calls at a time, {readers} readers of another call on the same worker, medians of {rounds} rounds of {SECONDS:g} s\n"
        f"p99 {statistics.median(quiet):.1f} ms with nothing to deliver, {statistics.median(busy):.1f} ms with {DELIVERIES} deliveries a second: "
        f"{grows:+.1f} ms (aim: at most +10); their p99 {statistics.median(lags):.1f} ms"
    )


def p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]
