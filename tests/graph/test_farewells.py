"""A call about an appointment that is over stays over: whatever is said to its farewell gets another, and only a wish opens it."""

from collections.abc import Sequence

import pytest

from storage.store import CallStore
from tests.graph.office import Caller, words
from tests.graph.ringing import CANCEL, MOVE, NAME, appointment, booked, caller

pytestmark = pytest.mark.anyio
HEAR = "when is my appointment"
ENDINGS = {
    "moved": (MOVE, NAME, "tomorrow at 5 pm", "yes"),
    "cancelled": (CANCEL, NAME, "yes"),
    "corrected": ("my phone number is wrong on my booking", NAME, "202 555 0188", "yes"),
    "heard": (HEAR, NAME, "no thanks"),
    "heard, goodbye": (HEAR, NAME, "goodbye"),
}


async def over(store: CallStore, said: Sequence[str]) -> Caller:
    await booked(store)
    one = caller(store, "CA2", languages=["en-US", "zh-CN"])
    assert (await one.say("", *said))["shouldHangup"]
    return one


@pytest.mark.parametrize("said", ENDINGS.values(), ids=ENDINGS)
async def test_another_goodbye_to_whatever_one_says_to_a_farewell(store: CallStore, said: Sequence[str]) -> None:
    one = await over(store, said)
    was = await appointment(store)
    for more in ("thanks", "ok", "great", "yes", "you too", "", "谢谢", "好的", "bye", "have a good one", "ok thank you, bye bye"):
        answer = await one.say(more)
        assert (answer["progress"]["status"], answer["shouldHangup"]) == ("ended", True), (more, words(answer))
        assert words(answer) in ("Thanks for calling, goodbye.", "感谢来电，再见。"), more
    assert await appointment(store) == was
    if was.state == "booked":
        assert "We had begun" not in words(await caller(store, "CA3").say("", NAME))


@pytest.mark.parametrize(
    ("ended", "said", "hears"),
    [
        ("moved", "actually, cancel my appointment", "shall I cancel"),
        ("moved", "wait, can I move it to tomorrow at 6 pm", "shall I move it"),
        ("heard", "when is my appointment again", "2 PM"),
        ("heard", "oh, and I also need a furnace tune-up", "number for you"),
        ("cancelled", "can I talk to somebody", "put you through"),
    ],
)
async def test_a_wish_opens_it_without_welcoming_anybody_back(store: CallStore, ended: str, said: str, hears: str) -> None:
    answer = await (await over(store, ENDINGS[ended])).say(said)
    assert hears in words(answer)
    assert "Welcome back" not in words(answer)
    assert not answer["shouldHangup"]


async def test_one_that_was_cut_off_goes_on(store: CallStore) -> None:
    """Only a farewell makes an end of it."""
    await booked(store)
    one = caller(store, "CA2")
    assert (await one.say("", MOVE, NAME, "tomorrow at 5 pm"))["progress"]["status"] == "active"
    assert "moved" in words(await one.say("yes"))
