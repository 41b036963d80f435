"""The CallSkeleton: shared with systems that replace it whole, and never told apart by luck."""

import json
from typing import Any

import msgspec
import pytest
import redis

from agent.record import skeleton
from agent.record.call import Call
from agent.record.skeleton import adopt
from agent.slots import PLACES
from storage.codec import MOST_NESTED
from storage.errors import StaleCall
from storage.keys import Ttl
from storage.store import CallStore, Change, Committed
from tests.conftest import Shelf
from tests.storage.calls import CREATED, begin, event, filled, line, new_call, step

pytestmark = pytest.mark.anyio

THEIRS: dict[str, Any] = {
    "callSid": "CA1",
    "services": [{"id": "65f0", "name": "Clean", "price": None}],
    "company": {"id": "c1", "name": "Acme", "email": "a@b.co", "userId": "u1", "calendar_access_token": "x"},
    "user": {"userInfo": {"name": "", "phone": "", "address": ""}},
    "history": [{"speaker": "AI", "message": 'say "hi" }],{[ \\', "startedAt": "2026-03-02T00:59:59.000Z"}],
    "servicebooked": False,
    "confirmEmailsent": False,
    "createdAt": "2026-03-02T00:59:59.000Z",
    "theirs": {"kept": [1, 2.5, [], {}, "ü"], "big": 12345678901234567890, "history": ["not this one"]},
}


def dumped(content: Any, **options: Any) -> bytes:
    return json.dumps(content, **options).encode()


async def adopted(store: CallStore, was: Call | None = None, **change: Any) -> Committed:
    """Open, take over what lies there, commit."""
    opened = await store.open("CA1")
    assert opened.foreign is not None
    call = adopt(opened.call or was or new_call(), opened.foreign, CREATED, PLACES)
    return await store.commit(Change(before=opened.call, after=call, seen=opened.seen, **change))


async def read(store: CallStore, shelf: Shelf | None = None) -> Any:
    """The document, as the store gives it or as another system finds it."""
    text = await (shelf.read_document("CA1") if shelf else store.document("CA1"))
    return json.loads(text or b"null")


async def test_a_document_that_grows_and_shrinks_is_ours_all_the_while(store: CallStore, shelf: Shelf) -> None:
    """Only what differs is written, wherever that is, and however long the text was before."""
    was = await begin(store)
    said = []
    for number, value in enumerate(("Ann", "A" * 300, "B" * 300, "Bo", "C" * 2000, "D", "E" * 255, "E" * 256 + "F", "")):
        call = was.call.with_slot("name", filled(value)) if value else msgspec.structs.replace(was.call, slots=new_call().slots)
        was = await step(store, was, msgspec.structs.replace(call, language="zh" if number % 3 else "en"), lines=(line(f"{number}"),))
        said.append(f"{number}")
        opened = await store.open("CA1")
        assert (opened.foreign, opened.seen) == (None, was.seen)
        there = await read(store, shelf)
        assert there == await read(store)
        assert (there["user"]["userInfo"]["name"], there["language"]) == (value, was.call.language)
        assert [one["message"] for one in there["history"]] == said


