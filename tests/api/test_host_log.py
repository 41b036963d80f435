"""Redis away and back, where the journal of the host takes the steps: readers of each worker hear all calls of the host, and then the log, each step
once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from api.app import Service
from api.frames import text
from storage.errors import StoreUnavailable
from storage.redis_store import RedisStore
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.feeds import Feed, Told, reading
from tests.api.services import client, settings
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

INTEGRATION, VIEWER = IDENTITIES["integration"], IDENTITIES["viewer"]


class Worker(NamedTuple):
    service: Service
    http: httpx.AsyncClient

    async def say(self, words: str, turn: str, sid: str = "CA1") -> dict[str, Any]:
        body = {"callSid": sid, "turnId": turn, "from": "+12025550143", "customerMessage": {"speaker": "customer", "message": words}}
        answer: dict[str, Any] = await self.asked("POST", "/ai/conversation", body)
        return answer

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {INTEGRATION}"}

    async def asked(self, method: str, path: str, body: object = None, token: str = INTEGRATION) -> Any:
        answer = await self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code < 300, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def reads(self, path: str, **more: Any) -> Any:
        assert self.service._streams is not None
        return reading(self.service._streams, path, **more)

    async def sees_redis_away(self) -> None:
        await self.sees(lambda: not self.service.api.state.parts.spare.breaker.away)

    async def sees_redis_back(self) -> None:
        """And that nothing waits in the journal any more."""
        spare = self.service.api.state.parts.spare
        await self.sees(lambda: spare.breaker.away or spare.journal.flag.up or self.service.api.state.parts.hub.away_since is not None)

    async def sees(self, holds: Any) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while holds():  # noqa: ASYNC110 - what is waited for is another process
                await asyncio.sleep(0.01)


@asynccontextmanager
async def host(server: RedisServer, data: Path, workers: int = 2) -> AsyncIterator[Sequence[Worker]]:
    """Workers of one host, in this process: what they share is the folder, and Redis."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(workers):
            service = Service(settings(redis_url=server.url, tokens=TOKENS, data=data, heartbeat_s=3600.0))
            await stack.enter_async_context(service.api.router.lifespan_context(service.api))
            made.append(Worker(service, await stack.enter_async_context(client(service))))
        yield made


@pytest.fixture
def server() -> Any:
    made = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield made
    made.close()


async def aside(feed: Feed, count: int) -> list[Told]:
    """The next so many events, all told aside."""
    told = [await feed.next() for _ in range(count)]
    assert all(one.event.get("degraded") is True and not one.id for one in told)
    return told


def bare(told: Sequence[Told]) -> list[bytes]:
    """Events without what tells the log's from those told aside."""
    return [msgspec.json.encode({name: value for name, value in one.event.items() if name != "degraded"}, order="sorted") for one in told]


async def begun(feed: Feed) -> Told:
    await feed.next("connected")
    return await feed.next()


async def test_readers_of_each_worker_hear_all_calls_of_the_host_and_then_the_log(server: RedisServer, tmp_path: Path) -> None:
    async with (
        host(server, tmp_path) as (one, other),
        one.reads("/events") as here,
        other.reads("/events") as there,
        other.reads("/calls/CA1/events") as call,
    ):
        for feed in (here, there, call):
            assert (await begun(feed)).type == "history"
        await one.say("hello", "1")
        for feed in (here, there, call):
            for _ in range(2):
                assert (await feed.next()).id

        server.kill()
        await one.say("it's Mary O'Neill", "2")
        await other.say("hi", "1", "CA2")
        await other.say("two oh two five five five oh one four three", "3")
        told = await aside(here, 8)
        assert [one.payload["callSid"] for one in told] == ["CA1"] * 3 + ["CA2"] * 2 + ["CA1"] * 3
        assert bare(await aside(there, 8)) == bare(told)
        of_call = [one for one in told if one.payload["callSid"] == "CA1"]
        assert bare(await aside(call, 6)) == bare(of_call)

        await asyncio.to_thread(server.start)
        for feed, expected in ((here, told), (there, told), (call, of_call)):
            logged = [await feed.next() for _ in expected]
            assert all(one.id and "degraded" not in one.event for one in logged)
            for sid in ("CA1", "CA2"):  # in order within a call
                assert bare([one for one in logged if one.payload["callSid"] == sid]) == bare(
                    [one for one in expected if one.payload["callSid"] == sid]
                )


