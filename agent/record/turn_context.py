"""What a turn is decided against, beside the call itself: the business, the clock, the calendar, the plan."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from agent.record.business import Business
from agent.record.call import Booking, Turn


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How patient we are."""

    tries: int
    """How often a slot is asked for before it is given up: skipped if the business allows, else a person takes over."""
    silences: int
    """How many silent turns in a row end the call politely."""
    turns: int
    """How many turns a call may have in all."""
    idle: int
    """How many turns in a row may bring the call no further: music and machines do not keep it alive."""


class TurnContext(msgspec.Struct, frozen=True, kw_only=True):
    business: Business
    now: datetime
    """The caller's "now", aware, in the business's zone."""
    stamp: str
    """The service's clock, ISO 8601, UTC: when things are written down."""
    seconds: float
    """The same in Unix seconds."""
    turn: Turn
    plan: Plan
    bookings: Sequence[Booking] = ()
