"""Several businesses of different languages and countries on one service: which is meant, and what is spoken, over JSON and by telephone."""

import shutil
from pathlib import Path

import httpx
import pytest

from tests.callers import SAID
from tests.telephony.phones import BUSINESSES, SIGNED, Phone, exchange

pytestmark = pytest.mark.anyio
ACME, BEIJING, YARRA, THAMES = "+12025550100", "+861055550100", "+61255501234", "+442079460990"
SPOKEN = [
    # number dialled, language of the caller's side, what is spoken, how it is listened, the greeting
    (ACME, "", "en", "en-US", "Thanks for calling Acme Home Services."),
    (ACME, "zh-TW", "zh", "zh-CN", "您好，这里是艾克米家庭服务。"),
    (ACME, "fr-FR", "en", "en-US", "Thanks for calling Acme Home Services."),
    (BEIJING, "", "zh", "zh-CN", "您好，这里是京城家政。"),
    (BEIJING, "en-US", "zh", "zh-CN", "您好，这里是京城家政。"),
    (YARRA, "", "en", "en-AU", "Thanks for calling Yarra Home Services."),
    (YARRA, "en-US", "en", "en-AU", "Thanks for calling Yarra Home Services."),
    (YARRA, "cmn-Hans-CN", "zh", "zh-CN", "您好，这里是"),
    (THAMES, "en-AU", "en", "en-GB", "Thanks for calling Thames Home Services."),
    ("sip:+442079460990@pbx.example", "", "en", "en-GB", "Thanks for calling Thames Home Services."),
    ("02 5550 1234", "", "en", "en-AU", "Thanks for calling Yarra Home Services."),
    ("+15005550006", "zh-CN", "zh", "zh-CN", "您好，这里是艾克米家庭服务。"),
    ("", "", "en", "en-US", "Thanks for calling Acme Home Services."),
]


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Four businesses: American, Chinese, Australian, British; the first is the default."""
    for file in (*BUSINESSES.glob("*.toml"), *(BUSINESSES.parents[1] / "businesses" / f"{name}.toml" for name in ("au", "gb"))):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.mark.parametrize(("dialled", "tag", "language", "listens", "greeting"), SPOKEN)
async def test_a_turn_is_answered_for_the_number_dialled_in_a_language_of_its_business(
    street: Path, dialled: str, tag: str, language: str, listens: str, greeting: str
) -> None:
    async with exchange(business=street) as (_, http):
        body = {"callSid": "CA1", "customerMessage": {"message": ""}, "to": dialled, "language": tag}
        answer = (await http.post("/ai/conversation", json=body)).json()
        assert answer["aiResponse"]["message"].startswith(greeting)
        assert answer["listen"]["language"] == listens
        assert (await http.get("/calls/CA1")).json()["language"] == language


@pytest.mark.parametrize(("dialled", "tag", "language", "listens", "greeting"), SPOKEN)
@pytest.mark.parametrize("provider", SIGNED)
async def test_a_telephone_is_answered_likewise(
    street: Path, provider: str, dialled: str, tag: str, language: str, listens: str, greeting: str
) -> None:
    async with exchange(business=street) as (_, http):
        phone = Phone(http, provider, dialled=dialled)
        heard = await phone.ask(f"/{provider}/voice" + (f"?language={tag}" if tag else ""), CallStatus="ringing")
        assert heard.said.startswith(greeting)
        assert (heard.gather or {})["language"].startswith({"zh-CN": ("zh-CN", "cmn-Hans-CN")}.get(listens, listens))
        assert (await phone.call())["language"] == language


async def test_two_calls_at_once_are_read_each_by_its_own_country(street: Path) -> None:
    """The same words are another number, and another zone's hour, at each business."""
    async with exchange(business=street) as (_, http):
        found = {}
        for dialled, sid in ((YARRA, "CA-au"), (THAMES, "CA-gb")):
            for words in ("", "it's Mary O'Neill"):
                await turn(http, sid, words, dialled)
        for dialled, sid, number in ((YARRA, "CA-au", "0491 570 156"), (THAMES, "CA-gb", "07700 900 123")):
            for words in (number, "yes"):
                answer = await turn(http, sid, words, dialled)
            found[sid] = answer["progress"]["filled"]["phone"]
        assert found == {"CA-au": "+61491570156", "CA-gb": "+447700900123"}


async def turn(http: httpx.AsyncClient, sid: str, words: str, dialled: str) -> dict[str, dict[str, dict[str, str]]]:
    body = {"callSid": sid, "customerMessage": {"message": words, "startedAt": "2026-11-20T01:00:00Z"}, "turnId": words, "to": dialled}
    found: dict[str, dict[str, dict[str, str]]] = (await http.post("/ai/conversation", json=body)).json()
    return found


async def test_a_call_stays_with_its_business_whatever_later_turns_say(street: Path) -> None:
    async with exchange(business=street) as (_, http):
        await turn(http, "CA1", "", BEIJING)
        for dialled in (ACME, ""):
            await turn(http, "CA1", "我叫王宝强", dialled)
        found = (await http.get("/calls/CA1")).json()
        assert (found["company"]["id"], found["language"]) == ("beijing", "zh")


async def test_a_caller_known_at_one_business_is_a_first_time_caller_at_another(street: Path, redis_url: str) -> None:
    asks = (street / "acme.toml").read_text("utf-8").replace('"acme"', '"third"').replace("+12025550100", "+12025550199")
    (street / "third.toml").write_text(asks.replace("capacity", 'needs_approval = ["first_time_caller"]\ncapacity'), "utf-8")
    async with exchange(redis_url, business=street) as (service, http):
        known = Phone(http, "twilio")
        await known.ring()
        assert (await known.book(SAID["en"])).hangs_up
        store = service.api.state.parts.store
        assert [await store.booked_before(one, known.caller) for one in ("acme", "third")] == [True, False]
        other = Phone(http, "twilio", dialled="+12025550199")
        await other.ring()
        while "approval" not in (found := await other.call()):
            stands = found["progress"]
            assert len(other.heard) < 24, other.heard
            await other.say(SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        assert found["approval"]["rule"] == "first_time_caller"
        assert not found["servicebooked"]
