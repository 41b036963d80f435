"""How a turn finds its call: the record as it stands, what another system left beside it, a new one when there is none."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent.record.business import Business
from agent.record.call import Brief, Call, Question, Turn
from agent.record.progress import step
from agent.record.skeleton import adopt
from agent.record.slot_names import NAMES
from agent.record.turn_context import TurnContext
from agent.slots.phone.numbering import callers_number
from graph.accepting import adopted
from graph.answer import language_of
from graph.state import Deps, TurnRequest

replace = msgspec.structs.replace


def stamp(now: datetime) -> str:
    """ISO 8601, UTC, milliseconds: "2026-03-02T01:00:00.000Z"."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def business_of(call: Call, deps: Deps) -> Business:
    """The business as its file stands now; what was promised to this caller is in the brief."""
    return deps.businesses.get(call.brief.business) or deps.businesses.default


def begins_in(tag: str, business: Business) -> str:
    """The language a call begins in: the one asked for if the business speaks it, else the business's first."""
    spoken = [language_of(one) for one in business.languages]
    return wanted if (wanted := language_of(tag)) in spoken else spoken[0]


def new_call(request: TurnRequest, deps: Deps, now: datetime) -> Call:
    """A call nobody has heard of: its brief is the business that was dialled."""
    business = deps.businesses.for_number(request.dialled)
    brief = Brief(
        business=business.id,
        region=business.country,
        time_zone=business.time_zone,
        services=tuple(business.services),
        company={"id": business.id, "name": business.name, "email": business.email, "userId": business.id},
        caller=callers_number(request.caller, business.country),
        dialled=request.dialled,
    )
    return Call(sid=request.sid, created_at=stamp(now), brief=brief, language=begins_in(request.language, business))


def prepared(call: Call, foreign: dict[str, Any] | None, now: datetime) -> Call:
    """The call ready to listen: gaps filled from another system's document, reopened if it had ended, with the question that is open."""
    if foreign is not None:
        call = adopted(adopt(call, foreign, stamp(now)), call, now)
    if call.status == "ended":
        call = replace(call, status="active", silences=0)
    if call.status == "active" and call.question.kind == "none":
        here = step(call)
        call = replace(call, question=Question(kind="ask", slots=(here,)) if here in NAMES else Question(kind="summary"))
    return call


def turn_context_of(call: Call, turn: Turn, deps: Deps, now: datetime, bookings: tuple[Any, ...]) -> TurnContext:
    """What the turn is decided against. The caller's "now" is the turn's `started_at`, in the business's zone; without one, the service's clock."""
    heard_at = datetime.fromisoformat(turn.started_at) if turn.started_at else now
    return TurnContext(
        business=business_of(call, deps),
        now=(heard_at if heard_at.tzinfo else heard_at.replace(tzinfo=UTC)).astimezone(ZoneInfo(call.brief.time_zone)),
        stamp=stamp(now),
        seconds=now.timestamp(),
        turn=turn,
        plan=deps.plan,
        bookings=bookings,
    )


def clock_of(call: Call, now: datetime) -> datetime:
    """The time it is for the caller, aware: what the service's clock says, set as the caller's last turn was.

    A call whose turns say when they were spoken may be played long before or after; a field set meanwhile is held to the same day as its turns.
    """
    for line, following in reversed(tuple(pairwise(call.recent))):
        if (line.speaker, following.speaker) == ("customer", "AI"):
            return now + (datetime.fromisoformat(line.startedAt) - datetime.fromisoformat(following.startedAt))
    return now
