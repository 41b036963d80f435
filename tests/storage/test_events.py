"""Events: one order for all calls, nothing lost in silence."""

import asyncio
import json
import random

import pytest
import redis

from storage import ids
from storage.keys import Ttl
from storage.store import CallStore, Entry, Page
from tests.conftest import Shelf
from tests.patience import PATIENCE_S
from tests.storage.calls import begin, event, step

pytestmark = pytest.mark.anyio


def numbers(entries: tuple[Entry, ...]) -> list[int]:
    return [json.loads(entry.data)["payload"]["n"] for entry in entries]


async def everything(store: CallStore, sid: str = "", after: str = "0", count: int = 7) -> list[Entry]:
    found: list[Entry] = []
    while page := (await store.events(sid, after, count)).entries:
        found += page
        after = page[-1].id
    return found


async def test_an_event_is_one_line_of_json_in_both_logs_under_one_id(store: CallStore) -> None:
    was = await begin(store, events=(event(1, message="two\nlines"), event(2, "status_change")))
    assert len(was.event_ids) == 2
    own, shared = (await store.events("CA1", "0")).entries, (await store.events("", "0")).entries
    assert own == shared
    assert tuple(one.id for one in own) == was.event_ids
    assert {one.sid for one in own} == {"CA1"}
    assert b"\n" not in own[0].data
    assert json.loads(own[0].data) == {
        "type": "progress",
        "payload": {"n": 1, "message": "two\nlines"},
        "timestamp": 1772413201.123,
        "source": "agent",
    }
    assert await store.head("CA1") == await store.head() == was.event_ids[-1]


async def test_each_call_has_its_own_and_the_log_has_all_in_order(store: CallStore) -> None:
    calls = {sid: await begin(store, sid) for sid in ("A", "B", "C")}
    for number in range(60):
        sid = "ABC"[number % 3]
        calls[sid] = await step(store, calls[sid], events=(event(number),))
    assert numbers(tuple(await everything(store))) == list(range(60))
    assert numbers(tuple(await everything(store, "B"))) == list(range(1, 60, 3))
    ids = [tuple(map(int, one.id.split("-"))) for one in await everything(store)]
    assert ids == sorted(set(ids))


async def test_a_reader_that_comes_back_at_any_id_misses_nothing(store: CallStore) -> None:
    was = await begin(store)
    for number in range(0, 40, 2):
        was = await step(store, was, events=(event(number), event(number + 1)))
    all_of_them = await everything(store)
    chance = random.Random(1)
    for sid in ("", "CA1"):
        for _ in range(30):
            at = chance.randrange(len(all_of_them))
            assert await everything(store, sid, all_of_them[at].id, chance.randint(1, 9)) == all_of_them[at + 1 :]


async def pages_after(store: CallStore, after: str) -> list[Page]:
    """What the log, a call and a follower are given after an id."""
    return [await store.events("", after), await store.events("CA1", after), await store.follow(after, 0.01)]


NEVER_GIVEN = ["", "x", "-", "1-2-3", "0x1", "99999999999999999999-0", "18446744073709551615-18446744073709551615", "9" * 400, "٣-٠"]


@pytest.mark.parametrize("after", NEVER_GIVEN)
async def test_an_id_that_never_was_is_unknown(store: CallStore, after: str) -> None:
    await begin(store, events=(event(),))
    for page in await pages_after(store, after):
        assert (page.entries, page.gone) == ((), "unknown")


async def test_an_id_ahead_of_everything_is_unknown(store: CallStore) -> None:
    was = await begin(store, events=(event(),))
    ahead = f"{int(was.event_ids[0].split('-')[0]) + 60_000}-0"
    for page in await pages_after(store, ahead):
        assert page.gone == "unknown"


async def test_an_id_of_an_emptied_store_is_unknown(store: CallStore) -> None:
    for page in await pages_after(store, "1772413200123-0"):
        assert page.gone == "unknown"
    for page in await pages_after(store, "0"):
        assert (page.entries, page.gone) == ((), "")


