"""The log of all calls' events, in memory."""

import asyncio
import bisect
from collections.abc import Callable, Sequence

from storage import ids
from storage.store import Entry


class MemoryLog:
    """Entries in the order of their ids, dropped when they are `keep_s` old by `clock` (Unix seconds)."""

    def __init__(self, clock: Callable[[], float], keep_s: float) -> None:
        self.entries: list[Entry] = []
        self.cut = ids.START
        self.last: ids.Position | None = None
        self.grown = asyncio.Event()
        """Set when the next entry comes, and then another one takes its place."""
        self._clock, self._keep_s = clock, keep_s

    def tell(self, sid: str, data: bytes, business: str = "") -> Entry:
        """Append, and wake who follows."""
        now = (int(self._clock() * 1000), 0)
        at = now if self.last is None or now > self.last else (self.last[0], self.last[1] + 1)
        if self.last is None:
            self.cut = ids.before(at)
        self.last = at
        entry = Entry(id=ids.written(at), sid=sid, data=data, business=business)
        self.entries.append(entry)
        self.trim()
        self.grown.set()
        self.grown = asyncio.Event()
        return entry

    def trim(self) -> None:
        oldest = (int((self._clock() - self._keep_s) * 1000), 0)
        stale = bisect.bisect_left(self.entries, oldest, key=position)
        if stale:
            self.cut = position(self.entries[stale - 1])
            del self.entries[:stale]

    def forget(self, sid: str) -> None:
        """Drop a call's events, but for what tells that it was erased."""
        self.entries = [entry for entry in self.entries if entry.sid != sid or b'"status":"erased"' in entry.data]


def position(entry: Entry) -> ids.Position:
    return ids.position(entry.id) or ids.START


def after(entries: Sequence[Entry], at: ids.Position, count: int) -> tuple[Entry, ...]:
    start = bisect.bisect_right(entries, at, key=position)
    return tuple(entries[start : start + count])
