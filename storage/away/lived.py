"""Time as this process lives through it: a machine that gives it none, a paused process, a loop that something holds up, count for little.

How it works. A stretch of time is cut into slices, and each is a timer of its own. One that comes on time was lived through: whatever lay in a socket
meanwhile has been read. The later one comes, the less of it is known, and the less it counts; down to a third, since the loop has come round once at
least, and a process that is always late must come to an end too.
"""

import asyncio
from collections.abc import Callable, Hashable
from time import monotonic

SLICE_S = 0.02
GRACE_S = 0.005
"""How late any timer may come."""
LEAST = 1 / 3
"""How much a slice counts, however late it came: what takes a dozen rounds of the loop, as a probe does, has three times as many then."""


class Lived:
    """Calls `then` once `seconds` were lived through, unless it is cancelled before."""

    __slots__ = ("_began", "_handle", "_left", "_loop", "_then", "late")

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self._left, self._then = seconds / SLICE_S, then
        self.late = False
        """Whether any slice took twice its time; whoever asks anew from here on may set it back."""
        self._loop = asyncio.get_running_loop()
        self._wait()

    def cancel(self) -> None:
        self._handle.cancel()

    def _wait(self) -> None:
        self._began = monotonic()
        self._handle = self._loop.call_later(SLICE_S, self._ended)

    def _ended(self) -> None:
        counts = _counts(self._began)
        self.late |= counts < 0.5
        self._left -= counts
        if self._left <= 0.001:
            self._then()
        else:
            self._wait()


class Waits:
    """Calls `then` for each that waits for so long, as it was lived through, or up to a slice longer; one timer is enough for all of them."""

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self._slices, self._then = seconds / SLICE_S - 0.001, then
        self._lived = 0.0
        """Slices, of all that anybody waited for."""
        self._since: dict[Hashable, float] = {}
        """How much had been lived through when each began to wait; in this order."""
        self._began: float | None = None
        """When the slice began that runs; None: nobody waits."""

    def begin(self, one: Hashable) -> None:
        if self._began is None:
            self._since[one] = self._lived
            self._wait()
        else:  # of the slice that runs it has not waited for all
            self._since[one] = self._lived + 1

    def end(self, one: Hashable) -> None:
        """It waits no more; also one that never did."""
        self._since.pop(one, None)

    def _wait(self) -> None:
        self._began = monotonic()
        asyncio.get_running_loop().call_later(SLICE_S, self._ended, self._began)

    def _ended(self, began: float) -> None:
        self._lived += _counts(began)
        while self._since and self._lived - self._since[first := next(iter(self._since))] >= self._slices:
            del self._since[first]
            self._then()
        self._began = None
        if self._since:
            self._wait()


def _counts(began: float) -> float:
    """How much of a slice that began then, and is over, was lived through: 1.0 is all of it."""
    return max(SLICE_S / max(monotonic() - began - GRACE_S, SLICE_S), LEAST)
