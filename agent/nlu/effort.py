"""What reading a turn may cost, counted.

The small readers that every rule is made of (a phrase looked for at a token, a group of digits, a spelled letter, a number held against its plan)
count what they do, in units of about a microsecond. A turn is read with `MOST` of them at hand, and once they are gone the next reader raises
TooMuch: so no words of one caller can hold up the others, whatever rule they make run riot. What is counted depends on the words alone, never on a
clock or on what was read before, so the same turn comes to the same end everywhere. For that, nothing is counted inside a cache.

Understanding never waits for anything, so a process reads one turn at a time. Outside a turn nothing is limited.
"""

from collections.abc import Iterator
from contextlib import contextmanager

MOST = 19_000
"""Units that a turn may take. Of 22,000 recorded utterances, against calls of every kind, the dearest takes 12,000; all six values in one breath of
120 words take more."""
_UNLIMITED = 1 << 62


class TooMuch(Exception):
    """The turn would cost more than a turn may."""


class _Effort:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _UNLIMITED


effort = _Effort()


@contextmanager
def limited() -> Iterator[None]:
    """What is read in here takes no more than `MOST` units: beyond them `spend` raises TooMuch."""
    before, effort.left = effort.left, MOST
    try:
        yield
    finally:
        effort.left = before


def spend(units: int) -> None:
    """Count work about to be done. Raises TooMuch when nothing is left for it."""
    effort.left -= units
    if effort.left < 0:
        raise TooMuch


def to_spare() -> bool:
    """Whether enough is left for what need not be read."""
    return effort.left > MOST // 2
