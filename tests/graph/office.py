"""A caller whose booking needs the office's yes, and what the office says."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.record.businesses import Businesses
from agent.record.call import Turn
from graph.approving import Answer
from graph.build import Walker
from graph.state import TurnRequest
from storage.store import CallStore
from tests.callers import TO_THE_SUMMARY
from tests.graph.walkers import businesses, deps

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
EVENING, AFTERNOON = "tomorrow at 8 pm", "tomorrow at 2 pm"
AFTER_HOURS: Mapping[str, Any] = {"needs_approval": ["after_hours"], "on_request_hours": {"tue": ["20:00-22:00"]}}
YES, NO = Answer(approved=True, by="kim"), Answer(approved=False, by="kim", reason="nobody is free")


def walker(store: CallStore, **changed: Any) -> Walker:
    """A walker for the packaged example with these keys in its file."""
    known = Businesses([msgspec.structs.replace(businesses().default, **changed)])
    return Walker(msgspec.structs.replace(deps(store=store), businesses=known))


class Caller:
    """One call; a turn every twenty seconds of the service's clock."""

    def __init__(self, store: CallStore, sid: str = "CA1", language: str = "en-US", caller: str = "", **changed: Any) -> None:
        self.store, self.sid, self.language, self.number = store, sid, language, caller
        self.walker = walker(store, **changed)
        self.now, self.turns = NOW, 0

    async def say(self, *some: str) -> dict[str, Any]:
        """The last answer."""
        for said in some:
            self.turns += 1
            self.now += timedelta(seconds=20)
            turn = Turn(key=f"turn {self.turns}", text=said, started_at=self.now.isoformat())
            answer = await self.walker.take_turn(TurnRequest(sid=self.sid, turn=turn, language=self.language, caller=self.number), self.now)
        found: dict[str, Any] = json.loads(answer)
        return found

    async def asked(self, time: str = EVENING) -> dict[str, Any]:
        return await self.say(*TO_THE_SUMMARY, time, "yes")

    async def answered(self, given: Answer) -> Any:
        return await self.walker.answer_permission(self.sid, given, self.now)

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.store.document(self.sid) or b"null")
        return found

    async def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of these types, each with its type."""
        page = await self.store.events(self.sid, "0", 1000)
        found = [msgspec.json.decode(entry.data) for entry in page.entries]
        return [{"type": event["type"], **event["payload"]} for event in found if event["type"] in kinds]

    async def places(self) -> int:
        return len((await self.store.open("x", "", "acme")).bookings)


def words(answer: Mapping[str, Any]) -> str:
    return str(answer["aiResponse"]["message"])


def stand(answer: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    progress = answer["progress"]
    return progress["status"], progress["step"], progress["expecting"], answer["shouldHangup"]


WAITING = ("active", "confirm", "nothing", False)
