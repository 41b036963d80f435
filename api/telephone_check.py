"""`slotline doctor --telephony twilio`: whether a provider's calls would be answered, as far as can be seen from here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

import httpx
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from api import business_files
from api.settings import Settings, setting_name
from api.telephony import SOCKETS
from api.telephony.posted import JSON, bases
from api.telephony.provider import Provider
from api.telephony.switchboard import provider_named

PATIENCE_S = 5.0
CLOCK_S = 60.0
"""By how much clocks may differ; signatures with an age are refused after five minutes."""


class Finding(NamedTuple):
    mark: Literal["ok", "--", "!!"]
    """"--": works without; "!!": does not work."""
    about: str
    said: str


def findings(name: str, settings: Settings) -> Iterator[Finding]:
    """What is right and wrong for a provider."""
    provider = provider_named(name)
    secret = getattr(settings, provider.secret).partition(",")[0].strip()
    yield _found(bool(secret), "secret", "set", f"{setting_name(provider.secret)} is not set: only this machine is answered")
    url = settings.public_url
    yield _found(url.startswith("https://"), "public url", url, f"SLOTLINE_PUBLIC_URL must be the https address that {name} is told")
    yield from _people(settings)
    if secret and url:
        yield from _self_call(provider, secret, url)
    if secret and settings.public_https and name in SOCKETS.values() and settings.twilio_voice == "relay":
        yield _socket(provider, secret, f"wss://{bases(url)[0].removeprefix('https://')}/{name}/relay")


def _found(holds: bool, about: str, right: str, wrong: str) -> Finding:
    return Finding("ok", about, right) if holds else Finding("!!", about, wrong)


def _people(settings: Settings) -> Iterator[Finding]:
    try:
        known = business_files.load(settings.business).all
    except ValueError as error:
        yield Finding("!!", "business", str(error))
        return
    for business in known:
        if not business.numbers and len(known) > 1:
            yield Finding("--", "business", f"{business.name} has no number of its own: only what fits no other reaches it")
        if business.handoff_number in business.numbers:
            yield Finding("!!", "person", f"{business.name}: hand_off_number is one of its own numbers, and would ring us again")
        elif not business.handoff_number:
            yield Finding("--", "person", f"{business.name} has no hand_off_number: who wants a person hears that nobody is there")
        else:
            yield Finding("ok", "person", f"{business.name}: {business.handoff_number}")


def _self_call(provider: Provider, secret: str, public_url: str) -> Iterator[Finding]:
    """A request that changes nothing, through the public URL: unsigned it is refused, signed it is taken."""
    path = f"/{provider.name}/partial"
    url, body, kind = public_url + path, b"{}" if provider.posts == JSON else b"SequenceNumber=0", {"Content-Type": provider.posts}
    try:
        unsigned = httpx.post(url, content=body, headers=kind, timeout=PATIENCE_S)
    except httpx.HTTPError as error:
        yield Finding("!!", "reachable", f"{url} does not answer from here: {type(error).__name__}")
        return
    yield _found(unsigned.status_code == 403, "unsigned", "refused", f"{url} answered {unsigned.status_code} where 403 was due")
    yield _clock(unsigned.headers.get("date", ""))
    signature = provider.signed(secret, bases(public_url)[0] + path, body, datetime.now(UTC).timestamp())
    if signature is None:
        yield Finding("--", "signed", f"only {provider.name} can sign; ring the number")
        return
    try:
        status = httpx.post(url, content=body, headers={**kind, **signature}, timeout=PATIENCE_S).status_code
    except httpx.HTTPError:
        status = 0
    yield _found(status == 204, "signed", "taken", f"{url} answered {status} where 204 was due: the service that runs there has other settings")


def _socket(provider: Provider, secret: str, url: str) -> Finding:
    """A WebSocket through the public URL, on which nothing is said."""
    headers = provider.signed(secret, url, b"", datetime.now(UTC).timestamp())
    try:
        with connect(url, additional_headers=headers, open_timeout=PATIENCE_S, close_timeout=PATIENCE_S):
            return Finding("ok", "socket", "opened")
    except InvalidStatus as error:
        return Finding(
            "!!", "socket", f"{url} answered {error.response.status_code} where 101 was due: does the proxy in front let WebSockets through?"
        )
    except (OSError, WebSocketException) as error:
        return Finding("!!", "socket", f"{url} cannot be opened from here: {type(error).__name__}")


def _clock(date: str) -> Finding:
    try:
        apart = abs((parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return Finding("--", "clock", "the answer had no date")
    return _found(apart <= CLOCK_S, "clock", "right", f"the clocks here and there are {apart:.0f} s apart")
