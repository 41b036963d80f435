"""A service with its own Redis: either of them is killed, between turns and in the middle, and the call goes on where it stood."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import redis

from tests.faults.callers import FILLED, SAID, Left, caught_up, document, events, filled, left, post, redis_of, serve, whole_call
from tests.patience import PATIENCE_S, until


def test_a_service_killed_between_any_two_turns_goes_on(tmp_path: Path) -> None:
    expected = undisturbed(tmp_path / "undisturbed")
    answers = []
    for number, said in enumerate(SAID):
        with closing(serve(tmp_path / "killed")) as running:
            answers.append(post(running, number, said).json())
            running.kill()
    with closing(serve(tmp_path / "killed")) as running:
        assert post(running, 1, SAID[1]).json() == answers[1], "an old turn gets its old answer from a service that never heard it"
        assert left(redis_of(tmp_path / "killed"), answers) == expected


def test_its_redis_killed_between_turns_is_healed(tmp_path: Path) -> None:
    expected = undisturbed(tmp_path / "undisturbed")
    folder = tmp_path / "killed"
    with closing(serve(folder)) as running:

        def told(answered: int) -> None:
            if answered in (2, 5, 7):
                kill_redis(folder)

        answers = whole_call(running, told=told)
        caught_up(running)
        assert left(redis_of(folder), answers) == expected
        assert running.told.count("the embedded Redis ended") == 3


def test_its_redis_killed_while_turns_are_posted_loses_nothing(tmp_path: Path) -> None:
    """Six callers at once, each wanting another hour; each posts a turn again when it hears of trouble."""
    callers = {f"CA{hour}": tuple(f"tomorrow at {hour} pm" if said == SAID[6] else said for said in SAID) for hour in range(1, 7)}
    answered = threading.Semaphore(0)
    with closing(serve(tmp_path)) as running:
        with ThreadPoolExecutor(len(callers)) as together:
            calls = {sid: together.submit(whole_call, running, sid, said, lambda _: answered.release()) for sid, said in callers.items()}
            for _ in range(3):
                for _ in range(len(callers) * 2):
                    assert answered.acquire(timeout=PATIENCE_S)
                kill_redis(tmp_path)
            answers = {sid: call.result() for sid, call in calls.items()}
        caught_up(running)
        client = redis_of(tmp_path)
        disturbed = {sid: left(client, answers[sid], sid) for sid in callers}
        for sid in callers:
            assert filled(events(client, sid)) == list(FILLED)
            assert document(client, sid)["servicebooked"] is True
        client.flushall()
        answers = {sid: whole_call(running, sid, said) for sid, said in callers.items()}
        assert disturbed == {sid: left(client, answers[sid], sid) for sid in callers}
        assert running.told.count("the embedded Redis ended") == 3


def undisturbed(folder: Path) -> Left:
    with closing(serve(folder)) as running:
        return left(redis_of(folder), whole_call(running))


def kill_redis(folder: Path) -> None:
    """Kill the Redis that runs now, and see it gone."""
    client: Any = redis_of(folder)
    pid = 0

    def found() -> bool:
        nonlocal pid
        try:
            pid = client.info("server")["process_id"]
        except redis.RedisError:  # not back yet
            return False
        return True

    until(found)
    os.kill(pid, signal.SIGKILL)
