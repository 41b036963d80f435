"""What strangers send: whatever it is, the answer is one of ours, with a code where it is refused, and nothing of what was sent in it.

The service is whole here, over calls in memory: what is odd comes through every floor.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from api.app import Service
from api.errors import PROBLEMS
from tests.api.services import client, settings

pytestmark = pytest.mark.anyio
MARK = "Xylophina"
"""Stands in what is sent, and in no refusal."""
PATHS = (
    *(
        "/",
        "/health",
        "/ready",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/calls",
        "/calls/",
        "/calls//",
        "/calls/CA1",
        "/calls/nobody",
        "/calls/CA1/trace",
    ),
    *(
        "/calls/CA1/events/health",
        "/calls/%00",
        "/calls/%ff",
        "/calls/%E2%80%AE",
        "/calls/..%2f",
        f"/calls/{MARK * 60}",
        "/ai/conversation",
        "/ai/reply",
    ),
    *(
        "/ai/summary",
        "/ai/",
        "//",
        "/nobody",
        f"/{MARK}",
        "/console/",
        "/console/%2e%2e/api/app.py",
        "/console/script.js",
        "/api",
        "/api/",
        "/api/calls",
    ),
    *("/api/api/calls", "/twilio/voice", "/events/ticket", "/calls/CA1/takeover", "/bookings", "/%F0%9F%98%80", "/calls/CA1?", "/calls/CA1;x=1"),
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", MARK)
QUERIES = (
    *("count=1e9", "count=-1", "count=0", "count=", "count=１", "count=1_0", "count=%00", "count=1&count=2", "count[]=1", f"count={'9' * 99}"),
    *(
        "status=",
        "status[]=active",
        "status=%00",
        f"status={MARK}",
        "status=ACTIVE",
        "before=%00",
        "before=%ff",
        f"before={MARK * 99}",
        "before=nobody",
    ),
    *("a=b&" * 500, "%", "=&=", "count=1;status=x", f"{MARK}={MARK}", "?" * 50),
)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e308, 10**400, -(10**30), "", " ", "\x00", "\u202e", MARK, MARK * 300, "x" * 30_000, "１２３", "٣", "NaN", "#*#*"),
    *([], {}, [[]], [None], [5], {MARK: 1}, [MARK] * 3000, "9999-12-31T23:59:59+23:59", "0001-01-01T00:00:00-23:59", "2026-12-31T23:59:60Z"),
    *("2199-12-31T23:59:59.999999-23:59", "1970-01-01T00:00:00+23:59", "en-US\n", "tlh", "😀"),
)
TURN = {"callSid": "CA1", "customerMessage": {"message": "tomorrow at ten"}}
BODIES = {
    "/ai/conversation": (TURN, ("callSid", "turnId", "alternatives", "confidence", "digits", "from", "to", "language", "customerMessage")),
    "/ai/reply": ({"callSid": "CA1", "message": "hello"}, ("callSid", "message", "turnId", "startedAt")),
    "/ai/summary": ({"callSid": "CA9", "conversation": "hello"}, ("callSid", "conversation", "serviceInfo")),
    "/calls/CA1": ({"name": "Mary"}, ("name", "phone", "address", "email", "service", "time", "lock", "unlock", "agentId", MARK)),
}
"""Path, a body that is taken, the fields that are made odd."""
RAW = (
    *(b"", b"null", b"1", b"[]", b"{}", b"{", b"[" * 60_000, b'{"a":' * 9000, b"-", b"1" * 5000, b"\xff", b'"\\ud800"', b'{"callSid":"\\ud800"}'),
    *(b"\xef\xbb\xbf{}", '{"callSid":"CA1"}'.encode("utf-16"), '{"callSid":"CA1"}'.encode("utf-32"), b"\x1f\x8b\x08", b"x" * 65_537),
    *(
        b'{"callSid":"CA1","callSid":"CA2"}',
        b'{"callSid":"CA1","customerMessage":{"message":"a","message":"b"}}',
        b"callSid=CA1",
        b'{"confidence":NaN}',
    ),
    *(b'{"callSid":"CA9","serviceInfo":' + b'{"a":' * 900 + b"1" + b"}" * 901, b'{"name":' + b"[" * 900 + b"]" * 900 + b"}"),
    b'{"callSid":"CA9","serviceInfo":{"name":"Roof","price":%b}}' % (b"1" * 400),
)
TYPES: tuple[dict[str, str], ...] = (
    *({}, {"content-type": "application/json"}, {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "text/plain"}),
    *({"content-type": "application/json; charset=utf-16"}, {"content-type": "multipart/form-data; boundary=x"}, {"content-encoding": "gzip"}),
)


@pytest.fixture
async def http(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a whole service with one call. A turn that failed is answered with a sentence, so the log tells."""
    service = Service(settings())
    async with service.api.router.lifespan_context(service.api), client(service) as found:
        await found.post("/ai/conversation", json=TURN)
        yield found
    log = capsys.readouterr().err
    assert '"event":"started"' in log
    assert "failed" not in log


