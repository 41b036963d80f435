"""A new call: which language it begins in."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from agent.call import Turn
from graph.state import TurnRequest
from tests.graph.walkers import walker

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("", "en-US"), ("en-AU", "en-US"), ("fr-FR", "en-US"), ("zh", "zh-CN"), ("zh_CN", "zh-CN"), ("ZH-TW", "zh-CN"), ("cmn-Hans-CN", "zh-CN")],
)
def test_a_call_begins_in_the_language_asked_for_if_the_business_speaks_it(asked: str, spoken: str) -> None:
    answer = asyncio.run(walker().take_turn(TurnRequest(sid="CA1", turn=Turn(key="1"), language=asked), NOW))
    assert json.loads(answer)["listen"]["language"] == spoken
    assert json.loads(walker().trouble("", asked, NOW))["listen"]["language"] == spoken
