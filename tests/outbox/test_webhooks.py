"""Webhooks: what arrives at a receiver that verifies with the standard's own library, and what its answers mean."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from agent.record.business import Business
from agent.record.delivery import Owed
from agent.record.outgoing import Outgoing
from agent.record.webhook import Webhook
from api.outbox.outcomes import Again, Refused, Sent
from api.outbox.webhooks import LONGEST_WAIT_S, Hooks, outcome_of, payload
from tests.outbox.receivers import DATA, NAME, NEW, OLD, OTHER, Names, Receiver, certified, delivery, receiving

pytestmark = pytest.mark.anyio

ACME = Business(id="acme", name="Acme")


async def sent(receiver: Receiver, *secrets: str) -> Sent | Again | Refused:
    return await Hooks(receiver.hook("127.0.0.1", *secrets), private=True).send(delivery(), ACME)


async def test_what_arrives_is_verified_by_the_standard_s_own_library() -> None:
    with receiving() as receiver:
        assert await sent(receiver) == Sent()
    ((path, headers, body),) = receiver.got
    assert path == "/hooks?for=us"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["webhook-id"] == "msg_1"
    told = Verifier(NEW).verify(body, dict(headers))
    assert told == {"type": "booking.created", "timestamp": "2026-11-20T14:05:10Z", "data": DATA}
    with pytest.raises(WebhookVerificationError):
        Verifier(OTHER).verify(body, dict(headers))
    with pytest.raises(WebhookVerificationError):
        Verifier(NEW).verify(body.replace(b"149.5", b"149.6"), dict(headers))


async def test_while_a_secret_is_exchanged_both_verify() -> None:
    with receiving() as receiver:
        assert await sent(receiver, NEW, OLD) == Sent()
    _, headers, body = receiver.got[0]
    assert headers["webhook-signature"].count("v1,") == 2
    assert Verifier(OLD).verify(body, dict(headers)) == Verifier(NEW).verify(body, dict(headers))


def test_the_bytes_are_the_same_at_every_try_whatever_a_store_makes_of_the_order() -> None:
    first = delivery()
    kept = msgspec.json.decode(msgspec.json.encode(Owed(delivery=first)), type=Owed).delivery
    turned = msgspec.structs.replace(first, body=dict(reversed(DATA.items())))
    assert payload(first) == payload(kept) == payload(turned)
    assert payload(first).startswith(b'{"type":"booking.created","timestamp":"2026-11-20T14:05:10Z","data":{"company":')


@pytest.mark.parametrize(
    ("status", "headers", "means"),
    [
        (200, {}, Sent()),
        (202, {"Retry-After": "9"}, Sent()),
        (410, {}, Refused("http_410")),
        (400, {}, Again("http_400")),
        (404, {}, Again("http_404")),
        (500, {}, Again("http_500")),
        (429, {"Retry-After": "7"}, Again("http_429", 7.0)),
        (503, {"Retry-After": "120"}, Again("http_503", 120.0)),
    ],
)
async def test_an_answer_means_what_the_standard_says(status: int, headers: dict[str, str], means: Sent | Again | Refused) -> None:
    with receiving() as receiver:
        receiver.status, receiver.headers = status, headers
        assert await sent(receiver) == means
    assert len(receiver.got) == 1, "it is tried once"


@pytest.mark.parametrize("asked", ["-5", "soon", "١٢", "1.5", "Mon, 99 Nov 2026 25:00:00 GMT", "Fri, 20 Nov 2026 14:00:00 GMT"])
def test_a_wait_that_cannot_be_read_or_is_over_is_none(asked: str) -> None:
    assert outcome_of(503, asked, datetime(2026, 11, 20, 14, 5, tzinfo=UTC)) == Again("http_503")


def test_a_wait_may_be_a_date_and_never_parks_a_message_for_good() -> None:
    now = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert outcome_of(503, format_datetime(now.replace(minute=6), usegmt=True), now) == Again("http_503", 60.0)
    for ever in ("9" * 5000, "Fri, 20 Nov 2099 14:05:00 GMT"):
        assert outcome_of(429, ever, now) == Again("http_429", LONGEST_WAIT_S)


async def test_a_redirect_is_not_followed() -> None:
    with receiving() as receiver, receiving() as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
        assert await sent(receiver) == Again("http_307")
    assert elsewhere.got == []


async def test_a_receiver_that_does_not_answer_is_left() -> None:
    with receiving() as receiver:
        receiver.answers.clear()
        hooks = Hooks(receiver.hook(), private=True, patience_s=0.2)
        assert await hooks.send(delivery(), ACME) == Again("timed_out")


async def test_a_receiver_that_is_for_ever_at_work_is_left_too() -> None:
    with receiving() as receiver:
        receiver.drips = True
        hooks = Hooks(receiver.hook(), private=True, patience_s=0.5)
        assert await hooks.send(delivery(), ACME) == Again("timed_out")
        assert receiver.cut.wait(60)


async def test_an_answer_without_an_end_is_not_read() -> None:
    with receiving() as receiver:
        receiver.status, receiver.body = 200, b"x" * (64 << 20)
        assert await sent(receiver) == Sent()
        assert receiver.cut.wait(60), "the sender was gone after the head"


async def test_nobody_there_is_tried_again() -> None:
    with receiving() as receiver:
        pass
    assert await sent(receiver) == Again("unreachable")


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert await sent(receiver) == Sent()
    assert (len(receiver.got), proxy.got) == (1, [])


async def test_over_tls_the_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca, pem = certified(tmp_path, NAME)
    with receiving(pem) as receiver:
        hooks = Hooks(receiver.hook(NAME), private=True, find=Names(["127.0.0.1"]))
        assert await hooks.send(delivery(), ACME) == Again("bad_certificate"), "of an authority that nobody knows"
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        hooks = Hooks(receiver.hook(NAME), private=True, find=Names(["127.0.0.1"]))
        assert await hooks.send(delivery(), ACME) == Sent()
        hooks = Hooks(receiver.hook("other.invalid"), private=True, find=Names(["127.0.0.1"]))
        assert await hooks.send(delivery(), ACME) == Again("bad_certificate"), "of another name"
    ((_, headers, body),) = receiver.got
    assert headers["host"] == f"{NAME}:{receiver.port}"
    assert json.loads(body) == Verifier(NEW).verify(body, dict(headers))


async def test_certificates_that_are_not_there_are_no_end_of_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert await Hooks(Webhook(url="https://127.0.0.1", secrets=[NEW]), private=True).send(delivery(), ACME) == Again("no_certificates")


async def test_one_firm_s_bookings_never_reach_another() -> None:
    with receiving() as ours, receiving() as theirs:
        garage = Business(id="garage", name="Garage", outgoing=Outgoing(webhook_url=theirs.hook().url, webhook_secret=OTHER))
        hooks = Hooks(ours.hook(), private=True)
        assert await hooks.send(delivery("garage"), garage) == Sent()
        assert await hooks.send(delivery("acme"), ACME) == Sent()
        theirs.status = 410
        assert await hooks.send(delivery("garage"), garage) == Refused("http_410"), "the service's own does not stand in"
        with pytest.raises(ValueError, match="another business"):
            await hooks.send(delivery("acme"), garage)
    assert (len(ours.got), len(theirs.got)) == (1, 2)
    assert Verifier(OTHER).verify(theirs.got[0][2], dict(theirs.got[0][1]))


async def test_who_is_told_of_what() -> None:
    own = Outgoing(webhook_url="https://hooks.example.com", webhook_secret=NEW, webhook_events=["booking.created"])
    garage = Business(id="garage", name="Garage", outgoing=own)
    alone, shared = Hooks(None), Hooks(Webhook(url="https://ours.example.com", secrets=[OLD]))
    assert [hooks.is_set_up(one) for hooks in (alone, shared) for one in (ACME, garage)] == [False, True, True, True]
    assert [hooks.wants(one, "call.ended") for hooks in (alone, shared) for one in (ACME, garage)] == [False, False, True, False]
    assert alone.wants(garage, "booking.created")
    assert await alone.send(delivery(), ACME) == Refused("no_webhook")