async def test_a_stream_that_is_opened_meanwhile_begins_with_what_the_journal_has(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path) as (one, other):
        await one.say("hello", "1")
        await one.say("it's Mary O'Neill", "2")
        server.kill()
        await one.say("two oh two five five five oh one four three", "3")
        await other.sees_redis_away()
        async with other.reads("/events") as everything, other.reads("/calls/CA1/events") as call, other.reads("/events", role="viewer") as viewer:
            for feed in (everything, call, viewer):
                history = await begun(feed)
                assert (history.type, history.id, history.event.get("degraded")) == ("history", "", True)
                assert not {"lastEventId", "bookedToday"} & history.payload.keys()
                if feed is call:
                    assert len(history.payload["history"]) == 6
                    assert history.payload["progress"]["pending"] == {"phone": "+12025550143"}
                else:
                    assert [short["callSid"] for short in history.payload["calls"]] == ["CA1"]
                    assert ("O'Neill" in str(history.payload)) == (feed is everything)
            await one.say("yes", "4")
            for feed in (everything, call, viewer):
                assert [told.type for told in await aside(feed, 3)] == ["new_message", "progress", "new_message"]

            await asyncio.to_thread(server.start)
            history = await call.next()
            assert (history.type, "degraded" in history.event) == ("history", False)
            assert len(history.payload["history"]) == 8
            assert history.id == history.payload["lastEventId"]


async def test_who_comes_back_to_another_worker_is_told_how_it_stands(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path) as (one, other):
        async with one.reads("/calls/CA1/events") as call:
            await begun(call)
            await one.say("hello", "1")
            seen = [(await call.next()).id for _ in range(2)][-1]
        server.kill()
        await one.say("it's Mary O'Neill", "2")
        await other.sees_redis_away()
        async with other.reads("/calls/CA1/events", last_event_id=seen) as call:
            history = await begun(call)
            assert (history.type, history.id, history.event.get("degraded")) == ("history", "", True)
            assert history.payload["progress"]["filled"] == {"name": "Mary O'Neill"}
            await one.say("two oh two five five five oh one four three", "3")
            told = await aside(call, 3)
            await asyncio.to_thread(server.start)
            logged = [await call.next() for _ in range(6)]
            assert all(one.id > seen for one in logged)
            assert bare(logged[3:]) == bare(told)


async def test_supervisors_streams_hear_that_a_person_is_wanted_and_an_erasure_is_told_once(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path) as (one, other), other.reads("/agents/ann/events") as ann, one.reads("/events") as here:
        for feed in (ann, here):
            await begun(feed)
        await one.say("hello", "1")
        for _ in range(2):
            await here.next()
        server.kill()
        await one.say("I want to speak to a person", "2")
        assert [told.type for told in await aside(ann, 2)] == ["status_change", "transfer_request"]
        told = await aside(here, 4)
        assert {one.type for one in told} == {"new_message", "status_change", "transfer_request"}
        await one.asked("DELETE", "/calls/CA1")
        for feed in (ann, here):
            assert [(told.type, told.payload) for told in await aside(feed, 1)] == [("status_change", {"callSid": "CA1", "status": "erased"})]
        await one.say("hello", "9", "CA3")
        assert [told.payload["callSid"] for told in await aside(here, 2)] == ["CA3", "CA3"]


async def test_what_was_told_in_an_earlier_absence_is_not_told_again(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path) as (one, other), other.reads("/events") as there:
        await begun(there)
        for number in (1, 2):
            server.kill()
            await one.say("hello", str(number), f"CA{number}")
            assert [told.payload["callSid"] for told in await aside(there, 2)] == [f"CA{number}"] * 2
            await asyncio.to_thread(server.start)
            assert [(told.payload["callSid"], bool(told.id)) for told in [await there.next(), await there.next()]] == [(f"CA{number}", True)] * 2
            for worker in (one, other):
                await worker.sees_redis_back()


