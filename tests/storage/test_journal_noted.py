"""What a worker noted is there for the others of its host, also when it is killed or stands still before the journal has it."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from time import time

import msgspec
import pytest

from agent.record.call import Call
from agent.record.moments import seconds_of
from storage import codec
from storage.errors import JournalUnavailable
from storage.journal import spool
from storage.journal.behind import WriteBehind
from storage.journal.store import JournalStore
from storage.memory_store import MemoryStore
from storage.store import Change, Committed
from tests.storage.calls import CREATED, line, new_call
from tests.storage.test_journal import left_in, noted

pytestmark = pytest.mark.anyio
NEVER_S = 3600.0


def _note(folder: str, turns: Connection) -> None:
    """A worker whose journal is behind by more than anybody waits; each turn when it is told to, and answered once it is noted."""

    async def run() -> None:
        journal, redis = JournalStore(Path(folder)), MemoryStore()
        await journal.ping()
        behind = WriteBehind(journal, moment_s=NEVER_S)
        was = None
        while number := await asyncio.to_thread(turns.recv):
            if number < 0:
                await behind.flush()
            else:
                was = await noted(redis, behind, was, lines=(line(f"line {number}"),), answer=(f"t{number}", b"%d" % number))
            turns.send(number)
        await behind.close()
        await journal.close()

    asyncio.run(run())


class Worker:
    """Another process of this host."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._turns, theirs = context.Pipe()
        self.process = context.Process(target=_note, args=(str(folder), theirs), daemon=True)
        self.process.start()

    def take(self, number: int) -> None:
        self._turns.send(number)
        assert self._turns.recv() == number

    def end(self) -> None:
        self._turns.send(0)
        self.process.join()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


async def lines_of(journal: JournalStore) -> list[str]:
    return [one["message"] for one in msgspec.json.decode(await journal.document("CA1") or b'{"history": []}')["history"]]


def files(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder / "journal") if name.startswith("noted-")]


