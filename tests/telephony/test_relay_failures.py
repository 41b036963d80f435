"""A bad day over ConversationRelay: the store is away, a turn takes long, something of ours fails, the service stops or is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import prompts
from graph.build import Walker
from graph.state import TurnRequest
from tests.api.processes import Running, serving
from tests.callers import SAID
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S
from tests.telephony.phones import BUSINESSES, PUBLIC, TOKEN
from tests.telephony.relays import House, RelayPhone, relaying

pytestmark = pytest.mark.anyio
PEOPLE = "+12025550101"
WORDS = {language: prompts.phrasebook(language) for language in prompts.known()}
TOKENS = "supervisor-token-0123456789:supervisor"


class Slow:
    """The walker, whose turns wait until they are let go."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.begun, self.free = walker, 0, True
        self.take_turn = self._take_turn

    async def _take_turn(self, request: TurnRequest, *more: Any) -> bytes:
        self.begun += 1
        while not self.free:  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.005)
        return await self.walker.take_turn(request, *more)


@asynccontextmanager
async def slow(url: str) -> AsyncIterator[tuple[House, Slow]]:
    async with relaying(url) as house:
        turns = house.service.api.state.parts.turns
        turns._walker = walker = Slow(turns._walker)
        yield house, walker
        walker.free = True


async def test_a_turn_that_takes_long_is_held(redis_url: str) -> None:
    async with slow(redis_url) as (house, walker):
        phone = RelayPhone(house)
        await phone.ring()
        begun, walker.free, house.timing.hold_s = walker.begun, False, 0.05
        held = await phone.say("it's Mary O'Neill")
        assert held.said == WORDS["en"]["telephony"]["hold"][0]
        assert all(part["preemptible"] and part["interruptible"] for part in held.parts)
        await phone.interrupt("One")  # that is no line of the conversation
        walker.free, house.timing.hold_s = True, PATIENCE_S
        while (heard := await phone.hears()).said in WORDS["en"]["telephony"]["hold"]:
            pass
        assert heard.said.startswith("Thank you, Mary.")
        assert not any(part["preemptible"] for part in heard.parts)
        assert walker.begun == begun + 1
        await phone.say("202 555 0143")
        assert heard.said in [line["message"] for line in (await phone.call())["history"]]


async def test_a_turn_that_never_ends_is_a_person(redis_url: str) -> None:
    async with slow(redis_url) as (house, walker):
        walker.free, house.timing.hold_s = False, 0.02
        phone = RelayPhone(house)
        await phone.ring()
        while not phone.heard[-1].startswith(WORDS["en"]["common"]["close"]["trouble"]):
            await phone.hears()
        assert phone.heard[:3] == WORDS["en"]["telephony"]["hold"]
        assert (await phone.ends()).number == PEOPLE


