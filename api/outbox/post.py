"""The post: mails to callers about their bookings, through the server that the settings name.

What makes and carries a mail is loaded with the first one, in a thread: it would cost each start and each call in progress a tenth of a second.
"""

import asyncio
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

from agent.record.business import Business
from agent.record.delivery import Delivery
from api import logs
from api.mail_addresses import Sender, Server, sender_of, server_of
from api.outbox.outcomes import Again, Holds, Outcome, Refused, held
from api.settings import Settings, is_loopback

if TYPE_CHECKING:
    from email.message import EmailMessage

    from api.outbox.smtp import Seen

STEP_S, WHOLE_S = 30.0, 120.0
"""For one answer of the server, and for a mail. Greylisting servers are slow on purpose; RFC 5321 allows minutes, which a worker has not."""


class Post:
    """Writes and sends; of one process."""

    def __init__(self, settings: Settings, step_s: float = STEP_S, whole_s: float = WHOLE_S) -> None:
        """`step_s`, `whole_s`: seconds that the server gets for one answer, and for a mail."""
        self.server: Server | None = server_of(settings.smtp_url) if settings.smtp_url else None
        """What the settings name; None: nobody is written to."""
        self._from = settings.mail_from
        self._limits = (step_s, whole_s)

    def is_set_up(self, business: Business) -> bool:
        """Whether callers of the business are written to; cheap, since every step of a call may ask."""
        return self.server is not None and bool(business.outgoing.mail_from or self._from)

    async def ready(self) -> None:
        """Load what writes and sends."""
        if self.server is not None:
            await asyncio.to_thread(_load)
            await asyncio.to_thread(lambda: self._tls)

    async def send(self, delivery: Delivery, business: Business, holds: Holds = held) -> Outcome:
        """Write the mail and hand it to the server. Never raises but for a cancellation, and what `holds` raises.

        Sent when the server has taken it. Refused with its code ("smtp_550") when it is for good: the address, or the mail. Else Again, with the code
        or how it failed: "smtp_timeout", "smtp_disconnected", "smtp_unreachable", "smtp_certificate", "smtp_tls", "smtp_no_tls", "smtp_protocol".
        """
        sender = self._sender(business)
        if self.server is None or sender is None:
            return Again("mail_not_set_up")
        try:
            mail, tls = await asyncio.to_thread(lambda: (_written(delivery, business, sender), self._tls))
        except Exception as error:  # a fault of ours: to be seen, and not the caller's to bear
            logs.failure("mail_failed", error, call=delivery.sid)
            return Again("mail_failed")
        if isinstance(mail, Refused):
            return mail
        from api.outbox.smtp import Letter, Limits, bring

        recipient = mail["To"].addresses[0].addr_spec
        return await bring(self.server, Letter(mail, sender.address, recipient), tls, Limits(*self._limits), holds)

    async def look(self, business: Business) -> "Seen | Again":
        """Whether the server would take the business's mails, without sending one."""
        sender = self._sender(business)
        if self.server is None or sender is None:
            return Again("mail_not_set_up")
        from api.outbox.smtp import Limits, look

        return await look(self.server, sender.address, self._tls, Limits(*self._limits))

    def _sender(self, business: Business) -> Sender | None:
        written = business.outgoing.mail_from or self._from
        return sender_of(written) if written else None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Who the server is gets checked, but for this machine's own: there is nobody between, and its certificate is seldom one for "localhost"."""
        context = ssl.create_default_context()
        if self.server is not None and is_loopback(self.server.host):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def _load() -> None:
    from api.outbox import booking_mail, smtp  # noqa: F401 - here, in the thread


def _written(delivery: Delivery, business: Business, sender: Sender) -> "EmailMessage | Refused":
    """The mail; in our own words where the business's templates fail, since something must arrive."""
    from api.outbox import booking_mail, smtp  # noqa: F401 - smtp is loaded here too, in the thread
    from api.outbox.templates import BadTemplate

    try:
        try:
            return booking_mail.compose(delivery, booking_mail.MailLook(business, sender))
        except BadTemplate as error:
            logs.event("mail_template_failed", level="warning", part=business.id, code=error.template)
            return booking_mail.compose(delivery, booking_mail.MailLook(booking_mail.plain(business), sender))
    except booking_mail.Unsendable as error:
        return Refused(str(error))
