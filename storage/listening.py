"""Hearing what other programs publish, and taking it in, in one Redis and in a cluster."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis, RedisCluster

from storage import channels, keys
from storage.keys import Ttl
from storage.reaching import PAUSES_S, reaching
from storage.store import Published


class Listening(ABC):
    """As `CallStore.published` and `CallStore.take_in` promise."""

    _ttl: Ttl
    _tail: Redis | RedisCluster
    _channel_prefix: str | None

    async def published(self) -> AsyncIterator[Published]:
        if self._channel_prefix is None:
            return
        with reaching():
            connection, let_go = await self._connection()
            try:
                await connection.connect()
                async for one in channels.heard(connection, self._channel_prefix):
                    yield one
            finally:
                await connection.disconnect(nowait=True)
                await let_go(connection)

    async def _connection(self) -> tuple[Any, Callable[[Any], Awaitable[None]]]:
        """A connection for itself, and what takes it back."""
        tail: Any = self._tail
        pool = tail.connection_pool
        return await pool.get_connection(), pool.release

    async def take_in(self, name: str, sid: str, data: bytes) -> str:
        return await self._logged(name, sid, data, [keys.record(sid), keys.events(sid)] if sid else [])

    async def _logged(self, name: str, sid: str, data: bytes, of_call: Sequence[str]) -> str:
        names = [keys.heard(name), keys.LOG, keys.LOG_MARK, *of_call]
        values = [sid, data, channels.CLAIM_MS, self._ttl.log_s * 1000, keys.EVENTS_KEPT]
        found: bytes = await self._script("heard", names, values)
        return found.decode()

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...


class ClusterListening(Listening):
    """The same where the log and the call lie in different slots."""

    async def _connection(self) -> tuple[Any, Callable[[Any], Awaitable[None]]]:
        # What is published anywhere is heard at every node.
        tail: Any = self._tail
        node: Any = random.choice(tail.get_primaries())  # noqa: S311 - spreads the work, guards nothing

        async def let_go(connection: Any) -> None:
            node.release(connection)

        return node.acquire_connection(), let_go

    async def take_in(self, name: str, sid: str, data: bytes) -> str:
        """The call's own stream has it unless a newer event was written there first: ids only grow there, and the log has it in any case."""
        id_ = await self._logged(name, sid, data, [])
        for pause_s in PAUSES_S if id_ and sid else ():
            if await self._script("cluster_heard", [keys.record(sid), keys.events(sid)], [id_, data, keys.EVENTS_KEPT]) != b"busy":
                break
            await asyncio.sleep(pause_s)
        return id_
