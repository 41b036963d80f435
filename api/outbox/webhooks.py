"""Webhooks: a delivery is posted to the business's own systems, signed as Standard Webhooks (standardwebhooks.com) says.

Its guidance decides what an answer means: 2xx has arrived; 410 wants no more; everything else, a redirect too, is a failure that is tried again.
Nothing of an answer is read but its status and `Retry-After`.
"""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook as Signer

from agent.record.business import Business
from agent.record.delivery import Delivery, Occasion
from agent.record.webhook import Webhook
from api.outbox.looking_up import addresses
from api.outbox.outcomes import Again, Holds, Outcome, Refused, Sent, held
from api.outbox.reaching import Reaching, Resolve, Unreached
from api.version import version

PATIENCE_S = 20.0
"""Seconds a receiver gets, from looking its name up to its answer."""
CONNECT_S = 5.0
"""Seconds one of its addresses gets for a connection."""
LONGEST_WAIT_S = 86_400.0
"""What of a `Retry-After` is heeded: no receiver parks a message for longer."""


class Hooks:
    """Brings deliveries to whoever may have them: a business with a webhook of its own has only that one, the others share the service's."""

    def __init__(self, ours: Webhook | None, private: bool = False, find: Resolve = addresses, patience_s: float = PATIENCE_S) -> None:
        """`ours`: the service's. `private`: whether loopback and private addresses may be reached."""
        self._ours, self._private = ours, private
        self._find, self._patience_s = find, patience_s
        self._tls: ssl.SSLContext | None = None

    def is_set_up(self, business: Business) -> bool:
        return self._hook(business) is not None

    def wants(self, business: Business, occasion: Occasion) -> bool:
        hook = self._hook(business)
        return hook is not None and occasion in hook.events

    async def ready(self) -> None:
        """Load what is needed before anything is brought. Raises OSError."""
        await self._certificates()

    async def send(self, delivery: Delivery, business: Business, holds: Holds = held) -> Outcome:
        """Post it, once. `business` is the delivery's, as its file stands now."""
        if delivery.business != business.id:
            raise ValueError("a delivery for another business")
        hook = self._hook(business)
        if hook is None:
            return Refused("no_webhook")
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._post(hook, delivery, holds)
        except Unreached as error:
            return error.outcome
        except (TimeoutError, httpx.TimeoutException):
            return Again("timed_out")
        except httpx.TransportError as error:
            return Again("bad_certificate" if _of_certificate(error) else "unreachable")
        except OSError:  # SSL_CERT_FILE, say, names no file
            return Again("no_certificates")

    async def _certificates(self) -> ssl.SSLContext:
        if self._tls is None:
            # Reading the world's takes some 20 ms. SSL_CERT_FILE and SSL_CERT_DIR name others.
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        return self._tls

    def _hook(self, business: Business) -> Webhook | None:
        return business.outgoing.webhook or self._ours

    async def _post(self, hook: Webhook, delivery: Delivery, holds: Holds) -> Outcome:
        tls = await self._certificates()
        now = datetime.now(UTC)
        body = payload(delivery)
        carrier = Reaching(tls, self._private, self._find, holds)
        timeouts = httpx.Timeout(self._patience_s, connect=CONNECT_S)
        # A proxy named by the environment would make the connection in our place.
        async with (
            httpx.AsyncClient(transport=carrier, timeout=timeouts, trust_env=False, follow_redirects=False) as http,
            http.stream("POST", hook.url, content=body, headers=_headers(hook, delivery.id, body, now)) as response,
        ):
            return outcome_of(response.status_code, response.headers.get("retry-after", ""), now)


class _Message(msgspec.Struct):
    type: Occasion
    timestamp: str
    data: Mapping[str, Any]


def payload(delivery: Delivery) -> bytes:
    """The body that is posted: the same bytes at every try, in whatever order a store gives the fields back."""
    made = datetime.fromtimestamp(delivery.made, UTC).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode(_Message(delivery.occasion, made, delivery.body), order="deterministic")


def _headers(hook: Webhook, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """`now`: when it is tried, which is signed too, so that nobody can play it again later."""
    signatures = [Signer(secret).sign(message_id, now, body.decode()) for secret in hook.secrets]
    return {
        "content-type": "application/json",
        "user-agent": f"Slotline/{version()}",
        "connection": "close",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def outcome_of(status: int, retry_after: str, now: datetime) -> Outcome:
    """What an answer means. `retry_after`: its header, "" for none."""
    if 200 <= status < 300:
        return Sent()
    if status == HTTPStatus.GONE:
        return Refused("http_410")
    return Again(f"http_{status}", _asked_for_s(retry_after, now))


def _asked_for_s(retry_after: str, now: datetime) -> float:
    """The seconds that a `Retry-After` (RFC 9110, 10.2.3) asks for; 0 where there is none, or none that can be read."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return 0.0
    return min(max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 0.0), LONGEST_WAIT_S)


def _of_certificate(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
