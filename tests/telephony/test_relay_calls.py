"""Whole calls over ConversationRelay: from the greeting to booked, in two languages, dialled through and back, keyed, silent."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

import prompts
from tests.callers import SAID
from tests.telephony.phones import PUBLIC
from tests.telephony.relays import RelayPhone, relaying

pytestmark = pytest.mark.anyio
DIALLED = {"en": "+12025550100", "zh": "+861055550100"}
WORDS = {language: prompts.phrasebook(language) for language in prompts.known()}
SOON: dict[str, float] = {"patience_s": 0.0, "speaks_s": 0.0}


@pytest.mark.parametrize("language", SAID)
async def test_from_the_greeting_to_booked(redis_url: str, language: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house, "anonymous", DIALLED[language])
        greeting = await phone.ring()
        assert greeting.said.startswith({"en": "Thanks for calling Acme Home Services.", "zh": "您好，这里是京城家政。"}[language])
        assert {(part["lang"], part["interruptible"]) for part in greeting.parts} == {({"en": "en-US", "zh": "zh-CN"}[language], True)}
        assert len(greeting.parts) > 1
        assert greeting.switched == ""
        await phone.answer(SAID[language])
        assert (await phone.ends()).hangs_up
        found = await phone.call()
        assert found["servicebooked"]
        assert [line["message"] for line in found["history"] if line["speaker"] == "AI"] == phone.heard
        assert (await phone.tell("completed")).status_code == 204
        assert (await phone.call())["progress"]["status"] == "booked"


async def test_how_the_socket_is_opened(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        relay = (await phone.ask("/twilio/voice", CallStatus="ringing")).relay
        assert relay is not None
        assert relay["url"] == "wss://voice.example.test/twilio/relay"
        assert relay["action"] == f"{PUBLIC}/twilio/connected?n=1"
        assert (relay["language"], relay["voice"], relay["ttsProvider"]) == ("en-US", "Joanna-Neural", "Amazon")
        assert (relay["dtmfDetection"], relay["interruptible"], relay["reportInputDuringAgentSpeech"]) == ("true", "any", "none")
        assert (relay["hints"], relay["parameters"]) == ("Drain cleaning, Leak repair", "")
        assert (await phone.http.get("/calls")).json()["calls"] == []  # the call begins with the socket
        asked = (await phone.ask("/twilio/voice?language=zh-CN", CallStatus="ringing")).relay
        assert asked is not None
        assert (asked["language"], asked["voice"]) == ("zh-CN", "Zhiyu-Neural")
        assert dict(parse_qsl(asked["parameters"])) == {"language": "zh-CN"}
        assert asked["action"].endswith("/twilio/connected?n=1&language=zh-CN")


async def test_a_caller_may_begin_in_another_language_and_change_it(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        greeting = await phone.ring("?language=zh-CN")
        assert (greeting.said.startswith("您好，这里是艾克米家庭服务。"), greeting.switched) == (True, "")
        phone = RelayPhone(house)
        await phone.ring()
        changed = await phone.say("可以说中文吗")
        assert (changed.switched, changed.parts[0]["lang"]) == ("zh-CN", "zh-CN")
        assert (await phone.say("English please")).switched == "en-US"
        assert (await phone.say("可以说中文吗")).switched == "zh-CN"
        again = await phone.lost()
        assert (again.switched, again.parts[0]["lang"]) == ("zh-CN", "zh-CN")  # only the record knew
        await phone.answer({**SAID["zh"], "phone": "202 555 0143", "address": SAID["en"]["address"]})
        assert (await phone.ends()).hangs_up
        assert (await phone.call())["servicebooked"]


async def test_numbers_are_said_in_words_and_groups_and_a_summary_to_its_last_word(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        read_back = await phone.say("202 555 0143")
        assert "two oh two, five five five, oh one four three" in read_back.said
        await phone.say("no")
        slowly = await phone.say("202 555 0143")
        assert "two, oh, two ... five, five, five ... oh, one, four, three." in slowly.said
        assert [part["last"] for part in slowly.parts] == [False] * (len(slowly.parts) - 1) + [True]
        summary = slowly
        while (stands := (await phone.call())["progress"])["step"] != "confirm":
            assert all(part["interruptible"] for part in summary.parts)
            summary = await phone.say(SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        assert summary.said.endswith("Shall I book that?")
        assert not any(part["interruptible"] for part in summary.parts)


async def test_keys_end_with_their_number_or_a_hash_or_a_pause(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house, "")
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await phone.press("2025550143")  # as many as it has
        assert "two oh two, five five five, oh one four three" in (await phone.hears()).said
        for words in ("yes", "12 High Street, Springfield, New Jersey 07082", "no, the zip code is wrong"):
            await phone.say(words)
        await phone.press("07#")  # fewer
        await phone.hears()
        assert (await phone.call())["history"][-2]["message"] == "07"
        house.timing.key_s = 0.05
        await phone.press("0708")
        await phone.hears()
        assert (await phone.call())["history"][-2]["message"] == "0708"
        house.timing.key_s = 300.0
        await phone.press("07")
        await phone.say("sorry")  # keys come before what is said after them
        await phone.hears()
        assert [line["message"] for line in (await phone.call())["history"] if line["speaker"] == "customer"][-2:] == ["07", "sorry"]


async def test_silence_is_asked_about_and_in_the_end_bidden_farewell(redis_url: str) -> None:
    async with relaying(redis_url, SOON) as house:
        phone = RelayPhone(house)
        await phone.ring()
        heard = []
        while (next_ := await phone.hears()).end is None:
            heard.append(next_.said)
        assert 1 < len(heard) <= 10
        assert next_.end == {"type": "end"}
        found = await phone.call()
        assert found["progress"]["status"] == "ended"
        assert {line["speaker"] for line in found["history"]} == {"AI"}
        assert (await phone.after("ended")).hangs_up


async def test_whoever_speaks_is_not_silent(redis_url: str) -> None:
    async with relaying(redis_url, {"patience_s": 0.0}) as house:
        phone = RelayPhone(house)
        await phone.ring()
        for words in ("it's", "it's Mary"):
            await phone.tell_it(type="prompt", voicePrompt=words, lang="en-US", last=False)
        house.timing.patience_s = 300.0
        await phone.tell_it(type="info", name="clientSpeaking", value="on")
        assert (await phone.say("it's Mary O'Neill")).said.startswith("Thank you, Mary.")
        assert [line["message"] for line in (await phone.call())["history"] if line["speaker"] == "customer"] == ["it's Mary O'Neill"]


async def test_nothing_recognisable_is_silence(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        again = await phone.say("")
        assert again.said
        assert {line["speaker"] for line in (await phone.call())["history"]} == {"AI"}


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_dialled_through_and_when_nobody_answers_back_on_the_socket(redis_url: str, status: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await phone.say("can I speak to a person please")
        await phone.tell_it(type="prompt", voicePrompt="hello?", lang="en-US", last=True)  # on the way to somebody else
        through = await phone.ends()
        assert (through.said, through.number) == ("", "+12025550101")
        dial: dict[str, Any] = through.dial or {}
        for _ in range(2):  # told twice, as after a timeout
            assert (await phone.ask(dial["action"], DialCallStatus=status)).relay is not None
        back = await phone.open()
        assert back.said.startswith(tuple(WORDS["en"]["people"]["unanswered"]))
        await phone.answer(SAID["en"])
        assert (await phone.ends()).hangs_up
        found = await phone.call()
        assert found["servicebooked"]
        assert sum(line["message"].startswith(tuple(WORDS["en"]["people"]["unanswered"])) for line in found["history"]) == 1


async def test_whoever_spoke_with_a_person_is_let_go(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("can I speak to a person please")
        dial = (await phone.ends()).dial or {}
        assert (await phone.ask(dial["action"], DialCallStatus="completed")).hangs_up
        assert (await phone.call())["progress"]["status"] == "ended"


async def test_a_business_without_a_number_has_nobody_to_dial(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house, dialled=DIALLED["zh"])
        await phone.ring()
        await phone.say("请帮我转人工")
        assert (await phone.ends()).relay is not None
        assert (await phone.open()).said.startswith(tuple(WORDS["zh"]["people"]["unanswered"]))


async def test_whoever_speaks_after_a_farewell_is_heard(redis_url: str) -> None:
    async with relaying(redis_url, {"patience_s": 0.0, "letter_s": 300.0, "most_said_s": 300.0}) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("please cancel the call")
        await phone.say("yes")
        assert (await phone.call())["progress"]["status"] == "ended"
        assert (await phone.say("no wait, it's Mary O'Neill")).said
        assert (await phone.call())["progress"]["status"] == "active"
