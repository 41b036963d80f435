"""What stands in front of every route: what is asked for, the size of a body, the end of the service, and the last net under errors."""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import logs
from api.cors import Cors, Headers
from api.errors import Problem
from api.gate import Drain
from api.later import later
from api.routing import Asked, find
from api.tallies import Tallies

KIB = 1024
BODY_LIMIT = 64 * KIB
CHAT_LIMIT = 256 * KIB
"""Chat completions bring the whole conversation each time."""
DISCARD_LIMIT = 16 * 1024 * KIB
DISCARD_S = 3.0
"""What of a body that is too large is still read away, so that its sender is free to read our answer."""
HSTS = (b"strict-transport-security", b"max-age=31536000")
"""A browser is to come back over https only, for a year. Source: RFC 6797, which forbids it over plain HTTP."""
ALIVE = ("/health", "/health/redis", "/health/ping", "/ready")
"""Answered while the service is stopping."""


class Limits:
    """ASGI application around another.

    Leaves in the scope, as "answer_headers", what the answer carries whatever it is; streams put it on theirs, on all others it is put here.
    """

    def __init__(self, app: ASGIApp, drain: Drain, cors: Cors, tells_https: bool = False, tallies: Tallies | None = None) -> None:
        """`tells_https`: answers to what came over https say so here; not when whoever serves puts that on all answers."""
        self._app, self._drain, self._cors, self._tells_https, self._tallies = app, drain, cors, tells_https, tallies or Tallies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = scope["asked"] = find(scope)
        https = self._tells_https and scope.get("scheme") in ("https", "wss")
        scope["answer_headers"] = [*self._cors.headers(scope), *([HSTS] if https else ())]
        # A stream gets `send` as it is: a wrapper would cost each of its events. It answers its own errors before it begins.
        answered = _Answered(send, scope["answer_headers"])
        try:
            if self._drain.over and not _answered_while_draining(asked):
                raise Problem("draining", headers={"Connection": "close"})
            if (preflight := self._cors.preflight(scope)) is not None:
                await answered({"type": "http.response.start", "status": 204, "headers": preflight})
                await answered({"type": "http.response.body", "body": b""})
            else:
                await self._app(scope, receive, send if _is_stream(asked) else answered)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send, answered)
        except Exception as error:
            # Not raised further: the server would log its message, which may quote a caller.
            logs.failure("request_failed", error)
            await self._refuse(Problem("failed"), scope, receive, send, answered)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send, answered: "_Answered") -> None:
        self._tallies.count("refused", problem.code)
        if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", ()):
            await answered({"type": "websocket.close", "code": 1013 if self._drain.begun else 1008})
        elif problem.status == 503 and _is_stream(scope["asked"]):
            await later(scope, send)
        elif not answered.begun:
            await problem.response()(scope, receive, answered)


class Sized:
    """ASGI application around another: raises Problem 413 for a body that is longer than its path may take. Behind whoever judges the token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, await _limited(scope, receive) if scope["type"] == "http" else receive, send)


class _Answered:
    """`send` that knows whether an answer has begun, and puts these headers on it."""

    __slots__ = ("_headers", "_send", "begun")

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send, self._headers = send, headers
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        if self._headers and message["type"] in ("http.response.start", "websocket.http.response.start"):
            message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
        await self._send(message)


def _is_stream(asked: Asked) -> bool:
    return asked.route is not None and asked.route.kind == "stream"


def _answered_while_draining(asked: Asked) -> bool:
    # A status other than 200 would end an EventSource for good; streams answer, say when to come back, and end.
    return asked.route is not None and (asked.route.path in ALIVE or asked.route.kind == "stream")


async def _limited(scope: Scope, receive: Receive) -> Receive:
    """`receive` that raises the 413 as soon as the body is longer than its path may take, whatever its headers promise."""
    limit = CHAT_LIMIT if scope["path"].endswith("/chat/completions") else BODY_LIMIT
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
