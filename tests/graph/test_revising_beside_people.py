"""A turn that is said in other words after people have done something: what they did stands."""

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.people import Escalate, Message, Release, Takeover
from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from graph.approving import Answer
from graph.build import Walker
from graph.errors import TurnPassed
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.callers import TO_BOOKED
from tests.conftest import Shelf
from tests.graph.counting import NOW, TURN_S, Platform, words
from tests.graph.test_revising import OTHERWISE, standing
from tests.patience import PATIENCE_S
from tests.storage.calls import begin, job

pytestmark = pytest.mark.anyio
AFTER_HOURS: dict[str, Any] = {"needs_approval": ["after_hours"], "on_request_hours": {"tue": ["20:00-22:00"]}}
TO_THE_TIME = TO_BOOKED[:-2]
EVENING = "tomorrow at 8 pm"
SET = {"name": ("Maria O'Neill", "Bob Stone"), "email": ("office@example.com", ""), "phone": ("+1 202 555 0199", "")}
"""What a supervisor sets; "" clears."""


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)


async def until(platform: Platform, lines: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(await platform.lines()) < lines:  # noqa: ASYNC110 - what is waited for is in the store
            await asyncio.sleep(0.01)


async def edit(platform: Platform, **fields: str) -> None:
    await platform.workers[1].edit(platform.sid, fields, (), (), platform.now, "sue")


async def test_a_field_that_was_set_since_stays_set(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:5])
    await platform.say("mary at example dot com")
    await edit(platform, name="Maria O'Neill", email="office@example.com")
    answer = await platform.take(platform.request("could you say that again?"))
    filled = answer["progress"]["filled"]
    assert (filled["name"], filled["email"]) == ("Maria O'Neill", "office@example.com")
    assert answer["progress"]["step"] == "service"
    assert (await platform.lines())[-2] == "could you say that again?"
    call = await platform.call()
    assert call.slot("name").supervised
    assert call.slot("email").supervised


async def test_a_booking_is_taken_back_and_what_was_set_since_stays(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED)
    await edit(platform, phone="+1 202 555 0199")
    answer = await platform.take(platform.request("tomorrow at 4 pm"))
    assert await platform.places() == []
    assert answer["progress"]["filled"]["phone"] == "+12025550199"


async def test_with_a_person_at_the_call_the_new_words_go_to_them(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:2])
    await platform.do(Takeover(agent="sue"))
    answer = await platform.take(platform.request("two oh two five five five oh one four four"))
    assert answer["progress"]["status"] == "with_agent"
    assert answer["progress"]["pending"] == {"phone": "+12025550143"}
    lines = await platform.lines()
    assert lines[-4:-3] + lines[-2:-1] == ["two oh two five five five oh one four three", "two oh two five five five oh one four four"]
    assert (await platform.document())["suggestions"] == {"phone": "+12025550144"}
    assert await platform.told("taken_back") == []
    await platform.do(Message(agent="sue", text="One moment, please."))
    platform.turn += 1
    answer = await platform.take(platform.request("all right"))
    assert words(answer) == "One moment, please."
    assert words(await platform.take(platform.request("all right, thanks"))) == "One moment, please.", "whoever says it otherwise has not heard it"
    assert (await platform.lines()).count("One moment, please.") == 1
    platform.turn += 1
    assert words(await platform.take(platform.request("good"))) != "One moment, please."
    await platform.do(Release(agent="sue"))
    answer = await platform.take(platform.request("all right then"))
    assert answer["progress"]["status"] == "active"
    assert "good" in await platform.lines()


async def test_words_that_wait_for_a_person_give_way_to_the_newer_ones(store: CallStore) -> None:
    platform = Platform(store, line_s=5.0)
    await platform.all_said(*TO_BOOKED[:1])
    await platform.do(Takeover(agent="sue"))
    platform.turn += 1
    older = asyncio.create_task(platform.take(platform.request("my number"), 0))
    await until(platform, lines=3)
    newer = asyncio.create_task(platform.take(platform.request("my number is two oh two five five five oh one four three"), 1))
    await until(platform, lines=4)
    await platform.do(Message(agent="sue", text="Got it."))
    assert words(await newer) == "Got it."
    with pytest.raises(TurnPassed):
        await older
    assert (await platform.lines())[2:] == ["my number", "my number is two oh two five five five oh one four three", "Got it."]


async def test_a_call_that_somebody_wanted_a_person_for_goes_on_waiting(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:2])
    await platform.do(Escalate(reason="upset"))
    answer = await platform.take(platform.request("nothing, thanks"))
    assert answer["progress"]["status"] == "waiting_agent"


async def test_a_person_who_was_asked_for_by_mistake_is_not_wanted_any_more(store: CallStore) -> None:
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:2])
    answer = await platform.say("a person", "yes")
    assert (answer["progress"]["status"], answer["shouldTransfer"]) == ("active", False)
    assert [one["status"] for one in await platform.told("status_change")] == ["waiting_agent", "active"]
    assert (await platform.document())["why"] == ""


