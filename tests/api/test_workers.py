"""`slotline serve --workers 2`, with real processes that are really killed."""

import os
import pty
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from api.business_files import EXAMPLE
from api.workers import attend
from tests.api.processes import ROOT, Running, environment, living, serving
from tests.api.test_team import Told
from tests.patience import PATIENCE_S, until

GOOD = (ROOT / "api" / "businesses" / EXAMPLE).read_bytes()
BAD = b"id = ["
COMMAND = (sys.executable, "-m", "api.cli", "serve", "--port", "0", "--workers", "2")


def test_workers_are_replaced_and_end_with_their_parent(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as running:
        said = running.say("hello", startedAt="2026-03-02T01:00:00Z").content
        until(lambda: len(_started(running)) == 2)
        first = _started(running)
        killed, kept = sorted(first)
        _kill(killed)
        until(lambda: len(_started(running)) == 3)
        until(lambda: running.http.get("/health").json()["status"] == "ok")
        [new] = _started(running) - first
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        until(lambda: not living(kept) and not living(new))
    with serving(tmp_path, "--workers", "2", port=running.port) as again:
        assert again.say("hello", startedAt="2026-03-02T01:00:00Z").content == said
        until(lambda: len(_started(again)) == 2)
        workers = _started(again)
        assert again.stop() == 0
        assert not any(living(pid) for pid in workers)


def test_the_parent_of_workers_does_not_load_the_application() -> None:
    said = "import sys; from api import cli, serve; cli._parser(['serve']); print({'langgraph', 'fastapi', 'uvicorn', 'rich'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", said], env=environment(), capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"


def test_a_worker_that_cannot_be_replaced_takes_nobody_with_it(tmp_path: Path) -> None:
    business = tmp_path / "business.toml"
    business.write_bytes(GOOD)
    with serving(tmp_path, "--workers", "2", SLOTLINE_BUSINESS=str(business)) as running:
        until(lambda: len(_started(running)) == 2)
        killed, kept = _started(running)
        business.write_bytes(BAD)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: _count(running, "renewal_stopped"))
        assert living(killed)
        assert living(kept), "the old ones stay when a fresh one fails"
        _kill(killed)
        until(lambda: running.say("hello").status_code == 200 and _count(running, "worker_ended") >= 2)
        assert running.process.poll() is None
        _kill(kept)
        until(lambda: _refuses(running.port))  # nobody is left, and nobody may hang
        business.write_bytes(GOOD)
        running.process.send_signal(signal.SIGHUP)  # they are not waited for any longer
        until(lambda: not _refuses(running.port))
        assert running.say("hello").status_code == 200
        until(lambda: len(_started(running)) >= 4)  # one that was just being started read the good file, and was then replaced with the others
        assert running.stop() == 0


def test_when_all_are_killed_at_once_nobody_waits_for_those_who_come_after_them(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as running:
        until(lambda: len(_started(running)) == 2)
        for pid in _started(running):
            os.kill(pid, signal.SIGKILL)
        until(lambda: _refuses(running.port))
        until(lambda: len(_started(running)) == 4)
        assert running.say("hello").status_code == 200
        assert running.stop() == 0


@pytest.mark.parametrize("free", [True, False])
def test_the_port_listens_only_while_somebody_serves(free: bool) -> None:
    starting, old = Told(1), Told(2)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0 if free else _free_port()))
        address = listening.getsockname()
        with listening.dup() as theirs:
            theirs.listen()
            old.serves = True
            attend(listening, [starting, old])
            assert not _refuses(address[1])
            old.alive = False
            attend(listening, [starting, old])
            assert _refuses(address[1])
            assert starting.alive
            theirs.listen()
            starting.serves = True
            attend(listening, [starting])
            assert (_refuses(address[1]), starting.alive, listening.getsockname()) == (False, True, address)


def test_one_that_began_to_listen_as_the_port_was_silenced_hears_nobody_and_is_replaced() -> None:
    deaf = Told(1)
    deaf.serves = True
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        attend(listening, [deaf])
    assert not deaf.alive


def test_a_start_that_never_worked_is_fatal(tmp_path: Path) -> None:
    # A package that only workers load cannot be loaded here: what the parent looks at before it starts them is as it should be.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['uvicorn'] = None\n")
    around = environment()
    around["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{around['PYTHONPATH']}"
    ended = subprocess.run(COMMAND, cwd=tmp_path, env=around, capture_output=True, timeout=PATIENCE_S, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b'"start_failed"' in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_rolling_restart_fails_no_request(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as running, closing(_Load(running.url)) as load:
        until(lambda: len(_started(running)) == 2)
        first = _started(running)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: not any(living(pid) for pid in first))
        assert len(_started(running)) == 4
        left = min(_started(running) - first)
        os.kill(left, signal.SIGTERM)
        until(lambda: not living(left) and len(_started(running)) == 5)
        load.close()
        assert set(load.counted) == {200}, load.counted
        assert not _count(running, "worker_ended")
        assert running.stop() == 0


def test_a_service_whose_terminal_is_closed_ends(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()

    def at_the_terminal() -> None:
        os.login_tty(theirs)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests under nohup has it ignored, and a service started so stays

    service = subprocess.Popen(COMMAND, cwd=tmp_path, env=environment(), start_new_session=True, preexec_fn=at_the_terminal)
    os.close(theirs)
    try:
        said = b""
        while b"calls are kept" not in said:
            said += os.read(ours, 4096)
        os.close(ours)
        assert service.wait(PATIENCE_S) == 0
    finally:
        service.kill()
        service.wait()


class _Load:
    """Callers of a service until it is closed: half of them open a connection for each turn, half keep theirs."""

    def __init__(self, url: str, callers: int = 2) -> None:
        self.counted: Counter[object] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(url, number)) for number in range(callers)]
        for thread in self._threads:
            thread.start()

    def _call(self, url: str, number: int) -> None:
        turn = {"callSid": f"CA{number}", "customerMessage": {"message": "hello"}}
        limits = httpx.Limits(max_keepalive_connections=number % 2)
        with httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE_S, limits=limits) as http:
            while not self._over.is_set():
                try:
                    found: object = http.post("/ai/conversation", json=turn).status_code
                except httpx.HTTPError as error:
                    found = repr(error)
                self.counted[found] += 1

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)


def _started(running: Running) -> set[int]:
    return {event["pid"] for event in running.events if event["event"] == "started"}


def _count(running: Running, name: str) -> int:
    return sum(event["event"] == name for event in running.events)


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not living(pid))
