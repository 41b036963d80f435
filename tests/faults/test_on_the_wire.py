"""What goes between the service and Redis: round trips of a turn, the document that others read and write, and a caller who hangs up in between."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from storage import keys
from storage.codec import WORDS
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.faults.callers import FILLED, SAID, body, document, events, filled, left, post, said_by, serve, whole_call
from tests.faults.proxy import Proxy
from tests.patience import PATIENCE_S, until

INFO = ("name", "phone", "address", "email")
"""The slots that stand under `user.userInfo`."""
THEIRS: dict[str, Any] = {
    "callSid": "CA1",
    "services": [{"id": "svc-9", "name": "Pool cleaning", "price": 80, "description": "With vacuum."}],
    "company": {"id": "c-7", "name": "Blue Pools", "email": "hello@example.com", "userId": "u-1"},
    "user": {"userInfo": {"name": "Ann Lee", "phone": "+12025550143", "loyalty": "gold"}, "ref": 12345678901234567890},
    "history": [{"speaker": "AI", "message": "Welcome to Blue Pools.", "startedAt": "2026-03-02T13:59:00Z", "mood": "sunny"}],
    "servicebooked": False,
    "campaign": {"empty": [], "name": "spring"},
}
"""A CallSkeleton as a telephony back end makes it before the first turn."""


class Wired(NamedTuple):
    running: Running
    proxy: Proxy
    redis: Any


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    folder: Path = tmp_path_factory.mktemp("wire")
    with closing(RedisServer()) as server, Proxy(server.socket) as proxy, closing(serve(folder, REDIS_URL=proxy.url)) as running:
        whole_call(running, "CA0")  # from here on Redis knows the scripts, and the events are being followed
        yield Wired(running, proxy, server.client)


@pytest.fixture
def wired(wire: Wired) -> Wired:
    """A service behind a proxy, and nothing in its Redis."""
    wire.redis.flushall()
    return wire


def test_a_turn_costs_two_round_trips_and_one_more_for_each_field(wired: Wired) -> None:
    whole_call(wired.running, "CA0")
    until(lambda: at_the_end_of_the_log(wired))  # whoever follows the events has to notice first that the log began anew, and asks where it ends
    asked, known = wired.proxy.round_trips, 0
    for number, said in enumerate(SAID):
        answer = post(wired.running, number, said).json()
        fields, known = answer["progress"]["completed"] - known, answer["progress"]["completed"]
        asked, last = wired.proxy.round_trips, asked
        assert asked - last <= 2 + fields, f"turn {number}"
    post(wired.running, 1, SAID[1])
    assert wired.proxy.round_trips - asked == 1, "a turn that is repeated is only looked up"


def at_the_end_of_the_log(wired: Wired) -> bool:
    follows: str = wired.running.http.get("/health").json()["parts"]["events"]["lastId"]
    return follows.encode() == wired.redis.hget(keys.LOG_MARK, "last")


def test_each_field_is_in_the_document_the_moment_its_turn_is_answered(wired: Wired) -> None:
    seen: list[str] = []
    for number, said in enumerate(SAID):
        answer = post(wired.running, number, said).json()
        found = json.loads(wired.redis.get("call:CA1"))
        user = found["user"]
        for slot in (one for one in FILLED if one not in seen and one in answer["progress"]["filled"]):
            seen.append(slot)
            value = user["userInfo"][slot] if slot in INFO else user["service"]["id"] if slot == "service" else user["serviceBookedTime"]
            assert value == answer["progress"]["filled"][slot]
            stamp = (user["userInfo"] if slot in INFO else user)[f"{slot}_timestamp"]
            assert datetime.fromisoformat(stamp).utcoffset() is not None
        assert found["progress"] == answer["progress"]
        assert found["history"][-1]["message"] == answer["aiResponse"]["message"]
        assert (found["servicebooked"], found["confirmEmailsent"]) == (number == len(SAID) - 1, False)
        assert wired.redis.ttl("call:CA1") > 0
    assert seen == list(FILLED)


def test_a_document_made_by_another_system_is_adopted(wired: Wired) -> None:
    wired.redis.set("call:CA1", json.dumps(THEIRS), ex=777)
    answers = [post(wired.running, number, said).json() for number, said in enumerate(["", "12 High Street, Springfield, New Jersey 07081", "yes"])]
    assert answers[0]["progress"]["filled"] == {"name": "Ann Lee", "phone": "+12025550143"}
    assert answers[0]["progress"]["step"] == "address"
    answers.append(post(wired.running, 3, "ann at example dot com").json())
    answers.append(post(wired.running, 4, "yes").json())
    assert answers[-1]["progress"]["step"] == "service"
    assert post(wired.running, 5, "drain cleaning").json()["progress"]["step"] == "service", "the firm's own services are not on offer"
    assert post(wired.running, 6, "pool cleaning").json()["progress"]["filled"]["service"] == "svc-9"
    found = document(wired.redis)
    for name in ("services", "company", "history", "campaign"):
        assert found[name] == THEIRS[name]
    assert found["user"]["ref"] == 12345678901234567890
    assert found["user"]["userInfo"]["loyalty"] == "gold"
    assert found["user"]["service"] == THEIRS["services"][0]
    assert 0 < wired.redis.ttl("call:CA1") <= 777, "the expiry stays theirs"
    assert filled(events(wired.redis)) == ["address", "email", "service"]


def test_a_document_replaced_between_turns_loses_nothing_of_ours(wired: Wired) -> None:
    """The back end holds its first copy and writes it back, with a line more, whenever it likes."""
    wired.redis.set("call:CA1", json.dumps(THEIRS), ex=777)
    said = ["", "12 High Street, Springfield, New Jersey 07081", "yes", "ann at example dot com", "yes", "pool cleaning", "tomorrow at 2 pm", "yes"]
    for number, words in enumerate(said):
        answer = post(wired.running, number, words).json()
        line = {"speaker": "customer", "message": f"theirs {number}", "startedAt": "2026-03-02T14:00:00Z"}
        replaced = {**THEIRS, "history": [*THEIRS["history"], line]}
        if number < len(said) - 1:
            wired.redis.set("call:CA1", json.dumps(replaced), ex=777)
    assert answer["progress"]["status"] == "booked"
    found = document(wired.redis)
    assert set(found["progress"]["filled"]) == set(FILLED)
    assert found["servicebooked"] is True
    assert found["user"]["userInfo"]["email"] == "ann@example.com"
    assert found["user"]["service"]["id"] == "svc-9"
    assert [one["message"] for one in found["history"]] == ["Welcome to Blue Pools.", f"theirs {len(said) - 2}"]
    assert filled(events(wired.redis)) == ["address", "email", "service", "time"]


def test_a_caller_who_hangs_up_in_the_middle_of_a_turn_undoes_nothing(wired: Wired) -> None:
    """The connection is closed while the first of three commits is held up."""
    expected = left(wired.redis, whole_call(wired.running))
    wired.redis.flushall()
    answers = [post(wired.running, number, SAID[number]).json() for number in range(2)]
    held, gone = threading.Event(), threading.Event()

    def hold() -> bool:
        held.set()
        return gone.wait(PATIENCE_S)

    wired.proxy.at_commit(1, "before", hold)
    text = json.dumps(body(2, SAID[2])).encode()
    with socket.create_connection(("127.0.0.1", wired.running.http.base_url.port or 0)) as caller:
        caller.sendall(b"POST /ai/conversation HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n%b" % (len(text), text))
        assert held.wait(PATIENCE_S)
    gone.set()
    until(lambda: len({*wired.redis.hkeys(keys.turns("CA1"))} - {name.encode() for name in WORDS}) == 3)
    assert said_by("customer", events(wired.redis)).count(SAID[2]) == 1
    answers += [post(wired.running, number, SAID[number]).json() for number in range(2, len(SAID))]
    assert left(wired.redis, answers) == expected
