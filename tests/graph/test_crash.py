"""A turn cut off at any write leaves a call that goes on: the same turn again has one effect, another turn first finishes it."""

import asyncio
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from agent.record.call import Turn
from graph import build
from graph.state import TurnRequest
from storage.errors import InDoubt, StoreUnavailable
from storage.memory_store import MemoryStore
from storage.store import Change, Committed, Opened
from tests.graph.walkers import walker

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SAID = (  # the address lies behind the e-mail address: that turn walks the card twice
    "",
    "it's Mary O'Neill",
    "two oh two five five five oh one four three",
    "yes",
    "my email is mary dot oneill at gmail dot com",
    "yes, and the address is 12 High Street, Springfield, New Jersey 07081",
    "yes",
    "my drain is clogged, and tomorrow at 2 pm please",
    "yes",
)


class PowerCutError(BaseException):
    """The process is gone."""


class Fragile(MemoryStore):
    """A store that fails at one of its commits: before it is written, or after it was written and before anybody heard."""

    def __init__(self, failure: type[BaseException] = PowerCutError) -> None:
        super().__init__()
        self.failure = failure
        self.commits, self.die_at, self.written = 0, -1, False

    async def commit(self, change: Change) -> Committed:
        self.commits += 1
        if self.commits != self.die_at:
            return await super().commit(change)
        if self.written:
            await super().commit(change)
        raise self.failure


def request(number: int) -> TurnRequest:
    return TurnRequest(sid="CA1", turn=Turn(key=f"turn {number}", text=SAID[number], started_at=NOW.isoformat()))


async def whole_call(store: Fragile, *, again: bool) -> tuple[list[str], dict[str, Any], list[tuple[str, str, str]]]:
    """What was answered, the document at the end, and every progress event.

    After a cut a new process goes on: with the same turn, or with the next.
    """
    walk, answers = walker(store=store), []
    for number in range(len(SAID)):
        try:
            answers.append(await walk.take_turn(request(number), NOW))
        except PowerCutError:
            walk = walker(store=store)
            if again:
                answers.append(await walk.take_turn(request(number), NOW))
    document = json.loads(await store.document("CA1") or b"{}")
    page = await store.events("CA1", "0", 1000)
    told = [json.loads(entry.data) for entry in page.entries]
    steps = [(event["payload"]["slot"], event["payload"]["status"], event["payload"]["value"]) for event in told if event["type"] == "progress"]
    return [json.loads(one)["aiResponse"]["message"] for one in answers], document, steps


@cache
def undisturbed() -> tuple[list[str], dict[str, Any], list[tuple[str, str, str]], int]:
    store = Fragile()
    answers, document, steps = asyncio.run(whole_call(store, again=True))
    return answers, document, steps, store.commits


def test_the_call_itself_is_booked() -> None:
    _, document, steps, commits = undisturbed()
    assert document["servicebooked"] is True
    assert [slot for slot, status, _ in steps if status == "filled"] == ["name", "phone", "email", "address", "service", "time"]
    assert commits >= len(SAID) + 6


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
def test_the_same_turn_again_has_one_effect(written: bool) -> None:
    answers, document, steps, commits = undisturbed()
    for at in range(1, commits + 1):
        store = Fragile()
        store.die_at, store.written = at, written
        assert asyncio.run(whole_call(store, again=True)) == (answers, document, steps), f"cut at commit {at}"


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
def test_what_was_confirmed_is_never_lost(written: bool) -> None:
    """The caller's side never repeats the turn: what it had confirmed before the cut is there all the same, once."""
    _, _, _, commits = undisturbed()
    for at in range(1, commits + 1):
        store = Fragile()
        store.die_at, store.written = at, written
        _, document, steps = asyncio.run(whole_call(store, again=False))
        filled = [slot for slot, status, _ in steps if status == "filled"]
        assert len(filled) == len(set(filled)), f"cut at commit {at}"
        assert set(document["progress"]["filled"]) >= set(filled), f"cut at commit {at}"


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
def test_a_step_nobody_knows_of_is_looked_up_and_the_caller_hears_no_trouble(written: bool) -> None:
    answers, document, steps, commits = undisturbed()
    for at in range(1, commits + 1):
        store = Fragile(InDoubt)
        store.die_at, store.written = at, written
        assert asyncio.run(whole_call(store, again=False)) == (answers, document, steps), f"in doubt at commit {at}"


class Away(MemoryStore):
    """A store that answers no commit, and from then on nothing at all."""

    def __init__(self, *, opens: bool) -> None:
        super().__init__()
        self.opens = opens
        self.opened = self.commits = 0

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        self.opened += 1
        if self.commits and not self.opens:
            await asyncio.Event().wait()
        return await super().open(sid, turn, business, former)

    async def commit(self, change: Change) -> Committed:
        self.commits += 1
        raise InDoubt


@pytest.mark.parametrize(("opens", "commits"), [(False, 1), (True, 2)])
def test_while_the_store_is_away_it_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, opens: bool, commits: int) -> None:
    """Neither the turn nor its copies, which wait for it, try any longer: the caller hears of trouble after one wait and a short look."""
    monkeypatch.setattr(build, "LOOK_S", 0.0)
    store = Away(opens=opens)

    async def storm() -> list[Any]:
        walk = walker(store=store)
        return await asyncio.gather(*(walk.take_turn(request(0), NOW) for _ in range(10)), return_exceptions=True)

    assert {isinstance(found, StoreUnavailable) for found in asyncio.run(storm())} == {True}
    assert (store.commits, store.opened) == (commits, commits + 1)


def test_twenty_copies_at_once_have_one_effect() -> None:
    async def storm() -> tuple[set[bytes], list[Any]]:
        store = MemoryStore()
        workers = walker(store=store), walker(store=store)
        await workers[0].take_turn(request(0), NOW)
        answers = await asyncio.gather(*(workers[copy % 2].take_turn(request(1), NOW) for copy in range(20)))
        page = await store.events("CA1", "0", 1000)
        return set(answers), [json.loads(entry.data)["type"] for entry in page.entries]

    answers, told = asyncio.run(storm())
    assert len(answers) == 1
    assert told.count("progress") == 1


def test_two_different_turns_at_once_are_both_heard() -> None:
    async def race() -> dict[str, Any]:
        store = MemoryStore()
        one, two = walker(store=store), walker(store=store)
        await one.take_turn(request(0), NOW)
        email = TurnRequest(sid="CA1", turn=Turn(key="other", text="my email is mary@example.com", started_at=NOW.isoformat()))
        await asyncio.gather(one.take_turn(request(1), NOW), two.take_turn(email, NOW))
        found: dict[str, Any] = json.loads(await store.document("CA1") or b"{}")
        return found

    document = asyncio.run(race())
    assert document["progress"]["filled"]["name"] == "Mary O'Neill"
    assert document["progress"]["pending"]["email"] == "mary@example.com"
    assert sum(line["speaker"] == "customer" for line in document["history"]) == 2
