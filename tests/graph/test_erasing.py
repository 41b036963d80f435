"""A caller is erased while their turn is on its way: nothing of what was said before comes back with it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.people import Takeover
from agent.record.call import Booking, Turn
from agent.record.trace import TracedTurn
from graph.errors import CallNotFound
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from storage.store import Change, Committed
from tests.graph.people_at_calls import Calls
from tests.graph.test_people import waiting
from tests.graph.walkers import walker
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
CALLER = "+12025550143"
SAID = (
    "",
    "it's Mary O'Neill, my number is 415 555 0187",
    "yes",
    "12 High Street, Springfield, New Jersey 07081",
    "yes, and my drain is clogged",
    "yes",
)


class ErasedBefore(MemoryStore):
    """Erases a call just before a commit, which may be of another one."""

    def __init__(self) -> None:
        super().__init__()
        self.erases: dict[int, str] = {}
        """Which call, before the how-manieth commit from now on."""
        self.commits = 0

    async def commit(self, change: Change) -> Committed:
        self.commits += 1
        if sid := self.erases.pop(self.commits, ""):
            await self.erase(sid)
        return await super().commit(change)


async def say(walk: Any, number: int, words: str, sid: str = "CA1") -> dict[str, Any]:
    request = TurnRequest(sid=sid, turn=Turn(key=f"{sid} {number}", text=words), caller=CALLER)
    answer: dict[str, Any] = json.loads(await walk.take_turn(request, NOW + timedelta(seconds=20 * number)))
    return answer


@pytest.mark.parametrize("last", range(1, len(SAID)))
@pytest.mark.parametrize("commit", [1, 2, 3])
async def test_a_turn_that_loses_against_an_erasure_begins_a_new_call(last: int, commit: int) -> None:
    """Whichever of its commits it is: afterwards the call is what that one turn would have made of none."""
    store, alone = ErasedBefore(), MemoryStore()
    walk = walker(store=store)
    for number, words in enumerate(SAID[:last]):
        await say(walk, number, words)
    store.erases = {store.commits + commit: "CA1"}
    await say(walk, last, SAID[last])
    assert not store.erases or commit > 1, "every turn is committed"
    if not store.erases:
        await say(walker(store=alone), last, SAID[last])
        found, wanted = [json.loads(await one.document("CA1") or b"{}") for one in (store, alone)]
        assert found["user"] == wanted["user"]
        assert [line["message"] for line in found["history"]] == [line["message"] for line in wanted["history"]]


async def test_a_field_set_from_outside_loses_too_and_finds_no_call() -> None:
    store = ErasedBefore()
    walk = walker(store=store)
    for number, words in enumerate(SAID):
        await say(walk, number, words)
    store.erases = {store.commits + 1: "CA1"}
    with pytest.raises(CallNotFound):
        await walk.edit("CA1", {"email": "a@example.com"}, (), (), NOW, "supervisor")
    assert await store.document("CA1") is None
    assert await store.calls() == ()


async def test_what_is_erased_as_a_caller_goes_on_with_it_is_not_taken_over() -> None:
    store = ErasedBefore()
    walk = walker(store=store)
    for number, words in enumerate(SAID):
        await say(walk, number, words)
    await say(walk, 20, "", "CA2")
    await say(walk, 21, "it's Mary O'Neill", "CA2")
    store.erases = {store.commits + 1: "CA1"}
    answer = await say(walk, 22, "yes", "CA2")
    assert answer["progress"]["filled"] == {"name": "Mary O'Neill"}
    assert b"0187" not in (await store.document("CA2") or b"")
    assert b"resumedFrom" not in (await store.document("CA2") or b"")


async def test_both_calls_go_whichever_is_named() -> None:
    for named in ("CA1", "CA2"):
        store = MemoryStore()
        walk = walker(store=store)
        for number, words in enumerate(SAID):
            await say(walk, number, words)
        for number, words in enumerate(("", "it's Mary O'Neill", "yes"), start=20):
            await say(walk, number, words, "CA2")
        assert {one.sid for one in await store.erase(named)} == {"CA1", "CA2"}


async def test_the_trace_of_another_call_knows_nothing_of_who_has_a_place() -> None:
    store = MemoryStore()
    store.put_bookings([Booking(business="acme", sid="CA-other", start=1_772_550_000, end=1_772_553_600, service="leak-repair")])
    walk = walker(store=store)
    for number, words in enumerate(("it's Mary O'Neill", "my drain is clogged", "tomorrow at 10 am")):
        await say(walk, number, words)
    traced = msgspec.json.decode((await store.trace("CA1"))[-1], type=TracedTurn)
    assert [(one.start, one.service) for one in traced.bookings] == [(1_772_550_000, "")]
    assert b"CA-other" not in b"".join(await store.trace("CA1"))


async def test_words_that_waited_for_a_person_are_gone_with_the_call() -> None:
    calls = Calls(line_s=PATIENCE_S)
    await calls.say("")
    await calls.do(Takeover(agent="ann"))
    async with waiting(calls, "my number is two oh two five five five oh one four three") as turn:
        await calls.store.erase("CA1")
    answer = turn.result()
    assert (answer["progress"]["status"], answer["progress"]["pending"], answer["progress"]["step"]) == ("active", {}, "name")
    assert [line["speaker"] for line in (await calls.document())["history"]] == ["AI"]
    assert "five" not in json.dumps([*await calls.trace(), *await calls.told("new_message")])
