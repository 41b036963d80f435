"""Mails handed to a real SMTP server that takes them, refuses, puts off, stalls, drops, and asks for encryption and a password."""

import socket
import ssl
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from agent.record.business import Outgoing
from api.outbox.outcomes import Again, Refused, Sent
from api.outbox.post import Post
from api.settings import read_settings
from tests.outbox.bookings import ACME, booking, with_templates
from tests.outbox.mail_server import PASSWORD, USER, MailServer, certificate, mail_server
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
SIGNED_IN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"
HERE = "127.1"
"""This machine, by a name that is not known to be it: whoever listens there has to show who they are."""


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    return next(certificate(tmp_path, "mail.example.com"))[0]


def post(server: MailServer, *, scheme: str = "smtp", user: str = "", host: str = "127.0.0.1", step_s: float = PATIENCE_S) -> Post:
    url = f"{scheme}://{user}{host}:{server.port}"
    return Post(read_settings(smtp_url=url, mail_from="bookings@acme.example"), step_s, PATIENCE_S)


async def test_a_mail_is_taken() -> None:
    async with mail_server() as server:
        assert await post(server).send(booking(), ACME) == Sent()
        assert (server.senders, server.recipients, server.greeted) == (["bookings@acme.example"], ["ann@example.com"], [("acme.example", False)])
        mail = message_from_bytes(server.mails[0], policy=default)
        assert (mail["To"], mail["Message-ID"]) == ("Ann Lee <ann@example.com>", "<msg_created@acme.example>")


async def test_what_is_sent_again_is_the_same_mail() -> None:
    async with mail_server() as server:
        server.data = ["451 4.3.0 try later", "250 OK"]
        assert [await post(server).send(booking(), ACME) for _ in range(3)] == [Again("smtp_451"), Sent(), Sent()]
        first, second = (message_from_bytes(mail, policy=default) for mail in server.mails)
        assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])


@pytest.mark.parametrize(
    ("command", "answer", "ended"),
    [
        ("rcpt", "550 5.1.1 no such user ann@example.com", Refused("smtp_550")),
        ("rcpt", "553 mailbox name not allowed", Refused("smtp_553")),
        ("rcpt", "501 5.1.3 bad address", Refused("smtp_501")),
        ("rcpt", "450 4.2.0 greylisted", Again("smtp_450")),
        ("rcpt", "452 4.2.2 mailbox full", Again("smtp_452")),
        ("rcpt", "421 4.3.2 closing", Again("smtp_421")),
        ("rcpt", "554 5.7.1 relay access denied", Again("smtp_554")),
        ("rcpt", "530 5.7.0 authentication required", Again("smtp_530")),
        ("rcpt", "503 bad sequence", Again("smtp_503")),
        ("data", "554 5.7.1 message refused", Refused("smtp_554")),
        ("data", "550 5.6.0 message refused", Refused("smtp_550")),
        ("data", "452 4.3.1 no space", Again("smtp_452")),
        ("mail", "550 5.7.1 sender refused", Again("smtp_550")),
        ("mail", "530 5.7.0 must issue STARTTLS first", Again("smtp_530")),
        ("rcpt", "drop", Again("smtp_disconnected")),
        ("data", "drop", Again("smtp_disconnected")),
    ],
)
async def test_what_a_server_answers(command: str, answer: str, ended: Sent | Again | Refused, capsys: pytest.CaptureFixture[str]) -> None:
    async with mail_server() as server:
        setattr(server, command, [answer])
        assert await post(server).send(booking(), ACME) == ended
        assert server.mails == []
    assert "ann@" not in capsys.readouterr().err


async def test_a_greylisting_server_takes_it_the_second_time() -> None:
    async with mail_server() as server:
        server.rcpt = ["451 4.7.1 greylisted, come back", "250 OK"]
        assert [await post(server).send(booking(), ACME) for _ in range(2)] == [Again("smtp_451"), Sent()]


async def test_a_mail_that_was_taken_is_sent_however_the_server_leaves() -> None:
    async with mail_server() as server:
        server.quit = ["drop"]
        assert await post(server).send(booking(), ACME) == Sent()
        assert len(server.mails) == 1


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
async def test_a_server_that_stalls_is_left(command: str) -> None:
    async with mail_server() as server:
        setattr(server, command, ["stall"])
        assert await post(server, step_s=0.2).send(booking(), ACME) == Again("smtp_timeout")


async def test_a_mail_has_its_time_however_many_steps_it_takes() -> None:
    async with mail_server() as server:
        server.data = ["stall"]
        settings = read_settings(smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="bookings@acme.example")
        assert await Post(settings, PATIENCE_S, 0.3).send(booking(), ACME) == Again("smtp_timeout")


async def test_nobody_there() -> None:
    async with mail_server() as server:
        gone = post(server)
    assert await gone.send(booking(), ACME) == Again("smtp_unreachable")
    assert await gone.look(ACME) == Again("smtp_unreachable")


