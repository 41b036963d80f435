"""A turn that is said again in other words: the call stands as if the older ones had never been said, however far they had come."""

import asyncio
from typing import Any

import msgspec
import pytest

from agent.record.call import Call
from graph.build import Walker
from graph.errors import TurnPassed
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.callers import TO_BOOKED
from tests.conftest import Shelf
from tests.graph.counting import Platform, words
from tests.graph.test_crash import Fragile, PowerCutError

pytestmark = pytest.mark.anyio
OTHERWISE = (
    "yes",
    "no",
    "",
    "two oh two five five five oh one four four",
    "my name is John Smith and my number is two oh two five five five oh one four four",
    "tomorrow at 4 pm",
    "let's make it the water heater",
    "I want to speak to a person",
    "there's a gas leak",
    "please cancel everything",
    "start over",
    "我想说中文",
    "do you have insurance?",
    "mumble mumble",
)


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


def bare(call: Call) -> Call:
    """The call without what tells how often it was written, and what came when."""
    return msgspec.structs.replace(call, rev=0, newest=None, before=None)


async def standing(platform: Platform) -> tuple[Any, ...]:
    """All that stands of a call."""
    return bare(await platform.call()), await platform.document(), await platform.places()


async def plainly(*turns: str) -> tuple[Any, ...]:
    """What a call comes to in which every turn is said once."""
    platform = Platform(MemoryStore())
    answer = await platform.all_said(*turns)
    return (words(answer), *await standing(platform))


@pytest.mark.parametrize("at", range(len(TO_BOOKED)))
async def test_the_older_words_leave_nothing_behind(at: int) -> None:
    meant = await plainly(*TO_BOOKED)
    for other in OTHERWISE:
        platform = Platform(MemoryStore())
        await platform.all_said(*TO_BOOKED[:at])
        answer = await platform.say(other, TO_BOOKED[at])
        if at + 1 < len(TO_BOOKED):
            answer = await platform.all_said(*TO_BOOKED[at + 1 :])
        assert (words(answer), *await standing(platform)) == meant, other


async def test_every_turn_in_many_words_in_every_store(store: CallStore) -> None:
    platform = Platform(store)
    for said in TO_BOOKED:
        answer = await platform.say(*OTHERWISE[:3], said[: len(said) // 2], *OTHERWISE[7:10], said)
    assert (words(answer), *await standing(platform)) == await plainly(*TO_BOOKED)


@pytest.mark.parametrize("written", [False, True])
async def test_cut_off_at_any_write_it_goes_back_all_the_same(written: bool) -> None:
    """Of the older wording, of going back, and of the newer one; then the platform asks again."""
    older, newer = "it's John, two oh two five five five oh one four four", TO_BOOKED[0]
    meant = await plainly(newer, *TO_BOOKED[1:])
    whole = Fragile()
    await Platform(whole).say(older, newer)
    for die_at in range(1, whole.commits + 1):
        store = Fragile()
        platform = Platform(store)
        store.die_at, store.written = die_at, written
        platform.turn = 1
        platform.now = Platform(MemoryStore()).now
        for said in (older, newer):
            try:
                await platform.take(platform.request(said))
            except PowerCutError:
                if said == newer:
                    await platform.take(platform.request(newer), worker=1)
        platform.turn = 1
        answer = await platform.all_said(*TO_BOOKED[1:])
        assert words(answer) == meant[0], die_at
        assert await platform.lines() == [line["message"] for line in meant[2]["history"]], die_at
        assert (await platform.document())["progress"] == meant[2]["progress"], die_at


async def test_a_booking_is_released_and_made_again(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED)
    assert await platform.places() == ["CA1"]
    assert await store.booked_before("acme", "+12025550143")
    answer = await platform.take(platform.request("no"))
    assert answer["progress"]["status"] == "active"
    assert answer["shouldHangup"] is False
    assert await platform.places() == []
    assert not await store.booked_before("acme", "+12025550143")
    assert await store.unfinished("acme", "+12025550143") == "CA1"
    document = await platform.document()
    assert document["servicebooked"] is False
    assert document["booking"]["state"] == "held"
    assert [line["message"] for line in document["history"]][-2:] == ["no", words(answer)]
    [moved] = [one for one in await platform.told("status_change") if one.get("reason") == "revised"]
    assert (moved["before"], moved["status"]) == ("booked", "active")
    [taken] = await platform.told("taken_back")
    assert (taken["lines"], taken["status"], taken["progress"]["step"]) == (2, "active", "confirm")
    answer = await platform.take(platform.request("yes please"), worker=1)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True)
    assert await platform.places() == ["CA1"]
    assert len(await platform.told("taken_back")) == 2


async def test_a_place_that_is_released_is_anybodys_at_once(store: CallStore) -> None:
    """And when it is agreed to again, the caller hears that somebody was faster."""
    one, two = (Platform(store, sid, capacity=1, hold_minutes=0) for sid in ("CA1", "CA2"))
    await one.all_said(*TO_BOOKED)
    await two.all_said(*TO_BOOKED[:-2])
    await one.take(one.request("no"))
    await two.all_said(*TO_BOOKED[-2:])
    assert await two.places() == ["CA2"]
    answer = await one.take(one.request("yes"))
    assert (answer["progress"]["status"], answer["progress"]["step"]) == ("active", "time")
    assert await one.places() == ["CA2"]


async def test_another_time_in_the_newest_words_is_the_one_that_is_booked(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:-2])
    await platform.say("tomorrow at 2 pm", "tomorrow at 4 pm")
    answer = await platform.say("yes", "yes please")
    assert answer["progress"]["filled"]["time"].startswith("2026-03-03T16:00")
    assert await platform.places() == ["CA1"]


