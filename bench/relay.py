"""Many calls at once over ConversationRelay, on one worker: `python -m bench.relay [--calls 500] [--thinks 2]`, `python -m bench.relay --short`.

Every call has a socket of its own, signed as Twilio signs it, and goes from the greeting to booked. A caller listens for as long as it takes to say
what is said, and then thinks; all are under way together. Measured is how long the caller waits for the first word of each
answer, from the last word of their own, and the CPU of the service's process.

Exit code 1 when a call was not booked, or did not hear so.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect

from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.telephony.phones import BUSINESSES, PUBLIC, TOKEN

SAID = (
    *("it's Mary O'Neill", "202 555 0143", "yes", "12 High Street, Springfield, New Jersey 07081", "yes", "mary at gmail dot com", "yes"),
    *("my drain is clogged", "tomorrow at 2 pm", "yes"),
)
TOKENS = "supervisor-token-0123456789"
URL = "wss://voice.example.test/twilio/relay"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PATIENCE_S = 120.0
LETTER_S = 0.06
"""How long a voice takes to say one."""


class Played(NamedTuple):
    """One call, seen by its caller."""

    waits_ms: list[float]
    """For the first word of each answer; the greeting's is from the handshake."""
    last: str
    """What was said last."""


class Pace(NamedTuple):
    letter_s: float
    """How long a caller listens to a letter."""
    thinks_s: float
    """And thinks then before they answer, half as much to half as much again."""


class Under(NamedTuple):
    """How many calls there are now, and the most there were."""

    now: list[int]
    most: list[int]

    def changes(self, by: int) -> None:
        self.now[0] += by
        self.most[0] = max(self.most[0], self.now[0])


async def call(port: int, number: int, pace: Pace, under: Under, said: Sequence[str] = SAID) -> Played:
    chance = random.Random(number)
    await asyncio.sleep(2 * pace.thinks_s * chance.random())
    signature = RequestValidator(TOKEN).compute_signature(URL, {})
    waits: list[float] = []
    begun = time.perf_counter()
    address = f"ws://127.0.0.1:{port}/twilio/relay"
    async with connect(address, additional_headers={"X-Twilio-Signature": signature}, proxy=None, open_timeout=PATIENCE_S) as line:
        under.changes(1)
        setup = {"type": "setup", "sessionId": f"VX{number}", "callSid": f"CA-relay-{number}", "from": "anonymous", "to": "+12025550100"}
        await line.send(json.dumps(setup))
        last = await heard(line, begun, waits)
        for words in said:
            await asyncio.sleep(len(last) * pace.letter_s + pace.thinks_s * chance.uniform(0.5, 1.5))
            begun = time.perf_counter()
            await line.send(json.dumps({"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": True}))
            last = await heard(line, begun, waits)
        while said is SAID and json.loads(await asyncio.wait_for(line.recv(), PATIENCE_S))["type"] != "end":
            pass
        under.changes(-1)
    return Played(waits, last)


async def heard(line: ClientConnection, begun: float, waits: list[float]) -> str:
    """The next answer; what only asks for patience is none, though it is heard first."""
    said, waited_ms = "", 0.0
    while True:
        message = json.loads(await asyncio.wait_for(line.recv(), PATIENCE_S))
        waited_ms = waited_ms or (time.perf_counter() - begun) * 1000
        if message["preemptible"]:
            continue
        said += message["token"]
        if message["last"]:
            waits.append(waited_ms)
            return said


def cpu_s(running: Running) -> float:
    fields = Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def megabytes(running: Running) -> float:
    text = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def booked(running: Running, sids: set[str]) -> int:
    """How many of these calls are booked."""
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {TOKENS}"}, trust_env=False, timeout=PATIENCE_S) as http:
        return sum(http.get(f"/calls/{sid}").json()["servicebooked"] for sid in sids)


async def run(calls: int, pace: Pace) -> int:
    redis = RedisServer()
    given = {
        **{"REDIS_URL": redis.url, "SLOTLINE_PUBLIC_URL": PUBLIC, "SLOTLINE_TWILIO_VOICE": "relay", "TWILIO_AUTH_TOKEN": TOKEN},
        **{"SLOTLINE_BUSINESS": str(BUSINESSES), "SLOTLINE_TOKENS": f"{TOKENS}:supervisor"},
    }
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, serving(Path(folder), forked=False, **given) as running:
            await call(running.port, -1, Pace(0.0, 0.0), Under([0], [0]), SAID[:-1])  # the first of everything is slower
            under, empty, cpu, begun = Under([0], [0]), megabytes(running), cpu_s(running), time.perf_counter()
            played = await asyncio.gather(*(call(running.port, number, pace, under) for number in range(calls)), return_exceptions=True)
            took, spent, full = time.perf_counter() - begun, cpu_s(running) - cpu, megabytes(running)
            sids = {f"CA-relay-{number}" for number in range(calls)}
            kept = await asyncio.to_thread(booked, running, sids)
            if failures := Counter(f"{one['event']} {one.get('code', '')}" for one in running.events if one["level"] == "error"):
                print(f"the service's log: {dict(failures)}")
            return told(calls, played, took, spent, full - empty, under.most[0], kept)
    finally:
        redis.close()


def told(calls: int, played: list[Played | BaseException], took: float, spent: float, grown: float, most: int, kept: int) -> int:
    whole = [one for one in played if isinstance(one, Played)]
    waits = sorted(itertools.chain.from_iterable(one.waits_ms for one in whole))
    wrong = [type(one).__name__ for one in played if not isinstance(one, Played)] + [
        one.last for one in whole if not one.last.startswith("You're booked")
    ]
    turns = len(waits)
    print(
        f"{calls} calls over one worker, {most} at the same time, {turns} turns in {took:.1f} s ({turns / took:.0f} a second), {os.cpu_count()} cores"
    )
    if waits:
        p50, p95, p99 = (waits[int(turns * part)] for part in (0.5, 0.95, 0.99))
        print(f"first word after  p50 {p50:.1f} ms   p95 {p95:.1f} ms   p99 {p99:.1f} ms   most {waits[-1]:.1f} ms")
        print(f"the service: {spent / turns * 1000:.2f} ms of CPU a turn, {spent / took * 100:.0f} % of a core, {grown:.0f} MB more at the end")
    print(f"booked: {kept} of {calls}; went wrong: {len(wrong)} {sorted(set(wrong))[:3] if wrong else ''}")
    return int(bool(wrong) or kept != calls)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--thinks", type=float, default=2.0, help="seconds before a caller answers, half as much to half as much again")
    parser.add_argument("--short", action="store_true", help="what CI runs: 60 calls that answer after a second")
    options = parser.parse_args()
    calls, pace = (60, Pace(0.0, 1.0)) if options.short else (options.calls, Pace(LETTER_S, options.thinks))
    return asyncio.run(run(calls, pace))


if __name__ == "__main__":
    sys.exit(main())
