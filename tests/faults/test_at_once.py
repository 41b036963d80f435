"""Much at the same time, on two workers: copies of one turn, two turns of one call, callers after the same hour, and a second service."""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest

from storage import keys
from tests.api.processes import Running, serving, slotline
from tests.faults.callers import FIRM, SAID, body, document, events, filled, left, post, redis_of, said_by, whole_call
from tests.patience import PATIENCE_S, until

COPIES = 20
RACERS = 50
CAPACITY = 3
"""Of the firm."""
WISH = "my drain is clogged, and tomorrow at 2 pm please"


class Two(NamedTuple):
    """Two workers on one data folder, and a second service that was started on it."""

    running: Running
    folder: Path
    redis: Any
    second: "Future[CompletedProcess[str]]"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    with serving(folder, "--workers", "2", SLOTLINE_BUSINESS=FIRM) as running, ThreadPoolExecutor(1) as aside:
        # Started here, since it waits for ten seconds before it gives up.
        second = aside.submit(slotline, "serve", "--port", "0", cwd=folder, SLOTLINE_BUSINESS=FIRM)
        yield Two(running, folder, redis_of(folder), second)


@pytest.fixture
def workers(two: Two) -> Two:
    """The same, with nothing in Redis."""
    two.redis.flushall()
    return two


def test_twenty_copies_of_each_turn_at_once_have_one_effect(workers: Two) -> None:
    expected = left(workers.redis, whole_call(workers.running))
    workers.redis.flushall()
    answers: list[bytes] = []
    with connections(workers.running) as lines:
        for number, said in enumerate(SAID):
            copies = set(at_once([(line, body(number, said)) for line in lines]))
            assert len(copies) == 1, f"turn {number} was answered in more than one way"
            answers += copies
        assert set(at_once([(line, body(1, SAID[1])) for line in lines])) == {answers[1]}, "also after later turns"
    assert left(workers.redis, [json.loads(answer) for answer in answers]) == expected


def test_two_different_turns_at_once_are_both_heard(workers: Two) -> None:
    said = ("my name is Mary O'Neill", "my email is mary@example.com")
    sids = [f"CA{number}" for number in range(10)]
    with connections(workers.running, 8) as (one, two, *_):
        for sid in sids:
            post(workers.running, 0, "", sid)
            at_once([(one, body(1, said[0], sid)), (two, body(2, said[1], sid))])
    for sid in sids:
        stands = document(workers.redis, sid)["progress"]
        assert stands["filled"]["name"] == "Mary O'Neill"
        assert "mary@example.com" in (stands["pending"].get("email"), stands["filled"].get("email"))
        told = events(workers.redis, sid)
        assert sorted(said_by("customer", told)) == sorted(said)
        assert filled(told).count("name") == 1


def test_the_last_place_of_an_hour_is_held_and_booked_once(workers: Two) -> None:
    """Fifty callers want the same hour at the same moment; then those to whom it was read say yes."""
    sids = [f"CA{number}" for number in range(RACERS)]
    for sid in sids:
        begin(workers, sid)
    with connections(workers.running, RACERS) as lines:
        asked = dict(zip(sids, at_once([(line, body(1, WISH, sid)) for line, sid in zip(lines, sids, strict=True)]), strict=True))
        answers = {sid: json.loads(answer) for sid, answer in asked.items()}
        won = [sid for sid in sids if answers[sid]["progress"]["step"] == "confirm"]
        assert len(won) == CAPACITY
        assert sorted(places(workers)) == sorted(won)
        for sid in sids:
            if sid not in won:
                hears_of_other_hours(workers, sid, answers[sid])
        for answer in at_once([(line, body(2, "yes", sid)) for line, sid in zip(lines, won, strict=False)]):
            hears_it_is_booked(json.loads(answer))
    assert [sid for sid in sids if document(workers.redis, sid)["servicebooked"]] == won
    booked = places(workers)
    assert sorted(booked) == sorted(won)
    assert {(place["start"], place["end"], place["held_until"]) for place in booked.values()} == {(*span(booked[won[0]]), 0)}


def test_who_says_yes_after_the_hour_was_filled_hears_of_other_hours(workers: Two) -> None:
    """It was held for so long, and then somebody else came."""
    *sids, faster = [f"CA{number}" for number in range(CAPACITY + 1)]
    for sid in sids:
        agree(workers, sid)
    lapse(workers, sids[-1])
    agree(workers, faster)
    for sid in (faster, *sids[:-1]):
        hears_it_is_booked(post(workers.running, 2, "yes", sid).json())
    hears_of_other_hours(workers, sids[-1], post(workers.running, 2, "yes", sids[-1]).json())


