"""Who decides that Redis is away: by its silence, not by time that this process did not have."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from storage.away.breaker import PATIENT_S, Breaker
from storage.away.lived import SLICE_S, Lived, Waits
from storage.connect import probing
from storage.errors import StoreUnavailable
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[RedisServer]:
    found = RedisServer()
    yield found
    found.process.send_signal(signal.SIGCONT)
    found.close()


@asynccontextmanager
async def watched(probe: Callable[[], Awaitable[None]]) -> AsyncIterator[tuple[Breaker, list[bool]]]:
    """A breaker, and what it told."""
    told: list[bool] = []
    breaker = Breaker(probe, told=told.append)
    try:
        yield breaker, told
    finally:
        await breaker.close()


async def asked(breaker: Breaker, redis: Redis, times: int) -> None:
    for _ in range(times):
        async with breaker.passing():
            await redis.ping()


@pytest.mark.parametrize("between_s", [0.0, 0.001, 0.03])
async def test_a_loop_that_is_held_up_over_and_over_takes_nothing_for_away(server: RedisServer, between_s: float) -> None:
    async def hold_up() -> None:
        while True:
            time.sleep(0.4)  # noqa: ASYNC251 - that is the trouble
            await asyncio.sleep(between_s)

    async with watched(probing(server.url)) as (breaker, told), Redis.from_url(server.url) as redis:
        await asked(breaker, redis, 1)
        holding = asyncio.create_task(hold_up())
        await asked(breaker, redis, 5)
        breaker.suspect()
        assert await breaker.is_well()
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        assert told == []


STOPPED = """
import asyncio, sys
from redis.asyncio import Redis
from storage.away.breaker import Breaker
from storage.connect import probing

async def main(url):
    breaker = Breaker(probing(url), told=lambda away: print("away", away, flush=True))
    redis = Redis.from_url(url)
    reading = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    print("asks", flush=True)
    while not reading.done():
        async with breaker.passing():
            await redis.ping()
        breaker.suspect()
        await asyncio.sleep(0)
    print("ended", flush=True)
    await breaker.close()
    await redis.aclose()

