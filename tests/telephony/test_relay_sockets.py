"""The sockets of ConversationRelay: who may open one, what comes over it, and what becomes of a call whose socket is lost, doubled or cut short."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api import telephone_check
from api.telephony.switchboard import provider_named
from tests.api.services import settings
from tests.callers import SAID
from tests.patience import PATIENCE_S
from tests.telephony.phones import SECRETS
from tests.telephony.relays import House, IllegalError, RelayPhone, checked, relaying

pytestmark = pytest.mark.anyio
URL = "wss://voice.example.test/twilio/relay"
SAMPLES = json.loads((Path(__file__).parent / "samples" / "conversation_relay.json").read_text("utf-8"))


def messages(kind: str) -> list[Any]:
    return [pytest.param(one["message"], id=one["name"]) for one in SAMPLES[kind]]


@pytest.mark.parametrize("message", messages("to_provider"))
async def test_the_phone_of_these_tests_takes_what_the_provider_takes(message: dict[str, Any]) -> None:
    assert checked(message) == message


@pytest.mark.parametrize("message", messages("refused_by_provider"))
async def test_and_refuses_what_it_refuses(message: dict[str, Any]) -> None:
    with pytest.raises(IllegalError):
        checked(message)


# Who may open one


async def refused(house: House, **given: Any) -> int:
    """The status that a handshake is refused with; 101 when it is not."""
    try:
        line = await house.connect(**{"url": URL, **given})
    except InvalidStatus as error:
        return error.response.status_code if error.response.body == b"" else -1
    await line.close()
    return 101


async def test_a_handshake_is_verified_over_the_public_address() -> None:
    async with relaying() as house:
        sample = SAMPLES["handshake"]
        signature = {"X-Twilio-Signature": sample["headers"]["x-twilio-signature"]}
        assert await refused(house, url=sample["url"], signed="", **signature) == 101
        assert await refused(house) == 101
        assert await refused(house, signed=f"{URL}/") == 101  # some are signed so
        assert await refused(house, url=f"{URL}/") == 101
        assert await refused(house, url=f"{URL}?a=b%20c") == 101
        assert await refused(house, url="wss://voice.example.test/api/twilio/relay") == 101
        for given in (
            {"signed": "https://voice.example.test/twilio/relay"},
            {"signed": "wss://other.example.test/twilio/relay"},
            {"signed": "ws://voice.example.test/twilio/relay"},
            {"url": f"{URL}?a=b", "signed": URL},
            {"X-Twilio-Signature": ""},
            {"X-Twilio-Signature": "x"},
            {"X-Twilio-Signature": "", "Authorization": "Bearer x", "X-Forwarded-For": "127.0.0.1"},
        ):
            assert await refused(house, **given) == 403, given
        for url in ("wss://voice.example.test/twilio/voice", "wss://voice.example.test/twilio/relays", "wss://voice.example.test/signalwire/relay"):
            with pytest.raises(InvalidStatus) as found:
                await house.connect(url)
            assert found.value.response.status_code == 404
        assert (await house.http.get("/twilio/relay")).status_code == 404  # nothing but a socket


async def test_without_a_secret_only_a_program_of_this_machine_is_let_in() -> None:
    async with relaying(**dict.fromkeys(SECRETS, ""), public_url="", twilio_voice="gather") as house:
        assert await refused(house, **{"X-Twilio-Signature": ""}) == 101
        for headers in ({"Origin": "http://127.0.0.1"}, {"X-Forwarded-For": "203.0.113.9"}, {"Sec-Fetch-Site": "cross-site"}):
            assert await refused(house, **{"X-Twilio-Signature": "", **headers}) == 403


async def test_a_secret_is_exchanged_by_having_two() -> None:
    async with relaying(twilio_auth_token=f"the-next-one, {SECRETS['twilio_auth_token']}") as house:
        assert await refused(house) == 101


async def test_the_doctor_opens_one() -> None:
    async with relaying(**dict.fromkeys(SECRETS, ""), public_url="", twilio_voice="gather") as house:
        url = f"ws://127.0.0.1:{house.port}/twilio/relay"
        assert await asyncio.to_thread(telephone_check._socket, provider_named("twilio"), "secret", url) == ("ok", "socket", "opened")
        lost = await asyncio.to_thread(telephone_check._socket, provider_named("twilio"), "secret", "ws://127.0.0.1:9/twilio/relay")
        assert lost == ("!!", "socket", "ws://127.0.0.1:9/twilio/relay cannot be opened from here: ConnectionRefusedError")
    async with relaying() as house:
        found = await asyncio.to_thread(telephone_check._socket, provider_named("twilio"), "another", f"ws://127.0.0.1:{house.port}/twilio/relay")
        assert (found.mark, "answered 403 where 101 was due" in found.said) == ("!!", True)
    gather, relay = (
        [found.about for found in telephone_check.findings("twilio", settings(**SECRETS, public_url="https://127.0.0.1:9", twilio_voice=voice))]
        for voice in ("gather", "relay")
    )
    assert relay == [*gather, "socket"]


# What comes over it


@pytest.mark.parametrize("message", messages("from_provider"))
async def test_every_sample_is_taken(redis_url: str, message: dict[str, Any]) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        if message["type"] == "setup":
            phone.sid = message["callSid"]
            phone.line = await house.connect(URL)
            await phone.tell_it(**message)
            assert (await phone.hears()).said
            return
        await phone.ring()
        await phone.tell_it(**message)
        if message["type"] == "dtmf":
            await phone.tell_it(type="dtmf", digit="#")
        if message["type"] == "dtmf" or (message["type"] == "prompt" and message["last"]):
            await phone.hears()
        assert (await phone.say("it's Mary O'Neill")).said
        said = [line["message"] for line in (await phone.call())["history"] if line["speaker"] == "customer"]
        heard = {"prompt": "Hi, my name is Kim Lee.", "prompt-partial": "", "dtmf": "1"}
        assert said == [*([text] if (text := heard.get(_name(message), "")) else []), "it's Mary O'Neill"]


def _name(message: dict[str, Any]) -> str:
    return next(one["name"] for one in SAMPLES["from_provider"] if one["message"] == message)


ODD = ["", "x", "[]", '"setup"', "null", "{}", '{"type":5}', '{"type":"prompt"}', '{"type":"dtmf","digit":"12"}', '{"type":"prompt","voicePrompt":5}']


async def test_ten_messages_in_a_row_that_are_none_close_it() -> None:
    async with relaying() as house:
        phone = RelayPhone(house)
        await phone.ring()
        assert phone.line is not None
        for message in (*ODD[:9], '{"type":"from the future"}', *ODD[1:], b"\x00"):
            await phone.line.send(message)
        assert await phone.closed() == 1007
        again = await phone.ask((phone.now.relay or {})["action"], SessionStatus="failed")
        assert again.relay is not None


async def test_what_is_of_a_type_to_come_is_ignored_however_often_it_comes() -> None:
    async with relaying() as house:
        phone = RelayPhone(house)
        await phone.ring()
        for number in range(30):
            await phone.tell_it(type="something new", number=number)
            await phone.tell_it(type="info", name="tokensPlayed", value="Thanks")
        assert (await phone.say("it's Mary O'Neill")).said.startswith("Thank you, Mary.")


async def test_a_message_beyond_all_reason_closes_it() -> None:
    async with relaying() as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.tell_it(type="prompt", voicePrompt="a" * 60_000, last=True)
        assert (await phone.hears()).said
        await phone.tell_it(type="prompt", voicePrompt="a" * 65_536, last=True)
        assert await phone.closed() == 1009


async def test_nobody_says_whose_call_it_is() -> None:
    async with relaying(timing={"setup_s": 0.05}) as house:
        for message in (None, {"type": "prompt", "voicePrompt": "hello", "last": True}):
            phone = RelayPhone(house)
            phone.line = await house.connect(URL)
            if message:
                await phone.tell_it(**message)
            assert await phone.closed() == 1008


async def test_a_call_that_cannot_be_named_is_a_person_s() -> None:
    async with relaying() as house:
        phone = RelayPhone(house)
        phone.line = await house.connect(URL)
        await phone.tell_it(type="setup", callSid="a b/c", sessionId="VX1", to=phone.dialled)
        assert (await phone.hears()).said
        assert "handoffData" in ((await phone.hears()).end or {})


async def test_a_call_on_which_nothing_is_heard_is_given_to_a_person() -> None:
    async with relaying(timing={"idle_s": 0.0, "patience_s": 0.0}) as house:
        phone = RelayPhone(house)
        await phone.ring()
        assert (await phone.hears()).said
        assert (await phone.ends()).number == "+12025550101"


# What was heard


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("Thank you, Mary. I can see you're", "Thank you, Mary. I can see you're"),
        ("thank you mary", "Thank you, Mary."),
        ("Thank you", "Thank you,"),
        ("", None),
    ],
)
async def test_an_answer_that_was_cut_short_is_kept_as_it_was_heard(redis_url: str, heard: str, kept: str | None) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        greeting = await phone.ring()
        await phone.say("it's Mary O'Neill")
        await phone.interrupt(heard)
        await phone.say("202 555 0143")
        history = [line["message"] for line in (await phone.call())["history"]]
        assert history == [greeting.said, "it's Mary O'Neill", *([kept] if kept else []), "202 555 0143", phone.heard[-1]]
        told = [
            one for one in (await phone.http.get(f"/calls/{phone.sid}?events=1")).json()["events"] if one["type"] in ("taken_back", "new_message")
        ]
        gone = next(number for number, one in enumerate(told) if one["type"] == "taken_back")
        assert told[gone]["payload"]["lines"] == 1
        assert [one["payload"]["message"] for one in told[gone + 1 : -2]] == ([kept] if kept else [])


async def test_what_was_heard_whole_or_is_the_last_no_more_stays(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        greeting = await phone.ring()
        await phone.interrupt(greeting.said)
        await phone.say("it's Mary O'Neill")
        await phone.interrupt("Thank you, Mary.")
        await phone.interrupt("Thank")  # told twice
        await phone.say("202 555 0143")
        assert [line["message"] for line in (await phone.call())["history"]][:3] == [greeting.said, "it's Mary O'Neill", "Thank you, Mary."]


# Lost, and doubled


async def test_a_lost_socket_goes_on_without_a_greeting(redis_url: str) -> None:
    async with relaying(redis_url) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        back = await phone.lost()
        assert "Acme" not in back.said
        assert "number" in back.said
        phone.house, phone.http = other, other.http  # and at another worker
        back = await phone.lost()
        assert "Acme" not in back.said
        await phone.answer(SAID["en"])
        assert (await phone.ends()).hangs_up
        found = await phone.call()
        assert found["servicebooked"]
        assert sum("Acme" in line["message"] for line in found["history"]) == 1


async def test_a_line_that_is_lost_is_no_silence_and_what_was_asked_is_asked_again(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        asked = (await phone.say("it's Mary O'Neill")).said
        heard = [(await phone.lost()).said for _ in range(5)]
        assert set(heard) == {asked}
        assert (await phone.call())["progress"]["status"] == "active"
        while (stands := (await phone.call())["progress"])["step"] != "confirm":
            summary = await phone.say("yes" if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        again = await phone.lost()
        assert again.said == summary.said
        assert not any(part["interruptible"] for part in again.parts)
        await phone.say("yes")
        assert (await phone.ends()).hangs_up


async def test_the_same_words_over_another_socket_are_another_turn(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        for words in ("it's Mary O'Neill", "202 555 0143"):
            await phone.say(words)
        session = phone.session
        await phone.lost()
        phone.session = session
        assert (await phone.say("yes")).said
        assert (await phone.call())["progress"]["filled"] == {"name": "Mary O'Neill", "phone": "+12025550143"}


async def test_a_socket_that_is_lost_again_and_again_leads_to_a_person(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        for _ in range(30):
            if (await phone.after("failed", ErrorCode="39001")).relay is None:
                break
        assert phone.now.number == "+12025550101"
        assert phone.heard[-1]


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_of_two_sockets_the_newest_has_the_call(redis_url: str, elsewhere: bool) -> None:
    async with relaying(redis_url) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        first = phone.line
        if elsewhere:
            phone.house, phone.http = other, other.http
        await phone.open()
        second, phone.line = phone.line, first
        assert await phone.closed() == 1000
        phone.line = second
        assert (await phone.say("202 555 0143")).said
        assert (await phone.call())["progress"]["pending"] == {"phone": "+12025550143"}


async def test_what_still_comes_over_the_older_of_two_sockets_changes_nothing(redis_url: str) -> None:
    async with relaying(redis_url) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        first = phone.line
        assert first is not None
        phone.house, phone.http = other, other.http
        await phone.open()
        try:
            for _ in range(5):
                await first.send(json.dumps({"type": "prompt", "voicePrompt": "it's Bob Smith", "last": True}))
            async with asyncio.timeout(PATIENCE_S):
                async for _ in first:
                    pass
        except ConnectionClosed:
            pass
        await phone.say("it's Mary O'Neill")
        assert (await phone.call())["progress"]["filled"] == {"name": "Mary O'Neill"}


async def test_a_caller_who_rings_off_is_let_go(redis_url: str) -> None:
    async with relaying(redis_url) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await phone.tell("completed")
        assert await phone.closed() == 1000
        assert (await phone.after("completed", CallStatus="completed")).hangs_up
        assert (await phone.call())["progress"]["status"] == "ended"
        phone.now = phone.now.__class__("", relay={"url": URL, "action": "", "parameters": ""})
        phone.line = await house.connect(URL)
        await phone.tell_it(**phone.setup())
        assert await phone.closed() == 1000  # over a line that has ended nothing begins
