"""Why did it say that: for each turn what was heard, which rule read it, what was done about it, and what was asked next.

Enough to play the turn again.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from agent.record.acts import SystemAct, UserAct
from agent.record.call import Booking, Call, Turn
from agent.record.events import Event
from agent.record.slot_names import NAMES


class TracedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn as it was taken."""

    at: str
    """The service's clock, ISO 8601, UTC."""
    turn: Turn
    number: int | msgspec.UnsetType = msgspec.UNSET
    """Its place in its sender's count, where there is one: of two with the same number the later one took the place of the other."""
    edit: dict[str, str | None] | None = None
    """Fields set from outside instead of a turn; `locked` and `unlocked` beside them."""
    locked: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()
    permission: dict[str, Any] | None = None
    """The office's answer instead of a turn: `permissionId` and whether it was `approved`."""
    source: str = ""
    deed: str = ""
    """What a person did instead of a turn: "takeover", "message"; what they said, or why, is in `said`."""
    agent_id: str = msgspec.field(default="", name="agentId")
    """Who did it, or set the fields."""
    watched: bool = False
    """Whether a supervisor watched, where that decided something."""
    foreign: dict[str, Any] | None = None
    """The document another system had left, when there was one to adopt."""
    bookings: tuple[Booking, ...] = ()
    """The places that were taken, while a time was being agreed; those of others without a word on who has them."""
    caller: str = ""
    dialled: str = ""
    language: str = ""
    over_a_socket: bool | msgspec.UnsetType = msgspec.UNSET
    """It came over a connection on which the caller is told at once of all that happens."""
    away: bool | msgspec.UnsetType = msgspec.UNSET
    """Redis was away: no place could be promised."""
    unheard: bool | msgspec.UnsetType = msgspec.UNSET
    """It was left half done, and finished when the next one came: nobody waited for its answer."""
    settled: bool | msgspec.UnsetType = msgspec.UNSET
    """The booking that was to be confirmed was tried, instead of a turn."""
    before: dict[str, Any] = msgspec.field(default_factory=dict)
    """What had been asked: the question that was open."""
    user_acts: tuple[UserAct, ...] = msgspec.field(default=(), name="taken")
    """What the caller did: each value with the rule that read it."""
    decided: tuple[str, ...] = ()
    """What became of it: "phone pending", "time missed: closed"."""
    system_acts: tuple[SystemAct, ...] = msgspec.field(default=(), name="notices")
    asked: dict[str, Any] = msgspec.field(default_factory=dict)
    """The question that is open now."""
    said: str = ""
    merged: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """Of a turn taken while Redis was away, and merged with what another host did meanwhile: by slot that both settled, whose value stands, the
    "journal"'s or "redis"'s."""
    held: dict[str, str] = msgspec.field(default_factory=dict)
    """The values confirmed when the turn was over."""
    waiting: dict[str, str] = msgspec.field(default_factory=dict)
    """The values read back and not confirmed."""

    def encoded(self) -> bytes:
        """As it is kept: JSON."""
        return msgspec.json.encode(self)


def decided(events: tuple[Event, ...]) -> tuple[str, ...]:
    """What the progress events of a turn come to, in few words and without values."""
    found = []
    for event in events:
        if event.type == "progress":
            reason = event.payload.get("reason")
            found.append(f"{event.payload['slot']} {event.payload['status']}" + (f": {reason}" if reason else ""))
        elif event.type == "permission_request":
            found.append(f"{event.type} {event.payload['rule']}")
        elif event.type == "permission_cleared":
            found.append(f"{event.type} {event.payload['outcome']}")
        elif event.type == "status_change" or event.payload.get("tool") == "booking":  # looking into the calendar decides nothing
            found.append(f"{event.type} {event.payload['status']}")
    return tuple(found)


def places(bookings: Sequence[Booking], sid: str) -> tuple[Booking, ...]:
    """Bookings as they may stand in the trace of the call `sid`: of other callers only when, so that nothing of one who is erased stays there."""
    nobody = (msgspec.structs.replace(one, sid=f" {number}", service="", instead_of="", moves="") for number, one in enumerate(bookings))
    return tuple(one if one.sid == sid else other for one, other in zip(bookings, nobody, strict=True))


def held(call: Call) -> dict[str, str]:
    return {name: call.slot(name).value for name in NAMES if call.slot(name).value}


def waiting(call: Call) -> dict[str, str]:
    return {name: call.slot(name).pending for name in NAMES if call.slot(name).pending}
