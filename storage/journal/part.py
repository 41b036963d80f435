"""What every part of the journal's store works with."""

from collections.abc import Callable

from storage.journal.engine import Engine, T, Work
from storage.keys import Ttl


class Part:
    """Runs work on the journal's thread."""

    _engine: Engine
    _ttl: Ttl
    _clock: Callable[[], float]

    async def _read(self, work: Work[T]) -> T:
        return await self._engine.read(work)

    async def _write(self, work: Work[T], *, durable: bool = True, brief: bool = False) -> T:
        return await self._engine.write(work, durable=durable, brief=brief)
