"""Twilio Voice.

Signed     `X-Twilio-Signature`: base64 of HMAC-SHA1 by the auth token, over the URL as it was told and the fields of the form, sorted. Over
           https Twilio leaves out the port. A JSON body is covered by its SHA-256 in the query. The scheme has no time in it: what protects
           is that a turn which is sent again changes nothing.
Waits      15 s; then the fallback URL.
Source     Webhooks security; Gather; Say (twilio.com/docs).
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from api.telephony.posted import FORM, pairs_of
from api.telephony.provider import Listen, Posted
from api.telephony.twiml import Twiml, Voice


class Twilio(Twiml):
    name = "twilio"
    secret = "twilio_auth_token"  # noqa: S105 - a setting's name
    headers: tuple[bytes, ...] = (b"x-twilio-signature",)

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        given = self._signature(posted)
        if posted.body and posted.kind != FORM and not _covered(posted):
            return False
        return any(hmac.compare_digest(given, signature(secret, url, posted.pairs)) for url in posted.urls)

    def signed(self, secret: str, url: str, body: bytes, now: float) -> Mapping[str, str] | None:
        return {self.headers[0].decode(): signature(secret, url, pairs_of(body)).decode()}

    def _signature(self, posted: Posted) -> bytes:
        return next((posted.headers[name] for name in self.headers if name in posted.headers), b"")

    def gathering(self, listen: Listen, voice: Voice) -> dict[str, Any]:
        # Names, streets and mailboxes may be said at any time, and a filter makes stars of some of them.
        return {**super().gathering(listen, voice), "profanityFilter": False, "speechModel": voice.model or None}


def signature(secret: str, url: str, pairs: Iterable[tuple[str, str]]) -> bytes:
    """What Twilio signs with: each distinct value of a name once, in order."""
    signed = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1))


def _covered(posted: Posted) -> bool:
    """Whether the URL, which is signed, says what a body that is no form is."""
    wanted = posted.query.get("bodySHA256", "").lower().encode()
    return hmac.compare_digest(hashlib.sha256(posted.body).hexdigest().encode(), wanted)


PROVIDER = Twilio()