def test_what_was_held_for_too_long_is_booked_if_it_is_still_free(workers: Two) -> None:
    agree(workers, "CA1")
    lapse(workers, "CA1")
    hears_it_is_booked(post(workers.running, 2, "yes", "CA1").json())


def test_a_second_service_on_the_same_folder_says_one_line_and_stops(two: Two) -> None:
    ended = two.second.result()
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert "Another service runs on the data folder" in line
    assert two.running.http.get("/ready").status_code == 200


def agree(workers: Two, sid: str) -> None:
    """Bring a call to the summary."""
    begin(workers, sid)
    assert post(workers.running, 1, WISH, sid).json()["progress"]["step"] == "confirm"


def begin(workers: Two, sid: str) -> None:
    """Open a call; its back end knew the caller already."""
    known = {"name": "Mary O'Neill", "phone": "+12025550143", "address": "12 High Street, Springfield, NJ 07081", "email": "mary@example.com"}
    workers.redis.set(keys.document(sid), json.dumps({"callSid": sid, "services": [], "user": {"userInfo": known}}))
    post(workers.running, 0, "", sid)


def places(workers: Two) -> dict[str, Any]:
    """By callSid, what stands in the calendar."""
    return {sid.decode(): json.loads(place) for sid, place in workers.redis.hgetall(keys.calendar("faults")[1]).items()}


def span(place: dict[str, Any]) -> tuple[int, int]:
    return place["start"], place["end"]


def lapse(workers: Two, sid: str) -> None:
    """Let it be some minutes later for what is held for a call."""
    place = {**places(workers)[sid], "held_until": 1}
    workers.redis.hset(keys.calendar("faults")[1], sid, json.dumps(place))


def hears_it_is_booked(answer: dict[str, Any]) -> None:
    assert answer["progress"]["status"] == "booked"
    assert "booked:" in answer["aiResponse"]["message"]


def hears_of_other_hours(workers: Two, sid: str, answer: dict[str, Any]) -> None:
    stands, message = answer["progress"], answer["aiResponse"]["message"]
    assert (stands["status"], stands["step"], stands["expecting"]) == ("active", "time", "choice")
    assert "booked:" not in message
    assert "2 PM" not in message, "the hour that was just lost is not offered again"
    assert "time" not in stands["filled"]
    assert not document(workers.redis, sid)["user"].get("serviceBookedTime")


@contextmanager
def connections(running: Running, number: int = COPIES) -> Iterator[list[HTTPConnection]]:
    """Open connections of which each worker holds at least a quarter, in turns of one and the other."""
    workers = sorted({event["pid"] for event in running.events if event["event"] == "started"})
    opened: list[HTTPConnection] = []
    held: dict[int, list[HTTPConnection]] = {pid: [] for pid in workers}

    def enough() -> bool:
        before = {pid: sockets(pid) for pid in workers}
        line = HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE_S)
        opened.append(line)
        line.request("GET", "/calls/none")
        line.getresponse().read()
        for pid in workers:
            if sockets(pid) > before[pid]:
                held[pid].append(line)
        return all(len(lines) >= number // 4 for lines in held.values()) and sum(map(len, held.values())) >= number

    try:
        until(enough)
        lines = sorted((place, index, line) for index, lines in enumerate(held.values()) for place, line in enumerate(lines))
        yield [line for _, _, line in lines][:number]
    finally:
        for line in opened:
            line.close()


def sockets(pid: int) -> int:
    """How many sockets a process holds."""
    folder = Path(f"/proc/{pid}/fd")
    if not folder.exists():
        pytest.skip("workers are told apart by what stands in /proc")
    found = 0
    for name in os.listdir(folder):
        with suppress(OSError):
            found += os.readlink(folder / name).startswith("socket:")
    return found


def at_once(posts: Sequence[tuple[HTTPConnection, dict[str, Any]]]) -> list[bytes]:
    """Post all of them at the same moment; the bodies of the answers, in their order. Fails on one that is not 200."""
    ready = threading.Barrier(len(posts))

    def one(line: HTTPConnection, turn: dict[str, Any]) -> bytes:
        ready.wait(PATIENCE_S)
        line.request("POST", "/ai/conversation", json.dumps(turn).encode())
        answer = line.getresponse()
        found = answer.read()
        assert answer.status == 200, found
        return found

    with ThreadPoolExecutor(len(posts)) as together:
        return [waited.result() for waited in [together.submit(one, line, turn) for line, turn in posts]]
