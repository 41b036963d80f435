"""Bad days: what cannot be read is refused in OpenAI's shape, and whatever fails later is a sentence and a person; never 429, never 5xx."""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from storage import keys
from tests.api.processes import Running, serving
from tests.callers import TO_BOOKED
from tests.chat.platforms import FIRM, PERSON, TOKEN, TOKENS, House, answering, house_at
from tests.chat.reading import heard
from tests.conftest import RedisServer
from tests.faults.proxy import Proxy, When
from tests.patience import until

BODY: dict[str, Any] = {"user": "CA1", "messages": [{"role": "user", "content": "it's Mary O'Neill"}]}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with answering() as found:
        yield found


@pytest.fixture
def server() -> Iterator[RedisServer]:
    found = RedisServer()
    yield found
    found.process.send_signal(signal.SIGCONT)
    found.close()


def serve(folder: Path, redis_url: str, *arguments: str) -> Running:
    folder.mkdir(exist_ok=True)
    return Running(folder, *arguments, REDIS_URL=redis_url, SLOTLINE_BUSINESS=str(FIRM), SLOTLINE_TOKENS=TOKENS)


def killed(running: Running) -> bool:
    running.kill()
    return True


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"user": "CA1", "messages": [{"role": "user", "content": "\xff\xfe"}]}',
        b'{"user": "CA1", "messages":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"[]",
        b'{"user": "CA1"}',
        json.dumps({**BODY, "messages": []}).encode(),
        json.dumps({**BODY, "messages": "hello"}).encode(),
        json.dumps({**BODY, "messages": ["hello"]}).encode(),
        json.dumps({**BODY, "messages": [{"role": "user", "content": 7}]}).encode(),
        json.dumps({**BODY, "tools": "none"}).encode(),
        json.dumps({**BODY, "user": ""}).encode(),
        json.dumps({**BODY, "user": "x" * 300}).encode(),
    ],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions", "/v1/chat/completions/chat/completions", "/api/v1/chat/completions"])
def test_what_cannot_be_read_is_refused(house: House, body: bytes, path: str) -> None:
    answer = house.posts(body, path=path)
    assert answer.status_code == 400
    assert [*answer.json()["error"]] == ["message", "type", "param", "code"]
    assert "Mary" not in answer.text


def test_a_long_conversation_is_read(house: House) -> None:
    """Of up to 256 KiB, whatever it is made of."""
    history = [{"role": role, "content": "x" * 1000} for _ in range(100) for role in ("user", "assistant")]
    answer = house.posts({"user": "CA-long", "messages": [*history, *BODY["messages"]]})
    assert answer.status_code == 200
    assert house.record("CA-long")["progress"]["filled"] == {"name": "Mary O'Neill"}


def test_odd_tools_do_no_harm(house: House) -> None:
    tools = [None, "end_call", {}, {"function": None}, {"function": {"name": 7}}, {"function": {"name": "transfer_call", "parameters": []}}]
    odd = {"function": {"name": "transferCall", "parameters": {"properties": {"destination": {"type": "integer"}}, "required": ["destination"]}}}
    message = {"role": "user", "content": "I want to talk to a person"}
    answer = house.posts({"user": "CA-odd", "messages": [message], "tools": [*tools[:-1], odd, tools[-1]]}).json()
    (choice,) = answer["choices"]
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "transfer_call", "arguments": "{}"}


@pytest.mark.parametrize("stream", [True, False])
def test_while_redis_is_away_there_is_a_sentence_and_a_person(server: RedisServer, stream: bool) -> None:
    with answering(redis_url=server.url) as house:
        platform = house.rings(stream=stream)
        platform.all_said(*TO_BOOKED[:2])
        server.process.send_signal(signal.SIGSTOP)
        trouble = platform.say("yes")
        assert (trouble.tool, trouble.arguments) == ("transfer_call", {"destination": PERSON, "reason": "trouble"})
        assert trouble.text
        server.process.send_signal(signal.SIGCONT)
        until(lambda: platform.instead("yes").tool == "")
        assert platform.all_said(*TO_BOOKED[3:]).tool == "end_call"
        assert house.lines(platform.sid)[0::2] == list(TO_BOOKED)


