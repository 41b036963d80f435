"""SignalWire's cXML: Twilio's forms and signature under another name, by a signing key; JSON is signed as it stands.

Waits      2 s to be connected, 5 s for the answer, and asks no second time: then the fallback URL.
Heard by   a model for telephone speech only where `enhanced` says so.
Source     cXML Voice: Gather; Webhook security; Common webhook errors (signalwire.com/docs).
"""

import hashlib
import hmac
from typing import Any

from api.telephony.posted import FORM
from api.telephony.provider import Listen, Posted
from api.telephony.twilio import Twilio
from api.telephony.twiml import Voice


class SignalWire(Twilio):
    name = "signalwire"
    secret = "signalwire_signing_key"  # noqa: S105 - a setting's name
    headers = (b"x-signalwire-signature", b"x-twilio-signature")

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        if not posted.body or posted.kind == FORM:
            return super().verified(posted, secret, now)
        given = self._signature(posted)
        return any(
            hmac.compare_digest(given, hmac.digest(secret.encode(), url.encode() + posted.body, hashlib.sha1).hex().encode()) for url in posted.urls
        )

    def gathering(self, listen: Listen, voice: Voice) -> dict[str, Any]:
        return {**super().gathering(listen, voice), "enhanced": True if voice.model else None}


PROVIDER = SignalWire()
