"""`slotline serve` as a process: what stops the start, what it says, how it ends and what outlives it."""

import os
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest
import redis

from api import serve
from api.settings import SettingsError
from storage.embedded import EmbeddedRedis
from storage.errors import NoRedisServer
from tests.api.processes import living, serving, slotline
from tests.api.services import served, settings
from tests.conftest import RedisServer
from tests.patience import until

TURN = {"callSid": "CA1", "customerMessage": {"message": "hello"}}


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["--host", "0.0.0.0"], {}, "SLOTLINE_TOKENS"),
        (["--port", "many"], {}, "SLOTLINE_PORT"),
        (["--workers", "2"], {"USE_REDIS_SSE": "false"}, "USE_REDIS_SSE"),
        (["--host", "127.evil.example"], {}, "SLOTLINE_TOKENS"),
        (["--host", "198.51.100.7"], {"SLOTLINE_TOKENS": f"{'a' * 22}:viewer"}, "SLOTLINE_HOST"),
        ([], {"SLOTLINE_PUBLIC_URL": "https://voice.example.com"}, "SLOTLINE_TOKENS"),
        ([], {"SLOTLINE_TRUSTED_PROXIES": "127.0.0.1"}, "SLOTLINE_TOKENS"),
        ([], {"SLOTLINE_TOKENS": "short:viewer"}, "SLOTLINE_TOKENS"),
        ([], {"SLOTLINE_TOKENS_FILE": "nowhere"}, "SLOTLINE_TOKENS_FILE"),
        ([], {"SLOTLINE_TOKENS": f"{'a' * 22}:viewer:tv@another"}, "SLOTLINE_TOKENS"),
        ([], {"SLOTLINE_BUSINESS": "nowhere.toml"}, "SLOTLINE_BUSINESS"),
        ([], {"REDIS_URL": "localhost"}, "REDIS_URL"),
        ([], {"REDIS_URL": "redis://host:port/"}, "REDIS_URL"),
        (["--colour"], {}, "--colour"),
    ],
)
def test_what_stops_the_start_is_one_line(tmp_path: Path, arguments: list[str], given: dict[str, str], said: str) -> None:
    ended = slotline("serve", *arguments, cwd=tmp_path, **given)
    assert ended.returncode == 2
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert line.startswith("slotline")
    assert said in line


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = slotline("serve", "--port", str(other.getsockname()[1]), cwd=tmp_path)
    assert ended.returncode == 2
    assert "in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_workers_need_a_redis_that_all_of_them_see(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none_here(_: EmbeddedRedis) -> None:
        raise NoRedisServer("none")

    monkeypatch.setattr(EmbeddedRedis, "start", none_here)
    with pytest.raises(SettingsError, match="SLOTLINE_WORKERS"):
        serve.serve(settings(workers=2, port=0, data=tmp_path))
    assert "nothing survives a restart" in serve.welcome(settings(), 8080, "")


@pytest.mark.parametrize("public_url", ["", "http://voice.example.com"])
def test_a_relay_needs_an_address_that_a_socket_can_have(public_url: str, tmp_path: Path) -> None:
    given = settings(twilio_voice="relay", public_url=public_url, tokens=f"{'x' * 22}:integration", port=0, data=tmp_path)
    with pytest.raises(SettingsError, match=r"^SLOTLINE_TWILIO_VOICE: relay needs SLOTLINE_PUBLIC_URL with https"):
        serve.serve(given)


def test_a_service_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    with serving(tmp_path, forked=False) as running:
        assert f"{running.url}/" in running.welcome
        curl = re.search(r"curl -s (\S+) -d '(.*)'", running.welcome)
        assert curl is not None
        assert running.http.post(curl[1], content=curl[2]).status_code == 200
        assert running.http.get("/health").json()["status"] == "ok"
        assert running.say("my name is Mary").status_code == 200
        assert running.stop() == 0
        events = running.events
        assert [event["event"] for event in events] == ["started", "turn", "turn", "stopped"]
        assert events[2]["call"] == "CA1"
        assert events[2]["ms"] > 0
        assert (events[2]["slot"], events[2]["act"]) == ("name", "inform")
        assert "Mary" not in running.told


