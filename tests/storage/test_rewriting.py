"""The file of the embedded Redis is written anew soon after a caller was erased: often enough, and no oftener."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.exceptions import ResponseError

from storage import keys, rewriting
from storage.embedded import EmbeddedRedis
from storage.rewriting import Rewriter
from tests.files import holding
from tests.patience import PATIENCE_S, until

SECRET = b"Xanthippe"


def client(server: EmbeddedRedis) -> redis.Redis:
    return redis.Redis.from_url(server.url, socket_timeout=PATIENCE_S)


def erased(line: redis.Redis) -> None:
    """What stood there is deleted as the store erases it."""
    with line.pipeline() as pipe:
        pipe.delete("secret")
        pipe.xtrim("log", 0, approximate=False)
        pipe.incr(keys.UNWRITTEN)
        pipe.execute()


def written(line: redis.Redis) -> None:
    line.set("secret", SECRET)
    line.xadd("log", {"data": SECRET})
    line.xadd("log", {"data": "kept"})


def test_the_file_forgets_what_was_erased(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        written(line)
        line.set("kept", "1")
        assert holding(tmp_path, SECRET) != []
        erased(line)
        until(lambda: not holding(tmp_path, SECRET))
        until(lambda: not line.exists(keys.UNWRITTEN))
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert (line.get("kept"), line.exists("secret")) == (b"1", 0)
        assert holding(tmp_path, SECRET) == []


def test_what_was_erased_as_the_service_ended_is_gone_when_it_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "LOOK_S", 3600.0)
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        written(line)
        erased(line)
    assert holding(tmp_path, SECRET) == []


def test_what_was_erased_before_the_service_was_killed_is_gone_after_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "LOOK_S", 3600.0)
    with EmbeddedRedis(tmp_path) as server:
        with client(server) as line:
            written(line)
            erased(line)
        assert server.pid is not None
        monkeypatch.setattr(Rewriter, "close", lambda self: None)
        (tmp_path / "redis" / "temp-rewriteaof-bg-1.aof").write_bytes(SECRET)  # as left behind by one that was killed as it wrote
    assert len(holding(tmp_path, SECRET)) == 2
    monkeypatch.undo()
    with EmbeddedRedis(tmp_path):
        until(lambda: not holding(tmp_path, SECRET))


def test_what_an_earlier_server_left_beside_the_files_in_use_goes_too(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        written(line)
        line.set("kept", "1")
        folder = tmp_path / "redis" / "appendonlydir"
        for name in ("temp-rewriteaof-1.aof", "appendonly.aof.99.incr.aof") if folder.exists() else ():
            (folder / name).write_bytes(SECRET)
        erased(line)
        until(lambda: not holding(tmp_path, SECRET))
        until(lambda: not line.exists(keys.UNWRITTEN))
    with EmbeddedRedis(tmp_path) as server, client(server) as line:
        assert line.get("kept") == b"1", "what is in use has stayed"


def test_a_server_killed_while_it_wrote_is_asked_again(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        with client(server) as line:
            line.config_set("rdb-key-save-delay", 20_000)  # for each key: it is at it for a while
            line.mset({f"key {number}": "x" for number in range(1000)})
            written(line)
            erased(line)
            until(lambda: line.info("persistence")["aof_rewrite_in_progress"])
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not holding(tmp_path, SECRET))


class Server:
    """A Redis that is told what it is to say, and counts what it is asked."""

    def __init__(self) -> None:
        self.due: bytes | None = b"1"
        self.running = 0
        self.status = "ok"
        self.rewritings: list[bytes | None] = []

    def get(self, key: str) -> bytes | None:
        return self.due

    def bgrewriteaof(self) -> None:
        if self.running:
            raise ResponseError("Background append only file rewriting already in progress")
        self.rewritings.append(self.due)
        self.running = 3

    def info(self, section: str) -> dict[str, Any]:
        self.running = max(0, self.running - 1) if section == "persistence" else self.running
        return {"run_id": "a", "aof_rewrite_in_progress": self.running, "aof_rewrite_scheduled": 0, "aof_last_bgrewrite_status": self.status}

    def eval(self, source: str, count: int, key: str, due: bytes) -> None:
        if self.due == due:
            self.due = None

    def close(self) -> None:
        return None


@pytest.fixture
def watched(tmp_path: Path) -> tuple[Rewriter, Server]:
    rewriter, server = Rewriter("unix:///nowhere", tmp_path), Server()
    rewriter._redis = server  # type: ignore[assignment]
    return rewriter, server


def test_many_erasures_are_one_rewriting_and_none_is_none(watched: tuple[Rewriter, Server]) -> None:
    rewriter, server = watched
    server.due = b"400"
    assert rewriter._look() >= rewriting.LOOK_S
    assert rewriter._look() == rewriting.LOOK_S
    assert (server.rewritings, server.due) == ([b"400"], None)


def test_one_that_is_running_already_is_followed_by_another(watched: tuple[Rewriter, Server]) -> None:
    rewriter, server = watched
    server.running = 5

    def end_it_soon() -> None:
        while not server.rewritings:
            server.info("persistence")

    other = threading.Thread(target=end_it_soon)
    other.start()
    rewriter._look()
    other.join()
    assert (server.rewritings, server.due) == ([b"1"], None)


def test_what_is_erased_while_it_runs_stays_due(watched: tuple[Rewriter, Server], monkeypatch: pytest.MonkeyPatch) -> None:
    rewriter, server = watched
    monkeypatch.setattr(server, "eval", lambda *parts, taken=server.eval: (setattr(server, "due", b"2"), taken(*parts)))
    rewriter._look()
    assert server.due == b"2"


def test_a_server_that_cannot_is_left_alone_for_a_while_and_asked_again(watched: tuple[Rewriter, Server]) -> None:
    rewriter, server = watched
    server.status = "err"
    assert rewriter._look() == rewriting.FAILED_S
    assert server.due == b"1"
    server.status = "ok"
    rewriter._look()
    assert server.due is None


def test_a_server_that_is_away_is_asked_again(tmp_path: Path) -> None:
    assert Rewriter(f"unix://{tmp_path}/nobody.sock", tmp_path)._look() == rewriting.LOOK_S
