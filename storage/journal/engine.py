"""The journal's thread: what touches its file runs there, so that no turn waits for a disk that another turn has to do with.

How it works. Work is a function of the connection. The thread takes all that waits, runs it in one transaction, and answers when that is on the disk:
many callers share one sync of it, as in Redis. What fails by itself is undone by itself (a savepoint); what the file cannot do fails for all. Another
process may be writing: then the whole is tried again, a moment later, and only when that takes too long anybody hears of it. A turn's step is
synced; a copy of what Redis has (`durable=False`) need not be, and costs the disk nothing.

Around each statement the interpreter goes to another thread, and beside a busy loop comes back milliseconds later: on the journal's thread a batch of
copies costs ten times what it costs alone. So work that is neither synced nor long (`brief`) is done at once, by whoever asks for it, where nobody
else is at the file: it goes to the system's memory, as every note does (`spool.py`). To the disk it is brought by the thread.

SQLite leaves what was deleted in parts of its pages that it no longer counts, and in its log. So what takes a caller away counts that up in the same
transaction (`note_removed`), and when there is time the file is written anew and its log cut to nothing: many removals cost one writing, one that
was cut off is made up for later, and what another worker removed counts as well.
"""

import asyncio
import contextlib
import logging
import os
import queue
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from storage.errors import JournalUnavailable
from storage.journal import schema, wal
from storage.journal.marks import mark
from storage.private import make_private, need_files

_log = logging.getLogger("slotline.journal")
T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
PATIENCE_S = 2.0
"""How long another process may keep us from writing."""
TOGETHER = 128
"""Pieces of work in one transaction, at most."""
IDLE_S = 1.0
"""Without work for so long, there is time to look after the file."""
SWEEP_S = 5.0
"""Between two looks for what has expired."""
REST = 19
"""How many times as long as writing the file anew took it is left alone after that."""
AWAY_S = 600.0
"""The same at least, while steps wait for Redis: turns wait for the file then."""
FAILED_S = 60.0
ROOM = 1 << 20
"""Bytes that are free on a disk which is not full: with less, steps fail of which the smallest still find a place."""
_POLL_S = 0.0003
_WHYS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
    sqlite3.SQLITE_CANTOPEN: "folder",
    sqlite3.SQLITE_PERM: "folder",
}


