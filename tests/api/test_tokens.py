"""Tokens: how they are written, who they are for, and that one is gone the moment it leaves its file."""

import asyncio
import json
import os
import pickle
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import Message, Scope

from api.attempts import FREE, LONGEST_WAIT_S, WAITING, Attempts
from api.errors import Problem
from api.settings import Settings
from api.tokens import MOST_BYTES, Identity, Tokens, entries_of, parse
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.feeds import Feed, until
from tests.api.services import running

pytestmark = pytest.mark.anyio
A, B, C = ("a-token-of-22-characters", "b-token-of-22-characters", "c/token+of=22.characters")


def test_role_name_and_business() -> None:
    text = f" {A}:supervisor:sue, {B}:viewer ,{C}:viewer:wall@acme,"
    tokens = Tokens(parse(entries_of(text)), None, ["acme"])
    assert tokens.who(A.encode()) == Identity(role="supervisor", name="sue", named=True)
    assert tokens.who(B.encode()) == Identity(role="viewer", name="viewer-1")
    assert tokens.who(C.encode()) == Identity(role="viewer", name="wall", named=True, business="acme")
    assert tokens.who(b"") is tokens.who(A.encode()[:-1]) is tokens.who(A.encode() + b" ") is None
    assert A not in repr(tokens.__dict__)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (A, "token:role"),
        (f"{A}:boss", "token:role"),
        (f"{A}:viewer:name:more", "token:role"),
        ("a" * 21 + ":viewer", "22"),
        (":viewer", "22"),
        ("a" * 600 + ":viewer", "512"),
        ("ä" * 30 + ":viewer", "characters"),
        (f"{A} {A}:viewer", "characters"),
        (f"{A}@x:viewer", "characters"),
        (f"{A}:viewer:", "name"),
        (f"{A}:viewer:@acme", "name"),
        (f"{A}:viewer:s ue", "name"),
        (f"{A}:viewer,{A}:supervisor", "second time"),
        (f"{A}:viewer:sue,{B}:supervisor:sue", "second time"),
        (f"{A}:viewer:Sue,{B}:supervisor:sue", "second time"),
        (f"{A}:viewer:supervisor", "name"),
        (f"{A}:integration:Viewer", "name"),
    ],
)
def test_what_is_no_token_is_refused_in_words_that_do_not_repeat_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"entry [12] ") as refused:
        parse(entries_of(text))
    assert said in str(refused.value)
    assert "a-token" not in str(refused.value)


@pytest.mark.parametrize("businesses", [["other"], ["Acme", "acme.", "acm"], []])
def test_a_token_is_bound_to_a_business_that_is_served(businesses: list[str]) -> None:
    with pytest.raises(ValueError, match="bound to a business"):
        Tokens(parse([f"{A}:viewer:wall@acme"]), None, businesses)


def test_a_token_that_is_bound_otherwise_is_another() -> None:
    tokens = Tokens(parse([f"{A}:viewer:wall@acme", f"{B}:viewer:hall"]), None, ["acme", "other"])
    assert [tokens.business_of(name) for name in ("wall", "hall", "nobody")] == ["acme", "", ""]


def test_a_file_that_changes_is_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# who may look\n{A}:viewer:tv\n\n {B}:supervisor \n")
    tokens = Tokens(parse([f"{C}:viewer"]), file)
    revoked: list[frozenset[str]] = []
    tokens.when_revoked(revoked.append)
    assert tokens.who(A.encode()) == Identity(role="viewer", name="tv", named=True)
    tokens.look()
    assert revoked == []
    file.write_text(f"{B}:supervisor\n")
    tokens.look()
    assert tokens.who(A.encode()) is None
    assert tokens.who(B.encode()) is not None
    assert tokens.who(C.encode()) is not None
    assert revoked == [frozenset({"tv"})]
    for broken in (f"{B}:supervisor\nshort:viewer\n", f"{C}:viewer\n"):
        file.write_text(broken)
        tokens.look()
        assert tokens.who(B.encode()) is not None, "what cannot be used changes nothing"
    file.unlink()
    tokens.look()
    assert tokens.who(B.encode()) is not None
    file.write_text("\n")
    tokens.look()
    assert tokens.who(B.encode()) is None
    assert tokens, "a file without tokens lets nobody in"
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["event"] for event in events] == ["tokens_read", *["tokens_unusable"] * 3, "tokens_read"]
    assert "short" not in str(events)


