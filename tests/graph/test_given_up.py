"""Once its booking was cancelled, whoever did it, nothing that is said in a call books again what it held; whoever wants another has one."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.policy.people import Drop, Release, Takeover, Unanswered
from agent.record.business import EVERY
from agent.record.call import Turn
from agent.record.cancellation import Cancellation
from graph.lines import AGAIN
from graph.state import TurnRequest
from storage.store import CallStore
from tests.callers import SAID
from tests.graph.counting import Platform
from tests.graph.office import YES, Caller, words
from tests.graph.ringing import CANCEL, HIS, NAME, OPEN, TWO, appointment, caller
from tests.graph.test_rung_again import ZH, booked

pytestmark = pytest.mark.anyio

AFTERWARDS = [
    *(("en", said) for said in ("yes", "ok thanks bye", "thank you", "bye", "", "yes please", "no", "great", "mm-hm", "okay that's right", "hello?")),
    *(("zh", said) for said in ("好的", "谢谢", "再见", "", "是的", "好的谢谢再见", "嗯", "对", "可以")),
]
NAMES = {"en": NAME, "zh": ZH["name"]}
WISHES = {"en": CANCEL, "zh": "我想取消我的预约"}


async def by_the_caller(one: Caller, language: str) -> None:
    answer = await one.say(WISHES[language], NAMES[language], SAID[language]["yes"])
    assert answer["shouldHangup"]


async def by_the_caller_in_another_call(one: Caller, language: str) -> None:
    other = caller(one.store, "CA2")
    other.walker, other.language, other.now = one.walker, one.language, one.now
    await other.say("", WISHES[language], NAMES[language], SAID[language]["yes"])


async def by_the_office(one: Caller, _: str) -> None:
    await one.walker.cancel(await appointment(one.store), one.now, "ann", Cancellation(why="office"))


Cancels = Callable[[Caller, str], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("cancels", [by_the_caller, by_the_caller_in_another_call, by_the_office])
@pytest.mark.parametrize(("language", "said"), AFTERWARDS)
async def test_no_later_word_books_it_again(store: CallStore, cancels: Cancels, language: str, said: str) -> None:
    one = await booked(store, language)
    await cancels(one, language)
    assert (await appointment(store)).state == "cancelled"
    for more in (said, SAID[language]["yes"], said, ""):
        answer = await one.say(more)
        assert answer["shouldHangup"], words(answer)
        assert {"en": "cancelled", "zh": "已经取消"}[language] in words(answer), "what became of it is said"
        assert (await appointment(store)).state == "cancelled"
    assert await one.places() == 0


@pytest.mark.parametrize("cancels", [by_the_caller, by_the_office])
async def test_who_wants_another_has_one_and_says_all_of_it(store: CallStore, cancels: Cancels) -> None:
    one = await booked(store)
    await cancels(one, "en")
    answer = await one.say("my drain is clogged")
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("active", False)
    for said in ("yes", "yes", "yes"):
        await one.say(said)
    assert await one.places() == 0, "of what was cancelled nothing is left to say yes to"
    call = (await store.open("CA1")).call
    assert call is not None
    assert not call.slot("time").value


async def test_a_repeated_turn_gets_its_answer_and_cancels_once(store: CallStore) -> None:
    one = await booked(store)
    await by_the_caller(one, "en")
    last = TurnRequest(sid="CA1", turn=Turn(key="said again", text="ok thanks bye"), caller=HIS)
    assert await one.walker.take_turn(last, one.now) == await one.walker.take_turn(last, one.now)
    assert (await appointment(store)).sequence == 1


async def test_a_person_who_has_the_call_goes_on_without_a_time(store: CallStore) -> None:
    one = caller(store, "CA1", needs_approval=[EVERY])
    await one.asked(TWO)
    await one.walker.do("CA1", Takeover(agent="kim"), one.now)
    await one.answered(YES)
    await by_the_office(one, "en")
    await one.walker.do("CA1", Release(agent="kim"), one.now)
    for said in ("yes", "yes", "thanks"):
        answer = await one.say(said)
        assert not answer["shouldHangup"], words(answer)
        assert answer["progress"]["step"] == "time"
    assert await one.places() == 0


async def test_approved_and_cancelled_before_the_caller_heard_of_it(store: CallStore) -> None:
    one = caller(store, "CA1", needs_approval=[EVERY])
    await one.asked(TWO)
    await one.answered(YES)
    await by_the_office(one, "en")
    answer = await one.say("yes")
    assert "cancelled" in words(answer)
    assert await one.places() == 0


async def test_other_words_for_the_booking_turn_after_it_was_cancelled(store: CallStore) -> None:
    platform = Platform(store, "CA1", caller=HIS, **OPEN)
    said = SAID["en"]
    platform.now = datetime.now(UTC)
    to_the_yes = ("", said["name"], said["phone"], "yes", said["address"], said["yes"], "no email", said["service"], said["time"], "yes")
    for platform.turn, more in enumerate(to_the_yes, start=1):
        await platform.take(platform.request(more))
    assert await platform.places() == ["CA1"]
    await platform.workers[0].cancel(await appointment(store), platform.now, "ann", Cancellation(why="office"))
    answer = await platform.take(platform.request("yes please"))
    assert "cancelled" in words(answer)
    assert await platform.places() == []


async def test_the_line_that_ends_after_a_cancellation_changes_nothing(store: CallStore) -> None:
    one = await booked(store)
    await by_the_caller(one, "en")
    await one.walker.do("CA1", Unanswered(), one.now)
    await one.walker.do("CA1", Drop(reason="line_dropped"), one.now)
    found = [(await store.open(sid)).call for sid in ("CA1", f"CA1{AGAIN}")]
    assert [(call.status, call.hung_up) for call in found if call is not None] == [("ended", True), ("ended", True)]
