"""Who reads which call, over all processes: each says now and then how its own readers stand, and the store forgets what is not said again.

Nothing is written for an event, and nothing at all while nobody reads.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from time import monotonic
from typing import Protocol

from api import logs
from api.reader import Reader
from storage.errors import StoreUnavailable
from storage.store import CallStore

LOOK_S = 1.0
"""After a look at the readers, until the next: so much later does another process know of one who came."""
AGAIN_S = 5.0
"""After something was said, until it is said again though nothing changed."""

Figures = tuple[int, int, int]
"""Readers of a call, events that wait for them, how often a queue overflowed."""


class Readers(Protocol):
    """What is needed of the hub."""

    store: CallStore

    def all_readers(self) -> list[Reader]: ...


class Readership:
    def __init__(self, hub: Readers) -> None:
        self._hub = hub
        self._process = uuid.uuid4().hex
        self._said: Mapping[str, Figures] = {}
        self._said_at = 0.0
        self._log = logs.Sparing()

    async def keep(self) -> None:
        """Say how the readers stand, for as long as it runs."""
        while True:
            try:
                await self._say(self._here())
            except Exception as error:
                if not isinstance(error, StoreUnavailable) and self._log.due(type(error).__name__):
                    logs.failure("readership", error)
            await asyncio.sleep(LOOK_S)

    async def leave(self) -> None:
        """There are no more readers here."""
        with contextlib.suppress(StoreUnavailable):  # then it is forgotten by itself
            await self._say({})

    async def elsewhere(self, sid: str, whose: Collection[str] = ("",)) -> Sequence[Figures]:
        """How the readers of a call stand in other processes, a moment ago. Raises StoreUnavailable.

        `whose`: those bound to which businesses; "": those who are bound to none.
        """
        found = [await self._hub.store.readers(_noted(sid, one)) for one in whose]
        return [figures for by_process in found for process, figures in by_process.items() if process != self._process]

    def _here(self) -> dict[str, Figures]:
        found: dict[str, Figures] = {}
        for reader in self._hub.all_readers():
            if reader.topic.kind == "call":
                name = _noted(reader.topic.sid, reader.topic.business)
                readers, queued, dropped = found.get(name, (0, 0, 0))
                found[name] = (readers + 1, queued + reader.waiting, dropped + reader.dropped)
        return found

    async def _say(self, here: Mapping[str, Figures]) -> None:
        if here == self._said and (not here or monotonic() - self._said_at < AGAIN_S):
            return
        await self._hub.store.note_readers(self._process, here)
        self._said, self._said_at = here, monotonic()


def _noted(sid: str, business: str) -> str:
    """What the readers of a call are noted down under that are bound to a business, or to none: no id has a space in it."""
    return f"{sid} {business}" if business else sid
