"""The contract of ../store.py, kept in a file on this host that all its workers share.

How it works. A step is one transaction of SQLite, and answered when the disk has it (`engine.py`). All there is of a call stands in a few tables
(`schema.py`); its document is read off it, and has a row of its own only where another system wrote there. Time comes from a clock that is
passed in; what has expired is not found any more, and taken away now and then.

What it has beyond the contract is for the time without Redis: a copy of a call as Redis has it (`behind.py`) is a call here like any other, and each
step that is taken here is noted besides, so that it can be taken in Redis afterwards (`steps.py`, `back.py`).
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec

from storage import codec, ids
from storage.errors import InDoubt, JournalUnavailable, PlaceTaken, StaleCall
from storage.journal import calls, marks, places, steps
from storage.journal.appointments import JournalAppointments
from storage.journal.back import JournalBack
from storage.journal.calls import Lying, Row
from storage.journal.engine import Engine
from storage.journal.flag import Flag
from storage.journal.lists import JournalLists
from storage.journal.log import Log, unpacked, written
from storage.journal.outbox import JournalOutbox
from storage.keys import Ttl
from storage.kinship import kin
from storage.store import Change, Committed, Entry, Opened, Page, Published
from storage.weaving import woven

POLL_S = 0.1
"""Between two looks for what other workers of this host told."""


class JournalStore(JournalBack, JournalLists, JournalOutbox, JournalAppointments):
    """Calls in the journal of this host."""

    survives_restart = True

    def __init__(self, data: Path, *, ttl: Ttl | None = None, clock: Callable[[], float] = time.time, into_theirs: bool = False) -> None:
        """`data`: the service's folder. `clock` gives Unix seconds. `into_theirs`: see `MemoryStore`."""
        self._ttl, self._clock, self._into_theirs = ttl or Ttl(), clock, into_theirs
        self._log = Log(self._ttl.log_s)
        self._engine = Engine(data, self._sweep, anew=lambda: self.flag.look_again())
        self.home = self._engine.home
        self.flag = Flag(self.home)
        self._told = asyncio.Event()

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        def look(db: sqlite3.Connection) -> Opened:
            row = calls.find(db, sid, self._clock())
            there = calls.lying(db, sid, row)
            return Opened(
                call=row.call(sid) if row else None,
                answer=_answered(db, sid, (turn, former)) if row and row.spoken else None,
                foreign=codec.parse(there.text) if there.text is not None and not (row and row.sha == there.seen) else None,
                seen=there.seen,
                bookings=places.of(db, business) if business else (),
            )

        found: Opened = await self._read(look)
        return found

    async def commit(self, change: Change) -> Committed:
        try:
            done: Committed = await self._write(lambda db: self._commit(db, change))
        except JournalUnavailable as error:
            if error.why == "disk":  # it may yet be found when the file is read back
                raise InDoubt(f"call {change.after.sid}: the journal did not say whether it took the step") from error
            raise
        if done.event_ids:
            self._told.set()
            self._told = asyncio.Event()
        return done

    def _commit(self, db: sqlite3.Connection, change: Change) -> Committed:
        now, before, after = self._clock(), change.before, change.after
        sid = after.sid
        row = calls.find(db, sid, now)
        there = calls.lying(db, sid, row)
        if (row.rev if row else None) != (before.rev if before else None) or there.seen != change.seen:
            raise StaleCall(f"call {sid} was changed by another writer")
        if change.goes_on and not calls.find(db, after.resumed_from, now):
            raise StaleCall(f"call {sid} was to go on from one that is gone")
        place = places.wanted(change, now)
        if place and not places.fits(db, now, place, change.capacity):
            raise PlaceTaken(f"no place left for call {sid}")
        if row is None:
            self._expire(db, sid, there)
        elif not row.spoken:
            self._forget_words(db, [sid])
        self.settle(db, sid, change.settles)
        life = calls.write(db, row, after, now + self._ttl.of(after), now + self._ttl.words_of(after))
        self.owe(db, sid, change.deliveries)
        places.write(db, now, change, self._ttl)
        self.appoint(db, change)
        if after.root:
            db.execute("INSERT OR REPLACE INTO roots VALUES (?, ?, ?)", (sid, after.root, now + self._ttl.kin_s))
        if change.answer and change.answer[0]:
            db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?)", (sid, *change.answer))
        if change.trace:
            db.execute("INSERT INTO traces (sid, trace) VALUES (?, ?)", (sid, change.trace))
        gone = calls.say(db, sid, change.taken_back, change.lines)
        sha = self._write_document(db, change, row, there, gone)
        told = self._log.tell(db, now, sid, [codec.envelope(event) for event in change.events], after.brief.business, owned=True)
        event_ids = tuple(map(written, told))
        fields, words = codec.changed(before, after)
        steps.keep(db, row, change, fields | words, event_ids, gone, now)
        self.flag.put(True)
        rev, writes = (row.rev, row.writes) if row else (0, 0)
        seen = sha or calls.seen(life, writes + 1)
        return Committed(call=msgspec.structs.replace(after, rev=rev + 1), seen=seen, event_ids=event_ids, wrote=fields | words)

    def _write_document(self, db: sqlite3.Connection, change: Change, row: Row | None, there: Lying, gone: bytes) -> str:
        """Write the document as far as it needs a row of its own; its fingerprint then, else ""."""
        if not there.apart:
            return ""
        sid, text = change.after.sid, there.text
        known = bool(row and row.theirs) or (row.sha if row else "") != there.seen
        if change.after.foreign is None or text is None or not known or codec.parse(text) is None:
            db.execute("DELETE FROM documents WHERE sid = ?", (sid,))
            db.execute("UPDATE calls SET sha = '', theirs = 0 WHERE sid = ?", (sid,))
            return ""
        history = codec.history_of(text)
        if self._into_theirs:
            history = woven(history, calls.said(db, sid), gone)
        whole = codec.compose(codec.body(change.after), history)
        sha = calls.fingerprint(whole)
        db.execute("UPDATE documents SET text = ? WHERE sid = ?", (whole, sid))
        db.execute("UPDATE calls SET sha = ?, theirs = 1 WHERE sid = ?", (sha, sid))
        return sha

    async def document(self, sid: str) -> bytes | None:
        found: bytes | None = await self._read(lambda db: self._shown(db, sid))
        return found

    def _shown(self, db: sqlite3.Connection, sid: str) -> bytes | None:
        row = calls.find(db, sid, self._clock())
        there = calls.lying(db, sid, row)
        shown = None
        if there.text is not None:
            apart = row is not None and ((row.theirs and not self._into_theirs) or row.sha != there.seen)
            shown = codec.one_line(there.text, (calls.said(db, sid) if row and row.spoken else b"") if apart else None)
        return calls.composed(db, sid, row) if shown is None and row else shown

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        def erase(db: sqlite3.Connection) -> tuple[Entry, ...]:
            told: list[Entry] = []
            for one in self._kin(db, sid):
                told += self._erase_one(db, one)
                db.execute("INSERT OR REPLACE INTO erasures VALUES (?, ?)", (one, self._clock()))
            self.flag.put(True)
            return tuple(told)

        found: tuple[Entry, ...] = await self._write(erase)
        return found

    def _erase_one(self, db: sqlite3.Connection, sid: str) -> Sequence[Entry]:
        now = self._clock()
        row = calls.find(db, sid, now)
        there = row is not None or calls.lying(db, sid, row).text is not None
        calls.remove(db, [sid])
        db.execute("DELETE FROM roots WHERE sid = ?", (sid,))
        self._log.forget(db, now, sid)
        owing = db.execute("SELECT 1 FROM deliveries WHERE sid = ? AND until > ?", (sid, now)).fetchone() is not None
        appointed = self._of(db, sid) is not None
        self.forgive(db, sid)
        self.dismiss(db, sid)
        marks.note_removed(db)
        if not (places.forget(db, sid) | owing | appointed | there):
            return ()
        data, business = codec.erased(sid, now), row.business if row else ""
        (told,) = self._log.tell(db, now, sid, [data], business, owned=False, erasure=True)
        return (Entry(id=written(told), sid=sid, data=data, business=business),)

    async def kin(self, sid: str) -> Sequence[str]:
        found: Sequence[str] = await self._read(lambda db: self._kin(db, sid))
        return found

    @staticmethod
    def _kin(db: sqlite3.Connection, sid: str) -> Sequence[str]:
        return kin(sid, dict(db.execute("SELECT sid, root FROM roots").fetchall()))

    async def trace(self, sid: str) -> Sequence[bytes]:
        def look(db: sqlite3.Connection) -> tuple[bytes, ...]:
            call = calls.find(db, sid, self._clock())
            if not call or not call.spoken:
                return ()
            return tuple(row[0] for row in db.execute("SELECT trace FROM traces WHERE sid = ? ORDER BY number", (sid,)))

        found: Sequence[bytes] = await self._read(look)
        return found

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        at = ids.position(after)
        if at is None:
            return ids.lost("unknown")

        def look(db: sqlite3.Connection) -> Page:
            if not sid:
                return self._log.page(db, self._clock(), at, count)
            row = calls.find(db, sid, self._clock())
            there = row and business in ("", row.business)
            return self._log.page_of(db, sid, row.cut if row and there else -1, at, count, spoken=bool(row and row.spoken))

        found: Page = await self._read(look)
        return found

    async def head(self, sid: str = "") -> str:
        def look(db: sqlite3.Connection) -> int:
            if not sid:
                return marks.mark(db, "last")
            return self._log.newest(db, sid) if calls.find(db, sid, self._clock()) else 0

        found: int = await self._read(look)
        return ids.written(unpacked(found)) if found else ids.NEVER

    async def follow(self, after: str, wait_s: float) -> Page:
        until = time.monotonic() + wait_s
        while True:
            told = self._told
            page = await self.events("", after, 256)
            left_s = until - time.monotonic()
            if page.entries or page.gone or left_s <= 0:
                return page
            try:
                async with asyncio.timeout(min(left_s, POLL_S)):
                    await told.wait()
            except TimeoutError:
                continue

    async def published(self) -> AsyncIterator[Published]:
        """Nobody publishes here."""
        nobody: tuple[Published, ...] = ()
        for one in nobody:
            yield one

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        def take(db: sqlite3.Connection) -> str:
            if not self._claim(db, f"heard {name}", 600):
                return ""
            row = calls.find(db, sid, self._clock()) if sid else None
            whose = row.business if row else "" if sid else business
            return written(self._log.tell(db, self._clock(), sid, [data], whose, owned=row is not None)[0])

        id_: str = await self._write(take)
        return id_

    async def ping(self) -> float:
        began = time.perf_counter()
        await self._read(lambda db: marks.mark(db, "last"))
        return time.perf_counter() - began

    def trouble(self) -> str:
        """As Engine.trouble."""
        return self._engine.trouble()

    async def close(self) -> None:
        await self._engine.close()
        self.flag.close()


def _answered(db: sqlite3.Connection, sid: str, turns: Sequence[str]) -> bytes | None:
    for turn in filter(None, turns):
        found = db.execute("SELECT answer FROM turns WHERE sid = ? AND turn = ?", (sid, turn)).fetchone()
        if found and found[0]:
            return bytes(found[0])
    return None
