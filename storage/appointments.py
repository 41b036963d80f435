"""Appointments: what a store promises about what its calls booked.

How it works. A step of a call that books, changes or gives up a place writes the appointment with it, in the same transaction (on a cluster as a step
of its own that may be repeated): whoever takes the step need not think of it (`agent.record.appointment.appointed`). The appointment lies with the
business and not with the call, which it outlives: it is kept until its job has been over, and it was booked, for `keys.Ttl.kept_s`. When its
call is erased, it is gone as well; the place stays taken by nobody.

References are short, so two calls of a business may have the same one. Neither is found by it then, since it is not known whose is meant; each
is found by its callSid, by the number it was booked from, and in the list.
"""

from collections.abc import Sequence
from typing import Protocol

from agent.record.appointment import Appointment
from agent.record.delivery import Delivery


class Appointments(Protocol):
    """Every method raises StoreUnavailable when the store cannot be reached. `business`: an id; "" for all of them."""

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        """The one that has this reference, also when it is cancelled or over; None when there is none, or more than one.

        `sid`: only the one that this call made.
        """

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        """Those that begin at `since` or later, and earlier than `until` (Unix seconds; 0: no matter when), cancelled ones too, the last first.

        `before` is the `position` of the one that the last page ended with.
        """

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        """What was booked from the number `caller` (E.164), is not cancelled, and has not begun, the first first."""

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        """Move, correct or cancel one whose call is no longer kept, with its place in the calendar and what that makes due, all at once.

        `instead_of`: the call in which it is moved; the place that is held for that one passes over to this.
        Returns it as it stands, with `sequence` and `rev` counted: those of `after` are not looked at; `reference`, `sid`, `business`, `caller` stay.
        Raises StaleAppointment when it is not as `before` was, PlaceTaken when there is no place for it, InDoubt when it may be written or not.
        """
