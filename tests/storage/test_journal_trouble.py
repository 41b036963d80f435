"""What the journal says when it cannot be written: a code, and the same service goes on where it was once that is over."""

import multiprocessing
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.errors import JournalUnavailable, StoreUnavailable
from storage.journal import engine, schema
from storage.journal.schema import FILE, connected
from storage.journal.spool import Spool
from storage.journal.store import JournalStore
from tests.storage.calls import begin, line, new_call, step
from tests.storage.test_journal_noted import copied

pytestmark = pytest.mark.anyio
NOBODY = 65_534


async def why(store: JournalStore, sid: str = "CA1") -> str:
    """Why a new call is not taken."""
    with pytest.raises(JournalUnavailable) as found:
        await begin(store, sid)
    assert isinstance(found.value, StoreUnavailable), "whoever knows a store's failures knows this one"
    return found.value.why


async def test_a_full_disk_takes_no_step_and_loses_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = JournalStore(tmp_path)
    was = await begin(whole, lines=(line("kept"),))
    with closing(connected(whole._engine.home)) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    monkeypatch.setattr(schema, "PRAGMAS", (*schema.PRAGMAS, f"max_page_count = {pages + 1}"))
    full = JournalStore(tmp_path)
    with pytest.raises(JournalUnavailable) as found:
        await step(full, was, lines=(line("x" * 100_000),))
    assert found.value.why == "full"
    assert (await full.open("CA1")).call == was.call
    monkeypatch.undo()
    done = await step(whole, was, lines=(line("x" * 100_000),))
    assert done.call.rev == 2
    assert [len(one.steps) for one in await whole.waiting(9, 0)] == [2]
    for store in (whole, full):
        await store.close()


async def test_what_does_not_fit_fails_for_all_who_came_together_and_for_nobody_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "PRAGMAS", (*schema.PRAGMAS, "max_page_count = 120"))
    store = JournalStore(tmp_path)
    was = await begin(store)
    with pytest.raises(JournalUnavailable):
        await step(store, was, lines=(line("x" * 1_000_000),))
    assert (await step(store, was, lines=(line("x"),))).call.rev == 2
    await store.close()


def _without_rights(folder: str, told: "multiprocessing.Queue[str]") -> None:
    import asyncio

    if os.getuid() == 0:  # whom no rights hold
        os.setuid(NOBODY)

    async def look() -> str:
        store = JournalStore(Path(folder))
        try:
            await begin(store, "CA9")
        except JournalUnavailable as error:
            return error.why
        finally:
            await store.close()
        return ""

    told.put(asyncio.run(look()))


@pytest.mark.parametrize("made", [False, True])
async def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if made:
        store = JournalStore(folder)
        await begin(store)
        await store.close()
    for at in (folder, folder / "journal", *folder.rglob("*.db")) if made else (folder,):
        at.chmod(0o555 if at.is_dir() else 0o444)
    context = multiprocessing.get_context("fork")
    told: multiprocessing.Queue[str] = context.Queue()
    child = context.Process(target=_without_rights, args=(str(folder), told))
    child.start()
    assert told.get() in ("folder", "read_only")
    child.join()
    for at in (folder, folder / "journal") if made else (folder,):
        at.chmod(0o755)


async def test_what_is_repaired_is_found_without_a_restart(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("in the way")
    store = JournalStore(tmp_path)
    assert await why(store) == "folder"
    (tmp_path / "journal").unlink()
    await begin(store)
    await store.close()


async def test_a_folder_that_is_taken_away_under_it_is_made_anew_for_all_workers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, other = JournalStore(tmp_path), JournalStore(tmp_path)
    notes, theirs = Spool(one.home), Spool(one.home)
    for store, sid in ((one, "CA1"), (other, "CA2")):
        await begin(store, sid)
    notes.write(copied(new_call()))
    shutil.rmtree(tmp_path / "journal")
    assert one.trouble() == "folder"
    await begin(one, "CA3")
    assert (one.trouble(), stat.S_IMODE(one.home.stat().st_mode)) == ("", 0o700)
    assert (await other.open("CA3")).call is not None
    assert (await other.open("CA2")).call is None, "what is gone is gone"
    assert (one.flag.up, other.flag.up) == (True, True)
    one.flag.put(False)
    assert not other.flag.up, "they share one flag again"
    notes.write(copied(new_call("CA4")))
    assert [copy.sid for copy in theirs.others(dead=False).copies] == ["CA4"]
    assert {record.message for record in caplog.records} == {"the journal was taken away, with what waited in it: it is made anew"}
    notes.close()
    for store in (one, other):
        await store.close()


async def test_a_file_that_is_no_journal_is_told_from_one(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / FILE).write_bytes(b"no database at all " * 1000)
    store = JournalStore(tmp_path)
    assert await why(store) == "corrupt"
    await store.close()


async def test_the_file_of_another_release_is_left_alone(tmp_path: Path) -> None:
    with closing(connected(tmp_path / "journal")) as db:
        db.execute("PRAGMA user_version = 99")
    store = JournalStore(tmp_path)
    assert await why(store) == "layout"
    await store.close()
    with closing(sqlite3.connect(tmp_path / "journal" / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)


async def test_another_process_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JournalStore(tmp_path)
    was = await begin(store)
    with closing(connected(store._engine.home)) as other:
        other.execute("BEGIN IMMEDIATE")
        store._engine._patience_s = 0.05
        assert await why(store, "CA2") == "busy"
        assert (await store.open("CA1")).call == was.call, "who only reads is not kept"
        other.execute("ROLLBACK")
    await begin(store, "CA2")
    await store.close()
    assert await why(store) == "closed"


async def test_a_file_that_cannot_be_written_anew_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JournalStore(tmp_path)
    await begin(store, lines=(line("v01"),))
    await store.erase("CA1")
    with closing(connected(store._engine.home)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM calls").fetchone()
        store._engine._patience_s = 0.05
        assert not await store.tidy(), "somebody still reads what stood there"
        reader.execute("ROLLBACK")
    assert await store.tidy()
    await store.close()
    assert engine.FAILED_S < 3600


async def test_the_secret_is_the_one_of_redis(tmp_path: Path) -> None:
    journal = JournalStore(tmp_path)
    first = await journal.secret()
    assert await journal.secret(b"x" * 64) == first
    await journal.keep_secret(b"y" * 64)
    assert await journal.secret() == b"y" * 64
    await journal.close()
