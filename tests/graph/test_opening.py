"""A new call: which language it begins in."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from agent.record.call import Turn
from api.answers import trouble
from graph.state import TurnRequest
from tests.graph.walkers import deps, walker

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("", "en-US"), ("en-AU", "en-US"), ("fr-FR", "en-US"), ("zh", "zh-CN"), ("zh_CN", "zh-CN"), ("ZH-TW", "zh-CN"), ("cmn-Hans-CN", "zh-CN")],
)
def test_a_call_begins_in_the_language_asked_for_if_the_business_speaks_it(asked: str, spoken: str) -> None:
    request = TurnRequest(sid="CA1", turn=Turn(key="1"), language=asked)
    answer = asyncio.run(walker().take_turn(request, NOW))
    assert json.loads(answer)["listen"]["language"] == spoken
    assert json.loads(trouble(deps(), request, NOW))["listen"]["language"] == spoken


def test_the_caller_s_own_number_awaits_a_yes_like_any_other() -> None:
    walk = walker()

    async def take(key: str, words: str) -> dict[str, Any]:
        request = TurnRequest(sid="CA1", turn=Turn(key=key, text=words), caller="+12025550143")
        return cast(dict[str, Any], json.loads(await walk.take_turn(request, NOW)))

    async def both() -> tuple[dict[str, Any], dict[str, Any]]:
        return await take("1", "it's Mary O'Neill"), await take("2", "yes")

    offered, taken = asyncio.run(both())
    assert (offered["progress"]["expecting"], offered["progress"]["pending"]) == ("confirmation", {"phone": "+12025550143"})
    assert (offered["listen"]["hints"], offered["listen"]["digits"]) == (["yes", "no", "that's right"], 10)
    assert offered["progress"]["filled"] == {"name": "Mary O'Neill"}
    assert (taken["progress"]["step"], taken["progress"]["pending"]) == ("address", {})
    assert taken["progress"]["filled"]["phone"] == "+12025550143"
