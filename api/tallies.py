"""What is counted and timed while the service works, in plain numbers: a turn must not pay for being measured.

Whoever measures says so here, in a fraction of a microsecond; `api/registry.py` says what there is to measure, and carries it over to Prometheus'
own counters now and then, which cost ten times as much. A label is one of a few words of ours, never what a caller or a client sent.

The parts of one turn are added up until it ends, wherever they are measured: `part_took` finds the turn by the context it runs in.
"""

from bisect import bisect_left
from collections import Counter
from contextvars import ContextVar

Key = tuple[str, str]
"""The name of a measure, and its label ("": it has none)."""
BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the classes that times are sorted into, in seconds; what is longer is in one more."""

_turn: ContextVar[dict[str, float] | None] = ContextVar("turn", default=None)


class Times:
    """Many times of one kind."""

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        """How many fell into each class."""
        self.total_s = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds


class Tallies:
    """What happened since it was last handed over; used in the event loop alone."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._times: dict[Key, Times] = {}

    def count(self, name: str, label: str = "", by: int = 1) -> None:
        self._counts[name, label] += by

    def took(self, name: str, seconds: float, label: str = "") -> None:
        times = self._times.get((name, label))
        if times is None:
            times = self._times[name, label] = Times()
        times.add(seconds)

    def hand_over(self) -> tuple[Counter[Key], dict[Key, Times]]:
        """All of it; it begins anew."""
        counts, times = self._counts, self._times
        self._counts, self._times = Counter(), {}
        return counts, times


def begin_turn() -> dict[str, float]:
    """Seconds by part, of the turn that begins here; filled while it is taken."""
    parts: dict[str, float] = {}
    _turn.set(parts)
    return parts


def part_took(part: str, seconds: float) -> None:
    """Add to a part of the turn that this runs in; outside of any, nothing happens."""
    if (parts := _turn.get()) is not None:
        parts[part] = parts.get(part, 0.0) + seconds
