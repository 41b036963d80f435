"""What a delivery says: the shape of `agent.record.delivery.Delivery.body` for each occasion.

Times are ISO 8601 with their offset, telephone numbers E.164; what is not known is "".
Fields may be added, never taken away or given another meaning.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from agent.record.delivery import Occasion
from agent.record.handoff import Wanted


class Company(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    email: str
    id: str


class BookedService(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    price: float | int | None
    minutes: int


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    speaker: str
    message: str
    startedAt: str  # noqa: N815 - the contract's word


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every occasion tells: the call, the caller, and what is booked; of what was cancelled, or was not free, as it stood before."""

    callSid: str  # noqa: N815
    business: str
    """Id of the business."""
    company: Company
    language: str
    time_zone: str
    name: str
    phone: str
    email: str
    address: str
    reference: str
    """Of the booking: the same whatever becomes of it."""
    state: Literal["booked", "to_be_confirmed", "not_free", "cancelled", "none"]
    sequence: int
    """Grows when a calendar would show the booking otherwise."""
    revision: int
    """Grows with each step of the call: of two messages about it, the one with the larger number is the newer."""
    service: BookedService | None
    start: str
    end: str


class ChangedTold(Told, frozen=True, kw_only=True):
    """A booking that is otherwise than it was."""

    changed: Sequence[str]
    """The slots whose values are others now."""


class CancelledTold(Told, frozen=True, kw_only=True):
    """A booking that was given up."""

    why: Literal["caller", "office", "revised"]
    """Who wanted it so, as `agent.record.cancellation.Cancellation`."""
    reason: str
    """In their words; "" where they gave none."""


class CallEndedTold(Told, frozen=True, kw_only=True):
    """A call that is over."""

    status: Literal["booked", "ended"]
    came_to: Literal["booked", "handed_off", "ended"] = msgspec.field(name="outcome")
    filled: Mapping[str, str]
    """What was collected, by slot."""


class HandoffTold(Told, frozen=True, kw_only=True):
    """A caller who wants a person, with what a person is given who takes the call over."""

    why: Wanted
    fields: Mapping[str, str]
    """What is known, by slot."""
    pending: Mapping[str, str]
    """What was heard and is not confirmed, by slot."""
    gaps: Sequence[str]
    """The slots that are missing."""
    slot: str
    sentence: str
    """All of it in one sentence of the call's language."""
    lastTurns: Sequence[Spoken]  # noqa: N815
    reason: str = ""
    free: Sequence[str] = ()
    """Free times near the one that was not, where that is why."""


BODIES: Mapping[Occasion, type[msgspec.Struct]] = {
    "booking.created": Told,
    "booking.changed": ChangedTold,
    "booking.cancelled": CancelledTold,
    "booking.not_free": Told,
    "call.ended": CallEndedTold,
    "handoff.wanted": HandoffTold,
}
