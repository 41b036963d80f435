"""Who is to serve: a place for each worker of the service, and when it is filled again.

A place whose worker died is filled at once the first time, then after longer and longer pauses for as long as its workers keep dying soon; the others
go on serving meanwhile. A worker that leaves by itself (it was told to end) is replaced at once, while it still finishes what it has.

`renew` replaces all of them, one after the other: the new one of a place is started beside the old one, which is told to end when the new one serves.
Should the new one die instead, the old ones stay and nothing more is replaced.

Nothing here starts a process or reads a clock: `start` and `now` are given.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from api import logs

PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Before a place is filled again, by how often in a row that went wrong."""
STEADY_S = 10.0
"""A worker that served for so long did not go wrong; its death begins a new row."""


class Worker(Protocol):
    """A process, as it was when it was last looked at."""

    @property
    def pid(self) -> int | None: ...

    alive: bool
    serves: bool
    """Whether it has said that it takes connections; it stays so."""
    leaves: bool
    """Whether it has said that it takes no more."""

    def end(self) -> None:
        """Tell it to finish what it has and end."""

    def kill(self) -> None:
        """End it now."""

    def gone(self) -> str:
        """Let go of what is left of a dead one. Returns its exit code, for the log."""


Kind = TypeVar("Kind", bound=Worker)


@dataclass
class Place(Generic[Kind]):
    worker: Kind | None = None
    round: int = 0
    """How often the team had been renewed when somebody was last started here."""
    successor: Kind | None = None
    began: float | None = None
    """When the worker was first seen to serve."""
    failures: int = 0
    due: float = 0.0
    """When an empty place is filled."""


class Team(Generic[Kind]):
    def __init__(self, size: int, start: Callable[[], Kind], grace_s: float) -> None:
        """`start` may raise OSError. `grace_s`: how long a worker that leaves may take before it is killed. Nobody is started before a `look`."""
        self.places: list[Place[Kind]] = [Place() for _ in range(size)]
        self.served = False
        """Whether any worker ever served."""
        self._start, self._grace_s = start, grace_s
        self._leaving: list[tuple[Kind, float]] = []
        self._round = 0
        self._renewing = False

    @property
    def lost(self) -> bool:
        """Whether the first start failed: every place lost its worker before anybody served."""
        return not self.served and all(place.failures for place in self.places)

    def everyone(self) -> Iterator[Kind]:
        """All processes there are."""
        for place in self.places:
            yield from (worker for worker in (place.worker, place.successor) if worker is not None)
        yield from (worker for worker, _ in self._leaving)

    def due(self) -> float | None:
        """When to look again though nothing happens; None: there is no need to."""
        times = [until for _, until in self._leaving] + [place.due for place in self.places if place.worker is None]
        return min(times, default=None)

    def renew(self, now: float) -> None:
        """Replace everyone, one after the other; and fill at once what waits to be filled."""
        self._round += 1
        self._renewing = True
        for place in self.places:
            place.failures, place.due = 0, now

    def look(self, now: float) -> None:
        """Act on what became of everyone."""
        for place in self.places:
            self._look_at_worker(place, now)
            self._look_at_successor(place, now)
            if place.worker is None and place.due <= now and not self.lost:
                place.worker, place.round = self._started(), self._round
                if place.worker is None:
                    self._wait(place, now, place.failures + 1)
        if self._renewing and not any(place.successor for place in self.places):
            self._renew_next()
        self._look_at_leaving(now)

    def _look_at_worker(self, place: Place[Kind], now: float) -> None:
        worker = place.worker
        if worker is None:
            return
        if worker.serves and place.began is None:
            place.began, self.served = now, True
        if worker.leaves:
            self._leaving.append((worker, now + self._grace_s))
            self._empty(place, now)
        elif not worker.alive:
            steady = place.began is not None and now - place.began >= STEADY_S
            failures = 0 if steady else place.failures + 1
            self._empty(place, now)
            self._wait(place, now, failures)
            logs.event("worker_ended", level="error", pid=worker.pid, code=worker.gone(), count=failures, ms=(place.due - now) * 1000)

    @staticmethod
    def _empty(place: Place[Kind], now: float) -> None:
        place.worker, place.began, place.due, place.failures = None, None, now, 0

    @staticmethod
    def _wait(place: Place[Kind], now: float, failures: int) -> None:
        place.failures, place.due = failures, now + PAUSES_S[min(max(failures, 1), len(PAUSES_S)) - 1]

    def _started(self) -> Kind | None:
        try:
            return self._start()
        except OSError as error:  # no memory for a process, say
            logs.failure("start_failed", error)
            return None

    def _look_at_successor(self, place: Place[Kind], now: float) -> None:
        successor = place.successor
        if successor is None:
            return
        if not successor.alive:
            place.successor, self._renewing = None, False
            logs.event("renewal_stopped", level="error", pid=successor.pid, code=successor.gone())
        elif successor.serves or place.worker is None:
            if place.worker is not None:
                place.worker.end()
                self._leaving.append((place.worker, now + self._grace_s))
            self._empty(place, now)
            place.worker, place.successor = successor, None

    def _renew_next(self) -> None:
        for place in self.places:
            if place.worker is not None and place.round < self._round:
                place.successor, place.round = self._started(), self._round
                self._renewing = place.successor is not None
                return
        self._renewing = False

    def _look_at_leaving(self, now: float) -> None:
        leaving, self._leaving = self._leaving, []
        for worker, until in leaving:
            if not worker.alive:
                if (code := worker.gone()) != "0":
                    logs.event("worker_ended", level="error", pid=worker.pid, code=code)
            elif now >= until:
                worker.kill()
                self._leaving.append((worker, now + self._grace_s))
            else:
                self._leaving.append((worker, until))
