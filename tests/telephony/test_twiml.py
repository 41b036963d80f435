"""What the TwiML providers are told, to the letter: legal, within the limits, and the words as they are."""

import contextlib
import re
import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.languages import known
from agent.nlg.speech import Speech
from api.errors import Problem
from api.telephony import PROVIDERS
from api.telephony.provider import Dial, Fetch, HangUp, Listen, Posted, Reply
from api.telephony.speaking import MOST_IN_ALL
from api.telephony.switchboard import provider_named
from api.telephony.twiml import Twiml, voice_of
from tests.telephony.twiml import read

HEARD, SILENCE = "https://voice.example.test/x/turn?n=2&language=zh-CN", "https://voice.example.test/x/turn?n=2&silence=1"
LISTEN = Listen(heard_url=HEARD, silence_url=SILENCE)
TWIML = [name for name in PROVIDERS if isinstance(provider_named(name), Twiml)]


def rendered(provider: str, **given: Any) -> Any:
    return read(provider_named(provider).render(Reply(**given)).decode())


@pytest.mark.parametrize("provider", TWIML)
@given(
    sentences=st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6),
    joint=st.sampled_from((" ", "")),
    slowly=st.booleans(),
    barge_in=st.booleans(),
    tag=st.sampled_from(("en-US", "en-AU", "zh-CN", "en", "zh-TW", "", "fr-FR")),
)
def test_whatever_is_said_is_said_as_it_is(provider: str, sentences: list[str], joint: str, slowly: bool, barge_in: bool, tag: str) -> None:
    speech = Speech(sentences=tuple(sentences), joint=joint, slowly=slowly)
    then = Listen(heard_url=HEARD, silence_url=SILENCE, barge_in=barge_in)
    document = rendered(provider, ssml=speech.ssml, language=tag, then=then)
    assert document.said == speech.text
    assert document.barge_in == (barge_in and speech.text != "")
    if slowly and provider != "telnyx":
        assert document.slow.strip() == speech._plain[-1].strip()


@pytest.mark.parametrize("provider", TWIML)
@pytest.mark.parametrize("text", ["word " * 1500, "王" * 3000, "a" * 9000, "é, " * 2000, "<&> " * 1500, "🙂" * 1500, "王 word " * 900])
def test_what_is_long_is_said_in_parts_that_a_carrier_takes(provider: str, text: str) -> None:
    speech = Speech(sentences=("First.", text.strip(), "Last?"), slowly=True)
    assert rendered(provider, ssml=speech.ssml, language="en-US", then=LISTEN).said == speech.text


@pytest.mark.parametrize("provider", TWIML)
def test_what_is_longer_than_a_document_ends_early(provider: str) -> None:
    speech = Speech(quoted=("& " * 900,) * 50, sentences=("Last?",))
    said = rendered(provider, ssml=speech.ssml, language="en-US", then=LISTEN).said
    assert speech.text.startswith(said)
    assert len(said) > MOST_IN_ALL // 10
    listen = Listen(heard_url=HEARD, silence_url=SILENCE, hints=["王&" * 48 + str(number) for number in range(500)])
    assert rendered(provider, ssml=speech.ssml, language="en-US", then=listen).said == said


@pytest.mark.parametrize("provider", TWIML)
def test_a_person_is_dialled_and_nobody_else(provider: str) -> None:
    document = rendered(provider, ssml="<speak>One moment.</speak>", language="en-US", then=Dial(number="+12025550101", back_url=HEARD))
    assert (document.said, document.number) == ("One moment.", "+12025550101")
    assert document.dial == {"action": HEARD, "method": "POST", "timeout": "20", "answerOnBridge": "true"}


@pytest.mark.parametrize("provider", TWIML)
def test_the_other_things_a_telephone_does(provider: str) -> None:
    assert rendered(provider).hangs_up
    assert rendered(provider, ssml="<speak>Bye.</speak>", then=HangUp()).said == "Bye."
    assert rendered(provider, ssml="<speak>One moment.</speak>", then=Fetch(HEARD)).redirect == HEARD


@pytest.mark.parametrize("provider", TWIML)
def test_hints_are_a_list_of_those_that_fit(provider: str) -> None:
    hints = ["Drain cleaning", "one, two", "x" * 101, "", " ", "\x00", *(f"hint {number}" for number in range(600))]
    listen = Listen(heard_url=HEARD, silence_url=SILENCE, hints=hints, digits=10, pause_s=3, wait_s=7)
    gather = rendered(provider, then=listen).gather
    assert gather["hints"].startswith("Drain cleaning, one two, hint 0, hint 1")
    assert (gather["numDigits"], gather["speechTimeout"], gather["timeout"]) == ("10", "3", "7")
    assert "hints" not in rendered(provider, then=LISTEN).gather


def test_each_dialect_has_its_own() -> None:
    gathers = {provider: rendered(provider, language="en-AU", then=LISTEN).gather for provider in TWIML}
    assert gathers["twilio"]["speechModel"] == gathers["signalwire"]["speechModel"] == "phone_call"
    assert (gathers["signalwire"]["enhanced"], gathers["twilio"].get("enhanced")) == ("true", None)
    assert not {"speechModel", "profanityFilter", "enhanced"} & gathers["telnyx"].keys()
    mandarin = rendered("twilio", language="zh-CN", then=LISTEN).gather
    assert ("speechModel" in mandarin, mandarin["language"]) == (False, "cmn-Hans-CN")
    for provider, voice in (("twilio", "Polly.Zhiyu-Neural"), ("telnyx", "AWS.Polly.Zhiyu-Neural")):
        text = provider_named(provider).render(Reply(ssml="<speak>好。</speak>", language="zh-CN")).decode()
        assert f'voice="{voice}"' in text


def test_every_language_has_a_voice() -> None:
    for language in known():
        assert voice_of(language).says.startswith({"zh": "cmn"}.get(language, language))


@given(st.dictionaries(st.text(string.printable, max_size=20), st.text(max_size=20), max_size=20))
def test_whatever_is_sent_is_read_or_refused(fields: dict[str, str]) -> None:
    for name in TWIML:
        posted = Posted(step="turn", method="POST", urls=("https://x",), query={}, headers={}, kind="", body=b"x", pairs=(), fields=fields)
        provider = provider_named(name)
        assert not provider.verified(posted, "secret", 0.0)
        assert provider.is_over(posted) in (True, False)
        for sid in ("CA1", *fields.values()):
            with contextlib.suppress(Problem):
                turn = provider.turn(msgspec.structs.replace(posted, fields={**fields, "CallSid": sid}))
                assert re.fullmatch("[0-9*#]*", turn.turn.digits)
                assert turn.sid == sid
