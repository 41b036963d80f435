"""Whole calls, turn by turn: what is said to each utterance, and what is kept. The form of the tables: tests/tables.py.

Every call is played as it is written. The longest of each table is played again from its own recording, as `slotline replay` does: the same words,
the same record, byte for byte. (The differential plays all of them once more, in a process of its own.)
"""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.record.call import Turn
from agent.record.slot_names import NAMES
from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from graph.build import Walker
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests import tables
from tests.graph.walkers import walker

MONDAY = "2026-03-02T09:00:00-05:00"


def cases() -> list[Any]:
    found = []
    for path in tables.stories():
        calls = list(tables.calls(path))
        longest = max(calls, key=lambda call: len(call["turn"]))
        found += [pytest.param(call, call is longest, id=f"{path.parent.name}-{path.stem}-{call['name'][:70]}") for call in calls]
    return found


def kept(call: dict[str, Any]) -> MemoryStore:
    """A store at the time of the call, so that what was booked before it is still to come."""
    seconds = datetime.fromisoformat(call.get("now", MONDAY)).timestamp()
    return MemoryStore(clock=lambda: seconds)


async def before(call: dict[str, Any], walk: Walker) -> None:
    """The call that its caller made twenty minutes earlier, if there was one."""
    now = datetime.fromisoformat(call.get("now", MONDAY))
    number_of_it = call.get("before_from", call.get("from", ""))
    for number, said in enumerate(call.get("before", ())):
        at = now + timedelta(seconds=20 * number - 1200)
        turn = Turn(key=f"turn {number}", text=said, started_at=at.isoformat())
        await walk.take_turn(TurnRequest(sid="CA-before", turn=turn, caller=number_of_it, language=call.get("language", "")), at)


async def play(call: dict[str, Any], store: MemoryStore) -> list[bytes]:
    """The answers to every turn; a turn every twenty seconds."""
    walk = walker(call.get("business", ""), store)
    await before(call, walk)
    now = datetime.fromisoformat(call.get("now", MONDAY))
    answers = []
    for number, turn in enumerate(call["turn"]):
        at = now + timedelta(seconds=20 * number)
        heard = Turn(
            key=f"turn {number}",
            text=turn.get("say", ""),
            digits=turn.get("keys", ""),
            alternatives=tuple(turn.get("alternatives", ())),
            confidence=turn.get("confidence"),
            started_at=at.isoformat(),
        )
        request = TurnRequest(sid="CA0", turn=heard, caller=call.get("from", ""), language=call.get("language", ""))
        answers.append(await walk.take_turn(request, at))
    return answers


async def again(call: dict[str, Any], first: MemoryStore) -> tuple[list[str], list[bytes | None]]:
    """What differs when the call is played again as it was recorded, and the answers of that second time."""
    store = kept(call)
    differ = []
    for sid in ("CA-before", "CA0"):  # a call that was gone on with is played after the one it goes on with
        turns = [msgspec.json.decode(turn, type=TracedTurn) for turn in await first.trace(sid)]
        differ += await differences(Recording(callSid=sid, turns=turns), walker(call.get("business", ""), store), store)
    return differ, [(await store.open("CA0", f"turn {number}")).answer for number in range(len(turns))]


@pytest.mark.parametrize(("call", "twice"), cases())
def test_call(call: dict[str, Any], twice: bool) -> None:
    store = kept(call)
    answers = asyncio.run(play(call, store))
    is_as_written(call, [json.loads(answer) for answer in answers])
    if twice:
        assert asyncio.run(again(call, store)) == ([], answers)


def is_as_written(call: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    for number, (turn, answer) in enumerate(zip(call["turn"], answers, strict=True)):
        said, progress = answer["aiResponse"]["message"], answer["progress"]
        where = f"turn {number} {turn.get('say', '')!r}: {said!r}"
        assert said, where
        for key in ("step", "expecting", "status"):
            assert progress[key] == turn.get(key, progress[key]), where
        assert answer["shouldHangup"] == turn.get("hangup", answer["shouldHangup"]), where
        assert answer["shouldTransfer"] == turn.get("transfer", answer["shouldTransfer"]), where
        for key in ("filled", "pending"):
            for slot, value in turn.get(key, {}).items():
                assert progress[key].get(slot, "") == value, where
        for words in turn.get("hears", ()):
            assert words.casefold() in said.casefold(), where
        for words in turn.get("not_hears", ()):
            assert words.casefold() not in said.casefold(), where
    filled = answers[-1]["progress"]["filled"]
    assert {slot: filled.get(slot, "") for slot in call.get("kept", {})} == call.get("kept", {})
    assert set(call.get("kept", {})) <= set(NAMES)
