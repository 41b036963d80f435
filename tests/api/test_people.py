"""People at a call over HTTP: on two workers over one Redis, across a kill, with streams that come and go."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api.app import Service
from graph.state import Deps
from storage.store import CallStore
from tests.api.processes import Running, serving
from tests.api.services import client, settings
from tests.callers import SAID
from tests.patience import PATIENCE_S, until

CALLS = {
    "en": SAID["en"] | {"language": "en-US", "while": "sure, take your time", "says": "I have put your number in myself.", "number": "2025550143"},
    "zh": SAID["zh"] | {"language": "zh-CN", "while": "好的，不着急", "says": "电话我已经替您填好了。", "number": "13812345678"},
}
BUSINESSES = {language: str(Path(__file__).parents[1] / "businesses" / f"{name}.toml") for language, name in (("en", "us"), ("zh", "cn"))}


def say(service: Running, words: str, number: int, language: str = "en-US", sid: str = "CA1") -> dict[str, Any]:
    body = {"callSid": sid, "turnId": f"turn {number}", "customerMessage": {"message": words}, "language": language}
    found: dict[str, Any] = service.http.post("/ai/conversation", json=body).raise_for_status().json()
    return found


def do(service: Running, deed: str, **body: str) -> httpx.Response:
    return service.http.post(f"/calls/CA1/{deed}", json=body)


def document(service: Running) -> dict[str, Any]:
    found: dict[str, Any] = service.http.get("/calls/CA1").raise_for_status().json()
    return found


@contextmanager
def two(folder: Path, url: str, language: str = "en") -> Iterator[tuple[Running, Running]]:
    """Two services over one Redis, which take nobody for gone, however slow the machine is."""
    given = {"REDIS_URL": url, "SLOTLINE_BUSINESS": BUSINESSES[language], "SLOTLINE_SUPERVISOR_AWAY_S": "3600"}
    with serving(folder, **given) as one, serving(folder, **given) as other:
        yield one, other


@pytest.mark.parametrize("language", CALLS)
def test_handed_over_and_back_a_call_is_booked_though_its_worker_was_killed(tmp_path: Path, redis_url: str, language: str) -> None:
    said = CALLS[language]
    with two(tmp_path, redis_url, language) as (dies, lives), ThreadPoolExecutor(1) as aside:
        for number, words in enumerate(("", said["name"])):
            say(dies, words, number, str(said["language"]))
        assert do(dies, "takeover", agentId="ann").status_code == 200
        turn = aside.submit(say, dies, str(said["while"]), 2)
        until(lambda: document(lives)["history"][-1]["message"] == said["while"] or turn.done())
        dies.kill()
        assert do(lives, "messages", agentId="ann", message=str(said["says"])).status_code == 202
        if turn.exception() is not None:  # it was killed in the wait
            assert say(lives, str(said["while"]), 2)["aiResponse"]["message"] == said["says"]
        assert lives.http.patch("/calls/CA1", json={"phone": said["number"], "agentId": "ann"}).status_code == 200
        assert do(lives, "release", agentId="ann").json()["progress"]["status"] == "active"
        answer = say(lives, str(said["while"]), 3)
        for number in range(4, 24):
            progress = answer["progress"]
            if progress["status"] != "active":
                break
            words = said["yes"] if progress["expecting"] == "confirmation" else said[progress["step"]]
            answer = say(lives, str(words), number)
        assert (answer["progress"]["status"], answer["shouldHangup"]) == ("booked", True), answer
        found = document(lives)
        assert found["servicebooked"]
        assert found["provenance"]["phone"]["confirmed"] == "supervisor"
        assert [line["message"] for line in found["history"] if line["speaker"] == "agent"] == [said["says"]]


def test_two_supervisors_take_a_call_at_once_and_one_has_it(tmp_path: Path, redis_url: str) -> None:
    with two(tmp_path, redis_url) as services, ThreadPoolExecutor(2) as both:
        for number in range(5):
            say(services[0], "", number)
            taken = list(both.map(lambda pair: do(pair[0], "takeover", agentId=pair[1]), zip(services, ("ann", "bob"), strict=True)))
            assert sorted(answer.status_code for answer in taken) == [200, 409]
            (refused,) = [answer.json() for answer in taken if answer.status_code == 409]
            holder = document(services[1])["heldBy"]
            assert (refused["code"], refused["heldBy"]) == ("held", holder)
            assert do(services[number % 2], "takeover", agentId=holder).status_code == 200
            assert do(services[number % 2], "end", agentId={"ann": "bob", "bob": "ann"}[holder]).json()["heldBy"] == holder
            assert do(services[number % 2], "end", agentId=holder).json()["progress"]["status"] == "ended"
            assert say(services[1], "bye", 100 + number)["shouldHangup"]


def test_a_supervisor_whose_stream_is_gone_gives_the_call_back(tmp_path: Path, redis_url: str) -> None:
    with serving(tmp_path, REDIS_URL=redis_url, SLOTLINE_SUPERVISOR_AWAY_S="1") as service:
        say(service, "", 0)
        with service.http.stream("GET", "/agents/ann/events") as stream:
            assert next(stream.iter_lines())
            assert do(service, "takeover", agentId="ann").status_code == 200
        until(lambda: document(service)["progress"]["status"] == "waiting_agent")  # no turn, nobody asks: the process itself has looked
        found = document(service)
        assert (found["heldBy"], found["why"], found["packet"]["why"]) == ("", "supervisor_away", "supervisor_away")
        heard = say(service, "hello?", 1)
        assert heard["aiResponse"]["message"].startswith("I'm sorry, my colleague has had to step away.")


@pytest.mark.parametrize(("path", "to_its_end"), [("/agents/ann/events", True), ("/events?agentId=ann", False)])
def test_a_caller_is_kept_on_the_line_while_a_stream_is_open_anywhere(tmp_path: Path, redis_url: str, path: str, to_its_end: bool) -> None:
    """`to_its_end`: and no longer. Six seconds after its last sign of life a stream of either path is forgotten, so one of them is waited for."""
    with two(tmp_path, redis_url) as (one, other):
        numbers = count()

        def is_dialled() -> bool:
            """Whether a caller who wants a person is dialled through at once."""
            sid = f"CA{next(numbers)}"
            say(one, "", 0, sid=sid)
            answer = say(one, "can I speak to a person please", 1, sid=sid)
            assert answer["progress"]["status"] == "waiting_agent"
            return bool(answer["shouldTransfer"])

        assert is_dialled()
        with other.http.stream("GET", path) as stream:
            assert next(stream.iter_lines())
            until(lambda: not is_dialled())  # at once, unless the machine is so busy that a sign of life is late
        last = f"CA{next(numbers) - 1}"
        if to_its_end:
            until(lambda: bool(say(one, "", next(numbers), sid=last)["shouldTransfer"]))


# In this process, with as much time for a supervisor's line as a test may take


class Patient(Service):
    def _deps(self, store: CallStore) -> Deps:
        found = super()._deps(store)
        return msgspec.structs.replace(found, plan=msgspec.structs.replace(found.plan, line_s=PATIENCE_S))


@asynccontextmanager
async def workers(url: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            service = Patient(settings(redis_url=url, supervisor_away_s=3600.0))
            await stack.enter_async_context(service.api.router.lifespan_context(service.api))
            made.append(await stack.enter_async_context(client(service)))
        yield made[0], made[1]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_a_line_on_one_worker_wakes_the_turn_that_waits_on_another(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.build.LOOK_AGAIN_S", PATIENCE_S)  # it does not look for itself
    async with workers(request.getfixturevalue(f"{kind}_url")) as (one, other), asyncio.timeout(3 * PATIENCE_S):
        body = {"callSid": "CA1", "turnId": "0", "customerMessage": {"message": ""}}
        assert (await one.post("/ai/conversation", json=body)).status_code == 200
        assert (await other.post("/calls/CA1/takeover", json={"agentId": "ann"})).status_code == 200
        turn = asyncio.create_task(one.post("/ai/conversation", json=body | {"turnId": "1", "customerMessage": {"message": "hello?"}}))
        while (await other.get("/calls/CA1")).json()["history"][-1]["message"] != "hello?":  # noqa: ASYNC110 - looked at from outside
            await asyncio.sleep(0.01)
        assert (await other.post("/calls/CA1/messages", json={"agentId": "ann", "message": "hello, Ann here"})).status_code == 202
        assert (await turn).json()["aiResponse"]["message"] == "hello, Ann here"
        trace = (await one.get("/calls/CA1/trace")).json()["turns"]
        assert [(turn.get("deed", ""), turn.get("agentId", "")) for turn in trace] == [("", ""), ("takeover", "ann"), ("message", "ann"), ("", "")]


@pytest.mark.anyio
async def test_bodies_are_checked_like_any_other() -> None:
    async with workers("") as (http, _):
        body = {"callSid": "CA1", "customerMessage": {"message": ""}}
        assert (await http.post("/calls/CA1/takeover", json={"agentId": "ann"})).json()["code"] == "call_not_found"
        await http.post("/ai/conversation", json=body)
        refused = [
            ("takeover", {}, "bad_field"),
            ("takeover", {"agentId": "a b"}, "bad_field"),
            ("takeover", {"agentId": 5}, "bad_field"),
            ("takeover", {"agentId": "viewer"}, "name_refused"),
            ("messages", {"agentId": "ann"}, "bad_field"),
            ("messages", {"agentId": "ann", "message": "\u200b \u202e"}, "bad_field"),
            ("messages", {"agentId": "ann", "message": "x" * 2001}, "bad_field"),
            ("messages", {"agentId": "ann", "message": "hello"}, "not_held"),
            ("escalate", {"reason": 5}, "bad_field"),
        ]
        for deed, given, code in refused:
            answer = await http.post(f"/calls/CA1/{deed}", json=given)
            assert (answer.json()["code"], answer.headers["content-type"]) == (code, "application/problem+json"), (deed, given)
        assert (await http.post("/calls/CA1/takeover", json={"agentId": "ann"})).status_code == 200
        said = await http.post("/calls/CA1/messages", json={"agentId": "ann", "message": " two\nlines\u202e "})
        assert (said.status_code, said.json()["history"][-1]["message"]) == (202, "two lines")


@pytest.mark.anyio
async def test_a_viewer_sees_who_has_a_call_and_nothing_that_was_told_them() -> None:
    tokens = "viewer-token-0123456789abc:viewer,super-token-0123456789abcd:supervisor:ann,integr-token-0123456789abc:integration"
    async with AsyncExitStack() as stack:
        service = Patient(settings(tokens=tokens))
        await stack.enter_async_context(service.api.router.lifespan_context(service.api))
        http = await stack.enter_async_context(client(service))

        async def asked(token: str, method: str, path: str, body: object = None) -> httpx.Response:
            return await http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

        viewer, ann, integration = (entry.partition(":")[0] for entry in tokens.split(","))
        turn = {"callSid": "CA1", "customerMessage": {"message": ""}, "from": "+12025550199"}
        await asked(integration, "POST", "/ai/conversation", turn)
        assert (await asked(ann, "POST", "/calls/CA1/takeover", {})).json()["heldBy"] == "ann", "the token's own name"
        assert (await asked(ann, "POST", "/calls/CA1/messages", {"agentId": "bob", "message": "x"})).json()["code"] == "name_refused"
        await asked(ann, "POST", "/calls/CA1/messages", {"message": "Your number?"})
        await asked(integration, "POST", "/ai/conversation", turn | {"customerMessage": {"message": "it's 202 555 0143"}})
        assert (await asked(ann, "GET", "/calls/CA1")).json()["suggestions"] == {"phone": "+12025550143"}
        seen = await asked(viewer, "GET", "/calls/CA1")
        assert (seen.json()["heldBy"], seen.json()["progress"]["status"]) == ("ann", "with_agent")
        assert not any(secret in seen.text for secret in ("0143", "0199", "Your number"))
        shown = json.loads(seen.text)
        assert shown["from"] == shown["suggestions"]["phone"] == "•••"


@pytest.mark.anyio
async def test_a_telephone_of_ones_own_says_that_the_line_is_gone() -> None:
    tokens = "a-supervisors-token-000001:supervisor:sue,telephonys-own-token-000001:integration"
    service = Service(settings(tokens=tokens))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        phone = {"Authorization": "Bearer telephonys-own-token-000001"}
        sue = {"Authorization": "Bearer a-supervisors-token-000001"}

        async def turn(words: str) -> None:
            body = {"callSid": "CA1", "from": "+12025550143", "customerMessage": {"message": words}}
            (await http.post("/ai/conversation", json=body, headers=phone)).raise_for_status()

        async def moves() -> list[tuple[str, str, str]]:
            events = (await http.get("/calls/CA1?events=1", headers=sue)).json()["events"]
            told = [each["payload"] for each in events if each["type"] == "status_change"]
            return [(one["before"], one["status"], one.get("reason", "")) for one in told]

        assert (await http.post("/calls/CA1/hangup", headers=phone)).status_code == 404
        await turn("it's Mary O'Neill")
        await http.post("/calls/CA1/takeover", json={}, headers=sue)
        assert (await http.post("/calls/CA1/hangup", headers=sue)).status_code == 403
        for _ in range(2):
            answer = await http.post("/calls/CA1/hangup", content=b"CallStatus=completed", headers=phone)
            assert (answer.status_code, answer.json()["progress"]["status"]) == (200, "ended")
        assert answer.json()["user"]["userInfo"]["name"] == "Mary O'Neill"
        await turn("are you there?")
        assert await moves() == [("active", "with_agent", ""), ("with_agent", "ended", "line_dropped"), ("ended", "active", "opened_again")]