async def test_what_a_worker_noted_that_is_killed_or_stands_still_is_there_for_the_others(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    journal = JournalStore(tmp_path)
    behind = WriteBehind(journal)
    try:
        worker.take(1)
        os.kill(worker.process.pid or 0, signal.SIGSTOP)
        await behind.gather()
        assert ((await journal.open("CA1", "t1")).answer, await lines_of(journal)) == (b"1", ["line 1"])
        os.kill(worker.process.pid or 0, signal.SIGCONT)
        worker.take(2)
        worker.take(-1)
        assert await lines_of(journal) == ["line 1", "line 2"], "once, though it was noted twice"
        for number in (3, 4, 5):
            worker.take(number)
        worker.kill()
        await behind.gather(dead=True)
        assert ((await journal.open("CA1", "t5")).answer, await lines_of(journal)) == (b"5", [f"line {number}" for number in range(1, 6)])
        assert files(tmp_path) == []
    finally:
        worker.kill()
        await behind.close()
        await journal.close()


async def test_a_worker_that_ends_leaves_its_notes_in_the_journal_alone(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    worker.take(1)
    assert len(files(tmp_path)) == 2
    worker.end()
    assert files(tmp_path) == []
    journal = JournalStore(tmp_path)
    assert await lines_of(journal) == ["line 1"]
    await journal.close()


async def test_half_a_note_is_none(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    worker.take(1)
    worker.take(2)
    worker.kill()
    (written,) = (path for path in (tmp_path / "journal").glob("noted-*") if path.stat().st_size)
    os.truncate(written, written.stat().st_size - 1)
    journal = JournalStore(tmp_path)
    behind = WriteBehind(journal)
    await behind.gather()
    assert await lines_of(journal) == ["line 1"]
    await behind.close()
    await journal.close()


@pytest.mark.parametrize(("down_s", "known"), [(1700.0, ["line 1"]), (1801.0, [])])
async def test_what_a_worker_noted_is_known_for_as_long_as_any_copy_however_long_nobody_was_here(
    tmp_path: Path, down_s: float, known: list[str]
) -> None:
    worker = Worker(tmp_path)
    worker.take(1)
    worker.kill()
    now = time() + down_s
    journal = JournalStore(tmp_path, clock=lambda: now)
    behind = WriteBehind(journal)
    await behind.gather(dead=True)
    assert (await lines_of(journal), files(tmp_path)) == (known, [])
    now += 1800 - down_s
    assert await lines_of(journal) == [], "half an hour after it was said"
    await behind.close()
    await journal.close()


async def test_of_who_is_erased_no_note_is_left(tmp_path: Path) -> None:
    journal, redis = JournalStore(tmp_path), MemoryStore()
    await journal.ping()
    behind = WriteBehind(journal, moment_s=NEVER_S)
    await noted(redis, behind, None, lines=(line("v01-line"),))
    assert left_in(tmp_path, "v01-line") == {"v01-line"}
    other = WriteBehind(journal)
    await other.gather()
    await noted(redis, behind, await first(redis), lines=(line("v01-line"),))
    await journal.erase("CA1")
    await other.gather()
    assert await journal.document("CA1") is None, "what was noted before does not bring it back"
    behind.forget("CA1", time())
    await behind.flush()
    assert await journal.tidy()
    assert left_in(tmp_path, "v01-line") == set()
    await behind.close()
    await other.close()
    await journal.close()


@pytest.mark.parametrize("wait", [WriteBehind.flush, WriteBehind.gather])
async def test_who_waits_for_the_notes_and_is_cancelled_loses_none(tmp_path: Path, wait: Callable[[WriteBehind], Awaitable[None]]) -> None:
    """A request that is cut off, or had no more patience."""
    journal, redis = JournalStore(tmp_path), MemoryStore()
    behind = WriteBehind(journal, moment_s=NEVER_S)
    await noted(redis, behind, None, lines=(line("erased"),))
    await behind.flush()
    behind.forget("CA1", time())
    await noted(redis, behind, None, call={"sid": "CA2"}, lines=(line("kept"),))
    waiting = asyncio.ensure_future(wait(behind))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await behind.flush()
    assert [(await journal.open(sid)).call is not None for sid in ("CA1", "CA2")] == [False, True]
    await behind.close()
    await journal.close()


def copied(call: Call) -> spool.Copy:
    fields, words = codec.changed(None, call)
    return spool.Copy(sid=call.sid, rev=call.rev, created_at=call.created_at, kept=fields | words)


async def first(redis: MemoryStore) -> object:
    found = await redis.open("CA1")
    return await redis.commit(Change(before=found.call, after=found.call or new_call(), seen=found.seen))


async def test_of_turns_that_are_noted_at_once_each_is_written_once(tmp_path: Path) -> None:
    journal, redis = JournalStore(tmp_path), MemoryStore()
    await journal.ping()
    behind = WriteBehind(journal, moment_s=NEVER_S)
    was = await noted(redis, behind, None, lines=(line("one"), line("two")), answer=("t1", b"1"))
    was = await noted(redis, behind, was, lines=(line("three"),), answer=("t2", b"2"))
    was = await noted(redis, behind, was, taken_back=2, lines=(line("instead"),), answer=("t3", b"3"))
    written = spool.Spool(journal.home).others(dead=False).copies
    assert [(copy.rev, [*copy.answers], [len(said.lines) for said in copy.said]) for copy in written] == [
        (1, ["t1"], [2]),
        (2, ["t2"], [1]),
        (3, ["t3"], [1]),
    ]
    assert written[-1].call() == was.call
    await behind.flush()
    assert await lines_of(journal) == ["one", "instead"]
    assert [(await journal.open("CA1", turn)).answer for turn in ("t1", "t2", "t3")] == [b"1", b"2", b"3"]
    await behind.close()
    await journal.close()


async def test_of_other_workers_only_those_calls_are_looked_for_that_are_asked_for(tmp_path: Path) -> None:
    mine, other = spool.Spool(tmp_path), spool.Spool(tmp_path)
    for sid in ("CA1", "CA2"):
        other.write(copied(new_call(sid)))
    assert [copy.sid for copy in mine.others(dead=False, of={"CA2"}).copies] == ["CA2"]
    assert [copy.sid for copy in mine.others(dead=False).copies] == ["CA1", "CA2"], "and nothing counts as read"
    other.close()


async def test_calls_that_are_not_remembered_are_noted_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.journal.behind.MOST_KNOWN", 1)
    journal, redis = JournalStore(tmp_path), MemoryStore()
    behind = WriteBehind(journal, moment_s=NEVER_S)
    was: dict[str, Committed | None] = {"CA1": None, "CA2": None}
    for number in range(3):
        for sid, before in was.items():
            was[sid] = await noted(redis, behind, before, call={"sid": sid, "turns": number}, lines=(line(f"{sid} {number}"),))
        if number:
            await behind.flush()
    for sid, last in was.items():
        assert last is not None
        assert (await journal.open(sid)).call == last.call
        assert await journal.document(sid) == await redis.document(sid)
    await behind.close()
    await journal.close()


async def test_who_sends_a_turn_again_that_redis_took_hears_the_same(tmp_path: Path) -> None:
    """One worker finds Redis away and goes on here, while another is answered by it."""
    journal, redis = JournalStore(tmp_path), MemoryStore()
    behind = WriteBehind(journal)
    was = await noted(redis, behind, None, lines=(line("one"),), answer=("t1", b"1"))
    await behind.flush()
    found = await journal.open("CA1")
    await journal.commit(Change(before=found.call, after=found.call or new_call(), seen=found.seen, answer=("t3", b"here")))
    await noted(redis, behind, was, answer=("t2", b"by Redis"))
    await behind.flush()
    assert [(await journal.open("CA1", turn)).answer for turn in ("t1", "t2", "t3")] == [b"1", b"by Redis", b"here"]
    await behind.close()
    await journal.close()


async def test_what_the_journal_does_not_take_disturbs_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "journal").write_text("in the way")
    journal = JournalStore(tmp_path)
    behind = WriteBehind(journal)
    redis = MemoryStore()
    was = await noted(redis, behind, None, lines=(line("secret"),))
    await behind.flush()
    (tmp_path / "journal").unlink()
    await noted(redis, behind, was)
    await behind.flush()
    assert [one.message for one in caplog.records if one.name == "slotline.journal"] == [
        "the journal takes no copies: calls could not go on here if Redis went away"
    ]
    assert "secret" not in caplog.text
    assert (await journal.open("CA1")).call is not None
    await journal.close()


async def test_who_was_erased_is_forgotten_once_the_journal_takes_it_and_nobody_waits_for_that(tmp_path: Path) -> None:
    journal, redis = JournalStore(tmp_path), MemoryStore()
    behind = WriteBehind(journal, moment_s=0.0)
    await noted(redis, behind, None)
    await behind.flush()
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(journal, "forget", unavailable)
        broken.setattr("storage.journal.behind.AGAIN_S", NEVER_S)
        behind.forget("CA1", time())
        for _ in range(3):
            await behind.flush()
    assert (await journal.open("CA1")).call is not None
    await behind.flush()
    assert (await journal.open("CA1")).call is None
    await behind.close()
    await journal.close()


async def unavailable(*_: object) -> None:
    raise JournalUnavailable("full", "full")


def test_a_disk_that_takes_half_a_note_leaves_the_others_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes, other = spool.Spool(tmp_path), spool.Spool(tmp_path)
    copy = copied(new_call())
    write = os.write
    notes.write(copy)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[:9]))
        notes.write(copy)
    notes.write(copy)
    for taken in (False, True):  # one that was not taken in is read again
        found = other.others(dead=False)
        assert found.copies == [copy, copy]
        found.close(taken=taken)
    assert other.others(dead=False).copies == [], "read once, as long as nothing comes"
    notes.close()


