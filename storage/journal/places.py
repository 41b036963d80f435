"""The calendars of businesses, in the journal. Everything here runs inside a transaction."""

import sqlite3
from collections.abc import Sequence
from uuid import uuid4

import msgspec

from agent.record.call import Booking
from storage import calendars, codec
from storage.keys import Ttl
from storage.store import Change

WAITING_S = 86_400.0
"""How long steps wait for Redis at most, once their call has expired."""
_WAITS = "sid IN (SELECT sid FROM calls WHERE steps > 0)"


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
    """What the step does with the calendar: a place that it notes, for Redis to try, is taken here from now on."""
    if booking := wanted(change, now):
        take(db, now, booking, ttl)
    elif change.release and change.before and change.before.place and not change.after.to_be_confirmed:
        release(db, change.before.place)


def wanted(change: Change, now: float) -> Booking | None:
    """The place that the step takes; one that it notes is held for as long as it may wait for Redis."""
    noted = change.after.to_be_confirmed
    if change.booking or noted is None or (change.before and change.before.to_be_confirmed):
        return change.booking
    return msgspec.structs.replace(noted, held_until=int(now + WAITING_S))


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


def waiting(db: sqlite3.Connection, business: str) -> tuple[Booking, ...]:
    """What calls have, or have noted, with steps that Redis has not seen."""
    rows = db.execute(f"SELECT booking FROM places WHERE business = ? AND {_WAITS}", (business,)).fetchall()  # noqa: S608 - our own names
    return codec.bookings([row[0] for row in rows])


def replace(db: sqlite3.Connection, business: str, bookings: Sequence[Booking], since: float) -> None:
    """Let these be all there is in a business's calendar, but for what was made `since` they were read (Unix seconds), or waits for Redis."""
    stays = {sid for (sid,) in db.execute(f"SELECT sid FROM places WHERE business = ? AND {_WAITS}", (business,))}  # noqa: S608
    db.execute(f"DELETE FROM places WHERE business = ? AND made < ? AND NOT {_WAITS}", (business, int(since)))  # noqa: S608
    for booking in bookings:
        if booking.sid not in stays:
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
