"""What is owed to the outside because of a call: a mail to the caller, a webhook to the business.

It is written in the same transaction as the step that makes it due (`storage.store.Change.deliveries`), so it is owed exactly when that step was
taken, and it is brought later by whichever worker comes to it first. Until it has arrived, or is given up, it is kept whole: what it says is what
held when the step was taken, whatever the call says since.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

import msgspec

DeliveryKind = Literal["mail", "webhook"]
Occasion = Literal["booking.created", "booking.changed", "booking.cancelled", "booking.not_free", "call.ended", "handoff.wanted"]
"""What a delivery tells of; the types of the webhooks."""
_POSITION = re.compile(r"(\d{1,16})-([!-~]{1,100})", re.ASCII)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be brought to one receiver."""

    id: str
    """The same whenever it is brought again, so that the receiver can tell: the webhook's id, and what the mail's Message-ID is made of."""
    kind: DeliveryKind
    occasion: Occasion
    sid: str
    business: str
    """Id of the business."""
    made: int
    """When the step was taken: Unix seconds."""
    until: int = 0
    """From when on it is of no use, by the clock that `made` is of: nobody wants to read that he is booked for what has begun. 0: never."""
    body: Mapping[str, Any]
    """What it says, as values; how that is worded is up to whoever brings it."""


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as the outbox keeps it."""

    delivery: Delivery
    tries: int = 0
    """How often bringing it has failed."""
    due_ms: int = 0
    """When it is tried next: Unix milliseconds. 0 while it is given up."""
    why: str = ""
    """How the last try failed, as a code; "" when none did."""
    till_ms: int = 0
    """Until when whoever was given it has it alone: Unix milliseconds, and what their lease is known by. 0 where nobody was given it."""
    listed_ms: int = 0
    """Since when it is listed as given up: Unix milliseconds. 0 but in such a list."""

    @property
    def position(self) -> str:
        """Where it stands in a list of dead letters: goes back as `before` for the next page, also when it is none any more."""
        return f"{self.listed_ms}-{self.delivery.id}"


def place_in_list(position: str) -> tuple[int, bytes] | None:
    """Where `Owed.position` stands: since when, and an id; None where it is none."""
    found = _POSITION.fullmatch(position)
    return (int(found[1]), found[2].encode()) if found else None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended with a delivery."""

    id: str
    why: str = ""
    """Why it was given up, as a code; "" when it has arrived."""


def delivery_id(sid: str, kind: DeliveryKind, occasion: Occasion, rev: int) -> str:
    """The id of what the step that made revision `rev` of a call owes: of it nothing can be read, neither the callSid."""
    return f"msg_{sha256(f'{sid} {kind} {occasion} {rev}'.encode()).hexdigest()[:26]}"
