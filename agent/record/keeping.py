"""How long what is known of a business's callers is kept, as its file has it."""

from typing import Annotated

import msgspec

MOST_DAYS = 3650
Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]


class Keeping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not given is as the service's settings have it."""

    open_calls_minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS * 24 * 60)] | None = None
    """A call that booked nothing, with what was said in it and its events, after its last turn."""
    booked_calls_days: Days | None = None
    """The same of one that did."""
    bookings_days: Days | None = None
    """An appointment, after its job is over; where it is not given, as long as booked calls."""
