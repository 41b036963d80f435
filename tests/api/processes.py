"""The `slotline` command as a real process, forked from the nursery unless a test is about starting."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.settings import Settings, setting_name
from tests.nursery import Forked, nursery
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]


def environment(**given: str) -> dict[str, str]:
    """The environment of whoever runs the tests, without settings of theirs, with these."""
    ours = {setting_name(name) for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONPATH": str(ROOT), **given}


def slotline(*arguments: str, cwd: Path, said: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself; `utterance` is its standard input."""
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        stdin.write(said)
        stdin.seek(0)
        process = nursery().begin(arguments, cwd, environment(**settings), [file.fileno() for file in (stdin, stdout, stderr)])
        try:
            code = process.wait(PATIENCE_S)
        finally:
            process.kill()
        for file in (stdout, stderr):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, code, stdout.read(), stderr.read())


def living(pid: int) -> bool:
    """Whether a process runs (one that ended and was not waited for does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:  # it has just gone, or there is no /proc
        return not Path("/proc/self/stat").exists()
    except ProcessLookupError:
        return False


class Running:
    """A served service."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0, forked: bool = True, anew: bool = False, **settings: str) -> None:
        """In `folder`, on `port` (0: any). Not `forked`: loaded anew, as whoever types the command has it. `anew`: its workers at least are."""
        # Appended to: the service writes at the end wherever we read. Closed in `close`.
        self._told = tempfile.TemporaryFile("a+")  # noqa: SIM115
        self._read = 0
        words, given = ["serve", "--port", str(port), *arguments], environment(**settings)
        self.process: Forked | subprocess.Popen[str]
        if forked:
            with Path(os.devnull).open() as nothing:
                self.process = nursery().begin(words, folder, given, [nothing.fileno(), None, self._told.fileno()], anew=anew)
        else:
            command = [sys.executable, "-m", "api.cli", *words]
            self.process = subprocess.Popen(command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=self._told, text=True)
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
        # Not by seeking, which would move the place that we share with the service while it writes.
        return os.pread(self._told.fileno(), os.fstat(self._told.fileno()).st_size, 0).decode()

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

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def close(self) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.http.close()
        self._told.close()


@contextmanager
def serving(folder: Path, *arguments: str, port: int = 0, forked: bool = True, anew: bool = False, **settings: str) -> Iterator[Running]:
    running = Running(folder, *arguments, port=port, forked=forked, anew=anew, **settings)
    try:
        yield running
    finally:
        running.close()
