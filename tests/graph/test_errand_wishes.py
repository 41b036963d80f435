"""What is told with the wish is kept until it is known which appointment it is about; what is missing of it may be added."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from storage.store import CallStore
from tests.graph.office import Caller, words
from tests.graph.ringing import HIS, MOVE, NAME, OTHERS, appointment, booked, caller

pytestmark = pytest.mark.anyio
YES = {"en": "yes", "zh": "是的"}


def again(store: CallStore, language: str = "en", number: str = HIS, sid: str = "CA2") -> Caller:
    one = caller(store, sid, number, languages=["en-US", "zh-CN"])
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    return one


async def starts(store: CallStore) -> datetime:
    return datetime.fromtimestamp((await appointment(store)).start, UTC).astimezone(ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("I'd like to move my appointment to tomorrow at five pm", NAME)),
        ("en", ("change my appointment from tomorrow at two to tomorrow at 5 pm", NAME)),
        ("en", (NAME, "can you push my 2 pm appointment back to tomorrow at five pm")),
        ("en", (f"{NAME}, I need to reschedule my booking to tomorrow at 5 pm",)),
        ("en", ("when is my appointment", "I'd like to move it to tomorrow at 5 pm, it's Mary O'Neill")),
        ("zh", ("我想把我的预约改到明天下午五点", "Mary O'Neill")),
        ("zh", ("我的预约想从明天下午两点换到明天下午五点", "Mary O'Neill")),
    ],
)
async def test_the_time_that_was_told_with_the_wish_is_asked_back(store: CallStore, language: str, said: tuple[str, ...]) -> None:
    was = await booked(store)
    answer = await again(store, language).say("", *said)
    assert answer["progress"]["expecting"] == "confirmation", words(answer)
    assert "shall I move it" in words(answer) or "改到" in words(answer)
    one = again(store, language)
    one.turns = 1 + len(said)
    await one.say(YES[language])
    assert (await appointment(store)).start - was.start == 3 * 3600


@pytest.mark.parametrize("said", ["I'd like to move my 2 pm appointment", "I want to move my appointment that's tomorrow at two", MOVE])
async def test_the_time_that_it_has_is_not_the_one_that_is_wanted(store: CallStore, said: str) -> None:
    await booked(store)
    answer = await again(store).say("", said, NAME)
    assert (answer["progress"]["step"], answer["progress"]["pending"]) == ("time", {})


async def test_a_part_of_a_time_is_kept_as_well(store: CallStore) -> None:
    await booked(store)
    answer = await again(store).say("", "I'd like to move my appointment to tomorrow", NAME, "five pm")
    assert answer["progress"]["pending"]["time"][11:16] == "17:00"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "I'd like to move my appointment to tomorrow at 2:30 pm"), ("zh", "我的预约改到明天下午两点半")]
)
async def test_its_own_place_is_not_in_the_way(store: CallStore, language: str, said: str) -> None:
    was = await booked(store)
    one = again(store, language)
    answer = await one.say("", said, "Mary O'Neill")
    assert answer["progress"]["expecting"] == "confirmation", words(answer)
    await one.say(YES[language])
    assert (await appointment(store)).start - was.start == 1800


async def test_a_time_that_others_have_is_answered_with_others(store: CallStore) -> None:
    await booked(store)
    await booked(store, "CA3", "tomorrow at 5 pm", OTHERS)
    answer = await again(store).say("", "I'd like to move my appointment to tomorrow at 5 pm", NAME)
    assert answer["progress"]["expecting"] == "choice"
    assert "Drain" in words(answer), "which one it is"


@pytest.mark.parametrize(
    ("language", "said", "address"),
    [
        ("en", ("when is my appointment", NAME, "can you add my email"), "mary at yahoo dot com"),
        ("en", ("when is my appointment", NAME, "can you also put my email on it"), "mary at yahoo dot com"),
        ("en", ("I'd like to add my email to my appointment", NAME), "mary at yahoo dot com"),
        ("zh", ("我的预约是几点", "Mary O'Neill", "帮我加个邮箱"), "mary at yahoo dot com"),
        ("zh", ("给我的预约补一下邮箱", "Mary O'Neill"), "mary at yahoo dot com"),
    ],
)
async def test_what_it_has_not_is_added(store: CallStore, language: str, said: tuple[str, ...], address: str) -> None:
    assert not (await booked(store)).email
    one = again(store, language)
    answer = await one.say("", *said)
    assert answer["progress"]["step"] == "email", words(answer)
    await one.say(address, YES[language])
    assert (await appointment(store)).email == "mary@yahoo.com"


async def test_it_is_added_beside_the_new_time(store: CallStore) -> None:
    was = await booked(store)
    one = again(store)
    answer = await one.say("", "I'd like to move my appointment to tomorrow at 5 pm", NAME, "and can you put my email on it as well")
    assert (answer["progress"]["step"], answer["progress"]["expecting"]) == ("email", "value")
    answer = await one.say("mary at yahoo dot com")
    assert "yahoo" in words(answer)
    assert "5" in words(answer)
    await one.say("yes")
    after = await appointment(store)
    assert (after.email, after.start - was.start) == ("mary@yahoo.com", 3 * 3600)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "is my appointment going to be expensive"), ("en", "I have a question about my appointment, how much will it cost"),
        ("en", "how long will my appointment take"), ("en", "will you remind me of my appointment"), ("en", "my order reference is 45678"),
        ("zh", "问一下我的预约要多少钱"), ("zh", "你们会提醒我的预约吗"), ("zh", "订单号是45678"),
    ],
)  # fmt: skip
async def test_a_question_is_no_wish(store: CallStore, language: str, said: str) -> None:
    one = again(store, language)
    await one.say("", said)
    call = (await store.open("CA2")).call
    assert call is not None
    assert call.errand is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("my phone number is wrong on my booking", NAME, "never mind, keep it")), ("en", (MOVE, NAME, "forget it")),
        ("en", (MOVE, NAME, "tomorrow at 5 pm", "never mind")), ("zh", ("我想改一下我的预约", "Mary O'Neill", "算了不改了")),
    ],
)  # fmt: skip
async def test_never_mind_is_about_the_change(store: CallStore, language: str, said: tuple[str, ...]) -> None:
    was = await booked(store)
    one = again(store, language)
    answer = await one.say("", *said)
    assert answer["progress"]["status"] == "active"
    assert "shall I cancel" not in words(answer)
    assert "要帮您取消" not in words(answer)
    answer = await one.say({"en": "never mind", "zh": "算了"}[language])
    assert (answer["shouldHangup"], await appointment(store)) == (True, was)


@pytest.mark.parametrize("said", [(MOVE, NAME, "actually, cancel it"), (MOVE, NAME, "tomorrow at 5 pm", "no, cancel it"), (MOVE, NAME, "取消吧")])
async def test_to_cancel_is_about_the_appointment(store: CallStore, said: tuple[str, ...]) -> None:
    await booked(store)
    answer = await again(store).say("", *said)
    assert "shall I cancel" in words(answer) or "取消" in words(answer)
