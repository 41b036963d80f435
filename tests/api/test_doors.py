"""The door: every route and every oddity of paths, verbs, prefixes and encodings against five identities."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.chat import PATHS as CHAT
from api.masking import decoded
from api.routing import ANYONE, ROUTES, SOCKET
from tests.api.doors import BODIES, IDENTITIES, SID, TOKENS, Row, Seen, asked, found, open_house, rows
from tests.api.services import served


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with open_house() as found:
        assert asked(found, "POST", "/ai/conversation", "integration", body=BODIES["/ai/conversation"]).status == 200
        yield found


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("row", [row for row in rows() if row.path != "/api"], ids=lambda row: f"{row.method} {row.path}")
def test_every_route_lets_in_whom_it_names(port: int, row: Row, prefix: str) -> None:
    answers = found(port, row, prefix)
    assert tuple(seen.status for seen in answers) == row.wanted
    for seen in answers:
        assert seen.headers["x-content-type-options"] == "nosniff"
        if seen.status >= 400 and row.method != "HEAD":
            refused = decoded(seen.body)
            if row.path in CHAT:
                assert (seen.headers["content-type"], [*refused]) == ("application/json", ["error"])
            else:
                assert (seen.headers["content-type"], refused["status"]) == ("application/problem+json", seen.status)


@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_prefix_is_taken_away_once(port: int, identity: str) -> None:
    known = identity not in ("nobody", "unknown")
    for path in ("/api", "/api/api", "/api/api/health", "/api/api/calls"):
        assert asked(port, "GET", path, identity).status == (404 if known else 401)
    assert asked(port, "GET", "/api/", identity).status == 200


def test_the_table_names_every_route_there_is() -> None:
    served_here = {
        (method, route.path.replace(":path", ""))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    beside = ("/openapi.json", "/calls/{callSid}/events/health")
    elsewhere = {(route.method, route.path) for route in ROUTES if route.kind not in ("plain", "chat") or route.path in beside}
    named = {(route.method, route.path) for route in ROUTES}
    assert named == served_here | elsewhere
    assert not served_here & elsewhere
    assert {(row.method, _route(row)) for row in rows() if {101, 200, 202, 204, 409} & {*row.wanted}} == named
    assert {_route(row) for row in rows() if row.wanted[0] < 400} == {route.path for route in ROUTES if route.roles is ANYONE}


def _route(row: Row) -> str:
    """A file of another release of the console is asked for by the route of all its files."""
    return re.sub(r"^/console/[0-9a-f]{16}/.+", "/console/{hash}/{file}", row.path)


SECRET_PATHS = (
    "/calls",
    f"/calls/{SID}",
    f"/calls/{SID}/trace",
    f"/calls/{SID}/events",
    f"/calls/{SID}/events/health",
    "/events",
    "/agents/a/events",
)


def _oddly(path: str) -> Iterator[str]:
    """One path in many writings."""
    whole = quote(path, safe="")
    yield from (whole, f"/{whole}", f"/api{whole}", f"/api/{whole[3:]}")
    for open_one in ("health", "twilio", "console", "ready", "telephony", "favicon.ico", "openapi.json", "ai", ""):
        for slash in ("/", "%2f", "%2F", "%5c", "\\", "%252f", "//", "/./", "/../", "/%2e%2e/", "/%2e/", "%00/", "%0a/", ";/", "%3f/", "%23/"):
            yield from (f"/{open_one}{slash}{path[1:]}", f"/api{slash}{open_one}{slash}{path[1:]}", f"/{open_one}{slash}..{slash}{path[1:]}")
    for prefix in ("/%61pi", "/a%70i", "/API", "/api/api", "/api/.", "/api//", "//api", "/api;a=b", "/%2561pi", "/v1", "/."):
        yield f"{prefix}{path}"
    for end in (
        "/",
        "//",
        "%20",
        "%00",
        "%0a",
        "%0d%0a",
        ".",
        "/.",
        "/..",
        ";",
        ";/health",
        "%2f",
        "%2fhealth",
        "#/health",
        "?/health",
        "%3f",
        "%ff",
        "%",
    ):
        yield path + end
    yield from (path.upper(), path.replace("l", "%6c").replace("v", "%76"), path.replace("/", "/%65"[:1]), path[1:], f"http://127.0.0.1{path}")
    yield from (f"http://127.0.0.1/health{path}", f"//127.0.0.1/health{path}", "*", "*/events", f"/calls/{SID}%2fevents", f"/calls/..%2f{SID}")


def _tells_its_problem(seen: Seen) -> bool:
    return seen.headers["content-type"] == "application/problem+json" and bool(decoded(seen.body)["status"] == seen.status)


ODD = sorted({target for path in SECRET_PATHS for target in _oddly(path) if " " not in target})


@pytest.mark.parametrize("identity", ["nobody", "unknown"])
def test_no_writing_of_a_path_gets_past_the_door(port: int, identity: str) -> None:
    for target in ODD:
        seen = asked(port, "GET", target, identity)
        assert seen.status in (400, 401), target
        assert _tells_its_problem(seen), target
        assert SID.encode() not in seen.body


def test_whoever_is_let_in_gets_the_path_or_nothing(port: int) -> None:
    for target in ODD:
        seen = asked(port, "GET", target, "viewer")
        assert seen.status in (200, 400, 403, 404, 405), target
        if seen.status != 200:
            assert _tells_its_problem(seen), target


@pytest.mark.parametrize(
    "target", ["/x%0a", "/x%0d%0aSet-Cookie:%20a=b", "*", "/%", "/%zz", "/%c0%af", "/%ff", "/calls/%00", "/\x7f", "/" + "a" * 3000]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "PROPFIND"])
@pytest.mark.parametrize("identity", ["nobody", "integration"])
def test_what_is_no_path_is_a_problem(port: int, target: str, method: str, identity: str) -> None:
    seen = asked(port, method, target, identity)
    assert seen.status in (400, 401, 404, 405, 414)
    assert "set-cookie" not in seen.headers
    if method != "HEAD":
        assert _tells_its_problem(seen)


def test_the_token_in_the_address_opens_streams_alone(port: int) -> None:
    token = f"token={IDENTITIES['viewer']}"
    assert asked(port, "GET", f"/events?{token}", "nobody").status == 200
    assert asked(port, "GET", f"/calls/{SID}/events?a=b&{token}", "nobody").status == 200
    for path in ("/calls", f"/calls/{SID}", f"/calls/{SID}/events/health", "/openapi.json", "/nothing"):
        assert asked(port, "GET", f"{path}?{token}", "nobody").status == 401, path
    assert asked(port, "GET", f"/events?token={IDENTITIES['unknown']}", "nobody").status == 401


@pytest.mark.parametrize("query", ["&".join(f"a{n}=b" for n in range(200)), "a=" + "b" * 5000, "a&" * 64])
def test_a_query_that_is_too_long_is_a_problem_before_a_stream_begins(port: int, query: str) -> None:
    for path in ("/events", f"/calls/{SID}/events"):
        seen = asked(port, "GET", f"{path}?{query}", "viewer")
        assert seen.status == 400
        assert decoded(seen.body)["code"] == "bad_request"


def test_many_fields_are_no_fault(port: int) -> None:
    query = "&".join(f"a{n}=b" for n in range(40))
    assert asked(port, "GET", f"/events?{query}&token={IDENTITIES['viewer']}", "nobody").status == 200


def test_a_websocket_finds_nothing_where_there_is_none(port: int) -> None:
    for target in ("/events", "/twilio/voice", "/calls", f"/calls/{SID}/events", "/", "/health", "/twilio/relay/x", "/twilio//relay"):
        assert asked(port, SOCKET, target, "nobody").status == 401
        assert asked(port, SOCKET, target, "supervisor").status == 404


def test_who_tried_is_whom_a_trusted_proxy_names_and_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    forwarded = "X-Forwarded-For: 198.51.100.7, 203.0.113.9"
    for trusted, peer in (("127.0.0.1", "203.0.113.9"), ("127.0.0.1,203.0.113.0/24", "198.51.100.7"), ("192.0.2.0/24", "127.0.0.1")):
        with served(tokens=TOKENS, trusted_proxies=trusted) as (_, _, port):
            assert asked(port, "GET", "/calls", "unknown", forwarded).status == 401
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [line["peer"] for line in lines if line["event"] == "token_refused"] == [peer]


@pytest.mark.parametrize(
    ("public_url", "trusted", "proto", "wanted"),
    [
        ("https://voice.example.com", "", "", "max-age=31536000"),
        ("https://voice.example.com", "127.0.0.1", "https", "max-age=31536000"),
        ("http://voice.example.com", "", "", None),
        ("", "", "", None),
        ("", "", "https", None),
        ("", "192.0.2.0/24", "https", None),
        ("", "127.0.0.1", "http", None),
        ("", "127.0.0.1", "https", "max-age=31536000"),
        ("http://voice.example.com", "127.0.0.1", "https", "max-age=31536000"),
    ],
)
def test_a_browser_is_told_to_come_back_over_https_where_there_is_https(public_url: str, trusted: str, proto: str, wanted: str | None) -> None:
    with served(tokens=TOKENS, public_url=public_url, trusted_proxies=trusted) as (_, _, port):
        for method, target in (
            ("GET", "/"),
            ("GET", "/health"),
            ("GET", "/calls"),
            ("GET", "/nothing"),
            ("GET", "/events"),
            ("POST", "/ai/conversation"),
        ):
            seen = asked(port, method, target, "viewer", *([f"X-Forwarded-Proto: {proto}"] if proto else []))
            assert seen.headers.get("strict-transport-security") == wanted
            assert seen.headers["x-content-type-options"] == "nosniff"
