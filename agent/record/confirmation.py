"""What the caller has in writing of a booking."""

from typing import Literal

import msgspec

MailState = Literal["none", "due", "taken", "returned", "late"]
"""`due`: owed and not yet taken by a server; `taken`: by the caller's server, or one on the way to it; `returned`: refused for good; `late`: not sent
before the appointment had begun, and not sent any more."""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with the last mail about a booking."""

    sequence: int = -1
    """How often what stands in a calendar has changed since it was first booked: 0 as first booked, one more for each change of it, for giving it
    up and for booking again. -1: nothing was booked yet."""
    revision: int = 0
    """Of the step that owes the newest mail: how it went with an older one about the same says nothing of that."""
    mail: MailState = "none"
    why: str = ""
    """Why it came back, as a code; "" unless it did."""
