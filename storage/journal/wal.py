"""SQLite's log, which stands beside the journal's file until it is brought into that."""

import sqlite3

from storage.journal.marks import mark, put_mark


def written_anew(db: sqlite3.Connection, removed: int) -> bool:
    """Write the file anew, and cut its log to nothing. False while somebody reads from that log: then it is done once more."""
    db.execute("VACUUM")
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        return False
    db.execute("BEGIN IMMEDIATE")
    put_mark(db, "removed", mark(db, "removed") - removed)
    db.execute("COMMIT")
    return True


def brought_in(db: sqlite3.Connection) -> None:
    """Bring what stands in the log into the file, as far as nobody is kept waiting for it.

    Once all of it is there the next to write begins the log anew, which is synced: that is done here, so that it is nobody's turn.
    """
    _, pages, brought = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if brought == pages > 0:
        db.execute("BEGIN IMMEDIATE")
        put_mark(db, "begun", mark(db, "begun") + 1)
        db.execute("COMMIT")
