"""Getting an answer out of Redis: sent again for a moment, and every failure told as the store's own."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError

from storage.errors import InDoubt, StoreUnavailable

PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.4)
"""Before each further attempt to reach a Redis that refuses connections or reads its file back."""

_REFUSALS = (BusyLoadingError, ClusterDownError, MasterDownError, OutOfMemoryError, ReadOnlyError)
_REFUSED = re.compile(r"\b(OOM|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN|CLUSTERDOWN)\b")
"""The same where nobody has made an error of its own of it, or a script has it in its message."""


async def again(send: Callable[[], Awaitable[Any]]) -> Any:
    """What `send` brings; it is sent again while there is no connection, as when Redis was restarted, for as long as a caller would not notice."""
    with reaching():
        for pause_s in PAUSES_S:
            try:
                return await send()
            except RedisConnectionError:
                await asyncio.sleep(pause_s)
        return await send()


def refuses(error: BaseException) -> bool:
    """Whether Redis itself said that it cannot write, or not now."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _REFUSALS) or _REFUSED.search(str(cause)):
            return True
        cause = cause.__cause__
    return False


@contextmanager
def reaching() -> Iterator[None]:
    """Whatever keeps Redis from answering or writing becomes StoreUnavailable; its message holds no data."""
    try:
        yield
    except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
        raise StoreUnavailable(f"Redis did not take it: {type(error).__name__}") from error


@contextmanager
def in_doubt(sid: str) -> Iterator[None]:
    """A step that was sent may be written, whatever became of its answer."""
    try:
        yield
    except StoreUnavailable as error:
        raise InDoubt(f"call {sid}: Redis did not say whether it took the step") from error
