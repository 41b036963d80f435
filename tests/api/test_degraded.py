"""Redis away and back, where no journal stands in for it, as readers live through it: they hear the process, and then the log, each event once."""

import asyncio

import httpx
import pytest

from api.app import Service
from storage import connect as connecting
from tests.api.doors import TOKENS
from tests.api.feeds import Feed, Told, reading
from tests.api.services import client, settings
from tests.conftest import RedisServer

pytestmark = pytest.mark.anyio


async def say(http: httpx.AsyncClient, words: str, turn: str) -> dict[str, object]:
    body = {"callSid": "CA1", "turnId": turn, "customerMessage": {"speaker": "customer", "message": words}}
    answer = await http.post("/ai/conversation", json=body, headers={"Authorization": f"Bearer {TOKENS.partition(':')[0]}"})
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


async def lines(feed: Feed, count: int) -> list[Told]:
    return [await feed.next("new_message") for _ in range(count)]


@pytest.mark.parametrize("keeps", [True, False], ids=["with its data", "without its data"])
async def test_readers_hear_the_process_while_redis_is_away_and_then_the_log(monkeypatch: pytest.MonkeyPatch, keeps: bool) -> None:
    monkeypatch.setattr(connecting, "CONNECT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(connecting, "ANSWER_TIMEOUT_S", 0.3)
    server = RedisServer(*(("--appendonly", "yes", "--appendfsync", "always") if keeps else ()))
    service = Service(settings(redis_url=server.url, journal=False))
    try:
        async with service.api.router.lifespan_context(service.api), client(service) as http:
            streams = service._streams
            assert streams is not None
            async with (
                reading(streams, "/calls/CA1/events") as one,
                reading(streams, "/events") as everything,
                reading(streams, "/events", role="viewer") as viewer,
            ):
                for feed in (one, everything, viewer):
                    await feed.next("history")
                await say(http, "hello", "1")
                before = await lines(one, 2)
                for feed in (everything, viewer):
                    await lines(feed, 2)

                server.kill()
                trouble = await say(http, "it's Mary O'Neill", "2")
                assert trouble["shouldTransfer"] is True
                for feed in (one, everything):
                    told = await lines(feed, 2)
                    assert [(line.id, line.event["degraded"]) for line in told] == [("", True)] * 2
                    assert [line.payload["message"] for line in told] == ["it's Mary O'Neill", trouble["aiResponse"]["message"]]  # type: ignore[index]
                assert all(line.event["degraded"] and "•" in line.payload["message"] for line in await lines(viewer, 2))

                await asyncio.to_thread(server.start)
                while (again := await say(http, "it's Mary O'Neill", "2"))["shouldTransfer"]:  # noqa: ASYNC110 - what is waited for is another process
                    await asyncio.sleep(0.1)
                assert again["progress"]["filled"] == {"name": "Mary O'Neill"}  # type: ignore[index]
                kept = [entry.id for entry in (await service.api.state.parts.store.events("CA1", "0")).entries]
                if keeps:
                    assert await resumed(one, kept[-1]) == kept[kept.index(before[-1].id) + 1 :]
                else:
                    assert (await one.next("reset")).payload["reason"] in ("unknown", "trimmed")
                    history = await one.next("history")
                    assert [history.id, *await resumed(one, kept[-1], history.id)][-1] == kept[-1]
    finally:
        server.close()


async def resumed(feed: Feed, last: str, at: str = "") -> list[str]:
    """The ids of the log up to the last one; what was told aside has none."""
    found: list[str] = []
    while (found[-1] if found else at) != last:
        told = await feed.next()
        assert told.type != "reset"
        if told.id:
            found.append(told.id)
    return found
