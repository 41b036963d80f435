"""What must hold on any machine, however slow: nothing is lost, doubled or late, through cuts and killed workers; who stalls is noticed soon."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.streams.readers import Follower, until
from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.feeds import Teller
from tests.api.processes import Running, living, serving
from tests.conftest import RedisServer

SIDS = ("CA-0", "CA-1", "CA-2")
PATHS = ("/calls/CA-0/events", "/events", "/calls/CA-1/events")
VALUE = "v" * 120
"""Makes an event some 320 bytes on the wire."""
ROOM = ("SLOTLINE_READERS", "SLOTLINE_READERS_PER_TOKEN", "SLOTLINE_CONNECTIONS")
NOTICED = 750
"""Events after which a reader that stalls must be known."""


class Stood(NamedTuple):
    what: str
    figures: str
    holds: bool


class Stage(NamedTuple):
    running: Running
    tellers: tuple[Teller, ...]

    def log(self, path: str) -> list[str]:
        """The ids of a stream's events so far, in order."""
        ids = [one for teller in self.tellers if path == "/events" or teller.sid in path for one in teller.ids]
        return sorted(ids, key=lambda one: tuple(int(part) for part in one.split("-")))


@asynccontextmanager
async def stage(workers: int) -> AsyncIterator[Stage]:
    redis = RedisServer()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
            serving(Path(folder), "--workers", str(workers), anew=True, REDIS_URL=redis.url, **dict.fromkeys(ROOM, "20000")) as running,
        ):
            store: CallStore = await connect(redis.url, channel_prefix="sse:", ttl=Ttl())
            made = Stage(running, tuple(Teller(store, sid) for sid in SIDS))
            for teller in made.tellers:
                await teller.tell()
            yield made
            await store.close()
    finally:
        redis.close()


async def deliveries(readers: int, events: int, workers: int = 1) -> Stood:
    """Readers of one call and of all, each given every event."""
    async with stage(workers) as made:
        followers = [Follower(made.running.port, PATHS[number % 2]) for number in range(readers)]
        for follower in followers:
            await follower.open()
        await until(lambda: all(follower.begun for follower in followers))
        for number in range(events):
            await made.tellers[number % 2].tell(value=VALUE)
        wrong = await settled(made, followers)
        straight = made.running.http.get("/calls/CA-0/events/health").json()["log"]["straight"]  # at the worker that happens to be asked
        count = sum(len(follower.ids) for follower in followers)
        for follower in followers:
            follower.cut()
        figures = f"{count} deliveries to {readers} readers on {workers}: {wrong} without exactly the log; {straight} written to straight at one"
        return Stood("deliveries", figures, wrong == 0 and (straight == readers if workers == 1 else straight > 0))


async def stalls(count: int, most: int) -> Stood:
    """Readers that stop reading while one goes on: how many events it takes until the service knows, and what they have when they read on."""
    async with stage(1) as made:
        followers = [Follower(made.running.port, PATHS[0]) for _ in range(count + 1)]
        for follower in followers:
            await follower.open()
        await until(lambda: all(follower.begun for follower in followers))
        quick, *slow = followers

        def straight() -> int:
            found: int = made.running.http.get("/calls/CA-0/events/health").json()["log"]["straight"]
            return found

        await until(lambda: straight() == count + 1)
        for follower in slow:
            follower.stall()
        told = 0
        while told < most and straight() > 1:
            for _ in range(25):
                last = await made.tellers[0].tell(value=VALUE)
            told += 25
            await until(lambda last=last: quick.last == last)  # type: ignore[misc]
        noticed = told
        for _ in range(300):  # far beyond their queues
            await made.tellers[0].tell(value=VALUE)
        health = made.running.http.get("/calls/CA-0/events/health").json()
        for follower in slow:
            follower.read_on()
        wrong = await settled(made, followers)
        for follower in followers:
            follower.cut()
        figures = f"{count} readers noticed within {noticed} events, {health['dropped']} queues dropped; read on, {wrong} without exactly the log"
        return Stood("stalled", figures, noticed <= NOTICED and wrong == 0 and max(health["queues"]) <= health["queueLimit"])


async def reconnects(times: int, readers: int, kill_every: int, seed: int) -> Stood:
    """Readers cut at random places that move between two workers while calls go on, and now and then a worker is killed."""
    chance = Random(seed)
    async with stage(2) as made:
        followers = [Follower(made.running.port, PATHS[number % len(PATHS)]) for number in range(readers)]
        left, killed, enough = times, 0, asyncio.Event()

        async def tell() -> None:
            while not enough.is_set():
                await chance.choice(made.tellers).tell(value=VALUE)
                await asyncio.sleep(chance.random() * 0.004)

        async def once(follower: Follower, cut_after: int) -> bool:
            try:
                await follower.open(cut_after)
            except OSError:  # both workers are about to come back
                await asyncio.sleep(0.05)
                return False
            await follower.gone.wait()
            return True

        async def follow(follower: Follower) -> None:
            nonlocal left
            while left > 0:
                left -= await once(follower, chance.randrange(1, 30))

        async def stay(follower: Follower) -> None:
            """To the end, also when the worker it came to is the one that was just killed."""
            while True:
                await once(follower, 0)

        def workers() -> list[int]:
            return [event["pid"] for event in made.running.events if event["event"] == "started" and living(event["pid"])]

        async def kill() -> None:
            nonlocal killed
            for mark in range(times - kill_every, 0, -kill_every):
                await until(lambda mark=mark: left <= mark and len(workers()) == 2)  # type: ignore[misc]
                os.kill(chance.choice(workers()), signal.SIGKILL)
                killed += 1

        telling = asyncio.create_task(tell())
        for follower in followers:  # once to its end, so that each has a place to go on from
            await follower.open()
        await until(lambda: all(follower.begun for follower in followers))
        for follower in followers:
            follower.cut()
            await follower.gone.wait()
        killing = asyncio.create_task(kill())
        await asyncio.gather(*(follow(follower) for follower in followers))
        await killing
        enough.set()
        await telling
        staying = [asyncio.create_task(stay(follower)) for follower in followers]
        wrong = await settled(made, followers)
        for task in staying:
            task.cancel()
        resets, count = sum(follower.resets for follower in followers), sum(len(follower.ids) for follower in followers)
        for follower in followers:
            follower.cut()
        figures = f"{times} of {readers} readers on two workers, {killed} killed, {count} deliveries: {wrong} without exactly the log, {resets} reset"
        return Stood("reconnects", figures, wrong == 0 and resets == 0 and killed > 0)


async def settled(made: Stage, followers: list[Follower]) -> int:
    """How many readers do not have exactly the log after their snapshot, once all of it has arrived or nothing more comes."""
    ends = {path: made.log(path)[-1] for path in PATHS}
    with suppress(TimeoutError):
        await until(lambda: all(follower.last == ends[follower.path] for follower in followers))
    logs = {path: made.log(path) for path in PATHS}
    return sum(follower.ids != logs[follower.path][logs[follower.path].index(follower.begun) + 1 :] for follower in followers)
