"""The hub: one for each process, between the shared log of events and everyone who reads it here.

How it works. One task follows the log of all calls (`CallStore.follow`) and hands every entry, framed once, to the readers it concerns; the newest
entries stay in a ring. A reader (`api/reader.py`) is a cursor: the id of the last event it was given. Behind the head, it is replayed, a page at a
time, from the ring if that reaches back far enough and from the store otherwise. The moment its cursor has reached the head it turns hot, in
the same turn of the event loop and without an await, and from then on events are put into its queue, or written to its connection straight
(`api/fan_out.py`). So there is no moment in which an event could fall between replay and live, and none in which it could come twice, on whichever
process and after whichever restart.

While the store is away, readers stay, hear what the journal of this host takes (`api/host_log.py`), and the hub tries again with growing, jittered
pauses from the id it had reached. When the log itself is
gone or was cut beyond that id, every reader is told to start again from a snapshot.

`Hub(store, ...)`, then `start()` and `close()` on the running loop. `follows=False` (USE_REDIS_SSE=false) leaves the log alone: events then come
from `publish`, which `api/own_events.py` calls for each commit of this process.
"""

import asyncio
import contextlib
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from api import logs
from api.fan_out import FanOut
from api.frames import START, Frame, Order, Topic, aside, order, text
from api.host_log import HostLog
from api.news import CallNews
from api.reader import PAUSE_S, Reader
from api.readership import Readership
from api.snapshot import Snapshots
from api.tallies import Tallies
from storage.away.spare import Spare
from storage.errors import StoreUnavailable
from storage.store import CallStore, Entry

RING = 8192
"""Newest entries kept in memory, some 4 MB; a whole fleet of readers that comes back after a cut then costs the store nothing."""
RING_S = 60.0
"""How long they are kept there: what the store has erased or let expire must not live on in memory."""
REPLAYS = 32
"""Replays that may read the store at the same time, so that a storm of readers leaves it to the callers."""
FOLLOW_S = 5.0
"""How long one wait for news lasts: an answer at least that often shows that the connection lives."""
LINGER_S = 0.002
"""After a read, until the next one."""
IDLE_S = 0.05
"""The same, while nobody reads."""


