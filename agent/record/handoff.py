"""Why a person is wanted at a call."""

from typing import Literal

import msgspec

Wanted = Literal[
    "caller_asked", "emergency", "not_understood", "refused", "no_free_time", "nothing_agreed", "no_approval", "escalated", "supervisor_away",
    "appointment", "not_free",
]  # fmt: skip
"""What a person is wanted for. `not_free`: a booking that was to be confirmed, and whose place is another's."""


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """Why a person is wanted."""

    why: Wanted
    slot: str = ""
    reason: str = ""
    """What whoever asked for a person said about it; "" for nothing."""
    sentence: str = ""
    """All that a person needs to know, in one sentence of the call's language; "" until it is worded."""
    free: tuple[str, ...] = ()
    """Free times that the person may offer instead: ISO 8601 with the business's offset."""
