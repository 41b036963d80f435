"""The log of all calls' events, in the journal; each call's own events are those it still owns. Everything here runs inside a transaction."""

import sqlite3
from collections.abc import Iterable, Sequence

from storage import ids, keys
from storage.journal.marks import mark, note_removed, put_mark
from storage.journal.schema import AMONG, listed
from storage.store import Entry, Page

_BITS = 20
_LIMIT = 2**63 - 1
_AT_A_TIME = 100
_NEWEST = "max(coalesce((SELECT max(id) FROM events WHERE owner = calls.sid), 0), cut)"


def packed(at: ids.Position) -> int:
    """An id as one number, in the same order. What no id of ours reaches is the last before, or after, all that do."""
    ms, number = at
    return min((ms << _BITS) + min(number, (1 << _BITS) - 1), _LIMIT)


def unpacked(number: int) -> ids.Position:
    return number >> _BITS, number & ((1 << _BITS) - 1)


def written(number: int) -> str:
    return ids.written(unpacked(number))


class Log:
    """Events, kept for `keep_s` seconds, and for as long as their call owns them."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s

    def tell(
        self, db: sqlite3.Connection, now: float, sid: str, some: Sequence[bytes], business: str, *, owned: bool, erasure: bool = False
    ) -> list[int]:
        """Append; the ids. `owned`: they are the call's as well; `erasure`: they tell that it is gone."""
        if not some:
            return []
        last = mark(db, "last")
        first = max(packed((int(now * 1000), 0)), last + 1)
        if not last:
            put_mark(db, "cut", first - 1)
        numbers = list(range(first, first + len(some)))
        owner = sid if owned else None
        rows = [(number, sid, owner, business, int(erasure), data) for number, data in zip(numbers, some, strict=True)]
        db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        put_mark(db, "last", numbers[-1])
        if owned:
            self._count(db, sid, numbers)
        return numbers

    def _count(self, db: sqlite3.Connection, sid: str, numbers: Sequence[int]) -> None:
        """Keep a call's events to about the newest `keys.EVENTS_KEPT`, and remember how far back they go."""
        cut, told = db.execute("SELECT cut, told FROM calls WHERE sid = ?", (sid,)).fetchone()
        cut, told = cut or numbers[0] - 1, told + len(numbers)
        if told > keys.EVENTS_KEPT + _AT_A_TIME:
            most = db.execute("SELECT id FROM events WHERE owner = ? ORDER BY id LIMIT 1 OFFSET ?", (sid, _AT_A_TIME)).fetchone()[0]
            db.execute("UPDATE events SET owner = NULL WHERE owner = ? AND id < ?", (sid, most))
            cut, told = most - 1, told - _AT_A_TIME
        db.execute("UPDATE calls SET cut = ?, told = ? WHERE sid = ?", (cut, told, sid))

    def page(self, db: sqlite3.Connection, now: float, at: ids.Position, count: int) -> Page:
        """Of all calls."""
        last, oldest = mark(db, "last"), self._oldest(now)
        reason = ids.gone(at, unpacked(self._cut(db, oldest)), unpacked(last) if last else None)
        if reason:
            return ids.lost(reason)
        rows = db.execute(
            "SELECT id, sid, business, data FROM events WHERE id > ? AND id >= ? ORDER BY id LIMIT ?", (packed(at), oldest, count)
        ).fetchall()
        return Page(entries=tuple(Entry(id=written(id_), sid=sid, data=data, business=business) for id_, sid, business, data in rows))

    def page_of(self, db: sqlite3.Connection, sid: str, cut: int, at: ids.Position, count: int, *, spoken: bool = True) -> Page:
        """Of one call that is there, or (`cut` -1) is not. `spoken`: it has its events yet."""
        last, newest = self.newest(db, sid) if cut >= 0 else 0, mark(db, "last")
        cut = cut if spoken else last
        reason = ids.gone_from_call(at, unpacked(max(cut, 0)), unpacked(last) if last else None, unpacked(newest) if newest else None)
        if reason:
            return ids.lost(reason)
        if cut < 0 or not spoken:
            return Page(entries=())
        rows = db.execute("SELECT id, business, data FROM events WHERE owner = ? AND id > ? ORDER BY id LIMIT ?", (sid, packed(at), count)).fetchall()
        return Page(entries=tuple(Entry(id=written(id_), sid=sid, data=data, business=business) for id_, business, data in rows))

    @staticmethod
    def go_on_from(db: sqlite3.Connection, number: int) -> None:
        """What is told from now on comes behind this id, and whoever stands there has lost nothing. Nothing happens when the log is further."""
        if number > mark(db, "last"):
            put_mark(db, "last", number)
            put_mark(db, "cut", number)

    def newest(self, db: sqlite3.Connection, sid: str) -> int:
        """The id of a call's newest event, also where that is gone; 0 when it has none."""
        found = db.execute(f"SELECT {_NEWEST} FROM calls WHERE sid = ?", (sid,)).fetchone()  # noqa: S608 - our own names
        return int(found[0]) if found else 0

    def forget(self, db: sqlite3.Connection, now: float, sid: str) -> None:
        """Drop an erased call's events, but for what tells that it was erased."""
        self._settle(db, now)
        db.execute("DELETE FROM events WHERE sid = ? AND erasure = 0", (sid,))

    @staticmethod
    def disown(db: sqlite3.Connection, sids: Iterable[str]) -> None:
        """Leave what calls told to the log, which drops it in its own time."""
        these = (listed(sids),)
        db.execute(f"UPDATE calls SET cut = {_NEWEST}, told = 0 WHERE sid {AMONG}", these)  # noqa: S608 - our own names
        db.execute(f"UPDATE events SET owner = NULL WHERE owner {AMONG}", these)  # noqa: S608 - our own names

    def trim(self, db: sqlite3.Connection, now: float) -> None:
        """Drop what is too old and nobody's."""
        oldest = self._settle(db, now)
        if db.execute("DELETE FROM events WHERE id < ? AND owner IS NULL", (oldest,)).rowcount:
            note_removed(db)

    def _settle(self, db: sqlite3.Connection, now: float) -> int:
        """Remember how far the log is cut by now, before anything goes; its oldest id."""
        oldest = self._oldest(now)
        cut = self._cut(db, oldest)
        if cut != mark(db, "cut"):
            put_mark(db, "cut", cut)
        return oldest

    def _cut(self, db: sqlite3.Connection, oldest: int) -> int:
        gone = db.execute("SELECT max(id) FROM events WHERE id < ?", (oldest,)).fetchone()[0]
        return max(int(gone or 0), mark(db, "cut"))

    def _oldest(self, now: float) -> int:
        return packed((max(int((now - self._keep_s) * 1000), 0), 0))
