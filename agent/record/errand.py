"""What a booked caller rings about: an appointment he has, and what he wants of it."""

from typing import Literal

import msgspec

from agent.record.acts import Inform

Want = Literal["hear", "move", "cancel", "correct"]


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """None in a call that is to book. While `sid` is "" the caller is not recognised, and nothing of any appointment is said."""

    want: Want
    reason: str = ""
    """Why it is to be cancelled, in the caller's words; "" where he gave no reason."""
    perhaps: bool = False
    """It is about an appointment only if the name that is said next has one."""
    sought: str = ""
    """The reference by which the appointment is to be looked for in this turn, or `BY_NAME`."""
    several: bool = False
    """The name has more than one, which only a reference tells apart."""
    sid: str = ""
    """The call that made the appointment."""
    proven: bool = False
    """The caller rings from the number it was booked from: then more is known of him than a reference, which may have been found."""
    reference: str = ""
    service: str = ""
    """Id of the service."""
    start: int = 0
    """Unix seconds."""
    end: int = 0
    changes: tuple[str, ...] = ()
    """The slots that are to be changed."""
    done: bool = False
    """What was wanted is done, or is not wanted any more: the caller was bidden farewell, or more is wanted (`then`)."""
    then: str = ""
    """What is wanted after it, in the caller's words."""
    told: tuple[Inform, ...] = ()
    """What it is to be, said before it was known which one it is."""


BY_NAME = "name"
"""Sought by the name that was said, together with the number that is rung from."""