@dataclass(slots=True)
class _Job:
    work: Work[Any] | None
    """None: to tidy up, which is no work inside a transaction."""
    writes: bool
    durable: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any] = field(init=False)
    result: Any = None
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.future = self.loop.create_future()

    def answer(self) -> None:
        """On its loop."""
        if self.future.done():  # whoever asked has gone
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Engine:
    """The file in `data`/journal, from its first use to `close`."""

    def __init__(self, data: Path, sweep: Work[None], *, patience_s: float = PATIENCE_S, anew: Callable[[], None] = lambda: None) -> None:
        """`sweep` takes away what has expired. `anew` hears, in the engine's thread, that another file stands in the place of the one there was."""
        self.home = data / "journal"
        self._sweep, self._patience_s, self._anew = sweep, patience_s, anew
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._db: sqlite3.Connection | None = None
        self._synced: bool | None = None
        self._file = 0
        """Which file is open, as the disk counts them; 0: none yet."""
        self._tidy_at = time.monotonic() + SWEEP_S
        self._anew_at = self._away_at = 0.0
        """When the file may be written anew again; since when steps wait, or it last was while they did (0.0: none wait). In monotonic time."""
        self._brought_at = 0
        """How much had been changed, as SQLite counts, when its log was last brought into the file."""
        self._closed = False
        self._at_it = threading.Lock()
        """Held by whoever is at the file."""

    async def read(self, work: Work[T]) -> T:
        """What `work` finds. Raises JournalUnavailable, and what `work` raises."""
        found: T = await self._done(work, writes=False, durable=False)
        return found

    async def write(self, work: Work[T], *, durable: bool = True, brief: bool = False) -> T:
        """What `work` returns, once what it wrote is kept: on the disk, or (not `durable`) as good as that unless the machine itself dies.

        It is run again from its beginning when another process was in the way. Raises JournalUnavailable, and what `work` raises: then nothing is
        written of it. `brief`: it is short enough for the loop to wait for it; never with `durable`.
        """
        if brief and (done := self._at_once(work)) is not None:
            done.answer()
            at_once: T = await done.future
            return at_once
        found: T = await self._done(work, writes=True, durable=durable)
        return found

    async def tidy(self) -> bool:
        """Take away what has expired and write the file anew if somebody was taken away; whether none of their values is left in it."""
        tidied: bool = await self._done(None, writes=False, durable=False)
        return tidied

    def trouble(self) -> str:
        """What a small write does not find out, as `JournalUnavailable.why`: the file was taken away under us, its folder takes no file, or the disk
        is all but full; "" where nothing is the matter.
        """
        try:
            if self._is_taken_away() or not os.access(self.home, os.W_OK | os.X_OK):
                return "folder"
            return "full" if shutil.disk_usage(self.home).free < ROOM else ""
        except OSError:
            return "folder"

    async def close(self) -> None:
        """Ends when all work is done. May be called twice."""
        self._closed = True
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    async def _done(self, work: Work[Any] | None, *, writes: bool, durable: bool) -> Any:
        if self._closed:
            raise JournalUnavailable("the journal is closed", "closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        job = _Job(work, writes, durable, asyncio.get_running_loop())
        self._jobs.put(job)
        return await job.future

    def _run(self) -> None:
        closing = False
        while not closing:
            jobs: list[_Job] = []
            with contextlib.suppress(queue.Empty):
                while len(jobs) < TOGETHER:
                    job = self._jobs.get(timeout=None if self._db is None and not jobs else IDLE_S) if not jobs else self._jobs.get_nowait()
                    if job is None:
                        closing = True
                        break
                    jobs.append(job)
            with self._at_it:
                self._carry_out(jobs)
                self._look_after(idle=not jobs)
        with self._at_it:
            if self._db is not None:
                self._tidy(asked=True)
            self._let_go()

    def _at_once(self, work: Work[Any]) -> _Job | None:
        """Done in the thread of whoever asks; None where somebody else is at the file, or it does not take it: the journal's thread finds out why."""
        if not self._jobs.empty() or not self._at_it.acquire(blocking=False):
            return None
        job = _Job(work, writes=True, durable=False, loop=asyncio.get_running_loop())
        try:
            if self._db is None or self._is_taken_away():
                return None
            self._together(self._db, [job])
        except (sqlite3.Error, OSError):
            self._roll_back()
            return None
        finally:
            self._at_it.release()
        return job

    def _carry_out(self, jobs: list[_Job]) -> None:
        """All of it, and every answer."""
        for job in [one for one in jobs if one.work is None]:
            jobs.remove(job)
            job.result = self._tidy(asked=True)
            job.loop.call_soon_threadsafe(job.answer)
        if not jobs:
            return
        try:
            self._patiently(lambda db: self._together(db, jobs))
        except JournalUnavailable as error:
            for job in jobs:
                job.result, job.error = None, JournalUnavailable(str(error), error.why)
        loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in jobs:
            loops.setdefault(job.loop, []).append(job)
        for loop, some in loops.items():
            with contextlib.suppress(RuntimeError):  # it is closed, and nobody waits
                loop.call_soon_threadsafe(_answer, some)

    def _patiently(self, attempt: Work[T]) -> T:
        """Try until no other process is in the way. Raises JournalUnavailable."""
        until = time.monotonic() + self._patience_s
        while True:
            try:
                return attempt(self._connection())
            except (sqlite3.Error, OSError) as error:
                why = _why(error)
                self._roll_back()
                if why != "busy":
                    self._let_go()  # what is repaired meanwhile is found by opening it again
                if why != "busy" or time.monotonic() > until:
                    raise JournalUnavailable(f"the journal did not take it: {why}", why) from error
                time.sleep(_POLL_S * (1 + random.random()))  # noqa: S311 - so that two do not knock in step

    def _roll_back(self) -> None:
        if self._db is not None and self._db.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")

    def _together(self, db: sqlite3.Connection, jobs: list[_Job]) -> None:
        writes, durable = any(job.writes for job in jobs), any(job.durable for job in jobs)
        if writes and durable is not self._synced:
            for pragma in schema.SYNCED if durable else schema.UNSYNCED:
                db.execute(f"PRAGMA {pragma}")
            self._synced = durable
        db.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        for job in jobs:
            job.result = job.error = None
            if writes and len(jobs) > 1:
                db.execute("SAVEPOINT one")
            try:
                job.result = job.work(db) if job.work else None
            except sqlite3.Error:
                raise
            except Exception as error:
                job.error = error
                if writes and len(jobs) > 1:
                    db.execute("ROLLBACK TO one")
            if writes and len(jobs) > 1:
                db.execute("RELEASE one")
        db.execute("ROLLBACK" if len(jobs) == 1 and jobs[0].error else "COMMIT")

    def _connection(self) -> sqlite3.Connection:
        """To the file that stands there; made anew, with its folder, where it was taken away under us."""
        if self._db is not None and self._is_taken_away():
            _log.error("the journal was taken away, with what waited in it: it is made anew")
            self._let_go()
            self._anew()
        if self._db is None:
            need_files(self.home)
            self._db = schema.connected(self.home)
            self._synced, self._brought_at = None, 0
            self._file = os.stat(self.home / schema.FILE).st_ino
            make_private(self.home.parent, self.home)
        return self._db

    def _is_taken_away(self) -> bool:
        """Raises OSError."""
        try:
            return self._file not in (0, os.stat(self.home / schema.FILE).st_ino)
        except FileNotFoundError:
            return self._file != 0

    def _let_go(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _look_after(self, *, idle: bool) -> None:
        """Take away what has expired, and see to the file: now and then, and rather while nobody waits."""
        late_s = time.monotonic() - self._tidy_at
        if self._db is not None and late_s >= 0 and (idle or late_s > SWEEP_S):
            self._tidy(asked=False)

    def _tidy(self, *, asked: bool) -> bool:
        """Whether nothing is left in the file of who was taken away. `asked`: it is written anew whatever that holds up."""
        began = time.monotonic()
        self._tidy_at = began + FAILED_S
        try:
            removed, waiting = self._patiently(self._swept)
            self._away_at = (self._away_at or began) if waiting else 0.0
            rests = began < self._anew_at or (waiting and began < self._away_at + AWAY_S)
            anew = removed and (asked or not rests)
            clean = self._patiently(lambda db: wal.written_anew(db, removed) if anew else self._brought_in(db))
        except JournalUnavailable:
            return False
        ended = time.monotonic()
        self._tidy_at = ended + SWEEP_S
        if anew:
            self._anew_at, self._away_at = ended + REST * (ended - began), ended if waiting else 0.0
        return clean and bool(anew or not removed)

    def _brought_in(self, db: sqlite3.Connection) -> bool:
        """Not where nothing was written here since: a host at rest would write for ever."""
        if db.total_changes != self._brought_at:
            wal.brought_in(db)
            self._brought_at = db.total_changes
        return True

    def _swept(self, db: sqlite3.Connection) -> tuple[int, bool]:
        """How many removals still stand in the file, and whether steps wait for Redis."""
        db.execute("BEGIN IMMEDIATE")
        self._sweep(db)
        removed = mark(db, "removed")
        waiting = db.execute("SELECT 1 FROM calls WHERE steps > 0 LIMIT 1").fetchone()
        db.execute("COMMIT")
        return removed, waiting is not None


def _answer(jobs: list[_Job]) -> None:
    for job in jobs:
        job.answer()


def _why(error: sqlite3.Error | OSError) -> str:
    """What keeps the file from it, as a code."""
    if isinstance(error, OSError):
        return {28: "full", 30: "read_only"}.get(error.errno or 0, "folder")
    return _WHYS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "disk")
