"""Recordings: what is none is told in one line, before anything is played; what people did is played again with the turns."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.policy.people import Deed, End, Escalate, Message, Release, Takeover, Vanish
from agent.record.call import Turn
from api.cli import main
from graph.build import Walker
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests.graph.walkers import deps

TURN = '{"at":"%s","turn":{"key":"1","text":"hello","started_at":"%s"}}'
GOOD = "2026-03-02T15:00:00Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "truncated"),
        (b"\xff\x00", "no recording"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"callSid":"x","turns":[[]]}', "turns"),
        (f'{{"callSid":"x","turns":[{TURN % (GOOD, "0001-01-01T00:00:00+23:00")}]}}'.encode(), "turn 1 has no time"),
        (f'{{"callSid":"x","turns":[{TURN % (GOOD, "")},{TURN % ("soon", GOOD)}]}}'.encode(), "turn 2 has no time"),
    ],
)
def test_what_is_no_recording_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, said: str) -> None:
    (tmp_path / "recording.json").write_bytes(text)
    assert main(["replay", str(tmp_path / "recording.json")]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.startswith("slotline: ")
    assert told.count("\n") == 1


STORY: tuple[str | Deed, ...] = (
    "",
    Takeover(agent="ann"),
    "my number is 202 555 0143",
    Message(agent="ann", text="Hello, Ann here."),
    "are you there",
    Release(agent="ann"),
    "okay",
    "it's Mary O'Neill",
    "can I speak to a person",
    "",
    Takeover(agent="bob"),
    Vanish(agent="bob", unseen_s=60.0),
    "hello?",
    Takeover(agent="ann"),
    End(agent="ann"),
    "bye",
    "hello?",
    Escalate(agent="ann", reason="again"),
    "hello?",
)


async def recorded() -> dict[str, Any]:
    """A call in which people did all that they can, a minute between any two things, with somebody watching now and then."""
    now = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    store = MemoryStore(clock=lambda: now.timestamp())
    made = deps(store=store)
    walker = Walker(msgspec.structs.replace(made, plan=msgspec.structs.replace(made.plan, line_s=0.0, handoff_s=70.0, away_s=60.0)))
    for number, one in enumerate(STORY):
        now += timedelta(minutes=1)
        await store.watching(("ann", "bob") if number < 10 else ("ann",))
        if isinstance(one, str):
            await walker.take_turn(TurnRequest(sid="CA1", turn=Turn(key=str(number), text=one)), now)
        else:
            await walker.do("CA1", one, now)
    return {"callSid": "CA1", "turns": [json.loads(turn) for turn in await store.trace("CA1")]}


def test_what_people_did_is_played_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = asyncio.run(recorded())
    assert [one["deed"] for one in recording["turns"]].count("") == sum(isinstance(one, str) for one in STORY)
    assert {one["watched"] for one in recording["turns"]} == {True, False}
    (tmp_path / "recording.json").write_text(json.dumps(recording))
    assert main(["replay", str(tmp_path / "recording.json")]) == 0, capsys.readouterr().out
    recording["turns"][1]["deed"] = "hug"
    (tmp_path / "recording.json").write_text(json.dumps(recording))
    assert main(["replay", str(tmp_path / "recording.json")]) == 1
    assert "nothing that a supervisor does" in capsys.readouterr().err
