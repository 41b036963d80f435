"""Pages of other sites: which may read what the service answers, and what their browser is told beforehand. Source: WHATWG Fetch, CORS protocol.

An origin that is not listed gets nothing: it is answered like everybody, and its browser keeps the answer from the page. No credentials: who may do
what is told by a token alone, never by a cookie. A preflight is answered for the routes and methods that there are, before a token is asked for: a
browser sends none with it. It opens nothing, and nothing but constants is in the answer.

Starlette's middleware is not used: it answers a preflight for paths and methods that do not exist and refuses one in plain text, and it puts itself
between each event of a stream and the connection.
"""

from collections.abc import Collection

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]
VARY = (b"vary", b"Origin")
"""What is answered depends on the origin: no cache may give one the answer of another."""
_EXPOSED = (b"access-control-expose-headers", b"Retry-After")
_MAY_SEND = (b"access-control-allow-headers", b"Authorization, Content-Type, Last-Event-ID")
_KEPT = (b"access-control-max-age", b"600")
"""Seconds for which a browser need not ask again."""


class Cors:
    """What answers tell browsers about other sites."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: Scope) -> Headers:
        """What the answer to a request carries, whatever it is."""
        if not self._origins:
            return []
        return [VARY, *([(b"access-control-allow-origin", origin), _EXPOSED] if (origin := self._listed(scope)) else ())]

    def preflight(self, scope: Scope) -> Headers | None:
        """What the answer to a preflight carries besides; None for what is none, and where there is nothing by that method."""
        if scope["type"] != "http" or scope["method"] != "OPTIONS" or not self._listed(scope):
            return None
        allowed = scope["asked"].allowed
        wanted = [value.decode("latin-1") for name, value in scope["headers"] if name == b"access-control-request-method"]
        if len(wanted) != 1 or wanted[0] not in allowed:
            return None
        return [(b"access-control-allow-methods", ", ".join(sorted(allowed)).encode()), _MAY_SEND, _KEPT]

    def _listed(self, scope: Scope) -> bytes:
        """The origin of a request when it is listed, else b""; two are none."""
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        return bytes(origins[0]) if len(origins) == 1 and origins[0] in self._origins else b""