asyncio.run(main(sys.argv[1]))
"""


def test_a_process_that_is_stopped_for_a_while_takes_nothing_for_away(server: RedisServer) -> None:
    with subprocess.Popen([sys.executable, "-c", STOPPED, server.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "asks\n"
        for stopped_s, runs_s in ((0.5, 0.02),) * 3 + ((0.12, 0.002),) * 30:  # at once, and bit by bit as on a starved machine
            child.send_signal(signal.SIGSTOP)
            time.sleep(stopped_s)
            child.send_signal(signal.SIGCONT)
            time.sleep(runs_s)
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.read() == "ended\n"


@pytest.mark.parametrize(("take_away", "within_s"), [(signal.SIGSTOP, 0.44), (signal.SIGKILL, 0.16)], ids=["hung", "killed"])
async def test_redis_is_away_within_a_moment_of_this_process(server: RedisServer, take_away: signal.Signals, within_s: float) -> None:
    async with watched(probing(server.url)) as (breaker, told), Redis.from_url(server.url) as redis:
        await asked(breaker, redis, 1)
        server.process.send_signal(take_away)
        if take_away == signal.SIGKILL:
            server.process.wait()
        over = asyncio.Event()
        timer = Lived(within_s, over.set)
        with suppress(StoreUnavailable):
            async with breaker.passing():
                await asyncio.Event().wait()  # as a command that nobody answers
        assert (told, over.is_set()) == ([True], False)
        timer.cancel()


async def lived(seconds: float) -> None:
    over = asyncio.Event()
    Lived(seconds, over.set)
    await over.wait()


async def test_a_redis_that_pauses_as_for_a_fork_is_not_away() -> None:
    async with watched(lambda: lived(0.2)) as (breaker, told):
        async with breaker.passing():
            await lived(0.3)
        assert await breaker.is_well()
        assert told == []


async def test_what_waits_for_something_to_happen_says_nothing_and_ends_with_redis() -> None:
    asked: list[int] = []

    async def probe() -> None:
        asked.append(1)
        raise StoreUnavailable("gone")

    async with watched(probe) as (breaker, _):
        waiting = asyncio.create_task(follow(breaker))
        await lived(0.4)
        assert (asked, waiting.done()) == ([], False)
        breaker.suspect()
        with pytest.raises(StoreUnavailable):
            await waiting


async def follow(breaker: Breaker) -> None:
    async with breaker.passing(waits=True):
        await asyncio.Event().wait()


async def test_it_is_away_for_good_when_a_more_patient_probe_has_failed_and_nobody_waits_after_that() -> None:
    answers = asyncio.Event()

    async def probe() -> None:
        await answers.wait()

    async with watched(probe) as (breaker, told):
        assert not await breaker.is_well()
        timer = Lived(PATIENT_S - 3 * SLICE_S, lambda: told.append(False))  # the verdict came before that
        assert await breaker.stays_away()
        timer.cancel()
        assert told == [True, False]
        waiting = asyncio.ensure_future(breaker.stays_away())
        await asyncio.sleep(0)
        assert waiting.done()
        answers.set()
        while breaker.away:  # noqa: ASYNC110 - a probe is on its way
            await asyncio.sleep(SLICE_S)
        assert not await breaker.stays_away()


async def test_a_redis_that_is_back_soon_was_not_away_for_good() -> None:
    answers = asyncio.Event()

    async def probe() -> None:
        await answers.wait()

    async with watched(probe) as (breaker, told):
        assert not await breaker.is_well()
        waiting = asyncio.ensure_future(breaker.stays_away())
        await lived(0.3)  # longer than the first probe had
        answers.set()
        assert not await waiting
        assert told == [True, False]


async def test_a_probe_that_fails_as_nobody_expected_is_a_failed_one_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    fails = True

    async def probe() -> None:
        if fails:
            raise AttributeError("secret")

    async with watched(probe) as (breaker, told), asyncio.timeout(PATIENCE_S):
        assert not await breaker.is_well()
        assert await breaker.stays_away()  # several probes later
        fails = False
        while breaker.away:  # noqa: ASYNC110 - a probe is on its way
            await asyncio.sleep(SLICE_S)
        assert await breaker.is_well()
        assert told == [True, False]
    assert [(one.message, getattr(one, "code", "")) for one in caplog.records] == [("Redis could not be probed", "AttributeError")]
    assert "secret" not in caplog.text


async def test_whoever_waits_for_the_verdict_is_told_when_it_is_closed() -> None:
    async with watched(asyncio.Event().wait) as (breaker, _):  # type: ignore[arg-type]
        waiting = asyncio.ensure_future(breaker.is_well())
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        assert not await waiting


async def test_each_who_waits_is_told_of_once_and_not_before_its_time() -> None:
    told: list[float] = []
    waits = Waits(5 * SLICE_S, lambda: told.append(time.monotonic()))
    began = {}
    for name in ("first", "in time", "second"):
        began[name] = time.monotonic()
        waits.begin(name)
        await lived(1.5 * SLICE_S)
    waits.end("in time")
    waits.end("nobody")
    await lived(9 * SLICE_S)
    assert len(told) == 2
    assert all(at - began[name] >= 4.9 * SLICE_S for name, at in zip(("first", "second"), told, strict=True))
    waits.end("first")
    waits.begin("first")
    await lived(9 * SLICE_S)
    assert len(told) == 3, "after nobody waited for a while as well"


async def test_who_is_cancelled_in_the_moment_in_which_redis_is_away_stays_cancelled() -> None:
    async def probe() -> None:
        raise StoreUnavailable("refused")

    async with watched(probe) as (breaker, _):
        asking = asyncio.ensure_future(asked_in_vain(breaker))
        await asyncio.sleep(0)
        breaker.doubt(StoreUnavailable("OOM command not allowed"))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        with pytest.raises(StoreUnavailable):
            await asked_in_vain(breaker)


async def asked_in_vain(breaker: Breaker) -> None:
    async with breaker.passing():
        await asyncio.Event().wait()
