"""Whether a Redis takes writes: asked over connections of their own, so that nothing else is waited for. Of a cluster, whether every shard does.

How it works. A step of a call writes in several slots (its own, its document's, the log's, the lists', the calendar's), so it may take any shard of
a cluster, and one that is away keeps most steps of all calls from being carried through. Who the shards are is asked anew each time, of whichever
node answers first: after a failover it is another. A standalone Redis says once that it is no cluster, and from then on is only written to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeVar

from redis.asyncio import ConnectionPool, Redis
from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError

from storage import keys
from storage.errors import StoreUnavailable
from storage.reaching import reaching, refuses

T = TypeVar("T")
Node = tuple[str, int]
"""Host ("": as the URL has it, where a node does not know or tell its own) and port."""
Shard = tuple[Node, range]
"""A primary, and some of its slots."""


class Probe:
    """Writes a small key each time it is called, or raises StoreUnavailable."""

    def __init__(self, url: str, settings: dict[str, Any]) -> None:
        """`url`, `settings`: for redis-py."""
        self._url, self._settings = url, settings
        self._is_cluster: bool | None = None
        """None: not known yet."""
        self._nodes: frozenset[Node] = frozenset()
        """The primaries that were found last."""

    async def __call__(self) -> None:
        with reaching():
            if self._is_cluster is not True:
                self._is_cluster = await self._alone(asks=self._is_cluster is None)
            if self._is_cluster:
                await self._every_shard()

    async def _alone(self, *, asks: bool) -> bool:
        """Write where the URL leads. Returns whether it leads to a cluster."""
        redis = self._client()
        try:
            if asks and (await redis.info("cluster")).get("cluster_enabled"):  # as `connect` knows: not everybody may ask for more
                return True
            await _write(redis, keys.PROBE)
        finally:
            await redis.aclose()
        return False

    async def _every_shard(self) -> None:
        found = await _first(self._asked(node) for node in (None, *self._nodes))
        self._nodes = frozenset(node for node, _ in found)
        await _all(self._write(node, slots) for node, slots in found)

    async def _asked(self, node: Node | None) -> Sequence[Shard]:
        redis = self._client(node)
        try:
            found = await _shards(redis)
        finally:
            await redis.aclose()
        if not found:
            raise StoreUnavailable("a cluster without shards")
        return found

    async def _write(self, node: Node, slots: range) -> None:
        redis = self._client(node)
        try:
            await _write(redis, _key_in(slots))
        finally:
            await redis.aclose()

    def _client(self, node: Node | None = None) -> Redis:
        pool = ConnectionPool.from_url(self._url, **self._settings)
        if node is not None and node[0]:
            pool.connection_kwargs.update(host=node[0], port=node[1])
        elif node is not None:
            pool.connection_kwargs.update(port=node[1])
        return Redis.from_pool(pool)


async def _write(redis: Redis, key: str) -> None:
    try:
        await redis.set(key, 1, ex=1)
    except ResponseError as error:  # who sends us to another node, or does not let us write just there, is well
        if refuses(error):
            raise


async def _shards(redis: Redis) -> Sequence[Shard]:
    ask: Callable[..., Awaitable[Any]] = redis.execute_command
    widest: dict[Node, range] = {}
    for first, last, (host, port, *_), *_ in await ask("CLUSTER SLOTS"):
        node = ((host or b"").decode(), port)
        widest[node] = max(widest.get(node, range(0)), range(first, last + 1), key=len)
    return [*widest.items()]


@cache
def _key_in(slots: range) -> str:
    """A key of ours that lies in one of these."""
    return next(key for number in count() if key_slot((key := keys.probe(number)).encode()) in slots)


async def _first(some: Iterable[Coroutine[Any, Any, T]]) -> T:
    """What the first of them brings that does not fail. Raises as the last does when all do."""
    tasks = [asyncio.ensure_future(one) for one in some]
    error: BaseException = StoreUnavailable("nobody was asked")
    try:
        for done in asyncio.as_completed(tasks):
            try:
                return await done
            except (RedisError, StoreUnavailable, OSError) as failed:
                error = failed
        raise error
    finally:
        await _end(tasks)


async def _all(some: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Ends when all have. Raises as the first does that fails."""
    tasks = [asyncio.ensure_future(one) for one in some]
    try:
        for done in asyncio.as_completed(tasks):
            await done
    finally:
        await _end(tasks)


async def _end(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
