"""Where a business's own systems are told what happened: the address, the secrets it is signed with, and what it is told of.

Addresses and secrets are never shown: for many systems whoever knows the address may post to it.
"""

import re
from base64 import b64decode
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from agent.record.delivery import Occasion

OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)
ADDRESS_WANTED = "a web address such as https://hooks.example.com/slotline, in ASCII, without user, password and #"
KEY_WANTED = 'such as "whsec_...": 24 to 64 bytes in base64 behind whsec_; make one with: echo "whsec_$(openssl rand -base64 32)"'
_PLAIN_WHERE = "; http:// is for loopback and private addresses alone, with SLOTLINE_WEBHOOK_PRIVATE=true"
MOST_SECRETS = 5
_PREFIX, _SHORTEST, _LONGEST = "whsec_", 24, 64
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_ADDRESS = re.compile(rf"https?://({_LABEL}(\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(:[0-9]{{1,5}})?([/?][!-\"$-~]*)?")


class Webhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str
    secrets: list[str]
    """Each signs: while one is exchanged, the old one and the new one."""
    events: list[Occasion] = msgspec.field(default_factory=lambda: list(OCCASIONS))
    """What it is told of; everything unless some are named."""

    @property
    def host(self) -> str:
        """What of the address may be shown."""
        return urlsplit(self.url).hostname or ""

    def __repr__(self) -> str:
        return f"Webhook(host={self.host!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("host", self.host)]


def is_address(url: str) -> bool:
    """Whether a webhook can be posted to it, as far as it is written."""
    try:
        return bool(_ADDRESS.fullmatch(url)) and urlsplit(url).port != 0
    except ValueError:  # a port beyond 65535, brackets without an address
        return False


def refused(url: str, private: bool) -> str:
    """Why nothing may be posted to an address, as far as it is written; "" when it may. `private`: as SLOTLINE_WEBHOOK_PRIVATE says."""
    return f"must begin with https://{_PLAIN_WHERE}" if url.startswith("http:") and not private else ""


def is_secret(text: str) -> bool:
    """Whether it is a secret as Standard Webhooks writes one."""
    if not text.startswith(_PREFIX):
        return False
    coded = text.removeprefix(_PREFIX)
    try:
        return _SHORTEST <= len(b64decode(coded + "=" * (-len(coded) % 4), validate=True)) <= _LONGEST
    except ValueError:
        return False
