"""Telephones while Redis is away: each way that a call comes in goes on in the journal of the host, signed as always, at whatever worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import Service
from tests.callers import SAID
from tests.chat.platforms import FIRM, TOKEN, TOKENS
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S
from tests.telephony.phones import SIGNED, Phone, answered, exchange
from tests.telephony.relays import RelayPhone, relaying

pytestmark = pytest.mark.anyio
DIALLED = {"en": "+12025550100", "zh": "+861055550100"}


@pytest.fixture
def server() -> Any:
    made = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield made
    made.close()


@asynccontextmanager
async def workers(server: RedisServer, data: Path, **given: Any) -> AsyncIterator[tuple[tuple[Service, httpx.AsyncClient], ...]]:
    async with AsyncExitStack() as stack:
        yield tuple([await stack.enter_async_context(exchange(server.url, data=data, **given)) for _ in range(2)])


async def back(server: RedisServer, *services: Service) -> None:
    """Redis is there, and has all that was noted meanwhile."""
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(PATIENCE_S):
        for service in services:
            spare = service.api.state.parts.spare
            while spare.breaker.away or spare.journal.flag.up:  # noqa: ASYNC110 - what is waited for is another process
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("provider", SIGNED)
async def test_a_provider_s_call_goes_on_to_its_end(server: RedisServer, tmp_path: Path, provider: str, language: str) -> None:
    async with workers(server, tmp_path) as ((one, http), (other, beside)):
        phone = Phone(http, provider, "anonymous", DIALLED[language])
        await phone.ring()
        await phone.say(SAID[language]["name"])
        server.kill()
        url = phone.action
        heard = answered(await phone.send(url, SpeechResult=SAID[language]["phone"], Confidence="0.9"))
        phone.http = beside  # the same again, elsewhere, after the answer was lost
        assert answered(await phone.send(url, SpeechResult=SAID[language]["phone"], Confidence="0.9")) == heard
        phone.now = heard
        phone.heard.append(heard.said)
        last = await phone.book(SAID[language])
        assert (last.hangs_up, last.dial) == (True, None)
        assert (await phone.tell("completed")).status_code == 204
        newcomer = Phone(http, provider, "anonymous", DIALLED[language])
        assert (await newcomer.ring()).gather is not None
        found = await phone.call()
        assert (found["progress"]["status"], found["booking"]["state"]) == ("ended", "to_be_confirmed")
        await back(server, one, other)
        for at in (http, beside):
            phone.http = at
            found = await phone.call()
            assert (found["progress"]["status"], found["servicebooked"]) == ("booked", True)
            assert [line["message"] for line in found["history"] if line["speaker"] == "AI"] == phone.heard
        assert answered(await phone.send(url, SpeechResult=SAID[language]["phone"], Confidence="0.9")) == heard


async def test_a_signature_is_looked_at_all_the_same_and_a_person_is_dialled(server: RedisServer, tmp_path: Path) -> None:
    async with workers(server, tmp_path) as ((one, http), (other, beside)):
        phone = Phone(http, "twilio")
        await phone.ring()
        server.kill()
        forged = await phone.send(phone.action, lambda *_: {"X-Twilio-Signature": "made up"}, SpeechResult="it's Mary O'Neill")
        assert forged.status_code == 403
        heard = await phone.say("I want to speak to a person")
        assert heard.number == "+12025550101"
        phone.http = beside
        after = await phone.end_of_dial("no-answer")
        assert after.gather is not None
        await phone.say("it's Mary O'Neill")
        await back(server, one, other)
        assert (await phone.call())["progress"]["filled"] == {"name": "Mary O'Neill"}


@pytest.mark.parametrize("language", SAID)
async def test_a_call_over_the_relay_goes_on_in_its_socket_and_in_another_one(server: RedisServer, tmp_path: Path, language: str) -> None:
    async with relaying(server.url, data=tmp_path) as house:
        phone = RelayPhone(house, dialled=DIALLED[language])
        await phone.ring()
        await phone.say(SAID[language]["name"])
        server.kill()
        heard = await phone.say(SAID[language]["phone"])
        assert heard.end is None
        assert (await phone.lost()).end is None
        newcomer = RelayPhone(house, dialled=DIALLED[language])
        assert (await newcomer.ring()).end is None
        for _ in range(24):
            stands = (await phone.call())["progress"]
            if stands["status"] == "ended":
                break
            await phone.say(SAID[language]["yes"] if stands["expecting"] == "confirmation" else SAID[language][stands["step"]])
        assert (await phone.call())["booking"]["state"] == "to_be_confirmed"
        assert (await phone.ends()).hangs_up
        await back(server, house.service)
        assert (await phone.call())["servicebooked"]


def chat(words: list[str], stream: bool) -> dict[str, Any]:
    return {"user": "CA-chat", "stream": stream, "messages": [{"role": "user", "content": said} for said in words]}


async def spoken(http: httpx.AsyncClient, words: list[str], *, stream: bool) -> str:
    """What the platform would say."""
    answer = await http.post("/v1/chat/completions", json=chat(words, stream), headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    if not stream:
        return str(answer.json()["choices"][0]["message"]["content"])
    blocks = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for block in blocks for choice in json.loads(block)["choices"])


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_a_platform_s_call_goes_on_and_a_newer_wording_takes_the_place_of_the_last(server: RedisServer, tmp_path: Path, stream: bool) -> None:
    async with workers(server, tmp_path, business=FIRM, tokens=TOKENS) as ((one, http), (other, beside)):
        said = ["hi, it's Mary O'Neill"]
        await spoken(http, said, stream=stream)
        server.kill()
        said += ["two oh two five five five oh one four three"]
        heard = await spoken(http, said, stream=stream)
        assert "two oh two" in heard
        assert await spoken(beside, said, stream=stream) == heard
        newer = await spoken(beside, [said[0], "two oh two five five five oh one four four"], stream=stream)
        assert "one four four" in newer
        answer = await http.get("/calls/CA-chat", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.json()["progress"]["pending"] == {"phone": "+12025550144"}
        await back(server, one, other)
        said = [said[0], "two oh two five five five oh one four four", "yes"]
        assert await spoken(http, said, stream=stream) == await spoken(beside, said, stream=stream)
        answer = await beside.get("/calls/CA-chat", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.json()["progress"]["filled"]["phone"] == "+12025550144"
        assert [line["message"] for line in answer.json()["history"] if line["speaker"] == "customer"] == said
