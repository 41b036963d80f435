"""Ringer: an example of a provider that speaks TwiML and signs in a way of its own.

Signed     `Ringer-Signature`: hex of HMAC-SHA256 by the account's secret over the URL, a line break and the body.
"""

import hashlib
import hmac
from collections.abc import Mapping

from api.telephony.provider import Posted
from api.telephony.twiml import Twiml


class Ringer(Twiml):
    name = "ringer"
    secret = "ringer_secret"

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        given = posted.headers.get(b"ringer-signature", b"")
        return any(hmac.compare_digest(given, _signature(secret, url, posted.body)) for url in posted.urls)

    def signed(self, secret: str, url: str, body: bytes, now: float) -> Mapping[str, str] | None:
        return {"Ringer-Signature": _signature(secret, url, body).decode()}


def _signature(secret: str, url: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), url.encode() + b"\n" + body, hashlib.sha256).hex().encode()


PROVIDER = Ringer()
