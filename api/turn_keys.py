"""What makes a turn the same when it is sent again: a key made of what its sender said about it.

The key stands in the record, in traces and in log lines, and what it is made of can be guessed: a phone number is said in one of few ways. So it is
keyed (HMAC-SHA-256) with a secret that every host knows, and nobody without it can tell from a key what was said. Source: RFC 2104.
"""

import asyncio
import contextlib
import hashlib
import hmac

import msgspec

from graph.state import TurnRequest
from storage.errors import StoreUnavailable
from storage.store import CallStore

SHARE_S = 5.0
_FORMER_LIMIT = 128


class TurnKeys:
    """Gives turns their keys."""

    def __init__(self, store: CallStore, secret: str = "") -> None:
        """`secret`: the same on every host; "": the one that the store keeps."""
        self._store = store
        self._given = secret != ""
        self._secret = secret.encode()

    async def share(self) -> None:
        """Have the secret before the first turn, and see to it that the store keeps it: one that was emptied gets it back.

        So that all processes have the same one, also if the first turn after that reaches several of them at once. Raises StoreUnavailable.
        """
        if not self._given:
            self._secret = await self._store.secret(self._secret)

    async def ready(self) -> bool:
        """Whether turns can be given keys: a secret is known, or can be had."""
        if not self._secret:
            with contextlib.suppress(StoreUnavailable):
                await self.share()
        return self._secret != b""

    async def keep(self) -> None:
        """Share it again and again."""
        while not self._given:
            with contextlib.suppress(StoreUnavailable):
                await self.share()
            await asyncio.sleep(SHARE_S)

    async def keyed(self, request: TurnRequest) -> TurnRequest:
        """The turn with its key; without one when nothing makes it the same as another. Raises StoreUnavailable."""
        turn, turn_id = request.turn, request.turn_id
        if not turn_id and not turn.started_at:
            return request
        sign = f"id {request.sid} {turn_id}" if turn_id else f"at {request.sid} {turn.started_at} {request.said}"
        key = (await self.signed(sign)).hex()[:32]
        return msgspec.structs.replace(request, turn=msgspec.structs.replace(turn, key=key), former_key=_former_key(request))

    async def signed(self, text: str) -> bytes:
        """What only those can make of `text` who have the secret; its first word says what it is for. Raises StoreUnavailable."""
        if not self._secret:
            await self.share()
        return hmac.new(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _former_key(request: TurnRequest) -> str:
    """The key the same turn had before keys were keyed: an answer that was kept under it is still found while its call lives."""
    turn_id, started_at = request.turn_id, request.turn.started_at
    if turn_id:
        plain = len(turn_id) <= _FORMER_LIMIT and turn_id.isascii() and turn_id.isprintable()
        return f"id:{turn_id}" if plain else f"ih:{_digest(turn_id)}"
    return f"at:{_digest(f'{started_at} {request.said}')}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
