"""An appointment is moved from where it is: by so much, to its own hour on another day, or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from storage.store import CallStore
from tests.graph.office import words
from tests.graph.ringing import MOVE, NAME, TWO, appointment, booked, caller

pytestmark = pytest.mark.anyio
HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("language", "said", "by"),
    [
        ("en", (MOVE, NAME, "an hour later"), HOUR),
        ("en", (MOVE, NAME, "half an hour earlier"), -HOUR // 2),
        ("en", (MOVE, NAME, "the day after at the same time"), DAY),
        ("en", (MOVE, NAME, "same time the next day"), DAY),
        ("en", (MOVE, NAME, "a week later"), 7 * DAY),
        ("en", ("when is my appointment", NAME, "move it an hour later"), HOUR),
        ("en", ("can you move my appointment an hour later", NAME, "an hour later"), HOUR),
        ("en", (MOVE, NAME, "tomorrow at 5 pm"), 3 * HOUR),
        ("zh", ("我想改我的预约", "Mary O'Neill", "晚一个小时"), HOUR),
    ],
)
async def test_by_so_much(store: CallStore, language: str, said: Sequence[str], by: int) -> None:
    was = await booked(store)
    one = caller(store, "CA2", languages=["en-US", "zh-CN"])
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    answer = await one.say("", *said)
    assert answer["progress"]["expecting"] == "confirmation", words(answer)
    await one.say({"en": "yes", "zh": "对"}[language])
    assert (await appointment(store)).start - was.start == by


async def test_a_day_alone_is_asked_for_its_hour(store: CallStore) -> None:
    await booked(store)
    answer = await caller(store, "CA2").say("", MOVE, NAME, "in two days")
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("time", "value")


@pytest.mark.parametrize("said", [(MOVE, NAME, TWO), (f"{MOVE} to {TWO}", NAME), ("when is my appointment", NAME, f"move it to {TWO}")])
async def test_where_it_is_it_is_not_moved_to(store: CallStore, said: Sequence[str]) -> None:
    was = await booked(store)
    one = caller(store, "CA2")
    answer = await one.say("", *said)
    assert words(answer).count("I have it here") == 1
    assert (answer["progress"]["step"], answer["progress"]["expecting"], answer["progress"]["pending"]) == ("time", "value", {})
    assert "to tomorrow, Tuesday" not in words(answer)
    assert "shall I move it" in words(await one.say("tomorrow at 5 pm"))
    assert await appointment(store) == was


async def test_what_was_turned_down_waits_no_more(store: CallStore) -> None:
    was = await booked(store)
    one = caller(store, "CA2")
    answer = await one.say("", MOVE, NAME, "tomorrow at 5 pm", "no, leave it")
    assert answer["progress"]["pending"] == {}
    answer = await one.say("no thanks")
    assert (answer["shouldHangup"], answer["progress"]["pending"], await appointment(store), await one.places()) == (True, {}, was, 1)


@pytest.mark.parametrize("weeks", [0, 1, 2])
async def test_from_one_day_to_another_is_within_its_week(store: CallStore, weeks: int) -> None:
    one = caller(store, "CA1")
    at = one.now + timedelta(days=8 - one.now.isoweekday() + 1 + 7 * weeks)  # a Tuesday
    was = await booked(store, time=f"{at:%B} {at.day} at 2 pm")
    answer = await caller(store, "CA2").say("", MOVE, NAME, "move it from Tuesday to Friday at 3 pm")
    assert answer["progress"]["expecting"] == "confirmation", words(answer)
    pending = datetime.fromisoformat(answer["progress"]["pending"]["time"])
    assert pending.timestamp() - was.start == 3 * DAY + HOUR
