"""Who reads in this process, and how each event gets to them.

A reader that keeps up is written to straight: one chunk, made once, goes to the connections of all of them (`Batch`). Everyone else has a queue. A
write costs the process some 6 µs, nearly all of it in the kernel, so thousands of them are made in slices, and between two slices everything else
that is ready has its turn: a caller does not wait until every supervisor was told.

What keeps the order is the cursor of each reader, moved with each write: a batch gives a reader what lies behind its cursor and nothing else. So one
that joins while a batch is on its way, having read up to the head already, gets nothing twice; one that leaves it and is replayed goes on from its
cursor; and one that has seen more than this process (it comes from another) waits until the events go beyond that.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from time import monotonic

from api.frames import Frame, Mask, Order, Topic, notice
from api.reader import Reader
from api.wire import chunk

SLICE = 64
"""Readers written to in one turn of the loop: about half a millisecond."""
LONG_SLICE = 256
"""The same while nobody else has anything to do: a turn of the loop costs as much as four writes."""
QUIET_S = 50e-6
"""A turn of the loop that took no longer had nothing else to do."""
SHARE_S = 0.005
"""How long others may go on between two slices."""


class Batch:
    """Events of one topic on their way to the readers that are written to straight."""

    def __init__(self, before: Order) -> None:
        self.before = before
        """Whoever reads has had everything up to here."""
        self.last = before
        self._frames: list[Frame] = []
        self._whole: dict[Mask | None, bytes] = {}
        """All of them as one chunk."""

    def add(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.last = frame.order

    def forget(self, sid: str) -> None:
        self._frames = [frame for frame in self._frames if frame.about != sid or frame.erases]
        self._whole.clear()

    def drop(self) -> None:
        """Write nothing any more."""
        self._frames = []
        self._whole.clear()

    def go_to(self, readers: Iterable[Reader]) -> None:
        """Each thing done for every reader here counts: what is written to most of them is the same, and they stand at the same place."""
        now, before, last = monotonic(), self.before, self.last
        mask, part = None, self._all(None)
        for reader in readers:
            write = reader.write
            if write is None:  # it left meanwhile
                continue
            if reader.mask is not mask:
                mask, part = reader.mask, self._all(reader.mask)
            some = part
            if reader.cursor is not before:
                if reader.cursor >= last:  # it has seen more than this process
                    continue
                if reader.cursor > before:
                    some = self._chunk(mask, reader.cursor)
            reader.cursor = last
            if some:
                reader.spoke = now
                try:
                    write(some)
                except RuntimeError:  # the connection is closed, and its reader about to be
                    continue

    def _all(self, mask: Mask | None) -> bytes:
        if mask not in self._whole:
            self._whole[mask] = self._chunk(mask, self.before)
        return self._whole[mask]

    def _chunk(self, mask: Mask | None, after: Order) -> bytes:
        return chunk(b"".join([frame.masked(mask) if mask else frame.block for frame in self._frames if frame.order > after]))


class Audience:
    """The readers of one topic."""

    def __init__(self) -> None:
        self.queued: dict[Reader, None] = {}
        self.straight: dict[Reader, None] = {}
        self.due: Batch | None = None
        """What is to be written to the latter."""
        self.going: Batch | None = None
        """What is being written."""

    def __iter__(self) -> Iterator[Reader]:
        yield from self.queued
        yield from self.straight

    def __len__(self) -> int:
        return len(self.queued) + len(self.straight)

    def offer(self, frame: Frame, head: Order) -> None:
        """A new event; `head` is the one before it in the log."""
        for reader in self.queued:
            reader.offer(frame)
        if self.straight:
            self.due = self.due or Batch(head)
            self.due.add(frame)

    def batches(self) -> Iterator[Batch]:
        """Oldest first."""
        yield from (batch for batch in (self.going, self.due) if batch is not None)


class FanOut:
    """All of them. `run` writes what was offered, until it is cancelled."""

    def __init__(self) -> None:
        self._by_topic: dict[Topic, Audience] = {}
        self._agents: set[Topic] = set()
        """Supervisors who read: the only topics that are looked through for each event."""
        self._bound = 0
        """How many topics are of one business alone."""
        self._due: dict[Topic, None] = {}
        self._some = asyncio.Event()
        self._slice = SLICE

    def join(self, reader: Reader) -> None:
        """Known from now on, with a queue."""
        if reader.topic not in self._by_topic:
            self._by_topic[reader.topic] = Audience()
            self._bound += bool(reader.topic.business)
        self._by_topic[reader.topic].queued[reader] = None
        if reader.topic.kind == "agent":
            self._agents.add(reader.topic)

    def leave(self, reader: Reader) -> None:
        audience = self._by_topic.get(reader.topic)
        if audience is None:
            return
        audience.queued.pop(reader, None)
        audience.straight.pop(reader, None)
        if not audience:
            del self._by_topic[reader.topic]
            self._bound -= bool(reader.topic.business)
            self._agents.discard(reader.topic)

    def write_to(self, reader: Reader) -> None:
        """Write to its connection from now on: it has had all up to the head."""
        audience = self._by_topic[reader.topic]
        audience.queued.pop(reader, None)
        audience.straight[reader] = None

    def queue_for(self, reader: Reader, head: Order) -> Order:
        """Give it a queue again. Returns up to where it was given everything, if not further: to the head, or to before what is on its way."""
        audience = self._by_topic[reader.topic]
        audience.straight.pop(reader, None)
        audience.queued[reader] = None
        return next((batch.before for batch in audience.batches()), head)

    def __bool__(self) -> bool:
        return bool(self._by_topic)

    def all(self) -> list[Reader]:
        return [reader for audience in self._by_topic.values() for reader in audience]

    def of(self, topic: Topic) -> list[Reader]:
        return list(self._by_topic.get(topic, ()))

    def concerned(self, frame: Frame) -> list[Reader]:
        """The readers of an event."""
        return [reader for topic in self._concerned(frame) for reader in self._by_topic.get(topic, ())]

    def offer(self, frame: Frame, head: Order) -> None:
        """A new event to everyone it concerns; `head` is the one before it in the log."""
        for topic in self._concerned(frame):
            audience = self._by_topic.get(topic)
            if audience is not None:
                audience.offer(frame, head)
                if audience.due is not None:
                    self._due[topic] = None
        if self._due:
            self._some.set()

    def forget(self, sid: str) -> None:
        """A call was erased: nothing of it is written any more."""
        for audience in self._by_topic.values():
            for batch in audience.batches():
                batch.forget(sid)
            for reader in audience.queued:
                reader.forget(sid)

    def reset(self, reason: str) -> None:
        """Nothing that was offered is written any more: everyone starts again."""
        for audience in self._by_topic.values():
            for batch in audience.batches():
                batch.drop()
        for reader in self.all():
            reader.reset(reason)

    async def run(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            written = 0
            while self._due:
                topic = next(iter(self._due))
                del self._due[topic]
                audience = self._by_topic.get(topic)
                if audience is not None:
                    written = await self._write(audience, written)

    async def beat(self, since: float) -> None:
        """A heartbeat to everyone who has heard nothing since then (monotonic seconds)."""
        silent = [reader for reader in self.all() if reader.spoke <= since]
        part = chunk(notice("heartbeat", {}))
        for start in range(0, len(silent), SLICE):
            now = monotonic()
            for reader in silent[start : start + SLICE]:
                if reader.write is None:
                    reader.beat(since)
                elif reader.spoke <= since:
                    reader.spoke = now
                    with suppress(RuntimeError):  # the connection is closed, and its reader about to be
                        reader.write(part)
            await _others()

    async def _write(self, audience: Audience, written: int) -> int:
        """Write what is due to an audience. `written`: how many were written to since others had their turn; returns the same."""
        batch, audience.due = audience.due, None
        if batch is None:
            return written
        audience.going = batch
        try:
            left, readers = len(audience.straight), iter(list(audience.straight))
            while left > 0:
                if written >= self._slice:
                    quiet = await _others()
                    self._slice = min(2 * self._slice, LONG_SLICE) if quiet else SLICE
                    written = 0
                some = min(left, self._slice - written)
                batch.go_to(islice(readers, some))
                left -= some
                written += some
        finally:
            audience.going = None
        return written

    def _concerned(self, frame: Frame) -> Iterator[Topic]:
        yield Topic("all")
        yield Topic("call", frame.sid)
        if self._bound and frame.business:
            yield Topic("all", "", frame.business)
            yield Topic("call", frame.sid, frame.business)
        for topic in self._agents:
            if topic.concerns(frame):
                yield topic


async def _others() -> bool:
    """Let everything else go on that is ready, for as long as there is anything, up to a share. Returns whether there was nothing."""
    await asyncio.sleep(0)  # in which what was written is sent
    began = monotonic()
    until, turns = began + SHARE_S, 0
    while began < until:
        await asyncio.sleep(0)
        now = monotonic()
        if now - began < QUIET_S:
            break
        began, turns = now, turns + 1
    return not turns
