"""A whole call on a service with a mail server and a webhook: what was promised arrives, each with the standard's own library."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from agent.record.booking_reference import booking_uid
from api.app import Service
from tests.api.services import client, settings
from tests.faults.callers import FIRM, SAID, body
from tests.outbox.houses import until
from tests.outbox.mail_server import MailServer, mail_server
from tests.outbox.receivers import NEW, Receiver, receiving

pytestmark = pytest.mark.anyio


class Firm:
    """The service, its mail server, the firm's own system, and a client."""

    def __init__(self, http: httpx.AsyncClient, mails: MailServer, hooks: Receiver) -> None:
        self.http, self.mails, self.hooks = http, mails, hooks

    async def book(self) -> dict[str, Any]:
        for number, said in enumerate(SAID):
            answer = await self.http.post("/ai/conversation", json=body(number, said))
            assert answer.status_code == 200
        assert answer.json()["progress"]["status"] == "booked"
        return await self.call()

    async def call(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get("/calls/CA1")).json()
        return found

    def told(self) -> list[dict[str, Any]]:
        """What the firm's system was told, verified."""
        return [Verifier(NEW).verify(text.decode(), dict(headers)) for _, headers, text in self.hooks.got]

    def taken(self) -> list[EmailMessage]:
        return [message_from_bytes(one, _class=EmailMessage, policy=policy.default) for one in self.mails.mails]


@asynccontextmanager
async def firm() -> AsyncIterator[Firm]:
    with receiving() as hooks:
        async with mail_server() as mails:
            found = settings(
                business=FIRM,
                smtp_url=f"smtp://127.0.0.1:{mails.port}",
                mail_from="bookings@example.com",
                webhook_private=True,
                webhook_url=f"http://127.0.0.1:{hooks.port}/hooks",
                webhook_secret=NEW,
            )
            service = Service(found)
            async with service.api.router.lifespan_context(service.api), client(service) as http:
                yield Firm(http, mails, hooks)


async def test_a_booking_is_in_the_callers_mail_and_in_the_firms_system() -> None:
    async with firm() as found:
        booking = (await found.book())["booking"]

        async def arrived() -> bool:
            return bool((await found.call())["confirmEmailsent"]) and len(found.hooks.got) == 2

        await until(arrived)
        (mail,) = found.taken()
        assert booking["reference"] in str(mail["Subject"]) + str(mail.get_body(("plain",)))
        assert mail["To"].addresses[0].addr_spec == "mary.oneill@gmail.com"
        (calendar,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar" and part.get_filename() is None)
        text = calendar.get_content()
        assert f"UID:{booking_uid('CA1')}" in text
        assert "METHOD:REQUEST" in text
        told = {one["type"]: one["data"] for one in found.told()}
        assert sorted(told) == ["booking.created", "call.ended"]
        assert told["booking.created"].items() >= {key: booking[key] for key in ("reference", "start", "end")}.items()
        assert told["call.ended"]["outcome"] == "booked"


async def test_a_mail_that_comes_back_is_corrected_by_a_person() -> None:
    async with firm() as found:
        found.mails.rcpt = ["550 5.1.1 no such mailbox", "250 OK"]
        await found.book()

        async def back() -> bool:
            return (await found.call())["booking"].get("mail") == "returned"

        await until(back)
        (letter,) = (await found.http.get("/outbox")).json()["deliveries"]
        assert (letter["kind"], letter["to"], letter["why"]) == ("mail", "mary.oneill@gmail.com", "smtp_550")
        assert (await found.http.patch("/calls/CA1", json={"email": "mary@example.com"})).status_code == 200

        async def cleared() -> bool:
            return bool((await found.call())["confirmEmailsent"]) and not (await found.http.get("/outbox")).json()["deliveries"]

        await until(cleared)
        (mail,) = found.taken()
        assert mail["To"].addresses[0].addr_spec == "mary@example.com"

        async def told() -> bool:
            return [one["type"] for one in found.told()].count("booking.changed") == 1

        await until(told)
        metrics = (await found.http.get("/metrics")).text
        assert 'slotline_mails_total{outcome="returned"} 1.0' in metrics
        assert 'slotline_mails_total{outcome="taken"} 1.0' in metrics


async def test_a_caller_who_books_nothing_gets_no_mail() -> None:
    async with firm() as found:
        for number, said in enumerate(("", "my name is Mary and my email is mary at gmail dot com", "please cancel everything", "yes")):
            await found.http.post("/ai/conversation", json=body(number, said))

        async def told() -> bool:
            return bool(found.hooks.got)

        await until(told)
        (ended,) = found.told()
        assert (ended["type"], ended["data"]["outcome"], ended["data"]["state"]) == ("call.ended", "ended", "none")
        assert found.mails.recipients == []


@pytest.mark.parametrize(("body", "reason"), [({"reason": " the van has broken\n down ", "agentId": "ann"}, "the van has broken down"), (None, "")])
async def test_the_firms_system_is_told_why_the_office_cancelled(body: Any, reason: str) -> None:
    async with firm() as found:
        reference = (await found.book())["booking"]["reference"]
        refused = await found.http.request("DELETE", f"/bookings/{reference}", json={"reason": "x" * 501})
        assert (refused.status_code, refused.json()["code"], "reason" in refused.text) == (422, "bad_field", True)
        answer = await found.http.request("DELETE", f"/bookings/{reference}", json=body)
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")

        async def told() -> bool:
            return "booking.cancelled" in [one["type"] for one in found.told()]

        await until(told)
        (data,) = (one["data"] for one in found.told() if one["type"] == "booking.cancelled")
        assert (data["why"], data["reason"]) == ("office", reason)
        assert all(b"broken" not in one for one in found.mails.mails), "the caller is not told it"
