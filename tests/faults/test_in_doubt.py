"""A booking that Redis has carried out and whose answer never comes: the caller hears that it is booked, and of no trouble."""

import asyncio
import json
import threading
from typing import Any

import pytest

from agent.record.call import Turn
from graph import build
from graph.state import TurnRequest
from storage import keys
from storage.connect import connect
from storage.keys import Ttl
from tests.conftest import RedisServer
from tests.faults.callers import BEGUN, SAID, document
from tests.faults.proxy import Proxy
from tests.graph.walkers import walker
from tests.patience import PATIENCE_S


@pytest.mark.usefixtures("redis_url")
def test_a_booking_whose_answer_is_lost_is_looked_up(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LOOK_S", PATIENCE_S)
    over = threading.Event()

    async def call(proxy: Proxy) -> dict[str, Any]:
        store = await connect(proxy.url, channel_prefix="sse:", ttl=Ttl())
        walk = walker(store=store)
        for number, said in enumerate(SAID):
            if number == len(SAID) - 1:
                proxy.at_commit(1, "after", lambda: over.wait(PATIENCE_S))
            turn = Turn(key=str(number), text=said, started_at=BEGUN.isoformat())
            answer = await walk.take_turn(TurnRequest(sid="CA1", turn=turn), BEGUN)
        over.set()
        await store.close()
        found: dict[str, Any] = json.loads(answer)
        return found

    with Proxy(redis_server.socket) as proxy:
        answer = asyncio.run(call(proxy))
    assert answer["progress"]["status"] == "booked"
    assert document(redis_server.client)["servicebooked"] is True
    assert redis_server.client.hlen(keys.calendar("acme")[1]) == 1
