"""Turns of a telephone, which waits four seconds and no longer: one that takes more goes on by itself and is fetched."""

import asyncio
import contextlib

from api.turn_keys import TurnKeys
from api.turns import Turns
from graph.lines import answer_on
from graph.state import TurnRequest
from storage.store import CallStore

HOLD_S = 3.4
"""How long a turn may take before the caller hears that it does: the strictest carrier waits four seconds for an answer and its way."""
LOOK_S = 0.2
"""How often the record is looked at for an answer that another worker makes."""
TOLD_S = 600
"""For how long it is remembered that something was told."""
FINISH_S = 5.0
"""How long turns that nobody waits for are given when the service stops."""


class Turning:
    def __init__(self, turns: Turns, keys: TurnKeys, store: CallStore) -> None:
        self._turns, self._keys, self._store = turns, keys, store
        self._running: dict[tuple[str, str], asyncio.Task[bytes]] = {}

    async def taken(self, request: TurnRequest, until: float) -> bytes | None:
        """The answer to a turn, as `Turns.take` gives it, or None when it is still being taken at `until` (seconds of the event loop).

        The same turn asked again meanwhile waits for the one that runs. Raises Problem and LineGone as `Turns.take` does.
        """
        name = (request.sid, request.turn_id)
        task = self._running.get(name)
        if task is None:
            task = self._running[name] = asyncio.create_task(self._turns.take(request))
            task.add_done_callback(lambda done: self._forget(name, done))
        await asyncio.wait((task,), timeout=max(0.0, until - asyncio.get_running_loop().time()))
        return task.result() if task.done() else None

    async def known(self, request: TurnRequest) -> bytes | None:
        """The answer to a turn that was answered before; None when it was not. Raises StoreUnavailable."""
        keyed = await self._keys.keyed(request)
        return await answer_on(self._store, keyed.sid, keyed.turn.key)

    async def is_first(self, request: TurnRequest) -> bool:
        """Whether nobody has asked so about this turn, which is not taken, but only told of. Raises StoreUnavailable."""
        keyed = await self._keys.keyed(request)
        return await self._store.claim(keyed.turn.key, TOLD_S)

    async def fetched(self, request: TurnRequest, until: float) -> bytes | None:
        """The answer to a turn that was begun before, here or at another worker; None when there is none by `until`. It is not begun here."""
        clock = asyncio.get_running_loop().time
        if (request.sid, request.turn_id) in self._running:
            return await self.taken(request, until)
        while True:
            answer = await self.known(request)
            if answer is not None or clock() + LOOK_S > until:
                return answer
            await asyncio.sleep(LOOK_S)

    def _forget(self, name: tuple[str, str], done: asyncio.Task[bytes]) -> None:
        del self._running[name]
        if not done.cancelled():
            done.exception()  # told by whoever waits for it; `Turns.take` has written it into the log

    async def close(self) -> None:
        """Let the turns that run come to their end."""
        if self._running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FINISH_S):
                    await asyncio.wait(tuple(self._running.values()))
