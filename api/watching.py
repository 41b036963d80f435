"""Who watches: which supervisors have their stream open, known to all processes, and what becomes of the calls of one who is gone.

Each process notes its open `/agents/...` streams in the store every `BEAT_S` seconds (`CallStore.watching`), so that a caller who is to have a person
is kept on the line only while there may be one. A supervisor who took a call and for `away_s` neither watched nor did anything has left it: it goes
back to those that wait for a person. That is decided by the record, so any process may say so, and the caller's next turn does as well.
"""

import asyncio
import contextlib
from collections import Counter
from datetime import UTC, datetime

from agent.policy.people import Vanish
from api import logs
from graph.build import Walker
from graph.errors import GraphError
from storage import watchers
from storage.errors import StoreUnavailable
from storage.store import CallStore

BEAT_S = 2.0
"""How often a process says whose streams are open, a third of `graph.people.FRESH_S`."""
SWEEP_S = 5.0
"""How often it looks, at most, for calls of supervisors who are gone."""
COMING_S = 0.5
"""How long a stream may wait until it is known to be open."""
MOST = 200
"""Calls looked at in one sweep."""


class Watching:
    def __init__(self, store: CallStore, walker: Walker, away_s: float) -> None:
        self._store, self._walker, self._away_s = store, walker, away_s
        self._open: Counter[str] = Counter()
        self._log = logs.Sparing()

    async def came(self, agent: str) -> None:
        """A stream of the supervisor is open, until `left`. It is noted at once, unless the store takes too long."""
        self._open[agent] += 1
        with contextlib.suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(COMING_S):
                await self._store.watching((agent,))

    def left(self, agent: str) -> None:
        """A stream of the supervisor that had come is no more."""
        self._open[agent] -= 1
        if not self._open[agent]:
            del self._open[agent]

    async def keep(self) -> None:
        """Say who watches, and give back the calls of those who are gone, for ever."""
        clock = asyncio.get_running_loop().time
        swept_at = clock()
        while True:
            await asyncio.sleep(min(BEAT_S, self._away_s / 4))
            try:
                if agents := list(self._open):
                    await self._store.watching(agents)
                if clock() >= swept_at + min(SWEEP_S, self._away_s / 4):
                    swept_at = clock()
                    await self._sweep()
            except StoreUnavailable:
                swept_at = clock() + self._away_s  # whoever watched all the while could not say so: they are given the time to
            except Exception as error:  # a task that dies in silence would leave callers with nobody
                if self._log.due(type(error).__name__):
                    logs.failure("watching", error)

    async def _sweep(self) -> None:
        held = [(call.sid, str(call.document.get("heldBy") or "")) for call in await self._store.calls("with_agent", count=MOST)]
        ages = await self._store.watching() if held else {}
        for sid, agent in held:
            unseen_s = watchers.unseen_s(ages, agent, await self._store.business(sid))
            if agent and unseen_s >= self._away_s:
                with contextlib.suppress(GraphError):
                    await self._walker.do(sid, Vanish(agent=agent, unseen_s=unseen_s), datetime.now(UTC))