def test_a_dead_workers_file_that_another_took_away_first_is_closed(tmp_path: Path) -> None:
    (tmp_path / "noted-dead-0").touch()
    found = spool.Spool(tmp_path).others(dead=True)
    ((file, path),) = found.dead
    os.unlink(path)
    found.close(taken=True)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_where_there_is_no_unix_nothing_is_noted_and_nobody_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("O_CLOEXEC", "pread"):
        monkeypatch.delattr(os, name)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    notes = spool.Spool(tmp_path)
    notes.write(copied(new_call()))
    assert notes.others(dead=False).copies == []
    notes.close()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_may_not_be_written_any_more_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = spool.Spool(tmp_path)
    notes.write(copied(new_call()))

    def read_only(self: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", read_only)
    notes.close()
    assert len(os.listdir(tmp_path)) == 2


async def test_the_lines_of_two_quick_turns_are_all_there_whichever_worker_notes_its_own_first(tmp_path: Path) -> None:
    journal, redis = JournalStore(tmp_path), MemoryStore()
    await journal.ping()
    one, other = (WriteBehind(journal, moment_s=NEVER_S) for _ in range(2))
    was = await noted(redis, one, None, lines=(line("one"),), answer=("t1", b"1"))
    await noted(redis, other, was, lines=(line("two"),), answer=("t2", b"2"))
    await other.flush()
    await one.flush()
    assert [(await journal.open("CA1", turn)).answer for turn in ("t1", "t2")] == [b"1", b"2"]
    assert await lines_of(journal) == ["one", "two"]
    await one.close()
    await other.close()
    await journal.close()


async def test_what_a_small_write_does_not_find_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = JournalStore(tmp_path)
    await journal.ping()
    assert journal.trouble() == ""
    free = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free._replace(free=1 << 19))
    assert journal.trouble() == "full"
    monkeypatch.undo()
    shutil.rmtree(tmp_path / "journal")
    assert journal.trouble() == "folder"
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "journal.db").touch()
    assert journal.trouble() == "folder", "another file has its name"
    await journal.close()


async def test_an_erasure_that_is_heard_of_late_takes_nothing_of_who_rang_since_under_the_sid(tmp_path: Path) -> None:
    journal, redis = JournalStore(tmp_path), MemoryStore()
    await journal.ping()
    behind = WriteBehind(journal, moment_s=NEVER_S)
    erased = seconds_of(CREATED) - 1
    await noted(redis, behind, None, lines=(line("since"),), answer=("t1", b"1"))
    for _ in ("still to be noted", "in the journal"):
        behind.forget("CA1", erased)
        await behind.flush()
        assert ((await journal.open("CA1", "t1")).answer, await lines_of(journal)) == (b"1", ["since"])
    await behind.close()
    await journal.close()
