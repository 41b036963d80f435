"""Of the workers of a host, one at a time takes a step of a call: else two who were sent the same turn might take it both, one in Redis, as its last
answer, and one in the journal, as Redis had gone away for it.

How it works. A step locks one byte of a file that all workers share (fcntl(2)); which, the callSid says. The kernel lets go of it when a worker
dies. Two calls that share a byte, which is next to impossible, wait for each other and that is all.
"""

import asyncio
import contextlib
import hashlib
import os
from pathlib import Path
from time import monotonic
from typing import Any

from storage.private import make

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None

AGAIN_S = 0.005
"""Between two tries."""
PATIENCE_S = 2.0
"""How long a step waits for another worker's: longer than any step takes, so whoever has it by then stands still."""
_BYTES = 1 << 62


class Alone:
    """The steps of one worker, from its first to `close`. Where the file cannot be locked (a full disk, Windows) steps are taken as they come."""

    def __init__(self, home: Path) -> None:
        """`home`: the journal's folder, which need not be there yet."""
        self._path = home / "stepping"
        self._file = -1
        self._ours: set[int] = set()
        """The bytes that are locked for steps of this worker: to the kernel all of its steps are one."""

    def step(self, sid: str) -> "Step":
        """A context in which a step of the call is taken."""
        return Step(self, int.from_bytes(hashlib.blake2b(sid.encode(), digest_size=8).digest(), "big") % _BYTES)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def take(self, place: int) -> bool:
        """Whether nobody has it, or it cannot be locked."""
        if place in self._ours or not self._lock(place):
            return False
        self._ours.add(place)
        return True

    def leave(self, place: int) -> None:
        self._ours.discard(place)
        if self._file >= 0:  # else it was closed in the middle of the step
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _lock(self, place: int) -> bool:
        """False: another worker has it."""
        try:
            if self._file >= 0 and not self._ours and not os.fstat(self._file).st_nlink:  # its folder was taken away
                self.close()
            if self._file < 0 and fcntl is not None:
                make(self._path.parent)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._file >= 0:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):
            return self._file < 0
        except OSError:
            return True
        return True


class Step:
    """While a step is taken. A class, since it is entered twice in a turn, and a generator costs twice as much."""

    __slots__ = ("_alone", "_place", "_taken")

    def __init__(self, alone: Alone, place: int) -> None:
        self._alone, self._place, self._taken = alone, place, False

    async def __aenter__(self) -> None:
        self._taken = self._alone.take(self._place)
        until = 0.0 if self._taken else monotonic() + PATIENCE_S
        while not self._taken and monotonic() < until:  # another process lets go, and sets no event
            await asyncio.sleep(AGAIN_S)
            self._taken = self._alone.take(self._place)

    async def __aexit__(self, *raised: object) -> None:
        if self._taken:
            self._alone.leave(self._place)
