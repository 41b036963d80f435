"""Whether Redis takes steps: decided once for all turns of this process, in a fraction of a second, so that none has to wait for itself.

How it works. Whatever a turn asks of Redis passes through here (`passing`). When a command was not answered for `STALL_S`, a connection broke or
was refused, or Redis said that it cannot write, a probe writes a small key over a connection of its own. If that comes to nothing, Redis is away: all
that wait are told at once, and nobody asks it any more. Then one probe follows the other, and the first that is taken ends it.

A slow answer alone decides nothing: a probe may find Redis well, and whoever waits goes on waiting. Nor does time that this process did not live
through (`lived.py`): the answer may lie there unread. A probe that failed while this process was late is made again.

That much patience is right for a step, which the journal takes as well. It is little where a caller would be told that nothing can be promised: a
Redis that forks or waits for its disk may be back in half a second, for which somebody on the telephone gladly waits. So the first probes after that
are more patient, and until one of them has failed, half a second after the first verdict, whoever has to do with a booking may wait
(`stays_away`). Later in the same outage nobody waits for anything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from types import TracebackType

from storage.away.lived import Lived, Waits
from storage.errors import StoreUnavailable
from storage.reaching import refuses

STALL_S = 0.1
"""How long a command may go unanswered until a probe is sent."""
PROBE_S = 0.24
"""How long a probe may: with `STALL_S`, a pause of Redis of 0.3 s, as of a fork on a busy machine, is no absence."""
PATIENT_S = 0.5
"""How long a probe may while Redis is away and nobody waits for it; and for how long after the first verdict it may yet be taken back."""
EVERY_S = 0.1
"""Between two probes while Redis is away."""
_log = logging.getLogger("slotline.breaker")


class Breaker:
    """Begins with a Redis that answers, or not at all known to."""

    def __init__(self, probe: Callable[[], Awaitable[None]], *, told: Callable[[bool], None] = lambda away: None) -> None:
        """`probe` writes to Redis; raises StoreUnavailable. `told` hears that Redis went away, and that it is back."""
        self._probe, self._told = probe, told
        self.away_since: float | None = None
        """Monotonic seconds; None while it takes steps."""
        self._passing: set[Passing] = set()
        self._stalling = Waits(STALL_S, self.suspect)
        self._watch: asyncio.Task[None] | None = None
        self._verdict: asyncio.Future[bool] | None = None
        self._settled = asyncio.Event()
        """Set when it stayed away, and when it is back."""
        self._settling: Lived | None = None
        self._closed = self._failing = False

    @property
    def away(self) -> bool:
        return self.away_since is not None

    def passing(self, *, waits: bool = False) -> "Passing":
        """A context in which Redis is asked. Raises StoreUnavailable when it is found to be away meanwhile, or is already.

        `waits`: for something that may take as long as it likes to happen, so that no answer says nothing.
        """
        return Passing(self, self._passing, None if waits else self._stalling)

    def suspect(self) -> None:
        """Something speaks for its being away: a probe decides. Never waits."""
        if not self._closed and (self._watch is None or self._watch.done()):
            self._verdict = asyncio.get_running_loop().create_future()
            self._watch = asyncio.create_task(self._until_it_takes_steps(), name="breaker")

    def doubt(self, error: StoreUnavailable) -> None:
        """Redis failed somebody: it is away if it said so itself, else a probe decides. Never waits."""
        if not self.away:
            self.suspect()
            if refuses(error):
                self._trip()

    async def is_well(self) -> bool:
        """Whether Redis takes steps, by a probe; without one where it is known to be away."""
        if self.away:
            return False
        self.suspect()
        return self._verdict is not None and await asyncio.shield(self._verdict)

    async def stays_away(self) -> bool:
        """Whether Redis is away, also when it is asked with more patience; waits for that only in the first moment of an outage."""
        if self.away:
            await self._settled.wait()
        return self.away

    async def close(self) -> None:
        self._closed = True
        self._settle()
        self._decide(well=False)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _until_it_takes_steps(self) -> None:
        while not await self._takes_steps(PATIENT_S if self.away else PROBE_S):
            if self.away:
                await asyncio.sleep(EVERY_S)
            else:
                self._trip()
        if self.away:
            self.away_since = None
            self._settle()
            self._told(False)
        self._decide(well=True)

    async def _takes_steps(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(None) as limit:
                timer = Lived(within_s, lambda: limit.reschedule(0.0))
                try:
                    return await self._answers(timer)
                finally:
                    timer.cancel()
        except TimeoutError:
            return False

    async def _answers(self, timer: Lived) -> bool:
        """Whether a probe is taken; one that fails while this process is late says nothing."""
        while True:
            timer.late = False
            try:
                await self._probe()
            except StoreUnavailable as error:
                if refuses(error) or not timer.late:
                    return False
            except Exception as error:  # a verdict that is never told would keep every turn waiting
                if not self._failing:
                    _log.error("Redis could not be probed", extra={"code": type(error).__name__})
                self._failing = True
                return False
            else:
                self._failing = False
                return True

    def _decide(self, *, well: bool) -> None:
        if self._verdict is not None and not self._verdict.done():
            self._verdict.set_result(well)

    def _trip(self) -> None:
        if not self.away:
            self.away_since = monotonic()
            self._settled.clear()
            self._settling = Lived(PATIENT_S, self._settle)
            self._told(True)
        self._decide(well=False)
        for one in tuple(self._passing):
            one.give_up()

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        self._settled.set()


class Passing:
    """One question to Redis. Like `asyncio.timeout`, which costs three times as much: every step of every turn passes through here."""

    __slots__ = ("_before", "_breaker", "_given_up", "_others", "_stalling", "_task")

    def __init__(self, breaker: Breaker, others: "set[Passing]", stalling: Waits | None) -> None:
        self._breaker, self._others, self._stalling = breaker, others, stalling
        self._given_up = False

    def give_up(self) -> None:
        """Soon: whoever says so may be the one who asks."""
        asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        if self in self._others and not self._given_up:
            self._given_up = True
            self._task.cancel()

    async def __aenter__(self) -> None:
        if self._breaker.away:
            raise StoreUnavailable("Redis is away")
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("Redis is asked by a task: nobody else can be told that it is away")
        self._task, self._before = task, task.cancelling()
        self._others.add(self)
        if self._stalling is not None:
            self._stalling.begin(self)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._others.discard(self)
        if self._stalling is not None:
            self._stalling.end(self)
        if self._given_up and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise StoreUnavailable("Redis is away") from None
