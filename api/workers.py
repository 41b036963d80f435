"""Several processes of the service: started, watched, replaced when they die, and ended together.

Each worker holds one end of a pipe. Through it, it says that it serves; and when the parent is gone, however it went, the pipe closes and the worker
ends at once, so that nothing holds the port against the next start.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

from api import logs
from api.settings import Settings

LOOK_S = 0.25
BACKOFF_S = 1.0
"""Between two starts of the same worker."""
GRACE_S = 5.0
"""Beyond `drain_s`, for a worker that is told to stop, before it is killed."""
_spawn = multiprocessing.get_context("spawn")  # a forked child would share locks and threads in whatever state they are


class _Worker:
    def __init__(self, settings: Settings, embedded: str, listening: socket.socket) -> None:
        self.pipe, theirs = _spawn.Pipe()
        self.process: BaseProcess = _spawn.Process(target=_work, args=(settings, embedded, listening, theirs), name="slotline-worker")
        self.process.start()
        theirs.close()
        self.begun = monotonic()
        self.serves = False

    def look(self) -> None:
        """Take note when it says that it serves."""
        if not self.serves and self.pipe.poll():
            with contextlib.suppress(EOFError, OSError):
                self.serves = self.pipe.recv() == "serves"


def supervise(settings: Settings, embedded: str, listening: socket.socket, told: Callable[[], None]) -> int:
    """Run `settings.workers` of them until a signal says stop; `told` is called once all serve.

    Returns the exit code: 1 when a worker could not even start.
    """
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda sig, frame: stop.append(sig))
    team = [_Worker(settings, embedded, listening) for _ in range(settings.workers)]
    code, greeted = 0, False
    while not stop and code == 0:
        living = [worker for worker in team if worker.process.is_alive()]
        wait([worker.process.sentinel for worker in living] + [worker.pipe for worker in living if not worker.serves], LOOK_S)
        for place, worker in enumerate(team):
            worker.look()
            if worker.process.is_alive() or stop:
                continue
            logs.event("worker_ended", level="error", pid=worker.process.pid, code=str(worker.process.exitcode))
            if not worker.serves:
                code = 1
            elif monotonic() - worker.begun > BACKOFF_S:
                worker.pipe.close()
                team[place] = _Worker(settings, embedded, listening)
        if not greeted and all(worker.serves for worker in team):
            greeted = True
            told()
    _end(team, settings.drain_s + GRACE_S, stop)
    return code


def _end(team: list[_Worker], grace_s: float, stop: list[int]) -> None:
    """Tell every worker to stop; kill those that do not, or all at once on a second Ctrl-C."""
    for worker in team:
        if worker.process.is_alive():
            worker.process.terminate()
    until, asked = monotonic() + grace_s, stop.count(signal.SIGINT)
    for worker in team:
        while worker.process.is_alive() and monotonic() < until and stop.count(signal.SIGINT) <= asked:
            worker.process.join(LOOK_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _work(settings: Settings, embedded: str, listening: socket.socket, pipe: Connection) -> None:
    """A worker, from its start to its end."""
    from api.server import run  # here, so that the parent does not load all of it too

    logs.set_up()
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True, name="parent-watch").start()
    run(settings, embedded, listening, lambda: pipe.send("serves"), child=True)


def _end_with_parent(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    os._exit(1)
