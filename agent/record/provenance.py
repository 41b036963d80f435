"""Where a value of a call came from."""

from typing import Literal

import msgspec

Confirmed = Literal["", "explicit", "implicit", "keyed", "supervisor", "adopted", "resumed"]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    turn: str
    """The key of the turn that brought it."""
    words: str
    """What the caller said there."""
    rule: str
    """The rule or model that read it."""
    confidence: float | None = None
    """The recogniser's, from 0 to 1, when it was sent."""
    confirmed: Confirmed = ""
    """How the caller confirmed it: by a yes, by not objecting, by keys; or who else put it there. "resumed": in an earlier call only."""
