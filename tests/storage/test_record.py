"""The record: what every store of calls promises about reading and writing one, held against each of them."""

import asyncio
import json

import msgspec
import pytest

from agent.record.acts import Inform, NoMatch, SystemAct
from agent.record.call import OpenTurn, Question, Turn
from agent.record.handoff import Handoff
from storage import codec
from storage.errors import StaleCall
from storage.store import CallStore, Change
from tests.conftest import Shelf
from tests.storage.calls import CREATED, begin, book, event, filled, job, line, new_call, step

pytestmark = pytest.mark.anyio


async def test_what_a_store_says_it_wrote_is_the_record(store: CallStore) -> None:
    was = await begin(store)
    kept = dict(was.wrote or {})
    for call in (
        was.call.with_slot("name", filled("Ann")),
        was.call.with_slot("phone", filled("+61491570156")).with_lines((line("Bob"),)),
        msgspec.structs.replace(was.call, turns=2),
    ):
        was = await step(store, was, call)
        kept |= was.wrote or {}
        assert codec.call("CA1", {**kept, "rev": b"%d" % was.call.rev}) == was.call
        assert (await store.open("CA1")).call == was.call


async def history(store: CallStore, sid: str = "CA1") -> list[str]:
    text = await store.document(sid)
    return [one["message"] for one in json.loads(text)["history"]] if text else []


async def test_an_unknown_call_is_empty(store: CallStore) -> None:
    opened = await store.open("CA404", "t1", "acme")
    assert (opened.call, opened.answer, opened.foreign, opened.seen, opened.bookings) == (None, None, None, "", ())
    assert await store.document("CA404") is None
    assert await store.head("CA404") == "0-0"
    assert await store.erase("CA404") == ()


async def test_what_was_committed_is_read_back_whole(store: CallStore) -> None:
    was = await begin(store)
    after = msgspec.structs.replace(
        was.call.with_slot("name", filled("王宝强")).with_slot("phone", msgspec.structs.replace(filled("+61491570156"), options=("a", "b"))),
        question=Question(kind="choice", slots=("phone",)),
        turns=3,
        language="zh",
        resumed_from="CA0",
        handoff=Handoff(why="escalated", reason="upset", sentence="All of it."),
        held_by="ann",
        since=CREATED,
        acted_at=1772413200.5,
        unheard=("hello", "王宝强"),
        untold=(SystemAct(key="people.edited", slot="name"),),
        suggestions={"phone": "+61491570156"},
        open_turn=OpenTurn(
            turn=Turn(key="t2", text="\u0000 odd\n", alternatives=("x",), confidence=0.25),
            todo=(Inform(slot="name", value="v", rule="r", words="w"), NoMatch()),
            system_acts=(SystemAct(key="k", values={"a": "b"}),),
        ),
    )
    written = await step(store, was, after)
    opened = await store.open("CA1")
    assert opened.call == written.call
    assert written.call.rev == 2
    assert (opened.seen, opened.foreign) == (written.seen, None)
    cleared = await step(store, written, was.call.with_slot("name", filled("Bob")))
    assert (await store.open("CA1")).call == cleared.call


async def test_the_document_shows_each_field_and_the_conversation(store: CallStore, shelf: Shelf) -> None:
    was = await begin(store, lines=(line("hello", "AI"),))
    was = await step(store, was, was.call.with_slot("name", filled('Mary "M" O\'Neill')), lines=(line("it's Mary"), line("thanks", "AI")))
    document = json.loads(await shelf.read_document("CA1") or b"")
    assert document == json.loads(await store.document("CA1") or b"")
    assert document["callSid"] == "CA1"
    assert document["user"]["userInfo"]["name"] == 'Mary "M" O\'Neill'
    assert document["user"]["userInfo"]["name_timestamp"] == CREATED
    assert document["history"] == [
        {"speaker": "AI", "message": "hello", "startedAt": CREATED},
        {"speaker": "customer", "message": "it's Mary", "startedAt": CREATED},
        {"speaker": "AI", "message": "thanks", "startedAt": CREATED},
    ]
    assert document["progress"]["filled"] == {"name": 'Mary "M" O\'Neill'}


