"""The caller's turn over HTTP: what is taken, what is refused, what makes it the same turn again."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from api.bodies import TEXT_LIMIT, clean
from api.conversation import moment
from storage.errors import StoreUnavailable
from tests.api.feeds import until
from tests.api.services import running

pytestmark = pytest.mark.anyio
GOOD = b'{"callSid": "CA1", "customerMessage": {"message": "hello"}}'
SAMPLE = json.loads((Path(__file__).parent / "json_turn.json").read_text())


@pytest.mark.parametrize("turn", SAMPLE["turns"])
async def test_the_plain_json_turn_is_answered(turn: dict[str, Any]) -> None:
    async with running() as caller:
        answer = await caller.http.post("/ai/conversation", json=turn["request"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["aiResponse"]["speaker"] == "AI"
        heard = caller.walker.requests[0]
        assert heard.turn.text == turn["request"]["customerMessage"]["message"]


@pytest.mark.parametrize("refused", SAMPLE["refused"], ids=lambda refused: refused["why"])
async def test_refused_bodies_are_told_apart_without_repeating_them(refused: dict[str, Any]) -> None:
    async with running() as caller:
        answer = await caller.http.post("/ai/conversation", json=refused["body"])
        assert answer.status_code == refused["status"]
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "bad_field"
        assert not caller.walker.requests


async def test_the_same_turn_is_one_turn() -> None:
    async with running() as caller:
        copies = [caller.say("yes", startedAt="2026-03-02T01:00:00Z") for _ in range(20)]
        answers = {answer.content for answer in await asyncio.gather(*copies)}
        assert len(answers) == 1
        later = await caller.say("yes", startedAt="2026-03-02T01:00:30Z")
        assert later.json()["aiResponse"]["message"] == "Turn 2."
        again = await caller.say("yes", startedAt="2026-03-02T01:00:00+00:00")
        assert {again.content} == answers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("callSid", ""),
        ("callSid", "has space"),
        ("callSid", "brace{d}"),
        ("callSid", "../etc"),
        ("callSid", ".."),
        ("callSid", "naïve"),
        ("callSid", "new\nline"),
        ("callSid", "x" * 257),
        ("callSid", 'quo"te'),
        ("callSid", None),
        ("callSid", 5),
        ("customerMessage", None),
        ("customerMessage", "hello"),
        ("customerMessage", []),
        ("customerMessage", {"speaker": "customer"}),
        ("customerMessage", {"message": None}),
        ("customerMessage", {"message": ["hello"]}),
        ("customerMessage", {"message": "hello", "startedAt": "yesterday"}),
        ("customerMessage", {"message": "hello", "startedAt": "0001-01-01T00:00:00+14:00"}),
        ("customerMessage", {"message": "hello", "startedAt": 1772413200}),
        ("customerMessage", {"message": "hello", "speaker": None}),
        ("turnId", 7),
        ("alternatives", "hello"),
        ("alternatives", [5]),
        ("confidence", "0.5"),
        ("confidence", 1.5),
        ("confidence", True),
        ("digits", 5),
        ("digits", "12a"),
        ("from", 61),
        ("language", "not a tag"),
    ],
)
async def test_wrong_fields_are_422_and_name_the_field(field: str, value: Any) -> None:
    body = {"callSid": "CA1", "customerMessage": {"message": "hello"}, field: value}
    async with running() as caller:
        answer = await caller.http.post("/ai/conversation", json=body)
        assert answer.status_code == 422, answer.text
        assert re.split(r"[.\[]", answer.json()["errors"][0]["field"])[0] == field
        assert not caller.walker.requests


NO_JSON = [
    b"",
    b"{",
    b"\xff\xfe",
    b"hello",
    GOOD + b" trailing",
    GOOD.replace(b"hello", b"\xff"),
    GOOD.replace(b"hello", b"\\ud800"),
    b'{"x":' + b"[" * 60_000,
]


@pytest.mark.parametrize("body", NO_JSON)
async def test_what_is_no_json_is_400(body: bytes) -> None:
    async with running() as caller:
        answer = await caller.http.post("/ai/conversation", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"CA1"'])
async def test_other_json_is_422(body: bytes) -> None:
    async with running() as caller:
        assert (await caller.http.post("/ai/conversation", content=body)).status_code == 422


async def test_what_else_stands_in_a_turn_is_handed_on() -> None:
    async with running() as caller:
        await caller.say(
            "its mary oneil",
            turnId="t1",
            alternatives=[f"guess {number}" for number in range(14)],
            confidence=1,
            digits="12#",
            to="+12025550100",
            language="en-AU",
            unknown={"deep": [1, 2]},
            **{"from": "+61491570156"},
        )
        [request] = caller.walker.requests
        assert (request.turn_id, request.turn.digits, request.turn.confidence) == ("t1", "12#", 1.0)
        assert request.turn.alternatives == tuple(f"guess {number}" for number in range(10))
        assert (request.caller, request.dialled, request.language) == ("+61491570156", "+12025550100", "en-AU")


async def test_nulls_are_as_if_absent_and_what_curl_sends_is_enough() -> None:
    absent = dict.fromkeys(("turnId", "alternatives", "confidence", "digits", "from", "to", "language"))
    body = {"callSid": "CA1", "customerMessage": {"speaker": "customer", "message": "", "startedAt": None}, **absent}
    async with running() as caller:
        answer = await caller.http.post("/ai/conversation", content=json.dumps(body), headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 200
        assert caller.walker.requests[0].turn.key == ""


async def test_long_and_odd_texts_are_harmless() -> None:
    async with running() as caller:
        await caller.say("a" * 60_000)
        await caller.say("nul\x00 bell\x07 \U0001f600 王宝强")
        long, odd = (request.turn.text for request in caller.walker.requests)
        assert long == "a" * TEXT_LIMIT
        assert odd == "nul  bell  \U0001f600 王宝强"


async def test_without_a_store_the_caller_hears_of_trouble() -> None:
    async with running() as caller:
        caller.walker.failure = StoreUnavailable("gone")
        answer = await caller.say("hello")
        assert answer.status_code == 200
        assert answer.json()["shouldTransfer"] is True


async def test_a_failure_of_ours_is_words_too_and_its_message_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as caller:
        caller.walker.failure = RuntimeError("secret words of a caller")
        answer = await caller.say("secret words of a caller")
        assert (answer.status_code, answer.json()["shouldTransfer"]) == (200, True)
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "secret words" not in logged


async def test_too_many_turns_of_one_call_get_429() -> None:
    async with running(turn_queue=2) as caller:
        caller.walker.hold.clear()
        waiting = [asyncio.create_task(caller.say("one")), asyncio.create_task(caller.say("two"))]
        await until(lambda: len(caller.walker.requests) == 2)
        refused = await caller.say("three")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_turns")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await caller.http.get("/health")).json()["turns"] == 2
        other = asyncio.create_task(caller.say("hello", sid="CA2"))
        caller.walker.hold.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting, other)] == [200, 200, 200]
        assert (await caller.say("four")).status_code == 200


async def test_the_short_form_is_the_same_turn() -> None:
    async with running() as caller:
        long = await caller.say("hello", startedAt="2026-03-02T01:00:00Z")
        short = await caller.http.post("/ai/reply", json={"callSid": "CA1", "message": "hello", "startedAt": "2026-03-02T01:00:00Z"})
        assert short.json() == {"replyText": long.json()["aiResponse"]["message"]}
        assert (await caller.http.post("/ai/reply", json={"callSid": "CA1"})).status_code == 422


AS_SENT = ["2026-03-02T01:00:00Z", "2026-03-02T01:00:00.123Z", "2026-03-02T11:00:00+10:00"]


def test_a_time_is_the_same_however_it_is_written() -> None:
    at = moment("2026-03-02T01:00:00.000Z", "startedAt")
    assert at == moment("2026-03-02T01:00:00+00:00", "startedAt") == moment("2026-03-02T01:00:00", "startedAt")
    assert [moment(text, "startedAt") for text in AS_SENT] == AS_SENT


def test_line_breaks_and_tabs_stay() -> None:
    assert clean("a\tb\nc\r\nd\x1be") == "a\tb\nc\r\nd e"
