"""`slotline call` and `slotline watch` as they are typed, against a service that runs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.api.processes import Running, environment, serving, slotline
from tests.conftest import RedisServer
from tests.nursery import nursery
from tests.patience import PATIENCE_S

TURNS = ["it's Mary O'Neill", "two oh two five five five oh one four three", "yes"]


@pytest.fixture(scope="module")
def service(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("terminal"), REDIS_URL=redis_server.url) as running:
        yield running


def record(service: Running, sid: str) -> dict[str, Any]:
    found: dict[str, Any] = service.http.get(f"/calls/{sid}").json()
    return found


def test_a_conversation_through_pipes(service: Running, tmp_path: Path) -> None:
    talked = slotline("call", "--url", service.url, "--sid", "CA-piped", cwd=tmp_path, said="\n".join(TURNS))
    assert (talked.returncode, talked.stderr) == (0, "")
    assert "Slotline: Thanks for calling Acme Home Services." in talked.stdout
    assert "You: it's Mary O'Neill" in talked.stdout
    assert "✓ name: Mary O'Neill" in talked.stdout
    assert "? phone: +12025550143 (awaits a yes)" in talked.stdout
    assert "✓ phone: +12025550143" in talked.stdout
    assert "slotline call --sid CA-piped" in talked.stdout
    assert record(service, "CA-piped")["user"]["userInfo"]["phone"] == "+12025550143"


def script(folder: Path, phone: str) -> Path:
    turns = "".join(f'[[call.turn]]\nsay = "{said}"\n' for said in ["", *TURNS])
    path = folder / "calls.toml"
    path.write_text(f'[[call]]\nname = "Mary"\nbusiness = "acme"\n{turns}[call.kept]\nname = "Mary O\'Neill"\nphone = "{phone}"\nemail = ""\n')
    return path


def test_a_script_that_is_kept_as_written(service: Running, tmp_path: Path) -> None:
    played = slotline("call", "--url", service.url, "--script", str(script(tmp_path, "+12025550143")), cwd=tmp_path)
    assert (played.returncode, played.stderr) == (0, "")
    assert "ok       Mary\n1 of 1 calls as written\n" in played.stdout
    assert '"phone": "+12025550143"' in played.stdout, "the record is printed"
    assert "You       it's Mary O'Neill" in played.stdout


def test_a_script_that_is_kept_otherwise(service: Running, tmp_path: Path) -> None:
    played = slotline("call", "--url", service.url, "--quiet", "--script", str(script(tmp_path, "+12025550199")), cwd=tmp_path)
    assert played.returncode == 1
    assert played.stdout == ("differs  Mary\n         phone: kept '+12025550143', the truth is '+12025550199'\n0 of 1 calls as written\n")


def test_a_script_for_another_business_says_so(service: Running, tmp_path: Path) -> None:
    path = script(tmp_path, "+12025550143")
    path.write_text(path.read_text().replace('"acme"', '"harbour"'))
    played = slotline("call", "--url", service.url, "--script", str(path), cwd=tmp_path)
    assert played.returncode == 1
    assert "the script needs 'harbour'; start it with SLOTLINE_BUSINESS" in played.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of one's own needs a pty")
def test_on_a_terminal_the_fields_stand_beside_the_conversation(service: Running, tmp_path: Path) -> None:
    import pty

    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "api.cli", "call", "--url", service.url, "--sid", "CA-terminal"]
    started = subprocess.Popen(
        command, cwd=tmp_path, env=environment(TERM="xterm", COLUMNS="110", LINES="30"), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""

    def until(*texts: str) -> None:
        nonlocal shown
        shown = b""
        deadline = time.monotonic() + PATIENCE_S
        while not all(text.encode() in shown for text in texts):
            assert time.monotonic() < deadline, shown.decode(errors="replace")
            shown += os.read(mine, 65536)

    until("What is kept", "Thanks for calling")
    os.write(mine, TURNS[0].encode() + b"\n")
    until("✓", "Mary O'Neill")
    os.write(mine, TURNS[1].encode() + b"\n")
    until("+12025550143")
    os.write(mine, b"\x04")
    until("You hung up.")
    assert started.wait(PATIENCE_S) == 0
    os.close(mine)


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[IO[str]]:
    """`slotline watch` and what it writes; ended with Ctrl-C."""
    with Path(os.devnull).open() as nothing:
        watcher = nursery().begin(["watch", *arguments], folder, environment(), [nothing.fileno(), None, 2])
    assert watcher.stdout is not None
    with watcher.stdout:
        try:
            yield watcher.stdout
            watcher.send_signal(signal.SIGINT)
            assert watcher.wait(PATIENCE_S) == 130
        finally:
            watcher.kill()


def test_watching_goes_on_after_a_cut_and_misses_nothing(redis_url: str, tmp_path: Path) -> None:
    """The service ends under the watcher and another takes its place; what happened is told once, in order."""
    seen: list[dict[str, Any]] = []
    with serving(tmp_path, REDIS_URL=redis_url) as first, watching(tmp_path, "CA-watched", "--json", "--url", first.url) as told:
        assert json.loads(told.readline())["type"] == "connected"
        assert json.loads(told.readline())["type"] == "history"
        first.say("", "CA-watched")
        seen.append(json.loads(told.readline()))
        first.stop()
        second = Running(tmp_path, port=first.port, REDIS_URL=redis_url)
        try:
            for said in TURNS:
                second.say(said, "CA-watched")
            while [event["payload"].get("slot") for event in seen if event["payload"].get("status") == "filled"] != ["name", "phone"]:
                seen.append(json.loads(told.readline()))
        finally:
            second.close()
    stored = [event for event in seen if event["type"] not in ("connected", "heartbeat")]
    ids = [tuple(map(int, event["id"].split("-"))) for event in stored]
    assert ids == sorted(set(ids))
    assert "history" not in {event["type"] for event in stored}, "it was resumed, not begun anew"
    assert [event["payload"]["message"] for event in stored if event["payload"].get("speaker") == "customer"] == TURNS


def test_watching_everything_in_lines_for_people(service: Running, tmp_path: Path) -> None:
    with watching(tmp_path, "--url", service.url) as told:
        assert " history " in told.readline()
        service.say("", "CA-lines")
        service.say(TURNS[0], "CA-lines")
        shown = ""
        while "progress" not in shown:
            shown += told.readline()
    assert "CA-lines new_message AI: Thanks for calling" in shown
    assert "CA-lines new_message customer: it's Mary O'Neill" in shown
    assert "CA-lines progress name filled Mary O'Neill (1/6)" in shown
