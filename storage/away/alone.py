"""Of the workers of a host, one at a time takes a step of a call: else two who were sent the same turn might take it both, one in Redis, as its last
answer, and one in the journal, as Redis had gone away for it.

How it works. A step locks one byte of a file that all workers share (fcntl(2)); which, the callSid says. The kernel lets go of it when a worker
dies. Two calls that share a byte, which is next to impossible, wait for each other and that is all.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

from storage.private import make

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

    @contextlib.asynccontextmanager
    async def step(self, sid: str) -> AsyncIterator[None]:
        """While a step of the call is taken."""
        place = int.from_bytes(hashlib.blake2b(sid.encode(), digest_size=8).digest(), "big") % _BYTES
        until = monotonic() + PATIENCE_S
        while not (taken := self._take(place)) and monotonic() < until:  # noqa: ASYNC110 - another process lets go, and sets no event
            await asyncio.sleep(AGAIN_S)
        try:
            yield
        finally:
            if taken:
                self._ours.discard(place)
                self._lock(place, up=False)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, place: int) -> bool:
        if place in self._ours or not self._lock(place, up=True):
            return False
        self._ours.add(place)
        return True

    def _lock(self, place: int, *, up: bool) -> bool:
        """False: another worker has it."""
        with contextlib.suppress(OSError, ImportError):
            import fcntl  # here, since Windows has none

            if self._file < 0 and not up:  # it was closed in the middle of the step
                return True
            if self._file >= 0 and not self._ours and not os.fstat(self._file).st_nlink:  # its folder was taken away
                self.close()
            if self._file < 0:
                make(self._path.parent)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB if up else fcntl.LOCK_UN, 1, place)
            except (BlockingIOError, PermissionError):
                return False
        return True