async def test_a_reader_that_takes_nothing_is_told_anew_how_it_stands(server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.asides.MOST_ASIDE", 500)
    async with host(server, tmp_path, workers=1) as (one,), one.reads("/calls/CA1/events") as call:
        await begun(call)
        server.kill()
        await one.say("hello", "1")
        await aside(call, 2)
        call.reads.clear()
        for number in range(2, 9):
            await one.say("what do you charge", str(number))
        reader = one.service.api.state.parts.hub.all_readers()[0]
        await one.sees(lambda: not reader.lost)
        call.reads.set()
        assert (await call.next("reset")).payload["reason"] == "trimmed"
        history = await call.next("history")
        assert (len(history.payload["history"]), history.event["degraded"]) == (16, True)


async def test_what_is_asked_for_meanwhile_says_that_it_is_of_this_host(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path) as (one, other):
        await one.say("hello", "1")
        whole = await one.asked("GET", "/calls")
        assert whole.keys() == {"calls", "next"}
        server.kill()
        await one.say("it's Mary O'Neill", "2")
        await other.sees_redis_away()
        for worker in (one, other):
            listed = await worker.asked("GET", "/calls")
            store = (await worker.asked("GET", "/health"))["parts"]["store"]
            assert ([call["callSid"] for call in listed["calls"]], listed["degraded"]) == (["CA1"], True)
            assert (await worker.asked("GET", "/calls", token=VIEWER)).items() >= {"degraded": True, "since": listed["since"]}.items()
            assert listed["since"][:16] == store["since"][:16] > "2026"
            past = (await worker.asked("GET", "/calls/CA1?events=1"))["events"]
            assert [(event["id"], event["degraded"], event["type"]) for event in past] == [
                ("", True, "new_message"),
                ("", True, "progress"),
                ("", True, "new_message"),
            ]
        await asyncio.to_thread(server.start)
        for worker in (one, other):
            await worker.sees_redis_back()
            assert (await worker.asked("GET", "/calls")).keys() == {"calls", "next"}
            assert "since" not in (await worker.asked("GET", "/health"))["parts"]["store"]
            assert len((await worker.asked("GET", "/calls/CA1?events=1"))["events"]) == 5


async def test_of_a_call_that_this_host_has_not_nobody_knows_while_redis_is_away(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path, 1) as (one,):
        for away in (False, True):
            if away:
                server.kill()
                await one.say("hello", "1")
                await one.sees_redis_away()
            for method, path in (("GET", "/calls/CA-theirs"), ("PATCH", "/calls/CA-theirs"), ("GET", "/calls/CA-theirs/trace")):
                answer = await one.http.request(method, path, json={"name": "Mary"} if method == "PATCH" else None, headers=one.headers)
                assert (answer.status_code, answer.json()["code"]) == ((503, "store_unavailable") if away else (404, "call_not_found"))


async def test_a_read_that_failed_once_while_redis_is_there_is_no_empty_history(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with host(server, tmp_path, 1) as (one,):
        await one.say("hello", "1")

        async def fails(*given: Any) -> Any:
            raise StoreUnavailable("timed out")

        monkeypatch.setattr(RedisStore, "events", fails)
        answer = await one.http.get("/calls/CA1?events=1", headers=one.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")


async def test_a_log_that_tells_nothing_new_is_read_once(server: RedisServer, tmp_path: Path) -> None:
    """An erasure of nobody leaves nothing to tell, and the flag up."""
    async with host(server, tmp_path, 1) as (one,):
        server.kill()
        await one.say("hello", "1")
        await one.sees_redis_away()
        log = one.service.api.state.parts.hub.host
        last = (await log.store.events("", "0", 1000)).entries[-1].id
        log.head = (int(last.partition("-")[0]) + 60_000, 0)
        await one.sees(lambda: text(log.head) != last)


async def test_who_is_erased_on_another_host_is_gone_from_the_journal_of_this_one(server: RedisServer, tmp_path: Path) -> None:
    async with host(server, tmp_path / "a", workers=1) as (here,), host(server, tmp_path / "b", workers=1) as (there,):
        await here.say("hello", "1")
        spare = here.service.api.state.parts.spare
        await spare.store._behind.flush()
        assert await spare.journal.document("CA1") is not None
        await there.asked("DELETE", "/calls/CA1")
        async with asyncio.timeout(PATIENCE_S):
            while await spare.journal.document("CA1") is not None:  # noqa: ASYNC110 - the log tells it, and it is off everybody's path
                await asyncio.sleep(0.01)
