"""Several processes of the service: started, watched, replaced, and ended together.

Each worker holds one end of a pipe. Through it, it says that it serves, and that it takes no more connections; and when the parent is gone, however
it went, the pipe closes and the worker ends at once, so that nothing holds the port against the next start.

    kill -HUP  the parent    a rolling restart: every worker is replaced by a fresh process, one after the other; the old one stops accepting when the
                             new one serves, and finishes what it has. Code and business files are read anew, settings are those of the start.
    kill -TERM a worker      that worker stops accepting, finishes what it has and ends; another is started at once.
    kill -TERM the parent    all of them, and the service ends.

All share one socket, and whoever is ready begins to accept from it, so a connection waits in one queue for the next free worker and is lost with
none. What happens to whom is decided in `api/team.py`. A terminal that is closed sends the signal of a rolling restart too; then the service ends.
"""

import contextlib
import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from types import FrameType
from typing import Any, NoReturn

from api import logs, shared_figures
from api.settings import Settings
from api.shared_figures import SharedFigures
from api.team import Team, Worker

LOOK_S = 0.25
"""How often a second Ctrl-C is looked for while the service ends."""
GRACE_S = 5.0
"""Beyond `drain_s`, for a worker that is told to stop, before it is killed."""
_spawn = multiprocessing.get_context("spawn")  # a forked child would share locks and threads in whatever state they are


class Process:
    """A worker, as the parent sees it."""

    def __init__(self, settings: Settings, embedded: str, listening: socket.socket, figures: SharedFigures) -> None:
        self._figures = figures
        self._pipe, theirs = _spawn.Pipe()
        self._process: BaseProcess = _spawn.Process(target=_work, args=(settings, embedded, listening, theirs), name="slotline-worker")
        self._process.start()
        figures.started(self.pid)
        theirs.close()
        self._hears = self.alive = True
        self.serves = self.leaves = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def news(self) -> list[Any]:
        """What to wait for."""
        return [self._process.sentinel, *([self._pipe] if self._hears else [])]

    def look(self) -> None:
        """Take note of what it said, and whether it lives."""
        self.alive = self._process.is_alive()  # before its last words are read
        try:
            while self._hears and self._pipe.poll():
                said = self._pipe.recv()
                self.serves, self.leaves = self.serves or said == "serves", self.leaves or said == "leaves"
        except (EOFError, OSError):
            self._hears = False

    def end(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def ended_within(self, seconds: float) -> bool:
        self._process.join(seconds)
        return not self._process.is_alive()

    def gone(self) -> str:
        self._process.join()
        self._pipe.close()
        self._figures.buried(self.pid)
        return str(self._process.exitcode)


def supervise(settings: Settings, embedded: str, listening: socket.socket, told: Callable[[], None]) -> int:
    """Run `settings.workers` of them until a signal says stop; `told` is called once one serves.

    Returns the exit code: 1 when none could even start. Raises OSError when nobody served for a while, and another program took the address.
    """
    gc.enable()
    figures = SharedFigures()
    figures.begin()
    try:
        return _supervise(settings, embedded, listening, told, figures)
    finally:
        figures.end()


def _supervise(settings: Settings, embedded: str, listening: socket.socket, told: Callable[[], None], figures: SharedFigures) -> int:
    grace_s = settings.drain_s + GRACE_S
    team = Team(settings.workers, lambda: Process(settings, embedded, listening, figures), grace_s)
    signals = _Signals()
    greeted = False
    while not signals.stop and not team.lost:
        if signals.take_renewal():
            team.renew(monotonic())
        attend(listening, team.everyone())  # before others are started, who may take long to serve
        team.look(monotonic())
        if team.served and not greeted:
            greeted = True
            told()
        _await_news(team, signals)
    listening.close()
    _end(list(team.everyone()), grace_s, signals.stop)
    return int(team.lost)


def attend(listening: socket.socket, workers: Iterable[Worker]) -> None:
    """Have the socket, which all of them hold, listen only while one of them serves: a client should not wait for an answer that may never come.

    Whoever is ready next begins to listen again. Raises OSError when another program took the address.
    """
    serving = [worker for worker in workers if worker.serves and worker.alive]
    listens = listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if listens and not serving:
        address = listening.getsockname()
        with contextlib.suppress(OSError):  # not every system lets go of it so
            listening.shutdown(socket.SHUT_RDWR)
        try:
            listening.bind(address)  # a port that was any free one is lost with that
        except OSError as error:
            if error.errno != errno.EINVAL:  # it has its address still
                raise
    elif serving and not listens:  # it began in the moment between these two, and hears nobody now
        for worker in serving:
            worker.kill()


class _Signals:
    """What the parent was told by signals; each makes `arrival` readable."""

    def __init__(self) -> None:
        self.stop: list[int] = []
        """Those that end the service."""
        self._renewal = False
        self._terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_DFL and _has_terminal()  # under nohup a terminal is of no account
        self.arrival, self._wake = socket.socketpair()
        for end in (self.arrival, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP and not (self._terminal and not _has_terminal()):
            self._renewal = True
        else:
            self.stop.append(number)

    def take_renewal(self) -> bool:
        """Whether a rolling restart was asked for since this was last called."""
        asked, self._renewal = self._renewal, False
        return asked

    def clear(self) -> None:
        """Before what they told is looked at."""
        with contextlib.suppress(BlockingIOError):
            while self.arrival.recv(4096):
                pass


def _has_terminal() -> bool:
    """Whether there is a terminal that this process belongs to."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _await_news(team: Team[Process], signals: _Signals) -> None:
    """Sleep until something happened, or something is due, and take note of it."""
    due = team.due()
    everyone = list(team.everyone())
    wait([signals.arrival, *(one for worker in everyone for one in worker.news())], None if due is None else max(0.0, due - monotonic()))
    signals.clear()
    for worker in everyone:
        worker.look()


def _end(workers: list[Process], grace_s: float, stop: list[int]) -> None:
    """Tell every worker to stop; kill those that do not, or all at once on a second Ctrl-C."""
    for worker in workers:
        worker.end()
    until, asked = monotonic() + grace_s, stop.count(signal.SIGINT)
    for worker in workers:
        while not worker.ended_within(LOOK_S) and monotonic() < until and stop.count(signal.SIGINT) <= asked:
            pass
        worker.kill()
        worker.gone()


def _work(settings: Settings, embedded: str, listening: socket.socket, pipe: Connection) -> NoReturn:
    """A worker, from its start to its end."""
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to everyone; the parent sees to them
        signal.signal(number, signal.SIG_IGN)
    gc.disable()  # until it serves: of what is loaded now, nothing is garbage
    logs.set_up()
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True, name="parent-watch").start()
    code = 1
    try:
        from api.server import run  # here, so that the parent does not load all of it too

        code = run(settings, embedded, listening, lambda: _tell(pipe, "serves"), lambda: _tell(pipe, "leaves"))
    except Exception as error:
        logs.failure("start_failed", error)
    sys.exit(code)


def _tell(pipe: Connection, word: str) -> None:
    with contextlib.suppress(OSError):  # the parent is gone, and so is this process in a moment
        pipe.send(word)


def _end_with_parent(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    shared_figures.end(shared_figures.folder())
    os._exit(1)
