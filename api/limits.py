"""What stands in front of every route: what is asked for, the end of the service, and the last net under errors."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import logs
from api.chat.refusals import refusal
from api.cors import Cors, Headers
from api.draining import CLOSE
from api.errors import Problem
from api.gate import Drain
from api.later import later
from api.routing import Asked, Kind, find
from api.tallies import Tallies

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
        # The connection of a stream serves nothing after it. Else a browser that closed the stream may hold it for five seconds more, to use it again
        # (Chromium's `HttpResponseBodyDrainer`): as one of its six for this host, and one reader too many here. While draining all answers say so.
        closes = _is_stream(asked) and not self._drain.begun
        scope["answer_headers"] = [*self._cors.headers(scope), *([HSTS] if https else ()), *([CLOSE] if closes else ())]
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
            await (refusal(problem) if _is(scope["asked"], "chat") else problem.response())(scope, receive, answered)


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


def _is(asked: Asked, kind: Kind) -> bool:
    return asked.route is not None and asked.route.kind == kind


def _is_stream(asked: Asked) -> bool:
    return _is(asked, "stream")


def _answered_while_draining(asked: Asked) -> bool:
    # A status other than 200 would end an EventSource for good; streams answer, say when to come back, and end. A telephone is answered with words.
    return asked.route is not None and (asked.route.path in ALIVE or asked.route.kind != "plain")
