"""An event stream that cannot be served now: 200, when to come back, and the end. Any other status would end an EventSource for good.

Source: WHATWG HTML, server-sent events.
"""

import random

from starlette.types import Message, Scope, Send

SPREAD_MS = (500, 5000)
"""How long a reader waits before it comes back, when the service stops: drawn for each, so that not all of them come at once."""
LATER_MS = (5_000, 15_000)
"""The same for a reader that found no seat."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]
"""Of every event stream."""


def retry(spread_ms: tuple[int, int]) -> bytes:
    """The block that says when to come back."""
    return b"retry: %d\n\n" % random.randint(*spread_ms)  # noqa: S311 - spreads reconnects, guards nothing


def head(scope: Scope) -> Message:
    """The head of a stream, with what the answer to this request carries whatever it is (`limits.Limits`)."""
    return {"type": "http.response.start", "status": 200, "headers": [*HEADERS, *scope.get("answer_headers", ())]}


async def begin(scope: Scope, send: Send) -> None:
    await send(head(scope))


async def later(scope: Scope, send: Send) -> None:
    """The whole of a stream that cannot be served now."""
    await begin(scope, send)
    await send({"type": "http.response.body", "body": retry(LATER_MS) if scope["method"] != "HEAD" else b""})
