"""The lists of calls in the journal, who asks for them, and what else its workers tell each other."""

import hmac
import secrets
import sqlite3
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from storage import keys
from storage.journal import calls
from storage.journal.part import Part
from storage.store import Listed

SECRET_BYTES = 32
READERS_S = 10.0
"""How long what was said of a process's readers holds."""


class JournalLists(Part):
    """What `CallStore` promises of all calls together, and of names."""

    async def business(self, sid: str) -> str:
        def look(db: sqlite3.Connection) -> str:
            row = calls.find(db, sid, self._clock())
            return row.business if row else ""

        found: str = await self._read(look)
        return found

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        wanted = status.split(",") if status else keys.STATUSES
        where = f"until > ? AND ? IN ('', business) AND created_ms >= ? AND (? = 0 OR created_ms < ?) AND status IN ({','.join('?' * len(wanted))})"
        values = [self._clock(), business, since_ms, until_ms, until_ms, *wanted]

        def page(db: sqlite3.Connection) -> tuple[Listed, ...]:
            where_, values_ = where, list(values)
            if before:
                last = calls.find(db, before, self._clock())
                if last is None or business not in ("", last.business):
                    return ()
                where_ += " AND (created_ms, sid) < (?, ?)"
                values_ += last.created_ms, before
            what = f"SELECT sid, status FROM calls WHERE {where_} ORDER BY created_ms DESC, sid DESC LIMIT ?"  # noqa: S608 - our own words
            rows = db.execute(what, (*values_, count)).fetchall()
            shown = [(sid, kept, self._shown(db, sid)) for sid, kept in rows]
            return tuple(Listed(sid=sid, status=kept, document=msgspec.json.decode(text)) for sid, kept, text in shown if text is not None)

        found: Sequence[Listed] = await self._read(page)
        return found

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        what = "SELECT count(*) FROM calls WHERE status = ? AND created_ms >= ? AND ? IN ('', business) AND until > ?"
        return await self._count(what, (status, since_ms, business, self._clock()))

    async def unfinished(self, business: str, caller: str) -> str:
        what = "SELECT sid FROM calls WHERE caller = ? AND leads AND until > ?"
        values = (keys.caller(business, caller), self._clock())
        found: Any = await self._read(lambda db: db.execute(what, values).fetchone()) if caller else None
        return found[0] if found else ""

    async def booked_before(self, business: str, caller: str) -> bool:
        what = "SELECT count(*) FROM calls WHERE caller = ? AND status = 'booked' AND until > ?"
        return bool(caller) and await self._count(what, (keys.caller(business, caller), self._clock())) > 0

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        def note(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM readers WHERE process = ? OR until <= ?", (process, self._clock()))
            rows = [(process, sid, *three, self._clock() + READERS_S) for sid, three in figures.items()]
            db.executemany("INSERT INTO readers VALUES (?, ?, ?, ?, ?, ?)", rows)

        await self._write(note, durable=False)

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        what = "SELECT process, count, waiting, overflowed FROM readers WHERE sid = ? AND until > ?"
        rows: Any = await self._read(lambda db: db.execute(what, (sid, self._clock())).fetchall())
        return {process: (count, waiting, overflowed) for process, count, waiting, overflowed in rows}

    async def claim(self, name: str, for_s: int) -> bool:
        first: bool = await self._write(lambda db: self._claim(db, name, for_s))
        return first

    def _claim(self, db: sqlite3.Connection, name: str, for_s: int) -> bool:
        db.execute("DELETE FROM claims WHERE name = ? AND until <= ?", (name, self._clock()))
        return db.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (name, self._clock() + for_s)).rowcount > 0

    async def tally(self, name: str, by: int, for_s: int) -> int:
        def add(db: sqlite3.Connection) -> int:
            hashed = hmac.digest(secret_in(db), name.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
            db.execute("DELETE FROM tallies WHERE name = ? AND until <= ?", (hashed, self._clock()))
            found = db.execute("SELECT count, until FROM tallies WHERE name = ?", (hashed,)).fetchone()
            count, until = found or (0, self._clock() + for_s)
            if count + by > 0:
                db.execute("INSERT OR REPLACE INTO tallies VALUES (?, ?, ?)", (hashed, count + by, until))
            else:
                db.execute("DELETE FROM tallies WHERE name = ?", (hashed,))
            return max(count + by, 0)

        return await self._write(add)

    async def secret(self, known: bytes = b"") -> bytes:
        return await self._write(lambda db: secret_in(db, known))

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        def note(db: sqlite3.Connection) -> dict[str, float]:
            now = self._clock()
            if agents:
                db.executemany("INSERT OR REPLACE INTO watchers VALUES (?, ?)", [(agent, now) for agent in agents])
            rows = db.execute("SELECT name, at FROM watchers WHERE at > ?", (now - keys.WATCHED_S,)).fetchall()
            return {agent: max(now - at, 0.0) for agent, at in rows}

        found: Mapping[str, float] = await (self._write(note, durable=False) if agents else self._read(note))
        return found

    async def _count(self, what: str, values: tuple[Any, ...]) -> int:
        found: int = (await self._read(lambda db: db.execute(what, values).fetchone()))[0]
        return found

    @abstractmethod
    def _shown(self, db: sqlite3.Connection, sid: str) -> bytes | None: ...


def secret_in(db: sqlite3.Connection, known: bytes = b"") -> bytes:
    """The secret that is kept here; made, or `known`, when there is none yet."""
    found = db.execute("SELECT value FROM marks WHERE name = 'secret'").fetchone()
    if found:
        return bytes(found[0])
    ours = known or secrets.token_hex(SECRET_BYTES).encode()
    db.execute("INSERT INTO marks VALUES ('secret', ?)", (ours,))
    return ours
