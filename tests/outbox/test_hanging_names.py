"""A name server that says nothing keeps nobody: neither whoever gave up waiting for it, nor the end of the process."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
HANGS = """
import asyncio, json, os, signal, socket, sys, threading
from tests.api.services import settings
from tests.outbox.bookings import ACME, booking
from tests.outbox.receivers import delivery
from agent.record.webhook import Webhook
from api.outbox.post import Post
from api.outbox.webhooks import Hooks

asked = threading.Event()

def never(*_, **__):
    asked.set()
    threading.Event().wait()

socket.getaddrinfo = never

def sending(kind, patience):
    if kind == "MAIL":
        return Post(settings(smtp_url="smtp://mail.invalid:25", mail_from="bookings@example.com"), patience, patience).send(booking(), ACME)
    return Hooks(Webhook(url="https://hooks.invalid/x", secrets=["whsec_" + "A" * 43]), patience_s=patience).send(delivery(), ACME)

async def main(kind, gives_up, patience):
    task = asyncio.create_task(sending(kind, patience))
    while not asked.is_set() and not task.done():
        await asyncio.sleep(0.01)
    if gives_up:
        task.cancel()
    print(json.dumps([kind, gives_up, (await asyncio.gather(task, return_exceptions=True))[0].__class__.__name__]), flush=True)

processes = {}
for case in json.loads(sys.argv[1]):
    pid = os.fork()  # loaded once; it is the end of each that counts
    if not pid:
        signal.alarm(%d)
        asyncio.run(main(*case))
        sys.exit()
    processes[pid] = case[:2]
while processes:
    pid, status = os.wait()
    print(json.dumps([*processes.pop(pid), os.waitstatus_to_exitcode(status)]), flush=True)
"""
KINDS = ("MAIL", "HOOK")
TOLD = {True: "CancelledError", False: "Again"}
"""By whether the one who waits gives up."""


@pytest.fixture(scope="module")
def ended() -> dict[tuple[str, bool], list[str | int]]:
    """What each told, and the exit code of its process; minus a signal where the process did not end by itself."""
    cases = [(kind, gives_up, 10 * PATIENCE_S if gives_up else 0.1) for kind, gives_up in product(KINDS, TOLD)]
    command = [sys.executable, "-W", "ignore", "-c", HANGS % PATIENCE_S, json.dumps(cases)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[tuple[str, bool], list[str | int]] = {}
    for kind, gives_up, one in map(json.loads, done.stdout.splitlines()):
        found.setdefault((kind, gives_up), []).append(one)
    return found


@pytest.mark.parametrize("gives_up", TOLD)
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_nobody_answers_for_delays_no_end(ended: dict[tuple[str, bool], list[str | int]], kind: str, gives_up: bool) -> None:
    assert ended[kind, gives_up] == [TOLD[gives_up], 0]
