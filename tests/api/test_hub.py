"""The hub and its readers: every event once and in order, however the reader comes, goes and lags."""

import asyncio
import random

import msgspec
import pytest

from agent.record.events import Event
from api import business_files
from api.frames import Frame, Topic, order, text
from api.hub import Hub
from api.masking import Masking
from api.own_events import OwnEvents
from api.reader import Gone, Reader
from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore, Entry
from tests.api.feeds import Teller, ids, read_until, until
from tests.conftest import RedisServer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("given", ["", "x", "1-", "-1", "1-2-3", "１-0", " 1-0", "1" * 30, "1.5", "-"])
def test_what_is_no_id_is_told_apart(given: str) -> None:
    assert order(given) is None


def test_ids_compare_as_numbers_not_as_text() -> None:
    assert order("999-10") == (999, 10)
    assert order("1000-2") == (1000, 2)
    assert order("7") == (7, 0)
    assert text((7, 3)) == "7-3"


@pytest.mark.parametrize("topic", [Topic("all"), Topic("call", "CA-random-1")])
async def test_cut_at_random_places_on_two_hubs_nothing_is_lost_doubled_or_reordered(store: CallStore, topic: Topic) -> None:
    """A reader that comes and goes on either hub while calls go on telling; the rings are so small that many replays come from the store."""
    chance = random.Random(7)
    hubs = [Hub(store, queue=8, ring=20), Hub(store, queue=8, ring=20)]
    for hub in hubs:
        await hub.start()
    tellers = [Teller(store, f"CA-random-{number}") for number in range(3)]
    told: list[str] = []
    enough = asyncio.Event()

    async def tell() -> None:
        while not enough.is_set():
            teller = chance.choice(tellers)
            event_id = await teller.tell()
            if topic.kind == "all" or teller.sid == topic.name:
                told.append(event_id)
            await asyncio.sleep(chance.random() * 0.003 if chance.random() < 0.3 else 0)

    telling = asyncio.create_task(tell())
    seen: list[str] = []
    for _ in range(100):
        reader = Reader(chance.choice(hubs), topic)
        reader.resume(seen[-1] if seen else "0-0")
        for _ in range(chance.randrange(1, 6)):
            seen += ids(await reader.next())
            await asyncio.sleep(chance.random() * 0.01 if chance.random() < 0.2 else 0)
        reader.close()
    enough.set()
    await telling
    reader = Reader(hubs[0], topic)
    reader.resume(seen[-1])
    while seen[-1] != told[-1]:
        seen += ids(await reader.next())
    assert seen == told
    assert len(seen) > 100
    for hub in hubs:
        await hub.close()


async def test_a_reader_that_lags_keeps_its_place_and_costs_no_memory(store: CallStore) -> None:
    hub = Hub(store, queue=10, ring=64)
    teller = Teller(store, "CA-lags")
    await teller.tell()
    await hub.start()
    slow, quick = Reader(hub, Topic("call", teller.sid)), Reader(hub, Topic("call", teller.sid))
    for reader in (slow, quick):
        reader.resume(teller.ids[0])
    waiting = asyncio.create_task(slow.next())
    got: list[str] = []
    most = 0
    for _ in range(300):
        got += await read_until(quick, await teller.tell())
        most = max(most, slow.waiting)
    assert got == teller.ids[1:]
    assert most <= 10
    assert slow.dropped == 1
    assert quick.dropped == 0
    assert ids(await waiting) + await read_until(slow, teller.ids[-1]) == teller.ids[1:]
    await hub.close()


async def test_a_hot_reader_that_overflows_is_replayed(store: CallStore) -> None:
    hub = Hub(store, queue=5)
    await hub.start()
    teller = Teller(store, "CA-hot")
    reader = Reader(hub, Topic("all"))
    reader.start((0, 0))
    await read_until(reader, await teller.tell())
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    assert reader.hot
    waiting.cancel()
    for _ in range(20):
        await teller.tell()
    await until(lambda: hub.head == order(teller.ids[-1]))
    assert (reader.dropped, reader.waiting, reader.hot) == (1, 0, False)
    assert await read_until(reader, teller.ids[-1]) == teller.ids[1:]
    await hub.close()


