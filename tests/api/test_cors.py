"""Pages of other sites: those that are listed may read, over every way in; of the others nobody hears anything."""

import asyncio
from collections.abc import Iterator

import pytest

from api.console.assets import assets
from api.routing import ROUTES, SOCKET
from api.settings import SettingsError, read_settings
from tests.api.doors import BODIES, IDENTITIES, SID, TOKENS, Seen, asked
from tests.api.feeds import Feed
from tests.api.services import running, served

DESK, DEV, BAD = "https://desk.example.com", "http://localhost:3000", "https://bad.example.com"
ORIGIN = f"Origin: {DESK}"
OPENED = {
    "access-control-allow-methods": "DELETE, GET, PATCH",
    "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
    "access-control-max-age": "600",
}
"""What a preflight for a call is told beside its origin."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patched, served(tokens=TOKENS, cors_origins=f"{DESK},{DEV}") as (_, _, found):
        patched.setattr("api.attempts.LONGEST_WAIT_S", 0.0)
        assert asked(found, "POST", "/ai/conversation", "integration", body=BODIES["/ai/conversation"]).status == 200
        yield found


def told(seen: Seen) -> dict[str, str]:
    return {name: value for name, value in seen.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [DESK, DEV])
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/calls"), ("GET", "/events"), ("HEAD", "/events"), ("GET", f"/calls/{SID}/events"), ("POST", "/events/ticket"), ("GET", "/nothing")],
)
def test_a_listed_origin_may_read_whatever_the_answer_is(port: int, method: str, path: str, identity: str, origin: str) -> None:
    seen = asked(port, method, path, identity, f"Origin: {origin}")
    assert seen.status == asked(port, method, path, identity).status
    assert told(seen) == {"access-control-allow-origin": origin, "access-control-expose-headers": "Retry-After"}
    assert seen.headers["vary"] == "Origin"


UNLISTED = (
    (),
    (f"Origin: {BAD}",),
    ("Origin: null",),
    ("Origin: *",),
    ("Origin:",),
    (f"Origin: {DESK}/",),
    (f"Origin: {DESK}:443",),
    (f"Origin: {DESK.upper()}",),
    (f"Origin: {DESK}.bad.example.com",),
    ("Origin: http://desk.example.com",),
    (f"Origin: {DESK} {DEV}",),
    (f"Origin: {DESK}, {DEV}",),
    (ORIGIN, f"Origin: {DEV}"),
    (ORIGIN, ORIGIN),
    (ORIGIN, f"Origin: {BAD}"),
    (f"Referer: {DESK}/",),
)


@pytest.mark.parametrize("headers", UNLISTED, ids=" ".join)
def test_an_origin_that_is_not_listed_gets_nothing(port: int, headers: tuple[str, ...]) -> None:
    for method, path in (("GET", "/calls"), ("GET", "/events"), ("GET", "/nothing")):
        seen = asked(port, method, path, "viewer", *headers)
        assert seen.status == asked(port, method, path, "viewer").status
        assert told(seen) == {}
        assert seen.headers["vary"] == "Origin", "an answer without is no answer for a listed one"
    preflight = asked(port, "OPTIONS", "/calls", "nobody", *headers, "Access-Control-Request-Method: GET")
    assert (preflight.status, told(preflight)) == (401, {})


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_preflight_is_answered_for_what_there_is_and_does_nothing(port: int, method: str, identity: str) -> None:
    seen = asked(port, "OPTIONS", f"/api/calls/{SID}", identity, ORIGIN, f"Access-Control-Request-Method: {method}")
    assert (seen.status, seen.body) == (204, b"")
    assert told(seen) == {"access-control-allow-origin": DESK, "access-control-expose-headers": "Retry-After", **OPENED}
    assert asked(port, "GET", f"/calls/{SID}", "viewer").status == 200


def test_every_route_there_is_has_its_preflight(port: int) -> None:
    for route in (route for route in ROUTES if route.method != SOCKET):
        path = route.path.format(hash=assets().hash, file="page/main.js") if "{hash}" in route.path else route.path  # of these only what is there
        seen = asked(port, "OPTIONS", path, "nobody", ORIGIN, f"Access-Control-Request-Method: {route.method}")
        assert (seen.status, seen.body) == (204, b""), route
        assert route.method in seen.headers["access-control-allow-methods"].split(", ")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/nothing", ("Access-Control-Request-Method: GET",)),
        ("/calls", ("Access-Control-Request-Method: DELETE",)),
        ("/calls", ("Access-Control-Request-Method: OPTIONS",)),
        ("/calls", ("Access-Control-Request-Method: get",)),
        ("/calls", ("Access-Control-Request-Method: GET", "Access-Control-Request-Method: GET")),
        ("/calls", ()),
        ("/calls/../calls", ("Access-Control-Request-Method: GET",)),
        ("/health/%2fcalls", ("Access-Control-Request-Method: GET",)),
        ("*", ("Access-Control-Request-Method: GET",)),
    ],
)
def test_other_options_are_refused_as_before(port: int, path: str, headers: tuple[str, ...]) -> None:
    nobody = asked(port, "OPTIONS", path, "nobody", ORIGIN, *headers)
    assert nobody.status == 401
    known = asked(port, "OPTIONS", path, "supervisor", ORIGIN, *headers)
    assert known.status == (405 if path == "/calls" else 404)
    for seen in (nobody, known):
        assert seen.headers["content-type"] == "application/problem+json"
        assert "access-control-allow-methods" not in seen.headers


def test_nothing_is_said_where_no_origin_is_listed() -> None:
    with served(tokens=TOKENS) as (_, _, port):
        for method, path in (("GET", "/calls"), ("GET", "/events"), ("OPTIONS", "/calls")):
            seen = asked(port, method, path, "viewer", ORIGIN, "Access-Control-Request-Method: GET")
            assert told(seen) == {}
            assert "vary" not in seen.headers
            assert seen.status == (405 if method == "OPTIONS" else 200)


def test_without_tokens_a_listed_origin_is_let_in_to_names_of_this_machine_alone() -> None:
    with served(cors_origins=DEV) as (_, _, port):
        for headers, status in (
            ((f"Origin: {DEV}",), 200),
            ((f"Origin: {BAD}",), 403),
            (("Origin: null",), 403),
            ((f"Origin: {DEV}", f"Origin: {DEV}"), 403),
            ((f"Origin: {DEV}", "X-Forwarded-For: 192.0.2.1"), 403),
        ):
            seen = asked(port, "GET", "/calls", "nobody", *headers)
            assert seen.status == status
            listed = headers.count(f"Origin: {DEV}") == 1
            assert seen.headers.get("access-control-allow-origin") == (DEV if listed else None)


@pytest.mark.anyio
async def test_a_stream_that_is_told_to_come_back_may_be_read_too() -> None:
    async with running(tokens=TOKENS, cors_origins=DESK, readers=1) as caller:
        headers = [(b"authorization", f"Bearer {IDENTITIES['viewer']}".encode()), (b"origin", DESK.encode())]
        scope = {"type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"", "headers": headers}
        first, second = Feed(), Feed()
        reading = asyncio.create_task(caller.service({**scope}, first.receive, first.send))
        await first.next("history")
        await caller.service({**scope}, second.receive, second.send)
        assert (second.status, len(second.retries)) == (200, 1)
        for feed in (first, second):
            assert feed.headers[b"access-control-allow-origin"] == DESK.encode()
        first.leave()
        await reading


@pytest.mark.parametrize(
    "value",
    [
        "*",
        f"{DESK},*",
        "desk.example.com",
        "//desk.example.com",
        f"{DESK}/",
        f"{DESK}/path",
        f"{DESK}?q",
        f"{DESK}:443",
        "http://desk.example.com:80",
        f"{DESK}:0",
        f"{DESK}:65536",
        f"{DESK}:08443",
        f"{DESK}:",
        f"{DESK} {DEV}",
        "HTTPS://desk.example.com",
        "https://Desk.example.com",
        "https://*.example.com",
        "https://user@desk.example.com",
        "https://desk..example.com",
        "https://bücher.example",
        "http://127.1",
        "http://127.0.0.01",
        "http://[::0:1]",
        "http://[::1",
        "null",
        "file://",
        "ftp://desk.example.com",
    ],
)
def test_what_no_browser_sends_stops_the_start_with_one_line(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SLOTLINE_CORS_ORIGINS", value)
    with pytest.raises(SettingsError, match=r"^SLOTLINE_CORS_ORIGINS: must (be origins|name each origin)") as refused:
        read_settings()
    assert "\n" not in str(refused.value)


def test_origins_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (DESK, DEV, "http://127.0.0.1:5173", "http://[::1]:3000", "https://xn--bcher-kva.example:8443", "http://desk")
    monkeypatch.setenv("SLOTLINE_CORS_ORIGINS", f" {', '.join(wanted)} ,{DESK},")
    assert read_settings().cors_origins == wanted
    monkeypatch.delenv("SLOTLINE_CORS_ORIGINS")
    assert read_settings().cors_origins == ()
