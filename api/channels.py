"""What other programs publish on our channels in Redis, taken into the log: so it reaches the readers of every process, once, with an id.

How it works. Every process listens, and each tries to take in what it hears; the store lets the first do so, by a name that all of them come to: a
digest of the channel and the message, and the number of times it was heard here, so that the same words published twice are two events. What a
process that has just come counts otherwise was taken in already by the others. Ours are passed by (`storage/channels.py`).

An envelope fits when it is a JSON object of at most 64 KiB with a type that is no notice for one connection, an object as its payload, which
names no other call than its channel, and, if they are there, a timestamp and a source that are such. What else is in it is left out. Nobody but an
erasure tells that a call was erased, since all that is kept of it goes with that word. What does not fit is counted and dropped.
"""

import asyncio
import hashlib
import math
import random
from collections import OrderedDict
from collections.abc import Callable
from time import time
from typing import Any, get_args

from agent.record.events import Type
from api import logs
from api.bodies import SID
from api.reader import PAUSE_S
from storage import codec
from storage.errors import StoreUnavailable
from storage.store import CallStore, Published

LARGEST = 65_536
"""Bytes."""
LONGEST_SOURCE = 64
PAUSES_S = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Before each further attempt to take something in; should the store be away for longer, its channels are as well."""
REMEMBERED = 10_000
"""Messages whose number of times is known."""
_ONE_CONNECTIONS = ("connected", "history", "heartbeat", "reset")
_TYPES = frozenset(get_args(Type)) - set(_ONE_CONNECTIONS)


class Channels:
    """Listens for as long as `listen` runs."""

    def __init__(self, store: CallStore, business_of: Callable[[str], str] = lambda _: "") -> None:
        """`business_of`: which business the token of a name is bound to, "" for none: what is for that supervisor alone is that business's."""
        self._store, self._business_of = store, business_of
        self._times: OrderedDict[bytes, int] = OrderedDict()
        self._log = logs.Sparing()
        self.taken = 0
        """Envelopes that this process took in."""
        self.refused = 0
        """Those that did not fit; each process counts what it hears, so all of them count the same."""

    def figures(self) -> dict[str, int]:
        """For health and metrics."""
        return {"taken": self.taken, "refused": self.refused}

    async def listen(self) -> None:
        """Take in what is published, until the store has no channels; while it is away, try again."""
        pause = PAUSE_S[0]
        while True:
            try:
                async for message in self._store.published():
                    pause = PAUSE_S[0]
                    await self._hear(message)
                return
            except Exception as error:  # one that dies in silence is the worst that can happen here
                if not isinstance(error, StoreUnavailable) and self._log.due(type(error).__name__):
                    logs.failure("channels", error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the tries of many processes, guards nothing
            pause = min(2 * pause, PAUSE_S[1])

    async def _hear(self, message: Published) -> None:
        name = self._name(message)
        found = taken_in(message, time())
        if found is None:
            self.refused += 1
            return
        business = self._business_of(message.name) if message.kind == "agent" else ""
        for pause_s in PAUSES_S:
            try:
                self.taken += bool(await self._store.take_in(name, *found, business))
                return
            except StoreUnavailable:  # it may have been taken in; then it is not again
                await asyncio.sleep(pause_s)

    def _name(self, message: Published) -> str:
        """What makes it this one of all that were ever published."""
        digest = hashlib.sha256(b"%b:%b\n%b" % (message.kind.encode(), message.name.encode(), message.data)).digest()
        number = self._times[digest] = self._times.pop(digest, 0) + 1
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        return f"{digest.hex()}:{number}"


def taken_in(message: Published, now: float) -> tuple[str, bytes] | None:
    """The call that an envelope is about ("" for none), and the envelope as it is kept; None when it does not fit. `now`: Unix seconds."""
    envelope = codec.parse(message.data) if len(message.data) <= LARGEST else None
    if envelope is None or not isinstance(envelope.get("type"), str) or not isinstance(envelope.get("payload"), dict):
        return None
    if envelope["type"] not in _TYPES:
        return None
    payload: dict[str, Any] = envelope["payload"]
    timestamp, source = envelope.get("timestamp", round(now, 3)), envelope.get("source", "external")
    told_of = payload.get("callSid")
    sid = message.name if message.kind == "session" else told_of if told_of is not None else ""
    if not (_is_number(timestamp) and isinstance(source, str) and len(source) <= LONGEST_SOURCE and _is_name(sid, needed=message.kind == "session")):
        return None
    if message.kind == "session":
        payload = {**payload, "callSid": payload.get("callSid", sid)}
        if payload["callSid"] != sid:
            return None
    elif message.kind == "agent" and not _is_name(message.name, needed=True):
        return None
    kept = {"type": envelope["type"], "payload": payload, "timestamp": timestamp, "source": source, **_beside(message)}
    data = codec.encode(kept)
    return None if b'"status":"erased"' in data else (sid, data)


def _beside(message: Published) -> dict[str, str]:
    """Where it came in, when that is no call's channel: whoever reads there gets it."""
    match message.kind:
        case "agent":
            return {"channel": f"agent:{message.name}"}
        case "broadcast":
            return {"channel": "broadcast"}
    return {}


def _is_name(value: Any, *, needed: bool) -> bool:
    return isinstance(value, str) and (bool(SID.fullmatch(value)) or (value == "" and not needed))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
