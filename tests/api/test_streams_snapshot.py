"""What a stream begins with, and the events after it: they fit, whatever happens while the snapshot is read."""

import asyncio
from collections.abc import Sequence

import pytest

from api.frames import Topic, order
from api.snapshot import snapshot
from storage.errors import StoreUnavailable
from storage.store import CallStore, Listed
from tests.api.feeds import Service, Teller, reading, until
from tests.conftest import Shelf

pytestmark = pytest.mark.anyio
ONE = Topic("call", "CA-fits")


class Away:
    """A store that cannot be reached until it is told so."""

    def __init__(self, store: CallStore) -> None:
        self._store = store
        self.back = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("away")

        return getattr(self._store, name) if self.back.is_set() else fail


async def test_a_stream_opened_while_the_store_is_away_waits_for_it(store: CallStore) -> None:
    away = Away(store)
    service = Service(away, heartbeat_s=0.04)  # type: ignore[arg-type]
    await service.hub.start()
    teller = Teller(store, "CA-away")
    last = await teller.tell()
    async with reading(service.app, "/calls/CA-away/events") as fresh, reading(service.app, "/events", "0-0") as resumed:
        for feed in (fresh, resumed):
            assert [(await feed.next()).type for _ in range(3)] == ["connected", "heartbeat", "heartbeat"]
        away.back.set()
        assert (await fresh.next("history")).id == last
        assert (await resumed.next("progress")).id == last
    await service.hub.close()


async def test_the_history_and_the_events_after_it_fit(store: CallStore) -> None:
    """Turns that come in while the snapshot is read are either in it or after it, never both, never neither."""
    teller = Teller(store, "CA-fits")
    await teller.tell()

    class Interrupted:
        """The call goes on between any two reads of the snapshot, a few times."""

        left = 3

        async def head(self, sid: str = "") -> str:
            return await store.head(sid)

        async def document(self, sid: str) -> bytes | None:
            found = await store.document(sid)
            if self.left:
                self.left -= 1
                await teller.tell()
            return found

    payload, covered = await snapshot(Interrupted(), ONE)  # type: ignore[arg-type]
    told = [line["message"] for line in payload["history"]]
    assert told == ["0", "1", "2", "3"]
    assert covered == teller.ids[3]


async def test_a_snapshot_that_is_always_interrupted_misses_nothing(store: CallStore) -> None:
    teller = Teller(store, "CA-fits")
    await teller.tell()

    class Interrupted:
        async def head(self, sid: str = "") -> str:
            return await store.head(sid)

        async def document(self, sid: str) -> bytes | None:
            found = await store.document(sid)
            await teller.tell()
            return found

    payload, covered = await snapshot(Interrupted(), ONE)  # type: ignore[arg-type]
    told = len(payload["history"])
    assert teller.ids.index(covered) == told - 1, "what is in the record and what comes after it meet"


async def test_a_turn_right_after_the_snapshot_was_read_is_told(store: CallStore) -> None:
    teller = Teller(store, "CA-right-after")
    await teller.tell()

    class Interrupted:
        reads = 0

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        async def head(self, sid: str = "") -> str:
            found = await store.head(sid)
            self.reads += bool(sid)
            if self.reads == 2:
                last = await teller.tell()
                await until(lambda: service.hub.head == order(last))
            return found

    service = Service(Interrupted())  # type: ignore[arg-type]
    await service.hub.start()
    async with reading(service.app, "/calls/CA-right-after/events") as feed:
        assert (await feed.next("history")).id == teller.ids[0]
        assert (await feed.next()).id == teller.ids[1]
    await service.hub.close()


async def test_a_document_nobody_can_read_is_an_empty_history(shelf: Shelf) -> None:
    store = await shelf.open()
    await shelf.put_document("CA-odd", b"\xff not json")
    payload, covered = await snapshot(store, Topic("call", "CA-odd"))
    assert (payload["callSid"], payload["history"], covered) == ("CA-odd", [], "0-0")
    await store.close()


async def test_the_open_calls_in_short_survive_a_strange_document() -> None:
    class Strange:
        async def head(self, sid: str = "") -> str:
            return "0-0"

        async def calls(self, status: str = "", before: str = "", count: int = 50) -> Sequence[Listed]:
            return [Listed(sid="CA1", status=status, document={"history": "gone", "createdAt": None, "user": [], "progress": 1, "from": {}})]

        async def how_many(self, status: str, since_ms: int = 0) -> int:
            return 0

    payload, _ = await snapshot(Strange(), Topic("all"))  # type: ignore[arg-type]
    assert [call["lastMessage"] for call in payload["calls"]] == [None, None, None]
