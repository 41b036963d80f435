"""How a try to bring a delivery ended."""

from collections.abc import Awaitable, Callable

import msgspec

Holds = Callable[[], Awaitable[bool]]
"""Whether what is to be brought is still owed, and still held by whoever brings it. Raises StoreUnavailable."""


async def held() -> bool:
    """For whoever brings something that nobody else can have."""
    return True


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


class Lost(msgspec.Struct, frozen=True):
    """Nothing was handed over: by then it was another's to bring, or nobody's."""


Outcome = Sent | Again | Refused | Lost
