"""A telephone at each provider: it posts what that provider posts, signed as it signs, and does what it is told."""

import base64
import hashlib
import hmac
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from nacl.signing import SigningKey
from twilio.request_validator import RequestValidator

from api.app import Service
from tests.api.services import client, settings
from tests.patience import PATIENCE_S
from tests.telephony import twiml, verbs
from tests.telephony.twiml import Document

PUBLIC = "https://voice.example.test"
HOOK_SECRET = "wh_secret_test_not_a_secret"
TOKEN, SIGNING_KEY = "test-auth-token-not-a-secret", "PSK_test_signing_key_not_a_secret"
ED25519 = SigningKey(bytes(range(32)))
NOW = 1_763_632_800
"""What the clock says to signatures that have an age."""
SECRETS = {
    "twilio_auth_token": TOKEN,
    "signalwire_signing_key": SIGNING_KEY,
    "telnyx_public_key": base64.b64encode(bytes(ED25519.verify_key)).decode(),
    "jambonz_webhook_secret": HOOK_SECRET,
}
BUSINESSES = Path(__file__).with_name("businesses")
FORM = "application/x-www-form-urlencoded"
Signing = Callable[[str, Mapping[str, str], bytes], dict[str, str]]


def _twilio(url: str, fields: Mapping[str, str], body: bytes) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, fields)}


def _signalwire(url: str, fields: Mapping[str, str], body: bytes) -> dict[str, str]:
    return {"X-SignalWire-Signature": RequestValidator(SIGNING_KEY).compute_signature(url, fields)}


def _telnyx(url: str, fields: Mapping[str, str], body: bytes) -> dict[str, str]:
    signed = ED25519.sign(f"{NOW}|".encode() + body).signature
    return {"telnyx-timestamp": str(NOW), "telnyx-signature-ed25519": base64.b64encode(signed).decode()}


def _jambonz(url: str, fields: Mapping[str, str], body: bytes) -> dict[str, str]:
    return {"Jambonz-Signature": f"t={NOW},v1={hmac.new(HOOK_SECRET.encode(), f'{NOW}.'.encode() + body, hashlib.sha256).hexdigest()}"}


SIGNED: dict[str, Signing] = {"twilio": _twilio, "signalwire": _signalwire, "telnyx": _telnyx, "jambonz": _jambonz}
SIDS: dict[str, Callable[[int], str]] = {
    "twilio": lambda number: f"CA{number:032x}",
    "signalwire": lambda number: f"00000000-0000-4000-8000-{number:012x}",
    "telnyx": lambda number: f"v3:{'k' * 40}-{number}_{'z' * 40}",
    "jambonz": lambda number: f"00000000-0000-4000-9000-{number:012x}",
}
OF_JSON = ("jambonz",)
"""Those who post JSON."""
READERS = {"text/xml; charset=utf-8": twiml.read, "application/json": verbs.read}
"""By the media type of an answer, how a telephone reads it."""
_numbers = itertools.count(1)


def written(provider: str, form: dict[str, str]) -> bytes:
    """The body in which a provider posts these."""
    return verbs.written(form) if provider in OF_JSON else urlencode(form).encode()


def kind_of(provider: str) -> str:
    return "application/json" if provider in OF_JSON else f"{FORM}; charset=UTF-8"


class Phone:
    """A call from one telephone."""

    def __init__(self, http: httpx.AsyncClient, provider: str, caller: str = "+12025550143", dialled: str = "+12025550100") -> None:
        self.http, self.provider = http, provider
        self.sid = SIDS[provider](next(_numbers))
        self.caller, self.dialled = caller, dialled
        self.heard: list[str] = []
        """Each thing that the caller heard."""
        self.now = Document("")
        """What the telephone was told last."""

    async def send(self, url: str, sign: Signing | None = None, **fields: str) -> httpx.Response:
        """Post a form to a URL, as it is written in a document, and give the answer as it came."""
        url = url if url.startswith("http") else PUBLIC + url
        form = {"CallSid": self.sid, "From": self.caller, "To": self.dialled, "Direction": "inbound", "CallStatus": "in-progress"} | fields
        body = self.written(form)
        headers = {"Content-Type": self.kind} | (sign or SIGNED[self.provider])(url, form, body)
        return await self.http.post(url.removeprefix(PUBLIC), content=body, headers=headers)

    def written(self, form: dict[str, str]) -> bytes:
        return written(self.provider, form)

    @property
    def kind(self) -> str:
        return kind_of(self.provider)

    async def ask(self, url: str, **fields: str) -> Document:
        """The same, and do at once what needs no caller: what is fetched is fetched."""
        self.now = answered(await self.send(url, **fields))
        self.heard.append(self.now.said)
        if self.now.redirect and self.now.gather is None:
            return await self.ask(self.now.redirect)
        return self.now

    async def ring(self, **fields: str) -> Document:
        return await self.ask(f"/{self.provider}/voice", **{"CallStatus": "ringing", **fields})

    async def say(self, words: str, confidence: str = "0.93") -> Document:
        return await self.ask(self.action, SpeechResult=words, **({"Confidence": confidence} if confidence else {}))

    async def press(self, keys: str) -> Document:
        return await self.ask(self.action, Digits=keys)

    async def wait(self) -> Document:
        """The caller says nothing."""
        return await self.ask(self.action if self.provider in OF_JSON else self.now.redirect)

    async def end_of_dial(self, status: str) -> Document:
        """The call with the person is over, or was none."""
        assert self.now.dial is not None
        return await self.ask(self.now.dial["action"], DialCallStatus=status, DialCallSid="CAother")

    async def tell(self, status: str, number: int = 0) -> httpx.Response:
        """A status callback."""
        return await self.send(f"/{self.provider}/status", CallStatus=status, SequenceNumber=str(number), CallbackSource="call-progress-events")

    @property
    def action(self) -> str:
        assert self.now.gather is not None, self.now
        return self.now.gather["action"]

    async def call(self) -> dict[str, Any]:
        """The record of the call."""
        found: dict[str, Any] = (await self.http.get(f"/calls/{self.sid}")).json()
        return found

    async def book(self, answers: Mapping[str, str], turns: int = 24) -> Document:
        """Answer what is asked until the call is over."""
        for _ in range(turns):
            if self.now.hangs_up:
                return self.now
            stands = (await self.call())["progress"]
            await self.say(answers["yes"] if stands["expecting"] == "confirmation" else answers[stands["step"]])
        raise AssertionError(self.heard)


def answered(response: httpx.Response) -> Document:
    """What a telephone makes of an answer. Fails for anything that a telephone cannot do."""
    assert response.status_code == 200, (response.status_code, response.text)
    return READERS[response.headers["content-type"]](response.text)


@asynccontextmanager
async def exchange(url: str = "", **given: Any) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """A service that knows all providers' secrets, over a Redis ("": in memory), and a client on its machine."""
    service = Service(settings(**{"redis_url": url, "public_url": PUBLIC, "business": BUSINESSES, **SECRETS, **given}))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        assert service.switchboard is not None
        service.switchboard.clock, service.switchboard.hold_s = lambda: float(NOW), PATIENCE_S
        yield service, http
