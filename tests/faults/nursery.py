"""Services by the dozen: each is a process of its own that runs `slotline serve`, forked from one that has loaded the program and done nothing else.

A fresh `slotline serve` spends more than a second of CPU on loading; a test that kills thirty of them cannot wait for that. What is forked has no
threads, no event loop and no connections yet, so it begins where a fresh process stands before it reads its settings.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from tests.api.processes import PATIENCE_S, ROOT, environment, until

SECRET = "the-same-for-all-of-them-00"
"""Documents hold keys of turns; those of two services are compared."""
FIRM = str(Path(__file__).with_name("firm.toml"))


class Nursery:
    """The process that the services are forked from; they end with it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.nursery"]
        self._lock = threading.Lock()
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def serve(self, folder: Path, **settings: str) -> "Service":
        """A service of the firm that runs in `folder` on a free port."""
        folder.mkdir(exist_ok=True)
        return Service(self._fork(folder, {"SLOTLINE_BUSINESS": FIRM, "SLOTLINE_SECRET": SECRET, **settings}))

    def _fork(self, folder: Path, settings: dict[str, str]) -> tuple[int, Path]:
        """A new process, and the file that it writes to."""
        with tempfile.NamedTemporaryFile(dir=folder, prefix="told-", delete=False) as told:
            wanted = {"folder": str(folder), "told": told.name, "environment": environment(**settings)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline()), Path(told.name)

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class Service:
    """A forked service."""

    def __init__(self, born: tuple[int, Path]) -> None:
        self.pid, self._told = born
        until(lambda: "calls are kept" in self.told or not _living(self.pid))
        found = re.search(r"is at (http://\S+)", self.told)
        assert found is not None, f"it did not start: {self.told}"
        self.http = httpx.Client(base_url=found[1], trust_env=False, timeout=PATIENCE_S)

    @property
    def told(self) -> str:
        """What it wrote so far: its welcome and its log."""
        return self._told.read_text()

    def kill(self) -> None:
        _kill(self.pid)
        until(lambda: not _living(self.pid))

    def close(self) -> None:
        self.kill()
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def main(wishes: IO[str]) -> None:
    """Fork a service for each line, until there are no more; then end all of them."""
    import api.server
    from api.cli import main as slotline

    assert api.server
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    services = []
    while line := wishes.readline():
        wanted: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _begin(wanted)
            os._exit(slotline(["serve", "--port", "0"]))
        services.append(pid)
        print(pid, flush=True)  # noqa: T201 - the answer
    for pid in services:
        _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _living(pid: int) -> bool:
    """Whether there is such a process; one that ended is not even kept for its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _begin(wanted: dict[str, Any]) -> None:
    """Be a process that was just started in its folder with its environment."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    told = os.open(wanted["told"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(ours, theirs)


if __name__ == "__main__":
    main(sys.stdin)
