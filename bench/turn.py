"""Turns per second and milliseconds of a turn, between two neighbours in the same run.

    python -m bench.turn [--seconds 4] [--rounds 5] [--together 4]

floor   FastAPI, pydantic, the same two Redis round trips, no agent: what the web framework and Redis cost alone
ours    the service as `slotline serve` starts it, whole calls of eleven turns, events and documents included
usual   LangGraph with interrupt() and a durable SQLite checkpointer, the record as one JSON value

Each has one process and the same Redis (appendfsync everysec); they take turns, round by round, and the medians of the rounds are compared.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from storage.embedded import find_server

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
PORTS = {"floor": 18181, "ours": 18182, "usual": 18183}


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


def figures(taken: list[float], seconds: float) -> dict[str, float]:
    ordered = sorted(taken)
    return {"turns/s": len(taken) / seconds, "p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)]}


def start(folder: Path, redis_url: str) -> dict[str, subprocess.Popen[bytes]]:
    env = {**os.environ, "REDIS_URL": redis_url, "LANGSMITH_TRACING": "false"}
    plain = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--loop", "uvloop", "--http", "httptools", "--port"]
    commands = {
        "floor": [*plain, str(PORTS["floor"]), "bench.floor_app:app"],
        "ours": [sys.executable, "-m", "api.cli", "serve", "--port", str(PORTS["ours"])],
        "usual": [*plain, str(PORTS["usual"]), "bench.usual_app:app"],
    }
    return {name: subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for name, command in commands.items()}


async def ready(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError(f"nothing listens on {port}")


async def run(seconds: float, rounds: int, together: int) -> None:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in PORTS}
    for name, port in PORTS.items():
        await ready(port)
        await load(port, 1.0, together, f"warm-{name}")
    for round_ in range(rounds):
        for name, port in PORTS.items():
            found[name].append(figures(await load(port, seconds, together, f"bench-{os.getpid()}-{round_}"), seconds))
    middle = {name: {key: statistics.median(one[key] for one in rows) for key in rows[0]} for name, rows in found.items()}
    print(f"{'':8}{'turns/s':>10}{'p50 ms':>10}{'p99 ms':>10}   medians of {rounds} rounds of {seconds:g} s, {together} calls at a time")
    for name, row in middle.items():
        print(f"{name:8}{row['turns/s']:>10.0f}{row['p50']:>10.2f}{row['p99']:>10.2f}")
    for other, aim in (("floor", 0.4), ("usual", 4.0)):
        ratio = statistics.median(a["turns/s"] / b["turns/s"] for a, b in zip(found["ours"], found[other], strict=True))
        print(f"ours / {other}  {ratio:.2f}   (aim: at least {aim:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--together", type=int, default=4)
    options = parser.parse_args()
    if find_spec("langgraph.checkpoint.sqlite") is None:
        raise SystemExit("bench.turn needs one package more for the usual way: pip install langgraph-checkpoint-sqlite")
    server = find_server()
    if server is None:
        raise SystemExit("bench.turn needs a redis-server")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        socket = f"{folder}/redis.sock"
        settings = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes", "--save", ""]
        processes = [subprocess.Popen([server, *settings], stdout=subprocess.DEVNULL)]
        try:
            while not Path(socket).exists():
                time.sleep(0.05)
            processes += start(Path(folder), f"unix://{socket}").values()
            asyncio.run(run(options.seconds, options.rounds, options.together))
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(20)


if __name__ == "__main__":
    main()
