"""How long what is known of a business's callers is kept, as its file has it."""

from typing import Annotated

import msgspec

MOST_DAYS = 3650
LEAST_MINUTES = 10
"""Of a transcript: a turn that is sent again gets the answer it had, which is one of its words."""
Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]


class Keeping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not given is as the service's settings have it."""

    open_calls_minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS * 24 * 60)] | None = None
    """A call that booked nothing, with what was said in it and its events, after its last turn."""
    booked_calls_days: Days | None = None
    """The same of one that did."""
    transcripts_minutes: Annotated[int, msgspec.Meta(ge=LEAST_MINUTES, le=MOST_DAYS * 24 * 60)] | None = None
    """What was said in either, and its events, after the last turn; where it is not given, and never longer than, the call."""
    bookings_days: Days | None = None
    """An appointment, after its job is over; where it is not given, as long as booked calls."""
