"""Simulated callers play whole calls: `python -m tests.simulated --calls 1000 --seed 1 [--style clean] [--url http://…] [--in-process] [--show]`.

Over HTTP against the service at `--url`, which must serve tests/businesses, or against one started here; with `--in-process` through the graph alone.
Exit code 1 when a figure is below its floor.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.simulated.line import InProcess, OverHttp
from tests.simulated.people import BUSINESSES, STYLES
from tests.simulated.playing import Played, play
from tests.simulated.scores import score, worst

START_S = 60


@contextmanager
def _service() -> Iterator[str]:
    """A service of its own with its own embedded store, as anybody would start it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        env = {**os.environ, "SLOTLINE_BUSINESS": str(BUSINESSES), "SLOTLINE_DATA": data}
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/ready", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit("the service did not start")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _show(calls: list[Played]) -> None:
    for call in calls:
        _tell(f"\n--- {call.sid}: {call.ended}, {call.turns} turns for {call.least}, wrong {call.wrong or '-'}, missing {call.missing or '-'}")
        _tell(f"    {call.persona.truth}")
        for speaker, words in call.transcript:
            _tell(f"    {speaker:6} {words}")


def main() -> int:
    parser = argparse.ArgumentParser(description="simulated callers")
    parser.add_argument("--calls", type=int, default=120, help="in all, shared out among the styles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", choices=[*STYLES, "all"], default="all")
    parser.add_argument("--url", default="")
    parser.add_argument("--in-process", action="store_true")
    parser.add_argument("--show", action="store_true", help="the ten worst calls, word for word")
    given = parser.parse_args()
    if given.in_process:
        return _play(InProcess(), given)
    if given.url:
        return _play(OverHttp(given.url), given)
    with _service() as url:
        return _play(OverHttp(url), given)


def _play(line: InProcess | OverHttp, given: argparse.Namespace) -> int:
    styles = STYLES if given.style == "all" else (given.style,)
    failures: list[str] = []
    prefix = f"sim{int(time.time())}" if isinstance(line, OverHttp) else "sim"
    for style in styles:
        calls = [play(line, given.seed, style, number, prefix) for number in range(given.calls // len(styles))]
        figures = score(style, calls)
        _tell("\n".join(figures.lines()))
        failures += figures.shortfalls()
        if given.show:
            _show(worst([call for call in calls if not call.joint or call.turns > call.least * 1.5], 10))
    line.close()
    _tell("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