async def test_the_same_words_again_change_nothing_and_get_the_same_bytes(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:-1])
    first = await platform.say("yes")
    rev = (await platform.call()).rev
    assert [await platform.take(platform.request("yes"), worker) for worker in (0, 1)] == [first, first]
    assert (await platform.call()).rev == rev
    assert await platform.told("taken_back") == []


async def test_the_first_words_again_after_others_count_again(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:-1])
    assert (await platform.say("yes", "no", "yes"))["progress"]["status"] == "booked"
    assert await platform.places() == ["CA1"]


async def test_older_turns_are_answered_as_before_and_change_nothing(store: CallStore) -> None:
    platform = Platform(store)
    first = await platform.say(TO_BOOKED[0])
    second = await platform.say(TO_BOOKED[1])
    rev = (await platform.call()).rev
    assert await platform.take(platform.request(TO_BOOKED[0], number=1)) == first
    assert await platform.take(platform.request("something else", number=1), worker=1) == first
    assert await platform.take(platform.request(TO_BOOKED[1])) == second
    assert (await platform.call()).rev == rev
    platform.turn = 5
    await platform.take(platform.request("yes"))
    with pytest.raises(TurnPassed):
        await platform.take(platform.request("yes", number=4))


class Late(PassingStore):
    """A worker's way to the store: its next commit is on its way until `arrives` is set."""

    def __init__(self, store: CallStore) -> None:
        super().__init__(store)
        self.sent, self.arrives = asyncio.Event(), asyncio.Event()

    async def commit(self, change: Change) -> Committed:
        self.sent.set()
        await self.arrives.wait()
        return await super().commit(change)


@pytest.mark.parametrize("late", ["yes", "no"])
@pytest.mark.parametrize("newest", ["yes", "no"])
async def test_of_two_wordings_at_once_on_two_workers_the_later_one_counts(store: CallStore, late: str, newest: str) -> None:
    """Both have seen the record without the other; one of them writes first. `late`: which of them comes late to the record."""
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:-1])
    platform.turn += 1
    older = "no" if newest == "yes" else "yes"
    requests = {said: platform.request(said) for said in (older, newest)}
    way = Late(store)
    platform.workers[1] = Walker(msgspec.structs.replace(platform.deps, store=way))
    coming = asyncio.create_task(platform.take(requests[late], 1))
    await way.sent.wait()
    first = await platform.take(requests["no" if late == "yes" else "yes"], 0)
    way.arrives.set()
    last = await coming
    assert (await platform.call()).status == ("booked" if newest == "yes" else "active")
    assert await platform.places() == (["CA1"] if newest == "yes" else [])
    assert (await platform.lines())[-2:] == [newest, words(last)]
    assert (last == first) is (late == older)


