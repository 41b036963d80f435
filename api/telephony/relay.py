"""ConversationRelay: a provider hears and speaks for the caller, and brings the words over a WebSocket that it opens here.

A handshake is verified by the provider's signature before it is accepted: over the address of the settings as wss, with a slash at the end or without
one, since some are signed so. What goes on over the socket is a `Session`. A call's state is in its record and never in its socket: one that is lost,
or closed since the service stops, comes back to `.../connected`, which has it opened again, at whichever worker.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.gate import Drain
from api.telephony import SOCKETS
from api.telephony.posted import bases
from api.telephony.provider import Posted
from api.telephony.relay_parts import Parts
from api.telephony.relay_peer import RESTART, Peer
from api.telephony.relay_session import Session
from api.telephony.switchboard import Switchboard, provider_named


class Relay:
    """ASGI application for the telephony paths that are WebSockets."""

    def __init__(self, public_url: str, switchboard: Switchboard, parts: Parts, drain: Drain) -> None:
        self._bases = [base for http in bases(public_url) for base in _of_sockets(http)]
        self._switchboard, self.parts, self._drain = switchboard, parts, drain
        drain.when_begun(parts.stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        provider = provider_named(SOCKETS[scope["path"]])
        if not self._switchboard.is_known(provider, _handshake(scope, self._bases), scope):
            await Response(status_code=403)(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        peer = Peer(receive, send)
        if self._drain.begun:
            await peer.close(RESTART)
        else:
            await Session(self.parts, peer, provider.name).run()


def _of_sockets(base: str) -> Sequence[str]:
    """The beginnings of a WebSocket's address that one of HTTP stands for."""
    scheme, _, rest = base.partition("://")
    return (f"wss://{rest}",) if scheme == "https" else (f"ws://{rest}", f"wss://{rest}")


def _handshake(scope: Scope, beginnings: Sequence[str]) -> Posted:
    """The request that asks for a socket: nothing but an address that may be signed."""
    query: bytes = scope["query_string"]
    path = scope["sent_path"].decode("latin-1").rstrip("/")
    more = f"?{query.decode('latin-1')}" if query else ""
    return Posted(
        step="relay",
        method="GET",
        urls=[f"{base}{path}{slash}{more}" for base in beginnings for slash in ("", "/")],
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)),
        headers=dict(scope["headers"]),
        kind="",
        body=b"",
        pairs=(),
        fields={},
    )
