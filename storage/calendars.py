"""The calendars of businesses, kept in this process: who holds which place, and whether another one fits."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from agent.record.call import Booking
from storage.keys import Ttl
from storage.store import Change

KEEP_OVER_S = 86_400
"""How long a job that is over is kept, in seconds."""


class Calendars:
    def __init__(self, clock: Callable[[], float], ttl: Ttl) -> None:
        """`ttl`: how long ago (`booked_s`) a job that is over was booked at least, before it is dropped."""
        self._clock, self._ttl = clock, ttl
        self._places: dict[str, dict[str, Booking]] = {}
        """By business, then by sid; a place whose caller was erased has a name that is no sid."""
        self._forgotten = 0

    def of(self, business: str) -> Sequence[Booking]:
        return tuple(self._places.get(business, {}).values())

    def put(self, bookings: Sequence[Booking]) -> None:
        """Fill the calendars of these bookings' businesses with them, as other calls would have."""
        for business in {booking.business for booking in bookings}:
            self._places[business] = {booking.sid: booking for booking in bookings if booking.business == business}

    def fits(self, booking: Booking, capacity: int) -> bool:
        """Whether it fits beside the others; those in its way that were held for long enough are dropped."""
        others: list[Booking] = []
        places = self._places.get(booking.business, {})
        for sid, other in tuple(places.items()):
            if sid == booking.sid or other.start >= booking.free_from or other.free_from <= booking.start:
                continue
            if 0 < other.held_until <= self._clock():
                del places[sid]
            else:
                others.append(other)
        return fits(booking, others, capacity)

    def write(self, change: Change) -> None:
        """What the step does with the calendar."""
        if booking := change.booking:
            self.take(booking)
        elif change.release and change.before and change.before.place:
            self.release(change.before.place)

    def take(self, booking: Booking) -> None:
        places = self._places.setdefault(booking.business, {})
        over, made = self._clock() - KEEP_OVER_S, self._clock() - self._ttl.at(booking.business).booked_s
        for sid in [sid for sid, other in places.items() if other.end <= over and other.made < made]:
            del places[sid]
        if (earlier := places.get(booking.instead_of)) and passes_over(earlier, booking):
            del places[booking.instead_of]
        places[booking.sid] = booking

    def release(self, booking: Booking) -> None:
        self._places.get(booking.business, {}).pop(booking.sid, None)

    def forget(self, sid: str) -> bool:
        """Leave an erased caller's places taken, by nobody; one that was only held is free again. Returns whether there was any."""
        found = False
        for places in self._places.values():
            if booking := places.pop(sid, None):
                found = True
                self._forgotten += 1
                if not booking.held_until:
                    places[f" {self._forgotten}"] = msgspec.structs.replace(booking, sid="", service="", instead_of="")
        return found


def fits(booking: Booking, others: Iterable[Booking], capacity: int) -> bool:
    """Whether it fits beside others that are in its way.

    What is held for the call that it goes on from passes over to it, and the place of the call whose booking is to be moved here is given up.
    """
    moments: list[tuple[int, int]] = []
    for other in others:
        is_moved = bool(other.sid) and other.sid == booking.moves
        if not is_moved and not passes_over(other, booking):
            moments += [(max(other.start, booking.start), 1), (min(other.free_from, booking.free_from), -1)]
    now = peak = 0
    for _, change in sorted(moments):
        now += change
        peak = max(peak, now)
    return peak < capacity


def passes_over(held: Booking, booking: Booking) -> bool:
    """Whether a place is held for the call that the other's goes on from."""
    return held.held_until > 0 and held.sid == booking.instead_of
