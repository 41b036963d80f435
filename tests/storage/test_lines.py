"""The connections that all tasks share: every task gets its own answer, whatever happens to the others."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from storage.lines import LINES, Lines, Pooled, Sender, can_reach
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


def laid(url: str, answer_timeout_s: float = PATIENCE_S) -> Lines:
    return Lines(url, connect_timeout_s=PATIENCE_S, answer_timeout_s=answer_timeout_s)


@pytest.fixture
async def lines(redis_url: str) -> AsyncIterator[Lines]:
    made = laid(redis_url)
    yield made
    await made.close()


async def test_everybody_gets_the_answer_to_their_own_command(lines: Lines) -> None:
    async def ask(number: int) -> bool:
        return bool(await lines.send("ECHO", number) == b"%d" % number)

    assert all(await asyncio.gather(*(ask(number) for number in range(2000))))


async def test_a_quiet_service_uses_one_connection_and_a_busy_one_a_few(lines: Lines, redis_url: str) -> None:
    def connections() -> int:
        with redis.Redis.from_url(redis_url) as client:
            return len([one for one in client.client_list() if one["cmd"] == "echo"])

    for number in range(20):
        await lines.send("ECHO", number)
    assert connections() == 1
    for _ in range(3):
        await asyncio.gather(*(lines.send("ECHO", number) for number in range(500)))
    assert 1 < connections() <= LINES


async def test_errors_go_to_whom_they_belong(lines: Lines) -> None:
    commands = (("ECHO", "a"), ("NONSENSE",), ("EVALSHA", "0" * 40, 0), ("GET", "a"))
    found = await asyncio.gather(*(lines.send(*parts) for parts in commands), return_exceptions=True)
    assert found[0] == b"a"
    assert isinstance(found[1], ResponseError)
    assert isinstance(found[2], NoScriptError)
    assert found[3] is None


async def test_a_cancelled_task_leaves_the_others_their_answers(lines: Lines) -> None:
    tasks = [asyncio.create_task(lines.send("ECHO", number)) for number in range(10)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.wait(tasks)
    assert [task.result() for task in tasks[1::2]] == [b"%d" % number for number in range(1, 10, 2)]
    assert await lines.send("ECHO", "on") == b"on"


async def test_a_broken_connection_fails_what_was_on_it_and_nothing_later(lines: Lines, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.execute_command("CLIENT", "PAUSE", 1000 * int(PATIENCE_S), "WRITE")
        waiting = [asyncio.create_task(lines.send("SET", "a", number)) for number in range(3)]
        while not any(wire.busy == 3 and not wire._going for wire in lines._wires):  # noqa: ASYNC110 - until they are on their way
            await asyncio.sleep(0)
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        found = await asyncio.gather(*waiting, return_exceptions=True)
        client.execute_command("CLIENT", "UNPAUSE")
    assert {type(one) for one in found} == {RedisConnectionError}
    assert await lines.send("ECHO", "on") == b"on"


async def test_a_silent_server_is_given_up_in_time(redis_url: str) -> None:
    lines = laid(redis_url, answer_timeout_s=0.1)
    with redis.Redis.from_url(redis_url) as client:
        client.execute_command("CLIENT", "PAUSE", 1000 * int(PATIENCE_S), "WRITE")
        found = await asyncio.gather(lines.send("SET", "a", 1), lines.send("SET", "a", 2), return_exceptions=True)
        client.execute_command("CLIENT", "UNPAUSE")
    assert {type(one) for one in found} == {RedisTimeoutError}
    lines._answer_timeout_s = PATIENCE_S
    assert await lines.send("PING") == b"PONG"
    await lines.close()


async def test_nobody_there_is_told(tmp_path: Path) -> None:
    lines = laid(f"unix://{tmp_path}/none.sock")
    with pytest.raises(RedisConnectionError):
        await lines.send("PING")
    await lines.close()


async def test_what_is_no_redis_is_told(tmp_path: Path) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(babble, tmp_path / "odd.sock")
    lines = laid(f"unix://{tmp_path}/odd.sock")
    with pytest.raises(RedisConnectionError):
        await lines.send("PING")
    await lines.close()
    server.close()


async def test_password_and_database_of_the_url_count() -> None:
    server = RedisServer("--requirepass", "right")
    lines = laid(f"{server.url}?password=right&db=3")
    await lines.send("SET", "a", 1)
    with redis.Redis.from_url(f"{server.url}?password=right&db=3") as client:
        assert client.get("a") == b"1"
    wrong = laid(f"{server.url}?password=wrong")
    with pytest.raises(ResponseError):
        await wrong.send("PING")
    for one in (lines, wrong):
        await one.close()
    server.close()


@pytest.mark.parametrize("made", [laid, lambda url: pooled(url, PATIENCE_S)])
async def test_together_means_in_order_and_nothing_between(redis_url: str, made: Callable[[str], Sender]) -> None:
    sender = made(redis_url)
    reads = [asyncio.create_task(sender.together([("BLPOP", "list", PATIENCE_S), ("GET", "key"), ("INCR", "reads")])) for _ in range(3)]
    await asyncio.sleep(0)
    async with Redis.from_url(redis_url) as client:
        for value in (b"a", b"b", b"c"):
            await client.mset({"key": value})
            await client.rpush("list", value)
    found = await asyncio.gather(*reads)
    assert sorted(popped[1] for popped, _, _ in found) == [b"a", b"b", b"c"]
    assert sorted(read for _, _, read in found) == [1, 2, 3]
    assert all(later >= popped[1] for popped, later, _ in found), "what is read behind a wait is newer than the wait"
    await sender.close()


async def test_a_read_that_nobody_waits_for_any_more_keeps_no_other(lines: Lines, redis_url: str) -> None:
    left = asyncio.create_task(lines.together([("BLPOP", "never", 0), ("GET", "x"), ("GET", "x")]))
    async with Redis.from_url(redis_url) as client:
        while (await client.info("clients"))["blocked_clients"] == 0:  # noqa: ASYNC110 - Redis knows, and nothing here
            await asyncio.sleep(0)
    left.cancel()
    assert await lines.together([("ECHO", "a"), ("ECHO", "b")]) == [b"a", b"b"]


def test_tls_is_left_to_redis_py() -> None:
    assert can_reach("redis://localhost")
    assert can_reach("unix:///nowhere/x.sock")
    assert not can_reach("rediss://localhost")


def pooled(url: str, answer_timeout_s: float) -> Pooled:
    return Pooled(Redis.from_url(url, socket_timeout=None), answer_timeout_s=answer_timeout_s)


@pytest.mark.parametrize("made", [laid, pooled])
def test_what_came_while_this_process_stood_still_is_read(redis_url: str, made: Callable[[str, float], Sender]) -> None:
    """An answer comes and the time for it passes while the loop does not run; uvloop then looks at its clock before it looks at its sockets."""
    uvloop = pytest.importorskip("uvloop")
    sender = made(redis_url, 2.0)
    with redis.Redis.from_url(redis_url) as client, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:

        async def ask() -> asyncio.Task[Any]:
            asked = asyncio.create_task(sender.send("BLPOP", "list", 0))
            while client.info("clients")["blocked_clients"] == 0:  # noqa: ASYNC110 - Redis knows, and nothing here
                await asyncio.sleep(0)
            return asked

        async def answer(asked: asyncio.Task[Any]) -> Any:
            return await asked

        asked = runner.run(ask())
        client.lpush("list", "a")
        time.sleep(2.1)
        found = runner.run(answer(asked))
        runner.run(sender.close())
    assert tuple(found) == (b"list", b"a")