class Hub:
    """Everything this process knows about the log: where it ends, its newest entries, who reads it."""

    def __init__(
        self,
        store: CallStore,
        *,
        heartbeat_s: float = 30.0,
        queue: int = 100,
        follows: bool = True,
        ring: int = RING,
        ring_s: float = RING_S,
        zone: str = "UTC",
        zones: Mapping[str, str] | None = None,
        tallies: Tallies | None = None,
        spare: Spare | None = None,
    ) -> None:
        self.store = store
        self.tallies = tallies or Tallies()
        self.heartbeat_s = heartbeat_s
        self.queue = queue
        """How many events may wait for one reader before it is replayed instead."""
        self.head: Order = START
        """The newest event this process knows of."""
        self.floor: Order = START
        """Every event after this one is in the ring."""
        self.ready = False
        """Whether the end of the log was found; False before the first answer of the store, and after the log was lost."""
        self.away_since: float | None = None
        """Monotonic seconds at which the store stopped answering; None while it answers."""
        self.replays = asyncio.Semaphore(REPLAYS)
        self.snapshots = Snapshots(self, zone=zone, zones=zones or {})
        self.news = CallNews()
        self.readership = Readership(self)
        self.host = HostLog(spare, self.tell_aside, zone, zones or {}) if spare else None
        """What goes on while the store is away; None where nothing does."""
        self._spare = spare
        self._ring: list[Frame] = []
        self._ring_size, self._ring_s = ring, ring_s
        self._follows = follows
        self._fan_out = FanOut()
        self._tasks: list[asyncio.Task[None]] = []
        self._log = logs.Sparing()

    async def start(self) -> None:
        """Find the end of the log and go on from there; comes back at once, also while the store is away."""
        with contextlib.suppress(StoreUnavailable):
            await self._find_end()
        jobs = {"follow": self._follow(), "hand_out": self._hand_out(), "beat": self._beat(), "readership": self.readership.keep()}
        if self.host is not None:
            jobs["host"] = self.host.keep()
        self._tasks = [asyncio.create_task(job, name=f"hub.{name}") for name, job in jobs.items()]

    async def close(self) -> None:
        """Let go of the log and of every reader."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.readership.leave()
        await self.snapshots.close()
        if self.host is not None:
            await self.host.close()
        for reader in self.all_readers():
            reader.close()

    # Readers

    def join(self, reader: Reader) -> None:
        self._fan_out.join(reader)

    def leave(self, reader: Reader) -> None:
        self._fan_out.leave(reader)

    def write_to(self, reader: Reader) -> None:
        self._fan_out.write_to(reader)

    def queue_for(self, reader: Reader) -> Order:
        return self._fan_out.queue_for(reader, self.head)

    def all_readers(self) -> list[Reader]:
        return self._fan_out.all()

    def readers(self, topic: Topic) -> list[Reader]:
        return self._fan_out.of(topic)

    # The log

    def newer(self, than: Order, topic: Topic, count: int) -> tuple[list[Frame], bool]:
        """Frames of the ring after an id that concern `topic`, at most `count`, and whether that was all. `than` must not be below `floor`."""
        found: list[Frame] = []
        for at in range(bisect_right(self._ring, than, key=lambda frame: frame.order), len(self._ring)):
            frame = self._ring[at]
            if topic.concerns(frame):
                found.append(frame)
                if len(found) == count:
                    return found, at == len(self._ring) - 1
        return found, True

    def publish(self, entries: Iterable[Entry]) -> None:
        """Take entries of the log, in order, for everyone whom they concern: queued at once, or written straight in the turns of the loop to come."""
        for entry in entries if self.ready else ():
            place = order(entry.id)
            if place is None or place <= self.head:
                continue
            try:
                self._offer(Frame(place, entry))
            finally:  # whatever came of it, it is not read again
                self.head = place
        if len(self._ring) >= 2 * self._ring_size:
            self._drop(len(self._ring) - self._ring_size)

    def _offer(self, frame: Frame) -> None:
        if frame.erases:
            self.forget(frame.sid)
            if self._spare is not None:
                self._spare.store.forget(frame.sid, frame.order[0] / 1000)
        self._ring.append(frame)
        self.news.tell(frame.sid, frame.kind, frame.speaker)
        self._fan_out.offer(frame, self.head)

    def tell_aside(self, sid: str, envelopes: Sequence[bytes], business: str = "", place: Order | None = None) -> None:
        """Give events of a call that are not in the shared log to whoever they concern here, without ids.

        `business`: whose it is; "": nobody knows. `place`: where they stand in the journal's log; None: nowhere.
        """
        for envelope in envelopes:
            frame = Frame(START, Entry(id="", sid=sid, data=envelope, business=business))
            if frame.erases:
                self.forget(sid)
            self.news.tell(sid, frame.kind, frame.speaker)
            for reader in self._fan_out.concerned(frame):
                reader.aside(aside(envelope, sid, reader.mask), place)

    def forget(self, sid: str) -> None:
        """Drop what is kept in memory of an erased call. The event in the log that tells of it does so in every process."""
        self._ring = [frame for frame in self._ring if frame.about != sid or frame.erases]
        self.snapshots.forget()
        self._fan_out.forget(sid)

    def figures(self) -> dict[str, Any]:
        """How the hub stands, for health and metrics."""
        readers = self.all_readers()
        return {
            "mode": "ok" if self.ready and self.away_since is None else "degraded",
            "awayS": 0.0 if self.away_since is None else round(monotonic() - self.away_since, 3),
            "lastId": text(self.head),
            "readers": len(readers),
            "live": sum(reader.hot for reader in readers),
            "straight": sum(reader.write is not None for reader in readers),
            "queued": sum(reader.waiting for reader in readers),
            "dropped": sum(reader.dropped for reader in readers),
            "ring": len(self._ring),
        }

    def _drop(self, count: int) -> None:
        """Drop the oldest entries of the ring; from now on the store is asked for them."""
        if count:
            self.floor = self._ring[count - 1].order
            del self._ring[:count]

    async def _follow(self) -> None:
        pause = PAUSE_S[0]
        while True:
            try:
                if not self.ready:
                    await self._find_end()
                if not self._follows:
                    await asyncio.sleep(FOLLOW_S)
                    continue
                page = await self.store.follow(text(self.head), FOLLOW_S)
            except Exception as error:  # a follower that dies in silence is the worst that can happen here
                if not isinstance(error, StoreUnavailable) and self._log.due(type(error).__name__):
                    logs.failure("hub_follow", error)
                self.away_since = self.away_since or monotonic()
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the tries of many processes, guards nothing
                pause = min(2 * pause, PAUSE_S[1])
                continue
            pause, self.away_since = PAUSE_S[0], None
            if page.gone:
                self._lose(page.gone)
            else:
                self._take(page.entries)
                # Under load one read brings many events; and while nobody reads there is no hurry at all.
                await asyncio.sleep(LINGER_S if self._fan_out else IDLE_S)

    def _take(self, entries: Sequence[Entry]) -> None:
        """Publish, and survive whatever one entry does: everyone starts again, behind it."""
        try:
            self.publish(entries)
        except Exception as error:
            self._fail(error)

    async def _hand_out(self) -> None:
        """Write to the readers that keep up; likewise."""
        while True:
            try:
                await self._fan_out.run()
            except Exception as error:
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        if self._log.due(type(error).__name__):
            logs.failure("hub_publish", error)
        self.floor = self.head
        self._start_again("unknown")

    async def _find_end(self) -> None:
        """Go on from the end of the log. What came before it is in the store, so the ring starts empty."""
        self.head = self.floor = order(await self.store.head()) or START
        self._ring = []
        self.ready, self.away_since = True, None
        for reader in self.all_readers():
            reader.wake()

    def _lose(self, reason: str) -> None:
        """The log is not the one we followed: its end is to be found anew."""
        self.ready = False
        self._start_again(reason)

    def _start_again(self, reason: str) -> None:
        """Every reader gets a snapshot; what is kept in memory is let go."""
        self._ring = []
        self.snapshots.forget()
        self._fan_out.reset(reason)

    async def _beat(self) -> None:
        """One timer for the ring and all readers; one that has heard nothing for a heartbeat's time is woken to say so."""
        while True:
            await asyncio.sleep(min(1.0, self.heartbeat_s / 4))
            now = monotonic()
            self._drop(bisect_left(self._ring, now - self._ring_s, key=lambda frame: frame.since))
            await self._fan_out.beat(now - self.heartbeat_s)
