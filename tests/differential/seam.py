"""The seam between the differential and the code: the only file here that imports the service, so each revision has one of its own.

Everything goes in and comes out as plain JSON values. What a turn did is read from its trace, which is as public as the answer.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import prompts
from agent.nlu.acts.recognition import recognise_acts
from agent.nlu.candidates import Context, Held, OpenQuestion
from agent.nlu.utterance import Utterance
from agent.reader import RulesAlone
from agent.record.business import Service
from agent.record.call import Turn
from agent.slots import SLOTS
from api.answers import answer
from api.business_files import load
from graph.build import Walker
from graph.plan import PLAN
from graph.state import Deps, TurnRequest
from storage.memory_store import MemoryStore
from storage.store import Change, Committed, Opened
from tests.measure import read_value
from tests.simulated.line import LANGUAGES
from tests.simulated.noise import Heard
from tests.simulated.people import Persona, business
from tests.simulated.playing import play

TESTS = Path(__file__).parent.parent
replace = msgspec.structs.replace


def value_of(slot: str, say: str, asked: str | None, locale: str, now: str | None) -> str | None:
    """What measurements read of one utterance."""
    return read_value(slot, say, asked, locale, now)


def readings(slot: str, say: str, where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every reading of an utterance by one slot, or by the acts (`slot` "act"), best first. `where`: fields of the context, lists of names plain."""
    services = tuple(Service(id=name.lower().replace(" ", "-"), name=name) for name in where.get("services", ()))
    prompt = where.get("prompt", "")
    is_kind = prompt in set(OpenQuestion)
    context = Context(
        **{key: where[key] for key in ("language", "region") if key in where},
        now=datetime.fromisoformat(where["now"]),
        question=OpenQuestion(prompt) if is_kind else OpenQuestion.UNKNOWN,
        asked=frozenset(where.get("asked", ())),
        held=Held(value=where.get("current", ""), partial=where.get("partial", "")),
        prompt="" if is_kind else prompt,
        services=services,
    )
    found = recognise_acts(Utterance(say), context) if slot == "act" else SLOTS[slot].extract(Utterance(say), context)
    return [json.loads(msgspec.json.encode(one)) for one in found]


def spoken(slot: str, value: str, where: Mapping[str, Any]) -> list[Any]:
    """Of a whole value: why it is refused or None, how it is said, how it is said slowly, its parts."""
    context = Context(language=where["language"], region=where["region"], now=datetime.fromisoformat(where["now"]))
    one = SLOTS[slot]
    reason = one.validate(value, context)
    return [reason and str(reason), one.present(value, context, False), one.present(value, context, True), dict(one.parts(value, context))]


class Line:
    """Calls over the real graph and a store in memory, by a clock that stands where the turn says."""

    def __init__(self, business: str = "", store: Any = None) -> None:
        """`business`: a file or folder below tests/ without its ending, "" for the packaged example."""
        self._seconds = 0.0
        path = TESTS / business
        self.store: Any = store or MemoryStore(clock=lambda: self._seconds)
        self._walker = Walker(
            Deps(
                store=self.store,
                businesses=load((path if path.is_dir() else path.with_suffix(".toml")) if business else None),
                reader=RulesAlone(),
                phrasebooks={language: prompts.phrasebook(language) for language in prompts.known()},
                plan=PLAN,
                render=answer,
            )
        )
        self.first_business = self._walker.deps.businesses.default.id
        self._loop = asyncio.new_event_loop()

    def say(self, sid: str, key: str, at: datetime, turn: Mapping[str, Any], call: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """One turn: the answer and its trace. `turn` as in tests/calls; of `call` the keys from, to and language count."""
        heard = Turn(
            key=key,
            text=turn.get("say", ""),
            digits=turn.get("keys", ""),
            alternatives=tuple(turn.get("alternatives", ())),
            confidence=turn.get("confidence"),
            started_at=at.isoformat(),
        )
        request = TurnRequest(sid=sid, turn=heard, caller=call.get("from", ""), dialled=call.get("to", ""), language=call.get("language", ""))
        self._seconds = at.timestamp()
        answer = json.loads(self._loop.run_until_complete(self._walker.take_turn(request, at.astimezone(UTC))))
        traced = self._loop.run_until_complete(self.store.trace(sid))
        return answer, json.loads(traced[-1])

    def document(self, sid: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._loop.run_until_complete(self.store.document(sid)) or b"{}")
        return found

    def events(self, sid: str) -> list[dict[str, Any]]:
        page = self._loop.run_until_complete(self.store.events(sid, "0", 100_000))
        return [json.loads(entry.data) for entry in page.entries]

    def park(self, sid: str) -> "Parked":
        """A store in which this call stands as it does now."""
        return Parked(self._loop.run_until_complete(self.store.open(sid, "", self.first_business)), self.store)

    def close(self) -> None:
        self._loop.close()


class Parked:
    """A store in which one call stands still: each turn finds it as it was parked, whatever the turn before did."""

    def __init__(self, stands: Opened, others: MemoryStore) -> None:
        self._stands, self._others = stands, others
        self._call, self._trace = stands.call, b""

    def forget(self) -> None:
        self._call, self._trace = self._stands.call, b""

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        known = self._stands.call is None or sid == self._stands.call.sid
        return replace(self._stands, call=self._call) if known else await self._others.open(sid, "", business)

    async def commit(self, change: Change) -> Committed:
        self._call = replace(change.after, rev=change.after.rev + 1)
        self._trace = change.trace or self._trace
        return Committed(call=self._call, seen=self._stands.seen)

    async def unfinished(self, business: str, caller: str) -> str:
        return await self._others.unfinished(business, caller)

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Any:
        return await self._others.appointment(reference, business, sid)

    async def appointments_of(self, business: str, caller: str) -> Any:
        return await self._others.appointments_of(business, caller)

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        return {}

    async def trace(self, sid: str) -> Sequence[bytes]:
        return (self._trace,)


class Simulated:
    """A simulated caller on such a line."""

    def __init__(self) -> None:
        self.line = Line("businesses")
        self.turns: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        """What was said, the answer, the trace."""

    def say(self, sid: str, persona: Persona, number: int, heard: Heard) -> dict[str, Any]:
        at = datetime.fromtimestamp(persona.now.timestamp() + 15 * number, persona.now.tzinfo)
        country = persona.country
        turn = {"say": heard.text, "alternatives": heard.alternatives, "confidence": heard.confidence}
        call = {"from": persona.caller, "to": business(country).numbers[0], "language": LANGUAGES[country]}
        answer, traced = self.line.say(sid, str(number), at, turn, call)
        self.turns.append((heard.text, answer, traced))
        return answer

    def record(self, sid: str) -> dict[str, Any]:
        return self.line.document(sid)

    def close(self) -> None:
        self.line.close()

    def play(self, seed: int, style: Any, number: int) -> str:
        """Plays the whole call; its callSid."""
        return play(self, seed, style, number).sid
