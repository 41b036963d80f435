"""Connections to Redis that all tasks share.

How it works. A command is written as soon as the event loop comes round, together with the others given meanwhile, and answers come back in the
order of the commands; so a command costs much less than when each takes a connection out of a pool for itself. There are a few lines and not one,
because Redis reads 16 KiB of a connection at a time and waits for the disk after each round: on several lines more steps share one wait. What
waits inside Redis keeps everything behind it waiting, so it has lines of its own.

A task that is cancelled leaves its command running: its answer is read and dropped.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

import hiredis
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.connection import parse_url
from redis.exceptions import BusyLoadingError, NoScriptError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from storage.patience import SECOND_LOOK_S, patience

LINES = 16
"""At most, in one process."""
BUSY = 3
"""Commands on each line, from which on another is laid."""


Told = Callable[[float, bool], None]
"""Told of a round trip: how many seconds it took, and whether Redis answered."""


class Sender(Protocol):
    """Whatever takes commands to Redis."""

    async def send(self, *parts: Any) -> Any:
        """The answer to a command, as Redis gives it. Raises what redis-py raises, or TimeoutError."""

    async def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to commands that Redis carries out in this order, over one connection. Raises as `send` does."""

    async def close(self) -> None: ...


def can_reach(url: str) -> bool:
    """Whether a line can be laid to `url`: TLS is left to redis-py."""
    return url.startswith(("redis://", "unix://"))


