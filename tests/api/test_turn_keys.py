"""Keys of turns: the same for a turn that is sent again, on every host, and telling nothing to whoever reads them."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
import redis

from agent.record.call import Turn
from api.turn_keys import TurnKeys
from graph.state import TurnRequest
from storage.connect import connect
from storage.errors import StoreUnavailable
from storage.keys import SECRET, Ttl
from storage.memory_store import MemoryStore
from tests.api.services import running
from tests.conftest import Shelf
from tests.graph.walkers import walker

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AT = "2026-03-02T01:00:00Z"


def turn(said: str = "yes", turn_id: str = "", at: str = AT, sid: str = "CA1") -> TurnRequest:
    return TurnRequest(sid=sid, turn=Turn(key="", text=said, started_at=at), turn_id=turn_id, said=said)


async def key(keys: TurnKeys, request: TurnRequest) -> str:
    return (await keys.keyed(request)).turn.key


async def test_a_turn_is_known_again_by_its_id_then_by_time_and_words() -> None:
    keys = TurnKeys(MemoryStore(), "a-secret-of-22-characters")
    assert await key(keys, turn(turn_id="7")) == await key(keys, turn("no", turn_id="7", at="")) != await key(keys, turn(turn_id="8"))
    assert await key(keys, turn()) == await key(keys, turn()) != await key(keys, turn("no"))
    assert await key(keys, turn(at="")) == ""
    assert await key(keys, turn(sid="CA2")) != await key(keys, turn())
    odd = [await key(keys, turn(turn_id="x" * length)) for length in (10_000, 10_001)]
    assert len(set(odd)) == 2
    assert {len(one) for one in odd} == {32}
    assert await key(keys, turn(f"{AT} yes", at="", turn_id=f"{AT} yes")) != await key(keys, turn())


async def test_nobody_without_the_secret_makes_the_key() -> None:
    keys, others = TurnKeys(MemoryStore(), "a-secret-of-22-characters"), TurnKeys(MemoryStore(), "another-secret-of-22-char")
    made = await key(keys, turn("202 555 0143"))
    assert made != await key(others, turn("202 555 0143"))
    for guess in (f"{AT} 202 555 0143", f"at CA1 {AT} 202 555 0143", "202 555 0143"):
        assert made not in (hashlib.sha256(guess.encode()).hexdigest()[:32], f"at:{hashlib.sha256(guess.encode()).hexdigest()[:32]}")


async def test_hosts_that_share_a_store_share_the_secret(shelf: Shelf) -> None:
    first = await shelf.open()
    second = await shelf.open() if shelf.url else first
    try:
        assert await first.secret() == await second.secret() == await first.secret()
        assert len(await first.secret()) >= 32
        assert await key(TurnKeys(first), turn()) == await key(TurnKeys(second), turn())
    finally:
        await first.close()
        await second.close()


async def test_a_store_that_was_emptied_gets_the_secret_back(shelf: Shelf) -> None:
    store = await shelf.open()
    keys, others = TurnKeys(store), TurnKeys(store)
    await keys.share()
    await others.share()
    made = await key(keys, turn())
    if shelf.url:
        with redis.from_url(shelf.url) as line:
            line.flushall()
    assert await key(keys, turn()) == await key(others, turn()) == made
    await others.share()
    await keys.share()
    assert await key(TurnKeys(store), turn()) == await key(keys, turn()) == made
    await store.close()


@pytest.mark.parametrize("spoilt", [("SET", ""), ("SET", "short"), ("RPUSH", "a"), ("SADD", "a"), ("HSET", "a", "b"), ("XADD", "*", "a", "b")])
async def test_what_is_no_secret_is_replaced_by_one(redis_url: str, spoilt: tuple[str, ...]) -> None:
    command, *rest = spoilt
    stores = [await connect(redis_url, channel_prefix="sse:", ttl=Ttl()) for _ in range(2)]
    with redis.from_url(redis_url) as line:
        line.execute_command(command, SECRET, *rest)
        first, second = TurnKeys(stores[0]), TurnKeys(stores[1])
        made = await key(first, turn())
        assert made == await key(second, turn())
        assert len(line.get(SECRET)) >= 32
        line.delete(SECRET)
        line.execute_command(command, SECRET, *rest)
        await first.share()
        assert await key(TurnKeys(stores[1]), turn()) == made
    for store in stores:
        await store.close()


async def test_health_tells_when_turns_get_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(self: MemoryStore, known: bytes = b"") -> bytes:
        raise StoreUnavailable("no permission")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryStore, "secret", refused)
        async with running() as caller:
            health = (await caller.http.get("/health")).json()
            assert (health["status"], health["parts"]["keys"], health["parts"]["store"]["status"]) == ("degraded", {"status": "unavailable"}, "ok")
            assert (await caller.http.get("/ready")).status_code == 503
            patched.undo()
            assert (await caller.http.get("/ready")).status_code == 200
            assert (await caller.http.get("/health")).json()["parts"]["keys"] == {"status": "ok"}


async def test_what_was_answered_under_a_former_key_is_answered_again() -> None:
    walk = walker()
    keys = TurnKeys(walk.deps.store, "a-secret-of-22-characters")
    for asked in (turn("my name is Mary O'Neill"), turn("yes", turn_id="CA1-2"), turn("yes", turn_id="ü" * 3)):
        keyed = await keys.keyed(asked)
        before = TurnRequest(sid=asked.sid, turn=Turn(key=keyed.former_key, text=asked.said, started_at=AT))
        answer = await walk.take_turn(before, NOW)
        assert await walk.take_turn(keyed, NOW) == answer
    found = await walk.deps.store.open("CA1")
    assert found.call is not None
    assert found.call.turns == 3


async def test_what_the_client_calls_a_turn_stands_in_no_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as caller:
        for turn_id in ("Mary-2025550143", "x\ny"):
            assert (await caller.say("hello", turnId=turn_id)).status_code == 200
        caller.walker.failure = RuntimeError("Mary")
        await caller.say("hello", turnId="Mary-2025550144")
    logged = capsys.readouterr().err
    assert "Mary" not in logged
    turns = [json.loads(line) for line in logged.splitlines() if '"event":"turn"' in line]
    assert len({line["turn"] for line in turns}) == 3