@pytest.mark.parametrize("ring", [2, 1000])
async def test_only_what_concerns_a_supervisor(store: CallStore, ring: int) -> None:
    hub = Hub(store, ring=ring)
    await hub.start()
    teller = Teller(store, "CA-agents")
    await teller.tell()
    wanted = [await teller.tell("status_change"), await teller.tell("new_message", agentId="kim")]
    await teller.tell("new_message", agentId="lee")
    wanted.append(await teller.tell("permission_request"))
    await teller.tell("progress")
    await until(lambda: hub.head == order(teller.ids[-1]))
    reader = Reader(hub, Topic("agent", "kim"))
    reader.start((0, 0))
    assert await read_until(reader, wanted[-1]) == wanted
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    await teller.tell("progress")
    last = await teller.tell("progress", agentId="kim")
    assert ids(await waiting) == [last]
    await hub.close()


async def test_an_id_that_was_never_given_is_gone(store: CallStore) -> None:
    hub = Hub(store)
    await hub.start()
    teller = Teller(store, "CA-never")
    await teller.tell()
    reader = Reader(hub, Topic("call", teller.sid))
    with pytest.raises(Gone, match="malformed"):
        reader.resume("1-2-3")
    reader.resume("99999999999999-0")
    with pytest.raises(Gone, match="unknown"):
        await reader.next()
    await hub.close()


async def test_a_reader_that_has_seen_more_than_this_process_gets_the_rest_alone(store: CallStore) -> None:
    hub = Hub(store)
    hub.ready = True
    teller = Teller(store, "CA-ahead")
    seen = [await teller.tell() for _ in range(3)]
    reader = Reader(hub, Topic("call", teller.sid))
    reader.resume(seen[-1])
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0.05)
    last = await teller.tell()
    await hub.start()
    hub.head = (0, 0)
    hub.publish((await store.events("", "0")).entries)
    assert last in ids(await waiting)
    assert not set(seen) & set(ids(await waiting))
    await hub.close()


async def test_events_of_this_process_alone(store: CallStore) -> None:
    """USE_REDIS_SSE=false: what this process commits is told, what others commit is not."""

    hub = Hub(store, follows=False)
    await hub.start()
    own = OwnEvents(store, hub.publish)
    reader = Reader(hub, Topic("all"))
    reader.start(hub.head)
    mine, theirs = Teller(own, "CA-mine"), Teller(store, "CA-theirs")
    await mine.tell()
    await theirs.tell()
    others = [Teller(own, f"CA-mine-{number}") for number in range(5)]
    await asyncio.gather(*(teller.tell() for teller in others))
    wanted = sorted([mine.ids[0], *(teller.ids[0] for teller in others)], key=lambda one: order(one) or (0, 0))
    assert await read_until(reader, wanted[-1]) == wanted
    await hub.close()


def test_a_viewer_gets_the_same_event_without_the_callers_values() -> None:
    data = msgspec.json.encode(Event(type="progress", payload={"callSid": "CA1", "slot": "phone", "value": "+12025550143"}, timestamp=1.5))
    frame = Frame((7, 0), Entry(id="7-0", sid="CA1", data=data))
    shown = frame.masked(Masking(business_files.load(None)).envelope)
    assert shown.startswith(b"id: 7-0\ndata: {")
    assert b"+12025550143" not in shown
    assert b'"slot":"phone"' in shown
    assert b"+12025550143" in frame.block