async def test_an_id_from_before_the_store_began_is_told_as_lost(store: CallStore) -> None:
    await begin(store, events=(event(),))
    for page in await pages_after(store, "1700000000000-0"):
        assert page.gone == "trimmed"


async def test_a_quiet_calls_reader_may_stand_where_the_log_is(store: CallStore) -> None:
    await begin(store, "A", events=(event(),))
    later = await begin(store, "B", events=(event(), event()))
    page = await store.events("A", later.event_ids[-1])
    assert (page.entries, page.gone) == ((), "")


async def test_events_of_a_call_that_is_gone_are_told_as_expired(store: CallStore) -> None:
    was = await begin(store, events=(event(),))
    await begin(store, "CA2", events=(event(),))
    await store.erase("CA1")
    assert (await store.events("CA1", was.event_ids[0])).gone == "expired"


async def test_a_call_begun_anew_does_not_go_on_where_the_erased_one_was(store: CallStore) -> None:
    was = await begin(store, events=(event(1), event(2)))
    await store.erase("CA1")
    await asyncio.sleep(0.002)
    await begin(store, events=(event(3),))
    assert (await store.events("CA1", was.event_ids[0])).gone == "trimmed"
    assert numbers((await store.events("CA1", "0")).entries) == [3]


async def test_erased_events_leave_holes_that_are_no_loss(store: CallStore) -> None:
    first = await begin(store, "A", events=(event(1),))
    second = await begin(store, "B", events=(event(2), event(3)))
    await begin(store, "C", events=(event(4),))
    await store.erase("B")
    for after in (first.event_ids[0], second.event_ids[0]):
        page = await store.events("", after)
        (fourth, told), gone = page.entries, page.gone
        assert (numbers((fourth,)), told.sid, gone) == ([4], "B", "")


async def test_readers_are_told_that_a_call_is_gone_and_nothing_else_of_it(store: CallStore) -> None:
    was = await begin(store, events=(event(1, name="Xanthippe"),))
    told = await store.erase("CA1")
    page = await store.follow(was.event_ids[0], 5)
    assert page.entries == told
    assert json.loads(told[0].data).items() >= {"type": "status_change", "payload": {"callSid": "CA1", "status": "erased"}}.items()
    assert await store.erase("CA1") == ()
    assert (await store.events("", "0")).entries == told, "also when it is asked for again"


async def test_a_log_that_is_too_long_to_be_written_anew_is_swept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.erasing._ANEW", 10)
    monkeypatch.setattr("storage.erasing._SWEEP", 7)
    store = await shelf.open()
    first = await begin(store, "A", events=tuple(event(n) for n in range(40)))
    await begin(store, "B", events=tuple(event(n) for n in range(40, 60)))
    await step(store, first, events=tuple(event(n) for n in range(60, 80)))
    (told,) = await store.erase("A")
    entries = (await store.events("", "0")).entries
    assert (numbers(entries[:-1]), entries[-1]) == (list(range(40, 60)), told)
    await store.close()


async def test_a_log_written_anew_is_the_same_log(store: CallStore) -> None:
    first = await begin(store, "A", events=(event(1), event(2)))
    other = await begin(store, "B", events=(event(3),))
    waiting = asyncio.create_task(store.follow(other.event_ids[0], 5))
    await asyncio.sleep(0.02)
    (told,) = await store.erase("A")
    assert (await waiting).entries == (told,)
    (last,) = await store.erase("B")
    assert (await store.events("", first.event_ids[0])).entries == (told, last)
    assert await store.head() == last.id
    later = await begin(store, "C", events=(event(4),))
    assert (await store.follow(last.id, 5)).entries == (await store.events("C", "0")).entries
    assert ids.position(later.event_ids[0]) > ids.position(last.id)


