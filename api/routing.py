"""Every way in, and the one place that makes the path of a request.

A path is made once, before anybody judges it: the octets as they came are parted at "/", each part is decoded once, and the result is put back into
the request. So what is let in and what is served are the same path, however it was written. A part that holds a slash, a backslash, a control
character, "." or "..", or that is no UTF-8, names nothing of ours.

`ROUTES` names each route with those who may use it; what does not stand there is refused. A test holds it against what the service really serves.
Source: RFC 3986, 2.1 and 6.2.2.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from starlette.types import Scope

from api.chat import PATHS as CHAT
from api.console.assets import assets
from api.telephony import PATHS, SOCKETS
from api.tokens import Role

ANYONE: frozenset[Role] = frozenset()
"""No token needed."""
READERS: frozenset[Role] = frozenset({"integration", "supervisor", "viewer"})
EDITORS: frozenset[Role] = frozenset({"integration", "supervisor"})
PEOPLE: frozenset[Role] = frozenset({"supervisor"})
"""Who steps into a call."""
CALLERS: frozenset[Role] = frozenset({"integration"})
"""Who posts turns."""


SOCKET = "WEBSOCKET"
"""In the place of a method: a WebSocket is opened there, and nothing else is to be had."""
Kind = Literal["plain", "stream", "telephony", "chat"]
_PREFIX = "api"
"""Every path is also served under it."""
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SAFE = "!$&'()*+,;=:@-._~"
"""What stands unescaped in a part of a path. Source: RFC 3986, 3.3 (pchar)."""


class Route(NamedTuple):
    method: str
    path: str
    """"{...}" stands for one part."""
    roles: frozenset[Role]
    kind: Kind = "plain"
    """A "stream" is read by browsers, which can set no header for it: it also takes the token, or a ticket, from the query. "telephony" is asked for
    by a provider, who has no token of ours: whoever serves it verifies the provider's signature (`api/telephony/switchboard.py`). A "chat" is
    refused as OpenAI would refuse it (`api/chat/refusals.py`)."""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")[1:])


_FILE = Route("GET", "/console/{hash}/{file}", ANYONE)
"""A file of the console, at any depth, or what is given for one of another release; one that is not there has no route, like all that is not."""
ROUTES = (
    Route("GET", "/", ANYONE),
    Route("GET", "/console/client.js", ANYONE),
    _FILE,
    *(Route(method, path, ANYONE) for path in ("/health", "/health/redis", "/health/ping", "/ready") for method in ("GET", "HEAD")),
    Route("GET", "/openapi.json", READERS),
    Route("GET", "/docs", READERS),
    Route("GET", "/metrics", READERS),
    Route("POST", "/ai/conversation", CALLERS),
    Route("POST", "/ai/reply", CALLERS),
    Route("POST", "/ai/summary", CALLERS),
    *(Route("POST", path, CALLERS, "chat") for path in CHAT),
    Route("GET", "/desk", READERS),
    Route("GET", "/calls", READERS),
    Route("GET", "/calls/{callSid}", READERS),
    Route("PATCH", "/calls/{callSid}", EDITORS),
    Route("DELETE", "/calls/{callSid}", EDITORS),
    *(Route("GET", f"/calls/{{callSid}}/{what}", EDITORS) for what in ("trace", "export")),
    Route("GET", "/bookings", READERS),
    Route("GET", "/bookings/feed", PEOPLE),
    *(Route(method, "/feeds/{business}/{key}", ANYONE) for method in ("GET", "HEAD")),
    Route("GET", "/bookings/{reference}", READERS),
    Route("GET", "/bookings/{reference}/times", PEOPLE),
    Route("PATCH", "/bookings/{reference}", PEOPLE),
    Route("DELETE", "/bookings/{reference}", PEOPLE),
    *(Route("POST", f"/calls/{{callSid}}/{deed}", PEOPLE) for deed in ("escalate", "takeover", "messages", "release", "end", "permission-response")),
    Route("POST", "/calls/{callSid}/hangup", CALLERS),
    Route("GET", "/outbox", READERS),
    Route("POST", "/outbox/{id}/send", PEOPLE),
    Route("GET", "/calls/{callSid}/events/health", READERS),
    Route("POST", "/events/ticket", READERS),
    *(
        Route(method, path, READERS, "stream")
        for path in ("/events", "/calls/{callSid}/events", "/agents/{agentId}/events")
        for method in ("GET", "HEAD")
    ),
    *(Route(method, path, ANYONE, "telephony") for path in PATHS for method in ("GET", "POST")),
    *(Route(SOCKET, path, ANYONE, "telephony") for path in SOCKETS),
)


FOR_THE_BOUND = frozenset(
    {
        *("/openapi.json", "/docs", "/desk", "/ai/conversation", "/ai/reply", "/ai/summary", *CHAT),
        *("/calls", "/calls/{callSid}", "/calls/{callSid}/trace", "/calls/{callSid}/export", "/calls/{callSid}/permission-response"),
        *("/bookings", "/bookings/feed", "/bookings/{reference}", "/bookings/{reference}/times"),
        *(f"/calls/{{callSid}}/{deed}" for deed in ("escalate", "takeover", "messages", "release", "end", "hangup")),
        *("/outbox", "/outbox/{id}/send"),
        *("/events/ticket", "/events", "/calls/{callSid}/events", "/calls/{callSid}/events/health", "/agents/{agentId}/events"),
    }
)
"""The paths for which a token that is bound to a business is let in: each gives it that business's calls alone, by the parts that know no others
(`api/bound.py`), or by a stream of that business (`api/streams.py`). What does not stand here is of the whole service."""


class Asked(NamedTuple):
    """What a request asks for."""

    route: Route | None
    """None: no route has this path and method."""
    allowed: Sequence[str]
    """The methods this path takes; empty when there is nothing here."""
    names: Mapping[str, str]
    """What stands in the path for each "{...}"."""


NOWHERE = Asked(None, (), {})


def find(scope: Scope) -> Asked:
    """What a request, or a handshake, asks for; `scope` gets the path it is served by, and keeps the one that was sent ("sent_path")."""
    given = _sent(scope)
    place = _FIXED.get(given) or _place(given)
    if place is None:
        return NOWHERE
    if scope["type"] == "websocket":
        return _socket(scope, place)
    _serve_by(scope, place)
    parts = place.parts
    if parts[0] == "console" and (assets().at(file := "/".join(parts[1:])) or assets().instead(file)):
        return Asked(_FILE if scope["method"] == "GET" else None, ("GET",), {})
    return place.asked_for(scope["method"])


class _Place:
    """A path."""

    __slots__ = ("_asked", "_routes", "parts", "path", "raw")

    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = parts
        """Decoded, without the prefix."""
        self.path = "/" + "/".join(parts)
        self.raw = ("/" + "/".join(quote(part, safe=_SAFE) for part in parts)).encode("ascii")
        self._routes = _EXACT.get(parts) or next((routes for pattern, routes in _PATTERNS if _fits(pattern, parts)), {})
        self._asked: dict[str, Asked] = {}

    def asked_for(self, method: str) -> Asked:
        if (asked := self._asked.get(method)) is not None:
            return asked
        routes = {name: route for name, route in self._routes.items() if name != SOCKET}
        if method not in routes:
            return Asked(None, tuple(routes), {})
        parts = zip(routes[method].parts, self.parts, strict=True)
        names = {wanted[1:-1]: part for wanted, part in parts if wanted.startswith("{")}
        self._asked[method] = asked = Asked(routes[method], tuple(routes), MappingProxyType(names))
        return asked


def _socket(scope: Scope, place: _Place) -> Asked:
    route = _EXACT.get(place.parts, {}).get(SOCKET)
    if route is not None:
        _serve_by(scope, place)
    return Asked(route, (), {})


def _serve_by(scope: Scope, place: _Place) -> None:
    scope["sent_path"] = _sent(scope)
    scope["path"], scope["raw_path"] = place.path, place.raw


def _sent(scope: Scope) -> bytes:
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"]).encode() if raw is None else raw


def _place(raw: bytes) -> _Place | None:
    """None for a path that names nothing that could be ours."""
    root, *coded = raw.split(b"/")
    if root or not coded:  # "*", "host:port": no path
        return None
    parts = []
    for piece in coded:
        if _BAD_ESCAPE.search(piece):
            return None
        try:
            part = unquote_to_bytes(piece).decode()
        except UnicodeDecodeError:
            return None
        if part in (".", "..") or "/" in part or "\\" in part or not part.isprintable():
            return None
        parts.append(part)
    return _Place(tuple(parts[1:] if parts[0] == _PREFIX and len(parts) > 1 else parts))


def _by_path() -> dict[tuple[str, ...], dict[str, Route]]:
    found: dict[tuple[str, ...], dict[str, Route]] = {}
    for route in ROUTES:
        found.setdefault(route.parts, {})[route.method] = route
    return found


_EXACT = {parts: routes for parts, routes in _by_path().items() if not any(part.startswith("{") for part in parts)}
_PATTERNS = tuple((parts, routes) for parts, routes in _by_path().items() if parts not in (*_EXACT, _FILE.parts))


def _fits(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return len(pattern) == len(parts) and all(
        part and (wanted == part or wanted.startswith("{")) for wanted, part in zip(pattern, parts, strict=True)
    )


def _made() -> dict[bytes, _Place]:
    found: dict[bytes, _Place] = {}
    for parts in _EXACT:
        raw = ("/" + "/".join(parts)).encode("ascii")
        place = _place(raw)
        if place is not None:
            found |= {raw: place, b"/%b%b" % (_PREFIX.encode(), raw): place}
    return found


_FIXED = _made()
"""Made once: the paths in which nothing but a route's own words stands. One that names somebody is made anew for each who asks, so that none of
these names outlives the request, least of all a call's that is erased meanwhile."""
