"""Tickets: one stream, once, for as long as its token is good, on whichever worker; and nothing of it, or of a token, in any log."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from api.attempts import FREE
from api.errors import Problem
from api.masking import HIDDEN
from api.stream_tickets import ASTRAY_S, LIFE_S, Tickets
from api.tokens import Identity, Tokens, parse
from api.turn_keys import TurnKeys
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from tests.api.doors import IDENTITIES, TOKENS, asked
from tests.api.feeds import Feed, until
from tests.api.services import Caller, running, served
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
A, B = "a-token-of-22-characters", "b-token-of-22-characters"
SECRET = "a-secret-of-22-characters"
SUE = Identity(role="supervisor", name="sue", named=True)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def given(caller: Caller, token: str = "") -> str:
    """A ticket, as a client asks for one."""
    answer = await caller.http.post("/events/ticket", headers=bearer(token) if token else {})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"ticket", "expiresIn"}
    assert answer.json()["expiresIn"] == LIFE_S
    return str(answer.json()["ticket"])


@asynccontextmanager
async def opened(caller: Caller, query: str, path: str = "/events") -> AsyncIterator[Feed]:
    """A stream asked for without a header, left at the end."""
    feed = Feed()
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode()}
    task = asyncio.create_task(caller.service({**scope, "headers": [(b"host", b"127.0.0.1")]}, feed.receive, feed.send))
    try:
        yield feed
    finally:
        feed.leave()
        async with asyncio.timeout(PATIENCE_S):
            await task


async def refusal(caller: Caller, query: str) -> tuple[int, str]:
    answer = await caller.http.get(f"/events?{query}")
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("role", ["viewer", "supervisor", "integration", ""])
async def test_a_ticket_opens_one_stream_once_with_the_role_of_who_asked(role: str) -> None:
    async with running(tokens=TOKENS if role else "") as caller:
        turn = {"callSid": "CA1", "customerMessage": {"message": "hello there"}}
        await caller.http.post("/ai/conversation", json=turn, headers=bearer(IDENTITIES["integration"]))
        ticket = await given(caller, IDENTITIES[role] if role else "")
        async with opened(caller, f"ticket={ticket}", "/calls/CA1/events") as feed:
            history = (await feed.next("history")).payload["history"]
            assert [line["message"] for line in history] == [HIDDEN if role == "viewer" else "hello there"]
            assert await refusal(caller, f"ticket={ticket}") == (401, "ticket_spent")
        assert await refusal(caller, f"ticket={ticket}") == (401, "ticket_spent")


async def test_a_ticket_is_for_streams_alone_and_a_token_goes_before_it() -> None:
    async with running(tokens=TOKENS) as caller:
        ticket = await given(caller, IDENTITIES["viewer"])
        for path in ("/calls", "/openapi.json", "/calls/CA1/events/health"):
            assert (await caller.http.get(f"{path}?ticket={ticket}")).json()["code"] == "token_missing"
        assert (await caller.http.post(f"/events/ticket?ticket={ticket}")).json()["code"] == "token_missing"
        async with opened(caller, f"ticket={ticket}&token={IDENTITIES['viewer']}") as feed:
            await feed.next("history")
        async with opened(caller, f"ticket={ticket}&lastEventId=x") as feed:
            await feed.next("reset")


async def test_a_ticket_is_used_once_by_all_hosts_together(redis_url: str) -> None:
    async with running(tokens=TOKENS, redis_url=redis_url) as here, running(tokens=TOKENS, redis_url=redis_url) as there:
        for _ in range(3):
            ticket = await given(here, IDENTITIES["viewer"])
            feeds = [Feed() for _ in range(10)]
            scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/events", "raw_path": b"/events"}
            scope |= {"query_string": f"ticket={ticket}".encode(), "headers": []}
            apps = [(here, there)[number % 2].service for number in range(10)]
            tasks = [asyncio.create_task(app({**scope}, feed.receive, feed.send)) for app, feed in zip(apps, feeds, strict=True)]
            await until(lambda feeds=feeds: all(feed.status for feed in feeds))
            assert sorted(feed.status for feed in feeds) == [200, *[401] * 9]
            for feed in feeds:
                feed.leave()
            await asyncio.gather(*tasks)
        with redis.from_url(redis_url) as line:
            kept = b" ".join(line.keys("*")).decode()
            assert ticket not in kept
            assert 0 < int(line.ttl(line.keys("slotline:claim:*")[0])) <= LIFE_S + 2 * ASTRAY_S


async def test_a_ticket_ends_with_its_token(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{A}:supervisor:sue\n{B}:viewer:tv\n")
    async with running(tokens_file=file) as caller:
        tickets = [await given(caller, token) for token in (A, A, A, B)]
        async with opened(caller, f"ticket={tickets[0]}") as feed, opened(caller, f"ticket={tickets[3]}") as other:
            await feed.next("history")
            await other.next("history")
            file.write_text(f"{A[::-1]}:supervisor:sue\n{B}:viewer:tv\n")
            async with asyncio.timeout(PATIENCE_S):
                await feed.ended.wait()
            assert not other.ended.is_set()
        assert await refusal(caller, f"ticket={tickets[1]}") == (401, "ticket_unknown")
        file.write_text(f"{A}:viewer:sue\n")
        caller.service.tokens.look()
        assert await refusal(caller, f"ticket={tickets[2]}") == (401, "ticket_unknown")


async def test_the_readers_of_a_token_are_counted_whatever_opened_their_streams() -> None:
    async with running(tokens=TOKENS, readers_per_token=2) as caller:
        tickets = [await given(caller, IDENTITIES["viewer"]) for _ in range(2)]
        async with opened(caller, f"ticket={tickets[0]}") as first, opened(caller, f"token={IDENTITIES['viewer']}") as second:
            await first.next("history")
            await second.next("history")
            async with opened(caller, f"ticket={tickets[1]}") as third:
                await asyncio.wait_for(third.ended.wait(), PATIENCE_S)
                assert (third.status, third.raw.count(b"data:")) == (200, 0)
                assert third.retries[0] >= 1000


async def test_who_made_a_ticket_up_tried_and_who_brings_a_spent_one_did_not(capsys: pytest.CaptureFixture[str]) -> None:
    async with running(tokens=TOKENS) as caller:
        ticket = await given(caller, IDENTITIES["viewer"])
        async with opened(caller, f"ticket={ticket}") as feed:
            await feed.next("history")
        for _ in range(2 * FREE):
            assert await refusal(caller, f"ticket={ticket}") == (401, "ticket_spent")
        assert "token_refused" not in capsys.readouterr().err
        assert await refusal(caller, f"ticket={ticket}x") == (401, "ticket_unknown")
        assert "token_refused" in capsys.readouterr().err


async def test_nobody_makes_a_ticket() -> None:
    async with running(tokens=TOKENS, secret=SECRET) as caller:
        ticket = await given(caller, IDENTITIES["viewer"])
        content, _, signature = ticket.partition(".")
        others = Tickets(Tokens(parse([f"{IDENTITIES['viewer']}:viewer"])), TurnKeys(MemoryStore(), SECRET[::-1]), MemoryStore())
        forged = [content, f"{content}.", f".{signature}", f"{content}.{signature[:-1]}", f"{content}.{signature}=", f"{signature}.{content}"]
        forged += ["x", ".", "..", "%00", "%ff.%ff", "a" * 3000, "W10.x", await others.ticket("viewer-1"), ticket.swapcase()]
        found = [await caller.http.get(f"/events?ticket={one}") for one in forged[:FREE]]
        assert [(answer.status_code, answer.json()["code"]) for answer in found] == [(401, "ticket_unknown")] * FREE
        for one in forged:
            with pytest.raises(Problem, match="ticket_unknown"):
                await caller.service._redeemed(one)
        async with opened(caller, f"ticket={ticket}") as feed:
            await feed.next("history")


class TestTickets:
    async def test_a_ticket_lives_for_seconds_and_its_use_is_remembered_for_longer(self) -> None:
        now = [1000.0]
        tickets = Tickets(Tokens(parse([f"{A}:supervisor:sue"])), TurnKeys(MemoryStore(), SECRET), MemoryStore(), lambda: now[0])
        early, late = await tickets.ticket("sue"), await tickets.ticket("sue")
        now[0] += LIFE_S - 0.01
        assert await tickets.redeemed(early) == SUE
        now[0] += 0.02
        with pytest.raises(Problem, match="ticket_spent"):
            await tickets.redeemed(late)
        now[0] += 10 * ASTRAY_S
        ahead = await tickets.ticket("sue")
        now[0] -= ASTRAY_S + 1
        with pytest.raises(Problem, match="ticket_spent"):
            await tickets.redeemed(ahead)
        now[0] += 2
        assert await tickets.redeemed(ahead) == SUE

    async def test_a_ticket_that_cannot_be_judged_is_as_good_as_before(self) -> None:
        store = Away()
        tickets = Tickets(Tokens(parse([f"{A}:supervisor:sue"])), TurnKeys(store, SECRET), store)
        ticket = await tickets.ticket("sue")
        store.away = True
        with pytest.raises(Problem, match="store_unavailable"):
            await tickets.redeemed(ticket)
        store.away = False
        assert await tickets.redeemed(ticket) == SUE

    async def test_a_stream_whose_ticket_cannot_be_judged_is_told_to_come_back(self) -> None:
        async with running(tokens=TOKENS, secret=SECRET) as caller:
            ticket, store = await given(caller, IDENTITIES["viewer"]), Away()
            store.away = True
            caller.service._tickets = Tickets(caller.service.tokens, TurnKeys(store, SECRET), store)
            async with opened(caller, f"ticket={ticket}") as feed:
                await asyncio.wait_for(feed.ended.wait(), PATIENCE_S)
            assert (feed.status, len(feed.retries), feed.raw.count(b"data:")) == (200, 1, 0)
            assert feed.headers[b"content-type"].startswith(b"text/event-stream")
            store.away = False
            async with opened(caller, f"ticket={ticket}") as feed:
                await feed.next("history")

    async def test_a_token_that_is_revoked_while_its_ticket_is_judged_opens_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        file.write_text(f"{A}:supervisor:sue\n")
        tokens, store = Tokens((), file), Away()
        tickets = Tickets(tokens, TurnKeys(store, SECRET), store)
        ticket = await tickets.ticket("sue")

        def revoke() -> None:
            file.write_text("")
            tokens.look()

        store.meanwhile = revoke
        with pytest.raises(Problem, match="ticket_unknown"):
            await tickets.redeemed(ticket)
        with pytest.raises(Problem, match="token_unknown"):
            await tickets.ticket("sue")


class Away(MemoryStore):
    """A store that may be away, and where something may happen while it is asked."""

    away = False

    def meanwhile(self) -> None: ...

    async def claim(self, name: str, for_s: int) -> bool:
        self.meanwhile()
        if self.away:
            raise StoreUnavailable("away")
        return await super().claim(name, for_s)


async def test_no_token_and_no_ticket_is_told_anywhere(redis_url: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.attempts.LONGEST_WAIT_S", 0.0)
    secrets = set(IDENTITIES.values()) - {""}
    said = ""
    with served(tokens=TOKENS, redis_url=redis_url) as (service, _, port):
        tickets = [json.loads(asked(port, "POST", "/events/ticket", "viewer").body)["ticket"] for _ in range(3)]
        forged = tickets[2][:-1] + ("A" if tickets[2][-1] != "A" else "Q")
        secrets |= {*tickets, forged}
        turn = {"callSid": "CA1", "customerMessage": {"message": "hello"}}
        said += asked(port, "POST", "/ai/conversation", "integration", body=turn).body.decode()
        for secret in secrets:
            for query in (f"token={secret}", f"ticket={secret}", f"token={secret}&ticket={secret}", f"ticket={secret}&lastEventId={secret}"):
                for path in ("/events", "/calls/CA1/events", "/agents/a/events", "/calls", "/nothing", f"/calls/{secret}/trace", "/events/%zz"):
                    for method in ("GET", "POST"):
                        seen = asked(port, method, f"{path}?{query}", "nobody")
                        said += str(seen.headers) + seen.body.decode()
            said += str(asked(port, "GET", f"/{secret}", "nobody", f"Authorization: Basic {secret}", f"X-Odd: {secret}"))
        monkeypatch.setattr(service._streams, "_opened", _fails)
        said += str(asked(port, "GET", f"/events?token={IDENTITIES['viewer']}", "nobody"))
        said += str(asked(port, "GET", "/calls/CA1", "integration").body) + str(asked(port, "GET", "/calls/CA1/trace", "integration").body)
        said += asked(port, "GET", "/openapi.json", "viewer").body.decode()
    with redis.from_url(redis_url) as line:
        said += str([line.dump(key) for key in line.keys("*")]) + str(line.keys("*"))
    log = "".join(capfd.readouterr())
    assert '"token_refused"' in log
    assert "request_failed" in log
    for secret in secrets:
        assert secret not in log
        assert secret not in said


def _fails(*_: object) -> None:
    raise RuntimeError("; ".join(IDENTITIES.values()))