ODD_ENTRIES = {
    "deep": (b'{"a":' * 5000 + b"1" + b"}" * 5000, b"{}"),
    "deep enough for some": (b'{"a":' * 300 + b"1" + b"}" * 300, b"{}"),
    "no JSON": (b"\xff{", b"{}"),
    "nothing": (b"", b"{}"),
    "a list": (b"[1]", b"{}"),
    "half a character": (b'{"a":"\\ud800"}', '{"a":"\ufffd"}'.encode()),
    "no UTF-8": (b'{"a":"\xff"}', '{"a":"\ufffd"}'.encode()),
    "a number beyond numbers": (b'{"a":1e400}', b'{"a":null}'),
    "an event in an event": (b'{"a":1,\n\ndata: {"type":"reset"}}', b"{}"),
    "lines": (b'{"a":\r\n\r1}', b'{"a":1}'),
    "odd types": (b'{"type":["progress"],"payload":[{"agentId":{}}]}', b'{"type":["progress"],"payload":[{"agentId":{}}]}'),
    "an envelope": (b'{"type":"progress", "payload":{"callSid":"CA1"}}', b'{"type":"progress", "payload":{"callSid":"CA1"}}'),
}
"""What somebody else may put into the log, and what its readers are given of it."""


@pytest.mark.parametrize(("data", "shown"), ODD_ENTRIES.values(), ids=ODD_ENTRIES.keys())
def test_an_entry_is_one_line_of_json_for_everyone_whatever_it_holds(data: bytes, shown: bytes) -> None:
    frame = Frame((7, 0), Entry(id="7-0", sid="CA1", data=data))
    assert frame.block == b"id: 7-0\ndata: %b\n\n" % shown
    assert not frame.erases
    assert not frame.concerns_agent("kim")
    masked = frame.masked(Masking(business_files.load(None)).envelope)
    assert isinstance(msgspec.json.decode(masked.removeprefix(b"id: 7-0\ndata: ")), dict)
    assert masked.count(b"\n") == 3


async def test_an_entry_that_somebody_else_put_into_the_log_stops_nobody(
    redis_url: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither those who read when it comes, nor those who go on from before it; also while nothing of ours comes after it."""
    monkeypatch.setattr("api.hub.FOLLOW_S", 0.01)
    store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
    teller = Teller(store, "CA-ours")
    hub = Hub(store)
    first = await teller.tell()
    await hub.start()
    mask = Masking(business_files.load(None)).envelope
    readers = [Reader(hub, topic, masked) for topic in (Topic("all"), Topic("call", "CA-ours"), Topic("agent", "kim")) for masked in (None, mask)]
    for reader in readers:
        reader.start(hub.head)
    odd = ""
    for data, _ in ODD_ENTRIES.values():
        odd = redis_server.client.xadd("slotline:log", {"sid": "CA-ours", "data": data}).decode()
    await until(lambda: hub.head == order(odd))
    page = await store.follow(odd, 0)
    assert (page.entries, page.gone) == ((), "")
    ours = await teller.tell("status_change")
    for reader in readers:
        assert (await read_until(reader, ours))[-1] == ours
        reader.resume(first)
        assert (await read_until(reader, ours))[-1] == ours
    assert capsys.readouterr().err == ""
    await hub.close()
    await store.close()


@pytest.mark.parametrize("sid", ["CA1", ""])
async def test_what_somebody_else_put_into_the_log_of_an_erased_call_is_forgotten(store: CallStore, sid: str) -> None:
    hub = Hub(store)
    await hub.start()
    spoken = [{"payload": {"callSid": "CA1"}}, {"type": "status_change", "payload": {"callSid": "CA1", "status": "erased", "name": "Mary"}}]
    hub.publish(Entry(id=f"{hub.head[0] + number}-0", sid=sid, data=msgspec.json.encode(one)) for number, one in enumerate(spoken, start=1))
    hub.forget("CA1")
    assert hub._ring == []
    await hub.close()


async def test_a_fault_with_one_entry_is_told_once_and_passed_by(
    store: CallStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = Hub(store)
    await hub.start()
    teller = Teller(store, "CA-fault")
    reader = Reader(hub, Topic("all"))
    reader.start(hub.head)
    with monkeypatch.context() as broken:
        broken.setattr("api.hub.Frame", None)
        for _ in range(3):
            last = await teller.tell()
            await until(lambda last=last: hub.head == order(last))  # type: ignore[misc]
    assert capsys.readouterr().err.count("hub_publish") == 1
    with pytest.raises(Gone, match="unknown"):
        await reader.next()
    reader.rewind()
    reader.start(hub.head)
    last = await teller.tell()
    assert await read_until(reader, last) == [last]
    await hub.close()
