"""An earlier call gone on with: whose it is, what is said again, what is put right, and what may be booked unspoken."""

import asyncio
import json
from datetime import datetime
from typing import Any

import msgspec
import pytest

from agent.nlu.candidates import Context
from agent.policy import resuming
from agent.record.business import in_language
from agent.record.call import Booking, Call
from agent.record.provenance import Provenance
from agent.record.skeleton import adopt
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.slots import PLACES, SLOTS
from tests.graph.calling_back import HELD, NAME, NOW, ONE, OTHER, Line, earlier, heard, standing

replace = msgspec.structs.replace


SAYS = {
    "phone": ("415 555 0187", "415 555 0187"),
    "address": ("4718 Quillfeather Lane, Brackenhurst, New Jersey 07081", "4718 Quillfeather Lane, Brackenhurst, New Jersey 07081"),
    "email": ("my email is zephyrine dot quux at gmail dot com", "我的邮箱是zephyrine点quux艾特gmail点com"),
    "service": ("my drain is clogged", "下水道堵了"),
    "time": ("tomorrow at 1:15 pm", "明天下午一点一刻"),
}
HEARD = {"phone": "0187", "address": "Quillfeather", "email": "zephyrine", "service": "drain-cleaning", "time": "13:15"}


@pytest.mark.parametrize("slot", SAYS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_again_is_the_callers_and_is_spoken_from_then_on(language: str, slot: str) -> None:
    call, _ = standing(language, "summary")

    async def play() -> tuple[Call, Call, str]:
        line = Line(language)
        await line.put(call, "now")
        await line.say(SAYS[slot][language == "zh"], "now", 1)
        after = (await line.store.open("now")).call
        told = heard(await line.say(HELD[language], "now", 2))[0]
        assert after is not None
        return call, after, told

    call, after, told = asyncio.run(play())
    assert call.slot(slot).unspoken
    state = after.slot(slot)
    assert (state.status, state.unspoken, state.pending) == ("filled", False, "")
    assert HEARD[slot] in state.value
    assert [name for name in NAMES if after.slot(name).unspoken] == [name for name in NAMES[1:] if name != slot]
    spoken = SLOTS[slot].present(state.value[:16] if slot == "time" else state.value, Context(language=language, region="US", now=NOW), False)
    services = after.brief.services
    expected = next(in_language(one.name, language) for one in services if one.id == state.value) if slot == "service" else spoken
    assert expected in told


def test_another_value_is_confirmed_as_ever_and_nothing_is_edited() -> None:
    call, _ = standing("en", "summary")

    async def play(*said: str) -> dict[str, Any]:
        line = Line("en")
        await line.put(call, "now")
        for number, words in enumerate(said, start=1):
            answer = await line.say(words, "now", number)
        return answer

    answer = asyncio.run(play("change the last digit of my phone to 5"))
    assert "one eight" not in heard(answer)[0]
    answer = asyncio.run(play("my phone number is wrong"))
    assert answer["progress"]["step"] == "phone"
    assert "phone" not in answer["progress"]["filled"]
    answer = asyncio.run(play("my phone number is wrong", "it ends in 55"))
    assert answer["progress"]["pending"] == {"phone": "+12025550155"}, "the number that is shown, which was offered"
    answer = asyncio.run(play("the street is wrong"))
    assert (answer["progress"]["step"], "address" in answer["progress"]["filled"]) == ("address", False)
    answer = asyncio.run(play("my number is 202 555 0123"))
    assert answer["progress"]["pending"] == {"phone": "+12025550123"}
    assert "oh one two three" in heard(answer)[0]
    answer = asyncio.run(play("my number is 202 555 0123", "no, the old one was right"))
    assert "one eight seven" not in heard(answer)[0]


def test_the_booking_goes_on_with_what_is_not_spoken() -> None:
    call, _ = standing("en", "summary")

    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        line = Line("en")
        await line.put(call, "now")
        booked = await line.say("yes", "now", 1)
        return booked, json.loads(await line.store.document("now") or b"")

    booked, document = asyncio.run(play())
    assert booked["progress"]["status"] == "booked"
    assert booked["progress"]["filled"] == {"name": NAME["en"], **ONE}, "those who carry out the booking see all of it"
    assert {document["provenance"][slot]["confirmed"] for slot in ONE} == {"resumed"}
    assert document["servicebooked"] is True
    assert "last call" in heard(booked)[0]


def test_a_time_that_is_not_free_any_more_is_asked_for_and_nothing_near_it_is_offered() -> None:
    start = int(datetime.fromisoformat(ONE["time"]).timestamp())
    taken = [Booking(business="acme", sid=f"x{number}", start=start, end=start + 3600) for number in range(2)]

    async def play(when: str) -> list[str]:
        line = Line("en")
        if when == "before":
            line.store.put_bookings(taken)
        await line.put(earlier("en", ONE, ()), "before")
        for number, words in enumerate(("", f"it's {NAME['en']}", "yes")):
            answers = [heard(await line.say(words, "now", number))[0]]
        line.store.put_bookings(taken)
        return [*answers, heard(await line.say("yes", "now", 9))[0]]

    resumed, _ = asyncio.run(play("before"))
    assert "the time" not in resumed, "it was found out when the call went on"
    assert "would suit" in resumed or "would you like" in resumed or "suits you" in resumed
    _, refused = asyncio.run(play("at the yes"))
    assert "fully booked" in refused
    assert not any(near in refused for near in ("March 3rd", "PM", "AM", "Tuesday"))


@pytest.mark.parametrize(
    ("given", "said", "known"),
    [
        ("Mary O'Neill", "mary oneill", True),
        ("José Müller", "Jose Muller", True),
        ("Mary O'Neill", "Mary", False),
        ("Mary O'Neill", "O'Neill", False),
        ("John Smith", "Smith", False),
        ("Mary O'Neill", "Mary O'Neill Smith", False),
    ],
)
def test_only_the_whole_name_is_recognised(given: str, said: str, known: bool) -> None:
    before = earlier("en", ONE, ())
    before = before.with_slot("name", replace(before.slot("name"), value=given))
    call = new_call("now", said)
    assert resuming.may_recognise(call)
    assert resuming.recognise(call, before).call.recognised is known
    denied = before.with_slot("name", replace(before.slot("name"), status="empty", disputed=given))
    assert not resuming.recognise(call, denied).call.recognised, "that name was called wrong there"
    assert not resuming.recognise(call, replace(before, booked=Booking(business="acme", sid="before", start=0, end=1))).call.recognised


@pytest.mark.parametrize("how", ["adopted", "supervisor"])
def test_a_name_that_was_put_there_is_not_one_that_was_said(how: Any) -> None:
    """A telephone system that looks a number up, and fills the name in, has heard nobody."""
    call = new_call("now", NAME["en"])
    state = call.slot("name")
    assert state.provenance is not None
    assert not resuming.may_recognise(call.with_slot("name", replace(state, provenance=replace(state.provenance, confirmed=how))))


def test_who_says_another_name_first_hears_nothing_of_it_any_more() -> None:
    async def play(*said: str) -> list[str]:
        line = Line("en")
        await line.put(earlier("en", ONE, ()), "before")
        return [heard(await line.say(words, "now", number))[0] for number, words in enumerate(said)]

    told = asyncio.run(play("", "it's John Smith", "sorry, my name is Mary O'Neill", "yes", "yes", HELD["en"]))
    assert not any("stopped" in words or "last call" in words or "0187" in words for words in told)


def test_what_awaited_its_yes_is_asked_again_and_what_this_caller_said_stays() -> None:
    async def play() -> tuple[str, dict[str, Any]]:
        line = Line("en")
        before = earlier("en", ONE, ("time", "email"))
        waiting = replace(before.slot("address"), status="pending", pending=OTHER["address"], pending_provenance=before.slot("address").provenance)
        await line.put(before.with_slot("address", waiting), "before")
        await line.say("", "now", 0)
        await line.say("it's Mary O'Neill, my number is 202 555 0123", "now", 1)
        resumed = await line.say("yes", "now", 2)
        asked = await line.say("yes", "now", 3)
        return heard(resumed)[0], asked

    resumed, asked = asyncio.run(play())
    assert "oh one two three" in resumed, "this caller's own number is read back, not the one before"
    assert asked["progress"]["filled"]["phone"] == "+12025550123"
    assert asked["progress"]["step"] == "address"
    assert asked["progress"]["pending"] == {}


def test_an_older_copy_of_the_document_brings_nothing_to_be_spoken() -> None:
    call = replace(standing("en", "reopened")[0], rev=1)
    assert call.slot("phone").value == ""
    theirs = {"user": {"userInfo": {"phone": ONE["phone"]}}}
    after = adopt(call, theirs, "2026-03-02T14:00:00Z", PLACES)
    assert (after.slot("phone").value, after.slot("phone").unspoken) == (ONE["phone"], True)


def new_call(sid: str, name: str) -> Call:
    """A call that has an earlier one, and in which a name was said."""
    came = Provenance(turn="t", words="w", rule="r", confirmed="implicit")
    call = replace(earlier("en", {}, tuple(ONE)), sid=sid, unfinished="before")
    return call.with_slot("name", SlotState(status="filled", value=name, provenance=came))


def test_what_people_had_locked_stays_theirs_when_the_caller_rings_back() -> None:
    async def play() -> tuple[str, Call]:
        line = Line("en")
        before = earlier("en", ONE, ("service", "time"))
        for name in ("email", "service"):
            before = before.with_slot(name, replace(before.slot(name), locked=True))
        await line.put(before, "before")
        for number, words in enumerate(("", f"it's {NAME['en']}", "yes")):
            told = heard(await line.say(words, "now", number))[0]
        after = (await line.store.open("now")).call
        assert after is not None
        return told, after

    told, after = asyncio.run(play())
    assert [name for name in NAMES if after.slot(name).locked] == ["email", "service"]
    assert after.question.slots == ("time",), told
