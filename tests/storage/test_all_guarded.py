"""Whatever is asked of a store whose Redis is away is answered by the journal, or fails at once; nothing waits for Redis."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest

from agent.record.appointment import Appointment
from storage.away.spare import Spare
from storage.errors import StaleCall, StoreUnavailable
from storage.keys import Ttl
from storage.store import CallStore, Change
from tests.patience import PATIENCE_S
from tests.storage.calls import new_call

pytestmark = pytest.mark.anyio
METHODS = sorted(name for name, method in inspect.getmembers(CallStore, inspect.isfunction) if not name.startswith("_") and name != "close")
WAITS = ("follow", "published")
"""Nothing that they do not hear says that Redis is away."""
GIVEN: dict[str, Any] = {"str": "CA1", "int": 60, "float": 1.0, "bytes": b"{}", "Sequence[str]": (), "Change": Change(before=None, after=new_call())}
GIVEN["Mapping[str, tuple[int, int, int]]"] = {}


class Silent:
    """A Redis that takes whatever it is sent, and never answers."""

    survives_restart = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.probes = 0

    def __getattr__(self, name: str) -> Any:
        async def ask(*given: Any, **named: Any) -> Any:
            self.asked.append(name)
            await asyncio.Event().wait()

        return ask

    async def published(self) -> AsyncIterator[Any]:
        self.asked.append("published")
        await asyncio.Event().wait()
        yield

    async def probe(self) -> None:
        self.probes += 1
        raise StoreUnavailable("no answer")

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def host(data: Path) -> AsyncIterator[tuple[Spare, Silent]]:
    redis = Silent()
    spare = Spare(cast(CallStore, redis), redis.probe, data, Ttl())
    try:
        yield spare, redis
    finally:
        await spare.store.close()


async def ask(store: CallStore, name: str) -> None:
    """Ask for something; it may fail as of a Redis that is away, but must not wait."""
    method = getattr(store, name)
    appointment = cast(Appointment, None)  # nobody gets to look at it
    given = [
        appointment if one.annotation in ("Appointment", Appointment) else GIVEN[inspect.formatannotation(one.annotation).split(".")[-1]]
        for one in inspect.signature(method).parameters.values()
        if one.default is inspect.Parameter.empty
    ]
    with suppress(StoreUnavailable, StaleCall):
        if name == "published":
            async for _ in method():
                pass
        else:
            await method(*given)


@pytest.mark.parametrize("name", METHODS)
async def test_while_it_is_away_nothing_is_asked_of_it(tmp_path: Path, name: str) -> None:
    async with host(tmp_path) as (spare, redis):
        assert not await spare.breaker.is_well()
        async with asyncio.timeout(PATIENCE_S):
            await ask(spare.store, name)
        assert redis.asked == []


@pytest.mark.parametrize("name", METHODS)
async def test_who_waits_for_it_is_told_by_the_first_probe(tmp_path: Path, name: str) -> None:
    async with host(tmp_path) as (spare, redis):
        asking = asyncio.create_task(ask(spare.store, name))
        while not redis.asked:  # noqa: ASYNC110 - it may begin in the journal's thread
            await asyncio.sleep(0)
        assert not asking.done()
        if name in WAITS:
            spare.breaker.suspect()
        async with asyncio.timeout(PATIENCE_S):
            await asking
        assert (redis.asked, spare.breaker.away) == ([name], True)


@pytest.mark.parametrize("name", METHODS)
async def test_who_is_refused_leaves_it_to_the_breaker(tmp_path: Path, name: str) -> None:
    async with host(tmp_path) as (spare, redis):
        redis.__dict__[name] = refusing(name)
        await ask(spare.store, name)
        assert spare.breaker.away or redis.probes


def refusing(name: str) -> Any:
    async def refuse(*given: Any, **named: Any) -> None:
        raise StoreUnavailable("OOM command not allowed")

    async def refuse_all() -> AsyncIterator[None]:
        raise StoreUnavailable("OOM command not allowed")
        yield

    return refuse_all if name == "published" else refuse