def test_whoever_begins_later_and_finds_the_file_unusable_goes_on_with_what_it_held(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{A}:viewer:tv\n")
    found = Settings(_env_file=None, tokens_file=file)
    found.read_tokens_file()
    found = pickle.loads(pickle.dumps(found))
    file.write_text("bad:viewer\n")
    tokens = Tokens(found.tokens, file, [], found.filed_tokens)
    assert tokens.who(A.encode()) == Identity(role="viewer", name="tv", named=True)
    with pytest.raises(ValueError, match="entry 1"):
        Tokens(found.tokens, file)


@pytest.mark.parametrize("kind", ["a pipe", "too long", "a folder", "a device"])
def test_what_is_no_file_of_tokens_is_refused_at_once(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, odd = tmp_path / "tokens", tmp_path / "odd"
    file.write_text(f"{A}:viewer:tv\n")
    tokens = Tokens((), file)
    match kind:
        case "a pipe":
            os.mkfifo(odd)
        case "too long":
            odd.write_text("#" * MOST_BYTES + "\n")
        case "a folder":
            odd.mkdir()
            file.unlink()
        case "a device":
            odd.symlink_to("/dev/zero")
    with pytest.raises(ValueError, match=r"^cannot be read: (not a file|longer than 64 kib)$"):
        Tokens((), odd)
    odd.rename(file)
    tokens.look()
    assert tokens.who(A.encode()) is not None
    assert json.loads(capsys.readouterr().err)["event"] == "tokens_unusable"


async def test_a_token_that_is_revoked_while_the_body_is_on_its_way_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{A}:integration:acd\n{B}:supervisor:sue\n")
    async with running(tokens_file=file) as caller:
        turn = {"callSid": "CA1", "customerMessage": {"message": "hello"}}
        assert (await caller.http.post("/ai/conversation", json=turn, headers={"Authorization": f"Bearer {A}"})).status_code == 200
        for token, method, path, body in ((B, "PATCH", "/calls/CA1", {"name": "Mary"}), (A, "POST", "/ai/conversation", turn)):
            file.write_text(f"{A}:integration:acd\n{B}:supervisor:sue\n")
            caller.service.tokens.look()
            sent = json.dumps(body).encode()

            async def halves(sent: bytes = sent, token: bytes = token.encode()) -> AsyncIterator[bytes]:
                yield sent[:5]
                assert caller.service.tokens.who(token)
                file.write_text("")
                caller.service.tokens.look()
                yield sent[5:]

            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = await caller.http.request(method, path, content=halves(), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown")
        assert caller.walker.edits == []
        assert len(caller.walker.requests) == 1


async def test_a_token_that_is_revoked_before_a_slow_peer_took_the_first_bytes_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{A}:supervisor:sue\n")
    async with running(tokens_file=file) as caller:
        feed, taken = Feed(), asyncio.Event()

        async def send(message: Message) -> None:
            await taken.wait()
            await feed.send(message)

        task = asyncio.create_task(caller.service(_asked(A), feed.receive, send))
        await until(lambda: bool(caller.service.tokens.who(A.encode())))
        await asyncio.sleep(0)
        file.write_text("")
        await until(lambda: caller.service.tokens.who(A.encode()) is None)
        taken.set()
        async with asyncio.timeout(30):
            await task
        assert b'"history"' not in feed.raw


async def test_a_token_that_is_revoked_ends_its_streams_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{A}:viewer:tv\n{B}:supervisor:sue\n")
    async with running(tokens_file=file) as caller:
        feeds = {token: Feed() for token in (A, B)}
        tasks = [asyncio.create_task(_stream(caller.service, feed, token)) for token, feed in feeds.items()]
        for feed in feeds.values():
            await feed.next("history")
        file.write_text(f"{B}:supervisor:sue\n")
        async with asyncio.timeout(30):
            await feeds[A].ended.wait()
        assert not feeds[B].ended.is_set()
        assert (await caller.http.get("/calls", headers={"Authorization": f"Bearer {A}"})).status_code == 401
        assert (await caller.http.get("/calls", headers={"Authorization": f"Bearer {B}"})).status_code == 200
        feeds[B].leave()
        await asyncio.gather(*tasks)


async def _stream(app: object, feed: Feed, token: str) -> None:
    await app(_asked(token), feed.receive, feed.send)  # type: ignore[operator]


def _asked(token: str) -> Scope:
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {token}".encode())]
    return {"type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"", "headers": headers}


async def test_a_token_with_a_name_acts_under_no_other() -> None:
    async with running(tokens=f"{TOKENS},{A}:supervisor:sue") as caller:
        await caller.http.post(
            "/ai/conversation",
            json={"callSid": "CA1", "customerMessage": {"message": "hello"}},
            headers={"Authorization": f"Bearer {IDENTITIES['integration']}"},
        )
        for token, agent, status, source in (
            (A, None, 200, "sue"),
            (A, "sue", 200, "sue"),
            (A, "bob", 403, ""),
            (IDENTITIES["supervisor"], "bob", 200, "bob"),
            (IDENTITIES["supervisor"], "sue", 403, ""),
            (IDENTITIES["integration"], "Sue", 403, ""),
            (IDENTITIES["integration"], "supervisor", 403, ""),
            (IDENTITIES["integration"], "Supervisor", 403, ""),
            (IDENTITIES["integration"], "supervisor-1", 403, ""),
            (IDENTITIES["supervisor"], "supervisor-1", 200, "supervisor-1"),
            (IDENTITIES["supervisor"], None, 200, "supervisor"),
        ):
            caller.walker.edits.clear()
            body = {"name": "Mary"} | ({"agentId": agent} if agent else {})
            answer = await caller.http.patch("/calls/CA1", json=body, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
            assert [edit[-1] for edit in caller.walker.edits] == ([source] if source else [])


class TestAttempts:
    async def test_each_further_try_waits_longer_and_others_do_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        waits: list[float] = []

        async def wait(seconds: float) -> None:
            waits.append(seconds)

        attempts = Attempts(wait)
        for _ in range(FREE):
            await attempts.failed({"client": ("192.0.2.1", 5)})
        assert waits == []
        for _ in range(12):
            await attempts.failed({"client": ("192.0.2.1", 6)})
        assert waits == sorted(waits)
        assert waits[0] < waits[-1] == LONGEST_WAIT_S
        await attempts.failed({"client": ("192.0.2.2", 5)})
        assert len(waits) == 12
        for host in range(FREE + 1):  # one network of IPv6 is one visitor
            await attempts.failed({"client": (f"2001:db8::{host + 1:x}", 5)})
        assert len(waits) == 13
        told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [line["count"] for line in told if line["peer"] == "192.0.2.1"] == [1, 2, 4, 8, 16]

    async def test_not_all_may_wait_at_once(self) -> None:
        released = asyncio.Event()

        async def wait(_: float) -> None:
            await released.wait()

        attempts = Attempts(wait)
        for _ in range(FREE):
            await attempts.failed({"client": ("192.0.2.1", 5)})
        waiting = [asyncio.create_task(attempts.failed({"client": ("192.0.2.1", 5)})) for _ in range(WAITING)]
        await until(lambda: attempts._waiting == WAITING)
        with pytest.raises(Problem, match="too_many_tries"):
            await attempts.failed({"client": ("192.0.2.1", 5)})
        released.set()
        await asyncio.gather(*waiting)
