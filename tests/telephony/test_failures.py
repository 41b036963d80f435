"""A bad day: what a caller hears when a turn takes long, the store is away, the service stops, or nobody knows who is asking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

import prompts
from api.telephony.switchboard import Switchboard
from graph.build import Walker
from graph.state import TurnRequest
from storage.errors import StoreUnavailable
from tests.callers import SAID
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S
from tests.telephony.phones import PUBLIC, SECRETS, SIGNED, Phone, answered, exchange

pytestmark = pytest.mark.anyio
PEOPLE = "+12025550101"
SHORT_S = 0.02
WORDS = {language: prompts.phrasebook(language) for language in prompts.known()}


class Slow:
    """The walker, whose turns wait until they are let go."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.go, self.begun = walker, asyncio.Event(), 0
        self.take_turn = self._take_turn

    async def _take_turn(self, request: TurnRequest, *more: Any) -> bytes:
        self.begun += 1
        await self.go.wait()
        return await self.walker.take_turn(request, *more)


@asynccontextmanager
async def slow(url: str) -> AsyncIterator[tuple[Slow, Switchboard, httpx.AsyncClient]]:
    """A service whose turns take as long as the test wants."""
    async with exchange(url) as (service, http):
        turns = service.api.state.parts.turns
        turns._walker = walker = Slow(turns._walker)
        assert service.switchboard is not None
        yield walker, service.switchboard, http


