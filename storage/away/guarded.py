"""Redis, asked through the breaker: whatever is asked of it fails at once while it is away."""

from collections.abc import AsyncIterator
from typing import Any, cast

from storage.away.breaker import Breaker
from storage.errors import StoreUnavailable
from storage.store import CallStore, Published


def guarded(store: CallStore, breaker: Breaker) -> CallStore:
    """The same store. Every method, also one that comes to be, raises StoreUnavailable as soon as the breaker says that Redis is away."""
    return cast(CallStore, _Guarded(store, breaker))


class _Guarded:
    def __init__(self, store: CallStore, breaker: Breaker) -> None:
        self._store, self._breaker = store, breaker
        self.survives_restart, self.close = store.survives_restart, store.close

    def __getattr__(self, name: str) -> Any:
        async def ask(*given: Any, **named: Any) -> Any:
            async with self._breaker.passing(waits=name == "follow"):
                try:
                    return await getattr(self._store, name)(*given, **named)
                except StoreUnavailable as error:
                    self._breaker.doubt(error)
                    raise

        setattr(self, name, ask)  # made once: from now on it is found before this is asked
        return ask

    async def published(self) -> AsyncIterator[Published]:
        some = self._store.published()
        while True:
            async with self._breaker.passing(waits=True):
                try:
                    one = await anext(some)
                except StopAsyncIteration:
                    return
                except StoreUnavailable as error:
                    self._breaker.doubt(error)
                    raise
            yield one