def wrong(answer: httpx.Response) -> str:
    """What is wrong with an answer; "" when it is one of ours."""
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500:
        return "a failure"
    if answer.headers.get("content-type") != "application/problem+json":
        return "no problem+json"
    if answer.request.method == "HEAD":
        return ""
    problem = answer.json()
    if problem["code"] not in PROBLEMS or problem["status"] != answer.status_code:
        return "no code of ours"
    return "repeats what was sent" if MARK in answer.text else ""


async def sweep(http: httpx.AsyncClient, requests: Iterator[tuple[str, str, dict[str, Any]]]) -> dict[int, int]:
    """Send all of them; how often each status came. Fails with the requests that were not answered well."""
    found: dict[int, int] = {}
    bad = []
    for method, url, more in requests:
        answer = await http.request(method, url, **more)
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
        if why := wrong(answer):
            bad.append((method, url[:60], str(more)[:120], answer.status_code, why))
    assert not bad, bad[:10]
    return found


async def test_every_method_on_every_path(http: httpx.AsyncClient) -> None:
    found = await sweep(http, ((method, path, {}) for path in PATHS for method in METHODS if (method, path) != ("DELETE", "/calls/CA1")))
    assert found.keys() <= {200, 204, 400, 404, 405, 415, 422}
    assert (found[404], found[405]) > (100, 100)


async def test_every_query_on_what_is_read(http: httpx.AsyncClient) -> None:
    found = await sweep(http, (("GET", f"{path}?{query}", {}) for path in ("/calls", "/calls/CA1", "/health", "/bookings") for query in QUERIES))
    assert found.keys() == {200, 422}


@pytest.mark.parametrize("path", BODIES)
async def test_every_field_with_every_value(http: httpx.AsyncClient, path: str) -> None:
    good, fields = BODIES[path]
    method = "PATCH" if path.startswith("/calls") else "POST"
    assert (await http.request(method, path, json=good)).status_code == 200
    bodies = (json.dumps({**good, field: value}) for field in fields for value in ODD)
    found = await sweep(http, ((method, path, {"content": body}) for body in bodies))
    assert found.keys() <= {200, 404, 413, 422}
    assert found[422] > len(ODD)


async def test_every_moment_a_turn_may_be_said_to_be_of(http: httpx.AsyncClient) -> None:
    """What is reckoned from a caller's "now" stays in the calendar, whatever day they name."""
    said = ("tomorrow at ten", "December 31st 9999 at ten", "in 99999999999 days", "last monday", "what times do you have", "next year")
    turns = [{"message": words, "startedAt": at} for words in said for at in ODD if isinstance(at, str) and len(at) < 50]
    bodies = (json.dumps({"callSid": f"T{number}", "customerMessage": turn}) for number, turn in enumerate(turns))
    found = await sweep(http, (("POST", "/ai/conversation", {"content": body}) for body in bodies))
    assert found.keys() == {200, 422}


@pytest.mark.parametrize("path", BODIES)
async def test_every_kind_of_bytes_by_every_name(http: httpx.AsyncClient, path: str) -> None:
    method = "PATCH" if path.startswith("/calls") else "POST"
    found = await sweep(http, ((method, path, {"content": raw, "headers": kind}) for raw in RAW for kind in TYPES))
    assert found.keys() <= {200, 400, 413, 415, 422}
    assert found[415] >= len(RAW) * 3


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ({}, 200),
        ({"content-type": "application/json"}, 200),
        ({"content-type": 'Application/JSON; charset="UTF-8"'}, 200),
        ({"content-type": "application/merge-patch+json"}, 200),
        ({"content-type": "application/x-www-form-urlencoded"}, 200),
        ({"content-encoding": "identity"}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "text/plain;charset=UTF-8"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "text/html"}, 415),
        ({"content-type": "application/xml"}, 415),
        ({"content-type": "image/png"}, 415),
        ({"content-type": "application/octet-stream"}, 415),
        ({"content-type": "application/json, text/plain"}, 415),
        ({"content-type": "json"}, 415),
        ({"content-type": "application/json; charset=iso-8859-1"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({"content-encoding": "br"}, 415),
    ],
)
async def test_a_body_is_json_by_its_name(http: httpx.AsyncClient, kind: dict[str, str], status: int) -> None:
    answer = await http.post("/ai/conversation", content=json.dumps(TURN), headers=kind)
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["code"] == "unsupported_media"
        assert answer.headers.get("accept-encoding" if "content-encoding" in kind else "accept")


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b'{"callSid":"CA1","callSid":"CA2"}', "a key stands twice in one object"),
        (b'{"callSid":"CA1","customerMessage":{"message":"a","message":"b"}}', "a key stands twice in one object"),
        (b"\xef\xbb\xbf" + json.dumps(TURN).encode(), "it begins with a byte order mark"),
        (json.dumps(TURN).encode("utf-16"), "it is UTF-16"),
        (b"[" * 60_000, "it is nested too deep"),
    ],
)
async def test_what_is_wrong_with_json_is_said(http: httpx.AsyncClient, raw: bytes, detail: str) -> None:
    answer = await http.post("/ai/conversation", content=raw)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "bad_json", detail)
