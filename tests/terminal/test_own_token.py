"""A token is sent to the address it was set for, and to no other."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from api.cli import main

OWN = "a-token-of-this-machine-00"
THEIRS = "a-token-of-another-service"


@contextmanager
def recording(host: str = "127.0.0.1") -> Iterator[tuple[int, list[str]]]:
    """A service that notes the tokens it is sent: its port, and the tokens, but for those who only ask whether it is there."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                assert OWN not in self.headers.get("Authorization", "")
            else:
                seen.append(self.headers.get("Authorization", ""))
            body = json.dumps({"status": "ok"}).encode()
            self.send_response(200 if self.path == "/health" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, seen
        server.shutdown()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLOTLINE_TOKENS", f"{OWN}:supervisor")


def test_our_own_token_goes_to_our_own_service_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording() as (port, seen), recording() as (other, elsewhere):
        monkeypatch.setenv("SLOTLINE_PORT", str(port))
        main(["replay", "CA1", "--url", f"http://127.0.0.1:{port}"])
        assert set(seen) == {f"Bearer {OWN}"}
        main(["replay", "CA1", "--url", f"http://127.0.0.1:{other}"])
        main(["replay", "CA1", "--url", f"http://127.0.0.1.evil.example@127.0.0.1:{other}"])
        assert len(elsewhere) >= 2
        assert not any(OWN in token for token in elsewhere)


@pytest.mark.parametrize(
    ("host", "url", "is_ours"),
    [
        ("127.0.0.1", "", True),
        ("127.0.0.1", "http://localhost:{port}", True),
        ("0.0.0.0", "http://localhost:{port}/", True),
        ("::", "http://127.0.0.1:{port}", True),
        ("127.0.0.1", "http://127.0.0.2:{port}", False),
        ("localhost", "http://127.0.0.2:{port}", False),
        ("127.0.0.2", "http://127.0.0.1:{port}", False),
        ("127.0.0.2", "http://127.0.0.2:{port}", True),
        ("127.0.0.2", "http://localhost:{port}", True),
        ("127.0.0.2", "", True),
    ],
)
def test_a_service_is_ours_by_the_address_it_listens_on(monkeypatch: pytest.MonkeyPatch, host: str, url: str, is_ours: bool) -> None:
    """Whoever else is on this machine may listen on the same port of another loopback address."""
    listens = "127.0.0.2" if "127.0.0.2" in url or (host == "127.0.0.2" and is_ours) else "127.0.0.1"
    with recording(listens) as (port, seen):
        monkeypatch.setenv("SLOTLINE_PORT", str(port))
        monkeypatch.setenv("SLOTLINE_HOST", host)
        main(["replay", "CA1", *(["--url", url.format(port=port)] if url else [])])
        assert set(seen) == {f"Bearer {OWN}" if is_ours else ""}


def test_the_token_of_another_service_goes_to_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording() as (port, seen), recording() as (other, elsewhere):
        monkeypatch.setenv("SLOTLINE_PORT", "1")
        monkeypatch.setenv("SLOTLINE_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("SLOTLINE_TOKEN", THEIRS)
        main(["replay", "CA1"])
        assert set(seen) == {f"Bearer {THEIRS}"}
        main(["replay", "CA1", "--url", f"http://127.0.0.1:{other}"])
        assert set(elsewhere) == {""}


def test_a_token_from_a_file_goes_where_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "token"
    file.write_text(f"{THEIRS}\n")
    with recording() as (port, seen):
        main(["replay", "CA1", "--url", f"http://127.0.0.1:{port}", "--token-file", str(file)])
        assert set(seen) == {f"Bearer {THEIRS}"}
    assert main(["replay", "CA1", "--url", f"http://127.0.0.1:{port}", "--token-file", "nowhere"]) == 1
    assert "--token-file cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["a-töken-of-another-service", "a-token\nand-another", "a token of two words", "a\0token"])
def test_what_can_be_no_token_is_one_line_and_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "token"
    file.write_text(text, "utf-8")
    with recording() as (port, seen):
        url = f"http://127.0.0.1:{port}"
        assert main(["watch", "--url", url, "--token-file", str(file)]) == 1
        if "\0" not in text:
            monkeypatch.setenv("SLOTLINE_URL", url)
            monkeypatch.setenv("SLOTLINE_TOKEN", text)
            assert main(["replay", "CA1"]) == 1
        assert seen == []
    said = capsys.readouterr().err.splitlines()
    assert all("must be one token" in line and text[:8] not in line for line in said)
    assert said


def test_no_command_takes_a_token_as_a_word_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("call", "watch", "replay"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        shown = capsys.readouterr().out
        assert "--token-file" in shown
        assert "--token " not in shown
