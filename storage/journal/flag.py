"""Whether anything of this host waits for Redis: one byte that all workers share, so that asking costs a turn nothing.

It is put up inside the transaction that leaves something waiting, and down inside one that finds nothing; these follow one another.
"""

import contextlib
import mmap
import os
from pathlib import Path


class Flag:
    """A file beside the journal."""

    def __init__(self, home: Path) -> None:
        self._path = home / "waiting"
        self._byte: mmap.mmap | None = None

    @property
    def up(self) -> bool:
        """False also where there is no journal yet."""
        if self._byte is None:
            with contextlib.suppress(OSError, ValueError):
                self._byte = self._mapped(os.O_RDWR)
        byte = self._byte  # which the journal's thread may let go of
        return byte is not None and byte[0] != 0

    def put(self, up: bool) -> None:
        """Raises OSError."""
        if self._byte is None:
            self._byte = self._mapped(os.O_RDWR | os.O_CREAT)
        self._byte[0] = int(up)

    def look_again(self) -> None:
        """Its file was taken away."""
        self._byte = None

    def close(self) -> None:
        if self._byte is not None:
            self._byte.close()
            self._byte = None

    def _mapped(self, flags: int) -> mmap.mmap:
        file = os.open(self._path, flags, 0o600)
        try:
            stat = os.fstat(file)
            if not stat.st_size or not stat.st_blocks:  # a hole: on a full disk, whoever writes to what is mapped there is killed
                os.pwrite(file, b"\0", 0)
            return mmap.mmap(file, 1)
        finally:
            os.close(file)