def test_ctrl_c_is_no_failure(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        assert running.stop(signal.SIGINT) == 0


def test_calls_outlive_a_service_that_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        said = running.say("hello", startedAt="2026-03-02T01:00:00Z").content
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    with serving(tmp_path, port=running.port) as again:
        assert again.say("hello", startedAt="2026-03-02T01:00:00Z").content == said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_embedded_redis_that_is_killed_is_started_again(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers) as running:
        said = running.say("hello", startedAt="2026-03-02T01:00:00Z").content
        first = _redis_of(tmp_path)
        _kill(first)
        until(lambda: running.http.get("/ready").status_code == 200)
        assert running.say("hello", startedAt="2026-03-02T01:00:00Z").content == said
        assert running.say("my name is Mary", startedAt="2026-03-02T01:00:09Z").json()["shouldTransfer"] is False
        again = _redis_of(tmp_path)
        assert again != first
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        until(lambda: not living(again))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_redis_that_comes_later_is_waited_for(tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(tmp_path, "--workers", workers, REDIS_URL=f"redis://127.0.0.1:{port}/0", SLOTLINE_JOURNAL="false") as running:
        trouble = running.say("hello")
        assert (trouble.status_code, trouble.json()["shouldTransfer"]) == (200, True)
        assert running.http.get("/health").json()["status"] == "degraded"
        assert running.http.get("/ready").status_code == 503
        server = RedisServer("--port", str(port))
        try:
            until(lambda: running.http.get("/ready").status_code == 200)
            assert running.say("hello").json()["shouldTransfer"] is False
            server.kill()
            assert running.say("hello").json()["shouldTransfer"] is True
            assert running.http.get("/calls/CA1").json()["code"] == "store_unavailable"
            server.start()
            until(lambda: running.http.get("/ready").status_code == 200)
            assert running.say("hello").json()["shouldTransfer"] is False
            until(lambda: running.http.get("/health").json()["status"] == "ok")
        finally:
            server.close()
        assert running.stop() == 0


def test_a_caller_who_hangs_up_undoes_nothing() -> None:
    with served() as (service, _, port):
        service.told.hold.clear()
        connection = socket.create_connection(("127.0.0.1", port))
        body = b'{"callSid":"CA1","turnId":"1","customerMessage":{"message":"hello"}}'
        connection.sendall(b"POST /ai/conversation HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        until(lambda: service.gate.busy)
        connection.close()
        service.told.hold.set()
        until(lambda: not service.gate.busy)
        answer = httpx.post(f"http://127.0.0.1:{port}/ai/conversation", content=body, trust_env=False)
        assert answer.json()["aiResponse"]["message"] == "Turn 1."
        assert answer.json()["progress"]["total"] == 6


def test_no_other_process_sees_a_secret(tmp_path: Path) -> None:
    secret = "a-secret-of-22-characters"
    with serving(tmp_path, "--workers", "2", forked=False, SLOTLINE_TOKENS=f"{secret}:integration", SLOTLINE_SECRET=secret):
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        ours = [pid for pid in pids if _runs_in(pid, tmp_path)]
        assert len(ours) >= 3
        told = [pid for pid in ours if secret.encode() in Path(f"/proc/{pid}/environ").read_bytes()]
        assert len(told) == 1, "the one that was started with it"
        assert not any(secret.encode() in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in ours)


def _runs_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve().is_relative_to(folder.resolve())
    except OSError:
        return False


def test_doctor_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    healthy = slotline("doctor", cwd=tmp_path, SLOTLINE_PORT="9", SLOTLINE_COLOUR="red", SLOTLINE_TOKENS="secret-of-22-characters:viewer")
    assert healthy.returncode == 0, healthy.stdout
    for said in ("Acme Home Services", "SLOTLINE_COLOUR is no setting", "1 viewer", "not running at http://127.0.0.1:9"):
        assert said in healthy.stdout
    assert re.search(r"(Redis|Valkey) \d+\.\d+\.\d+, embedded \(/", healthy.stdout)
    assert "secret" not in healthy.stdout
    ill = slotline("doctor", cwd=tmp_path, REDIS_URL="redis://user:secret@127.0.0.1:9/0", SLOTLINE_PORT="9")
    assert ill.returncode == 1
    assert "!!  redis" in ill.stdout
    assert "secret" not in ill.stdout
    assert slotline("doctor", cwd=tmp_path, SLOTLINE_PORT="x").returncode == 1
    bound = slotline("doctor", cwd=tmp_path, SLOTLINE_PORT="9", SLOTLINE_TOKENS="secret-of-22-characters:viewer:wall@other")
    assert (bound.returncode, "bound to a business that is not served here: other" in bound.stdout) == (1, True)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not living(pid))


def _redis_of(folder: Path) -> int:
    """The process of the embedded Redis of the service that runs in a folder."""
    sockets = Path((folder / "data" / "redis" / "socket").read_text().strip())
    with redis.Redis(unix_socket_path=str(sockets / "redis.sock")) as client:
        return int(client.info("server")["process_id"])
