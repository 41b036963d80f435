"""How a try to bring a delivery ended."""

import msgspec


class Sent(msgspec.Struct, frozen=True):
    """It has arrived."""


class Again(msgspec.Struct, frozen=True):
    """It has not arrived, and may later."""

    why: str
    """A code."""
    after_s: float = 0.0
    """Seconds the receiver asked for before the next try; 0 when it said nothing."""


class Refused(msgspec.Struct, frozen=True):
    """It will not arrive, however often it is tried."""

    why: str
    """A code."""


Outcome = Sent | Again | Refused
