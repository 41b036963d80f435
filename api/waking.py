"""What wakes a reader: whoever rests for it goes on, or, when nobody does, what was left to be called is called."""

import asyncio
import contextlib
from collections.abc import Callable


class Waking:
    __slots__ = ("_again", "_resting")

    def __init__(self) -> None:
        self._resting: asyncio.Future[None] | None = None
        """What `_woken` waits for; an asyncio.Event would be a kilobyte for each reader."""
        self._again: Callable[[], None] | None = None

    def wake(self) -> None:
        if self._resting is not None and not self._resting.done():
            self._resting.set_result(None)
        elif self._again is not None:
            again, self._again = self._again, None
            again()

    async def _woken(self, at_most_s: float | None) -> None:
        self._resting = asyncio.get_running_loop().create_future()
        if at_most_s is None:
            await self._resting
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._resting
