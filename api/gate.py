"""How many turns and event streams there are at once, and whether new ones are still taken."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.errors import Problem


class Gate:
    """Counts the turns of this process that are being taken."""

    def __init__(self, per_call: int, in_all: int) -> None:
        self._per_call, self._in_all = per_call, in_all
        self._calls: Counter[str] = Counter()
        self.busy = 0

    @contextmanager
    def turn(self, sid: str) -> Iterator[None]:
        """Room for one turn. Raises Problem "too_many_turns" when this call, or all calls together, have none left."""
        if self.busy >= self._in_all or self._calls[sid] >= self._per_call:
            raise Problem("too_many_turns")
        self.busy += 1
        self._calls[sid] += 1
        try:
            yield
        finally:
            self.busy -= 1
            self._calls[sid] -= 1
            if not self._calls[sid]:
                del self._calls[sid]


class Seats:
    """Counts the event streams of this process that are open."""

    def __init__(self, each: int, in_all: int) -> None:
        """`each`: of one identity; that is the name of a token, or whatever else tells readers apart."""
        self._each, self._in_all = each, in_all
        self._taken: Counter[str] = Counter()
        self._count = 0

    def take(self, identity: str) -> bool:
        """Take a seat for one stream, until `leave`; False when this identity, or all together, have none left."""
        if self._taken[identity] >= self._each or self._count >= self._in_all:
            return False
        self._taken[identity] += 1
        self._count += 1
        return True

    def leave(self, identity: str) -> None:
        """A seat that was taken is free again."""
        self._count -= 1
        self._taken[identity] -= 1
        if not self._taken[identity]:
            del self._taken[identity]


class Drain:
    """The end of a process that serves, begun by a signal: no new connections, but what comes on those there are is answered, for `drain_s`.

    Streams say when to come back and end as soon as it has begun.
    """

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        """Its time has passed: whatever comes now gets 503."""
        self._told = False
        self._listeners: list[Callable[[], None]] = []

    def when_begun(self, listener: Callable[[], None]) -> None:
        """Call `listener` once, in the event loop, when draining has begun."""
        self._listeners.append(listener)

    def tell(self) -> None:
        """Tell the listeners, the first time this is called after `begun`. Not from a signal handler: they may touch the event loop."""
        if self.begun and not self._told:
            self._told = True
            for listener in self._listeners:
                listener()