async def test_encryption_is_used_where_it_is_offered(tls: ssl.SSLContext) -> None:
    async with mail_server(tls=tls) as server:
        assert await post(server).send(booking(), ACME) == Sent()
        assert server.greeted[-1] == ("acme.example", True)
    async with mail_server(tls=tls, require_starttls=True, auth_required=True) as server:
        assert await post(server, user=SIGNED_IN).send(booking(), ACME) == Sent()
        assert server.passwords == [PASSWORD]


async def test_smtps_is_encrypted_from_the_first_byte(tls: ssl.SSLContext) -> None:
    async with mail_server(tls=tls, encrypted=True) as server:
        assert await post(server, scheme="smtps").send(booking(), ACME) == Sent()
        assert isinstance(await post(server, step_s=0.5).look(ACME), Again)


async def test_a_wrong_password_is_none_of_the_callers(tls: ssl.SSLContext) -> None:
    async with mail_server(tls=tls, auth_required=True) as server:
        assert await post(server, user="acme:wrong@").send(booking(), ACME) == Again("smtp_535")
        assert await post(server).send(booking(), ACME) == Again("smtp_530")
        assert server.mails == []


async def test_no_password_goes_to_another_machine_unencrypted() -> None:
    async with mail_server(auth_require_tls=False) as server:
        assert await post(server, user=SIGNED_IN, host=HERE).send(booking(), ACME) == Again("smtp_no_tls")
        assert server.passwords == []
        assert await post(server, user=SIGNED_IN).send(booking(), ACME) == Sent()
        assert await post(server, host=HERE).send(booking(), ACME) == Sent()


@pytest.mark.parametrize("encrypted", [False, True])
async def test_another_machine_has_to_show_who_it_is(tls: ssl.SSLContext, encrypted: bool) -> None:
    async with mail_server(tls=tls, encrypted=encrypted) as server:
        assert await post(server, user=SIGNED_IN, host=HERE, scheme="smtps" if encrypted else "smtp").send(booking(), ACME) == Again(
            "smtp_certificate"
        )
        assert server.passwords == []


async def test_an_authority_of_ones_own_is_named_to_openssl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, file = next(certificate(tmp_path, "mail.example.com"))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    resolved = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: resolved("127.0.0.1", *more, **named))
    async with mail_server(tls=tls) as server:
        assert await post(server, user=SIGNED_IN, host="mail.example.com").send(booking(), ACME) == Sent()


async def test_an_address_in_another_script_goes_where_it_is_understood() -> None:
    async with mail_server(enable_SMTPUTF8=True) as server:
        assert await post(server).send(booking(email="用户@example.com"), ACME) == Sent()
        assert server.recipients == ["用户@example.com"]
    async with mail_server() as server:
        assert await post(server).send(booking(email="用户@example.com"), ACME) == Refused("smtp_no_utf8")


@pytest.mark.parametrize(
    ("delivery", "why"),
    [(booking("call.ended"), "occasion_not_mailed"), (booking(email="ann"), "address_invalid"), (booking(end=1), "not_a_booking")],
)
async def test_what_no_mail_can_be_made_of_is_refused(delivery: Any, why: str) -> None:
    async with mail_server() as server:
        assert await post(server).send(delivery, ACME) == Refused(why)
        assert server.greeted == []


def test_mail_is_set_up_where_there_are_a_server_and_a_sender() -> None:
    own = msgspec.structs.replace(ACME, outgoing=Outgoing(mail_from="acme@acme.example"))
    found = [
        Post(read_settings(smtp_url=url, mail_from=sender)).is_set_up(business)
        for url in ("", "smtp://127.0.0.1")
        for sender in ("", "a@acme.example")
        for business in (ACME, own)
    ]
    assert found == [False, False, False, False, False, True, True, True]


async def test_a_business_has_its_own_sender() -> None:
    own = msgspec.structs.replace(ACME, outgoing=Outgoing(mail_from="Acme <own@acme.example>"))
    async with mail_server() as server:
        assert await post(server).send(booking(), own) == Sent()
        assert server.senders == ["own@acme.example"]
        assert message_from_bytes(server.mails[0], policy=default)["From"] == "Acme <own@acme.example>"


async def test_a_template_that_fails_gives_way_to_ours(capsys: pytest.CaptureFixture[str]) -> None:
    business = with_templates(mail__txt="Subject: {{ words[name] }}\n\nhi")
    async with mail_server() as server:
        assert await post(server).send(booking(name="Ann Secret"), business) == Sent()
        assert message_from_bytes(server.mails[0], policy=default)["Subject"] == "Booked: Drain cleaning, Tuesday, March 3, 2026"
    log = capsys.readouterr().err
    assert '"event":"mail_template_failed"' in log
    assert "mail.txt" in log
    assert "Secret" not in log


async def test_a_look_sends_nothing(tls: ssl.SSLContext) -> None:
    async with mail_server(tls=tls, auth_required=True) as server:
        seen = await post(server, user=SIGNED_IN).look(ACME)
        assert not isinstance(seen, Again)
        assert (seen.tls, seen.signed_in, server.senders) == (True, True, [])
        assert await post(server, user="acme:wrong@").look(ACME) == Again("smtp_535")
