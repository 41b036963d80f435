"""What calls owe that ended while Redis was away: nobody hears anything meanwhile, and each thing once when it is back."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from api.app import Service
from storage.errors import StoreUnavailable
from tests.api.services import client, settings
from tests.conftest import RedisServer
from tests.faults.callers import FIRM, SAID, body
from tests.outbox.houses import until
from tests.outbox.mail_server import mail_server
from tests.outbox.receivers import NEW, receiving

pytestmark = pytest.mark.anyio
CALLS = ("CA1", "CA2", "CA3", "CA4")
"""One more than the firm can do at the time that all of them want."""
ELSEWHERE = "CA4"
"""With another host, which cannot know what the first has noted."""


async def test_what_is_owed_goes_out_once_when_redis_is_back(tmp_path: Path) -> None:
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    try:
        with receiving() as hooks:
            async with mail_server() as mails, AsyncExitStack() as stack:
                given = partial(
                    settings,
                    redis_url=server.url,
                    business=FIRM,
                    smtp_url=f"smtp://127.0.0.1:{mails.port}",
                    mail_from="bookings@example.com",
                    webhook_private=True,
                    webhook_url=f"http://127.0.0.1:{hooks.port}/hooks",
                    webhook_secret=NEW,
                )
                workers = [Service(given(data=tmp_path / host)) for host in ("one", "one", "another")]
                for service in workers:
                    await stack.enter_async_context(service.api.router.lifespan_context(service.api))
                https = [await stack.enter_async_context(client(service)) for service in workers]
                for sid in CALLS:
                    await https[2 if sid == ELSEWHERE else 0].post("/ai/conversation", json=body(0, SAID[0], sid))
                server.kill()
                for at, sid in enumerate(CALLS):
                    for number, said in enumerate(SAID[1:], start=1):
                        answer = await https[2 if sid == ELSEWHERE else (at + number) % 2].post("/ai/conversation", json=body(number, said, sid))
                    assert answer.json()["progress"]["status"] == "ended"
                assert (hooks.got, mails.mails) == ([], [])

                await asyncio.to_thread(server.start)

                async def all_told() -> bool:
                    answers = [await https[0].get(f"/calls/{sid}") for sid in CALLS]
                    try:
                        waits = await workers[0].api.state.parts.store.outbox()
                    except StoreUnavailable:  # it has not been seen to be back yet, nor can the other host's call be read
                        return False
                    documents = [answer.json() for answer in answers if answer.status_code == 200]
                    seen = [(one["servicebooked"] and one["confirmEmailsent"]) or one["why"] == "not_free" for one in documents]
                    return len(seen) == len(CALLS) and all(seen) and waits.waiting == 0

                await until(all_told)
                (lost,) = [sid for sid in CALLS if not (await https[1].get(f"/calls/{sid}")).json()["servicebooked"]]
                told = [Verifier(NEW).verify(text.decode(), dict(headers)) for _, headers, text in hooks.got]
                for sid in CALLS:
                    occasions = Counter(one["type"] for one in told if one["data"]["callSid"] == sid)
                    settled = ("booking.not_free", "handoff.wanted") if sid == lost else ("booking.created",)
                    assert occasions == dict.fromkeys(("call.ended", *settled), 1)
                letters = [message_from_bytes(one, _class=EmailMessage, policy=policy.default) for one in mails.mails]
                subjects = Counter(str(one["Subject"]).partition(":")[0] for one in letters)
                assert subjects == {"Booked": len(CALLS) - 1, "Not free any more": 1}
    finally:
        server.close()
