"""Tickets: what opens one event stream where no header can be set, and is worth nothing after that.

An address gets about: it stands in the logs of proxies and in the history of a browser. A token in it would open everything for as long as it
lives; a ticket opens one stream, once, within `LIFE_S`, with the role and the name of whoever asked for it.

A ticket is its content (name, role, until when, and a number drawn for it) and a signature, made with the secret that all hosts share over the
content, the digest of the token it was asked for with and the business that this is bound to. So any worker can judge it, it holds no token, and it
is gone when that token is: revoked, given to somebody else, of another role, or bound otherwise. That it is used once is seen to by the store, where
whoever takes it claims its number.
"""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable

import msgspec

from api.access import HOME
from api.errors import Problem
from api.tokens import Identity, Role, Token, Tokens
from api.turn_keys import TurnKeys
from storage.errors import StoreUnavailable
from storage.store import CallStore

LIFE_S = 30
ASTRAY_S = 300
"""How far the clocks of two hosts may be apart: a used ticket is remembered for as much longer as one of them may think that it lives."""
_HOME = Token(digest=b"", identity=HOME)
"""Where there are no tokens, tickets are given and judged like everywhere: a page that reads streams here does so elsewhere."""


class _Content(msgspec.Struct, frozen=True, array_like=True):
    name: str
    role: Role
    until: float
    """Unix seconds."""
    number: str


_decode = msgspec.json.Decoder(_Content).decode


class Tickets:
    """Gives tickets, and takes them."""

    def __init__(self, tokens: Tokens, keys: TurnKeys, store: CallStore, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives Unix seconds."""
        self._tokens, self._keys, self._store, self._clock = tokens, keys, store, clock

    async def ticket(self, name: str) -> str:
        """A ticket for whoever has the token of this name. Raises Problem when that is gone, StoreUnavailable."""
        token = self._token(name)
        if token is None:
            raise Problem("token_unknown")
        content = _Content(name, token.identity.role, round(self._clock() + LIFE_S, 3), secrets.token_urlsafe(16))
        coded = _coded(msgspec.json.encode(content))
        return f"{coded}.{await self._signature(coded, token)}"

    async def redeemed(self, ticket: str) -> Identity:
        """Whose ticket it is, which uses it up.

        Raises Problem "ticket_unknown" when nobody here made it, or its token is gone, "ticket_spent" when it was used or is too old, and
        "store_unavailable" when that cannot be told; then it is as good as before.
        """
        try:
            content, token = await self._made_here(ticket)
            now = self._clock()
            # One that lives longer than any of ours was made by a host whose clock is wrong: nobody would remember its use for long enough.
            if not now < content.until < now + LIFE_S + ASTRAY_S or not await self._store.claim(f"ticket:{content.number}", LIFE_S + 2 * ASTRAY_S):
                raise Problem("ticket_spent")
        except StoreUnavailable:
            raise Problem("store_unavailable") from None
        if self._token(content.name) != token:  # revoked meanwhile
            raise Problem("ticket_unknown")
        return token.identity

    async def _made_here(self, ticket: str) -> tuple[_Content, Token]:
        coded, _, signature = ticket.partition(".")
        try:
            content = _decode(base64.urlsafe_b64decode(coded.encode() + b"=="))
        except (ValueError, binascii.Error, RecursionError):
            raise Problem("ticket_unknown") from None
        token = self._token(content.name)
        if token is None or token.identity.role != content.role:
            raise Problem("ticket_unknown")
        if not hmac.compare_digest(signature.encode(), (await self._signature(coded, token)).encode()):
            raise Problem("ticket_unknown")
        return content, token

    async def _signature(self, coded: str, token: Token) -> str:
        bound = f" {token.identity.business}" if token.identity.business else ""
        return _coded(await self._keys.signed(f"ticket {coded} {token.digest.hex()}{bound}"))

    def _token(self, name: str) -> Token | None:
        if self._tokens:
            return self._tokens.named(name)
        return _HOME if name == HOME.name else None


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
