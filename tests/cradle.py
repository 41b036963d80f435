"""Workers of a forked service, forked as it is: multiprocessing's own server of forks, standing where the service stood before it read its arguments.

A worker that is spawned loads the program anew, two seconds of CPU, and tests start them by the dozen. What is forked here differs from it in one
thing that is known: Prometheus' client was loaded before the service had its folder, so such workers share no figures.
"""

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import Any

from api import workers


class Worker(ForkServerProcess):
    """A process that begins with the environment of the service, as one that is spawned does."""

    def __init__(self, *, target: Callable[..., object], args: tuple[object, ...], name: str) -> None:
        super().__init__(target=_begin, args=(dict(os.environ), target, *args), name=name)


class Context(multiprocessing.context.ForkServerContext):
    """What `api.workers` starts its processes by."""

    Process = Worker


def keep() -> None:
    """Fork the server, which ends with this process and its workers, and have workers come from it. On Linux only: elsewhere they are spawned."""
    if sys.platform != "linux":
        return
    address = f"\0slotline-cradle-{os.getpid()}"
    lives, alive = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        pid = os.fork()
        if pid == 0:
            os.close(alive)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])  # the service has unblocked it before it starts a worker
            forkserver.main(listener.detach(), lives, [])
    os.close(lives)
    server: Any = forkserver._forkserver
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, alive, pid
    workers._spawn = Context()  # type: ignore[assignment]


def _begin(environment: dict[str, str], target: Callable[..., object], *args: object) -> None:
    os.environ.clear()
    os.environ.update(environment)
    target(*args)
