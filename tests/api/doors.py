"""Who gets in where: `doors.txt` against a service that runs behind a real port. `python -m tests.api.doors` prints the table as it is found."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from agent.record.appointment import Appointment
from api.chat import PATHS as CHAT
from api.console.assets import ENTRIES, assets
from api.routing import SOCKET
from storage.memory_appointments import MemoryAppointments
from tests.api.services import served
from tests.patience import PATIENCE_S

IDENTITIES = {
    "nobody": "",
    "unknown": "unknown-token-0123456789ab",
    "viewer": "viewer-token-0123456789abc",
    "supervisor": "supervisor-token-0123456789",
    "integration": "integration-token-012345678",
}
TOKENS = ",".join(f"{token}:{role}" for role, token in IDENTITIES.items() if role not in ("nobody", "unknown"))
SID = "CA-doors"
BODIES = {
    "/ai/conversation": {"callSid": SID, "customerMessage": {"message": "hello"}},
    "/ai/reply": {"callSid": SID, "message": "hello"},
    "/ai/summary": {"callSid": SID},
    **{path: {"user": SID, "messages": [{"role": "user", "content": "hello"}]} for path in CHAT},
    "/calls/{callSid}/messages": {"message": "hello", "agentId": "a"},
    **{f"/calls/{{callSid}}/{deed}": {"agentId": "a"} for deed in ("escalate", "takeover", "release", "end")},
    "/calls/{callSid}/permission-response": {"approved": True},
    "/outbox/{id}/send": {"callSid": SID},
}
FILE = {"hash": assets().hash, "file": next(file for file in assets().files if file not in ENTRIES)}
"""One of the console's files."""
KEY = "0123456789abcdef"
HEAD_LIMIT = 65536
UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
"""What asks for a WebSocket. Source: RFC 6455, 1.3."""


class Row(NamedTuple):
    method: str
    path: str
    wanted: tuple[int, ...]


class Seen(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def rows() -> list[Row]:
    lines = Path(__file__).with_name("doors.txt").read_text("utf-8").splitlines()
    parts = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [Row(method, path, tuple(map(int, wanted))) for method, path, *wanted in parts]


def asked(port: int, method: str, target: str, identity: str, *headers: str, body: object = None) -> Seen:
    """What a request gets, sent as it is written; of an answer without an end, its head and its beginning."""
    first, *more = (f"GET {target} HTTP/1.1", *UPGRADE) if method == SOCKET else (f"{method} {target} HTTP/1.1", "Connection: close")
    lines = [first, "Host: 127.0.0.1", *more, *headers]
    if token := IDENTITIES[identity]:
        lines.append(f"Authorization: Bearer {token}")
    sent = b"" if body is None else msgspec.json.encode(body)
    lines.append(f"Content-Length: {len(sent)}")
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as line:
        line.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + sent)
        return _read(line, method)


def _read(line: socket.socket, method: str) -> Seen:
    got = b""
    while b"\r\n\r\n" not in got and len(got) < HEAD_LIMIT and (more := line.recv(HEAD_LIMIT)):
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    endless = headers.get("content-type", "").startswith("text/event-stream") or first.split()[1] == "101"
    while not endless and method != "HEAD" and (more := line.recv(HEAD_LIMIT)):
        body += more
    return Seen(int(first.split()[1]), headers, body)


@contextmanager
def open_house() -> Iterator[int]:
    """A service with tokens behind a port, which does not slow failed tries: how it does is shown in test_tokens.py. Any delivery was given up, and
    anything is booked."""
    with pytest.MonkeyPatch.context() as patched, served(tokens=TOKENS) as (_, _, port):
        patched.setattr("api.attempts.LONGEST_WAIT_S", 0.0)
        patched.setattr("storage.memory_outbox.MemoryOutbox.send_again", _given_up)
        patched.setattr("api.feeds._key", _known)
        patched.setattr("storage.memory_appointments.MemoryAppointments.appointment", _booked)
        yield port


async def _given_up(*_: object, **__: object) -> bool:
    """Whatever is sent again was given up before."""
    return True


async def _known(*_: object) -> str:
    """The key of every calendar."""
    return KEY


async def _booked(store: MemoryAppointments, reference: str, *_: str) -> Appointment:
    """There is one of every reference."""
    one = Appointment(reference=reference, sid=SID, business="acme", service="drain-cleaning", start=1_900_000_000, end=1_900_003_600, rev=1)
    store._appointed[SID] = one
    return one


def found(port: int, row: Row, prefix: str = "") -> tuple[Seen, ...]:
    """What each of the five gets, each for a call of its own, since a visitor may change or erase what is asked for."""
    seen = []
    for identity in IDENTITIES:
        sid = f"CA-{next(_numbers)}"
        opened = asked(port, "POST", "/ai/conversation", "integration", body={**BODIES["/ai/conversation"], "callSid": sid})
        assert opened.status == 200
        body = BODIES.get(row.path, {} if row.method == "PATCH" else None)
        seen.append(
            asked(
                port,
                row.method,
                prefix + row.path.format(callSid=sid, agentId="a", id="msg_1", reference="ABCDE", business="acme", key=f"{KEY}.ics", **FILE),
                identity,
                body=body,
            )
        )
    return tuple(seen)


_numbers = count()


def table() -> Iterator[str]:
    """The rows as they are found; what differs from `doors.txt` is marked."""
    yield f"  {'':7} {'':31}" + "".join(f"{identity:>13}" for identity in IDENTITIES)
    with open_house() as port:
        for row in rows():
            statuses = tuple(seen.status for seen in found(port, row))
            yield f"{' ' if statuses == row.wanted else '!'} {row.method:7} {row.path:31}" + "".join(f"{status:>13}" for status in statuses)


def main() -> int:
    wrong = 0
    for line in table():
        wrong += line.startswith("!")
        sys.stdout.write(line + "\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