@pytest.mark.parametrize("provider", SIGNED)
async def test_a_turn_that_takes_long_is_held_and_fetched(redis_url: str, provider: str) -> None:
    async with slow(redis_url) as (walker, switchboard, http):
        phone = Phone(http, provider)
        walker.go.set()
        await phone.ring()
        walker.go.clear()
        switchboard.hold_s = SHORT_S
        url = phone.action
        held = answered(await phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9"))
        assert held.said in WORDS["en"]["telephony"]["hold"]
        assert held.gather is None
        begun = walker.begun
        again = answered(await phone.send(held.redirect))
        assert again.said in set(WORDS["en"]["telephony"]["hold"]) - {held.said}
        assert walker.begun == begun
        walker.go.set()
        switchboard.hold_s = PATIENCE_S
        heard = answered(await phone.send(again.redirect))
        assert heard.said.startswith("Thank you, Mary.")
        assert answered(await phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9")) == heard
        assert (await phone.call())["progress"]["filled"] == {"name": "Mary O'Neill"}


async def test_a_turn_that_never_ends_is_a_person(redis_url: str) -> None:
    async with slow(redis_url) as (walker, switchboard, http):
        switchboard.hold_s = SHORT_S
        phone = Phone(http, "twilio")
        heard = await phone.ring()
        assert heard.number == PEOPLE
        assert phone.heard[:3] == WORDS["en"]["telephony"]["hold"]
        walker.go.set()


async def test_a_turn_is_fetched_at_another_worker(redis_url: str) -> None:
    async with exchange(redis_url) as (_, one), exchange(redis_url) as (_, other):
        phone = Phone(one, "twilio")
        await phone.ring()
        url = phone.action
        heard = await phone.say("it's Mary O'Neill")
        phone.http = other
        assert answered(await phone.send(f"{url}&wait=1")) == heard


async def test_words_lost_with_their_worker_are_asked_for_again(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.telephony.turning.LOOK_S", 0.01)
    async with exchange(redis_url) as (service, http):
        assert service.switchboard is not None
        phone = Phone(http, "twilio")
        await phone.ring()
        url = phone.action
        service.switchboard.hold_s = SHORT_S
        assert answered(await phone.send(f"{url}&wait=1")).redirect == f"{url}&wait=2"
        service.switchboard.hold_s = PATIENCE_S
        assert answered(await phone.send(f"{url}&wait=3")).gather is not None


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("provider", SIGNED)
async def test_while_redis_is_away_there_is_a_sentence_then_a_person(monkeypatch: pytest.MonkeyPatch, provider: str, language: str) -> None:
    monkeypatch.setattr("storage.reaching.PAUSES_S", (0.0,))
    monkeypatch.setattr("api.telephony.switchboard.TELL_AGAIN_S", (SHORT_S,) * round(PATIENCE_S / SHORT_S))  # it is away as long as the test says
    server = RedisServer()
    try:
        async with exchange(server.url) as (service, http):
            phone = Phone(http, provider, dialled={"en": "+12025550100", "zh": "+861055550100"}[language])
            await phone.ring()
            await phone.say(SAID[language]["name"])
            listening = phone.now
            server.kill()
            heard = await phone.say(SAID[language]["phone"])
            trouble, farewell = WORDS[language]["common"]["close"]["trouble"], WORDS[language]["telephony"]["farewell"]
            if language == "en":
                assert (heard.said, heard.number) == (trouble, PEOPLE)
                assert (await phone.end_of_dial("no-answer")).hangs_up
            assert phone.now.hangs_up  # a business without a number has nobody
            assert phone.heard[-2:] == [trouble, farewell]
            assert (await phone.tell("completed")).status_code == 204
            assert (await phone.send(f"/{provider}/fallback")).status_code == 200
            server.start()
            phone.now = listening
            assert service.switchboard is not None
            assert len(service.switchboard._later) == 1
            await asyncio.gather(*service.switchboard._later)
    finally:
        server.close()


async def test_what_could_not_be_written_of_a_line_is_written_when_the_store_is_back(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.telephony.switchboard.TELL_AGAIN_S", (0.0, 0.0, 0.0))
    async with exchange(redis_url) as (service, http):
        assert service.switchboard is not None
        phone = Phone(http, "twilio")
        await phone.ring()
        tries, done = 0, service.switchboard._walker.do

        async def do(*given: Any) -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise StoreUnavailable("away")
            await done(*given)

        monkeypatch.setattr(service.switchboard._walker, "do", do)
        assert (await phone.tell("completed")).status_code == 204
        await asyncio.gather(*service.switchboard._later)
        assert (tries, (await phone.call())["progress"]["status"]) == (3, "ended")


@pytest.mark.parametrize("provider", SIGNED)
async def test_a_fault_of_ours_is_a_sentence_then_a_person(redis_url: str, monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    async with exchange(redis_url, turns_at_once=1) as (service, http):
        phone = Phone(http, provider)
        await phone.ring()
        with service.gate.turn("another"):  # too many turns
            assert (await phone.say("it's Mary O'Neill")).number == PEOPLE
        monkeypatch.setattr("api.telephony.replies.Replies.of", lambda *_: 1 / 0)
        assert (await phone.ring()).number == PEOPLE
        assert (await phone.end_of_dial("busy")).hangs_up


async def test_while_it_stops_and_when_its_time_is_over(redis_url: str) -> None:
    async with exchange(redis_url) as (service, http):
        phone = Phone(http, "twilio")
        service.drain.begun = True
        response = await phone.send("/twilio/voice")
        assert (answered(response).gather is not None, response.headers["connection"]) == (True, "close")
        service.drain.over = True
        assert answered(await phone.send("/twilio/turn?n=1", SpeechResult="it's Mary O'Neill")).number == PEOPLE
        assert (await phone.tell("completed")).status_code == 204
        assert (await phone.send("/twilio/turn?n=1", lambda *_: {})).status_code == 403


def at(app: ASGIApp, client: tuple[str, int] | None, base_url: str = "http://127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=client or ("", 0))
    return httpx.AsyncClient(transport=transport, base_url=base_url)


@pytest.mark.parametrize(
    "path", ["/twilio/voice", "/signalwire/turn?n=1", "/telnyx/fallback", "/jambonz/turn?n=1", "/telephony/voice", "/api/telephony/gather"]
)
async def test_without_a_secret_only_a_program_of_this_machine_is_answered(path: str) -> None:
    body = {"CallSid": "CA1", "From": "+12025550143", "To": "+12025550100"}
    nothing = dict.fromkeys(SECRETS, "")
    async with exchange(**nothing, tokens="", public_url="") as (service, http):
        assert answered(await http.post(path, data=body)).said
        for headers in (
            {"X-Forwarded-For": "203.0.113.9"},
            {"Forwarded": "for=203.0.113.9"},
            {"Host": "voice.example.test"},
            {"Origin": "http://127.0.0.1"},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            refused = await http.post(path, data=body, headers=headers)
            assert (refused.status_code, refused.content) == (403, b""), headers
            assert (await http.get(path, headers=headers)).status_code == 403
        for address in (("203.0.113.9", 1), ("10.0.0.1", 1), ("localhost.example", 1), None):
            async with at(service, address) as elsewhere:
                assert (await elsewhere.post(path, data=body)).status_code == 403


async def test_a_url_is_the_one_of_the_settings_and_never_the_request_s() -> None:
    async with exchange(public_url="") as (_, http):
        phone = Phone(http, "twilio")
        assert (await phone.send("/twilio/voice")).status_code == 403  # there is none
    async with exchange(public_url="https://user:word@voice.example.test:8443/") as (_, http):
        phone = Phone(http, "twilio")
        assert answered(await phone.send("/twilio/voice")).gather is not None  # over https without its port
        assert answered(await phone.send("/api/twilio/turn?n=1")).gather is not None  # as it was called
        other_host = await http.post("/twilio/voice", headers={"Host": "voice.example.test", "X-Twilio-Signature": "x"})
        assert other_host.status_code == 403
    async with exchange(public_url=f"{PUBLIC}/slotline") as (_, http):
        phone = Phone(http, "twilio")
        for url in (f"{PUBLIC}/slotline/twilio/voice", f"{PUBLIC}/twilio/voice"):  # a proxy may take the path away, or not
            form = {"CallSid": phone.sid, "To": phone.dialled}
            response = await http.post("/twilio/voice", data=form, headers=SIGNED["twilio"](url, form, b""))
            assert (answered(response).gather or {})["action"] == f"{PUBLIC}/slotline/twilio/turn?n=1"


async def test_a_secret_is_exchanged_by_having_two() -> None:
    async with exchange(twilio_auth_token=f"the-next-one, {SECRETS['twilio_auth_token']}") as (_, http):
        assert (await Phone(http, "twilio").ring()).gather is not None


async def test_a_refusal_is_told_in_the_log_with_where_and_without_who(capsys: pytest.CaptureFixture[str]) -> None:
    async with exchange() as (_, http):
        for _ in range(3):
            await Phone(http, "twilio").send("/twilio/turn?n=1&x=2025550143", lambda *_: {}, SpeechResult="it's Mary")
    lines = [line for line in capsys.readouterr().err.splitlines() if "telephone_refused" in line]
    assert len(lines) == 1
    assert f'"place":"{PUBLIC}/twilio/turn"' in lines[0]
    assert "2025550143" not in lines[0]
    assert "Mary" not in lines[0]
