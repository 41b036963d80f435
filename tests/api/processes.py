"""The `slotline` command as a real process."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.settings import Settings, setting_name

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
"""How long a test waits for what must come; only a failing test waits that long."""


def environment(**given: str) -> dict[str, str]:
    """The environment of whoever runs the tests, without settings of theirs, with these."""
    ours = {setting_name(name) for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONPATH": str(ROOT), **given}


def slotline(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    command = [sys.executable, "-m", "api.cli", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment(**settings), capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@contextmanager
def deaf() -> Iterator[None]:
    """What is started meanwhile inherits that SIGINT is ignored and SIGTERM blocked, as from a shell's background or a careless supervisor."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, before)


def until(holds: Callable[[], Any]) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def living(pid: int) -> bool:
    """Whether a process runs (one that ended and was not waited for does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] not in "ZX"


class Running:
    """A served service."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0, **settings: str) -> None:
        # Appended to: the service writes at the end wherever we read. Closed in `close`.
        self._told = tempfile.TemporaryFile("a+")  # noqa: SIM115
        self._read = 0
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), *arguments]
        self.process = subprocess.Popen(command, cwd=folder, env=environment(**settings), stdout=subprocess.PIPE, stderr=self._told, text=True)
        self.http = httpx.Client(trust_env=False, timeout=PATIENCE_S)
        self.welcome = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.welcome += line
            if "calls are kept" in line:
                break
        found = re.search(r"is at (http://\S+)", self.welcome)
        if found is None:
            told = self.told
            self.close()
            raise AssertionError(f"it did not start: {told}")
        self.url = found[1]
        self.port = int(self.url.rpartition(":")[2])
        self.http.base_url = httpx.URL(self.url)

    @property
    def told(self) -> str:
        """What it wrote to stderr so far."""
        self._told.seek(0)
        return self._told.read()

    def fresh(self) -> str:
        """What it wrote to stderr since this was last called, whole lines."""
        found = os.pread(self._told.fileno(), os.fstat(self._told.fileno()).st_size - self._read, self._read)
        found = found[: found.rfind(b"\n") + 1]
        self._read += len(found)
        return found.decode()

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its log. Fails on a line that is not JSON."""
        return [json.loads(line) for line in self.told.splitlines()]

    def say(self, message: str, sid: str = "CA1", **more: Any) -> httpx.Response:
        return self.http.post("/ai/conversation", json={"callSid": sid, "customerMessage": {"message": message, **more}})

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end. Returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.http.close()
        self._told.close()


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Running]:
    running = Running(folder, *arguments, **settings)
    try:
        yield running
    finally:
        running.close()