def test_a_service_that_is_full_or_stops_says_so_in_words(house: House) -> None:
    assert house.service is not None
    for at, (full, over) in enumerate(((True, False), (False, True))):
        busy = house.service.gate.busy
        house.service.gate.busy, house.service.drain.over = 10**9 if full else busy, over
        try:
            heard = house.rings(sid=f"CA-full-{at}").say("hello")
        finally:
            house.service.gate.busy, house.service.drain.over = busy, False
        assert (heard.tool, heard.arguments["destination"]) == ("transfer_call", PERSON)
        assert heard.text


def test_who_hangs_up_early_has_said_it_all_the_same(house: House) -> None:
    body = json.dumps({**BODY, "user": "CA-early", "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(house.url.rpartition(":")[2]))) as line:
        line.sendall(head.encode() + body)
    until(lambda: house.http.get("/calls/CA-early").status_code == 200)
    until(lambda: len(house.lines("CA-early")) == 2)
    platform = house.rings(sid="CA-early")
    assert platform.say("it's Mary O'Neill").text == house.lines("CA-early")[-1]


def test_a_failure_of_ours_is_said(house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(*_: Any) -> Any:
        raise ValueError("Mary")

    monkeypatch.setattr("api.completions._taken", broken)
    said = house.rings(sid="CA-broken").say("hello")
    assert (said.tool, said.arguments["destination"]) == ("transfer_call", PERSON)
    assert said.text
    assert "Mary" not in capfd.readouterr().err


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("older", "newer", "commit"), [("yes", "no", 1), ("yes", "no", 2), ("no", "yes please", 1), ("no", "yes please", 2), ("no", "yes please", 3)]
)
def test_a_worker_that_is_killed_between_two_wordings(server: RedisServer, tmp_path: Path, older: str, newer: str, commit: int, when: When) -> None:
    """At each write of going back and of hearing the new words; the platform asks another worker."""
    with Proxy(server.socket) as proxy, closing(serve(tmp_path / "one", proxy.url)) as first, closing(serve(tmp_path / "two", server.url)) as second:
        with house_at(first.url) as house:
            platform = house.rings()
            platform.all_said(*TO_BOOKED[:-1], older)
            proxy.at_commit(commit, when, lambda: killed(first) and when == "before")
            with pytest.raises((openai.APIError, httpx.HTTPError)):
                platform.instead(newer)
        with house_at(second.url) as house:
            other = house.rings()
            other.messages = platform.messages[:-1]
            said = other.say(newer)
            booked = newer != "no"
            assert (said.tool == "end_call") is booked
            assert house.record(other.sid)["servicebooked"] is booked
            [place] = server.client.hvals(keys.calendar("harbour")[1])
            assert (json.loads(place)["held_until"] == 0) is booked
            assert house.lines(other.sid)[-2:] == [newer, said.text]
            assert house.lines(other.sid)[0::2] == [*TO_BOOKED[:-1], newer]


def test_wordings_at_once_on_several_workers(server: RedisServer, tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--workers", "2", REDIS_URL=server.url, SLOTLINE_BUSINESS=str(FIRM), SLOTLINE_TOKENS=TOKENS) as running,
        house_at(running.url) as house,
        ThreadPoolExecutor(8) as pool,
    ):
        platform = house.rings()
        platform.all_said(*TO_BOOKED[:-1])

        def asked(words: str) -> str:
            body = {"user": platform.sid, "stream": True, "messages": [*platform.messages, {"role": "user", "content": words}]}
            return heard(house.posts(body).text).text

        for _ in range(3):
            said = [*pool.map(asked, ("yes", "no", "yes", "no", "tomorrow at 4 pm"))]
            lines = house.lines(platform.sid)
            assert len(lines) == 2 * len(TO_BOOKED)
            assert lines[-1] in said
            assert house.record(platform.sid)["servicebooked"] is (lines[-2] == "yes")
            same = {*pool.map(asked, ["yes"] * 8)}
            assert same == {house.lines(platform.sid)[-1]}
            assert house.record(platform.sid)["servicebooked"] is True
        assert "Neill" not in running.told
