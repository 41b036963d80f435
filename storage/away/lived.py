"""Time as this process lives through it: a machine that gives it none, a paused process, a loop that something holds up, count for little.

How it works. A stretch of time is cut into slices, and each is a timer of its own. One that comes on time was lived through: whatever lay in a socket
meanwhile has been read. The later one comes, the less of it is known, and the less it counts; down to a third, since the loop has come round once at
least, and a process that is always late must come to an end too.
"""

import asyncio
from collections.abc import Callable
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
        counts = max(SLICE_S / max(monotonic() - self._began - GRACE_S, SLICE_S), LEAST)
        self.late |= counts < 0.5
        self._left -= counts
        if self._left <= 0.001:
            self._then()
        else:
            self._wait()
