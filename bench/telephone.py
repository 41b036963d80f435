"""What a telephone's turn costs beside the plain JSON turn, in one run.

    python -m bench.telephone [--calls 60]

The same calls of eleven turns are taken by one service in memory, in turn over `POST /ai/conversation`, over each provider's webhook, signed (reading
the form, the signature, the turn, and the TwiML of the answer), and over ConversationRelay's messages, of which each sentence of an answer is one.
Figures are milliseconds of CPU a turn: of each of the eleven the least that any of the calls took, which a busy machine disturbs least, and of those
the mean.
"""

import argparse
import asyncio
import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import ASGIApp

from api.app import Service
from api.telephony.relay_peer import Peer
from api.telephony.relay_session import Session
from bench.turn import SAID
from tests.telephony.phones import PUBLIC, SIDS, SIGNED, exchange, kind_of, written

GOAL_MS = 0.4
Request = tuple[str, bytes, Mapping[str, str]]


def plain(number: int, turn: int, said: str) -> Request:
    message = {"speaker": "customer", "message": said, "startedAt": f"2026-03-02T14:00:{turn:02d}Z"}
    body = json.dumps({"callSid": f"json-{number}", "turnId": str(turn), "customerMessage": message}).encode()
    return "/ai/conversation", body, {"content-type": "application/json"}


def at(provider: str) -> Callable[[int, int, str], Request]:
    def posted(number: int, turn: int, said: str) -> Request:
        path = f"/{provider}/turn?n={turn}" if turn else f"/{provider}/voice"
        # What Twilio sends beside the words.
        form = {"AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "CallSid": SIDS[provider](number), "CallStatus": "in-progress"}
        form |= {f"{end}{what}": "" for end in ("Called", "Caller", "From", "To") for what in ("City", "Country", "State", "Zip")}
        form |= {
            "Direction": "inbound",
            "From": "anonymous",
            "To": "+12025550100",
            "SpeechResult": said,
            "Confidence": "0.93214816",
            "Language": "en-US",
        }
        body = written(provider, form)
        return path, body, {"content-type": kind_of(provider), **SIGNED[provider](PUBLIC + path, form, body)}

    return posted


KINDS: Mapping[str, Callable[[int, int, str], Request]] = {"json": plain, **{name: at(name) for name in SIGNED}}


async def milliseconds(app: ASGIApp, request: Request) -> float:
    """CPU that one request takes."""
    url, body, headers = request
    path, _, query = url.partition("?")
    scope: dict[str, Any] = {
        **{"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "scheme": "http"},
        **{"http_version": "1.1", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)},
        "headers": [(b"host", b"127.0.0.1"), *((name.lower().encode(), value.encode()) for name, value in headers.items())],
    }
    statuses: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    begun = time.process_time()
    await app(scope, receive, send)
    taken = (time.process_time() - begun) * 1000
    if statuses[0] != 200:
        raise RuntimeError(f"{url}: {statuses[0]}")
    return taken


async def over_the_relay(service: Service, number: int) -> list[float]:
    """CPU that each turn of a call takes over a socket that is open."""
    assert service.relay is not None
    inbox: asyncio.Queue[Any] = asyncio.Queue()
    said, times = asyncio.Event(), []

    async def send(message: Any) -> None:
        if json.loads(message.get("text", "{}")).get("last"):
            said.set()

    session = asyncio.create_task(Session(service.relay.parts, Peer(inbox.get, send), "twilio").run())
    for turn, words in enumerate(SAID):
        setup = {"type": "setup", "callSid": f"relay-{number}", "sessionId": f"VX{number}", "from": "anonymous", "to": "+12025550100"}
        message = {"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": True} if turn else setup
        text = json.dumps(message)
        said.clear()
        begun = time.process_time()
        inbox.put_nowait({"type": "websocket.receive", "text": text})
        await said.wait()
        times.append((time.process_time() - begun) * 1000)
    inbox.put_nowait({"type": "websocket.disconnect"})
    await session
    return times


async def measured(calls: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {}
    async with exchange() as (service, _):
        for number in range(calls):
            for kind, request in KINDS.items():
                times = [await milliseconds(service, request(number, turn, said)) for turn, said in enumerate(SAID)]
                taken[kind] = [min(pair) for pair in zip(taken.get(kind, times), times, strict=True)]
            times = await over_the_relay(service, number)
            taken["relay"] = [min(pair) for pair in zip(taken.get("relay", times), times, strict=True)]
    return taken


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=60, help="calls of each kind")
    given = parser.parse_args(arguments)
    with contextlib.redirect_stderr(io.StringIO()):  # the service's log
        taken = asyncio.run(measured(given.calls))
    turns = {kind: statistics.mean(times) for kind, times in taken.items()}
    for kind, ms in turns.items():
        print(f"{kind:<11} {ms:6.3f} ms   {ms - turns['json']:+6.3f} ms   {ms / turns['json']:5.2f} of the JSON turn")
    dearest = max(turns.values()) - turns["json"]
    print(f"the goal is below {GOAL_MS} ms: {'met' if dearest < GOAL_MS else 'missed'}")
    return int(dearest >= GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
