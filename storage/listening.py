"""Who listens: other programs and what they publish, which is taken in, and the readers of every process; in one Redis and in a cluster."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from redis.asyncio import Redis, RedisCluster

from storage import channels, keys
from storage.keys import Ttl
from storage.reaching import PAUSES_S, reaching
from storage.store import Published

READERS_MS = 15_000
"""How long holds what a process said of its readers."""


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

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        return await self._logged(name, sid, data, business, [keys.record(sid), keys.events(sid)] if sid else [])

    async def _logged(self, name: str, sid: str, data: bytes, business: str, of_call: Sequence[str]) -> str:
        names = [keys.heard(name), keys.LOG, keys.LOG_MARK, *of_call]
        whose = await self.business(sid) if sid else business
        values = [sid, data, channels.CLAIM_MS, self._ttl.log_s * 1000, keys.EVENTS_KEPT, whose]
        found: bytes = await self._script("heard", names, values)
        return found.decode()

    @abstractmethod
    async def business(self, sid: str) -> str: ...

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        values: list[Any] = [process, READERS_MS]
        for sid, three in figures.items():
            values += (sid, " ".join(map(str, three)))
        await self._script("readers", [keys.READERS, keys.readers(process)], values)

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        processes: list[bytes] = await self._command("ZRANGE", keys.READERS, 0, -1)
        found = await asyncio.gather(*(self._command("HGET", keys.readers(process.decode()), sid) for process in processes))
        said = {process.decode(): text.decode().split() for process, text in zip(processes, found, strict=True) if text is not None}
        return {process: (int(readers), int(queued), int(dropped)) for process, (readers, queued, dropped) in said.items()}

    @abstractmethod
    async def _command(self, *parts: Any) -> Any: ...


class ClusterListening(Listening):
    """The same where the log and the call lie in different slots."""

    async def _connection(self) -> tuple[Any, Callable[[Any], Awaitable[None]]]:
        # What is published anywhere is heard at every node.
        tail: Any = self._tail
        await tail.initialize()  # it knows no nodes before it was first used
        node: Any = random.choice(tail.get_primaries())  # noqa: S311 - spreads the work, guards nothing

        async def let_go(connection: Any) -> None:
            node.release(connection)

        return node.acquire_connection(), let_go

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        """The call's own stream has it unless a newer event was written there first: ids only grow there, and the log has it in any case."""
        id_ = await self._logged(name, sid, data, business, [])
        for pause_s in PAUSES_S if id_ and sid else ():
            if await self._script("cluster_heard", [keys.record(sid), keys.events(sid)], [id_, data, keys.EVENTS_KEPT]) != b"busy":
                break
            await asyncio.sleep(pause_s)
        return id_
