"""A Redis that stops, or is gone, where no journal stands in for it: the caller hears a sentence and
is put through to a person; when it is back, the call goes on."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.faults.callers import SAID, heard, is_trouble, left, post, serve, whole_call
from tests.faults.proxy import Proxy, When
from tests.patience import until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that keeps what it has when it is killed."""
    found = RedisServer("--appendonly", "yes", "--appendfsync", "always")  # every second, a kill may lose what it had not handed on
    yield found
    found.process.send_signal(signal.SIGCONT)
    found.close()


def test_stopped_between_two_turns(server: RedisServer, tmp_path: Path) -> None:
    with closing(serve(tmp_path, SLOTLINE_JOURNAL="false", REDIS_URL=server.url)) as running:
        expected = undisturbed(running, server)
        answers = [post(running, number, SAID[number]).json() for number in range(4)]
        server.process.send_signal(signal.SIGSTOP)
        hears_of_trouble(running, 4, copies=10)
        server.process.send_signal(signal.SIGCONT)
        answers += [heard(running, number, SAID[number]) for number in range(4, len(SAID))]
        assert left(server.client, answers) == expected


@pytest.mark.parametrize("when", ["before", "after"])
def test_stopped_in_the_middle_of_a_turn(server: RedisServer, tmp_path: Path, when: When) -> None:
    """The step was on its way, and Redis may take it long after the caller heard of trouble: it counts once."""

    def stop() -> bool:
        server.process.send_signal(signal.SIGSTOP)
        return when == "before"

    with Proxy(server.socket) as proxy, closing(serve(tmp_path, SLOTLINE_JOURNAL="false", REDIS_URL=proxy.url)) as running:
        expected = undisturbed(running, server)
        answers = [post(running, number, SAID[number]).json() for number in range(2)]
        proxy.at_commit(2, when, stop)  # the second of three: one field is in, the other is not
        hears_of_trouble(running, 2)
        server.process.send_signal(signal.SIGCONT)
        answers += [heard(running, number, SAID[number]) for number in range(2, len(SAID))]
        assert left(server.client, answers) == expected


def test_gone_and_back(server: RedisServer, tmp_path: Path) -> None:
    with closing(serve(tmp_path, SLOTLINE_JOURNAL="false", REDIS_URL=server.url)) as running:
        expected = undisturbed(running, server)
        answers = [post(running, number, SAID[number]).json() for number in range(3)]
        server.kill()
        hears_of_trouble(running, 3)
        assert running.http.get("/ready").status_code == 503
        server.start()
        until(lambda: running.http.get("/ready").status_code == 200)
        answers += [post(running, number, SAID[number]).json() for number in range(3, len(SAID))]
        assert left(server.client, answers) == expected


def undisturbed(running: Running, server: RedisServer) -> Any:
    expected = left(server.client, whole_call(running))
    server.client.flushall()
    return expected


def hears_of_trouble(running: Running, number: int, copies: int = 1) -> None:
    """Every copy of the turn is answered with a sentence of trouble."""
    with ThreadPoolExecutor(copies) as together:
        posts = [together.submit(post, running, number, SAID[number]) for _ in range(copies)]
        answers = [posted.result() for posted in posts]
    for answer in answers:
        assert answer.status_code == 200
        assert is_trouble(answer.json())
        assert len(answer.json()["aiResponse"]["message"]) > 10
