"""Calls that people step into, on two walkers over one store, as on two workers."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent.policy.people import Deed
from agent.record.call import Turn
from graph.build import Walker
from graph.errors import DeedRefused
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests.graph.walkers import deps

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
CALLS = {
    "en": ("", "it's Mary O'Neill", "two oh two five five five oh one four three", "yes", "12 High Street, Springfield, New Jersey 07081"),
    "zh": ("", "我叫王宝强", "二零二五五五零一四三", "对"),
}


class Calls:
    """A call in a store with workers that take its turns in turn."""

    def __init__(self, language: str = "en", *, line_s: float = 0.0, handoff_s: float = 20.0) -> None:
        self.now = NOW
        self.store = MemoryStore(clock=lambda: self.now.timestamp())
        self.language = {"en": "en-US", "zh": "zh-CN"}[language]
        made = deps("cn" if language == "zh" else "", self.store)
        plan = msgspec.structs.replace(made.plan, line_s=line_s, handoff_s=handoff_s)
        self.workers = [Walker(msgspec.structs.replace(made, plan=plan)) for _ in range(2)]
        self.turns = 0

    def request(self, words: str, key: str = "") -> TurnRequest:
        self.turns += 1
        turn = Turn(key=key or f"turn {self.turns}", text=words, started_at=self.now.isoformat())
        return TurnRequest(sid="CA1", turn=turn, language=self.language)

    async def say(self, words: str, worker: int = 0, key: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.workers[worker].take_turn(self.request(words, key), self.now))
        return answer

    async def hears(self, words: str, worker: int = 0) -> str:
        return str((await self.say(words, worker))["aiResponse"]["message"])

    async def do(self, deed: Deed, worker: int = 1) -> None:
        await self.workers[worker].do("CA1", deed, self.now)

    async def refused(self, deed: Deed) -> tuple[str, str]:
        with pytest.raises(DeedRefused) as found:
            await self.do(deed)
        return found.value.code, found.value.held_by

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.store.document("CA1") or b"{}")
        return found

    async def told(self, *kinds: str) -> list[dict[str, Any]]:
        page = await self.store.events("CA1", "0", 1000)
        events: list[dict[str, Any]] = [json.loads(entry.data) for entry in page.entries]
        return [event for event in events if event["type"] in kinds]

    async def trace(self) -> list[dict[str, Any]]:
        return [json.loads(one) for one in await self.store.trace("CA1")]
