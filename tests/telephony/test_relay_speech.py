"""What goes out over ConversationRelay and what comes in, piece by piece."""

import asyncio
from typing import Any

import msgspec
import pytest

from agent.nlg.speech import Speech
from agent.policy.people import has_to_be_told
from agent.record.acts import SystemAct
from agent.record.call import Approval, Booking, Brief, Call
from api.telephony.relay_messages import Info, Interrupt, Keyed, Other, Prompt, Refused, Setup, end, read
from api.telephony.relay_parts import Timing, caller_of
from api.telephony.relay_peer import Peer
from api.telephony.relay_speech import Sent, Speaker, heard_of, seconds_for
from api.telephony.speaking import tokens
from tests.telephony.relays import checked

CALL = Call(sid="CA1", created_at="2026-03-02T01:00:00Z", brief=Brief(business="acme", region="US", time_zone="America/New_York"))
TOLD = SystemAct(key="people.released")


@pytest.mark.parametrize(
    ("sentences", "joint", "wanted"),
    [
        (("Thank you, Mary.", "What is next?"), " ", ["Thank you, Mary. ", "What is next?"]),
        (("One. Two! Three? Four",), " ", ["One. ", "Two! ", "Three? ", "Four"]),
        (("Slowly: two, oh ... five.", "Right?"), " ", ["Slowly: two, oh ... five. ", "Right?"]),
        (("At 2.30 PM, e.g. <now> & then.",), " ", ["At 2.30 PM, e.g. ", "<now> & then."]),
        (("您好。请问您贵姓？", "好的"), "", ["您好。", "请问您贵姓？", "好的"]),
        (("",), " ", []),
    ],
)
def test_sentence_by_sentence(sentences: tuple[str, ...], joint: str, wanted: list[str]) -> None:
    for slowly in (False, True):
        speech = Speech(sentences=sentences, joint=joint, slowly=slowly)
        assert tokens(speech.ssml) == wanted
        assert "".join(wanted) == speech.text


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ("", ""),
        (" ", ""),
        ("Thank", "Thank"),
        ("thank you mary", "Thank you, Mary."),
        ("Thank you, Mary. What", "Thank you, Mary. What"),
        ("Thank you, Mary.  What is next?", "Thank you, Mary. What is next?"),
        ("Thank you, Mary. What is next? And", "Thank you, Mary. What is next?"),
        ("Good morning", "Thank you, Mary. What is next?"),
        ("x" * 100, "Thank you, Mary. What is next?"),
    ],
)
def test_what_was_heard_is_a_beginning_of_what_was_said(heard: str, wanted: str) -> None:
    assert heard_of("Thank you, Mary. What is next?", heard) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            '{"type":"setup","callSid":"CA1","from":"+1","to":null,"customParameters":{"language":"zh-CN"}}',
            Setup(callSid="CA1", caller="+1", customParameters={"language": "zh-CN"}),
        ),
        ('{"type":"prompt","voicePrompt":"yes","lang":"en-US","last":false}', Prompt(voicePrompt="yes", last=False)),
        ('{"type":"dtmf","digit":"#"}', Keyed(digit="#")),
        ('{"type":"interrupt"}', Interrupt()),
        ('{"type":"error","description":"x"}', Refused()),
        ('{"type":"info","name":"agentSpeaking","value":"off"}', Info(name="agentSpeaking", value="off")),
        ('{"type":"to come"}', Other()),
        (None, None),
        ("[" * 100_000, None),
        ('{"type":"dtmf","digit":"12"}', None),
        ('{"type":"dtmf","digit":""}', None),
        ('{"type":"prompt","voicePrompt":"\\ud800"}', None),
        ('{"type":"prompt","voicePrompt":"x","last":"true"}', None),
    ],
)
def test_messages_are_read_as_what_they_are(text: str | None, wanted: Any) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize("told", [{"language": 5}, {"language": "x" * 36}, {}, None])
def test_a_language_that_is_none_is_not_told(told: dict[str, Any] | None) -> None:
    assert caller_of("twilio", Setup(callSid="CA1", customParameters=told)).language == ""


