"""What could still be cancelled or changed some day is a question: it is answered at every step, and the step goes on with all it held."""

from collections.abc import Sequence

import pytest

from storage.memory_store import MemoryStore
from storage.store import CallStore
from tests.graph.office import words
from tests.graph.ringing import CANCEL, MOVE, NAME, appointment, booked, caller

pytestmark = pytest.mark.anyio
ADDRESS = "12 High Street, Springfield, New Jersey 07081"
TO_THE_TIME = ("", NAME, "202 555 0143", "yes", ADDRESS, "yes", "no email", "my drain is clogged")
STEPS = {
    "the name": TO_THE_TIME[:1],
    "the phone read back": TO_THE_TIME[:3],
    "the address": TO_THE_TIME[:4],
    "the address read back": TO_THE_TIME[:5],
    "the email": TO_THE_TIME[:6],
    "the service": TO_THE_TIME[:7],
    "the time": TO_THE_TIME,
    "the summary": (*TO_THE_TIME, "tomorrow at 2 pm"),
}
SAID = {
    "en": ("can I change my appointment later if something comes up?", "can I cancel later", "can I still change it afterwards"),
    "zh": ("以后能改预约吗", "到时候可以取消吗", "会提前打电话吗"),
}
UNKNOWN = {"en": "don't know that", "zh": "这个我不清楚"}


@pytest.mark.parametrize("before", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_is_answered_and_the_step_goes_on(language: str, before: Sequence[str]) -> None:
    for number, said in enumerate(SAID[language]):
        one = caller(MemoryStore(), f"CA{number}", "", languages=["en-US", "zh-CN"])
        one.language = {"en": "en-US", "zh": "zh-CN"}[language]
        stood = (await one.say(*before))["progress"]
        answer = await one.say(said)
        assert UNKNOWN[language] in words(answer), (said, words(answer))
        assert answer["progress"] == stood, said


@pytest.mark.parametrize("said", [(CANCEL, NAME), (MOVE, NAME), (MOVE, NAME, "tomorrow at 5 pm")])
async def test_of_an_appointment_as_well(store: CallStore, said: Sequence[str]) -> None:
    was = await booked(store)
    one = caller(store, "CA2")
    stood = (await one.say("", *said))["progress"]
    answer = await one.say("can I still cancel later if something comes up")
    assert UNKNOWN["en"] in words(answer)
    assert (answer["progress"], await appointment(store)) == (stood, was)


async def test_a_yes_before_it_counts_but_books_nothing(store: CallStore) -> None:
    one = caller(store, "CA2", "")
    answer = await one.say(*STEPS["the address read back"], "yes, can I cancel later")
    assert (answer["progress"]["step"], UNKNOWN["en"] in words(answer)) == ("email", True)
    answer = await one.say("no email", "my drain is clogged", "tomorrow at 2 pm", "yes, can I cancel later")
    assert (answer["progress"]["status"], "Shall I book" in words(answer)) == ("active", True)


@pytest.mark.parametrize(
    ("said", "at"), [("can we make it an hour later", "15:00"), ("can I change it to 4 pm", "16:00"), ("能不能改到下午四点", "16:00")]
)
async def test_a_later_time_is_one(store: CallStore, said: str, at: str) -> None:
    one = caller(store, "CA2", "", languages=["en-US", "zh-CN"])
    assert (await one.say(*STEPS["the summary"], said))["progress"]["pending"]["time"][11:16] == at
