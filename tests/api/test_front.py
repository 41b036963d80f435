"""What stands in front of every path: names under /api, sizes, problems, health, tokens and roles."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.masking import HIDDEN
from api.sizes import BODY_LIMIT
from storage.errors import StoreUnavailable
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.services import running, served

pytestmark = pytest.mark.anyio
TURN = {"callSid": "CA1", "customerMessage": {"message": "hello"}}


async def test_every_path_is_also_there_under_api() -> None:
    async with running() as caller:
        assert (await caller.http.post("/api/ai/conversation", json=TURN)).status_code == 200
        assert (await caller.http.get("/api/calls/CA1")).json() == (await caller.http.get("/calls/CA1")).json()
        assert (await caller.http.get("/api/health")).status_code == 200
        assert (await caller.http.get("/api")).status_code == 404
        assert (await caller.http.get("/api/api/health")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/calls/", 404, "not_found"),
        ("GET", "/ai/conversation", 405, "method_refused"),
        ("PUT", "/calls/CA1", 405, "method_refused"),
        ("POST", "/health", 405, "method_refused"),
        ("GET", "/ai/conversation/", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_a_problem_and_no_redirect(method: str, path: str, status: int, code: str) -> None:
    async with running() as caller:
        answer = await caller.http.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_failure_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as caller:
        await caller.say("hello")

        async def broken(*_: object) -> None:
            raise RuntimeError("secret of a caller")

        caller.walker.edit = broken  # type: ignore[method-assign, assignment]
        answer = await caller.http.patch("/calls/CA1", json={"name": "Mary"})
        assert (answer.status_code, answer.json()["code"]) == (500, "failed")
        assert "secret" not in answer.text
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "secret" not in logged


async def test_health_says_what_is_degraded() -> None:
    async with running() as caller:
        whole = (await caller.http.get("/health")).json()
        assert whole["status"] == "ok"
        assert whole["parts"]["store"]["survivesRestart"] is False
        assert (await caller.http.get("/ready")).status_code == 200
        assert (await caller.http.head("/health")).status_code == 200

        async def gone() -> float:
            raise StoreUnavailable("gone")

        caller.walker.store.ping = gone  # type: ignore[method-assign]
        degraded = await caller.http.get("/health")
        assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
        not_ready = await caller.http.get("/ready")
        assert (not_ready.status_code, not_ready.json()["code"]) == (503, "store_unavailable")
        assert (await caller.http.get("/health/ping")).status_code == 200
        assert (await caller.http.get("/health/redis")).json()["status"] == "unavailable"


async def test_the_api_describes_itself() -> None:
    async with running() as caller:
        paths = (await caller.http.get("/openapi.json")).json()["paths"]
        schema = paths["/ai/conversation"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema["required"] == ["callSid", "customerMessage"]
        assert "$ref" not in str(schema)


class TestSizes:
    """413 above 64 KiB, whatever the headers say, over a real port."""

    def test_announced(self) -> None:
        with served() as (_, _, port), httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            fits = '{"callSid":"CA1","customerMessage":{"message":"%s"}}'
            whole = fits % ("a" * (BODY_LIMIT - len(fits) + 2))
            assert len(whole) == BODY_LIMIT
            assert http.post("/ai/conversation", content=whole).status_code == 200
            for size in (BODY_LIMIT + 1, 1_000_000, 8_000_000):
                refused = http.post("/ai/conversation", content=b"x" * size)
                assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
            assert http.post("/ai/conversation", content=whole).status_code == 200

    def test_in_chunks(self) -> None:
        with served() as (_, _, port), httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            refused = http.post("/ai/conversation", content=(b"x" * 1000 for _ in range(200)))
            assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
            assert http.post("/ai/conversation", content=(b"%c" % byte for byte in b'{"callSid": 5}')).status_code == 422


async def _in_chunks() -> AsyncIterator[bytes]:
    for _ in range(70):
        yield b"x" * 1024


@pytest.mark.parametrize("path", ["/ai/conversation", "/ai/reply", "/ai/summary"])
async def test_every_body_is_counted(path: str) -> None:
    async with running() as caller:
        assert (await caller.http.post(path, content=_in_chunks())).status_code == 413


def test_a_websocket_to_where_there_is_none_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    with (
        served(public_url="https://voice.example.com", tokens=TOKENS) as (_, _, port),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, headers=asked | {"Authorization": f"Bearer {IDENTITIES['viewer']}"}
        ) as http,
    ):
        for path in ("/nothing", "/events", "/ai/conversation"):
            refused = http.get(path)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["x-content-type-options"] == "nosniff"
            assert "max-age" in refused.headers["strict-transport-security"]
    assert "error" not in capsys.readouterr().err


class TestTokens:
    async def test_a_viewer_sees_values_masked(self) -> None:
        integration, viewer = ({"Authorization": f"Bearer {IDENTITIES[role]}"} for role in ("integration", "viewer"))
        async with running(tokens=TOKENS) as caller:
            await caller.http.post("/ai/conversation", json=TURN, headers=integration)
            await caller.http.patch("/calls/CA1", json={"name": "Mary O'Neill", "phone": "+12025550143"}, headers=integration)
            whole, masked, listed = [
                await caller.http.get(path, headers=who) for path, who in (("/calls/CA1", integration), ("/calls/CA1", viewer), ("/calls", viewer))
            ]
            assert whole.json()["user"]["userInfo"]["phone"] == "+12025550143"
            for seen in (masked, listed):
                assert not any(word in seen.text for word in ("Mary", "2025550143", "hello"))
            assert masked.json()["user"]["userInfo"]["phone"] == HIDDEN
            assert masked.json()["progress"]["completed"] == 2
            assert masked.json().keys() == whole.json().keys()


class TestAtHome:
    """Without tokens the service is for this machine alone, also where a browser is led to it, or a proxy leads others."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Host": "127.0.0.1:8080"}, 200),
            ({"Host": "127.8.8.8"}, 200),
            ({"Host": "localhost"}, 200),
            ({"Host": "[::1]:8080"}, 200),
            ({"Host": "voice.example.com"}, 403),
            ({"Host": "127.evil.example"}, 403),
            ({"Host": "127.0.0.1.evil.example"}, 403),
            ({"Host": "127.1"}, 403),
            ({"Host": "2130706433"}, 403),
            ({"Host": "0.0.0.0"}, 403),
            ({"Host": "localhost.evil.example"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Host": ""}, 403),
            ({"Host": "127.0.0.1:8080", "Origin": "http://127.0.0.1:8080"}, 200),
            ({"Host": "127.0.0.1:8080", "Origin": "http://evil.example"}, 403),
            ({"Host": "127.0.0.1:8080", "Origin": "null"}, 403),
            ({"Host": "[::1"}, 403),
            ({"Host": "127.0.0.1", "X-Forwarded-For": "203.0.113.7"}, 403),
            ({"Host": "127.0.0.1", "X-Forwarded-Host": "127.0.0.1"}, 403),
            ({"Host": "127.0.0.1", "Forwarded": "for=203.0.113.7"}, 403),
            ({"Host": "127.0.0.1", "Via": "1.1 proxy"}, 403),
            ({"Host": "127.0.0.1", "CF-Connecting-IP": "203.0.113.7"}, 403),
            ({"Host": "127.0.0.1", "X-Cluster-Client-Ip": "203.0.113.7"}, 403),
            ({"Host": "127.0.0.1", "X-Envoy-External-Address": "203.0.113.7"}, 403),
            ({"Host": "127.0.0.1", "X-Original-Host": "voice.example.com"}, 403),
            ({"Host": "127.0.0.1/evil"}, 403),
            ({"Host": "evil.example@127.0.0.1"}, 403),
            ({"Host": "127.0.0.1:80:80"}, 403),
        ],
    )
    async def test_names(self, headers: dict[str, str], status: int) -> None:
        async with running() as caller:
            assert (await caller.http.post("/ai/conversation", json=TURN, headers=headers)).status_code == status
            assert (await caller.http.get("/calls", headers=headers)).status_code == status
            assert (await caller.http.get("/health", headers=headers)).status_code == 200

    @pytest.mark.parametrize(
        "name",
        [
            *("X-Forward-For", "X-ForwardedFor", "Client-IP", "X-ClientIP", "X-Real-IP", "X-Originating-IP", "X-Remote-IP", "X-Remote-Addr"),
            *("DO-Connecting-IP", "CF-Ray", "Proxy-Client-IP", "WL-Proxy-Client-IP", "Proxy-Connection", "CDN-Loop", "Ali-CDN-Real-IP", "IP"),
            *("Tailscale-User-Login", "X-BlueCoat-Via", "X-Varnish", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context", "Fly-Client-IP", "X-Host"),
            *(
                "True-Client-IP",
                "X-Azure-Ref",
                "X-ARR-SSL",
                "X-Original-URL",
                "Incap-Client-IP",
                "x_forwarded_for",
                "remote_addr",
                "Akamai-Origin-Hop",
            ),
        ],
    )
    async def test_what_a_proxy_brought(self, name: str) -> None:
        async with running() as caller:
            answer = await caller.http.get("/calls", headers={"Host": "127.0.0.1", name: "x"})
            assert (answer.status_code, answer.json()["code"]) == (403, "forwarded_refused")

    async def test_what_browsers_and_programs_of_this_machine_send(self) -> None:
        names = (
            *("accept", "accept-encoding", "accept-language", "access-control-request-method", "authorization", "cache-control", "content-type"),
            *("cookie", "dnt", "if-modified-since", "if-none-match", "last-event-id", "origin-agent-cluster", "pragma", "priority", "purpose"),
            *("range", "referer", "save-data", "sec-ch-ua", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-gpc", "te"),
            *("traceparent", "tracestate", "upgrade-insecure-requests", "user-agent", "x-requested-with", "x-request-id", "x-twilio-signature"),
            *("x-stainless-os", "telnyx-signature-ed25519", "jambonz-signature", "x-signalwire-signature", "zip", "x-description", "shipped-at"),
        )
        async with running() as caller:
            assert (await caller.http.get("/calls", headers=dict.fromkeys(names, "x") | {"Host": "127.0.0.1"})).status_code == 200

    async def test_of_two_origins_none_counts(self) -> None:
        async with running() as caller:
            for other in ("http://evil.example", "http://127.0.0.1"):
                headers = [("Host", "127.0.0.1"), ("Origin", other), ("Origin", "http://127.0.0.1")]
                answer = await caller.http.get("/calls", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "host_refused")

    async def test_a_second_host_is_none(self) -> None:
        async with running() as caller:
            answer = await caller.http.get("/calls", headers=[("Host", "127.0.0.1"), ("Host", "127.0.0.1")])
            assert (answer.status_code, answer.json()["code"]) == (403, "host_refused")
