"""How a command ends when it is told to, whoever started it and however.

A shell that starts something in the background, and some CI systems, let it inherit that SIGINT is ignored, and Python leaves it so; others let it
inherit signals that are blocked. Nothing inherited counts here.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM)


class Ended(KeyboardInterrupt):
    """A signal said that the command is to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def ending() -> Iterator[None]:
    """Meanwhile SIGINT and SIGTERM raise Ended, whatever was inherited. For the main thread."""
    if sys.platform != "win32":
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # were it ignored, nobody would learn that a worker ended
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    before = {number: signal.signal(number, _end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise Ended(number)
