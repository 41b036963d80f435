"""A name server that says nothing keeps nobody: neither whoever gave up waiting for it, nor the end of the process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
HANGS = """
import asyncio, socket, threading
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
MAIL = Post(settings(smtp_url="smtp://mail.invalid:25", mail_from="bookings@example.com"), {patience}, {patience}).send(booking(), ACME)
HOOK = Hooks(Webhook(url="https://hooks.invalid/x", secrets=["whsec_" + "A" * 43]), patience_s={patience}).send(delivery(), ACME)

async def main():
    task = asyncio.create_task({kind})
    while not asked.is_set() and not task.done():
        await asyncio.sleep(0.01)
    if {gives_up}:
        task.cancel()
    print((await asyncio.gather(task, return_exceptions=True))[0].__class__.__name__)

asyncio.run(main())
"""


@pytest.mark.parametrize(("gives_up", "told"), [(True, "CancelledError"), (False, "Again")])
@pytest.mark.parametrize("kind", ["MAIL", "HOOK"])
def test_a_name_that_nobody_answers_for_delays_no_end(kind: str, gives_up: bool, told: str) -> None:
    patience = 10 * PATIENCE_S if gives_up else 0.1
    text = HANGS.format(kind=kind, gives_up=gives_up, patience=patience)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.stdout.strip(), done.returncode) == (told, 0), done.stderr
