"""How a call is found at the beginning of a turn: new, or as the record has it, with what another system left beside it taken in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.outside import adopted
from agent.dst.updates import FAREWELL
from agent.record.business import Business
from agent.record.calendar import standing
from agent.record.call import Booking, Brief, Call, Question, Turn
from agent.record.call_events import status_moved
from agent.record.caller_id import NAME_SLOT
from agent.record.errand import Errand
from agent.record.events import Event
from agent.record.language_tags import begins_in
from agent.record.moments import stamp
from agent.record.progress import step
from agent.record.skeleton import adopt
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import Plan, TurnContext
from agent.slots import PLACES
from agent.slots.phone.numbering import callers_number

replace = msgspec.structs.replace


def new_call(sid: str, business: Business, now: datetime, *, caller: str = "", dialled: str = "", language: str = "") -> Call:
    """A call nobody has heard of: its brief is the business that was dialled. `caller`: a number in any form; `language`: a BCP 47 tag."""
    brief = Brief(
        business=business.id,
        region=business.country,
        time_zone=business.time_zone,
        services=tuple(business.services),
        company={"id": business.id, "name": business.name, "email": business.email, "userId": business.id},
        caller=callers_number(caller, business.country),
        dialled=dialled,
    )
    return Call(sid=sid, created_at=stamp(now), brief=brief, language=begins_in(language, business))


def adopting(call: Call, foreign: dict[str, Any] | None, now: datetime) -> Call:
    """The call with its gaps filled from another system's document."""
    return call if foreign is None else adopted(adopt(call, foreign, stamp(now), PLACES), call, now)


def prepared(call: Call, foreign: dict[str, Any] | None, now: datetime) -> Call:
    """The call ready to listen: gaps filled, reopened if it had ended, with the question that is open.

    What was done to it from outside comes first: a caller whom a supervisor has bidden farewell hears so before the call opens again, and one who has
    not heard of a change, or of the office's answer, was asked nothing since. A call that an open turn has ended is closed by it first. One whose
    booking is to be confirmed stays over, as a booked one does.
    """
    call = adopting(call, foreign, now)
    if call.status == "ended" and call.open_turn is None and FAREWELL not in call.untold and call.to_be_confirmed is None:
        call = replace(without_errand(call), status="active", silences=0, hung_up=False)
    if call.status == "active" and call.question.kind == "none" and not call.is_unasked and not call.hears_back:
        here = step(call)
        call = replace(call, question=Question(kind="ask", slots=(here,)) if here in NAMES else Question(kind="summary"))
    return call


def without_errand(call: Call) -> Call:
    """The call no longer about an appointment, nor with what it held of that one; a name that was said stays."""
    if call.errand is None:
        return call
    kept = {name: state if name == NAME_SLOT or state.locked else SlotState() for name, state in call.slots.items()}
    return replace(call, errand=None, slots=kept)


def asked_which(call: Call) -> Call:
    """The call with something wanted of an appointment, and to be told which one it is."""
    return replace(call, errand=Errand(want="hear"), question=Question(kind="which"))


def rung_again(call: Call, earlier: Call) -> Call:
    """The call of somebody who wants something of an appointment, under the callSid that made it: he is asked which one, as anybody is."""
    return replace(
        asked_which(call),
        brief=earlier.brief,
        language=call.language if call.turns else earlier.language,
        unfinished="",
        resumed_from=earlier.sid,
        root=earlier.root or earlier.sid,
    )


def opened_again(before: Call | None, call: Call, seconds: float) -> tuple[Event, ...]:
    """What tells those who watch that a call which had ended listens again. `before`: as last committed."""
    came_back = before is not None and before.status == "ended" and call.status == "active"
    return (status_moved(call, "ended", seconds, "opened_again"),) if came_back else ()


def turn_context_of(
    call: Call,
    turn: Turn,
    business: Business,
    plan: Plan,
    now: datetime,
    bookings: Sequence[Booking],
    *,
    away: bool = False,
    confirms: frozenset[str] = frozenset(),
) -> TurnContext:
    """What the turn is decided against. The caller's "now" is the turn's `started_at`, in the business's zone; without one, the service's clock.

    `business`: as its file stands now; what was promised to this caller is in the brief. `away`: no calendar can be asked; what stands in `bookings`
    is taken, and of the rest nobody knows whether it is free. `confirms`: as TurnContext.confirms.
    """
    heard_at = _aware(turn.started_at) if turn.started_at else now
    return TurnContext(
        business=business,
        now=heard_at.astimezone(ZoneInfo(call.brief.time_zone)),
        stamp=stamp(now),
        seconds=now.timestamp(),
        turn=turn,
        plan=plan,
        bookings=in_the_way(call, bookings, now.timestamp()),
        away=away,
        confirms=confirms,
    )


def in_the_way(call: Call, bookings: Sequence[Booking], seconds: float) -> tuple[Booking, ...]:
    """The places that are not for this call to take at `seconds` (Unix): an appointment that it is about may take what it has."""
    own = call.errand.sid if call.errand is not None else ""
    return tuple(one for one in standing(bookings, seconds, call.resumed_from) if not own or one.sid != own)


def clock_of(call: Call, now: datetime) -> datetime:
    """The time it is for the caller, aware: what the service's clock says, set as the caller's last turn was.

    A call whose turns say when they were spoken may be played long before or after; a field set meanwhile is held to the same day as its turns.
    """
    for line, following in reversed(tuple(pairwise(call.recent))):
        if (line.speaker, following.speaker) == ("customer", "AI"):
            return now + (_aware(line.startedAt) - _aware(following.startedAt))
    return now


def _aware(written: str) -> datetime:
    """A time that was written; without an offset it is UTC."""
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