async def test_a_request_to_the_office_is_withdrawn_with_the_words_that_made_it(store: CallStore) -> None:
    platform = Platform(store, **AFTER_HOURS)
    await platform.all_said(*TO_THE_TIME, EVENING)
    answer = await platform.say("yes", "no")
    [asked], [cleared] = await platform.told("permission_request"), await platform.told("permission_cleared")
    assert (cleared["permissionId"], cleared["outcome"]) == (asked["permissionId"], "withdrawn")
    assert await platform.places() == []
    assert "approval" not in await platform.document()
    assert answer["progress"]["status"] == "active"


async def test_a_request_that_was_answered_since_stays_answered(store: CallStore) -> None:
    platform = Platform(store, **AFTER_HOURS)
    await platform.all_said(*TO_THE_TIME, EVENING, "yes")
    await platform.workers[1].answer_permission(platform.sid, Answer(approved=True, by="kim"), platform.now)
    answer = await platform.take(platform.request("no"))
    assert answer["progress"]["status"] == "booked"
    assert await platform.places() == ["CA1"]


async def test_a_request_that_was_withdrawn_by_mistake_stands_again(store: CallStore) -> None:
    """With the same id, and the place held again."""
    platform = Platform(store, **AFTER_HOURS)
    await platform.all_said(*TO_THE_TIME, EVENING, "yes")
    await platform.say("make it tomorrow at 2 pm", "okay")
    first, again = await platform.told("permission_request")
    assert again == first
    assert await platform.places() == ["CA1"]
    assert (await platform.document())["approval"]["permissionId"] == first["permissionId"]
    approval = await platform.workers[0].answer_permission(platform.sid, Answer(approved=True, by="kim"), platform.now)
    assert approval.state == "approved"


async def test_a_hold_that_another_call_has_got_meanwhile_is_told(store: CallStore) -> None:
    platform = Platform(store, capacity=1, **AFTER_HOURS)
    await platform.all_said(*TO_THE_TIME, EVENING, "yes")
    place = (await platform.call()).place
    assert place is not None
    await platform.say("make it tomorrow at 2 pm")
    other = await begin(store, "CA2")
    taken = job("CA2", place.start, 60)
    after = msgspec.structs.replace(other.call, status="booked", booked=taken)
    await store.commit(Change(before=other.call, after=after, seen=other.seen, booking=taken, capacity=1))
    answer = await platform.take(platform.request("okay"))
    assert await platform.places() == ["CA2"]
    assert answer["progress"]["step"] == "time"
    assert answer["progress"]["status"] == "active"
    assert len(await platform.told("permission_request")) == 1
    assert "approval" not in await platform.document()


async def test_another_systems_copy_brings_nothing_back(store: CallStore, shelf: Shelf) -> None:
    """It was read before the words were taken back; what that system added itself is taken."""
    platform = Platform(store)
    await platform.all_said(*TO_BOOKED[:4])
    await platform.say("yes", "yes")
    await platform.say("mary at example dot com")
    theirs = await platform.document()
    theirs["user"]["userInfo"]["name"] = "Somebody Else"
    theirs["theirs"] = {"note": 1}
    await shelf.put_document("CA1", json.dumps(theirs).encode())
    answer = await platform.take(platform.request("the email is mary at example dot org"))
    assert answer["progress"]["filled"].get("email", answer["progress"]["pending"].get("email")) == "mary@example.org"
    document = await platform.document()
    assert document["theirs"] == {"note": 1}
    assert document["user"]["userInfo"]["name"] == "Mary O'Neill"


@pytest.mark.parametrize("seed", range(20))
async def test_however_often_words_change_and_fields_are_set_what_was_said_last_and_set_stands(seed: int) -> None:
    """As if the fields had been set before the turn, and each turn had been said once."""
    chance = random.Random(seed)
    changed, plain = Platform(MemoryStore()), Platform(MemoryStore())
    for said in TO_BOOKED:
        edits = []
        changed.turn += 1
        changed.now = plain.now = NOW + timedelta(seconds=TURN_S * changed.turn)
        plain.turn = changed.turn
        for other in chance.sample([one for one in OTHERWISE if one != said], chance.randrange(3)):
            await changed.take(changed.request(other), chance.randrange(2))
            if chance.random() < 0.3:
                field = chance.choice(sorted(SET))
                edits.append({field: chance.choice(SET[field])})
                await edit(changed, **edits[-1])
        for fields in edits:
            if plain.turn > 1:
                await edit(plain, **fields)
        if edits and plain.turn == 1:
            return  # before its first turn there is no call whose fields could be set
        answers = [await platform.take(platform.request(said)) for platform in (changed, plain)]
        assert words(answers[0]) == words(answers[1])
        assert await standing(changed) == await standing(plain)


async def test_a_call_with_words_taken_back_is_played_again_without_a_difference() -> None:
    store = MemoryStore()
    platform = Platform(store)
    for said in TO_BOOKED:
        await platform.say("no", "tomorrow at 4 pm", said)
    traced = [msgspec.json.decode(one, type=TracedTurn) for one in await store.trace("CA1")]
    assert [one.number for one in traced] == [number + 1 for number in range(len(TO_BOOKED)) for _ in range(3)]
    anew = MemoryStore()
    made = Platform(anew).deps
    assert await differences(Recording(callSid="CA1", turns=traced), Walker(made), anew) == []
