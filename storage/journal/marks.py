"""Numbers that the journal keeps under a name. Everything here runs inside a transaction."""

import sqlite3


def mark(db: sqlite3.Connection, name: str) -> int:
    """The number under a name; 0 when there is none."""
    found = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


def put_mark(db: sqlite3.Connection, name: str, value: int) -> None:
    db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def note_removed(db: sqlite3.Connection) -> None:
    """Something of a caller's was taken away: the file is to be written anew."""
    put_mark(db, "removed", mark(db, "removed") + 1)
