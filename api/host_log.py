"""What the workers of this host take in its journal while Redis is away, told to the readers of this process.

How it works. Each worker follows the journal's own log from the moment at which something waits there (a byte that all workers share tells), and
gives every event of it to its readers aside, marked `"degraded": true` and without an id (`Hub.tell_aside`): so a reader hears all calls of the host,
whichever worker takes them. When Redis is back, the shared log brings the same steps with their ids. Who opens a stream meanwhile begins with what
the journal has (`snapshots`), and hears what comes after that.
"""

import asyncio
from collections.abc import Mapping, Sequence
from time import time
from typing import Protocol

import msgspec

from api import logs
from api.frames import START, Order, Topic, order, text
from api.snapshot import Snapshot, Snapshots
from storage import codec
from storage.away.spare import Spare
from storage.errors import StoreUnavailable
from storage.journal.store import JournalStore
from storage.store import Entry

LOOK_S = 0.1
"""Between two looks whether anything waits; it costs a glance at a byte."""
STEP_S = 3.0
"""How long a step may take, from the moment that gives its events their ids until others see that something waits."""
FOLLOW_S = 1.0
"""How long one wait for news lasts."""
PAGE = 256
TOGETHER = 16
"""Events that are told at once: then the readers have their turn to take them."""
AGAIN_S = 1.0
"""After the journal failed."""


class Tells(Protocol):
    def __call__(self, sid: str, envelopes: Sequence[bytes], business: str = "", place: Order | None = None) -> None: ...


class HostLog:
    """The journal's log as this process reads it, from the start of `keep` until that is cancelled."""

    floor: Order = START
    """All of it can be read in the journal."""

    def __init__(self, spare: Spare, tell: Tells, zone: str, zones: Mapping[str, str]) -> None:
        """`zone`, `zones`: see `Snapshots`."""
        self._breaker, self._tell = spare.breaker, tell
        self.store: JournalStore = spare.journal
        self.head: Order = START
        """Everything up to here was told."""
        self.replays = asyncio.Semaphore(4)
        self.snapshots = Snapshots(self, zone=zone, zones=zones, degraded=True)
        self._erased: set[str] = set()
        self._log = logs.Sparing()

    def told(self, sid: str, envelopes: Sequence[bytes], business: str) -> None:
        """What this process did at this moment and the journal's log may not tell: somebody was erased of whom it knows nothing."""
        self._erased.add(sid)
        self._tell(sid, envelopes, business)
        self.snapshots.forget()

    async def history(self, topic: Topic) -> Snapshot | None:
        """What this host knows of a topic, while Redis is away; None otherwise, and where the journal does not answer either."""
        if not self._breaker.away:
            return None
        try:
            return await self.snapshots.of(topic)
        except StoreUnavailable:
            return None

    async def keep(self) -> None:
        """Tell what the journal takes, for ever."""
        while True:
            try:
                if self.store.flag.up:
                    await self._tell_next()
                else:  # what is told from now on has a later id
                    self.head = max(self.head, (int((time() - STEP_S) * 1000), 0))
                    self._erased.clear()
                    await asyncio.sleep(LOOK_S)
            except Exception as error:  # a task that dies in silence would leave readers without news
                if not isinstance(error, StoreUnavailable) and self._log.due(type(error).__name__):
                    logs.failure("host_log", error)
                await asyncio.sleep(AGAIN_S)

    async def close(self) -> None:
        await self.snapshots.close()

    async def _tell_next(self) -> None:
        page = await self.store.follow(text(self.head), FOLLOW_S)
        entries = await self._since_moment() if page.gone else page.entries
        for start in range(0, len(entries), TOGETHER):
            for entry in entries[start : start + TOGETHER]:
                self._tell_one(entry)
            await asyncio.sleep(0)
        if page.gone and not entries:
            await asyncio.sleep(LOOK_S)

    async def _since_moment(self) -> Sequence[Entry]:
        """What was told after the head, where that is a moment and no id that the log gave; where that is nothing, the log's own end is the head."""
        found: list[Entry] = []
        after = "0"
        while (page := await self.store.events("", after, PAGE)).entries:
            found += [entry for entry in page.entries if (order(entry.id) or START) > self.head]
            after = page.entries[-1].id
        if not found and after != "0":
            self.head = order(after) or self.head
        return found

    def _tell_one(self, entry: Entry) -> None:
        self.head = order(entry.id) or self.head
        envelope = {**msgspec.json.decode(entry.data), "degraded": True}
        if envelope["payload"].get("status") == "erased":
            self.snapshots.forget()
            if entry.sid in self._erased:
                self._erased.discard(entry.sid)
                return
        self._tell(entry.sid, [codec.encode(envelope)], entry.business, self.head)
