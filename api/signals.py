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


class Told:
    """Which signal said so: what Ended was raised into may have made another error of it, as pydantic does with what ends a model's making."""

    def __init__(self) -> None:
        self.number = 0
        """0: none did."""

    def __call__(self, number: int, frame: FrameType | None) -> NoReturn:
        self.number = number
        raise Ended


@contextmanager
def ending(told: Told) -> Iterator[None]:
    """Meanwhile SIGINT and SIGTERM raise Ended, whatever was inherited, and are noted in `told`. For the main thread."""
    if sys.platform != "win32":
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # were it ignored, nobody would learn that a worker ended
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    before = {number: signal.signal(number, told) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
