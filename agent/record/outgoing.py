"""What leaves the house in a business's name, as its file has it: the sender of its mails, and where its own systems are told what happened."""

from typing import Any

import msgspec

from agent.record.delivery import Occasion
from agent.record.webhook import Webhook


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where nothing is given, the service's settings stand. An address with its secret is never shown: `repr` leaves them out."""

    mail_from: str = ""
    """Who its mails are from: "bookings@acme.example", or "Acme <bookings@acme.example>"."""
    mail_templates: str | dict[str, str] = ""
    """In a file: the folder of its own templates, beside the file. Once that is read: what is in them, by their names."""
    webhook_url: str = ""
    webhook_secret: str = ""
    """Several with commas between: each signs, while one is exchanged."""
    webhook_events: list[Occasion] = msgspec.field(default_factory=list)
    """What the webhook is told of; everything unless some are named."""

    feed_key: str = ""
    """Any word: another one makes the address of its calendar another."""

    @property
    def secrets(self) -> list[str]:
        return [secret.strip() for secret in self.webhook_secret.split(",") if secret.strip()]

    @property
    def webhook(self) -> Webhook | None:
        """Its own, of which no other business's calls are told; None: the service's, if there is one."""
        if not self.webhook_url:
            return None
        hook = Webhook(url=self.webhook_url, secrets=self.secrets)
        return msgspec.structs.replace(hook, events=self.webhook_events) if self.webhook_events else hook

    def __repr__(self) -> str:
        return f"Outgoing(mail_from={self.mail_from!r}, webhook={self.webhook!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("mail_from", self.mail_from), ("webhook", self.webhook)]
