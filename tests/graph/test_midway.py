"""In the middle of a booking "my appointment" may be the one that is being made, or one that the caller has: it is looked for, and found or not."""

from collections.abc import Sequence

import pytest

from storage.store import CallStore
from tests.graph.office import Caller, words
from tests.graph.ringing import CANCEL, NAME, OTHERS, TWO, appointment, booked, caller

pytestmark = pytest.mark.anyio
YES = {"en": "yes", "zh": "对"}
ADDRESS = "12 High Street, Springfield, New Jersey 07081"
BEGUN = {
    "the address": ("", NAME, "yes"),
    "the email": ("", NAME, "yes", ADDRESS, "yes"),
    "the time": ("", NAME, "yes", ADDRESS, "yes", "no email", "my drain is clogged"),
    "the summary": ("", NAME, "yes", ADDRESS, "yes", "no email", "my drain is clogged", "tomorrow at 5 pm"),
}
"""What was said before, by what is asked then."""
ZH = ("", "我叫Mary O'Neill", "对")


def midway(store: CallStore, language: str = "en", **changed: str) -> Caller:
    one = caller(store, "CA2", languages=["en-US", "zh-CN"], **changed)
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    return one


@pytest.mark.parametrize(
    ("language", "before", "said"),
    [
        *(("en", before, CANCEL) for before in BEGUN.values()),
        ("en", BEGUN["the address"], "scratch my appointment"),
        ("en", BEGUN["the address"], "stop my appointment please"),
        ("en", ("", "scratch my appointment"), NAME),
        ("zh", ZH, "我想取消我的预约"),
        ("zh", ZH, "我的预约不要了，取消吧"),
    ],
)
async def test_whoever_has_one_has_it_cancelled(store: CallStore, language: str, before: Sequence[str], said: str) -> None:
    await booked(store)
    one = midway(store, language)
    answer = await one.say(*before, said)
    assert answer["progress"]["status"] == "active"
    assert "Drain" in words(answer) or "疏通" in words(answer), words(answer)
    answer = await one.say(YES[language])
    assert (answer["shouldHangup"], (await appointment(store)).state) == (True, "cancelled")
    assert await one.places() == 0, "nothing is held for what was begun"


@pytest.mark.parametrize(
    ("before", "number"), [(before, OTHERS) for before in BEGUN.values()] + [((*BEGUN["the address"][:2], "202 555 0143", "yes"), "")]
)
async def test_whoever_has_none_stops_this_call_and_it_says_so(store: CallStore, before: Sequence[str], number: str) -> None:
    """Nothing is said of appointments: there may be one, of another number or name."""
    await booked(store)
    one = midway(store, number=number)
    assert "stop this call" in words(await one.say(*before, CANCEL))
    answer = await one.say("yes")
    assert "nothing was booked in this call" in words(answer)
    assert (answer["shouldHangup"], (await appointment(store)).state) == (True, "booked")


@pytest.mark.parametrize(
    ("before", "said", "hears"),
    [
        (BEGUN["the address"], "what time is my appointment", "2 PM"),
        (BEGUN["the email"], "I want to move my appointment to tomorrow at 5 pm", "to tomorrow, Tuesday, December 1st at 5 PM"),
        (BEGUN["the address"], "I'd like to change my existing appointment", "I have it here"),
    ],
)
async def test_before_this_one_has_a_time_it_is_another_that_is_moved_or_asked_after(
    store: CallStore, before: Sequence[str], said: str, hears: str
) -> None:
    await booked(store)
    assert hears.split(",")[0] in words(await midway(store).say(*before, said))


async def test_whoever_has_none_tells_the_time_of_this_one(store: CallStore) -> None:
    one = midway(store)
    answer = await one.say(*BEGUN["the email"], f"I want to move my appointment to {TWO}")
    assert (answer["progress"]["status"], answer["progress"]["expecting"], "time" in answer["progress"]["pending"]) == (
        "active",
        "confirmation",
        True,
    )
    answer = await one.say("yes", "when is my appointment")
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("email", "value")


async def test_once_this_one_has_a_time_that_is_moved(store: CallStore) -> None:
    was = await booked(store)
    one = midway(store)
    answer = await one.say(*BEGUN["the summary"], "can you move my appointment to tomorrow at 7 pm")
    assert answer["progress"]["pending"]["time"][11:16] == "19:00"
    assert "Shall I book" in words(answer)
    assert await appointment(store) == was


async def test_at_the_question_whether_to_stop_a_no_may_tell_which_one(store: CallStore) -> None:
    await booked(store)
    one = midway(store, number="")
    answer = await one.say("", NAME, "202 555 0143", "yes", CANCEL, "no, I mean my appointment, I want to cancel my appointment")
    assert "reference" in words(answer)
