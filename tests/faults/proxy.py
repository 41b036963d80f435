"""Between a service and its Redis: a unix socket that counts what goes over it and lets a test act at a commit.

Commands and answers are told apart by the protocol, so "before" is before Redis has seen a commit, and "after" is after Redis has carried it out and
before its answer is on the way.
"""

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Literal, Self

import hiredis

from storage.scripts import script

When = Literal["before", "after"]
_COMMIT = script("commit")


class Proxy:
    """Listens at `url`, passes everything on to the server at the unix socket `upstream`, and back."""

    def __init__(self, upstream: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sl-proxy-"))
        self._upstream = upstream
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._folder / "redis.sock"))
        self._listening.listen(64)
        self.url = f"unix://{self._folder / 'redis.sock'}"
        self.commits = 0
        """Steps of calls that were sent so far."""
        self._lock = threading.Lock()
        self._passages: list[_Passage] = []
        self._due: tuple[int, When, Callable[[], bool]] | None = None
        self._cut: Literal["", "refused", "silent"] = ""
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def round_trips(self) -> int:
        """How often the service asked Redis so far, reckoned as one for each command. Connections that wait for events are left out."""
        with self._lock:
            return sum(passage.commands for passage in self._passages if not passage.waits)

    def at_commit(self, number: int, when: When, act: Callable[[], bool]) -> None:
        """Call `act` at the `number`-th commit from now (1 is the next). It tells whether things go on: else the connection ends there and then."""
        with self._lock:
            self._due = self.commits + number, when, act

    def forget(self) -> None:
        """Do nothing of what `at_commit` was told and has not happened yet."""
        with self._lock:
            self._due = None

    @property
    def pending(self) -> bool:
        """Whether what `at_commit` was told has yet to happen."""
        return self._due is not None

    def due(self, command: list[bytes]) -> tuple[When, Callable[[], bool]] | None:
        """What is to be done at this command; counts it."""
        if command[0] not in (b"EVALSHA", b"EVAL") or command[1] not in (_COMMIT.sha.encode(), _COMMIT.source.encode()):
            return None
        with self._lock:
            self.commits += 1
            if self._due is None or self._due[0] != self.commits:
                return None
            _, when, act = self._due
            self._due = None
            return when, act

    def cut(self, *, silently: bool = False) -> None:
        """From now on nothing comes through: connections end and none is made; `silently`, they stay, and what is sent is lost on the way."""
        with self._lock:
            self._cut = "silent" if silently else "refused"
        if not silently:
            self._hang_up()

    def join(self) -> None:
        """Whoever connects is passed on again; what was connected meanwhile has lost bytes, and ends."""
        with self._lock:
            self._cut = ""
        self._hang_up()

    @property
    def is_silent(self) -> bool:
        return self._cut == "silent"

    def close(self) -> None:
        # Not only closed: a thread that waits in accept would keep the socket alive.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._hang_up()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hang_up(self) -> None:
        with self._lock:
            for passage in self._passages:
                passage.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                theirs, _ = self._listening.accept()
            except OSError:
                return
            ours = socket.socket(socket.AF_UNIX)
            passage = _Passage(self, theirs, ours)
            with self._lock:
                refused = self._cut == "refused"
                self._passages.append(passage)
            try:
                if refused:
                    raise ConnectionRefusedError
                ours.connect(str(self._upstream))
            except OSError:  # as if there were no Redis
                theirs.close()
                ours.close()
                continue
            threading.Thread(target=passage.run, name="passage", daemon=True).start()


class _Passage:
    """One connection of the service, and ours to Redis for it."""

    def __init__(self, proxy: Proxy, theirs: socket.socket, ours: socket.socket) -> None:
        self.commands = 0
        self.waits = False
        self._proxy, self._theirs, self._ours = proxy, theirs, ours
        self._heard, self._answered = hiredis.Reader(), hiredis.Reader()
        self._answers = 0

    def run(self) -> None:
        with self._theirs, self._ours, suppress(OSError):
            while True:
                ready, _, _ = select([self._theirs, self._ours], [], [])
                if self._ours in ready and not self._pass_answers():
                    return
                if self._theirs in ready and not self._pass_commands():
                    return

    def hang_up(self) -> None:
        for end in (self._theirs, self._ours):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pass_answers(self) -> bool:
        data = self._ours.recv(65536)
        if self._proxy.is_silent:
            return bool(data)
        self._count(data)
        self._theirs.sendall(data)
        return bool(data)

    def _pass_commands(self) -> bool:
        data = self._theirs.recv(65536)
        if self._proxy.is_silent:
            return bool(data)
        self._heard.feed(data)
        while (command := self._heard.gets()) is not False:
            self.commands += 1
            self.waits = self.waits or command[0] == b"XREAD"
            when, act = self._proxy.due(command) or ("", None)
            if when == "before" and act is not None and not act():
                return False
            self._ours.sendall(hiredis.pack_command(tuple(command)))
            if when == "after" and act is not None:
                held = self._answers_so_far()
                if not act():
                    return False
                self._theirs.sendall(held)
        return bool(data)

    def _answers_so_far(self) -> bytes:
        """The answers to everything that was sent; they are here, and not passed on."""
        held = b""
        while self._answers < self.commands:
            data = self._ours.recv(65536)
            if not data:
                raise ConnectionResetError
            self._count(data)
            held += data
        return held

    def _count(self, data: bytes) -> None:
        self._answered.feed(data)
        while self._answered.gets() is not False:
            self._answers += 1
