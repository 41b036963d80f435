"""From a URL to a store of calls."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from storage import address
from storage.cluster_store import ClusterStore
from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.lines import Lines, Pooled, Sender, Told, can_reach, timed
from storage.patience import patience
from storage.probe import Probe
from storage.reaching import reaching
from storage.redis_store import RedisStore
from storage.servers import Server, told
from storage.store import CallStore

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 2.0
WAITING_TIMEOUT_S = 30.0
"""For reads that wait for news: longer than any of them waits, so that only a dead connection is given up."""
CONNECTIONS = 64
"""At most, in one process."""
OLDEST = (6, 2)


async def connect(
    url: str, *, channel_prefix: str | None, ttl: Ttl, embedded: bool = False, told: Told | None = None, into_theirs: bool = False
) -> CallStore:
    """A store in the Redis at `url` (redis://, rediss://, unix://, redis+cluster://, valkey://), which answers. `embedded`: it is an `EmbeddedRedis`.
    `told`: of every round trip, but for reads that wait for news. `into_theirs`: see `RedisStore`.

    Raises ValueError when `url` is none, or the server there is too old; StoreUnavailable when nothing that can be used answers.
    """
    url = _redis(url)
    redis = _client(url)
    try:
        with reaching():
            async with patience(ANSWER_TIMEOUT_S):
                server = await redis.info("server")
                is_cluster = bool((await redis.info("cluster")).get("cluster_enabled"))
        version = str(server.get("redis_version", "0.0"))
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
            raise ValueError(f"Redis {version} is too old: 6.2 or later is needed")
        if not is_cluster:
            sender, waiting = timed(_sender(url, redis, ANSWER_TIMEOUT_S), told), _sender(url, redis, WAITING_TIMEOUT_S)
            return RedisStore(sender, waiting, redis, channel_prefix=channel_prefix, ttl=ttl, embedded=embedded, into_theirs=into_theirs)
    except (StoreUnavailable, ValueError):
        await redis.aclose()
        raise
    await redis.aclose()
    cluster, tail = (RedisCluster.from_url(url, **_settings(timeout_s)) for timeout_s in (ANSWER_TIMEOUT_S, None))
    with reaching():
        await cluster.initialize()
    return ClusterStore(cluster, tail, channel_prefix=channel_prefix, ttl=ttl, connections=CONNECTIONS, told=told, into_theirs=into_theirs)


def probing(url: str) -> Callable[[], Awaitable[None]]:
    """What writes a small key to the Redis at `url`, or to each shard of the cluster there, each time it is called, or raises StoreUnavailable."""
    return Probe(_redis(url), _settings(None))


async def answer_time(url: str) -> float:
    """How long the Redis at `url` takes to answer, in seconds. Raises as `connect` does."""
    store = await connect(url, channel_prefix="", ttl=Ttl())
    try:
        return await store.ping()
    finally:
        await store.close()


async def server_at(url: str) -> Server:
    """Which server answers at `url`. Raises as `connect` does."""
    redis = _client(_redis(url))
    try:
        with reaching():
            async with patience(ANSWER_TIMEOUT_S):
                return told(await redis.info("server"))
    finally:
        await redis.aclose()


def _redis(url: str) -> str:
    """The URL as the client takes it, with Redis's names for the same protocol. Raises ValueError when it is no address."""
    address.check(url)
    scheme, _, rest = url.partition("://")
    return f"{_THE_SAME.get(scheme, scheme)}://{rest}"


_THE_SAME = {"valkey": "redis", "valkeys": "rediss", address.CLUSTER: "redis"}


def _sender(url: str, redis: Redis, answer_timeout_s: float) -> Sender:
    if can_reach(url):
        return Lines(url, connect_timeout_s=CONNECT_TIMEOUT_S, answer_timeout_s=answer_timeout_s)
    return Pooled(redis, answer_timeout_s=answer_timeout_s)


def _client(url: str) -> Redis:
    """Does not time out by itself, but for laying a connection."""
    return Redis.from_pool(BlockingConnectionPool.from_url(url, timeout=ANSWER_TIMEOUT_S, **_settings(None)))


def _settings(timeout_s: float | None) -> dict[str, Any]:
    return {
        "max_connections": CONNECTIONS,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": timeout_s,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
    }
