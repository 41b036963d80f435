"""The journal's file: what is in it, and how it is opened.

| table | a row | lives |
|---|---|---|
| `marks` | a number under a name: newest and cut id of the log, removals since the file was made anew, its log's beginnings, the secret | for ever |
| `calls` | a call: its record's fields as Redis has them, and what they were before the first step that Redis has not seen (`base`) | call |
| `steps` | a step that Redis has not seen, whole | until it is written back |
| `lines`, `turns`, `traces` | a line of the conversation; a turn's answer; what was heard and decided | words |
| `documents` | a CallSkeleton that is not simply read off its call: another system's, or taken away by one (NULL) | call |
| `events` | an event; its number is its id (`log.packed`), `owner` the call that still has it | call, log |
| `places`, `appointments`, `deliveries`, `roots`, `claims`, `tallies`, `watchers`, `readers` | as those keys in Redis (storage/keys.py) | as there |
| `erasures` | the sid of a call that was erased here and may yet stand in Redis | until it is erased there |
| `gone` | the sid of a call that was taken away, and when: what was noted of it before that, by whomever, is not kept | a minute |

Numbers of callers stand here as hashes wherever something is found by them, as in Redis.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from storage.errors import JournalUnavailable

VERSION = 1
FILE = "journal.db"
_TABLES = """
CREATE TABLE marks (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE calls (
    life INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL, writes INTEGER NOT NULL DEFAULT 1,
    business TEXT NOT NULL, caller TEXT NOT NULL, leads INTEGER NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL, until REAL NOT NULL,
    sha TEXT NOT NULL DEFAULT '', theirs INTEGER NOT NULL DEFAULT 0, cut INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0, base_rev INTEGER NOT NULL DEFAULT 0, since REAL NOT NULL DEFAULT 0,
    leased REAL NOT NULL DEFAULT 0, words_until REAL NOT NULL, fields BLOB NOT NULL, words BLOB NOT NULL, base BLOB
);
CREATE INDEX calls_caller ON calls (caller) WHERE caller <> '';
CREATE INDEX calls_waiting ON calls (since) WHERE steps > 0;
CREATE TABLE steps (sid TEXT NOT NULL, rev INTEGER NOT NULL, step BLOB NOT NULL, PRIMARY KEY (sid, rev));
CREATE TABLE lines (number INTEGER PRIMARY KEY, sid TEXT NOT NULL, line BLOB NOT NULL);
CREATE INDEX lines_sid ON lines (sid);
CREATE TABLE turns (sid TEXT NOT NULL, turn TEXT NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (sid, turn));
CREATE TABLE traces (number INTEGER PRIMARY KEY, sid TEXT NOT NULL, trace BLOB NOT NULL);
CREATE INDEX traces_sid ON traces (sid);
CREATE TABLE documents (sid TEXT PRIMARY KEY, text BLOB);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL, owner TEXT, business TEXT NOT NULL, erasure INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL
);
CREATE INDEX events_owner ON events (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX events_sid ON events (sid);
CREATE TABLE places (
    business TEXT NOT NULL, sid TEXT NOT NULL, start INTEGER NOT NULL, free_from INTEGER NOT NULL, end INTEGER NOT NULL, made INTEGER NOT NULL,
    held_until INTEGER NOT NULL, booking BLOB NOT NULL, PRIMARY KEY (business, sid)
);
CREATE INDEX places_start ON places (business, start);
CREATE INDEX places_sid ON places (sid);
CREATE TABLE appointments (
    sid TEXT PRIMARY KEY, business TEXT NOT NULL, reference TEXT NOT NULL, caller TEXT NOT NULL, start INTEGER NOT NULL, until REAL NOT NULL,
    appointment BLOB NOT NULL
);
CREATE INDEX appointments_start ON appointments (start, sid);
CREATE INDEX appointments_reference ON appointments (reference);
CREATE TABLE deliveries (
    sid TEXT NOT NULL, id TEXT NOT NULL, business TEXT NOT NULL, look_ms INTEGER NOT NULL, dead INTEGER NOT NULL, until REAL NOT NULL,
    owed BLOB NOT NULL, PRIMARY KEY (sid, id)
);
CREATE INDEX deliveries_look ON deliveries (dead, look_ms, id);
CREATE TABLE roots (sid TEXT PRIMARY KEY, root TEXT NOT NULL, until REAL NOT NULL);
CREATE TABLE claims (name TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE tallies (name TEXT PRIMARY KEY, count INTEGER NOT NULL, until REAL NOT NULL);
CREATE TABLE watchers (name TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE readers (process TEXT NOT NULL, sid TEXT NOT NULL, count INTEGER NOT NULL, waiting INTEGER NOT NULL, overflowed INTEGER NOT NULL,
    until REAL NOT NULL, PRIMARY KEY (process, sid));
CREATE TABLE erasures (sid TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE gone (sid TEXT PRIMARY KEY, at REAL NOT NULL);
"""
PRAGMAS = (
    "journal_mode = WAL",
    "secure_delete = ON",
    "temp_store = MEMORY",  # writing the file anew would put what callers said into the system's folder for such things
    "fullfsync = ON",  # on macOS, where the disk answers too early; as Redis does it
    "cache_size = -8000",
)
LOG_PAGES = 4_000
"""16 MB: a longer log is brought into the file by whoever synced a step. Workers whose turns go on here leave no moment without writing in which
one could do that for all; before that it is done while nobody waits."""
SYNCED = ("synchronous = FULL", f"wal_autocheckpoint = {LOG_PAGES}")
UNSYNCED = ("synchronous = NORMAL", "wal_autocheckpoint = 0")  # which would sync

AMONG = "IN (SELECT value FROM json_each(?))"
"""As many as there are, in one statement: the interpreter goes to another thread around each."""


def listed(some: Iterable[str]) -> str:
    """What stands for the mark in `AMONG`."""
    return json.dumps([*some])


def connected(home: Path) -> sqlite3.Connection:
    """A connection to the journal in the folder `home`, which is made if need be. Raises OSError, sqlite3.Error, JournalUnavailable.

    It waits for nothing: whoever uses it does.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / FILE
    with contextlib.suppress(FileExistsError):  # the files beside it get its rights; only while it is new, since closing it drops our own locks
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        _lay_out(db)
    except BaseException:
        db.close()
        raise
    return db


def _lay_out(db: sqlite3.Connection) -> None:
    """Make the tables of a new file. Raises JournalUnavailable for one that another release wrote."""
    found = _version(db)
    if found == 0:
        db.execute("BEGIN IMMEDIATE")
        if _version(db) == 0:  # nobody else did meanwhile
            for statement in _TABLES.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
        found = _version(db)
    if found != VERSION:
        raise JournalUnavailable(f"the journal was written by another release: its layout is {found}, ours {VERSION}", "layout")


def _version(db: sqlite3.Connection) -> int:
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    return found