class Lines:
    """Sends commands to the Redis at `url`; connects when first needed, and again when a connection broke."""

    def __init__(self, url: str, *, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self._where: Any = parse_url(url)
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._wires: list[_Wire] = []
        self._laying = asyncio.Lock()

    async def send(self, *parts: Any) -> Any:
        """The answer to a command, as Redis gives it. Raises what redis-py raises."""
        return await (await self._wire()).ask(parts)

    async def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        wire = await self._wire()
        return await asyncio.gather(*(wire.ask(parts) for parts in commands))

    async def close(self) -> None:
        while self._wires:
            self._wires.pop().hang_up()

    async def _wire(self) -> "_Wire":
        """The one to use next; another is laid when all are busy."""
        wire = self._free()
        if wire is None or (wire.busy >= BUSY and len(self._wires) < LINES and not self._laying.locked()):
            wire = await self._lay()
        return wire

    def _free(self) -> "_Wire | None":
        """The line with the fewest commands on it; the first of those, so that a quiet service uses one."""
        if any(wire.broken for wire in self._wires):
            self._wires = [wire for wire in self._wires if not wire.broken]
        return min(self._wires, key=lambda wire: wire.busy, default=None)

    async def _lay(self) -> "_Wire":
        async with self._laying:
            wire = self._free()
            if wire is not None and wire.busy < BUSY:
                return wire
            loop = asyncio.get_running_loop()
            where = self._where
            try:
                async with patience(self._connect_timeout_s):
                    make = lambda: _Wire(loop, self._answer_timeout_s)  # noqa: E731 - the event loop wants a factory
                    if "path" in where:
                        _, wire = await loop.create_unix_connection(make, where["path"])
                    else:
                        _, wire = await loop.create_connection(make, where.get("host", "localhost"), int(where.get("port", 6379)))
            except TimeoutError:
                raise RedisTimeoutError("no connection in time") from None
            except OSError as error:
                raise RedisConnectionError(f"no connection: {error.strerror}") from None
            try:
                if where.get("password"):
                    await wire.ask(("AUTH", *((where["username"],) if where.get("username") else ()), where["password"]))
                if where.get("db"):
                    await wire.ask(("SELECT", where["db"]))
            except BaseException:
                wire.hang_up()
                raise
            self._wires.append(wire)
            return wire


class Timed:
    """The same over another, with every round trip told."""

    def __init__(self, sender: Sender, told: Told) -> None:
        self._sender, self._told = sender, told

    async def send(self, *parts: Any) -> Any:
        return await self._told_of(self._sender.send(*parts))

    async def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        answers: list[Any] = await self._told_of(self._sender.together(commands))
        return answers

    async def _told_of(self, answer: Awaitable[Any]) -> Any:
        began = time.perf_counter()
        answered = True
        try:
            return await answer
        except (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError):
            answered = False
            raise
        finally:
            self._told(time.perf_counter() - began, answered)

    async def close(self) -> None:
        await self._sender.close()


def timed(sender: Sender, told: Told | None) -> Sender:
    return Timed(sender, told) if told else sender


class Pooled:
    """The same over redis-py, a connection for each command: it speaks TLS. `redis` does not time out by itself."""

    def __init__(self, redis: Redis, *, answer_timeout_s: float) -> None:
        self._redis = redis
        self._send: Callable[..., Awaitable[Any]] = redis.execute_command
        self._answer_timeout_s = answer_timeout_s

    async def send(self, *parts: Any) -> Any:
        async with patience(self._answer_timeout_s):
            return await self._send(*parts)

    async def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        async with patience(self._answer_timeout_s), self._redis.pipeline(transaction=False) as pipe:
            for parts in commands:
                pipe.execute_command(*parts)
            answers: list[Any] = await pipe.execute()
            return answers

    async def close(self) -> None:
        await self._redis.aclose()


class Roomy:
    """Sends commands to a cluster, at most so many at a time. `cluster` times out by itself, since that is how it notices that a node is gone."""

    def __init__(self, cluster: RedisCluster, connections: int) -> None:
        self._cluster = cluster
        self._room = asyncio.Semaphore(connections)

    async def send(self, *parts: Any) -> Any:
        async with self._room:
            return await self._cluster.execute_command(*parts)

    async def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        return [await self.send(*parts) for parts in commands]

    async def close(self) -> None:
        await self._cluster.aclose()


class _Wire(asyncio.Protocol):
    """One connection: commands out, answers in, in the same order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer_timeout_s: float) -> None:
        self.broken = False
        self._loop = loop
        self._timeout_s = answer_timeout_s
        self._reader = hiredis.Reader(replyError=_error)
        self._transport: asyncio.Transport | None = None
        self._going: list[bytes] = []
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._overdue: object = None
        """What was found to wait too long when this was last looked at."""

    @property
    def busy(self) -> int:
        """How many commands have no answer yet."""
        return len(self._waiting)

    def ask(self, parts: Sequence[Any]) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = self._loop.create_future()
        if self.broken:
            answer.set_exception(RedisConnectionError("the connection is closed"))
            return answer
        if not self._going:
            self._loop.call_soon(self._go)
        self._going.append(hiredis.pack_command(tuple(parts)))
        self._waiting.append((time.monotonic(), answer))
        if self._watch is None:
            self._watch = self._loop.call_later(self._timeout_s, self._look)
        return answer

    def hang_up(self) -> None:
        self._break(RedisConnectionError("the connection was closed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not False:
                _, waiting = self._waiting.popleft()
                if waiting.done():
                    continue
                if isinstance(answer, RedisError):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)
        except (hiredis.ProtocolError, IndexError):
            self._break(RedisConnectionError("not the answers of a Redis server"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(RedisConnectionError("the connection was lost"))

    def _go(self) -> None:
        going, self._going = self._going, []
        if self._transport is not None and not self.broken:
            self._transport.write(b"".join(going))

    def _look(self) -> None:
        """Give the connection up when its oldest command has waited too long, and is still waiting a moment later."""
        self._watch = None
        if not self._waiting:
            return
        oldest = self._waiting[0]
        left = oldest[0] + self._timeout_s - time.monotonic()
        if left > 0:
            self._watch = self._loop.call_later(left, self._look)
        elif self._overdue is not oldest:
            self._overdue = oldest
            self._watch = self._loop.call_later(SECOND_LOOK_S, self._look)
        else:
            self._break(RedisTimeoutError("no answer in time"))

    def _break(self, error: Exception) -> None:
        self.broken = True
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        while self._waiting:
            _, waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(error)
        if self._transport is not None:
            self._transport.abort()
            self._transport = None


def _error(message: str) -> RedisError:
    kinds = {"NOSCRIPT": NoScriptError, "LOADING": BusyLoadingError}
    return kinds.get(message.partition(" ")[0], ResponseError)(message)
