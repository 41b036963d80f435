"""Who reads a call, whichever process they read it from."""

import asyncio
from typing import Any

import msgspec
import pytest

from api.readership import Readership
from storage.store import CallStore
from tests.api.feeds import Feed, Service, Teller, asked, reading
from tests.conftest import Shelf
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(request.getfixturevalue(f"{request.param}_url"))


async def health(service: Service) -> dict[str, Any]:
    feed = Feed()
    await service.app(asked("/calls/CA1/events/health"), feed.receive, feed.send)
    found: dict[str, Any] = msgspec.json.decode(feed.raw or feed._rest)
    return found


async def counted(service: Service, readers: int) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while (found := await health(service))["readers"] != readers:  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.01)
    return found


async def test_the_readers_of_every_process_are_counted(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.readership.LOOK_S", 0.02)
    one, two = Service(await shelf.open()), Service(await shelf.open())
    await Teller(one.store, "CA1").tell()
    for service in (one, two):
        await service.hub.start()
    async with reading(one.app, "/calls/CA1/events"), reading(two.app, "/calls/CA1/events"), reading(two.app, "/events"):
        async with reading(two.app, "/calls/CA1/events"):
            assert (await counted(one, 3))["readersHere"] == 1
            assert (await counted(two, 3))["readersHere"] == 2
        await counted(one, 2)
    await two.hub.close()
    await counted(one, 0)
    await one.hub.close()
    assert await one.store.readers("CA1") == {}
    for service in (one, two):
        await service.store.close()


async def test_a_process_that_is_gone_is_forgotten(store: CallStore) -> None:
    await store.note_readers("gone", {"CA1": (2, 1, 0), "CA2": (1, 0, 0)})
    assert await store.readers("CA1") == {"gone": (2, 1, 0)}
    await store.note_readers("gone", {"CA2": (1, 0, 0)})
    assert (await store.readers("CA1"), await store.readers("CA2")) == ({}, {"gone": (1, 0, 0)})
    await store.note_readers("gone", {})
    assert await store.readers("CA2") == {}


async def test_it_is_forgotten_by_itself(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.listening.READERS_MS", 50)
    store = await Shelf(redis_url).open()
    await store.note_readers("dies", {"CA1": (2, 1, 0)})
    await asyncio.sleep(0.1)
    assert await store.readers("CA1") == {}
    await store.close()


async def test_nothing_is_said_while_nobody_reads() -> None:
    class Silent:
        store = None

        def all_readers(self) -> list[Any]:
            return []

    await Readership(Silent()).leave()  # type: ignore[arg-type]
