"""What a stream begins with: the record as it stands, or the open calls in short, and the event id that this covers.

The events that follow are those after that id, so the two must fit: none missing between them, none told twice. A record and its events are
written in one transaction, hence: read the id of the newest event, then the record, then the id again. When both ids are equal, the record is
exactly what the events up to that id made of it. Otherwise a turn came in between, and we read again. Should every try be interrupted, the first
id is given with the newer record: then nothing is missing, and the few events told again say what the record says already.

Reading the open calls costs as much as several turns, so readers who come at the same time share what is read for one of them (`Snapshots`). Each
gets what was read after it came, or before and is still the newest: a reader that comes after the answer to a turn finds that turn in its snapshot.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from time import monotonic
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from api.frames import Mask, Order, Topic, notice, order
from api.short_form import open_calls
from storage import codec
from storage.bound_store import BoundStore
from storage.errors import StoreUnavailable
from storage.store import CallStore

TRIES = 4
LISTING_TRIES = 2
"""Of the open calls; on a busy service each of them is interrupted."""
KEPT_S = 1.0
"""How long the open calls are kept when nothing happens: what the store lets expire must not live on in memory."""
REST = 9
"""How many times as long as a reading of the open calls took, until the next begins: a tenth of the time of this process goes into it at most, and as
much again into those of single businesses."""
LINGER_S = 0.002
"""Until a call is read again for those who came while it was read: with thousands who come at once, dozens share one reading."""
REST_S = 0.5
"""And no longer than that; those who come meanwhile wait for it."""

Read = TypeVar("Read")
_Log = tuple[str, str]
"""What a snapshot is of: a call's sid, or "" for the open calls; and whose calls alone, "" for those of all businesses."""


class Log(Protocol):
    """What the snapshots are of, and the log that goes on from them."""

    @property
    def store(self) -> CallStore: ...

    head: Order
    floor: Order
    replays: asyncio.Semaphore


class Snapshot(NamedTuple):
    """A snapshot for any number of readers."""

    payload: dict[str, Any]
    sids: tuple[str, ...]
    """The calls that are in it."""
    covered: str
    """The id of the newest event that is in it."""
    place: Order
    """Where the events begin that are not in it; of one call, all that this process had seen is in it, so this may be behind `covered`."""
    begun: float
    """Monotonic seconds at which it began to be read."""
    erasures: int
    """How many calls this process had seen erased by then."""
    blocks: dict[Mask | None, bytes]
    degraded: bool
    """It is what this host alone knows, while Redis is away: nobody can resume after it."""

    def block(self, mask: Mask | None) -> bytes:
        """The `history` as it goes over the wire, made once for all who see it alike."""
        if mask not in self.blocks:
            covered = "" if self.degraded else self.covered
            self.blocks[mask] = notice("history", self.payload, covered, mask, self.sids, degraded=self.degraded)
        return self.blocks[mask]


