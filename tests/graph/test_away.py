"""A caller whose line was cut, and who goes on in the same call: one sentence says so, and the open question stands."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from agent.record.call import Turn
from graph.state import TurnRequest
from tests.graph.walkers import walker

pytestmark = pytest.mark.anyio
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def said(turns: list[tuple[int, str]], *, stamped: bool) -> list[str]:
    """What we say to each turn, said so many seconds after the start; `stamped`: the turns tell when they were spoken."""
    walk, answers = walker(), []
    for number, (seconds, text) in enumerate(turns):
        at = START + timedelta(seconds=seconds)
        turn = Turn(key=str(number), text=text, started_at=at.isoformat() if stamped else "")
        answers.append(json.loads(await walk.take_turn(TurnRequest(sid="CA1", turn=turn), at))["aiResponse"]["message"])
    return answers


@pytest.mark.parametrize("stamped", [True, False])
async def test_after_a_long_silence_the_call_goes_on_and_says_so(stamped: bool) -> None:
    *_, last = await said([(0, ""), (10, "it's Mary O'Neill"), (400, "hello?")], stamped=stamped)
    assert "where we stopped" in last
    assert "number" in last


@pytest.mark.parametrize("stamped", [True, False])
async def test_a_pause_to_look_something_up_is_none(stamped: bool) -> None:
    *_, last = await said([(0, ""), (10, "it's Mary O'Neill"), (100, "202 555 0143")], stamped=stamped)
    assert "where we stopped" not in last