def test_a_number_that_withholds_itself_is_none() -> None:
    assert caller_of("twilio", Setup(callSid="CA1", caller="+266696687", dialled="+12025550100"))[1:3] == ("+12025550100", "")


def test_the_end_is_told_as_the_provider_takes_it() -> None:
    assert checked(end()) == {"type": "end"}
    assert msgspec.json.decode(checked(end("A person is wanted"))["handoffData"])["reasonCode"] == "live-agent-handoff"


def test_how_long_it_takes_to_say() -> None:
    timing = Timing(letter_s=0.05)
    assert seconds_for("Thank you.", timing) == pytest.approx(0.5)
    assert seconds_for("您好", timing) == pytest.approx(0.4)


async def speaker(*said: tuple[str, bool]) -> tuple[Speaker, list[str]]:
    """One that has said this: each an answer, or what gives way to one."""
    sent: list[str] = []

    async def send(message: Any) -> None:
        sent.append(message["text"])

    async def receive() -> Any:
        raise AssertionError

    found = Speaker(Peer(receive, send), Timing(letter_s=1000.0))
    found.tag = "en-US"
    for text, is_answer in said:
        await found.say(Speech(sentences=(text,)).ssml, "en-US", gives_way=not is_answer, answer=Sent(text, "now") if is_answer else None)
    return found, sent


@pytest.mark.anyio
async def test_an_interrupt_is_about_what_was_said_when_it_came() -> None:
    now = asyncio.get_running_loop().time
    begun = now()
    one, _ = await speaker(("One moment, please.", False), ("Thank you, Mary.", True))
    assert one.interrupted("One", begun) is None  # it came before the answer went out
    assert one.interrupted("One mom", now()) is None  # the two have crossed
    other, _ = await speaker(("One moment, please.", False), ("Thank you, Mary.", True))
    assert other.interrupted("Thank", now()) == (Sent("Thank you, Mary.", "now"), "Thank")
    assert other.until <= now()
    assert other.interrupted("Thank", now()) is None  # told twice
    other, _ = await speaker(("Thank you, Mary.", True))
    assert other.interrupted("banana banana", now()) is None, "nothing that we did not say is ours"
    whole, _ = await speaker(("Thank you, Mary.", True))
    assert whole.interrupted("Thank you, Mary", now()) is None


@pytest.mark.anyio
async def test_when_all_is_said_is_reckoned_and_may_be_told() -> None:
    now = asyncio.get_running_loop().time
    one, sent = await speaker(("12345", True), ("12345", True))
    assert one.until - now() == pytest.approx(10_000, abs=300)
    assert one.informed(ended=True) == 0.0  # of what was said before
    one.informed(ended=False)
    assert one.informed(ended=True) == pytest.approx(10_000, abs=300)
    assert one.until <= now()
    assert one.informed(ended=True) == 0.0
    held, _ = await speaker(("1234567890", False), ("12345", True))
    assert held.until - now() == pytest.approx(5_000, abs=300)  # it gave way
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("call", "stands", "told"),
    [
        ({}, "active", False),
        ({"unheard": ("Hello.",), "status": "with_agent"}, "with_agent", True),
        ({"status": "with_agent"}, "active", False),
        ({"untold": (TOLD,)}, "with_agent", True),
        ({"untold": (TOLD,)}, "active", False),
        ({"status": "ended", "untold": (TOLD,)}, "active", True),
        ({"status": "ended"}, "active", False),
        ({"status": "booked"}, "with_agent", True),
        ({"status": "booked"}, "booked", False),
    ],
)
def test_what_a_caller_is_to_hear_at_once(call: dict[str, Any], stands: str, told: bool) -> None:
    assert has_to_be_told(msgspec.structs.replace(CALL, **call), stands) == told


def test_the_office_s_answer_is_to_be_heard_once() -> None:
    place = Booking(business="acme", sid="CA1", start=0, end=3600)
    asked = Approval(id="p", rule="every", what={}, place=place, asked_at="", until="")
    for state, told, wanted in (("waiting", False, False), ("approved", False, True), ("approved", True, False)):
        approval = msgspec.structs.replace(asked, state=state, told=told)
        assert has_to_be_told(msgspec.structs.replace(CALL, approval=approval), "active") == wanted