async def test_a_write_against_an_older_revision_is_stale(store: CallStore) -> None:
    first = await begin(store)
    second = await step(store, first, lines=(line("one"),), events=(event(),), answer=("t1", b"first"))
    with pytest.raises(StaleCall):
        await step(store, first, seen=second.seen, lines=(line("two"),), events=(event(),), answer=("t1", b"second"))
    with pytest.raises(StaleCall):
        await begin(store)
    opened = await store.open("CA1", "t1")
    assert (opened.call, opened.answer) == (second.call, b"first")
    assert await history(store) == ["one"]
    assert len((await store.events("CA1", "0")).entries) == 1


async def test_a_write_to_a_call_that_is_gone_is_stale(store: CallStore) -> None:
    was = await begin(store)
    await store.erase("CA1")
    with pytest.raises(StaleCall):
        await step(store, was, seen="")
    assert (await store.open("CA1")).call is None


async def test_a_turn_is_answered_the_same_for_ever(store: CallStore) -> None:
    was = await begin(store)
    for number in range(5):
        was = await step(store, was, answer=(f"t{number}", b"answer %d" % number))
    assert [(await store.open("CA1", f"t{number}")).answer for number in range(6)] == [*(b"answer %d" % n for n in range(5)), None]
    assert (await store.open("CA1")).answer is None


async def test_a_turn_without_a_key_is_not_remembered(store: CallStore) -> None:
    was = await begin(store)
    await step(store, was, answer=("", b"hello"))
    assert (await store.open("CA1", "")).answer is None


async def test_of_twenty_writers_at_once_one_wins(store: CallStore) -> None:
    was = await begin(store)

    async def write(number: int) -> bool:
        try:
            await step(store, was, was.call.with_slot("name", filled(f"n{number}")), lines=(line(f"n{number}"),), events=(event(number),))
        except StaleCall:
            return False
        return True

    won = await asyncio.gather(*(write(number) for number in range(20)))
    assert sum(won) == 1
    winner = won.index(True)
    opened = await store.open("CA1")
    assert opened.call is not None
    assert (opened.call.rev, opened.call.slot("name").value) == (2, f"n{winner}")
    assert await history(store) == [f"n{winner}"]
    assert [json.loads(entry.data)["payload"]["n"] for entry in (await store.events("CA1", "0")).entries] == [winner]


async def test_of_twenty_first_turns_at_once_one_opens_the_call(store: CallStore) -> None:
    async def write(number: int) -> bool:
        try:
            await store.commit(Change(before=None, after=new_call(), answer=("t1", b"%d" % number)))
        except StaleCall:
            return False
        return True

    won = await asyncio.gather(*(write(number) for number in range(20)))
    assert sum(won) == 1
    assert (await store.open("CA1", "t1")).answer == b"%d" % won.index(True)


@pytest.mark.parametrize("sid", ["a{b}c", "{}", "}{", "%7B", "with space", "ü 王", "x" * 500, "a:b", "*", "\n"])
async def test_odd_callsids_are_calls_like_any_other(store: CallStore, sid: str) -> None:
    was = await begin(store, sid, events=(event(),))
    other = await begin(store, "CA2", events=(event(),))
    was = await book(store, was, job(sid), lines=(line("hi"),), answer=("t", b"a"))
    opened = await store.open(sid, "t", "acme")
    assert (opened.call, opened.answer, opened.foreign, opened.bookings) == (was.call, b"a", None, (job(sid),))
    assert {one.sid for one in await store.calls()} == {sid, "CA2"}
    assert len((await store.events(sid, "0")).entries) == 1
    assert [one.sid for one in await store.erase(sid)] == [sid]
    assert (await store.open(sid)).call is None
    assert (await store.open("CA2")).call == other.call
