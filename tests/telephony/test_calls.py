"""Whole calls, as a carrier plays them: from the greeting to booked, handed to a person and back, at each provider."""

import httpx
import pytest

import prompts
from tests.callers import SAID
from tests.telephony.phones import SECRETS, SIGNED, Phone, exchange

pytestmark = pytest.mark.anyio
NOBODY = {language: tuple(prompts.phrasebook(language)["people"]["unanswered"]) for language in SAID}
DIALLED = {"en": "+12025550100", "zh": "+861055550100"}


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("provider", SIGNED)
async def test_from_the_greeting_to_booked(redis_url: str, provider: str, language: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, provider, "anonymous", DIALLED[language])
        greeting = await phone.ring()
        assert greeting.barge_in
        assert greeting.said.startswith({"en": "Thanks for calling Acme Home Services.", "zh": "您好，这里是京城家政。"}[language])
        last = await phone.book(SAID[language])
        assert last.hangs_up
        found = await phone.call()
        assert found["servicebooked"]
        assert found["progress"]["status"] == "booked"
        assert [line["message"] for line in found["history"] if line["speaker"] == "AI"] == phone.heard
        assert (await phone.tell("completed")).status_code == 204
        assert (await phone.call())["progress"]["status"] == "booked"


async def test_keys_fill_the_number_and_what_is_asked_shapes_how_it_is_listened_to(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "twilio", "")
        listens = [(await phone.ring()).gather, (await phone.say("it's Mary O'Neill")).gather]
        name, number = (listen or {} for listen in listens)
        assert (name["profanityFilter"], name["speechModel"], name["language"], name["input"]) == ("false", "phone_call", "en-US", "speech dtmf")
        assert (name.get("numDigits"), number["numDigits"]) == (None, "10")
        assert int(number["speechTimeout"]) >= int(name["speechTimeout"])
        asked = await phone.press("2025550143")
        assert asked.gather is not None
        await phone.say("yes")
        for words in ("12 High Street, Springfield, New Jersey 07081", "yes", "mary at gmail dot com", "yes"):
            asked = await phone.say(words)
        assert (asked.gather or {})["hints"] == "Drain cleaning, Leak repair"
        found = await phone.call()
        assert (found["user"]["userInfo"]["phone"], found["provenance"]["phone"]["rule"]) == ("+12025550143", "keyed")


async def test_a_postcode_asked_for_by_itself_can_be_keyed(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "twilio", "")
        await phone.ring()
        for words in ("it's Mary O'Neill", "202 555 0143", "yes", "12 High Street, Springfield, New Jersey 07082"):
            await phone.say(words)
        assert "numDigits" not in (phone.now.gather or {})
        assert ((await phone.say("no, the zip code is wrong")).gather or {})["numDigits"] == "5"
        await phone.press("07081")
        assert (await phone.call())["progress"]["pending"]["address"].endswith("07081")


async def test_a_summary_is_heard_to_its_last_word(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "twilio")
        await phone.ring()
        while (stands := (await phone.call())["progress"])["step"] != "confirm":
            assert phone.now.barge_in
            await phone.say(SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        assert phone.now.said.endswith("Shall I book that?")
        assert phone.now.gather is not None
        assert not phone.now.barge_in


async def do(http: httpx.AsyncClient, phone: Phone, deed: str, **body: str) -> None:
    assert (await http.post(f"/calls/{phone.sid}/{deed}", json=body)).status_code in (200, 202)


@pytest.mark.parametrize("provider", SIGNED)
async def test_handed_to_a_supervisor_and_back(redis_url: str, provider: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, provider)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await do(http, phone, "takeover", agentId="ann")
        await do(http, phone, "messages", agentId="ann", message="Hello, this is Ann.")
        assert (await phone.wait()).said == "Hello, this is Ann."
        await do(http, phone, "messages", agentId="ann", message="I'll hand you back <now> & here.")
        assert (await phone.say("all right")).said == "I'll hand you back <now> & here."
        await do(http, phone, "release", agentId="ann")
        assert (await phone.wait()).said.startswith("Thanks for waiting, let's go on.")
        assert (await phone.book(SAID["en"])).hangs_up
        assert (await phone.call())["servicebooked"]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
@pytest.mark.parametrize("provider", SIGNED)
async def test_nobody_answers_and_the_caller_goes_on(redis_url: str, provider: str, status: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, provider)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        wanted = await phone.say("can I speak to a person please, my number is +1 900 555 0199")
        assert wanted.number == "+12025550101"
        back = await phone.end_of_dial(status)
        assert back.said.startswith(NOBODY["en"])
        assert (await phone.call())["progress"]["status"] == "active"
        assert (await phone.book(SAID["en"])).hangs_up
        assert (await phone.call())["servicebooked"]


@pytest.mark.parametrize("provider", SIGNED)
async def test_whoever_spoke_with_a_person_is_let_go_once(redis_url: str, provider: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, provider)
        await phone.ring()
        await phone.say("can I speak to a person please")
        assert (await phone.end_of_dial("completed")).hangs_up
        await phone.tell("completed")
        found = (await http.get(f"/calls/{phone.sid}?events=1")).json()
        assert found["progress"]["status"] == "ended"


async def test_a_business_without_a_number_has_nobody_to_dial(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "twilio", dialled=DIALLED["zh"])
        await phone.ring()
        back = await phone.say("请帮我转人工")
        assert back.said.startswith(NOBODY["zh"])
        assert (back.gather or {})["language"] == "cmn-Hans-CN"


async def test_whom_the_person_sees(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        for caller, shown in (("+12025550143", None), ("anonymous", "+12025550100"), ("sip:bob@example.com", "+12025550100"), ("", "+12025550100")):
            phone = Phone(http, "twilio", caller)
            await phone.ring()
            assert ((await phone.say("can I speak to a person please")).dial or {}).get("callerId") == shown


async def test_a_caller_is_kept_for_a_supervisor_who_watches_then_dialled(redis_url: str) -> None:
    async with exchange(redis_url, handoff_wait_s=3600.0) as (service, http):
        assert service.switchboard is not None
        phone = Phone(http, "twilio")
        await phone.ring()
        await service.api.state.parts.store.watching(("ann",))
        kept = await phone.say("can I speak to a person please")
        assert (kept.number, (kept.gather or {})["timeout"]) == ("", "3")
        held = await phone.wait()
        assert held.number == ""
        assert held.said
        await do(http, phone, "takeover", agentId="ann")
        await do(http, phone, "messages", agentId="ann", message="Ann here.")
        assert (await phone.wait()).said == "Ann here."


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "client:bob", "sip:bob@example.com", "unknown", "", "911", "+19005550199", "王"])
async def test_callers_are_taken_as_they_come(redis_url: str, caller: str) -> None:
    async with exchange(redis_url) as (_, http):
        phone = Phone(http, "twilio", caller)
        await phone.ring()
        asked = await phone.say("it's Mary O'Neill")
        assert asked.gather is not None
        assert not (await phone.call())["user"]["userInfo"].get("phone")
        assert (await phone.say("202 555 0143")).gather is not None


def test_every_provider_has_a_secret_here() -> None:
    assert len(SECRETS) == len(SIGNED)
