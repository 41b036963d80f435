"""Who may use which route, judged before anything of a request is read.

With tokens, each request brings one, or a ticket that was given for one, and the route says which roles it lets in (`api/routing.py`). Without
tokens the service is for this machine alone: it listens on loopback, whoever is there may do everything, and only the names of this machine are
answered to, so that no page in a browser can reach it under a name of its own (DNS rebinding) or post to it from elsewhere (cross-site requests
from a site that `SLOTLINE_CORS_ORIGINS` does not name), and nothing that a proxy brought from outside is taken.

A token that is not known is counted against the address it came from, told in the log, and answered ever more slowly.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache, partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.attempts import Attempts
from api.errors import Problem
from api.query import query_of
from api.routing import ANYONE, FOR_THE_BOUND, Asked
from api.settings import is_loopback
from api.tokens import Identity, Tokens

HOME = Identity(role="supervisor", name="local")
"""Whoever asks while there are no tokens."""
NOBODY = Identity(role="viewer", name="")
"""Whoever asks for what needs no token."""
_FORWARDED = re.compile(
    rb".*(forward|proxy|proxied|clientip|varnish).*|.+[-_]host"
    rb"|(.+[-_])?(via|ip|cdn|cf|real|true|remote|original|originating|arr|envoy|azure|amzn|appengine|cloud|akamai|fastly|fly|vercel|ngrok|tailscale)"
    rb"([-_].*)?"
)
"""Headers that a proxy adds to a request that it brings from elsewhere: by the words in their names, since each has its own."""
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?", re.ASCII)


class Access:
    """ASGI application around another; `scope["asked"]` says what is asked for (`routing.find`).

    Leaves in the scope of a telephony path "from_here", which says whether a program on this machine asks. Who else may is known by the provider's
    signature. In that of any other, whose request it is: "role" ("supervisor" when there are no tokens), "identity", the name of the token, and
    "bound_name", that name where whoever has the token may act under no other, else "". In every scope "business": the id of the one whose calls
    alone may be seen and touched, "" where it may be any.
    """

    def __init__(self, app: ASGIApp, tokens: Tokens, redeemed: Callable[[str], Awaitable[Identity]], origins: Collection[str] = ()) -> None:
        """`redeemed` gives whose a ticket is, or raises Problem (`stream_tickets.Tickets`). `origins`: whose pages may ask without tokens too."""
        self._app, self._tokens, self._redeemed, self._attempts = app, tokens, redeemed, Attempts()
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            identity = await self._admitted(scope)
            if identity is not HOME and identity is not NOBODY and scope["asked"].route.kind in ("plain", "chat"):
                receive = self._while_known(_token(scope, scope["asked"]), identity, receive)
            scope["role"], scope["identity"], scope["bound_name"] = identity.role, identity.name, identity.name if identity.named else ""
            scope["business"] = identity.business
        await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> Identity:
        asked: Asked = scope["asked"]
        if asked.route is not None and asked.route.kind == "telephony":
            scope["from_here"] = partial(_is_from_here, scope)
        if asked.route is not None and asked.route.roles is ANYONE:
            return NOBODY
        if self._tokens:
            identity = await self._identified(scope, asked)
        else:
            _at_home(scope, self._origins)
            ticket = _ticket(scope, asked)
            identity = await self._by_ticket(scope, ticket) if ticket else HOME
        if asked.route is None:
            raise Problem("method_refused", headers={"Allow": ", ".join(sorted(asked.allowed))}) if asked.allowed else Problem("not_found")
        if identity is not HOME and identity.role not in asked.route.roles:
            raise Problem("role_refused")
        if identity.business and asked.route.path not in FOR_THE_BOUND:
            raise Problem("business_refused")
        return identity

    async def _identified(self, scope: Scope, asked: Asked) -> Identity:
        token = _token(scope, asked)
        if not token and (ticket := _ticket(scope, asked)):
            return await self._by_ticket(scope, ticket)
        if not token:
            raise Problem("token_missing")
        identity = self._tokens.who(token)
        if identity is None:
            await self._attempts.failed(scope)
            raise Problem("token_unknown")
        return identity

    async def _by_ticket(self, scope: Scope, ticket: str) -> Identity:
        try:
            return await self._redeemed(ticket)
        except Problem as problem:
            # One that was spent was ours: an EventSource that comes back by itself brings it again.
            if problem.code == "ticket_unknown":
                await self._attempts.failed(scope)
            raise

    def _while_known(self, token: bytes, identity: Identity, receive: Receive) -> Receive:
        """`receive` that raises Problem when the token was revoked while the body was on its way. Streams are ended by whoever has them."""

        async def judged() -> Message:
            message = await receive()
            if self._tokens.who(token) != identity:
                raise Problem("token_unknown")
            return message

        return judged


def _token(scope: Scope, asked: Asked) -> bytes:
    """The token of a request: in the header, or in the query of an event stream, for which a browser can set no header."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return bytes(value[7:].strip())
    if asked.route is not None and asked.route.kind == "stream":
        return query_of(scope).get("token", "").encode("latin-1", "replace")
    return b""


def _ticket(scope: Scope, asked: Asked) -> str:
    """The ticket in the query of an event stream; "" when there is none, and for what is no stream."""
    return query_of(scope).get("ticket", "") if asked.route is not None and asked.route.kind == "stream" else ""


def _is_from_here(scope: Scope) -> bool:
    """Whether a request comes from this machine, not through a proxy, and from no page in a browser."""
    client = scope.get("client")
    if not client or not is_loopback(client[0]) or any(name == b"origin" or name.startswith(b"sec-fetch-") for name, _ in scope["headers"]):
        return False
    try:
        _at_home(scope, ())
    except Problem:
        return False
    return True


def _at_home(scope: Scope, listed: Collection[bytes]) -> None:
    """Raises Problem unless the request comes from this machine, and to a name of it; from a page, only one of ours or of the `listed` origins."""
    if any(_is_of_a_proxy(name) for name, _ in scope["headers"]):
        raise Problem("forwarded_refused")
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not _is_ours(hosts[0]):
        raise Problem("host_refused")
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    if len(origins) > 1 or any(origin not in listed and origin.partition(b"://")[2] != hosts[0] for origin in origins):
        raise Problem("host_refused")


@lru_cache(256)
def _is_of_a_proxy(name: bytes) -> bool:
    return _FORWARDED.fullmatch(name) is not None


@lru_cache(256)
def _is_ours(header: bytes) -> bool:
    return is_loopback(_host(header))


def _host(header: bytes) -> str:
    """The host that a header names, without its port; "" when it names none."""
    found = _HOST.fullmatch(header.decode("latin-1"))
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""
