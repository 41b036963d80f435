"""The calendars of businesses, in the journal. Everything here runs inside a transaction."""

import sqlite3
from collections.abc import Sequence
from uuid import uuid4

import msgspec

from agent.record.call import Booking
from storage import calendars, codec
from storage.keys import Ttl
from storage.store import Change


def of(db: sqlite3.Connection, business: str) -> tuple[Booking, ...]:
    return codec.bookings([row[0] for row in db.execute("SELECT booking FROM places WHERE business = ?", (business,))])


def fits(db: sqlite3.Connection, now: float, booking: Booking, capacity: int) -> bool:
    """Whether it fits beside the others; those in its way that were held for long enough are dropped."""
    way = (booking.business, booking.free_from, booking.start, booking.sid)
    rows = db.execute("SELECT booking FROM places WHERE business = ? AND start < ? AND free_from > ? AND sid <> ?", way).fetchall()
    others: list[Booking] = []
    for other in codec.bookings([row[0] for row in rows]):
        if 0 < other.held_until <= now:
            release(db, other)
        else:
            others.append(other)
    return calendars.fits(booking, others, capacity)


def write(db: sqlite3.Connection, now: float, change: Change, ttl: Ttl) -> None:
    """What the step does with the calendar."""
    if booking := change.booking:
        take(db, now, booking, ttl)
    elif change.release and change.before and change.before.place:
        release(db, change.before.place)


def take(db: sqlite3.Connection, now: float, booking: Booking, ttl: Ttl) -> None:
    over = (booking.business, now - calendars.KEEP_OVER_S, now - ttl.at(booking.business).booked_s)
    db.execute("DELETE FROM places WHERE business = ? AND end <= ? AND made < ?", over)
    if booking.instead_of:
        row = db.execute("SELECT booking FROM places WHERE business = ? AND sid = ?", (booking.business, booking.instead_of)).fetchone()
        if row and calendars.passes_over(codec.bookings([row[0]])[0], booking):
            db.execute("DELETE FROM places WHERE business = ? AND sid = ?", (booking.business, booking.instead_of))
    put(db, booking.sid, booking)


def put(db: sqlite3.Connection, sid: str, booking: Booking) -> None:
    held = booking.start, booking.free_from, booking.end, booking.made, booking.held_until
    db.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (booking.business, sid, *held, codec.encode(booking)))


def replace(db: sqlite3.Connection, business: str, bookings: Sequence[Booking]) -> None:
    """Let these be all there is in a business's calendar."""
    db.execute("DELETE FROM places WHERE business = ?", (business,))
    for booking in bookings:
        put(db, booking.sid or f" {uuid4().hex}", booking)


def release(db: sqlite3.Connection, booking: Booking) -> None:
    db.execute("DELETE FROM places WHERE business = ? AND sid = ?", (booking.business, booking.sid))


def forget(db: sqlite3.Connection, sid: str) -> bool:
    """Leave an erased caller's places taken, by nobody; one that was only held is free again. Returns whether there was any."""
    rows = db.execute("SELECT booking FROM places WHERE sid = ?", (sid,)).fetchall()
    db.execute("DELETE FROM places WHERE sid = ?", (sid,))
    for booking in codec.bookings([row[0] for row in rows]):
        if not booking.held_until:
            put(db, f" {uuid4().hex}", msgspec.structs.replace(booking, sid="", service="", instead_of=""))
    return bool(rows)
