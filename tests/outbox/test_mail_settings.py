"""What settings and business files may say of mail, what `slotline doctor` finds, and what a start does not load for it."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from api.business_files import read
from api.mail_addresses import Server, sender_of, server_of
from api.mail_check import findings
from api.settings import SettingsError, read_settings
from tests.outbox.mail_server import mail_server

LEAST = 'id = "a"\nname = "A"\n'


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", Server("mail.example.com", 587, False, "", "")),
        ("smtps://mail.example.com", Server("mail.example.com", 465, True, "", "")),
        ("smtp://127.0.0.1:25", Server("127.0.0.1", 25, False, "", "")),
        ("smtp://[::1]:2525/", Server("::1", 2525, False, "", "")),
        ("smtp://acme%40mail:s%2Fe%3Ac%40r%25t@mail.example.com:587", Server("mail.example.com", 587, False, "acme@mail", "s/e:c@r%t")),
    ],
)
def test_servers(url: str, server: Server) -> None:
    assert server_of(url) == server
    assert "s/e:c" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example.com", "http://mail.example.com", "smtp://", "smtp://a b", "smtp://h:99999", "smtp://h:0", "smtp://h/x", "smtp://h?tls=no"),
        *("smtp://user@h", "smtp://:the-secret@h", "smtp://user:the-secret@", "smtp://[::1"),
    ],
)
def test_servers_that_cannot_be_used_are_named_on_one_line_without_their_secrets(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^SLOTLINE_SMTP_URL: must ") as refused:
        read_settings(smtp_url=url)
    assert "the-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["acme", "a@b", "a@acme.example, b@acme.example", "Acme, Inc. <a@acme.example>", "a@acme.example x", "用户@acme.example", "<>"]
)
def test_senders_that_cannot_be_used(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^SLOTLINE_MAIL_FROM: must be an address"):
        read_settings(mail_from=text)
    with pytest.raises(ValueError, match=r"^x: outgoing\.mail_from: must be an address"):
        read("x", f"{LEAST}[outgoing]\nmail_from = '{text}'".encode())


def test_senders() -> None:
    assert sender_of("bookings@acme.example").name == ""
    assert sender_of('"Acme, Inc." <a@ACME.example>').name == "Acme, Inc."
    assert sender_of("王 <a@acme.example>").domain == "acme.example"


@pytest.mark.parametrize(
    ("line", "why"),
    [("colour = 1", "colour"), ("mail_templates = { a = 'b' }", "outgoing.mail_templates: must be a folder"), ("mail_from = 1", "mail_from")],
)
def test_a_business_file_says_of_mail_what_is_known(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read("x", f"{LEAST}[outgoing]\n{line}".encode())


def test_the_settings_never_show_the_password() -> None:
    assert "the-secret" not in repr(read_settings(smtp_url="smtp://user:the-secret@h", mail_from="a@acme.example"))


def found(**settings: str) -> list[tuple[str, str]]:
    return [(finding.mark, finding.said) for finding in findings(read_settings(**settings))]


def test_doctor_says_that_nobody_is_written_to() -> None:
    assert found() == [("--", "SLOTLINE_SMTP_URL is not set: nobody is sent a confirmation")]
    assert found(smtp_url="smtp://127.0.0.1:9") == [
        ("!!", "SLOTLINE_MAIL_FROM is not set, nor mail_from of acme: their callers are sent nothing"),
    ]


@pytest.mark.anyio
async def test_doctor_asks_the_server_and_sends_nothing() -> None:
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        [(mark, said)] = await anyio.to_thread.run_sync(lambda: found(smtp_url=url, mail_from="a@acme.example"))
        assert (mark, server.senders, server.mails) == ("ok", [], [])
        assert said.startswith(f"127.0.0.1:{server.port} answers in ")
        assert said.endswith(" ms, not encrypted, without a password")
    [(mark, said)] = await anyio.to_thread.run_sync(lambda: found(smtp_url=url, mail_from="a@acme.example"))
    assert (mark, "cannot be used: smtp_unreachable" in said) == ("!!", True)


def test_a_start_loads_nothing_that_makes_mails(tmp_path: Path) -> None:
    script = """
import sys, api.serve, api.app, api.outbox.post
from api.settings import read_settings
from api.business_files import load
load(None)
api.outbox.post.Post(read_settings(smtp_url="smtp://127.0.0.1", mail_from="a@acme.example")).is_set_up(load(None).default)
print([name for name in ("aiosmtplib", "icalendar", "jinja2") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "[]\n"
