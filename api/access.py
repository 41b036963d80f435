"""Who may do what: tokens and their roles, and what a viewer sees.

Without tokens the service listens on loopback only and everyone there may do everything; then only the names of this machine (and of the
public URL) are answered to, so that no page in a browser can reach it under a name of its own (DNS rebinding) or post to it from elsewhere
(cross-site requests). Telephony webhooks carry the provider's signature instead of a token, and are let through here.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Problem
from api.settings import LOOPBACK, Role, Settings

EVERYONE = frozenset({"integration", "supervisor", "viewer"})
OPEN: frozenset[str] = frozenset()
"""No token needed."""

_RULES: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...] = tuple(
    (method, re.compile(path), roles)
    for method, path, roles in (
        ("GET", r"/|/console(/.*)?|/favicon\.ico|/health(/.*)?|/ready|/openapi\.json", OPEN),
        ("", r"/(twilio|signalwire|telnyx|jambonz|telephony)/.*", OPEN),
        ("GET", r"/calls/[^/]+/trace", frozenset({"integration", "supervisor"})),
        ("GET", r"/.*", EVERYONE),
        ("POST", r"/ai/.*", frozenset({"integration"})),
        ("POST", r"(/v1)?/chat/completions", frozenset({"integration"})),
        ("PATCH", r"/calls/[^/]+", frozenset({"integration", "supervisor"})),
        ("DELETE", r"/calls/[^/]+", frozenset({"integration", "supervisor"})),
        ("POST", r"/calls/[^/]+/escalate", frozenset({"integration", "supervisor"})),
        ("", r"/.*", frozenset({"supervisor"})),
    )
)
"""Method ("": any), path, roles; the first that fits decides."""


class Access:
    """ASGI application around another; leaves the role of the request in `scope["role"]` ("supervisor" when there are no tokens)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._roles = [(sha256(token.encode()).digest(), role) for token, role in settings.roles.items()]
        self._names = {*LOOPBACK, settings.host, urlsplit(settings.public_url).hostname or settings.host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            self._admit(scope)
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        allowed = roles_for(scope.get("method", "GET"), scope["path"])
        if not self._roles:
            scope["role"] = "supervisor"
            if allowed:
                self._at_home(scope)
            return
        token = _token(scope)
        role = self._role(token) if token else None
        scope["role"] = role or "viewer"
        if not allowed:
            return
        if not token:
            raise Problem("token_missing")
        if role is None:
            raise Problem("token_unknown")
        if role not in allowed:
            raise Problem("role_refused")

    def _role(self, token: bytes) -> Role | None:
        # Every known token is compared, each in constant time: the time taken tells nothing about how close a guess was.
        digest, found = sha256(token).digest(), None
        for known, role in self._roles:
            if hmac.compare_digest(digest, known):
                found = role
        return found

    def _at_home(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        host = _host(headers.get(b"host", b""))
        origin = headers.get(b"origin")
        if host not in self._names and not host.startswith("127."):
            raise Problem("host_refused")
        if origin is not None and origin.partition(b"://")[2] != headers.get(b"host"):
            raise Problem("host_refused")


def roles_for(method: str, path: str) -> frozenset[str]:
    """Which roles may use a path; OPEN when no token is needed."""
    method = "GET" if method == "HEAD" else method
    return next(roles for wanted, pattern, roles in _RULES if wanted in ("", method) and pattern.fullmatch(path))


def _token(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return bytes(value[7:].strip())
    # EventSource and WebSocket of a browser can set no header.
    try:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=32)
    except ValueError:  # more fields than any path of ours takes
        raise Problem("bad_request") from None
    return query["token"][0].encode("latin-1", "replace") if "token" in query else b""


def _host(header: bytes) -> str:
    try:
        return (urlsplit(f"//{header.decode('latin-1')}").hostname or "").rstrip(".")
    except ValueError:  # "[::1" and the like
        return ""


HIDDEN = "•••"
_SHOWN = frozenset(
    {
        *("callSid", "type", "timestamp", "createdAt", "startedAt", "speaker", "status", "step", "expecting", "slot", "remaining"),
        *("completed", "total", "servicebooked", "confirmEmailsent", "resumedFrom", "services", "company", "rule", "confirmed", "confidence"),
        *("turn", "agentId", "source", "permissionId", "tool", "lastEventId", "language", "locked", "heartbeatS", "next"),
    }
)
"""What belongs to the call and the business, not to the caller. Whatever is not named here is hidden: a new field is safe until somebody shows it."""


def mask(document: Any) -> Any:
    """A document or an event's payload as a viewer sees it: the same shape, every value of the caller hidden, "" and null as they are."""
    if isinstance(document, Mapping):
        return {name: value if name in _SHOWN else mask(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [mask(value) for value in document]
    if document is None or isinstance(document, bool) or document == "":
        return document
    return HIDDEN
