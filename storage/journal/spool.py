"""What a worker has noted and the journal does not hold yet, in a file that the other workers of the host can read, whatever became of that one.

How it works. A note is appended in one write, before the turn is answered: that takes some µs and outlives the process, though not the machine. A
worker has two files, in turns: while the journal takes what stands in one, the other takes what comes meanwhile; then the first is cut to nothing.
Both are locked by their owner (flock(2), which ends with the process): what is found unlocked is a dead worker's, and goes once it was taken in.
"""

import contextlib
import os
import secrets
import struct
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from storage.journal.copies import Copy
from storage.private import make

_LENGTH = struct.Struct("<I")
_encode = msgspec.msgpack.Encoder().encode
_note = msgspec.msgpack.Decoder(Copy)


class Spool:
    """The files of one worker, from its first note to `close`. What the disk does not take is not noted, and nobody is told: the journal tells."""

    def __init__(self, home: Path) -> None:
        """`home`: the journal's folder, which need not be there yet."""
        self._home, self._name = home, _new_name()
        self._files: list[int] = []
        self._turn = 0
        self._read: dict[str, tuple[int, int]] = {}
        """Of the others' files, how they stood when they were read: their size and their time."""

    def write(self, copy: Copy) -> None:
        data = _encode(copy)
        with contextlib.suppress(OSError, ImportError):
            if self._files and not os.fstat(self._files[self._turn]).st_nlink:  # its folder was taken away
                self.close()
            if not self._files:
                self._open()
            file = self._files[self._turn]
            written = os.write(file, _LENGTH.pack(len(data)) + data)
            if written < len(data) + _LENGTH.size:  # the disk is full: half a note would hide those behind it
                os.ftruncate(file, os.fstat(file).st_size - written)

    def turn_over(self) -> None:
        """What is written from now on goes to the other file."""
        self._turn = 1 - self._turn

    def cut(self) -> None:
        """What was written before it was turned over is in the journal, or given up."""
        with contextlib.suppress(OSError):
            if self._files:
                os.ftruncate(self._files[1 - self._turn], 0)

    def others(self, *, dead: bool, of: Collection[str] | None = None) -> "Others":
        """What the other workers have noted since it was last asked; `dead`: only those that are no more.

        `of`: the calls that are looked for, whatever else stands there, which is there yet when it is asked again.
        """
        found = Others(self._read)
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._home):
                if entry.name.startswith("noted-") and not entry.name.startswith(self._name):
                    self._look(entry, found, dead=dead, of=of)
        return found

    def close(self) -> None:
        """Leaves no file behind."""
        while self._files:
            with contextlib.suppress(OSError):
                os.close(self._files.pop())
        with contextlib.suppress(OSError):  # also where the folder could not be made
            for path in self._paths():
                path.unlink(missing_ok=True)

    def _look(self, entry: "os.DirEntry[str]", found: "Others", *, dead: bool, of: Collection[str] | None) -> None:
        with contextlib.suppress(OSError, ImportError):
            stat = entry.stat()
            stands = stat.st_size, stat.st_mtime_ns
            if not dead and (not stat.st_size or self._read.get(entry.name) == stands):
                return
            with contextlib.ExitStack() as opened:
                file = os.open(entry.path, os.O_RDONLY)
                opened.callback(os.close, file)
                if of is not None:
                    found.copies += _copies(os.read(file, stat.st_size), of)
                elif _lock(file):
                    found.copies += _copies(os.read(file, stat.st_size))
                    found.dead.append((file, entry.path))
                    opened.pop_all()
                elif not dead:
                    found.copies += _copies(os.read(file, stat.st_size))
                    found.seen[entry.name] = stands

    def _open(self) -> None:
        try:
            make(self._home)
            for path in self._paths():
                file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
                self._files.append(file)
                if not _lock(file) or not os.fstat(file).st_nlink:
                    raise OSError(f"{path.name} was just taken for a dead worker's")
        except (OSError, ImportError):
            self.close()
            self._name = _new_name()
            raise

    def _paths(self) -> tuple[Path, Path]:
        return self._home / f"{self._name}-0", self._home / f"{self._name}-1"


class Others:
    """What other workers have noted."""

    def __init__(self, read: dict[str, tuple[int, int]]) -> None:
        """`read`: of their files, how they stood when all of them was taken in."""
        self.copies: list[Copy] = []
        self.seen: dict[str, tuple[int, int]] = {}
        """How they stand now."""
        self._read = read
        self.dead: list[tuple[int, str]] = []
        """Files that nobody owns any more, open and locked, and where they are."""

    def in_order(self) -> Sequence[Copy]:
        """As they came about, call by call."""
        return sorted(self.copies, key=lambda copy: (copy.sid, copy.created_at, copy.rev))

    def close(self, *, taken: bool) -> None:
        """`taken`: what they noted is in the journal."""
        if taken:
            self._read |= self.seen
        while self.dead:
            file, path = self.dead.pop()
            with contextlib.suppress(OSError):  # another worker was first
                if taken:
                    os.unlink(path)
            with contextlib.suppress(OSError):
                os.close(file)


def _copies(data: bytes, of: Collection[str] | None = None) -> list[Copy]:
    """All that are whole, `of` these calls: the last may yet be on its way. One that is no call to us, which another release wrote, is left out."""
    found: list[Copy] = []
    at = 0
    with contextlib.suppress(struct.error):
        while at < len(data):
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            with contextlib.suppress(msgspec.DecodeError, KeyError):
                note = _note.decode(data[at : at + length])
                if of is None or note.sid in of:
                    note.call()
                    found.append(note)
            at += length
    return found


def _lock(file: int) -> bool:
    """Whether it was nobody's."""
    import fcntl  # here, since Windows has none: there a worker's notes are its own

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _new_name() -> str:
    return f"noted-{secrets.token_hex(8)}"