async def test_wordings_in_a_hurry_leave_the_last_one(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:-1])
    platform.turn += 1
    for last in ("yes", "no", "yes"):
        wordings = ("yes", "no", "tomorrow at 4 pm", "", last)
        asked = [platform.take(platform.request(said), 0) for said in wordings]
        await asyncio.gather(*asked)
        assert await platform.places() == (["CA1"] if last == "yes" else [])
        assert (await platform.lines())[-2] == last
        assert len(await platform.lines()) == 2 * len(TO_BOOKED)


async def test_what_never_reached_us_is_heard_with_what_came_after(store: CallStore) -> None:
    platform = Platform(store)
    platform.turn = 2
    answer = await platform.take(platform.request("O'Neill", earlier=("my name is Mary",)))
    assert answer["progress"]["filled"] == {"name": "Mary O'Neill"}
    answer = await platform.take(platform.request("Smith", earlier=("my name is Mary",)))
    assert answer["progress"]["filled"] == {"name": "Mary Smith"}
    platform.turn = 3
    answer = await platform.take(platform.request("two oh two five five five oh one four three", earlier=("my name is Mary", "Smith")))
    assert answer["progress"]["pending"] == {"phone": "+12025550143"}
    assert (
        await platform.lines()
        == [
            "my name is Mary Smith",
            "Thank you, Mary. What's the best number to reach you on?",
            "two oh two five five five oh one four three",
            words(answer),
        ]
        or len(await platform.lines()) == 4
    )


async def test_a_turn_that_is_not_counted_leaves_no_way_back(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:2])
    counted = platform.request("")
    plain = msgspec.structs.replace(counted, turn=msgspec.structs.replace(counted.turn, key="plain", text="yes"), counted=None)
    await platform.take(plain)
    assert (await platform.call()).before is None
    answer = await platform.take(platform.request("two oh two five five five oh one four four"))
    assert "phone" in answer["progress"]["filled"]
    assert len(await platform.lines()) == 8


async def test_nothing_is_kept_of_a_turn_that_nobody_counts() -> None:
    platform = Platform(MemoryStore())
    for number, said in enumerate(TO_BOOKED):
        request = platform.request(said, number=number + 1)
        await platform.take(msgspec.structs.replace(request, counted=None))
        call = await platform.call()
        assert (call.newest, call.before) == (None, None)
    kept = platform.store
    assert isinstance(kept, MemoryStore)
    assert "before" not in kept._calls["CA1"].fields


@pytest.mark.parametrize(
    "heard", ["Thanks, Kim. What's the best", "Thanks,  Kim. What's the best...", "Thanks, Kim. What's the best…", "Thanks, Kim. What's the best -"]
)
async def test_what_was_spoken_over_is_kept_as_it_was_heard(store: CallStore, heard: str) -> None:
    platform = Platform(store, caller="")
    said = await platform.say("it's Kim Lee")
    assert words(said).startswith("Thanks, Kim. What's the best number")
    platform.turn += 1
    for wording in ("two oh two five five five", "two oh two five five five oh one four three"):
        answer = await platform.take(platform.request(wording, heard=heard))
    assert await platform.lines() == ["it's Kim Lee", "Thanks, Kim. What's the best", wording, words(answer)]
    told: list[str] = []
    for event in await platform.told("new_message", "taken_back"):
        told = [*told, event["message"]] if event["type"] == "new_message" else told[: len(told) - event["lines"]]
    assert told == await platform.lines()
    assert [line.message for line in (await platform.call()).recent] == told


@pytest.mark.parametrize("heard", ["", "...", "Something else", "Thanks, Kim. What's the best number to reach you on", "THANKS"])
async def test_what_was_heard_whole_or_is_not_known_stays(heard: str) -> None:
    platform = Platform(MemoryStore(), caller="")
    said = await platform.say("it's Kim Lee")
    rev = (await platform.call()).rev
    platform.turn += 1
    await platform.take(platform.request("", heard=heard))
    assert (await platform.lines())[:2] == ["it's Kim Lee", words(said)]
    assert (await platform.call()).rev == rev + 1
    assert await platform.told("taken_back") == []