@pytest.mark.parametrize("language", SAID)
async def test_while_redis_is_away_there_is_a_sentence_then_a_person(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr("storage.reaching.PAUSES_S", (0.0,))
    server = RedisServer()
    try:
        async with relaying(server.url) as house:
            phone = RelayPhone(house, dialled={"en": "+12025550100", "zh": "+861055550100"}[language])
            await phone.ring()
            server.kill()
            assert (await phone.say(SAID[language]["name"])).said == WORDS[language]["common"]["close"]["trouble"]
            through = await phone.ends()
            if language == "en":
                assert (through.number, through.said) == (PEOPLE, "")
                await phone.end_of_dial("no-answer")
            assert phone.now.hangs_up  # a business without a number has nobody
            assert phone.heard[-1] == WORDS[language]["telephony"]["farewell"]
            newcomer = RelayPhone(house)
            assert (await newcomer.ring()).said == WORDS["en"]["common"]["close"]["trouble"]
            assert (await newcomer.ends()).number == PEOPLE
            server.start()
    finally:
        server.close()


async def test_a_fault_of_ours_is_a_sentence_then_a_person(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with relaying(redis_url, turns_at_once=1) as house:
        phone = RelayPhone(house)
        await phone.ring()
        with house.service.gate.turn("another"):  # too many turns
            assert (await phone.say("it's Mary O'Neill")).said == WORDS["en"]["common"]["close"]["trouble"]
        assert (await phone.ends()).number == PEOPLE
        monkeypatch.setattr("api.telephony.relay_session.Session._answered", lambda *_: 1 / 0)
        assert (await RelayPhone(house).ring()).said == WORDS["en"]["common"]["close"]["trouble"]


async def test_a_deploy_in_the_middle_of_a_call(redis_url: str) -> None:
    async with relaying(redis_url, {"drain_s": 0.0}) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        house.stop()
        assert await phone.closed() == 1012
        phone.house, phone.http = other, other.http
        assert (await phone.after("failed", ErrorCode="39001")).relay is not None
        back = await phone.open()
        assert "Acme" not in back.said
        await phone.answer(SAID["en"])
        assert (await phone.ends()).hangs_up
        assert (await phone.call())["servicebooked"]


async def test_what_is_being_said_is_said_before_the_service_stops(redis_url: str) -> None:
    async with slow(redis_url) as (house, walker):
        house.timing.drain_s = PATIENCE_S
        phone = RelayPhone(house)
        await phone.ring()
        walker.free = False
        await phone.tell_it(type="prompt", voicePrompt="it's Mary O'Neill", lang="en-US", last=True)
        house.stop()
        walker.free = True
        assert (await phone.hears()).said.startswith("Thank you, Mary.")
        assert await phone.closed() == 1012


async def test_whoever_has_just_come_in_is_let_go_too(redis_url: str) -> None:
    async with relaying(redis_url, {"drain_s": 0.0}) as house:
        phone = RelayPhone(house)
        await phone.ask("/twilio/voice", CallStatus="ringing")
        phone.line = await house.connect("wss://voice.example.test/twilio/relay")
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        house.service.drain.when_begun(lambda: loop.call_soon_threadsafe(told.set))
        house.stop()
        await told.wait()
        await phone.tell_it(**phone.setup())
        assert await phone.closed() == 1012


async def test_a_call_that_is_over_ends_before_the_service_does(redis_url: str) -> None:
    async with relaying(redis_url, {"letter_s": PATIENCE_S, "most_said_s": PATIENCE_S, "drain_s": 0.0}) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("can I speak to a person please")
        house.stop()
        assert "handoffData" in ((await phone.hears()).end or {})


class Process(House):
    """A service in a process of its own."""

    def __init__(self, running: Running, http: httpx.AsyncClient) -> None:
        self.running, self.port, self.http = running, running.port, http


@pytest.mark.parametrize("signal", ["kill", "stop"])
async def test_a_worker_is_gone_in_the_middle_of_a_call(tmp_path: Path, redis_server: RedisServer, signal: str) -> None:
    given = {
        **{"REDIS_URL": redis_server.url, "SLOTLINE_PUBLIC_URL": PUBLIC, "SLOTLINE_TWILIO_VOICE": "relay", "TWILIO_AUTH_TOKEN": TOKEN},
        **{"SLOTLINE_BUSINESS": str(BUSINESSES), "SLOTLINE_TOKENS": TOKENS, "SLOTLINE_DRAIN_S": "0"},
    }
    headers = {"Authorization": f"Bearer {TOKENS.partition(':')[0]}"}
    with serving(tmp_path, **given) as first, serving(tmp_path, **given) as second:
        async with (
            httpx.AsyncClient(base_url=first.url, trust_env=False, headers=headers, timeout=PATIENCE_S) as one,
            httpx.AsyncClient(base_url=second.url, trust_env=False, headers=headers, timeout=PATIENCE_S) as other,
        ):
            phone = RelayPhone(Process(first, one))
            await phone.ring()
            await phone.say("it's Mary O'Neill")
            await phone.say("202 555 0143")
            await phone.tell_it(type="prompt", voicePrompt="yes", lang="en-US", last=True)
            if signal == "kill":
                first.kill()
            else:
                await asyncio.to_thread(first.stop)
            await phone.closed()
            phone.house, phone.http = Process(second, other), other
            assert (await phone.after("failed", ErrorCode="39001")).relay is not None
            assert "Acme" not in (await phone.open()).said
            await phone.answer(SAID["en"])
            assert (await phone.call())["servicebooked"]
        assert not [line for line in (*first.events, *second.events) if line["level"] == "error"]
