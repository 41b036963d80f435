"""Who rings again under the very callSid that booked is treated like anybody who rings again; whoever else speaks there hears that all is booked."""

from datetime import UTC, datetime

import pytest

from agent.policy.people import Drop
from agent.record.booking_reference import booking_reference
from agent.record.call import Turn
from graph.errors import LineGone
from graph.lines import AGAIN
from graph.state import TurnRequest
from storage.store import CallStore
from tests.callers import SAID
from tests.graph.counting import Platform
from tests.graph.office import Caller, words
from tests.graph.ringing import CANCEL, HIS, NAME, OPEN, appointment, caller

pytestmark = pytest.mark.anyio
ZH = SAID["zh"]


async def booked(store: CallStore, language: str = "en") -> Caller:
    """The call that has booked, with its caller still there."""
    said = SAID[language]
    one = caller(store, "CA1", **({} if language == "en" else {"country": "CN", "languages": ["zh-CN"], "time_zone": "Asia/Shanghai"}))
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    no_email = {"en": "no email", "zh": "没有邮箱"}[language]
    await one.say("", said["name"], said["phone"], "yes" if language == "en" else "是的", said["address"], said["yes"], no_email)
    answer = await one.say(said["service"], said["time"], said["yes"])
    assert answer["progress"]["status"] == "booked", words(answer)
    return one


@pytest.mark.parametrize(
    ("language", "said", "name", "state"),
    [
        ("en", CANCEL, NAME, "cancelled"),
        ("en", "actually, can you cancel it", NAME, "cancelled"),
        ("zh", "我想取消我的预约", ZH["name"], "cancelled"),
        ("zh", "取消吧", ZH["name"], "cancelled"),
    ],
)
async def test_it_is_cancelled(store: CallStore, language: str, said: str, name: str, state: str) -> None:
    one = await booked(store, language)
    answer = await one.say(said)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("active", False)
    assert (await appointment(store)).state == "booked"
    await one.say(name)
    answer = await one.say(SAID[language]["yes"])
    assert (answer["shouldHangup"], (await appointment(store)).state) == (True, state)


@pytest.mark.parametrize(("language", "said"), [("en", "I smell gas"), ("en", "let me talk to a person"), ("zh", "有煤气味"), ("zh", "我要找人工")])
async def test_nobody_who_needs_a_person_is_bidden_farewell(store: CallStore, language: str, said: str) -> None:
    one = await booked(store, language)
    answer = await one.say(said)
    assert (answer["shouldTransfer"], answer["shouldHangup"]) == (True, False), words(answer)
    assert (await appointment(store)).state == "booked"


@pytest.mark.parametrize("said", ["can I move it", "I need to reschedule", "could you move my appointment"])
async def test_it_is_moved(store: CallStore, said: str) -> None:
    one = await booked(store)
    was = await appointment(store)
    await one.say(said, NAME, "tomorrow at 5 pm")
    assert (await appointment(store)) == was, "before the yes nothing is done"
    assert "moved" in words(await one.say("yes"))
    after = await appointment(store)
    assert (after.start - was.start, after.name, await one.places()) == (3 * 3600, was.name, 1)
    document = await one.document()
    assert (document["servicebooked"], document["user"]["serviceBookedTime"][11:16]) == (True, "17:00")


@pytest.mark.parametrize(
    ("language", "said", "pending"),
    [
        ("en", "could it be tomorrow at 5 pm instead", "17:00"), ("en", "actually make it 5 pm tomorrow", "17:00"),
        ("en", "sorry, not two, five in the afternoon", ""), ("en", "tomorrow at 5 pm would be better", "17:00"),
        ("zh", "还是明天下午五点吧", "17:00"), ("zh", "明天下午五点可以吗", "17:00"),
    ],
)  # fmt: skip
async def test_a_time_that_is_put_forward_is_what_it_is_moved_to(store: CallStore, language: str, said: str, pending: str) -> None:
    one = await booked(store, language)
    answer = await one.say(said)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("active", False)
    answer = await one.say(SAID[language]["name"])
    assert answer["progress"]["step"] == "time"
    assert answer["progress"]["pending"].get("time", "")[11:16] == pending, words(answer)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "see you on Saturday"), ("en", "I'm off at 3 anyway"), ("en", "two is great, thanks"), ("zh", "那就周三见"), ("zh", "地址对不对"),
        ("en", "yes, that's correct, thank you"), ("en", "should I bring anything?"), ("en", "who will fix it"), ("zh", "改天见"),
        ("en", "thanks, bye"), ("en", ""), ("en", "great"), ("en", "don't change anything"), ("en", "I'll move my furniture before you come"),
        ("zh", "谢谢，再见"), ("zh", "好的"), ("zh", "不用改了"),
    ],
)  # fmt: skip
async def test_whoever_wants_nothing_of_it_hears_that_all_is_booked(store: CallStore, language: str, said: str) -> None:
    one = await booked(store, language)
    answer = await one.say(said)
    assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True)
    assert (await store.open(f"CA1{AGAIN}")).call is None


