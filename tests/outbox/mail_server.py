"""A real SMTP server (aiosmtpd) on loopback that does as a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "acme@mail", "s/e:c@r%t"
TAKEN = "250 OK"


class MailServer:
    """What it was sent, and what it is to say. An answer "drop" ends the connection instead, "stall" never comes; the last one stays."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[bytes] = []
        """Taken, as they came."""
        self.recipients: list[str] = []
        """Asked for."""
        self.senders: list[str] = []
        self.passwords: list[str] = []
        """Those that it was given."""
        self.greeted: list[tuple[str, bool]] = []
        """What clients called themselves, and whether that was encrypted."""
        self.mail, self.rcpt, self.data, self.quit = [TAKEN], [TAKEN], [TAKEN], ["221 Bye"]
        """Its answers to each command, in turn."""

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:  # noqa: N802
        session.host_name = hostname
        self.greeted.append((hostname, session.ssl is not None))
        return responses

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        self.senders.append(address)
        envelope.mail_from = address
        return await self._answer(server, self.mail)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        self.recipients.append(address)
        answer = await self._answer(server, self.rcpt)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._answer(server, self.data)
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(envelope.content)
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._answer(server, self.quit)

    async def _answer(self, server: SMTP, answers: list[str]) -> str:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        if answer in ("drop", "stall"):
            await asyncio.Event().wait()
        return answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.passwords.append(data.password.decode())
        return AuthResult(success=(data.login.decode(), data.password.decode()) == (USER, PASSWORD), handled=False)


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None, encrypted: bool = False, **options: Any) -> AsyncIterator[MailServer]:
    """A server in this loop. `tls`: it offers STARTTLS; `encrypted`: it is TLS from the first byte instead; `options`: of aiosmtpd's SMTP."""
    made = MailServer()
    spoken: list[SMTP] = []

    def speaking() -> SMTP:
        one = SMTP(made, hostname="mail.example.com", tls_context=None if encrypted else tls, authenticator=made.authenticate, **options)
        spoken.append(one)
        return one

    server = await asyncio.get_running_loop().create_server(speaking, "127.0.0.1", 0, ssl=tls if encrypted else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for one in spoken:
            await _ended(one)
        await server.wait_closed()


async def _ended(one: SMTP) -> None:
    if one.transport is not None:
        one.transport.abort()
    if one._handler_coroutine is not None:
        one._handler_coroutine.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await one._handler_coroutine


def certificate(folder: Path, *names: str) -> Iterator[tuple[ssl.SSLContext, Path]]:
    """A server's context with a certificate for `names` by an authority that nobody knows, and the file of that authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    yield context, file
