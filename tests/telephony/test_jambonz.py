"""jambonz: what it is told, to the letter, and what is made of what it sends; its own package signs and judges."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jambonz_sdk._signature import verify_signature

import prompts
from agent.nlg.speech import Speech
from api.errors import Problem
from api.telephony.jambonz import AGE_S, PROVIDER
from api.telephony.provider import Dial, Fetch, HangUp, Leg, Listen, Posted, Reply
from tests.telephony.phones import HOOK_SECRET, NOW, PUBLIC, Phone, exchange
from tests.telephony.test_samples import SAMPLES
from tests.telephony.twiml import Document, IllegalError
from tests.telephony.verbs import parsed, read, written

HEARD, SILENCE = "https://voice.example.test/x/turn?n=2&language=zh-CN", "https://voice.example.test/x/turn?n=2&silence=1"
LISTEN = Listen(heard_url=HEARD, silence_url=SILENCE)
UNSAYABLE = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*:|<speak")


def letters(text: str) -> str:
    return re.sub(r"[:,<\s]", "", text)


def told(**given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(PROVIDER.render(Reply(**given)))
    return found


def document(**given: Any) -> Document:
    return read(PROVIDER.render(Reply(**given)).decode())


@given(
    sentences=st.lists(st.text(min_size=1, max_size=60) | st.sampled_from(("Note: x", "<speak>", "silence_stream://9", "a+b:c:d")), max_size=6),
    joint=st.sampled_from((" ", "")),
    slowly=st.booleans(),
    barge_in=st.booleans(),
)
def test_whatever_is_said_is_said(sentences: list[str], joint: str, slowly: bool, barge_in: bool) -> None:
    """As it is, but for what jambonz would not say: a text that it would take for a URL, or for SSML."""
    speech = Speech(sentences=tuple(sentences), joint=joint, slowly=slowly)
    found = document(ssml=speech.ssml, language="en-US", then=Listen(heard_url=HEARD, silence_url=SILENCE, barge_in=barge_in))
    assert found.said == speech.text or (UNSAYABLE.match(speech.text.strip()) and letters(found.said) == letters(speech.text))
    assert found.barge_in == (barge_in and speech.text != "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Address: 12 High Street.", "Address, 12 High Street."),
        ("silence_stream://10000", "silence_stream,//10000"),
        ("<speak><break time='9s'/></speak>", "speak><break time='9s'/></speak>"),
        ("You're booked: Drain cleaning.", "You're booked: Drain cleaning."),
        ("姓名：王宝强", "姓名：王宝强"),
        ("At 14:00: the van.", "At 14:00: the van."),
    ],
)
def test_what_jambonz_would_fetch_is_said(text: str, said: str) -> None:
    assert told(ssml=Speech(sentences=(text,)).ssml)[0]["text"] == said
    if text != said:
        with pytest.raises(IllegalError):
            read(json.dumps([{"verb": "say", "text": text}]))


@pytest.mark.parametrize("text", ["word " * 1500, "王" * 3000, "a" * 9000, "🙂" * 1500])
def test_what_is_long_is_said_in_parts(text: str) -> None:
    speech = Speech(sentences=("First.", text.strip(), "Last?"), slowly=True)
    (gather, _) = told(ssml=speech.ssml, then=LISTEN)
    assert "".join(gather["say"]["text"]) == speech.text
    assert all(len(part) <= 3000 for part in gather["say"]["text"])


def test_how_it_is_listened() -> None:
    hints = ["Drain cleaning", "one, two", "x" * 101, "", " ", *(f"hint {number}" for number in range(600))]
    listen = Listen(heard_url=HEARD, silence_url=SILENCE, hints=hints, digits=10, pause_s=3, wait_s=7)
    gather, go_on = told(ssml="<speak>Your number?</speak>", language="en-AU", then=listen)
    assert (gather["actionHook"], gather["timeout"], gather["numDigits"], gather["minDigits"], gather["interDigitTimeout"]) == (HEARD, 7, 10, 1, 7)
    assert (gather["recognizer"]["language"], gather["recognizer"]["asrTimeout"]) == ("en-AU", 3)
    assert gather["recognizer"]["hints"][:3] == ["Drain cleaning", "one two", "hint 0"]
    assert len(gather["recognizer"]["hints"]) < 500
    assert go_on == {"verb": "redirect", "actionHook": SILENCE}
    short, _ = told(then=LISTEN)
    assert not {"numDigits", "say"} & short.keys()
    assert short["recognizer"] == {"vendor": "default", "language": "default", "hints": []}


def test_a_summary_is_heard_to_its_last_word() -> None:
    """Nothing listens while it is said: a gather that holds the words takes keys all the while."""
    say, gather, _ = told(ssml="<speak>Shall I book that?</speak>", then=Listen(heard_url=HEARD, silence_url=SILENCE, barge_in=False))
    assert (say["verb"], gather["verb"]) == ("say", "gather")
    assert not {"say", "bargein"} & gather.keys()


def test_a_person_is_dialled_and_the_number_that_was_rung_is_shown() -> None:
    say, dial = told(ssml="<speak>One moment.</speak>", then=Dial(number="+12025550101", back_url=HEARD, dialled="+12025550100"))
    assert say == {"verb": "say", "text": "One moment."}
    target = [{"type": "phone", "number": "+12025550101"}]
    assert dial == {"verb": "dial", "actionHook": HEARD, "callerId": "+12025550100", "timeout": 20, "target": target}
    (unknown,) = told(then=Dial(number="+12025550101", back_url=HEARD))
    assert "callerId" not in unknown


def test_the_other_things_a_telephone_does() -> None:
    assert told() == [{"verb": "hangup"}]
    assert document(ssml="<speak>Bye.</speak>", then=HangUp()).hangs_up
    assert told(ssml="<speak>One moment.</speak>", then=Fetch(HEARD))[1] == {"verb": "redirect", "actionHook": HEARD}


def test_a_language_that_was_changed_to_is_named_beside_the_voice() -> None:
    (own, _) = told(ssml="<speak>好。</speak>", language="zh-CN")
    assert "synthesizer" not in own
    (other, _) = told(ssml="<speak>好。</speak>", language="zh-CN", switched=True)
    assert other["synthesizer"] == {"vendor": "default", "language": "zh-CN"}
    parsed(json.dumps([other]))


def posted(body: bytes = b"{}", signature: str | None = None, method: str = "POST", content: Any = None) -> Posted:
    headers = {} if signature is None else {b"jambonz-signature": signature.encode()}
    found = json.loads(body) if content is None else content
    fields = {name: value for name, value in found.items() if isinstance(value, str)}
    return Posted(step="turn", method=method, urls=(), query={}, headers=headers, kind="", body=body, pairs=(), fields=fields, content=found)


@pytest.mark.parametrize("sample", SAMPLES["jambonz"]["webhooks"], ids=lambda sample: sample["name"])
def test_every_signature_is_one_to_jambonz_own_package(sample: dict[str, Any]) -> None:
    body, header, secret = sample["body"].encode(), sample["headers"]["Jambonz-Signature"], SAMPLES["jambonz"]["secret"]
    assert verify_signature(body, header, secret, tolerance=0)
    assert PROVIDER.verified(posted(body, header), secret, NOW)
    ours = PROVIDER.signed(secret, "", body, NOW)
    assert ours == {"Jambonz-Signature": header}


@pytest.mark.parametrize(("age", "known"), [(0, True), (AGE_S, True), (-AGE_S, True), (AGE_S + 1, False), (-AGE_S - 1, False)])
def test_signatures_grow_old(age: int, known: bool) -> None:
    header = PROVIDER.signed(HOOK_SECRET, "", b"{}", NOW)["Jambonz-Signature"]
    assert PROVIDER.verified(posted(signature=header), HOOK_SECRET, NOW + age) == known


def test_what_is_no_signature_is_refused() -> None:
    right = PROVIDER.signed(HOOK_SECRET, "", b"{}", NOW)["Jambonz-Signature"]
    value = right.partition("v1=")[2]
    assert PROVIDER.verified(posted(signature=f"t={NOW}, v1=00, v1={value}"), HOOK_SECRET, NOW)  # one of several, while a secret is exchanged
    others = (None, "", value, f"v1={value}", f"t={NOW}", f"t={NOW},v1=", f"t=,v1={value}", f"t=+{NOW},v1={value}", f"t={NOW},v0={value}")
    for header in (*others, f"t={NOW},v1={value.upper()}", f"t={NOW + 1},v1={value}", f"t={'9' * 400},v1={value}", f"t={NOW},v1={value}x", "é=,=,"):
        assert not PROVIDER.verified(posted(signature=header), HOOK_SECRET, NOW), header
    for method in ("GET", "PUT"):
        assert not PROVIDER.verified(posted(signature=right, method=method), HOOK_SECRET, NOW)
    assert not PROVIDER.verified(posted(b'{"a":1}', right), HOOK_SECRET, NOW)


def test_every_hypothesis_is_heard_the_likeliest_first() -> None:
    alternatives = [{"transcript": " it's Mary "}, 7, {"transcript": ""}, *({"transcript": f"its Mary {number}"} for number in range(20))]
    body = {"call_sid": "c1", "from": "anonymous", "speech": {"alternatives": alternatives, "language_code": "en-AU"}}
    turn = PROVIDER.turn(posted(content=body))
    assert (turn.turn.text, turn.turn.alternatives[0], len(turn.turn.alternatives)) == ("it's Mary", "its Mary 0", 9)
    assert turn.turn.confidence is None
    assert PROVIDER.leg(posted(content=body)) == Leg(sid="c1", caller="anonymous", language="en-AU")


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
NAMES = st.sampled_from(("call_sid", "from", "to", "call_status", "speech", "digits", "dial_call_status", "alternatives", "transcript", "confidence"))
anything = st.recursive(values, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=3), max_leaves=6)


@given(st.dictionaries(NAMES, anything))
def test_whatever_is_sent_is_read_or_refused(body: dict[str, Any]) -> None:
    for one in (posted(content=body), posted(content={**body, "call_sid": "c1"})):
        assert PROVIDER.is_over(one) in (True, False)
        assert not PROVIDER.was_answered(one) or body.get("dial_call_status") == "completed"
        assert isinstance(PROVIDER.leg(one).sid, str)
        try:
            turn = PROVIDER.turn(one)
        except Problem:
            assert one.content is body
        else:
            assert re.fullmatch("[0-9*#]*", turn.turn.digits)


@pytest.mark.anyio
async def test_a_recogniser_that_cannot_be_reached_is_silence(redis_url: str) -> None:
    """It says so, or nothing comes and the next verb is done."""
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "jambonz")
        asked = await phone.ring()
        failed = {**json.loads(written({"CallSid": phone.sid, "To": phone.dialled})), "reason": "error", "details": {"message": "vendor"}}
        body = json.dumps(failed).encode()
        headers = {"Content-Type": "application/json", **PROVIDER.signed(HOOK_SECRET, "", body, NOW)}
        again = await http.post(phone.action.removeprefix(PUBLIC), content=body, headers=headers)
        following = await phone.ask(asked.redirect)  # the same turn, since the same number
        assert read(again.text) == following
        assert following.said != asked.said
        await phone.say("it's Mary O'Neill")
        assert (await phone.call())["progress"]["filled"] == {"name": "Mary O'Neill"}


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["trying", "ringing", "early-media", "in-progress"])
async def test_whoever_rang_and_was_not_picked_up_is_nobody(redis_url: str, status: str) -> None:
    """When the time for ringing is over, jambonz tells what was the last that it heard of that call (dial.js)."""
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "jambonz")
        await phone.ring()
        await phone.say("can I speak to a person please")
        assert (await phone.end_of_dial(status)).said.startswith(tuple(prompts.phrasebook("en")["people"]["unanswered"]))


@pytest.mark.anyio
async def test_the_line_of_the_person_is_not_the_caller_s(redis_url: str) -> None:
    """Statuses of the call to a person come to the same URL, with its own id."""
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "jambonz")
        await phone.ring()
        await phone.say("can I speak to a person please")
        caller, phone.sid = phone.sid, "00000000-0000-4000-9000-ffffffffffff"
        assert (await phone.tell("completed")).status_code == 204
        phone.sid = caller
        assert (await phone.call())["progress"]["status"] != "ended"
        assert (await phone.end_of_dial("completed")).hangs_up


@pytest.mark.anyio
async def test_in_mandarin_by_a_switch_in_the_middle(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "jambonz")
        await phone.ring()
        changed = await phone.say("可以说中文吗")
        assert (changed.gather or {})["language"] == "zh-CN"
        assert "language=zh-CN" in phone.action


def test_what_is_posted_by_the_tests_is_what_jambonz_posts() -> None:
    names = {name for sample in SAMPLES["jambonz"]["webhooks"] for name in json.loads(sample["body"])}
    sent = {"CallSid": "c", "From": "f", "To": "t", "Direction": "inbound", "CallStatus": "in-progress"}
    for more in ({"SpeechResult": "hello", "Confidence": "0.9"}, {"Digits": "1"}, {}):
        assert set(json.loads(written({**sent, **more}))) - {"sip"} <= names
    assert msgspec.json.decode(written({**sent, "SpeechResult": "é"}))["speech"]["alternatives"] == [{"transcript": "é"}]