async def test_a_turn_that_is_sent_again_gets_the_same_bytes(store: CallStore) -> None:
    """Each of them, also once the appointment is cancelled, and its call with it."""
    one = await booked(store)
    sent: list[tuple[TurnRequest, bytes]] = []
    for number, said in enumerate((CANCEL, NAME, "yes")):
        one.now = datetime.now(UTC).replace(hour=16, minute=number)
        request = TurnRequest(sid="CA1", turn=Turn(key=f"again {number}", text=said, started_at=one.now.isoformat()), caller=HIS)
        sent.append((request, await one.walker.take_turn(request, one.now)))
        for earlier, answer in sent:
            assert await one.walker.take_turn(earlier, one.now) == answer
    assert ((await appointment(store)).state, (await appointment(store)).sequence) == ("cancelled", 1)


async def test_a_stranger_gets_no_further_there(store: CallStore) -> None:
    one = await booked(store)
    answer = await one.say(CANCEL, "it's Ann Lee", "it's Bob Stone", "it's Carl Young")
    assert answer["shouldTransfer"]
    assert "Drain" not in words(answer)
    assert (await appointment(store)).state == "booked"


async def test_it_may_be_wanted_more_than_once(store: CallStore) -> None:
    one = await booked(store)
    await one.say("can I move it", NAME, "tomorrow at 5 pm", "yes")
    assert (await one.say("thank you"))["progress"]["status"] == "booked"
    await one.say("can I move it", "tomorrow at 8 pm", "yes")
    assert (await appointment(store)).sequence == 2
    await one.say(CANCEL, "yes")
    assert (await appointment(store)).state == "cancelled"


async def test_another_may_be_booked_there(store: CallStore) -> None:
    one = await booked(store)
    await one.say(CANCEL, "no, a new one", NAME, "yes", "12 High Street, Springfield, New Jersey 07081", "yes", "no email")
    await one.say("my drain is clogged", "tomorrow at 5 pm", "yes")
    assert await one.places() == 2
    assert (await appointment(store, f"CA1{AGAIN}")).reference == booking_reference(f"CA1{AGAIN}")


async def test_all_of_it_is_erased_together(store: CallStore) -> None:
    one = await booked(store)
    await one.say(CANCEL, NAME)
    assert set(await store.kin("CA1")) == {"CA1", f"CA1{AGAIN}"}
    await store.erase("CA1")
    assert (await store.open(f"CA1{AGAIN}")).call is None


async def test_other_words_for_the_turn_that_begins_it(store: CallStore) -> None:
    """A voice platform says its newest turn again in other words."""
    await booked(store)
    platform = Platform(store, "CA1", caller=HIS, **OPEN)
    platform.turn = 20
    await platform.say("can I move", "can I move it or cancel it", "cancel my appointment please")
    await platform.all_said(NAME, "yes")
    assert (await appointment(store)).state == "cancelled"


async def test_when_the_line_is_gone_it_is_gone_for_both(store: CallStore) -> None:
    one = await booked(store)
    await one.say("can I move it", NAME, "tomorrow at 5 pm")
    assert await one.places() == 2
    await one.walker.do("CA1", Drop(reason="line_dropped"), one.now)
    assert await one.places() == 1, "nothing is held any more"
    late = TurnRequest(sid="CA1", turn=Turn(key="late", text="yes"), over_a_line=True)
    with pytest.raises(LineGone):
        await one.walker.take_turn(late, one.now)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I can't make it"),
        ("en", "no wait, the address is wrong"),
        ("en", "yes but can I move it, bye"),
        ("zh", "等等我来不了"),
        ("zh", "不是，地址不对"),
    ],
)
async def test_the_words_that_begin_it_answer_nothing_and_count_against_nobody(store: CallStore, language: str, said: str) -> None:
    one = await booked(store, language)
    answer = await one.say(said)
    call = (await store.open(f"CA1{AGAIN}")).call
    assert call is not None, words(answer)
    assert (call.status, call.question.kind, call.in_vain, call.misses) == ("active", "which", 0, 0), words(answer)
