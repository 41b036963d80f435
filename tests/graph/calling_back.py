"""What tests of callers who ring back share: the earlier call, a line to the service, and a call that went on at each question."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from agent.record.business import Service
from agent.record.call import Brief, Call, Turn
from agent.record.provenance import Provenance
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.graph.walkers import businesses, walker

replace = msgspec.structs.replace
NOW = datetime.fromisoformat("2026-03-02T09:00:00-05:00")
CALLER = "+12025550143"
NAME = {"en": "Mary O'Neill", "zh": "王宝强"}
ONE = {
    "phone": "+14155550187",
    "address": "4718 Quillfeather Lane, Brackenhurst, NJ 07081",
    "email": "zephyrine.quux@gmail.com",
    "service": "drain-cleaning",
    "time": "2026-03-03T13:15:00-05:00",
}
OTHER = {
    "phone": "+13125550164",
    "address": "5826 Thistlewick Road, Ambleforth, NY 10001",
    "email": "ottoline_vex@yahoo.com",
    "service": "furnace-tune-up",  # takes as long
    "time": "2026-03-05T14:45:00-05:00",
}
HELD = {"en": "what do you have so far", "zh": "你都记了什么"}
QUESTIONS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "phone": (("phone",), "", ""),
    "address": (("address",), "", ""),
    "email": (("email",), "", ""),
    "service": (("service", "time"), "", ""),
    "time": (("time",), "", ""),
    "read_back": (("time",), "my number is 202 555 0123", "我的电话是202 555 0123"),
    "choice": (("time",), "which times are free tomorrow", "明天什么时候有空"),
    "reopened": (("time",), "my phone number is wrong", "电话不对"),
    "summary": ((), "", ""),
    "summary_again": ((), "my number is 202 555 0123", "我的电话是202 555 0123"),
    "change": ((), "no, something's wrong", "不对"),
    "leave": ((), "I want to cancel", "我要取消"),
    "booked": ((), "yes", "可以"),
}
"""By what is open: what the earlier call had not settled, and what is said, in English and in Mandarin, after it was gone on with."""


def earlier(language: str, held: Mapping[str, str], lacking: tuple[str, ...]) -> Call:
    """An unfinished call of that number."""
    came = Provenance(turn="t", words="w", rule="r", confirmed="explicit")
    values = {"name": NAME[language], **held}
    slots = {
        name: SlotState() if name in lacking else SlotState(status="filled", value=values[name], timestamp="2026-03-02T13:00:00Z", provenance=came)
        for name in NAMES
    }
    business = businesses().default
    services: tuple[Service, ...] = tuple(business.services)
    brief = Brief(business=business.id, region="US", time_zone=business.time_zone, services=services, caller=CALLER)
    return Call(sid="before", created_at="2026-03-02T13:00:00Z", brief=brief, slots=slots, language=language)


class Line:
    """A line to the service, which keeps its calls in memory."""

    def __init__(self, language: str) -> None:
        self.store = MemoryStore()
        self._walker = walker(store=self.store)
        self._language = language

    async def put(self, call: Call, sid: str) -> None:
        """Let a call be as it stands."""
        await self.store.commit(Change(before=None, after=replace(call, sid=sid, rev=0, root="")))

    async def say(self, words: str, sid: str, number: int = 0) -> dict[str, Any]:
        """One turn of a call, the how-manieth of it."""
        at = NOW + timedelta(seconds=20 * number)
        request = TurnRequest(sid=sid, turn=Turn(key=str(number), text=words), caller=CALLER, language=self._language)
        answer: dict[str, Any] = json.loads(await self._walker.take_turn(request, at))
        return answer


def heard(answer: Mapping[str, Any]) -> tuple[str, str]:
    return answer["aiResponse"]["message"], answer["aiResponse"]["ssml"]


@cache
def standing(language: str, question: str) -> tuple[Call, Call]:
    """The call, gone on with and at that question, for each of the earlier ones."""

    async def play(held: Mapping[str, str]) -> tuple[Call, list[tuple[str, str]]]:
        line = Line(language)
        await line.put(earlier(language, held, lacking), "before")
        lines = [heard(await line.say(words, "now", number)) for number, words in enumerate(script)]
        call = (await line.store.open("now")).call
        assert call is not None
        assert call.resumed_from == "before"
        return call, lines

    lacking, english, mandarin = QUESTIONS[question]
    script = ["", f"it's {NAME['en']}", "yes", english] if language == "en" else ["", f"我叫{NAME['zh']}", "对", mandarin]
    script = script if script[-1] else script[:-1]
    (one, lines), (other, others) = (asyncio.run(play(held)) for held in (ONE, OTHER))
    assert lines == others
    return one, other
