"""Two things that are wanted in one breath: one goes after the other, it is said so, and none is lost."""

from datetime import timedelta

import pytest

from storage.errors import StaleCall
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.graph.office import Caller, words
from tests.graph.ringing import HIS, NAME, appointment, booked, caller, hour

pytestmark = pytest.mark.anyio
AFTER = {"en": "One thing after the other", "zh": "一件一件来"}
YES = {"en": "yes", "zh": "是的"}
BOTH = "cancel Monday's and move the Thursday one to tomorrow at 6 pm"


def again(store: CallStore, language: str = "en", sid: str = "CA9") -> Caller:
    one = caller(store, sid, HIS, languages=["en-US", "zh-CN"])
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    return one


async def code(store: CallStore, sid: str) -> str:
    return " ".join((await appointment(store, sid)).reference)


@pytest.mark.parametrize(("language", "said"), [("en", BOTH), ("zh", "取消我周二的预约，然后周四的改到明天下午六点")])
async def test_of_two_appointments_each(store: CallStore, language: str, said: str) -> None:
    """Once the first is cancelled, the name has but one."""
    await booked(store)
    await booked(store, "CA2", "tomorrow at 4 pm")
    one = again(store, language)
    assert AFTER[language] in words(await one.say("", said))
    await one.say("Mary O'Neill", await code(store, "CA1"))
    answer = await one.say(YES[language])
    assert (answer["progress"]["expecting"], answer["shouldHangup"]) == ("confirmation", False), words(answer)
    assert ((await appointment(store)).state, (await appointment(store, "CA2")).state) == ("cancelled", "booked")
    was = await hour(store, "CA2")
    assert (await one.say(YES[language]))["shouldHangup"]
    assert await hour(store, "CA2") - was == 2


async def test_where_it_is_not_clear_which_the_other_is_it_is_asked(store: CallStore) -> None:
    for sid, at in (("CA1", "2"), ("CA2", "4"), ("CA3", "6")):
        await booked(store, sid, f"tomorrow at {at} pm")
    one = again(store)
    answer = await one.say("", BOTH, NAME, await code(store, "CA1"), "yes")
    assert "reference" in words(answer)
    assert [(await appointment(store, sid)).state for sid in ("CA1", "CA2", "CA3")] == ["cancelled", "booked", "booked"]
    assert "shall I move" in words(await one.say(await code(store, "CA2"), "tomorrow at 8 pm"))


@pytest.mark.parametrize("said", ["cancel both my appointments", "cancel my appointment and the other one"])
async def test_the_verb_need_not_be_said_again(store: CallStore, said: str) -> None:
    await booked(store)
    await booked(store, "CA2", "tomorrow at 4 pm")
    await again(store).say("", said, NAME, await code(store, "CA2"), "yes", "yes")
    assert [(await appointment(store, sid)).state for sid in ("CA1", "CA2")] == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "cancel my appointment on Tuesday and leave the one on Thursday alone"),
        ("en", "cancel my appointment on Tuesday and don't touch the one on Thursday"),
        ("en", "cancel my appointment on Tuesday and tell me when the one on Thursday is"),
        ("zh", "取消我周二的预约，还有周四的没问题"),
    ],
)
async def test_of_which_nothing_is_wanted_stays(store: CallStore, language: str, said: str) -> None:
    await booked(store)
    await booked(store, "CA2", "tomorrow at 4 pm")
    one = again(store, language)
    await one.say("", said, "Mary O'Neill", await code(store, "CA1"))
    assert (await one.say(YES[language]))["shouldHangup"]
    assert [(await appointment(store, sid)).state for sid in ("CA1", "CA2")] == ["cancelled", "booked"]


async def test_of_three_each(store: CallStore) -> None:
    for sid, at in (("CA1", "2"), ("CA2", "4"), ("CA3", "6")):
        await booked(store, sid, f"tomorrow at {at} pm")
    one, was = again(store), await appointment(store, "CA2")
    await one.say("", "cancel Monday's, move the Thursday one to tomorrow at 8 pm and cancel the Saturday one", NAME)
    await one.say(await code(store, "CA1"), "yes", await code(store, "CA2"), "yes")
    assert (await appointment(store, "CA2")).start - was.start == 4 * 3600
    assert (await appointment(store, "CA3")).state == "booked"
    assert (await one.say(await code(store, "CA3"), "yes"))["shouldHangup"]
    assert [(await appointment(store, sid)).state for sid in ("CA1", "CA2", "CA3")] == ["cancelled", "booked", "cancelled"]