class _Pace:
    """One reading after the other, with a rest between them."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.rests_until = 0.0
        """Monotonic seconds."""


class _Reading:
    """A snapshot that is being read, and those who wait for it: any of them may leave before the others have it."""

    def __init__(self, read: Coroutine[None, None, Snapshot]) -> None:
        self.task = asyncio.create_task(read, name="snapshot")
        self._waiting: list[asyncio.Future[None]] = []
        self.task.add_done_callback(self._tell)

    async def found(self) -> Snapshot:
        """Raises StoreUnavailable, also when it is let go of."""
        self._waiting.append(waiting := asyncio.get_running_loop().create_future())
        await waiting
        if self.task.cancelled():
            raise StoreUnavailable("the service stops")
        return self.task.result()

    def _tell(self, _: object) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Snapshots:
    """The snapshots of one process: read once for all who ask for the same at the same time."""

    def __init__(
        self,
        hub: Log,
        kept_s: float = KEPT_S,
        zone: str = "UTC",
        zones: Mapping[str, str] = MappingProxyType({}),
        *,
        degraded: bool = False,
    ) -> None:
        """`zone`: where a day begins for those who watch; `zones`: by business, for those who watch that one alone. `degraded`: see `Snapshot`."""
        self._hub, self._kept_s, self._zone, self._zones, self._degraded = hub, kept_s, zone, zones, degraded
        self._reading: dict[_Log, _Reading] = {}
        self._kept: dict[str, Snapshot] = {}
        """The open calls as they were read last, for a moment: by business, or "" for those of all."""
        self._paces = {False: _Pace(), True: _Pace()}
        """How fast the open calls may be read: those of all businesses, and, together, those of single ones."""
        self._erasures = 0

    async def of(self, topic: Topic) -> Snapshot:
        """The snapshot of a topic. Raises StoreUnavailable."""
        log, came, linger_s = (topic.sid, topic.business), monotonic(), 0.0
        while True:
            if not topic.sid and (kept := await self._still_newest(topic.business)):
                return kept
            found = await (self._reading.get(log) or self._begin(topic, linger_s)).found()
            linger_s = LINGER_S
            if found.begun >= came and found.erasures == self._erasures:
                return found

    async def _still_newest(self, business: str) -> Snapshot | None:
        """What is kept of the open calls, if nothing has happened since."""
        kept = self._kept.get(business)
        if kept is None or kept.place < self._hub.floor or await self._hub.store.head() != kept.covered:
            return None
        return kept if self._kept.get(business) is kept else None

    def forget(self) -> None:
        """A call was erased, or the log lost: whatever was read or begun to be read before is given to nobody any more."""
        self._erasures += 1
        self._kept.clear()

    async def close(self) -> None:
        """Let go of what is being read; whoever waits for it is told StoreUnavailable."""
        tasks = [reading.task for reading in self._reading.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, topic: Topic, linger_s: float) -> "_Reading":
        log = (topic.sid, topic.business)
        reading = self._reading[log] = _Reading(self._read(topic, linger_s))
        reading.task.add_done_callback(lambda done: self._end(log, done))
        return reading

    def _end(self, log: _Log, task: asyncio.Task[Snapshot]) -> None:
        del self._reading[log]
        sid, business = log
        if task.cancelled() or task.exception() or sid:
            return
        found = task.result()
        if found.erasures == self._erasures:
            self._kept[business] = found
            asyncio.get_running_loop().call_later(self._kept_s, self._drop, business, found)

    def _drop(self, business: str, snapshot: Snapshot) -> None:
        if self._kept.get(business) is snapshot:
            del self._kept[business]

    async def _read(self, topic: Topic, linger_s: float) -> Snapshot:
        if topic.sid:
            if linger_s:
                await asyncio.sleep(linger_s)
            return await self._read_now(topic)
        pace = self._paces[bool(topic.business)]
        async with pace.turn:
            await asyncio.sleep(pace.rests_until - monotonic())
            found = await self._read_now(topic)
            now = monotonic()
            pace.rests_until = now + min(REST * (now - found.begun), REST_S)
            return found

    async def _read_now(self, topic: Topic) -> Snapshot:
        async with self._hub.replays:
            begun, known, erasures = monotonic(), self._hub.head, self._erasures
            payload, covered = await snapshot(self._hub.store, topic, self._zones.get(topic.business, self._zone))
        if self._degraded:  # of what was booked today, and where the shared log stands, one host knows nothing
            payload = {name: value for name, value in payload.items() if name not in ("bookedToday", "lastEventId")}
        # What this process had seen before the snapshot was read is in it too; from there the ring can go on without asking the store.
        sids = (topic.sid,) if topic.sid else tuple(call["callSid"] for call in payload["calls"])
        return Snapshot(payload, sids, covered, max(order(covered) or known, known), begun, erasures, {}, self._degraded)


async def snapshot(store: CallStore, topic: Topic, zone: str = "UTC") -> tuple[dict[str, Any], str]:
    """The payload of `history` and the id it covers, which also stands in it as `lastEventId`. Raises StoreUnavailable."""
    store = BoundStore(store, topic.business) if topic.business else store
    if topic.kind == "call":
        document, covered = await _settled(store, topic.sid, lambda: store.document(topic.name), TRIES)
        return {**_record(topic.name, document), "lastEventId": covered}, covered
    payload, covered = await _settled(store, "", lambda: open_calls(store, zone), LISTING_TRIES)
    return {**payload, "lastEventId": covered}, covered


async def _settled(store: CallStore, sid: str, read: Callable[[], Awaitable[Read]], tries: int) -> tuple[Read, str]:
    before = await store.head(sid)
    for _ in range(tries):
        found = await read()
        after = await store.head(sid)
        if after == before:
            return found, after
        last, before = before, after
    return found, last


def _record(sid: str, document: bytes | None) -> dict[str, Any]:
    """The document, or an empty one for a call that is not known yet, or whose document another system left unreadable."""
    record = codec.parse(document) if document else None
    empty = {"services": [], "company": {}, "user": {"userInfo": {}}, "history": [], "servicebooked": False, "confirmEmailsent": False}
    return {**(record or empty), "callSid": sid}
