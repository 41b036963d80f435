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
    line_s: float = 3.0
    """Seconds a turn waits for the supervisor who has the call to speak."""
    handoff_s: float = 20.0
    """Seconds a caller who is to have a person is kept on the line while a supervisor watches, before the call is dialled through."""
    away_s: float = 30.0
    """Seconds after which a supervisor who neither watches nor acts has left the call."""


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
    """The places of others that are taken; while `away`, as far as this host knows."""
    away: bool = False
    """Redis is away: no place can be promised, and nobody can say which are taken."""
    confirms: frozenset[str] = frozenset()
    """What tells of a booking, as the business is set up: "mail" the caller who gave an address, "webhook" the business's own system."""
