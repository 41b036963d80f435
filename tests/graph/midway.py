"""Calls in the middle, and a turn of one without store and graph: for tests and measurements of any utterance against any question.

`states` are calls as tests/calls bring them about: every question open, values held and not, in every language and region that is spoken there.
`take_turn` is what a turn costs the event loop: the utterance is understood, what the caller did is carried out, and the answer is worded.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

import prompts
from agent.dst.opening import prepared
from agent.dst.understanding import understand
from agent.nlg.generate import generate
from agent.policy.next_act import apply, next_question
from agent.record.acts import SystemAct, UserAct
from agent.record.business import Business
from agent.record.call import Call, Question, Turn
from agent.record.skeleton import adopt
from agent.record.slot_names import NAMES
from agent.record.turn_context import TurnContext
from agent.slots import PLACES
from graph.plan import PLAN
from graph.state import TurnRequest
from tests import tables
from tests.graph.test_calls import MONDAY, before, kept
from tests.graph.walkers import walker

replace = msgspec.structs.replace
SID = "CA0"
MUCH = [
    {"id": f"{number}{name[0]}", "name": name, "description": name}
    for number in range(50)
    for name in (
        "短" * 30 + "号" * (number % 2),
        f"premium drain cleaning repair and water heater leak service number {number} for kitchen and bath",
    )
]
"""Services that another system may offer in its document: many, with long names that have all of their words in common."""


class State(msgspec.Struct, frozen=True):
    """A call in the middle."""

    call: Call
    business: Business
    now: datetime
    """The caller's, aware, in the business's zone."""

    def __repr__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is open and what is held: "zh-CN ask phone, with name service"."""
        question = self.call.question
        held = [name for name in NAMES if _holds(self.call, name)]
        asked = " ".join((question.kind, *question.slots))
        offered = f", of {len(MUCH)} services" if len(self.call.brief.services) == len(MUCH) else ""
        return f"{self.call.language}-{self.call.brief.region} {asked}{offered}" + (f", with {' '.join(held)}" if held else "")


class Took(msgspec.Struct, frozen=True):
    call: Call
    user_acts: tuple[UserAct, ...]
    """What the caller did."""
    words: str
    """What we say."""


def take_turn(state: State, turn: Turn) -> Took:
    call = state.call
    turn_context = TurnContext(
        business=state.business, now=state.now, stamp=state.now.isoformat(), seconds=state.now.timestamp(), turn=turn, plan=PLAN
    )
    user_acts = understand(call, turn, state.business, state.now)
    system_acts: list[SystemAct] = []
    for one in user_acts:
        update = apply(call, one, turn_context)
        call, system_acts = update.call, [*system_acts, *update.system_acts]
    call = replace(call, question=next_question(call, turn_context))
    return Took(call, user_acts, generate(call, system_acts, turn_context, prompts.phrasebook(call.language)).text)


@cache
def states(files: str = "*") -> Sequence[State]:
    """One call of each kind that stories of tests/calls/<lang>/<files>.toml pass through; and each question on the fullest of every language and
    region."""
    return asyncio.run(_states(files))


async def _states(files: str) -> list[State]:
    found: dict[object, State] = {}
    for path in tables.stories(files):
        for call in tables.calls(path):
            async for state in _played(call):
                found.setdefault(_kind(state.call), state)
    fullest: dict[tuple[str, str], State] = {}
    for state in found.values():
        place = (state.call.language, state.call.brief.region)
        fullest[place] = max(fullest.get(place, state), state, key=lambda one: sum(_holds(one.call, name) for name in NAMES))
    for state in fullest.values():
        for other in _asked_otherwise(state):
            found.setdefault(_kind(other.call), other)
            if other.call.question.slots in ((), ("service",)) and other.call.question.kind in ("ask", "summary"):
                much = replace(other, call=adopt(other.call, {"services": MUCH}, other.now.isoformat(), PLACES))
                found.setdefault(_kind(much.call), much)
    return list(found.values())


async def _played(call: dict[str, Any]) -> AsyncIterator[State]:
    """The call before each of its turns but the first."""
    store = kept(call)
    walk = walker(call.get("business", ""), store)
    await before(call, walk)
    business = walk.deps.businesses.default
    begins = datetime.fromisoformat(call.get("now", MONDAY))
    for number, turn in enumerate(call["turn"]):
        at = begins + timedelta(seconds=20 * number)
        heard = Turn(key=str(number), text=turn.get("say", ""), digits=turn.get("keys", ""), started_at=at.isoformat())
        await walk.take_turn(TurnRequest(sid=SID, turn=heard, caller=call.get("from", ""), language=call.get("language", "")), at)
        stands = (await store.open(SID)).call
        if stands is not None and stands.status == "active":
            yield State(prepared(stands, None, at), business, at.astimezone(ZoneInfo(business.time_zone)))


def _asked_otherwise(state: State) -> Iterator[State]:
    """The same call with every other question open: each value missing, called wrong, waiting for a yes; the summary; what is asked about a call."""
    whole = state.call
    for name in NAMES:
        slot = whole.slot(name)
        value = slot.pending or slot.value
        empty = replace(slot, status="empty", value="", pending="", options=(), partial="", disputed="")
        ask = Question(kind="ask", slots=(name,))
        for other in (empty, replace(empty, disputed=value)):
            yield replace(state, call=replace(whole.with_slot(name, other), question=ask))
        if value:
            waiting = replace(empty, status="pending", pending=value, pending_provenance=slot.pending_provenance or slot.provenance)
            yield replace(state, call=replace(whole.with_slot(name, waiting), question=Question(kind="read_back", slots=(name,))))
    for kind in ("summary", "change", "leave", "resume"):
        question = Question(kind=kind, whole=kind == "summary")
        yield replace(state, call=replace(whole, question=question, unfinished=SID if kind == "resume" else "", recognised=kind == "resume"))


def _holds(call: Call, name: str) -> bool:
    return bool(call.slot(name).value or call.slot(name).pending)


def _kind(call: Call) -> object:
    """What tells two calls apart for the understanding: language, region, question, and what each slot holds in which way."""
    slots = tuple(
        (slot.status, bool(slot.value), bool(slot.pending), bool(slot.partial), bool(slot.options), bool(slot.disputed), slot.part)
        for slot in call.slots.values()
    )
    question = call.question
    return call.language, call.brief.region, question.kind, question.slots, bool(question.implied), len(call.brief.services) == len(MUCH), slots
