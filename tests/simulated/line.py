"""The two ways to reach the service: over HTTP, or through the graph in this process."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx

import prompts
from agent.reader import RulesAlone
from agent.record.call import Turn
from api.answers import answer
from api.business_files import load
from graph.build import Walker
from graph.plan import PLAN
from graph.state import Deps, TurnRequest
from storage.memory_store import MemoryStore
from tests.simulated.noise import Heard
from tests.simulated.people import BUSINESSES, Persona, business

TURN_S = 15
LANGUAGES = {"US": "en-US", "AU": "en-AU", "GB": "en-GB", "CN": "zh-CN"}


class Line(Protocol):
    def say(self, sid: str, persona: Persona, number: int, heard: Heard) -> dict[str, Any]:
        """One turn; the answer."""

    def record(self, sid: str) -> dict[str, Any]:
        """The call as it is kept."""


class InProcess:
    """The real graph over a store in memory."""

    def __init__(self) -> None:
        books = {language: prompts.phrasebook(language) for language in prompts.known()}
        self._store = MemoryStore()
        self._walker = Walker(Deps(store=self._store, businesses=load(BUSINESSES), reader=RulesAlone(), phrasebooks=books, plan=PLAN, render=answer))
        self._loop = asyncio.new_event_loop()

    def say(self, sid: str, persona: Persona, number: int, heard: Heard) -> dict[str, Any]:
        at = persona.now + timedelta(seconds=TURN_S * number)
        turn = Turn(key=str(number), text=heard.text, alternatives=heard.alternatives, confidence=heard.confidence, started_at=at.isoformat())
        request = TurnRequest(
            sid=sid, turn=turn, caller=persona.caller, dialled=business(persona.country).numbers[0], language=LANGUAGES[persona.country]
        )
        answer: dict[str, Any] = json.loads(self._loop.run_until_complete(self._walker.take_turn(request, at.astimezone(UTC))))
        return answer

    def record(self, sid: str) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._loop.run_until_complete(self._store.document(sid)) or b"{}")
        return record

    def close(self) -> None:
        self._loop.close()


class OverHttp:
    """A running service that serves the folder tests/businesses."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def say(self, sid: str, persona: Persona, number: int, heard: Heard) -> dict[str, Any]:
        at: datetime = persona.now + timedelta(seconds=TURN_S * number)
        body = {
            "callSid": sid,
            "customerMessage": {"speaker": "customer", "message": heard.text, "startedAt": at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
            "alternatives": list(heard.alternatives),
            "confidence": heard.confidence,
            "from": persona.caller or None,
            "to": business(persona.country).numbers[0],
            "language": LANGUAGES[persona.country],
        }
        answer: dict[str, Any] = self._http.post("/ai/conversation", json=body).raise_for_status().json()
        return answer

    def record(self, sid: str) -> dict[str, Any]:
        record: dict[str, Any] = self._http.get(f"/calls/{sid}").raise_for_status().json()
        return record

    def close(self) -> None:
        self._http.close()
