"""Processes by the dozen: each runs one `slotline` command, forked from a process that has loaded the program and done nothing else.

A fresh `slotline` spends more than a second of CPU on loading, and on tables that are made on first use; tests that start a hundred of them cannot
wait for that. What is forked has no threads, no event loop and no connections yet, so it begins where a fresh process stands before it reads its
arguments, only with these tables. Whatever runs the tests, it inherits that SIGINT is ignored and SIGTERM blocked, as from the background of a shell
or a careless supervisor.
"""

import asyncio
import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
_SIZE = 4
"""Bytes that say how long a wish is."""
_MOST_FDS = 4096


class Forked:
    """A process of the nursery, with what tests use of subprocess.Popen."""

    def __init__(self, pid: int, ended: int, stdout: IO[str] | None) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | None = None
        self._ended = ended
        """Where its exit code will be written to."""
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            with self._lock:
                if self.returncode is None:
                    code = os.read(self._ended, 16)
                    self.returncode = int(code) if code else -signal.SIGKILL  # it went down with the nursery
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        os.close(self._ended)


class Nursery:
    """The process that the others are forked from; they end with it, and it ends with the tests."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        theirs.close()

    def begin(self, words: Sequence[str], folder: Path, environment: Mapping[str, str], files: Sequence[int | None], *, anew: bool = False) -> Forked:
        """Run `slotline` with these words in a folder. `files`: its standard input, output and error; None is a pipe to read its output from.

        `anew`: its workers are loaded anew.
        """
        output = os.pipe() if None in files else None
        ended, tell = os.pipe()
        given = [output[1] if one is None and output else one or 0 for one in files]
        wish = json.dumps({"words": words, "folder": str(folder), "environment": dict(environment), "anew": anew}).encode()
        with self._lock:
            socket.send_fds(self._line, [len(wish).to_bytes(_SIZE, "big")], [*given, tell])
            self._line.sendall(wish)
            pid = int.from_bytes(_exactly(self._line, _SIZE), "big")
        os.close(tell)
        if output:
            os.close(output[1])
        return Forked(pid, ended, os.fdopen(output[0]) if output else None)

    def close(self) -> None:
        self._line.close()
        self._process.wait()


@functools.cache
def nursery() -> Nursery:
    """The one of this process."""
    made = Nursery()
    atexit.register(made.close)
    return made


def main(line: socket.socket) -> None:
    """Fork a process for each wish, and tell of the end of each, until the line is closed; then kill all that are left."""
    import api.doctor
    import api.server
    import api.terminal.call
    import api.terminal.replay
    import api.terminal.watch
    from api.warming import warm_up
    from tests import cradle
    from tests.graph.walkers import walker

    assert api.server, cradle
    asyncio.run(warm_up(walker().deps))
    assert threading.active_count() == 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    living: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([line.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_the_ended(living)
        if line.fileno() in ready:
            head, files, *_ = socket.recv_fds(line, _SIZE, 4)
            if not head:
                break
            wish = json.loads(_exactly(line, int.from_bytes(head, "big")))
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                _run(wish, files[:3])
            *given, living[pid] = files
            for file in given:
                os.close(file)
            line.sendall(pid.to_bytes(_SIZE, "big"))
    for pid in living:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tell_of_the_ended(living: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            tell = living.pop(pid)
            with contextlib.suppress(BrokenPipeError):  # nobody wants to know
                os.write(tell, b"%d" % os.waitstatus_to_exitcode(status))
            os.close(tell)


def _run(wish: dict[str, Any], files: Sequence[int]) -> None:
    """Be a process that was just started in its folder, with its environment. Does not return."""
    code: Any = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.closerange(3, _MOST_FDS)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(wish["folder"])
        os.environ.clear()
        os.environ.update(wish["environment"])
        sys.argv = ["slotline", *wish["words"]]
        from api import cli

        sys.modules["__main__"] = cli  # as after `python -m api.cli`: it is what workers are told to load
        if "--workers" in sys.argv and not wish["anew"]:
            from tests import cradle

            cradle.keep()
        code = cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
