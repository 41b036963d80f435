"""The newest turn of a side that counts its turns, and may say one again in other words."""

import msgspec


class Newest(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    """Its place in that side's count."""
    said: str
    """Fingerprint of its words."""
    came: int
    """When it came, by the service's clock: Unix nanoseconds. Of two wordings that come at once, the later one counts."""
    previous: int = 0
    """The number of the turn before it; what was said between the two never reached us."""
    lines: int = 0
    """How many lines of the conversation it has written."""
    told: tuple[str, ...] = ()
    """What a supervisor had said, and the caller was given to hear with it: whoever says the turn otherwise has not heard it."""
