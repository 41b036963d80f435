"""Why a booking was given up."""

from typing import Literal

import msgspec

MOST = 500
"""Characters of a reason."""


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    why: Literal["caller", "office", "revised"] = "revised"
    """Who wanted it so: the caller, in this call or a later one; the office; nobody, since what had booked it was said in other words."""
    reason: str = ""
    """In the words of whoever gave it up; "" where they gave none."""