async def test_where_the_second_of_three_is_not_wanted_the_third_is_taken_up(store: CallStore) -> None:
    for sid, at in (("CA1", "2"), ("CA2", "4"), ("CA3", "6")):
        await booked(store, sid, f"tomorrow at {at} pm")
    one = again(store)
    said = "cancel Monday's, move the Thursday one to tomorrow at 8 pm and cancel the Saturday one"
    answer = await one.say("", said, NAME, await code(store, "CA1"), "yes", "no")
    assert "reference" in words(answer), words(answer)
    assert "shall I cancel" in words(await one.say(await code(store, "CA3")))


@pytest.mark.parametrize(
    "said",
    [
        ("move my appointment to tomorrow at 5 pm and my e-mail is wrong", NAME, "yes", "mary at yahoo dot com", "yes"),
        ("when is my appointment", NAME, "move it to tomorrow at 5 pm and my e-mail is wrong", "yes", "mary at yahoo dot com", "yes"),
        ("my e-mail is wrong on my booking and can you move it to tomorrow at 5 pm", NAME, "mary at yahoo dot com", "yes", "yes"),
        ("my e-mail is wrong on my booking", NAME, "mary at yahoo dot com", "and could we do tomorrow at 5 pm instead", "yes"),
    ],
)
async def test_of_one_appointment_both(store: CallStore, said: tuple[str, ...]) -> None:
    was = await booked(store)
    assert (await again(store).say("", *said))["shouldHangup"]
    after = await appointment(store)
    assert (after.email, after.start - was.start) == ("mary@yahoo.com", 3 * 3600)


async def test_two_details_are_asked_for_both(store: CallStore) -> None:
    await booked(store)
    await again(store).say("", "my phone and my e-mail are wrong on my booking", NAME, "202 555 0188", "mary at yahoo dot com", "yes")
    after = await appointment(store)
    assert (after.phone, after.email) == ("+12025550188", "mary@yahoo.com")


async def test_the_second_is_taken_up_where_the_first_is_not_wanted_after_all(store: CallStore) -> None:
    was = await booked(store)
    one = again(store)
    answer = await one.say("", "move my appointment to tomorrow at 5 pm and my e-mail is wrong", NAME, "never mind", "no thanks")
    assert (answer["progress"]["step"], answer["shouldHangup"]) == ("email", False), words(answer)
    await one.say("mary at yahoo dot com", "yes")
    assert ((await appointment(store)).email, (await appointment(store)).start) == ("mary@yahoo.com", was.start)


@pytest.mark.parametrize(("said", "told"), [("goodbye", "changed nothing"), ("no thanks", "Thanks for calling")])
async def test_it_is_over_where_the_caller_says_so(store: CallStore, said: str, told: str) -> None:
    await booked(store)
    await booked(store, "CA2", "tomorrow at 4 pm")
    await booked(store, "CA3", "tomorrow at 6 pm")
    one = again(store)
    done = ("yes",) if said != "goodbye" else ()
    answer = await one.say("", BOTH, NAME, await code(store, "CA1"), *done, said)
    assert answer["shouldHangup"]
    assert told in words(answer)


async def test_another_worker_goes_on_and_a_turn_sent_again_is_answered_alike(store: CallStore) -> None:
    await booked(store)
    one, other = again(store), again(store)
    await one.say("", "move my appointment to tomorrow at 5 pm and my e-mail is wrong", NAME)
    other.turns, other.now = one.turns, one.now
    first = await other.say("yes")
    one.turns, one.now = other.turns - 1, other.now - timedelta(seconds=20)
    assert await one.say("yes") == first
    assert first["progress"]["step"] == "email"


class Meddled(PassingStore):
    """Where somebody else is faster with every first step that would end a turn."""

    refused = 0

    async def commit(self, change: Change) -> Committed:
        self.refused += 1 if change.answer else 0
        if change.answer and self.refused % 2:
            raise StaleCall("somebody was faster")
        return await self._store.commit(change)


async def test_where_others_are_faster_it_is_done_once_and_none_is_lost(store: CallStore) -> None:
    was = await booked(store)
    one = again(Meddled(store))
    said = ("move my appointment to tomorrow at 5 pm and my e-mail is wrong", NAME, "yes", "mary at yahoo dot com", "yes")
    assert (await one.say("", *said))["shouldHangup"]
    after = await appointment(store)
    assert (after.email, after.start - was.start, after.sequence) == ("mary@yahoo.com", 3 * 3600, 1)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "move my appointment to tomorrow at 5 pm and call me when you are here"),
        ("en", "I'd like to change my appointment and move it to tomorrow"),
        ("en", "I need to move my toilet and fix the one in the hall"), ("en", "cancel my appointment, it's Mary O'Neill"),
        ("zh", "把我的预约改到明天下午五点，谢谢"),
    ],
)  # fmt: skip
async def test_one_thing_is_one(store: CallStore, language: str, said: str) -> None:
    await booked(store)
    assert AFTER[language] not in words(await again(store, language).say("", said))
