"""How large the body of a request may be."""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem

KIB = 1024
BODY_LIMIT = 64 * KIB
CHAT_LIMIT = 256 * KIB
"""Chat completions bring the whole conversation each time."""
DISCARD_LIMIT = 16 * 1024 * KIB
DISCARD_S = 3.0
"""What of a body that is too large is still read away, so that its sender is free to read our answer."""


class Sized:
    """ASGI application around another: raises Problem 413 for a body that is longer than its path may take. Behind whoever judges the token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, await limited(scope, receive, _limit(scope)) if scope["type"] == "http" else receive, send)


def _limit(scope: Scope) -> int:
    return CHAT_LIMIT if scope["path"].endswith("/chat/completions") else BODY_LIMIT


async def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that raises the 413 as soon as the body is longer than `limit` octets, whatever its headers promise."""
    expects = False
    announced = 0
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            announced = int(value[:20])
        elif name == b"expect":
            expects = True
    if announced > limit:
        if not expects:  # otherwise the sender waits for our word before it sends
            await _discard(receive)
        raise Problem("too_large", headers={"Connection": "close"})
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                if message.get("more_body"):
                    await _discard(receive)
                raise Problem("too_large", headers={"Connection": "close"})
        return message

    return counted


async def _discard(receive: Receive) -> None:
    left = DISCARD_LIMIT
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
