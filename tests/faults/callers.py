"""Callers for a service that is disturbed, and everything a call leaves behind, so that a disturbed call can be compared with an undisturbed one."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import redis

from storage import keys
from tests.api.processes import Running
from tests.patience import until

SAID = (
    "",
    "it's Mary O'Neill, two oh two five five five oh one four three",
    "yes, and my drain is clogged",
    "12 High Street, Springfield, New Jersey 07081",
    "yes, and my email is mary dot oneill at gmail dot com",
    "yes",
    "tomorrow at 2 pm",
    "yes",
)
"""A whole call; its third turn fills two fields."""
FILLED = ("name", "phone", "service", "address", "email", "time")
"""In the order in which that call fills them."""
BEGUN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
_CLOCKS = ("startedAt", "timestamp", "createdAt", "since", "ms")


FIRM = str(Path(__file__).with_name("firm.toml"))
SECRET = "one for all, so that turns have the same keys in every Redis"


def serve(folder: Path, **settings: str) -> Running:
    """A service of the firm that runs in `folder` on a free port."""
    folder.mkdir(exist_ok=True)
    return Running(folder, SLOTLINE_BUSINESS=FIRM, SLOTLINE_SECRET=SECRET, **settings)


class Left(NamedTuple):
    """What a call left behind, without what the service's clock put there."""

    answers: list[Any]
    document: Any
    events: list[Any]
    places: int
    """Places taken in the calendar, by whomever."""


def body(number: int, said: str, sid: str = "CA1") -> dict[str, Any]:
    """The `number`-th turn of a call; two of the same number and words are the same turn."""
    at = BEGUN + timedelta(seconds=10 * number)
    return {"callSid": sid, "customerMessage": {"speaker": "customer", "message": said, "startedAt": at.isoformat()}}


def post(running: Running, number: int, said: str, sid: str = "CA1") -> httpx.Response:
    return running.http.post("/ai/conversation", json=body(number, said, sid))


def heard(running: Running, number: int, said: str, sid: str = "CA1") -> dict[str, Any]:
    """The answer of a service that reaches its Redis: as long as it tells of trouble, the turn is posted again."""
    answer: dict[str, Any] = {}

    def answered() -> bool:
        answer.update(post(running, number, said, sid).raise_for_status().json())
        return not is_trouble(answer)

    until(answered)
    return answer


def is_trouble(answer: dict[str, Any]) -> bool:
    """Whether this is what is said when the record cannot be reached: to a person, though the call is not waiting for one."""
    return bool(answer["shouldTransfer"]) and answer["progress"]["status"] == "active"


def whole_call(
    running: Running, sid: str = "CA1", said: Sequence[str] = SAID, told: Callable[[int], None] = lambda number: None
) -> list[dict[str, Any]]:
    """Say it all; `told` is called after each answer with the number of turns answered so far."""
    answers = []
    for number, words in enumerate(said):
        answers.append(heard(running, number, words, sid))
        told(len(answers))
    return answers


def caught_up(running: Running) -> None:
    """Ends when Redis is there and has all that was noted in the journal meanwhile."""
    until(lambda: is_caught_up(running))


def is_caught_up(running: Running) -> bool:
    return bool(running.http.get("/health").json()["status"] == "ok")


def left(client: Any, answers: Sequence[dict[str, Any]], sid: str = "CA1") -> Left:
    """All that can be seen of a call in Redis, beside the answers it got."""
    return Left(timeless(list(answers)), timeless(document(client, sid)), timeless(events(client, sid)), client.hlen(keys.calendar("faults")[1]))


def document(client: Any, sid: str = "CA1") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(keys.document(sid)))
    return found


def events(client: Any, sid: str = "CA1") -> list[dict[str, Any]]:
    """Every event of a call, oldest first."""
    return [json.loads(fields[b"data"]) for _, fields in client.xrange(keys.events(sid))]


def filled(told: Sequence[dict[str, Any]]) -> list[str]:
    """The slots whose filling was told, in that order, as often as it was."""
    return [event["payload"]["slot"] for event in told if event["type"] == "progress" and event["payload"]["status"] == "filled"]


def said_by(speaker: str, told: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of the conversation that were told."""
    return [event["payload"]["message"] for event in told if event["type"] == "new_message" and event["payload"]["speaker"] == speaker]


def redis_of(folder: Path) -> Any:
    """A client of the embedded Redis of the service that runs in a folder."""
    sockets = Path((folder / "data" / "redis" / "socket").read_text().strip())
    return redis.Redis(unix_socket_path=str(sockets / "redis.sock"))


def timeless(found: Any) -> Any:
    """The same without the times of the service's clock."""
    if isinstance(found, dict):
        return {name: timeless(value) for name, value in found.items() if name not in _CLOCKS and not name.endswith("_timestamp")}
    return [timeless(one) for one in found] if isinstance(found, list) else found
