"""Handing a mail to a server by SMTP, and what its answer means (RFC 5321, RFC 3463).

An answer is a code and a sentence; the sentence may quote the address that a caller gave, so only the code is passed on. What is wrong with the
address or with the mail is for good. What is wrong between the server and us (a password, the sender, a relay that does not know us) is the
operator's to mend: it must not be taken for the caller's, so the mail is tried again.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from socket import socket
from time import monotonic
from typing import NamedTuple

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from api.mail_addresses import Server
from api.outbox.looking_up import connection
from api.outbox.outcomes import Again, Holds, Lost, Outcome, Refused, Sent

FROM_US = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Answers about how we speak or who we are, wherever they come."""
POLICY = "5.7."
"""Enhanced codes of what the server will not do for us, as a relay that does not know us says of a recipient."""
QUIT_S = 2.0
"""How long a server may take to say goodbye; it has the mail by then."""


class Limits(NamedTuple):
    step_s: float
    """For one answer."""
    whole_s: float
    """For a mail from the first byte to the last answer."""


class Letter(NamedTuple):
    mail: EmailMessage
    sender: str
    """An address, as the recipient."""
    recipient: str


class Seen(NamedTuple):
    """A server that takes mails from us, as far as can be seen without one."""

    ms: float
    tls: bool
    signed_in: bool


class Unsafe(Exception):
    """The server can be spoken to, but not in a way that a password could be given; the message is a code."""


async def bring(server: Server, letter: Letter, tls: ssl.SSLContext, limits: Limits, holds: Holds) -> Outcome:
    """Hand the mail over; never raises but for a cancellation, and what `holds` raises: it is asked once the server is ready to take the mail."""
    mail, sender, recipient = letter
    try:
        async with _connection(server, sender, tls, limits) as client:
            async with asyncio.timeout(limits.whole_s):
                await _begin(client, server, tls)
                if not (recipient.isascii() or client.supports_extension("smtputf8")):
                    return Refused("smtp_no_utf8")  # the address cannot be written to from here, however often one tries
                if not await holds():
                    return Lost()
                await client.sendmail(sender, recipient, mail.as_bytes(), mail_options=() if recipient.isascii() else ("SMTPUTF8",))
            await _leave(client)
    except (SMTPException, OSError, ValueError, Unsafe) as error:
        return _outcome(error)
    return Sent()


async def look(server: Server, sender: str, tls: ssl.SSLContext, limits: Limits) -> Seen | Again:
    """Whether the server would take mails from us: greet, encrypt, sign in, and leave."""
    begun = monotonic()
    try:
        async with _connection(server, sender, tls, limits) as client:
            async with asyncio.timeout(limits.whole_s):
                await _begin(client, server, tls)
            seen = Seen((monotonic() - begun) * 1000, client.get_transport_info("sslcontext") is not None, bool(server.user))
            await _leave(client)
            return seen
    except (SMTPException, OSError, ValueError, Unsafe) as error:
        return Again(_outcome(error).why)


@asynccontextmanager
async def _connection(server: Server, sender: str, tls: ssl.SSLContext, limits: Limits) -> AsyncIterator[SMTP]:
    domain = sender.rpartition("@")[2]  # what we greet with: the host's own name may be nobody's, and asking for it may take a while
    client = SMTP(hostname=server.host, local_hostname=domain, timeout=limits.step_s, use_tls=server.tls, start_tls=False, tls_context=tls)
    try:
        yield client
    finally:
        client.close()


async def _begin(client: SMTP, server: Server, tls: ssl.SSLContext) -> None:
    """Connect, encrypt as the server offers it, and sign in; never with a password that others could read on the way."""
    await client.connect(sock=await _connected(server, client.timeout))
    await client.ehlo()
    if not server.tls and client.supports_extension("starttls"):
        await client.starttls()
    elif not server.tls and server.user and tls.verify_mode is not ssl.CERT_NONE:  # which is none for this machine's own server alone
        raise Unsafe("smtp_no_tls")
    if server.user:
        await client.login(server.user, server.password)


async def _connected(server: Server, within_s: float | None) -> socket:
    """A connection, made here since `aiosmtplib` has names looked up in threads that the end of the process would wait for."""
    try:
        async with asyncio.timeout(within_s):
            return await connection(server.host, server.port)
    except (TimeoutError, OSError, UnicodeError) as error:
        kind = aiosmtplib.SMTPConnectTimeoutError if isinstance(error, TimeoutError) else aiosmtplib.SMTPConnectError
        raise kind(type(error).__name__) from error


async def _leave(client: SMTP) -> None:
    """Politely, and whatever the server does: it has the mail."""
    with suppress(SMTPException, OSError):
        await client.quit(timeout=QUIT_S)


def _outcome(error: Exception) -> Again | Refused:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        return _outcome(error.recipients[0])
    if isinstance(error, SMTPResponseException):
        code = f"smtp_{error.code}"
        if isinstance(error, aiosmtplib.SMTPRecipientRefused):
            return Refused(code) if _for_good(error.code) and not error.message.startswith(POLICY) else Again(code)
        return Refused(code) if isinstance(error, aiosmtplib.SMTPDataError) and _for_good(error.code) else Again(code)
    return Again(_fault(error))


def _for_good(code: int) -> bool:
    return 500 <= code < 600 and code not in FROM_US


def _fault(error: BaseException) -> str:
    """What went wrong without an answer, as a code."""
    if isinstance(error, Unsafe):
        return str(error)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "smtp_certificate"
        if isinstance(cause, ssl.SSLError):
            return "smtp_tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, TimeoutError):
        return "smtp_timeout"
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return "smtp_unreachable"
    return "smtp_disconnected" if isinstance(error, OSError) else "smtp_protocol"