@pytest.mark.parametrize("options", [{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])
async def test_a_document_made_before_our_first_turn_is_adopted(store: CallStore, shelf: Shelf, options: dict[str, Any]) -> None:
    await shelf.put_document("CA1", dumped(THEIRS, **options))
    opened = await store.open("CA1")
    assert (opened.call, opened.foreign) == (None, THEIRS)
    was = await adopted(store, lines=(line("hello", "AI"),))
    assert was.call.brief.services[0].id == "65f0"
    ours = await read(store, shelf)
    assert ours["theirs"] == THEIRS["theirs"]
    assert ours["company"] == THEIRS["company"]
    assert ours["history"] == THEIRS["history"]
    opened = await store.open("CA1")
    assert (opened.call, opened.foreign, opened.seen) == (was.call, None, was.seen)
    was = await step(store, was, was.call.with_slot("name", filled("Mary")), lines=(line("Mary"),))
    ours = await read(store, shelf)
    assert ours["history"] == THEIRS["history"]
    assert ours["user"]["userInfo"]["name"] == "Mary"


async def test_their_next_line_is_kept_and_nothing_of_ours_lost(store: CallStore, shelf: Shelf) -> None:
    """What a back end does after every turn: load, push to history, save all of it, from a copy it read before our last write."""
    await shelf.put_document("CA1", dumped(THEIRS))
    was = await adopted(store)
    stale_copy = await read(store, shelf)
    was = await step(store, was, was.call.with_slot("name", filled("Mary")))
    pushed = [*THEIRS["history"], {"speaker": "customer", "message": "Mary", "startedAt": CREATED}]
    await shelf.put_document("CA1", dumped({**stale_copy, "history": pushed}))
    opened = await store.open("CA1")
    assert opened.foreign is not None
    assert opened.foreign["history"] == pushed
    await adopted(store)
    ours = await read(store, shelf)
    assert ours["history"] == pushed
    assert ours["user"]["userInfo"]["name"] == "Mary"


async def test_a_replacement_that_was_not_seen_is_not_overwritten(store: CallStore, shelf: Shelf) -> None:
    was = await begin(store)
    await shelf.put_document("CA1", dumped(THEIRS))
    with pytest.raises(StaleCall):
        await step(store, was, was.call.with_slot("name", filled("Mary")), events=(event(),))
    assert await read(store, shelf) == THEIRS
    assert (await store.events("CA1", "0")).entries == ()


async def test_a_document_that_was_made_while_the_call_was_opened_is_not_overwritten(store: CallStore, shelf: Shelf) -> None:
    opened = await store.open("CA1")
    await shelf.put_document("CA1", dumped(THEIRS))
    with pytest.raises(StaleCall):
        await store.commit(Change(before=None, after=new_call(), seen=opened.seen))
    assert await read(store, shelf) == THEIRS


async def test_a_document_they_dropped_comes_back_with_our_conversation(store: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", dumped(THEIRS))
    was = await adopted(store, lines=(line("hello", "AI"),))
    await shelf.put_document("CA1", None)
    opened = await store.open("CA1")
    assert (opened.call, opened.foreign, opened.seen) == (was.call, None, "")
    listed = await store.calls()
    assert [one.sid for one in listed] == ["CA1"]
    assert [one["message"] for one in (await read(store))["history"]] == ["hello"]
    was = await step(store, was, seen=opened.seen, lines=(line("one"),))
    was = await step(store, was, lines=(line("two"),))
    assert [one["message"] for one in (await read(store))["history"]] == ["hello", "one", "two"]


@pytest.mark.parametrize("text", [b"", b"nonsense", b"[1]", b"null", b"\xff\xfe", b'{"a":'])
async def test_what_is_no_document_is_written_over(store: CallStore, shelf: Shelf, text: bytes) -> None:
    await shelf.put_document("CA1", text)
    opened = await store.open("CA1")
    assert (opened.call, opened.foreign, await store.document("CA1")) == (None, None, None)
    await store.commit(Change(before=None, after=new_call(), seen=opened.seen, lines=(line("hello"),)))
    assert [one["message"] for one in (await read(store, shelf))["history"]] == ["hello"]


DEEP = 100_000


@pytest.mark.parametrize("depth", [MOST_NESTED + 1, 990, DEEP])
@pytest.mark.parametrize("where", ["history", "services", "theirs"])
async def test_a_document_nested_as_nobody_nests_is_none(store: CallStore, shelf: Shelf, depth: int, where: str) -> None:
    await shelf.put_document("CA1", b'{"callSid":"CA1","%b":%b%b}' % (where.encode(), b"[" * depth, b"]" * depth))
    opened = await store.open("CA1")
    assert (opened.call, opened.foreign, await store.document("CA1")) == (None, None, None)
    await store.commit(Change(before=None, after=new_call(), seen=opened.seen, lines=(line("hello"),)))
    assert [one["message"] for one in (await read(store, shelf))["history"]] == ["hello"]
    assert [one.sid for one in await store.calls()] == ["CA1"]


async def test_a_document_nested_as_deep_as_can_be_is_kept(store: CallStore, shelf: Shelf) -> None:
    theirs = json.loads("[" * (MOST_NESTED - 1) + "]" * (MOST_NESTED - 1))
    await shelf.put_document("CA1", dumped({"callSid": "CA1", "theirs": theirs}))
    await adopted(store)
    assert (await read(store, shelf))["theirs"] == theirs


async def test_halves_of_characters_and_broken_utf8_do_not_stop_a_call(store: CallStore, shelf: Shelf) -> None:
    """JavaScript writes a string cut in the middle of an emoji as an escaped half; strict JSON readers refuse the whole document."""
    await shelf.put_document("CA1", b'{"callSid":"CA1","note":"cut \\ud83d","raw":"\xff","history":[{"message":"\\ude00 x"}]}')
    opened = await store.open("CA1")
    assert opened.foreign is not None
    assert opened.foreign["note"] == "cut \ufffd"
    await adopted(store)
    ours = await read(store, shelf)
    assert ours["raw"] == "\ufffd"
    assert len(ours["history"]) == 1


@pytest.mark.parametrize("history", [None, [], "odd", {"a": [1]}, 7])
async def test_any_history_of_theirs_stays_as_it_is(store: CallStore, shelf: Shelf, history: Any) -> None:
    await shelf.put_document("CA1", dumped({**THEIRS, "history": history}))
    await adopted(store, lines=(line("ours"),))
    assert (await read(store, shelf))["history"] == history


async def test_a_document_without_history_gets_an_empty_one(store: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", b'{ "callSid" : "CA1" , "x" : { "history" : [1] } }')
    await adopted(store, lines=(line("ours"),))
    ours = await read(store, shelf)
    assert (ours["history"], ours["x"]) == ([], {"history": [1]})


async def test_documents_are_given_on_one_line(store: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", dumped(THEIRS, indent=4))
    text = await store.document("CA1") or b""
    assert b"\n" not in text
    assert json.loads(text) == THEIRS
    await adopted(store)
    assert b"  " not in (await store.document("CA1") or b"  ")


async def test_an_unchanged_step_writes_the_same_document(store: CallStore) -> None:
    was = await begin(store, lines=(line("hello"),))
    text = await store.document("CA1")
    await step(store, was)
    assert await store.document("CA1") == text


@pytest.mark.parametrize("kind", ["redis_url", "cluster_url"])
async def test_expiry_is_theirs_when_they_made_it_and_ours_otherwise(request: pytest.FixtureRequest, kind: str) -> None:
    shelf = Shelf(request.getfixturevalue(kind))
    store = await shelf.open(Ttl(call_s=1000, booked_s=5000))
    with redis.Redis.from_url(shelf.url) as client:
        await shelf.put_document("CA1", dumped(THEIRS))
        was = await adopted(store)
        was = await step(store, was)
        assert 890 <= client.ttl("call:CA1") <= 900
        ours = await begin(store, "CA2", events=(event(),), lines=(line("a"),), answer=("t", b"a"))
        for key in ("call:CA2", *(f"slotline:{{CA2}}:{part}" for part in ("record", "turns", "history", "events"))):
            assert 990 <= client.ttl(key) <= 1000
        await step(store, ours, msgspec.structs.replace(ours.call, status="booked"))
        for key in ("call:CA2", *(f"slotline:{{CA2}}:{part}" for part in ("record", "turns", "history", "events"))):
            assert 4990 <= client.ttl(key) <= 5000
    await store.close()


def test_a_document_offers_so_many_services_and_no_more() -> None:
    offered = skeleton.services({"services": [{"id": f"s{number}", "name": f"Service {number}"} for number in range(5 * skeleton.MOST_SERVICES)]})
    assert [service.id for service in offered] == [f"s{number}" for number in range(skeleton.MOST_SERVICES)]
