"""One reader of the hub: a cursor, and a short queue while it keeps up.

`resume` or `start` says from where; then every `next()` gives what comes after, in order, each event once. A reader that does not keep up loses its
queue, never its place: it is replayed from its cursor at its own pace, so that memory is bounded and nobody else waits.

A reader that was lent its connection (`api/wire.py`) and has nothing left to read is written to straight (`api/fan_out.py`), and nobody need wait for
it (`leave`). As soon as the connection is full, or there is something else to tell, it goes on by itself from its cursor.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from api.asides import Asides
from api.frames import START, Frame, Mask, Order, Topic, order, text
from api.tallies import Tallies
from api.wire import Wire
from storage.errors import StoreUnavailable
from storage.store import CallStore

PAGE = 64
"""Events in one step of a replay."""
PAUSE_S = (0.05, 2.0)
"""First and longest pause before the store is tried again."""


class Log(Protocol):
    """The shared log of events as this process knows it: what readers and snapshots are given of the hub."""

    store: CallStore
    head: Order
    floor: Order
    ready: bool
    queue: int
    replays: asyncio.Semaphore
    tallies: Tallies

    def newer(self, than: Order, topic: Topic, count: int) -> tuple[list[Frame], bool]: ...

    def join(self, reader: "Reader") -> None: ...

    def leave(self, reader: "Reader") -> None: ...

    def write_to(self, reader: "Reader") -> None: ...

    def queue_for(self, reader: "Reader") -> Order: ...


class Gone(Exception):
    """What was asked for cannot be given any more; `reason` is a word for the reader: "trimmed", "expired", "unknown", "malformed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader(Asides):
    """Made by a stream, known to the hub until `close`."""

    __slots__ = (
        *("_beat_due", "_hub", "_lost", "_queue", "_sure", "_wire"),
        *("closed", "cursor", "dropped", "hot", "mask", "spoke", "topic", "write"),
    )

    def __init__(self, hub: Log, topic: Topic, mask: Mask | None = None, wire: Wire | None = None) -> None:
        super().__init__()
        self.topic = topic
        self.cursor: Order = START
        """The last event handed out; everything of the topic up to it was."""
        self.hot = False
        """At the head: events come by the queue. Otherwise they are replayed from the cursor."""
        self.closed = False
        self.dropped = 0
        """How often the queue overflowed."""
        self.mask = mask
        self.write: Callable[[bytes], None] | None = None
        """Takes chunks of its response; None while it has a queue, or is behind."""
        self.spoke = monotonic()
        """When it was given anything last."""
        self._hub, self._wire = hub, wire
        self._queue: list[Frame] = []
        self._beat_due, self._lost = False, ""
        self._sure = True
        """Whether the cursor is known to be an id that was given out."""
        hub.join(self)
        if wire is not None:
            wire.lend(self.slow, self.close)

    @property
    def waiting(self) -> int:
        """Events in the queue."""
        return len(self._queue)

    def resume(self, event_id: str) -> None:
        """Go on after an id the reader says it has seen. Raises Gone when it is no id."""
        place = order(event_id)
        if place is None:
            raise Gone("malformed")
        self._go(place, sure=False)

    def start(self, place: Order) -> None:
        """Go on after a place that a snapshot covers."""
        self._go(place, sure=True)

    @property
    def lost(self) -> bool:
        """Whether it is to begin again."""
        return bool(self._lost)

    def rewind(self) -> None:
        """Forget the old place, and any loss told so far: a snapshot is about to be read."""
        self._lost = ""
        self.hot = False
        self._queue.clear()

    @property
    def near(self) -> bool:
        """Whether what comes next is in memory, so that `ready` waits for nothing."""
        return self._hub.ready and self.cursor <= self._hub.head and self._in_ring()

    async def next(self) -> bytes:
        """The next events as one block, as many as there are; b"" when a heartbeat is due, or it is closed. Raises as `ready` does."""
        while (found := await self.ready()) is None:
            self._write_straight()
            await self.rest(None)
            self.queue_again()
        return found

    async def ready(self) -> bytes | None:
        """The same, without waiting for events: None when it has had all there are.

        Raises Gone when events were lost for good. While the store is away and is needed, waits for it.
        """
        pause = PAUSE_S[0]
        while not self.closed:
            if self._lost:
                raise Gone(self._lost)
            if told := self.asides():
                return told
            try:
                frames = self._queued() if self.hot else await self._behind()
            except StoreUnavailable:
                frames = []
                await self.rest(pause)
                pause = min(2 * pause, PAUSE_S[1])
            if frames:
                self.spoke, self._beat_due = monotonic(), False
                return b"".join([frame.masked(self.mask) if self.mask else frame.block for frame in frames])
            if self.beat_is_due():
                return b""
            if self.hot and not self._queue:
                return None
        return b""

    def leave(self, again: Callable[[], None]) -> bool:
        """After `ready` gave None: have it written to straight, with nobody waiting; `again` is called, once, when there is anything else to tell.
        False when it cannot be, and nothing has changed then.
        """
        if not self._has_news():
            self._write_straight()
        if self.write is None:
            return False
        self._again = again
        return True

    def beat_is_due(self) -> bool:
        """Whether a heartbeat is to be sent now; the silence counts anew from here."""
        if due := self._beat_due:
            self.spoke, self._beat_due = monotonic(), False
        return due

    async def rest(self, at_most_s: float | None) -> None:
        """Wait for anything to happen to this reader: an event, a heartbeat, a loss, the end."""
        if not self._has_news():
            await self._woken(at_most_s)

    def _has_news(self) -> bool:
        return bool(self._queue or self._aside or self._beat_due or self._lost or self.closed)

    def asides(self) -> bytes:
        """What was told aside, once."""
        if told := super().asides():
            self.spoke, self._beat_due = monotonic(), False
        return told

    def close(self) -> None:
        """No further events; a waiting `next` comes back."""
        self.closed = True
        self.write = None
        self._queue.clear()
        self._hub.leave(self)
        self.wake()

    # What the hub calls, never with an await in between

    def offer(self, frame: Frame) -> None:
        """A new event. Too many waiting: back to replay from the cursor."""
        if not self.hot or frame.order <= self.cursor:
            return
        if len(self._queue) >= self._hub.queue:
            self._queue.clear()
            self.hot = False
            self.dropped += 1
            self._hub.tallies.count("catch_ups", "overflow")
        else:
            if not self._queue:
                self.cursor = max(self.cursor, self._hub.head)
            self._queue.append(frame)
        self.wake()

    def overflowed(self) -> None:
        self.reset("trimmed")

    def slow(self) -> None:
        """Its connection takes no more for now."""
        self.queue_again()
        self.wake()

    def forget(self, sid: str) -> None:
        self._queue = [frame for frame in self._queue if frame.about != sid or frame.erases]

    def reset(self, reason: str) -> None:
        self.queue_again()
        self._lost = reason
        self.hot = False
        self._queue.clear()
        self.wake()

    def beat(self, since: float) -> None:
        if self.spoke <= since:
            self._beat_due = True
            self.wake()

    def _write_straight(self) -> None:
        if self._wire is not None and self._wire.keeps_up and not (self._beat_due or self._lost or self.closed):
            self.cursor = max(self.cursor, self._hub.head)
            self.write = self._wire.transport.write
            self._hub.write_to(self)

    def queue_again(self) -> None:
        """No longer written to straight: behind until it has read on from its cursor; events that were on their way to it are in the ring."""
        if self.write is not None:
            self.write = None
            self.hot = False
            self.cursor = max(self.cursor, self._hub.queue_for(self))

    def _go(self, place: Order, *, sure: bool) -> None:
        self.cursor, self._sure = place, sure
        self.hot = False
        self._queue.clear()

    def _queued(self) -> list[Frame]:
        frames, self._queue = self._queue, []
        if frames:
            self.cursor = frames[-1].order
        return frames

    async def _behind(self) -> list[Frame]:
        """One page after the cursor; at the head, turn hot, in the same turn of the loop."""
        hub = self._hub
        if not hub.ready:
            raise StoreUnavailable("the end of the log is not known yet")
        if self.cursor > hub.head and not self._sure:
            await self._vouch()
            return []
        if self.cursor >= hub.head:
            self.hot = True
            return []
        if self._in_ring():
            frames, all_of_it = hub.newer(self.cursor, self.topic, PAGE)
            self.hot = all_of_it
            self.cursor = hub.head if all_of_it else frames[-1].order
            return frames
        before = hub.head
        async with hub.replays:
            page = await hub.store.events(self.topic.sid, text(self.cursor), PAGE, self.topic.business)
        if page.gone:
            raise Gone(page.gone)
        frames = [Frame(order(entry.id) or START, entry) for entry in page.entries]
        # An empty page says that the store has nothing more; it knew all that this process had seen when it was asked.
        self.cursor = (order(page.entries[-1].id) or before) if page.entries else max(before, self.cursor)
        self._sure = True
        return [frame for frame in frames if self.topic.concerns(frame)]

    def _in_ring(self) -> bool:
        # A log that was empty when we came leaves the floor at START; what ids there were before it, only the store knows. It is not asked about
        # a place that we gave ourselves: of a call that is about to begin it knows nothing, and would call that a loss.
        floor = self._hub.floor
        return self.cursor == floor or (self.cursor >= floor and (self._sure or floor > START))

    async def _vouch(self) -> None:
        """The reader has seen more than this process: from another one, or it made the id up."""
        async with self._hub.replays:
            newest = [order(await self._hub.store.head(sid)) or START for sid in {"", self.topic.sid}]
        if self.cursor > max(newest):
            raise Gone("unknown")
        self._sure = True
