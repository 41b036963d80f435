"""Every turn says why: what was heard, by which rule, what became of it. That a whole call played again does not differ, test_calls.py shows."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.record.call import Turn
from agent.record.trace import TracedTurn
from api.terminal.replay import Recording, differences
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests.graph.walkers import walker

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def recorded(said: list[str], caller: str = "", sid: str = "CA1", store: MemoryStore | None = None) -> Recording:
    store = store or MemoryStore()
    walk = walker(store=store)
    for number, words in enumerate(said):
        at = NOW + timedelta(seconds=number)
        await walk.take_turn(TurnRequest(sid=sid, turn=Turn(key=str(number), text=words), caller=caller), at)
    turns = [msgspec.json.decode(turn, type=TracedTurn) for turn in await store.trace(sid)]
    return Recording(callSid=sid, turns=turns)


def replayed(*recordings: Recording) -> list[str]:
    store = MemoryStore()
    walk = walker(store=store)
    return [line for one in recordings for line in asyncio.run(differences(one, walk, store))]


def test_a_turn_says_what_was_heard_and_what_became_of_it() -> None:
    recording = asyncio.run(recorded(["", "it's Mary O'Neill", "202 555 0143", "yes"]))
    name, phone, yes = recording.turns[1:]
    assert [type(taken).__name__ for taken in name.user_acts] == ["Inform"]
    assert name.decided == ("name filled",)
    assert phone.decided == ("phone pending",)
    assert phone.waiting == {"phone": "+12025550143"}
    assert yes.before == {"kind": "read_back", "slots": ["phone"], "implied": [], "whole": False}
    assert yes.held == {"name": "Mary O'Neill", "phone": "+12025550143"}
    assert all(turn.said for turn in recording.turns)


def test_what_differs_is_shown() -> None:
    recording = asyncio.run(recorded(["", "it's Mary O'Neill"]))
    other = msgspec.structs.replace(recording.turns[1], held={"name": "Mary Neill"}, said="Thanks.")
    shown = replayed(msgspec.structs.replace(recording, turns=[recording.turns[0], other]))
    assert shown[0] == "CA1 turn 2: name held: 'Mary Neill' then, \"Mary O'Neill\" now"
    assert len(shown) == 2


def test_a_caller_who_rings_back_goes_on_after_saying_the_name() -> None:
    async def twice(name: str) -> tuple[list[str], dict[str, Any]]:
        store = MemoryStore()
        await recorded(["", "it's Mary O'Neill", "202 555 0199", "yes"], "+12025550143", "CA1", store)
        again = await recorded(["", f"it's {name}", "yes"], "+12025550143", "CA2", store)
        return [turn.said for turn in again.turns], json.loads(await store.document("CA2") or b"{}")

    said, document = asyncio.run(twice("mary o'neill"))
    assert "go on where we stopped" in said[1]
    assert document["resumedFrom"] == "CA1"
    assert document["user"]["userInfo"]["phone"] == "+12025550199"
    said, document = asyncio.run(twice("Paul Jones"))
    assert not any("stopped" in words or "199" in words for words in said)
    assert "resumedFrom" not in document
    assert document["user"]["userInfo"]["phone"] != "+12025550199"
