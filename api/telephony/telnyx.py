"""Telnyx' TeXML: Twilio's forms, signed with Ed25519 over the time and the body.

Signed     `telnyx-signature-ed25519` over `<telnyx-timestamp>|<body>`, at most five minutes old. The URL is not covered, so GET, where all
           is in the URL, is refused.
Says       no SSML in `<Say>` that its documentation knows: each sentence by itself.
Source     Webhook verification of the telnyx package; TeXML: Gather, Say (developers.telnyx.com).
"""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from api.telephony.provider import Posted
from api.telephony.twiml import Twiml, Voice

AGE_S = 300
"""Seconds that the clocks may differ, or a request be on its way."""


class Telnyx(Twiml):
    name = "telnyx"
    secret = "telnyx_public_key"  # noqa: S105 - a setting's name
    ssml = False

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        at = posted.headers.get(b"telnyx-timestamp", b"")
        if posted.method != "POST" or not (at.isdigit() and len(at) <= 12 and abs(now - int(at)) <= AGE_S):
            return False
        try:
            given = base64.b64decode(posted.headers.get(b"telnyx-signature-ed25519", b""), validate=True)
            _key(secret).verify(at + b"|" + posted.body, given)
        except (BadSignatureError, binascii.Error, ValueError, TypeError):
            return False
        return True

    def signed(self, secret: str, url: str, body: bytes, now: float) -> Mapping[str, str] | None:
        return None  # the key that signs is Telnyx' alone

    def voice(self, voice: Voice) -> str:
        return f"AWS.{voice.voice}"


@lru_cache(8)
def _key(public_key: str) -> VerifyKey:
    return VerifyKey(base64.b64decode(public_key, validate=True))


PROVIDER = Telnyx()
