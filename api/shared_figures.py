"""The folder in which the workers of a service keep their figures, each in files of its own, and the parent's part in it.

    begin()   before a worker is started, since Prometheus' client looks for the folder when it is loaded
    buried()  for each worker that is gone: its gauges go, and its counters are added to those of all who went before, in one pair of files, so that
              a service that replaced a thousand workers reads as little as one that replaced none
    end()     with the service; where the parent was killed, a worker does it, before it ends

Whoever reads the files holds a lock together with others; whoever moves figures from one to another holds it alone, since a counter that is seen
twice, or not at all, would look like a leap; so does a worker that makes its files. The parent waits for nobody. The last second of a worker that was
killed is lost with it: figures are written every second.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which Prometheus' client knows the folder."""
KINDS = ("counter", "histogram")
"""What goes on when a worker is gone."""
_LOCK = "lock"
_GONE = 0
"""The pid that stands for all who are gone."""


def folder() -> str:
    """Where this process shares its figures; "" when it is alone."""
    return os.environ.get(FOLDER, "")


@contextmanager
def reading(folder: str) -> Iterator[None]:
    """While nobody moves figures, nor makes files for them."""
    with _locked(folder, alone=False):
        yield


@contextmanager
def making(folder: str) -> Iterator[None]:
    """While nobody reads. A process that shares with nobody needs not wait."""
    with _locked(folder, alone=True) if folder else nullcontext():
        yield


@contextmanager
def _locked(folder: str, *, alone: bool, waits: bool = True) -> Iterator[None]:
    """Raises OSError when others hold it and we do not wait."""
    import fcntl  # here, since Windows has none, nor several workers

    with Path(folder, _LOCK).open("a") as lock:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | (0 if waits else fcntl.LOCK_NB))
        yield


def end(folder: str) -> None:
    """Remove it."""
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


class SharedFigures:
    """The folder, as the parent sees it."""

    def __init__(self) -> None:
        self.folder = ""
        self._left: set[int] = set()
        """Those who are gone and whose counters stand in files of their own still."""

    def begin(self) -> None:
        """Make it, for nobody but us to look into. Raises OSError."""
        self.folder = os.environ[FOLDER] = tempfile.mkdtemp(prefix="slotline-figures-")

    def started(self, pid: int | None) -> None:
        """A number that comes round again is somebody else's now."""
        self._left.discard(pid or _GONE)

    def buried(self, pid: int | None) -> None:
        """A worker is gone."""
        self._left.add(pid or _GONE)
        for file in Path(self.folder).glob(f"gauge_*_{pid}.db"):
            file.unlink(missing_ok=True)
        with suppress(OSError), _locked(self.folder, alone=True, waits=False):
            for kind in KINDS:
                self._gather(kind)
            self._left.clear()

    def end(self) -> None:
        end(self.folder)
        os.environ.pop(FOLDER, None)

    def _gather(self, kind: str) -> None:
        from prometheus_client import mmap_dict  # here, so that a parent whose workers live does not load it

        figures: Any = mmap_dict.MmapedDict
        gathered = Path(self.folder, f"{kind}_{_GONE}.db")
        theirs = [path for pid in self._left if (path := Path(self.folder, f"{kind}_{pid}.db")).exists()]
        if not theirs:
            return
        fresh = gathered.with_suffix(".new")
        sums: dict[str, float] = {}
        for file in (*theirs, *([gathered] if gathered.exists() else [])):
            for key, value, _, _ in figures.read_all_values_from_file(str(file)) if file.stat().st_size else ():
                sums[key] = sums.get(key, 0.0) + value
        fresh.unlink(missing_ok=True)
        written = figures(str(fresh))
        for key, value in sums.items():
            written.write_value(key, value, 0.0)
        written.close()
        fresh.replace(gathered)
        for file in theirs:
            file.unlink()
