"""Whether Redis takes steps: decided once for all turns of this process, in a fraction of a second, so that none has to wait for itself.

How it works. Whatever a turn asks of Redis passes through here (`passing`). When a command was not answered for `STALL_S`, a connection broke or
was refused, or Redis said that it cannot write, a probe writes a small key over a connection of its own. If that comes to nothing, Redis is away: all
that wait are told at once, and nobody asks it any more. Then one probe follows the other, and the first that is taken ends it.

A slow answer alone decides nothing: a probe may find Redis well, and whoever waits goes on waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from types import TracebackType

from storage.errors import StoreUnavailable
from storage.patience import patience
from storage.reaching import refuses

STALL_S = 0.1
"""How long a command may go unanswered until a probe is sent."""
PROBE_S = 0.15
"""How long a probe may."""
EVERY_S = 0.1
"""Between two probes while Redis is away."""


class Breaker:
    """Begins with a Redis that answers, or not at all known to."""

    def __init__(self, probe: Callable[[], Awaitable[None]], *, told: Callable[[bool], None] = lambda away: None) -> None:
        """`probe` writes to Redis; raises StoreUnavailable. `told` hears that Redis went away, and that it is back."""
        self._probe, self._told = probe, told
        self.away_since: float | None = None
        """Monotonic seconds; None while it takes steps."""
        self._passing: set[Passing] = set()
        self._watch: asyncio.Task[None] | None = None
        self._verdict: asyncio.Future[bool] | None = None
        self._closed = False

    @property
    def away(self) -> bool:
        return self.away_since is not None

    def passing(self) -> "Passing":
        """A context in which Redis is asked. Raises StoreUnavailable when it is found to be away meanwhile, or is already."""
        return Passing(self, self._passing)

    def suspect(self) -> None:
        """Something speaks for its being away: a probe decides. Never waits."""
        if not self._closed and (self._watch is None or self._watch.done()):
            self._verdict = asyncio.get_running_loop().create_future()
            self._watch = asyncio.create_task(self._until_it_takes_steps(), name="breaker")

    async def is_well(self, error: StoreUnavailable | None = None) -> bool:
        """Whether Redis takes steps, after `error`: by what it said itself, else by a probe."""
        if self.away:
            return False
        self.suspect()
        if error is not None and refuses(error):
            self._trip()
            return False
        return self._verdict is not None and await asyncio.shield(self._verdict)

    async def close(self) -> None:
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _until_it_takes_steps(self) -> None:
        while not await self._takes_steps():
            self._trip()
            self._decide(well=False)
            await asyncio.sleep(EVERY_S)
        if self.away:
            self.away_since = None
            self._told(False)
        self._decide(well=True)

    async def _takes_steps(self) -> bool:
        try:
            async with patience(PROBE_S):
                await self._probe()
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    def _decide(self, *, well: bool) -> None:
        if self._verdict is not None and not self._verdict.done():
            self._verdict.set_result(well)

    def _trip(self) -> None:
        if not self.away:
            self.away_since = monotonic()
            self._told(True)
        for one in tuple(self._passing):
            one.give_up()


class Passing:
    """One question to Redis."""

    __slots__ = ("_breaker", "_limit", "_others", "_stall")

    def __init__(self, breaker: Breaker, others: "set[Passing]") -> None:
        self._breaker, self._others = breaker, others
        self._limit = asyncio.timeout(None)

    def give_up(self) -> None:
        self._limit.reschedule(0.0)

    async def __aenter__(self) -> None:
        if self._breaker.away:
            raise StoreUnavailable("Redis is away")
        self._stall = asyncio.get_running_loop().call_later(STALL_S, self._breaker.suspect)
        await self._limit.__aenter__()
        self._others.add(self)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stall.cancel()
        self._others.discard(self)
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            raise StoreUnavailable("Redis is away") from None
