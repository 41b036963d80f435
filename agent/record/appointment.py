"""The appointment: what a call booked, as it stands after the call is gone.

While its call is kept, an appointment says what the call says: it is read off the call's steps (`appointed`). Afterwards it goes on by itself, and is
moved and cancelled without it.
"""

from typing import Literal

import msgspec

from agent.record.booking_reference import booking_reference
from agent.record.call import Booking, Call

replace = msgspec.structs.replace

PERSONAL = ("name", "phone", "email", "address")
"""The slots whose values an appointment has, under the same names."""
SHOWN = ("state", "start", "end", "service", "address")
"""What of it stands in a calendar."""


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    """What people call it. Made from the callSid, and so short that two of a business may have the same."""
    sid: str
    """The call that made it."""
    business: str
    """Id of the business."""
    state: Literal["booked", "cancelled"] = "booked"
    service: str
    """Id of the service."""
    start: int
    """Unix seconds, as all times here."""
    end: int
    buffer: int = 0
    """Seconds behind it in which nothing else may begin."""
    made: int = 0
    """When it was booked, by the service's clock."""
    sequence: int = 0
    """How often what stands in a calendar has changed since it was first booked (`SHOWN`)."""
    language: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    """Where mails about it go; "" where the caller gave no address."""
    address: str = ""
    caller: str = ""
    """The number it was booked from, E.164; "" when that is not known."""
    rev: int = 0
    """How often it was written; a change of another rev is stale."""

    @property
    def position(self) -> str:
        """Where it stands in a list by start: goes back as `before` for the next page."""
        return f"{self.start} {self.sid}"

    @property
    def place(self) -> Booking:
        """The place in the calendar that is, or was, taken for it."""
        return Booking(business=self.business, sid=self.sid, start=self.start, end=self.end, buffer=self.buffer, service=self.service, made=self.made)

    def is_over(self, now: float, keep_s: int) -> bool:
        """Whether its job has been over, and it was booked, for so long that it is no longer kept. `now`: Unix seconds."""
        return max(self.end, self.made) + keep_s <= now

    def needs_place(self, after: "Appointment") -> bool:
        """Whether a place has to be found for what it is to be."""
        return after.state == "booked" and (self.state, self.start, self.end) != (after.state, after.start, after.end)


def appointment_of(call: Call) -> Appointment | None:
    """What the call has booked, by its record alone: `sequence` and `rev` are for the store to count. None while nothing is."""
    place = call.booked
    if place is None:
        return None
    values = {name: state.value if (state := call.slot(name)).status != "skipped" else "" for name in PERSONAL}
    return Appointment(
        reference=booking_reference(call.sid),
        sid=call.sid,
        business=call.brief.business,
        service=call.slot("service").value or place.service,
        start=place.start,
        end=place.end,
        buffer=place.buffer,
        made=place.made,
        language=call.language,
        caller=call.brief.caller,
        name=values["name"],
        phone=values["phone"],
        email=values["email"],
        address=values["address"],
    )


def appointed(before: Call | None, after: Call) -> Appointment | None:
    """The appointment as a step of its call leaves it, cancelled where the step gives it up; None where the step changes nothing of it."""
    was, now = appointment_of(before) if before else None, appointment_of(after)
    if now is None:
        return replace(was, state="cancelled") if was else None
    return now if now != was else None


def counted(was: Appointment | None, now: Appointment) -> Appointment:
    """`now` as what follows `was`, with its `sequence` and `rev`. None: it is the first."""
    if was is None:
        return replace(now, sequence=0, rev=1)
    shown = any(getattr(was, name) != getattr(now, name) for name in SHOWN)
    return replace(now, sequence=was.sequence + shown, rev=was.rev + 1)
