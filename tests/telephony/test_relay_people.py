"""A supervisor at a call over ConversationRelay: what they say and do is heard at once, once, from whichever worker."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import prompts
from api.terminal import replay
from tests.callers import SAID
from tests.patience import PATIENCE_S
from tests.telephony.phones import BUSINESSES
from tests.telephony.relays import House, RelayPhone, relaying

pytestmark = pytest.mark.anyio
PEOPLE = prompts.phrasebook("en")["people"]


async def do(http: httpx.AsyncClient, phone: RelayPhone, deed: str, **body: str) -> None:
    response = await http.post(f"/calls/{phone.sid}/{deed}", json={"agentId": "ann", **body})
    assert response.status_code in (200, 202), response.text


async def lines(phone: RelayPhone, speaker: str, count: int) -> list[str]:
    """What somebody has said, once it is so much."""
    async with asyncio.timeout(PATIENCE_S):
        while len(found := [line["message"] for line in (await phone.call())["history"] if line["speaker"] == speaker]) < count:  # noqa: ASYNC110 - written elsewhere
            await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def taken(url: str, **timing: float) -> AsyncIterator[tuple[House, RelayPhone, httpx.AsyncClient]]:
    """A call that a supervisor has taken at another worker than that of its socket."""
    async with relaying(url, timing) as house, relaying(url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await do(other.http, phone, "takeover")
        yield house, phone, other.http


async def test_handed_to_a_supervisor_at_another_worker_and_back(redis_url: str, tmp_path: Path) -> None:
    async with taken(redis_url) as (_, phone, there):
        await do(there, phone, "messages", message="Hello, this is Ann.")
        assert (await phone.hears()).said == "Hello, this is Ann."
        await do(there, phone, "messages", message="Are you at home? I'd like to <come by> & see.")
        assert (await phone.hears()).said == "Are you at home? I'd like to <come by> & see."
        for words in ("yes I am", "my number is 202 555 0143"):
            await phone.tell_it(type="prompt", voicePrompt=words, lang="en-US", last=True)
        assert await lines(phone, "customer", 3) == ["it's Mary O'Neill", "yes I am", "my number is 202 555 0143"]
        assert (await phone.call())["suggestions"] == {"phone": "+12025550143"}
        await do(there, phone, "messages", message="I'll hand you back now.")
        assert (await phone.hears()).said == "I'll hand you back now."  # nothing was said between
        await do(there, phone, "release")
        assert (await phone.hears()).said.startswith("Thanks for waiting, let's go on.")
        heard = len(phone.heard)
        await phone.answer(SAID["en"])
        assert (await phone.ends()).hangs_up
        found = await phone.call()
        assert found["servicebooked"]
        assert not any("Ann" in said or "hand you back" in said for said in phone.heard[heard:])
        assert await lines(phone, "agent", 3) == ["Hello, this is Ann.", "Are you at home? I'd like to <come by> & see.", "I'll hand you back now."]
        assert "" not in [line["message"] for line in found["history"]]
        recording = tmp_path / "recording.json"
        recording.write_text((await there.get(f"/calls/{phone.sid}/trace")).text, "utf-8")
        again = argparse.Namespace(recording=str(recording), business=BUSINESSES)
        assert await asyncio.to_thread(replay.run, again) == 0  # it can be played again


@pytest.mark.parametrize("events", [True, False])
async def test_in_a_process_alone_without_a_redis(events: bool) -> None:
    async with relaying(use_redis_sse=events) as house:
        phone = RelayPhone(house)
        await phone.ring()
        await do(house.http, phone, "takeover")
        await do(house.http, phone, "messages", message="Hello, this is Ann.")
        assert (await phone.hears()).said == "Hello, this is Ann."
        await do(house.http, phone, "release")
        assert (await phone.hears()).said.startswith(tuple(PEOPLE["released"]))


async def test_what_is_said_while_the_caller_speaks_is_heard_once(redis_url: str) -> None:
    async with taken(redis_url) as (_, phone, there):
        said = [f"Line {number}." for number in range(12)]

        async def supervisor() -> None:
            for text in said:
                await do(there, phone, "messages", message=text)

        async def caller() -> None:
            for number in range(12):
                await phone.tell_it(type="prompt", voicePrompt=f"well {number}", lang="en-US", last=True)

        await asyncio.gather(supervisor(), caller())
        heard = ""
        while said[-1] not in heard:
            heard += (await phone.hears()).said + " "
        assert heard.split() == " ".join(said).split()
        assert len(await lines(phone, "customer", 13)) == 13


async def test_what_was_said_before_the_release_is_said_with_it(redis_url: str) -> None:
    async with relaying(redis_url) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await do(other.http, phone, "takeover")
        await do(other.http, phone, "messages", message="Hello, this is Ann.")
        await do(other.http, phone, "release")
        heard = (await phone.hears()).said
        while not any(released in heard for released in PEOPLE["released"]):
            heard += (await phone.hears()).said
        assert heard.startswith("Hello, this is Ann.")
        assert heard.count("Ann") == 1


async def test_nobody_is_left_without_a_word(redis_url: str) -> None:
    async with taken(redis_url, people_s=0.05) as (_, phone, there):
        await phone.tell_it(type="prompt", voicePrompt="are you there", lang="en-US", last=True)
        assert (await phone.hears()).said in PEOPLE["hold"]
        await do(there, phone, "messages", message="I am.")  # no second one came before it
        assert (await phone.hears()).said == "I am."


async def test_a_supervisor_ends_the_call(redis_url: str) -> None:
    async with taken(redis_url) as (_, phone, there):
        await do(there, phone, "end")
        assert (await phone.hears()).said == PEOPLE["ended"]
        assert (await phone.ends()).hangs_up
        assert (await phone.call())["progress"]["status"] == "ended"


async def test_a_person_is_called_for_from_outside(redis_url: str) -> None:
    async with relaying(redis_url) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        await phone.say("it's Mary O'Neill")
        await do(other.http, phone, "escalate", reason="they sound upset")
        assert (await phone.hears()).said
        assert (await phone.ends()).number == "+12025550101"


async def test_a_caller_is_kept_for_a_supervisor_who_watches(redis_url: str) -> None:
    async with relaying(redis_url, handoff_wait_s=3600.0) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        async with other.http.stream("GET", "/agents/ann/events") as stream:
            await anext(stream.aiter_lines())
            house.timing.hold_on_s = 0.05
            await phone.say("can I speak to a person please")
            held = await phone.hears()
            assert held.said in PEOPLE["hold"]
            await do(other.http, phone, "takeover")
            await do(other.http, phone, "messages", message="Ann here.")
            while (heard := (await phone.hears()).said) != "Ann here.":
                assert heard in PEOPLE["hold"]


async def test_the_office_s_answer_is_told_at_once(redis_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "businesses"
    folder.mkdir()
    text = (BUSINESSES / "acme.toml").read_text("utf-8")
    (folder / "acme.toml").write_text(text.replace("capacity = 500", 'capacity = 500\nneeds_approval = ["every"]'), "utf-8")
    async with relaying(redis_url, business=folder) as house, relaying(redis_url, business=folder) as other:
        phone = RelayPhone(house)
        await phone.ring()
        while (stands := (await phone.call())["progress"])["step"] != "confirm":
            await phone.say(SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        assert not (await phone.say("yes")).said.startswith("You're booked:")
        response = await other.http.post(f"/calls/{phone.sid}/permission-response", json={"approved": True, "agentId": "ann"})
        assert response.status_code == 200, response.text
        assert "You're booked:" in (await phone.hears()).said
        assert (await phone.ends()).hangs_up
        assert (await phone.call())["servicebooked"]


async def test_who_rings_again_in_the_call_that_booked_is_reached_there(redis_url: str) -> None:
    """Under the callSid that the telephone knows: a supervisor's words, what was heard of ours, and another connection."""
    async with relaying(redis_url, {"letter_s": 0.2}) as house, relaying(redis_url) as other:
        phone = RelayPhone(house)
        await phone.ring()
        while not (await phone.call())["servicebooked"]:
            stands = (await phone.call())["progress"]
            await phone.say(SAID["en"]["yes"] if stands["expecting"] == "confirmation" else SAID["en"][stands["step"]])
        asked = await phone.say("can I move it")
        again = f"{phone.sid}.again"
        await phone.interrupt(asked.said[:10])
        async with asyncio.timeout(PATIENCE_S):
            while (await other.http.get(f"/calls/{again}")).json()["history"][-1]["message"] == asked.said:  # noqa: ASYNC110 - written elsewhere
                await asyncio.sleep(0.01)
        await phone.lost()
        for deed, body in (("takeover", {}), ("messages", {"message": "Hello, this is Ann."})):
            assert (await other.http.post(f"/calls/{again}/{deed}", json={"agentId": "ann", **body})).status_code in (200, 202)
        assert (await phone.hears()).said == "Hello, this is Ann."
        await other.http.post(f"/calls/{again}/release", json={"agentId": "ann"})
        assert (await phone.hears()).said.startswith("Thanks for waiting, let's go on.")
