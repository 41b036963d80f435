"""Lines of the conversation that a step takes back: gone from the record and from the document, whatever was said in them."""

import contextlib
import json
from typing import Any

import msgspec
import pytest

from storage.errors import StaleCall
from storage.store import CallStore, Change
from tests.conftest import Shelf
from tests.storage.calls import CREATED, begin, event, line, step
from tests.storage.test_cluster_store import Died, dies_after, opened

pytestmark = pytest.mark.anyio
LIKE_A_LINE = 'she said {"speaker":"AI"},{"speaker":"customer","message":"]}'


async def history(store: CallStore, shelf: Shelf | None = None) -> list[str]:
    """What was said, by the store, or as another system reads it."""
    text = await (shelf.read_document("CA1") if shelf else store.document("CA1"))
    return [one["message"] for one in json.loads(text or b"")["history"]]


@pytest.mark.parametrize(("taken_back", "left"), [(0, ["one", LIKE_A_LINE, "王\\"]), (1, ["one", LIKE_A_LINE]), (2, ["one"]), (3, []), (9, [])])
async def test_the_last_lines_are_taken_back_before_others_are_added(store: CallStore, shelf: Shelf, taken_back: int, left: list[str]) -> None:
    was = await begin(store, lines=(line("one"), line(LIKE_A_LINE)))
    was = await step(store, was, lines=(line("王\\", "AI"),))
    was = await step(store, was, taken_back=taken_back, lines=(line("new"), line("newer", "AI")))
    assert await history(store) == await history(store, shelf) == [*left, "new", "newer"]
    was = await step(store, was, lines=(line("last"),))
    assert await history(store) == await history(store, shelf) == [*left, "new", "newer", "last"]
    found = await store.open("CA1")
    assert (found.foreign, found.seen, found.call) == (None, was.seen, was.call)


async def test_a_conversation_that_was_taken_back_whole_begins_anew(store: CallStore, shelf: Shelf) -> None:
    was = await begin(store, lines=(line("one"), line("two")))
    was = await step(store, was, taken_back=2)
    assert await history(store) == await history(store, shelf) == []
    await step(store, was, lines=(line("three"),))
    assert await history(store) == await history(store, shelf) == ["three"]


async def test_a_stale_step_takes_nothing_back(store: CallStore) -> None:
    first = await begin(store, lines=(line("one"), line("two")))
    second = await step(store, first, taken_back=1)
    with pytest.raises(StaleCall):
        await step(store, first, seen=second.seen, taken_back=1)
    assert await history(store) == ["one"]


async def test_another_systems_history_stays_as_it_is(store: CallStore, shelf: Shelf) -> None:
    theirs: dict[str, Any] = {"callSid": "CA1", "history": [{"speaker": "AI", "message": "theirs", "startedAt": CREATED}]}
    was = await begin(store)
    after = msgspec.structs.replace(was.call, foreign={"callSid": "CA1"})
    await shelf.put_document("CA1", json.dumps(theirs).encode())
    found = await store.open("CA1")
    was = await store.commit(Change(before=found.call, after=after, seen=found.seen, lines=(line("ours"), line("ours too"))))
    was = await step(store, was, taken_back=1)
    assert await history(store, shelf) == ["theirs"]
    assert await history(store) == ["theirs", "ours"]
    await shelf.put_document("CA1", None)
    assert await history(store) == ["ours"]


async def test_the_answer_of_a_turn_is_taken_back(store: CallStore) -> None:
    was = await step(store, await begin(store), answer=("t1", b"first"))
    was = await step(store, was, answer=("t1", b""))
    assert (await store.open("CA1", "t1")).answer is None
    assert (await store.open("CA1", "t2", former="t1")).answer is None
    await step(store, was, answer=("t1", b"second"))
    assert (await store.open("CA1", "t1")).answer == b"second"


async def test_the_recent_lines_follow(store: CallStore) -> None:
    said = tuple(line(str(number)) for number in range(8))
    was = await begin(store, lines=said)
    assert was.call.with_lines(said).recent == said[2:]
    now = was.call.with_lines(said).with_lines((line("new"),), taken_back=2)
    assert now.recent == (*said[2:6], line("new"))
    assert now.with_lines((), taken_back=9).recent == ()
    assert now.with_lines(()) is now


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("commands", range(14))
async def test_on_a_cluster_a_step_that_was_cut_off_took_them_back_once_or_not_at_all(cluster_url: str, commands: int, carried_out: bool) -> None:
    store, other = await opened(cluster_url), await opened(cluster_url)
    was = await begin(store, lines=(line("hello"), line("one"), line("two")), events=(event(1),))
    dies_after(store, commands, carried_out=carried_out)
    change = Change(before=was.call, after=was.call, seen=was.seen, taken_back=2, lines=(line("new"),), events=(event(2),), answer=("t", b"ok"))
    with contextlib.suppress(Died):
        await store.commit(change)
    found = await other.open("CA1", "t")
    assert found.foreign is None
    if found.answer is None:
        await other.commit(msgspec.structs.replace(change, before=found.call, seen=found.seen))
    assert await history(other) == await history(other, Shelf(cluster_url)) == ["hello", "new"]
    assert [json.loads(entry.data)["payload"]["n"] for entry in (await other.events("CA1", "0")).entries] == [1, 2]
    await store.close()
    await other.close()
