"""Redis goes away in the middle of calls, in every way it can; two workers go on from the journal of their host, and a call ends as it would have."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from agent.record.call import Booking
from storage import keys
from storage.connect import connect
from storage.journal.schema import FILE
from storage.keys import Ttl
from storage.store import Change
from tests.api.processes import Running, living, serving
from tests.conftest import RedisServer
from tests.faults.alike import differences
from tests.faults.callers import (
    FILLED,
    FIRM,
    SAID,
    SECRET,
    Left,
    body,
    document,
    events,
    filled,
    is_trouble,
    left,
    post,
    redis_of,
    said_by,
    serve,
    timeless,
)
from tests.faults.outages import WAYS, Outages, Way
from tests.faults.proxy import Proxy, When
from tests.patience import PATIENCE_S, until
from tests.storage.calls import new_call

CAPACITY = 3
"""Of the firm."""
ASKED = 8
"""How often, so that each worker was most likely among those who answered."""
LAST = len(SAID) - 1
VALUES = (b"O'Neill", b"2025550143", b"mary.oneill", b"12 High Street", b"clogged")
"""Of the caller, as they may stand in a file."""


class Host:
    """Two workers over a Redis that can be away."""

    outages: Outages | None = None
    proxy: Proxy
    quiet: Left
    """What the call leaves when nothing happens."""
    noted: Sequence[Any]
    """What it hears when Redis is away at the last yes."""
    place: datetime
    """That it books."""

    def __init__(self, running: Running, folder: Path, redis: Any) -> None:
        self.running, self.folder, self.redis = running, folder, redis

    def turn(self, number: int, sid: str = "CA1") -> bytes:
        """What a turn gets, from whichever worker takes the connection; posted again only where that worker was killed. Nobody hears of trouble."""
        while True:
            with suppress(httpx.TransportError):
                answer = httpx.post(f"{self.running.url}/ai/conversation", json=body(number, SAID[number], sid), trust_env=False, timeout=PATIENCE_S)
                assert answer.status_code == 200
                assert not is_trouble(answer.json())
                return answer.content

    def turns(self, numbers: range, sid: str = "CA1") -> list[bytes]:
        return [self.turn(number, sid) for number in numbers]

    def repeats(self, answers: Sequence[bytes], times: int = 2) -> None:
        """Each turn so far gets what it got."""
        for number, answer in enumerate(answers):
            assert {self.turn(number) for _ in range(times)} == {answer}

    def back(self) -> None:
        if self.outages is not None:
            self.outages.end()
        until(self.has_caught_up)

    def has_caught_up(self) -> bool:
        """Over connections of their own, since a worker may have been killed, and each is to say it."""
        with suppress(httpx.TransportError):
            asked = [httpx.get(f"{self.running.url}/health", trust_env=False).json()["status"] for _ in range(ASKED)]
            return set(asked) == {"ok"}
        return False

    def workers(self) -> list[int]:
        return [event["pid"] for event in self.running.events if event["event"] == "started" and living(event["pid"])]

    def kill_a_worker(self) -> bool:
        """False, as one who ends a connection says it."""
        os.kill(self.workers()[0], signal.SIGKILL)
        return False

    def ended_well(self, answers: Sequence[bytes]) -> None:
        assert differences(left(self.redis, [json.loads(one) for one in answers]), self.quiet, self.noted) == []

    def anew(self) -> None:
        """Nothing is left of earlier calls."""
        for sid in ("CA1", "CA2"):
            self.erase(sid)
        self.redis.flushall()
        with closing(sqlite3.connect(self.folder / "data" / "journal" / FILE, timeout=PATIENCE_S)) as db, db:
            db.execute("DELETE FROM places")  # as it learns from Redis, in minutes

    def erase(self, sid: str) -> None:
        assert httpx.delete(f"{self.running.url}/calls/{sid}", trust_env=False).status_code in (204, 404)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    settings = {"SLOTLINE_BUSINESS": FIRM, "SLOTLINE_SECRET": SECRET}
    with (
        closing(RedisServer("--appendonly", "yes", "--appendfsync", "always")) as server,
        Proxy(server.socket) as proxy,
        serving(folder, "--workers", "2", REDIS_URL=proxy.url, **settings) as running,
    ):
        host = Host(running, folder, server.client)
        host.outages, host.proxy = Outages(server, proxy), proxy
        host.quiet = left(host.redis, [json.loads(one) for one in host.turns(range(len(SAID)))])
        host.anew()
        answers = host.turns(range(LAST))
        host.outages.begin("full")
        host.noted = timeless([json.loads(one) for one in (*answers, host.turn(LAST))])
        host.back()
        assert host.quiet.document["servicebooked"] is True
        host.place = datetime.fromisoformat(host.quiet.document["user"]["serviceBookedTime"])
        yield host
        host.outages.end()


@pytest.fixture
def host(begun: Host) -> Iterator[Host]:
    begun.anew()
    yield begun
    begun.back()


@pytest.mark.parametrize("way", WAYS)
def test_a_call_ends_as_it_would_have(host: Host, way: Way) -> None:
    """It goes away at a step of a turn that takes three, and is back for the last words."""
    when: When = "before" if WAYS.index(way) % 2 else "after"
    answers = host.turns(range(2))
    host.proxy.at_commit(2, when, lambda: host.outages.begin(way))
    answers += host.turns(range(2, 5))
    assert not host.proxy.pending
    host.repeats(answers)
    host.back()
    host.repeats(answers, 1)
    answers += host.turns(range(5, len(SAID)))
    host.ended_well(answers)


@pytest.mark.parametrize("way", ["stopped", "cut off"])
def test_what_was_noted_is_booked_afterwards(host: Host, way: Way) -> None:
    answers = host.turns(range(4))
    host.outages.begin(way)
    answers += host.turns(range(4, len(SAID)))
    found = host.running.http.get("/calls/CA1").json()
    assert (found["servicebooked"], found["booking"]["state"]) == (False, "to_be_confirmed")
    assert found["booking"]["reference"] in json.loads(answers[-1])["aiResponse"]["message"].replace(" ", "")
    host.repeats(answers)
    host.back()
    host.repeats(answers, 1)
    host.ended_well(answers)
    assert host.running.http.get("/calls/CA1").json()["booking"]["state"] == "booked"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_while_it_is_away_and_one_while_it_is_written_back(host: Host, when: When) -> None:
    answers = host.turns(range(3))
    host.outages.begin("read-only")
    answers += host.turns(range(3, 5))
    host.kill_a_worker()
    answers += host.turns(range(5, len(SAID)))
    host.proxy.at_commit(2, when, host.kill_a_worker)
    host.outages.end()
    until(lambda: not host.proxy.pending)
    host.back()
    host.repeats(answers, 1)
    host.ended_well(answers)


def test_who_lost_the_place_to_another_host_is_rung_with_three_free_times(host: Host) -> None:
    answers = host.turns(range(5))
    host.outages.begin("cut off")  # this host alone
    answers += host.turns(range(5, len(SAID)))
    start = round(host.place.timestamp())
    asyncio.run(taken_elsewhere(host.outages.server.url, start))
    host.back()
    found = document(host.redis)
    assert (found["servicebooked"], found["progress"]["status"]) == (False, "waiting_agent")
    [wanted] = [event["payload"] for event in events(host.redis) if event["type"] == "transfer_request"]
    free = [datetime.fromisoformat(one) for one in wanted["packet"]["free"]]
    assert len(set(free)) == 3
    assert host.place not in free
    assert sorted(places(host)) == [f"B{number}" for number in range(CAPACITY)]
    host.repeats(answers, 1)


def test_who_is_erased_while_it_is_away_is_nowhere_afterwards(host: Host) -> None:
    host.turns(range(4))
    host.turns(range(2), "CA2")
    host.outages.begin("cut off")
    host.turns(range(4, len(SAID)))
    assert any(value in journal(host.folder) for value in VALUES), "or this shows nothing"
    for sid in ("CA1", "CA2"):
        host.erase(sid)
        assert host.running.http.get(f"/calls/{sid}").status_code == 503, "what Redis has is not known"
    host.back()
    until(lambda: not any(value in journal(host.folder) for value in VALUES))
    assert not any(value in held for held in in_redis(host) for value in VALUES)
    assert host.running.http.get("/calls/CA1").status_code == 404
    assert places(host) == {}


def test_who_is_erased_right_after_a_turn_is_not_noted_afterwards(host: Host) -> None:
    """Another worker may have that turn still to note."""
    for number in range(10):
        host.turns(range(2), f"CA1{number}")
        host.erase(f"CA1{number}")
    until(lambda: not any(value in journal(host.folder) for value in VALUES))


def test_the_only_host_of_a_redis_promises_and_keeps(tmp_path: Path) -> None:
    """Nobody else can have taken the place, so it is booked; the Redis that hung has it once it is there."""
    with closing(serve(tmp_path)) as running:
        host = Host(running, tmp_path, redis_of(tmp_path))
        answers = host.turns(range(5))
        pid = host.redis.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        answers += host.turns(range(5, len(SAID)))
        assert json.loads(answers[-1])["progress"]["status"] == "booked"
        host.repeats(answers)
        os.kill(pid, signal.SIGKILL)  # as who watches it does, in some seconds
        until(lambda: "the embedded Redis ended" in running.told)
        host.back()
        host.repeats(answers, 1)
        got = left(host.redis, [json.loads(one) for one in answers])
        assert (got.places, got.document["servicebooked"], filled(got.events)) == (1, True, list(FILLED))
        assert said_by("AI", got.events) == [answer["aiResponse"]["message"] for answer in got.answers]
        assert [move["status"] for move in moves(got.events)] == ["booked"]


def test_who_hears_again_what_a_killed_service_made_of_his_words_goes_on_from_there(tmp_path: Path) -> None:
    """It was killed before it knew that Redis had taken them. Another gives the answer from there, and Redis goes away."""
    with closing(RedisServer("--appendonly", "yes", "--appendfsync", "always")) as server, Proxy(server.socket) as proxy:
        running = serve(tmp_path, REDIS_URL=proxy.url)
        try:
            host = Host(running, tmp_path, server.client)
            host.turns(range(LAST - 1))
            proxy.at_commit(1, "after", running.kill)
            with pytest.raises(httpx.TransportError):
                post(running, LAST - 1, SAID[LAST - 1])
            running.close()
            running = host.running = serve(tmp_path, REDIS_URL=proxy.url)
            asked = json.loads(host.turn(LAST - 1))
            assert asked["progress"]["step"] == "confirm"
            host.outages = Outages(server, proxy)
            host.outages.begin("cut off")
            assert json.loads(host.turn(LAST))["progress"]["filled"].keys() == set(FILLED)
            host.back()
            assert document(server.client)["servicebooked"] is True
        finally:
            running.close()


async def taken_elsewhere(url: str, start: int) -> None:
    """Another host books all there is at an hour."""
    store = await connect(url, channel_prefix="sse:", ttl=Ttl())
    for number in range(CAPACITY):
        place = Booking(business="faults", sid=f"B{number}", start=start, end=start + 3600, service="leak-repair", made=round(time()))
        call = new_call(place.sid, business="faults")
        await store.commit(Change(before=None, after=replace(call, status="booked", booked=place), booking=place, capacity=CAPACITY))
    await store.close()


def places(host: Host) -> dict[str, Any]:
    return {sid.decode(): json.loads(place) for sid, place in host.redis.hgetall(keys.calendar("faults")[1]).items()}


def moves(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["payload"] for event in told if event["type"] == "status_change"]


def in_redis(host: Host) -> list[bytes]:
    """Every key with its bytes."""
    host.redis.config_set("rdbcompression", "no")
    return [name + (host.redis.dump(name) or b"") for name in host.redis.keys("*")]


def journal(folder: Path) -> bytes:
    """All that stands in the files of the host's journal."""
    found = b""
    for file in (folder / "data" / "journal").iterdir():
        with suppress(FileNotFoundError):
            found += file.read_bytes()
    return found
