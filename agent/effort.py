"""What reading a turn may cost, counted.

The small readers that every rule is made of (a phrase looked for at a token, a group of digits, a spelled letter, a number held against its plan)
count what they do, in units of about a microsecond. A turn is read with `MOST` of them at hand, and once they are gone the next one raises
TooMuch: so no words of a caller can hold up the others, whatever rule they run riot in. What is counted depends on the words alone, never on a clock
or on what was read before, so the same turn comes to the same result everywhere; what a cache keeps is not counted.

Understanding never waits for anything, so one turn at a time is read in a process. Outside a turn nothing is counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

MOST = 12_000
"""Units that a turn may take. The dearest utterances that people were recorded to say take a tenth of it."""
_UNLIMITED = 1 << 62


class TooMuch(Exception):
    """The turn would cost more than a turn may."""


class _Effort:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _UNLIMITED


effort = _Effort()


@contextmanager
def limited(most: int = MOST) -> Iterator[None]:
    """What is read in here takes no more than `most` units: beyond them `spend` raises TooMuch."""
    before, effort.left = effort.left, most
    try:
        yield
    finally:
        effort.left = before


def spend(units: int) -> None:
    """Count work about to be done. Raises TooMuch when nothing is left for it."""
    effort.left -= units
    if effort.left < 0:
        raise TooMuch
