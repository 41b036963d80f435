"""A side that counts its turns and may say one again in other words, as voice platforms do; on two walkers over one store, as on two workers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.policy.people import Deed
from agent.record.businesses import Businesses
from agent.record.call import Call, Turn
from graph.build import Walker
from graph.state import Counted, TurnRequest
from storage.store import CallStore
from tests.graph.walkers import businesses, deps

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TURN_S = 20


class Platform:
    """One call. Every twenty seconds of the service's clock the caller says something."""

    def __init__(self, store: CallStore, sid: str = "CA1", line_s: float = 0.0, caller: str = "+12025550143", **business: Any) -> None:
        """`business`: what its file says otherwise than the packaged example."""
        made = deps(store=store)
        known = Businesses([msgspec.structs.replace(businesses().default, **business)])
        made = msgspec.structs.replace(made, businesses=known, plan=msgspec.structs.replace(made.plan, line_s=line_s))
        self.store, self.sid, self.caller = store, sid, caller
        self.deps = made
        self.workers = [Walker(made), Walker(made)]
        self.turn, self.came = 0, 0
        self.now = NOW

    def request(self, words: str, number: int = 0, came: int = 0, earlier: tuple[str, ...] = (), heard: str = "") -> TurnRequest:
        """A wording of the turn of that number, which comes after all others unless `came` says otherwise."""
        number = number or self.turn
        self.came += 1
        counted = Counted(number=number, came=came or self.came * 1000, earlier=earlier, heard=heard)
        return TurnRequest(sid=self.sid, turn=Turn(key=f"turn {number}", text=words), counted=counted, caller=self.caller)

    async def take(self, request: TurnRequest, worker: int = 0) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.workers[worker].take_turn(request, self.now))
        return answer

    async def say(self, *wordings: str) -> dict[str, Any]:
        """The next turn, in each of these words, on one worker after the other; the answer to the last."""
        self.turn += 1
        self.now = NOW + timedelta(seconds=TURN_S * self.turn)
        answer: dict[str, Any] = {}
        for at, words in enumerate(wordings):
            answer = await self.take(self.request(words), worker=at % 2)
        return answer

    async def all_said(self, *turns: str) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for words in turns:
            answer = await self.say(words)
        return answer

    async def do(self, deed: Deed) -> None:
        await self.workers[1].do(self.sid, deed, self.now)

    async def call(self) -> Call:
        found = (await self.store.open(self.sid)).call
        assert found is not None
        return found

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.store.document(self.sid) or b"null")
        return found

    async def lines(self) -> list[str]:
        return [line["message"] for line in (await self.document())["history"]]

    async def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The payloads of the call's events of these types, each with its type."""
        page = await self.store.events(self.sid, "0", 1000)
        found = [json.loads(entry.data) for entry in page.entries]
        return [{"type": event["type"], **event["payload"]} for event in found if event["type"] in kinds]

    async def places(self) -> list[str]:
        """Who has a place in the calendar, booked or asked for; not for whom one is held who has not said yes."""
        sids = [booking.sid for booking in (await self.store.open("x", "", "acme")).bookings]
        calls = [(await self.store.open(sid)).call for sid in sids]
        return [sid for sid, call in zip(sids, calls, strict=True) if call is None or call.hold is None]


def words(answer: dict[str, Any]) -> str:
    return str(answer["aiResponse"]["message"])
