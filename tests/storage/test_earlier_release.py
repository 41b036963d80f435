"""Calls as the release before words were kept apart left them, and as it goes on with them while both are at work: nothing that was said is lost.

What lies in `earlier` that release itself wrote (66e12e4), on one Redis and on a cluster: a call that waits for a yes, one that a supervisor has,
with a line that was not heard and a turn that was cut off, and a booked one. Keys of the call itself, without its trace and its events.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from agent.policy.people import Message, Takeover
from agent.record.call import RECENT, Call, OpenTurn, Turn
from agent.record.errand import Errand
from agent.record.newest import Newest
from agent.record.slot_state import SlotState
from storage import codec, keys
from storage.memory_kept import Document, Kept
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.conftest import Shelf
from tests.graph.counting import Platform
from tests.storage.calls import filled, line, new_call

pytestmark = pytest.mark.anyio
EARLIER = Path(__file__).parent / "earlier"
KINDS = ("memory", "redis", "cluster")
NAMES = ("asking", "taken_over", "booked")
replace = msgspec.structs.replace
Step = Callable[[Call], Call]


class Place:
    """A store in which a call of the earlier release lies."""

    def __init__(self, store: CallStore, url: str) -> None:
        self.store, self.url = store, url

    async def call(self) -> Call:
        found = (await self.store.open("CA1")).call
        assert found is not None
        return found

    async def step(self, step: Step) -> Call:
        opened = await self.store.open("CA1")
        assert opened.call is not None
        await self.store.commit(Change(before=opened.call, after=step(opened.call), seen=opened.seen))
        return await self.call()

    def lose_words(self) -> None:
        """As when they are no longer kept."""
        if isinstance(self.store, MemoryStore):
            self.store._calls["CA1"].forget_words()
        else:
            with redis.Redis.from_url(self.url) as client:
                client.delete(keys.turns("CA1"))

    def record(self) -> Mapping[str, str]:
        """At rest."""
        if isinstance(self.store, MemoryStore):
            return {name: value.decode() for name, value in self.store._calls["CA1"].fields.items()}
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            found: Mapping[str, str] = client.hgetall(keys.record("CA1"))
            return found


async def place_of(name: str, kind: str, request: pytest.FixtureRequest) -> Place:
    left: Mapping[str, Any] = msgspec.json.decode((EARLIER / f"{name}-{'cluster' if kind == 'cluster' else 'redis'}.json").read_bytes())
    if kind == "memory":
        store = MemoryStore()
        store._calls["CA1"] = in_memory(left)
        store._documents["CA1"] = Document(text=left["call:CA1"].encode(), until=None)
        return Place(store, "")
    url = request.getfixturevalue(f"{kind}_url")
    with redis.Redis.from_url(url) as client:
        for key, value in left.items():
            client.hset(key, mapping=value) if isinstance(value, dict) else client.set(key, value)
    return Place(await Shelf(url).open(), url)


def in_memory(left: Mapping[str, Any]) -> Kept:
    record = {name: value.encode() for name, value in left[keys.record("CA1")].items()}
    history = msgspec.json.decode(f"[{left[keys.history('CA1')]}]", type=list[msgspec.Raw])
    answers = {name: value.encode() for name, value in left[keys.turns("CA1")].items()}
    sha, rev, until = record["sha"].decode(), int(record.pop("rev")), float("inf")
    lines = [bytes(one) for one in history]
    return Kept(fields=record, rev=rev, sha=sha, until=until, words_until=until, answers=answers, history=lines)


@pytest.fixture(params=[(name, kind) for name in NAMES for kind in KINDS], ids=lambda one: "-".join(one))
async def place(request: pytest.FixtureRequest) -> Place:
    return await place_of(*request.param, request)


ONE_THING: Mapping[str, Step] = {
    "nothing": lambda call: call,
    "state": lambda call: replace(call, holds=call.holds + 1),
    "a slot": lambda call: call.with_slot("email", replace(call.slot("email"), no_match=1)),
    "a lock": lambda call: call.with_slot("name", replace(call.slot("name"), locked=True)),
    "lines": lambda call: replace(call, recent=(*call.recent, line("x"))[-RECENT:]),
    "what is unheard": lambda call: replace(call, unheard=(*call.unheard, "x")),
    "where it goes back to": lambda call: replace(call, before=None if call.before else new_call()),
    "another system's": lambda call: replace(call, foreign={"crm": 7}),
    "all of an errand": lambda call: replace(call, errand=Errand(want="cancel", reason="x")),
}


async def test_a_step_that_changes_one_thing_loses_nothing(place: Place) -> None:
    was = await place.call()
    assert was.recent
    assert [one.provenance.words for one in was.slots.values() if one.provenance]
    for step in ONE_THING.values():
        expected = replace(step(was), rev=was.rev + 1)
        was = await place.step(step)
        assert was == expected
    await place.store.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ONE_THING)
async def test_nor_does_one_that_is_the_first(request: pytest.FixtureRequest, kind: str, what: str) -> None:
    place = await place_of("taken_over", kind, request)
    was = await place.call()
    assert (was.unheard, was.open_turn is not None, len(was.recent)) == (("hello from kim",), True, RECENT)
    assert await place.step(ONE_THING[what]) == replace(ONE_THING[what](was), rev=was.rev + 1)
    await place.store.close()


async def test_after_one_step_no_word_is_in_the_record(place: Place) -> None:
    was = await place.call()
    said = [one.provenance.words for one in was.slots.values() if one.provenance and one.provenance.words]
    said += [*was.unheard, *(one.message for one in was.recent)]
    assert any(one in str(place.record()) for one in said)
    await place.step(lambda call: call)
    kept = place.record()
    assert [one for one in said if one in str({name: value for name, value in kept.items() if name != "before"})] == []
    assert place.url == "" or "before" not in kept
    place.lose_words()
    now = await place.call()
    assert (now.before, now.recent, now.unheard, now.open_turn) == (None, (), (), None)
    assert {name: one.value for name, one in now.slots.items()} == {name: one.value for name, one in was.slots.items()}
    await place.store.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_its_callers_and_supervisors_go_on(request: pytest.FixtureRequest, kind: str) -> None:
    place = await place_of("asking", kind, request)
    platform = Platform(place.store)
    platform.turn, platform.came = 4, 4
    assert (await platform.take(platform.request("12 High Street, Springfield, New Jersey 07081")))["progress"]["step"] == "address"
    await platform.do(Takeover(agent="kim"))
    await platform.do(Message(agent="kim", text="hello"))
    after = await platform.call()
    assert (after.unheard, after.recent[-1].message, len(after.recent)) == (("hello",), "hello", RECENT)
    assert (after.slot("name").value, after.slot("name").provenance.words) == ("Mary O'Neill", "it's Mary O'Neill")  # type: ignore[union-attr]
    await place.store.close()


class Both:
    """A record at which workers of the earlier release and ours take turns."""

    def __init__(self) -> None:
        self.record: dict[str, bytes] = {}
        self.words: dict[str, bytes] = {}
        self.rev = 0

    def read(self) -> Call:
        return codec.call("CA1", {**self.record, **self.words, "rev": b"%d" % self.rev})

    def ours(self, step: Step) -> Call:
        before = self.read() if self.rev else None
        after, whole = step(before or new_call()), codec.is_mixed(before, self.record.get("apart"))
        if whole:
            self.record.pop("before", None)
        self.rev += 1
        self.record |= {**codec.fields(before, after, whole=whole), "apart": b"%d" % self.rev}
        self.words |= codec.words(before, after, whole=whole)
        return self.read()

    def theirs(self, step: Step) -> Call:
        """As it reads and writes: all in the record, and what is beside it unseen."""
        state = msgspec.json.decode(self.record["state"])
        slots = {name: msgspec.json.decode(self.record.get(name, b"{}")) for name in new_call().slots}
        brief, back = msgspec.json.decode(self.record["brief"]), msgspec.json.decode(self.record.get("before", b"null"))
        before = msgspec.convert({**state, "sid": "CA1", "rev": self.rev, "brief": brief, "slots": slots, "before": back}, Call)
        after = step(before)
        self.rev += 1
        self.record |= {name: codec.encode(one) for name, one in after.slots.items() if one != before.slot(name)}
        if after.before != before.before:
            self.record["before"] = codec.encode(after.before)
        apart = {"sid", "rev", "brief", "slots", "foreign", "before"}
        all_of_it = {name: value for name, value in msgspec.to_builtins(after).items() if name not in apart}
        if replace(after, slots=before.slots, before=before.before) != before:
            self.record["state"] = codec.encode({name: value for name, value in all_of_it.items() if value not in ((), None)})
        return self.read()


def turn(number: int, *, back: bool = True) -> Step:
    """A turn of which one line is left, and a slot."""

    def step(call: Call) -> Call:
        newest = Newest(number=number, said="x", came=number)
        after = replace(call, turns=number, newest=newest, before=replace(call, before=None) if back else None, open_turn=None)
        return replace(after, recent=(*call.recent, line(f"turn {number}"))[-RECENT:])

    return step


def test_while_both_are_at_work_the_newest_turn_counts_and_lines_are_added_up() -> None:
    both = Both()
    both.ours(lambda call: replace(turn(1)(call), unheard=("one",)).with_slot("name", filled("Mary")))
    both.ours(lambda call: replace(turn(2)(call), open_turn=OpenTurn(turn=Turn(key="2")), errand=Errand(want="cancel", reason="why")))
    both.theirs(lambda call: replace(turn(3)(call), unheard=(*call.unheard, "two")).with_slot("email", filled("a@b.example")))
    read = both.read()
    assert [one.message for one in read.recent] == ["turn 1", "turn 2", "turn 3"]
    assert (read.newest.number, read.before.turns, read.open_turn, read.unheard) == (3, 2, None, ("one", "two"))  # type: ignore[union-attr]
    assert {read.slot(name).provenance.words for name in ("name", "email")} == {"it's Mary", "it's a@b.example"}  # type: ignore[union-attr]
    assert both.theirs(turn(4, back=False)).before is None
    ours = both.ours(lambda call: replace(call, holds=1))
    assert ([one.message for one in ours.recent], ours.unheard) == (["turn 1", "turn 2", "turn 3", "turn 4"], ("one", "two"))
    assert "turn" not in both.record["state"].decode().replace('"turns"', "")
    assert "before" not in both.record
    assert "it's" not in str(both.record)


def test_what_they_do_beside_a_turn_leaves_ours_as_it_was() -> None:
    both = Both()
    was = both.ours(lambda call: replace(turn(1)(call), open_turn=OpenTurn(turn=Turn(key="1")), unheard=("one",)).with_slot("name", filled("Mary")))
    locked = both.theirs(lambda call: call.with_slot("name", replace(call.slot("name"), locked=True)))
    assert locked == replace(was.with_slot("name", replace(was.slot("name"), locked=True)), rev=2)
    assert both.theirs(lambda call: replace(call, holds=1)) == replace(locked, holds=1, rev=3)


def test_words_are_nobody_elses() -> None:
    """A value that they put in the place of ours comes with its own words, or with none."""
    both = Both()
    both.ours(lambda call: call.with_slot("name", filled("Mary")))
    put = replace(filled("Anna"), provenance=replace(filled("Anna").provenance, turn="", words="", confirmed="supervisor"))  # type: ignore[type-var]
    read = both.theirs(lambda call: call.with_slot("name", put))
    assert read.slot("name") == put
    assert both.ours(lambda call: call).slot("name") == put


def test_what_was_read_back_by_us_and_confirmed_there_keeps_its_words() -> None:
    both, mary = Both(), filled("Mary")
    both.ours(lambda call: call.with_slot("name", SlotState(status="pending", pending="Mary", pending_provenance=mary.provenance)))
    both.theirs(lambda call: call.with_slot("name", replace(mary, provenance=call.slot("name").pending_provenance)))
    assert both.ours(lambda call: call).slot("name") == mary
