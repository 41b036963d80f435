"""The office's answer over HTTP: who may give it, what is refused, and that any worker knows of it, also one that began after a kill."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.business_files import EXAMPLE, load
from api.masking import HIDDEN, Masking
from api.shown import Known
from storage import keys
from tests.api.processes import ROOT, Running
from tests.callers import TO_THE_SUMMARY
from tests.conftest import RedisServer

BEGUN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SAID = (*TO_THE_SUMMARY, "tomorrow at 2 pm", "yes")


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged example, where every booking waits for the office's yes."""
    text = (ROOT / "api" / "businesses" / EXAMPLE).read_text("utf-8")
    path = tmp_path_factory.mktemp("business") / "office.toml"
    path.write_text(text.replace("needs_approval = []", 'needs_approval = ["every"]\napproval_wait_s = 3600'), "utf-8")
    return path


@pytest.fixture
def workers(tmp_path: Path, business: Path, redis_url: str) -> Iterator[tuple[Running, Running]]:
    """Two services over one Redis."""
    running: list[Running] = []
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            running.append(Running(tmp_path / name, SLOTLINE_BUSINESS=str(business), REDIS_URL=redis_url))
        yield running[0], running[1]
    finally:
        for one in running:
            one.close()


def say(running: Running, number: int, said: str, sid: str = "CA1") -> dict[str, Any]:
    """The `number`-th turn of a call."""
    at = (BEGUN + timedelta(seconds=20 * number)).isoformat()
    answer: dict[str, Any] = running.say(said, sid, startedAt=at).raise_for_status().json()
    return answer


def asked(running: Running, sid: str = "CA1") -> dict[str, Any]:
    """What the call waits for, as the document shows it."""
    for number, said in enumerate(SAID):
        say(running, number, said, sid)
    found: dict[str, Any] = document(running, sid)["approval"]
    return found


def document(running: Running, sid: str = "CA1") -> dict[str, Any]:
    found: dict[str, Any] = running.http.get(f"/calls/{sid}").raise_for_status().json()
    return found


def answer(running: Running, sid: str = "CA1", **body: Any) -> httpx.Response:
    return running.http.post(f"/calls/{sid}/permission-response", json=body)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def events(server: RedisServer, kind: str, sid: str = "CA1") -> list[dict[str, Any]]:
    found = [json.loads(fields[b"data"]) for _, fields in server.client.xrange(keys.events(sid))]
    return [event["payload"] for event in found if event["type"] == kind]


def test_another_worker_answers_and_it_goes_on_after_a_kill(workers: tuple[Running, Running], redis_server: RedisServer) -> None:
    one, other = workers
    waits = asked(one)
    assert document(other)["booking"]["state"] == "awaiting_approval"
    one.kill()
    given = answer(other, permissionId=waits["permissionId"], approved=True, agentId="kim")
    assert given.json() == {"callSid": "CA1", "permissionId": waits["permissionId"], "approved": True, "rule": "every"}
    assert answer(other, approved=True).status_code == 200
    assert refusal(answer(other, approved=False)) == (409, "permission_answered")
    [cleared] = events(redis_server, "permission_cleared")
    assert (cleared["outcome"], cleared["agentId"]) == ("approved", "kim")
    heard = say(other, len(SAID), "")
    assert (heard["progress"]["status"], heard["shouldHangup"]) == ("booked", True)
    assert document(other)["servicebooked"] is True
    assert redis_server.client.hlen(keys.calendar("acme")[1]) == 1


def test_of_answers_from_everywhere_at_once_one_counts(workers: tuple[Running, Running], redis_server: RedisServer) -> None:
    asked(workers[0])
    with ThreadPoolExecutor(8) as together:
        given = [together.submit(answer, workers[number % 2], approved=number < 4) for number in range(8)]
    statuses = [one.result().status_code for one in given]
    [cleared] = events(redis_server, "permission_cleared")
    first, second = ([200] * 4, [409] * 4) if cleared["approved"] else ([409] * 4, [200] * 4)
    assert statuses == first + second
    assert document(workers[1])["servicebooked"] is cleared["approved"]


def test_what_cannot_be_answered_is_said_plainly(workers: tuple[Running, Running]) -> None:
    running = workers[0]
    assert refusal(answer(running, approved=True)) == (404, "call_not_found")
    say(running, 0, "")
    assert refusal(answer(running, approved=True)) == (404, "permission_not_found")
    assert refusal(answer(running)) == (422, "bad_field")
    assert refusal(answer(running, approved="yes")) == (422, "bad_field")
    assert refusal(answer(running, approved=True, reason="x" * 501)) == (422, "bad_field")
    assert refusal(answer(running, approved=True, agentId="has space")) == (422, "bad_field")
    asked(running, "CA2")
    assert refusal(answer(running, "CA2", approved=True, permissionId="another")) == (404, "permission_not_found")


def test_a_viewer_sees_that_it_waits_and_nothing_of_the_caller(business: Path) -> None:
    masking = Masking(load(business))
    request = {"callSid": "CA1", "permissionId": "abcdefghijklmnopabcd", "tool_name": "booking", "rule": "every"}
    moments = {"askedAt": "2026-03-02T14:00:00.000Z", "until": "2026-03-02T14:01:00.000Z"}
    envelope = {
        "type": "permission_request",
        "payload": {**request, **moments, "what": {"name": "Mary O'Neill"}},
        "timestamp": 1.0,
        "source": "agent",
    }
    shown = masking.envelope(envelope, Known(("CA1",), at=1.0))
    assert shown["payload"] == {**request, **moments, "what": {"name": HIDDEN}}
    cleared = {**request, "permissionId": "2025550143", "approved": False, "outcome": "refused", "reason": "Mary owes us", "rule": "Mary"}
    shown = masking.envelope({**envelope, "type": "permission_cleared", "payload": cleared}, Known(("CA1",), at=1.0))
    assert shown["payload"] == {**cleared, "permissionId": HIDDEN, "reason": HIDDEN, "rule": HIDDEN}
    held = {"state": "booked", "service": "drain-cleaning", "start": "2026-03-03T20:00:00-05:00", "end": "2026-03-03T21:00:00-05:00"}
    kept = masking.document({"approval": {**request, **moments}, "booking": held}, "CA1")
    assert kept["booking"] == {"state": "booked", "service": HIDDEN, "start": HIDDEN, "end": HIDDEN}
    assert kept["approval"] == {key: value for key, value in {**request, **moments}.items() if key != "callSid"}
    kept = masking.document({"booking": {**held, "state": "held", "until": moments["until"]}}, "CA1")
    assert kept["booking"] == {"state": "held", "until": moments["until"], "service": HIDDEN, "start": HIDDEN, "end": HIDDEN}
