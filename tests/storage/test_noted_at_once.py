"""What is noted is done at once where nobody else is at the journal's file, in as few statements as can be, and no loop waits for a disk."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.errors import JournalUnavailable
from storage.journal import schema
from storage.journal.engine import Engine
from storage.journal.marks import mark, put_mark
from storage.journal.schema import FILE, connected
from storage.journal.store import JournalStore
from tests.storage.calls import begin, line, new_call, step
from tests.storage.test_journal_noted import copied

pytestmark = pytest.mark.anyio
BEGUN = slice(12, 24)
"""Where SQLite's log says how often, and under which numbers, it was begun."""


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    one = Engine(tmp_path, lambda db: None)
    await one.read(_who)
    yield one
    await one.close()


def _who(_: sqlite3.Connection) -> int:
    return threading.get_ident()


def _count(db: sqlite3.Connection) -> int:
    """In which thread; once more each time that is kept."""
    put_mark(db, "counted", mark(db, "counted") + 1)
    return threading.get_ident()


async def counted(engine: Engine) -> int:
    return await engine.read(lambda db: mark(db, "counted"))


async def left_alone(engine: Engine) -> None:
    """Ends when the thread is done, which answers before that."""
    while engine._at_it.locked():  # noqa: ASYNC110 - a thread sets no event of a loop's
        await asyncio.sleep(0.001)


async def brief(engine: Engine) -> bool:
    """Whether it was done at once."""
    return await engine.write(_count, durable=False, brief=True) == threading.get_ident()


async def test_what_is_brief_is_done_at_once_where_nobody_is_at_the_file(engine: Engine) -> None:
    await left_alone(engine)
    assert await brief(engine)
    assert await engine.write(_count, durable=False) != threading.get_ident()
    assert await counted(engine) == 2


async def test_it_is_left_to_the_thread_where_another_process_has_the_file(engine: Engine) -> None:
    with closing(connected(engine.home)) as other:
        other.execute("BEGIN IMMEDIATE")
        waits = asyncio.create_task(brief(engine))
        await asyncio.sleep(0.05)
        assert not waits.done()
        other.execute("ROLLBACK")
        assert not await waits
    assert await counted(engine) == 1


async def test_it_is_left_to_the_thread_while_that_is_at_the_file(engine: Engine) -> None:
    began, goes_on = threading.Event(), threading.Event()

    def work(_: sqlite3.Connection) -> None:
        began.set()
        assert goes_on.wait(10)

    busy = asyncio.create_task(engine.read(work))
    await asyncio.to_thread(began.wait, 10)
    waits = asyncio.create_task(brief(engine))
    await asyncio.sleep(0.05)
    assert not waits.done()
    goes_on.set()
    await busy
    assert not await waits
    await left_alone(engine)
    assert await brief(engine)
    assert await counted(engine) == 2


async def test_what_fails_by_itself_leaves_nothing_and_is_in_nobodys_way(engine: Engine) -> None:
    def work(db: sqlite3.Connection) -> None:
        _count(db)
        raise ValueError("by itself")

    await left_alone(engine)
    with pytest.raises(ValueError, match="by itself"):
        await engine.write(work, durable=False, brief=True)
    assert await counted(engine) == 0
    await left_alone(engine)
    assert await brief(engine)


async def test_what_the_file_does_not_take_is_tried_and_told_by_the_thread(engine: Engine) -> None:
    threads: list[int] = []

    def work(db: sqlite3.Connection) -> None:
        threads.append(_count(db))
        db.execute("INSERT INTO nowhere VALUES (1)")

    await left_alone(engine)
    with pytest.raises(JournalUnavailable):
        await engine.write(work, durable=False, brief=True)
    assert threads[0] == threading.get_ident() not in threads[1:]
    assert len(threads) == 2
    assert await counted(engine) == 0, "and none of it is left"
    await left_alone(engine)
    assert await brief(engine)


async def test_it_opens_no_file_and_takes_none_that_was_put_in_its_place(tmp_path: Path) -> None:
    engine = Engine(tmp_path, lambda db: None)
    assert not await brief(engine), "the first to come has it opened"
    await left_alone(engine)
    assert await brief(engine)
    (engine.home / FILE).rename(engine.home / "aside")
    assert not await brief(engine)
    assert await counted(engine) == 1
    await engine.close()
    with pytest.raises(JournalUnavailable) as found:
        await brief(engine)
    assert found.value.why == "closed"


async def test_no_note_begins_the_log_anew(tmp_path: Path) -> None:
    """That would be synced, and the loop would wait for the disk."""
    journal = JournalStore(tmp_path)
    log = journal.home / f"{FILE}-wal"
    for number in range(3):
        await journal.keep([copied(new_call(f"CA{number}"))])
        before = log.read_bytes()[BEGUN]
        await journal.tidy()
        brought_in = log.read_bytes()[BEGUN]
        assert brought_in != before
        await left_alone(journal._engine)
        await journal.keep([copied(new_call(f"CA{number} again"))])
        assert log.read_bytes()[BEGUN] == brought_in
    await journal.tidy()
    at_rest = log.read_bytes()
    await journal.tidy()
    assert log.read_bytes() == at_rest, "a host at rest writes nothing"
    await left_alone(journal._engine)
    await journal.keep([copied(new_call("CA after a rest"))])
    assert log.read_bytes()[BEGUN] == at_rest[BEGUN]
    await journal.close()


async def test_a_log_that_steps_make_long_waits_for_no_moment_of_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "SYNCED", (*schema.SYNCED, "wal_autocheckpoint = 20"))
    journal = JournalStore(tmp_path)
    was = await begin(journal)
    for number in range(100):
        was = await step(journal, was, lines=(line(f"{number}" * 4_000),))
    assert (journal.home / f"{FILE}-wal").stat().st_size < 60 * 4096
    await journal.close()
