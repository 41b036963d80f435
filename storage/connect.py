"""From a URL to a store of calls."""

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.redis_store import RedisStore, reaching
from storage.store import CallStore

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 2.0
CONNECTIONS = 64
"""At most, in one process."""
OLDEST = (6, 2)


async def connect(url: str, *, channel_prefix: str, ttl: Ttl) -> CallStore:
    """A store in the Redis at `url` (redis://, rediss://, unix://, valkey://), which answers.

    Raises ValueError when `url` is none, or the server there is too old; StoreUnavailable when nothing that can be used answers.
    """
    redis, tail = _clients(url)
    try:
        with reaching():
            server = await redis.info("server")
        version = str(server.get("redis_version", "0.0"))
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise ValueError(f"Redis {version} is too old: 6.2 or later is needed")
    except (StoreUnavailable, ValueError):
        await redis.aclose()
        raise
    return RedisStore(redis, tail, channel_prefix=channel_prefix, ttl=ttl)


def awaited(url: str, *, channel_prefix: str, ttl: Ttl) -> CallStore:
    """The same store without asking whether anything answers there yet: it is tried whenever it is needed. Raises ValueError when `url` is none."""
    return RedisStore(*_clients(url), channel_prefix=channel_prefix, ttl=ttl)


async def answer_time(url: str) -> float:
    """How long the Redis at `url` takes to answer, in seconds. Raises as `connect` does."""
    store = await connect(url, channel_prefix="", ttl=Ttl())
    try:
        return await store.ping()
    finally:
        await store.close()


def _clients(url: str) -> tuple[Redis, Redis]:
    """One that times out by itself, and one for reads that wait."""
    if url.startswith(("valkey://", "valkeys://")):
        url = "redis" + url.removeprefix("valkey")
    return _client(url, ANSWER_TIMEOUT_S), _client(url, None)


def _client(url: str, timeout_s: float | None) -> Redis:
    settings: dict[str, Any] = {
        "max_connections": CONNECTIONS,
        "timeout": ANSWER_TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": timeout_s,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        pool = BlockingConnectionPool.from_url(url, **settings)
    except ValueError:
        raise ValueError("not the address of a Redis server, such as redis://host:6379/0, rediss://..., unix:///path") from None
    return Redis.from_pool(pool)
