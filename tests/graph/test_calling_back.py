"""A caller who rings back hears nothing of the earlier call but what was said in this one.

Anybody can show a number and know a name. So two calls are played that differ only in what the earlier call held: whatever is said, at whichever
question, the caller must hear the same in both, to the last breath. Then no value, no part of one and nothing that tells one from another was spoken.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from agent.dst.understanding import understand
from agent.record.acts import Inform, UserAct
from agent.record.call import Call, Turn
from agent.record.slot_names import NAMES
from tests import tables
from tests.graph.calling_back import HELD, NOW, ONE, OTHER, QUESTIONS, Line, earlier, heard, standing
from tests.graph.walkers import businesses

replace = msgspec.structs.replace
TELLING = frozenset({"ask_held", "repeat", "correction", "go_back", "ask_price", "ask_length"})
"""The acts whose cases are played at every question; what else there is each at one of them."""


def corpus(language: str) -> Iterator[tuple[str, bool]]:
    """Every utterance of the tables of acts and every one that edits a value; and whether it is to be played at every question."""
    for _, case in tables.cases(tables.CASES / language / "acts.toml"):
        yield case["say"], not TELLING.isdisjoint(case.get("acts", ()))
    for slot in NAMES:
        yield from ((case["say"], False) for _, case in tables.cases(tables.CASES / language / f"{slot}.toml") if case.get("current"))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_is_said_nothing_of_the_earlier_call_is_heard(language: str, question: str) -> None:
    """Every utterance is understood the same; and each of what they come to is answered the same, and after a change what there is, too."""
    calls, lines = standing(language, question), (Line(language), Line(language))
    place = list(QUESTIONS).index(question)
    meanings: dict[tuple[UserAct, ...], str] = {}
    for number, (words, always) in enumerate(corpus(language)):
        if always or number % len(QUESTIONS) == place:
            one, other = (understand(call, Turn(key="", text=words), businesses().default, NOW) for call in calls)
            assert one == other, words
            meanings.setdefault(tuple(replace(taken, words="") if isinstance(taken, Inform) else taken for taken in one), words)
    assert len(meanings) > 20

    async def play(words: str, sid: str, call: Call, line: Line) -> list[tuple[str, str]]:
        await line.put(call, sid)
        told = [heard(await line.say(words, sid))]
        after = (await line.store.open(sid)).call
        assert after is not None
        return told if after.slots == call.slots else [*told, heard(await line.say(HELD[language], sid, 1))]

    async def differing() -> list[Any]:
        found = []
        for number, words in enumerate(meanings.values()):
            one, other = [await play(words, f"now {number}", call, line) for call, line in zip(calls, lines, strict=True)]
            found += [(words, one, other)] if one != other else []
        return found

    assert asyncio.run(differing()) == []


def test_the_measure_tells_apart_what_may_be_spoken() -> None:
    """The same call going on under its own callSid: there the same line continues, and what it held is read back."""

    async def held() -> list[str]:
        found = []
        for values in (ONE, OTHER):
            line = Line("en")
            await line.put(earlier("en", values, ("time",)), "now")
            found.append(heard(await line.say(HELD["en"], "now"))[0])
        return found

    one, other = asyncio.run(held())
    assert one != other
    assert "oh one eight seven" in one
    assert "Quillfeather" in one
