"""What a reader is told aside: events that are in no log of its own, so that its place there does not move.

They come while Redis is away: of turns that could not be taken (`api/degraded.py`), and of steps that the journal of this host took
(`api/host_log.py`). The latter have a place in the journal's log, and what a snapshot of the journal has already is not told after it.
"""

from abc import ABC, abstractmethod

from api.frames import START, Order
from api.waking import Waking

MOST_ASIDE = 65_536
"""Bytes that wait for one reader."""


class Asides(Waking, ABC):
    """What waits to be told aside. What is made of it says by `overflowed` what becomes of a reader that takes nothing."""

    __slots__ = ("_aside", "_aside_bytes", "_told_up_to")

    def __init__(self) -> None:
        super().__init__()
        self._aside: list[tuple[Order | None, bytes]] = []
        self._aside_bytes = 0
        self._told_up_to: Order = START

    def aside(self, block: bytes, place: Order | None = None) -> None:
        """Something that is in no log of the reader's: it moves no cursor. `place`: where it stands in the journal's; None: nowhere."""
        if place is not None and place <= self._told_up_to:
            return
        if self._aside_bytes > MOST_ASIDE:
            self._aside, self._aside_bytes = [], 0
            self.overflowed()
            return
        self._aside.append((place, block))
        self._aside_bytes += len(block)
        self.wake()

    def asides(self) -> bytes:
        """What was told aside, once."""
        told, self._aside, self._aside_bytes = self._aside, [], 0
        return b"".join([block for _, block in told])

    def told_here(self, place: Order) -> None:
        """It is given a snapshot of the journal that covers everything up to here."""
        self._told_up_to = place
        self._aside = [(at, block) for at, block in self._aside if at is None or at > place]
        self._aside_bytes = sum(len(block) for _, block in self._aside)

    @abstractmethod
    def overflowed(self) -> None:
        """It takes nothing, and what waited for it is dropped."""