async def test_a_long_call_keeps_its_newest_events_and_says_what_was_cut(store: CallStore) -> None:
    was = await begin(store, events=(event(0),))
    first = was.event_ids[0]
    for number in range(1, 1400, 100):
        was = await step(store, was, events=tuple(event(n) for n in range(number, number + 100)))
    kept = numbers(tuple(await everything(store, "CA1", count=500)))
    assert 1000 <= len(kept) <= 1200
    assert kept == list(range(1401 - len(kept), 1401))
    assert (await store.events("CA1", first)).gone == "trimmed"
    shared = await everything(store, count=500)
    assert len(shared) == 1401
    assert (await store.events("CA1", shared[-2].id)).gone == ""


async def test_following_waits_for_the_next_event_of_any_call(store: CallStore) -> None:
    was = await begin(store, events=(event(1),))
    assert (await store.follow(was.event_ids[0], 0.01)).entries == ()
    waiting = asyncio.create_task(store.follow(was.event_ids[0], PATIENCE_S))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await begin(store, "CA2", events=(event(2), event(3)))
    page = await waiting
    assert numbers(page.entries) == [2, 3]
    assert page.entries[0].sid == "CA2"


async def test_following_from_the_start_begins_with_what_is_there(store: CallStore) -> None:
    assert (await store.follow("0", 0.01)).entries == ()
    await begin(store, events=(event(1),))
    assert numbers((await store.follow("0-0", PATIENCE_S)).entries) == [1]
    assert numbers((await store.follow("0", 0)).entries) == [1]


async def test_many_may_follow_and_one_may_stop(store: CallStore) -> None:
    waiting = [asyncio.create_task(store.follow("0", PATIENCE_S)) for _ in range(5)]
    await asyncio.sleep(0.02)
    waiting[0].cancel()
    await begin(store, events=(event(1),))
    pages = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(pages[0], asyncio.CancelledError)
    assert all(not isinstance(page, BaseException) and numbers(page.entries) == [1] for page in pages[1:])
    assert numbers((await store.follow("0", 0.1)).entries) == [1]


async def test_the_log_is_cut_by_age_and_says_so(redis_url: str) -> None:
    shelf = Shelf(redis_url)
    store = await shelf.open(Ttl(log_s=600))
    with redis.Redis.from_url(redis_url) as client:
        for number, age_s in enumerate((900, 800, 700, 500)):
            now_ms = int(client.time()[0]) * 1000
            client.xadd("slotline:log", {"sid": "old", "data": json.dumps({"payload": {"n": number}})}, id=f"{now_ms - age_s * 1000}-0")
        old = [entry_id.decode() for entry_id, _ in client.xrange("slotline:log")]
        client.hset("{slotline:log}:mark", mapping={"cut": "1-0", "last": old[-1]})
        await begin(store, events=(event(9),))
        assert numbers(tuple(await everything(store))) == [3, 9]
        assert (await store.events("", old[0])).gone == "trimmed"
        assert (await store.follow(old[1], 0.01)).gone == "trimmed"
        assert numbers((await store.events("", old[2])).entries) == [3, 9], "the newest that was cut is where nothing was lost yet"
        assert 590 <= client.ttl("slotline:log") <= 600
        client.delete("slotline:log")
        head = await store.head()
        assert (await store.events("", old[3])).gone == "trimmed"
        assert (await store.events("", head)).gone == ""
        assert (await store.follow(old[3], 0.01)).gone == "trimmed"
        client.hset("{slotline:log}:mark", "last", f"{now_ms + 3_600_000}-7")
        was = await begin(store, "CA2", events=(event(1),))
        assert was.event_ids == (f"{now_ms + 3_600_000}-8",), "ids go on when the clock went back"
    await store.close()


async def test_listeners_outside_hear_each_event_on_the_calls_channel(redis_url: str) -> None:
    store = await Shelf(redis_url).open()
    with redis.Redis.from_url(redis_url) as client, client.pubsub(ignore_subscribe_messages=True) as outside:
        outside.subscribe("sse:session:CA1")
        outside.get_message(timeout=PATIENCE_S)
        await begin(store, events=(event(1),))
        message = outside.get_message(timeout=PATIENCE_S)
    assert message is not None
    assert json.loads(message["data"])["payload"] == {"n": 1}
    await store.close()
