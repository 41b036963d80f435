"""What a viewer sees: how a call goes, and nothing of the caller.

A document, an answer or an event is walked along a plan of what it may hold. Where the plan has a test, the value is shown if it passes: a status is
one of the statuses, a price one that a business file names, a callSid that of the call it was asked for. So it does not matter who wrote the
document: another system may put a caller's words under any name, also under one of ours. What the plan hides becomes "•••", what it does not name is
left out; so a new field is seen by viewers only when somebody says how.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

import msgspec
import phonenumbers

from agent import languages
from agent.record.businesses import Businesses
from agent.record.call import ApprovalState, Status
from agent.record.call_events import Closing, Told, Tool
from agent.record.confirmation import MailState
from agent.record.delivery import Occasion
from agent.record.events import Type
from agent.record.handoff import Wanted
from agent.record.provenance import Confirmed
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import PLACES
from api.shown import (
    MOMENT,
    Known,
    Says,
    Test,
    hidden,
    is_confidence,
    is_count,
    is_covered,
    is_flag,
    is_heartbeat_s,
    is_many,
    is_milliseconds,
    is_sid,
    is_then,
    matches,
    one_of,
)

HIDDEN = "•••"
Plan = Any
"""A test for one value, one against what is known, `hidden`, a mapping of names to plans, or a list that holds the plan of its entries."""
WHY = (*get_args(Wanted), *get_args(Told), *get_args(Closing))
"""Every reason for which a status moves: words of ours, no value of a caller."""
_PERMISSION = re.compile(r"[a-p]{20}")
"""Letters only: no number of a caller's."""


class Masking:
    """Masks what was decoded from JSON; each gives a copy, made for viewers. What the files of `businesses` name is no secret of a caller, nor is the
    name of a token (`is_name`).
    """

    def __init__(self, businesses: Businesses, is_name: Callable[[str], bool] = lambda _: False) -> None:
        document = _document(businesses, is_name)
        payload = {**document, **_payload(businesses, is_name)}
        listed = {**_short(businesses), **document}
        self._document = document
        self._calls: Plan = {"calls": [listed], "next": is_sid, "degraded": is_flag, "since": matches(MOMENT)}
        open_calls = {"calls": [listed], "cut": is_flag, "next": dict.fromkeys(get_args(Status), is_sid), "bookedToday": is_many}
        self._envelope: Plan = {
            "type": one_of(*get_args(Type)),
            "payload": {**payload, **open_calls, "lastMessages": [_line()]},
            "timestamp": is_then,
            "source": lambda value: value in ("agent", "service", "customer") or (isinstance(value, str) and is_name(value)),
            "degraded": is_flag,
        }

    def document(self, value: Mapping[str, Any], sid: str) -> Any:
        """The CallSkeleton of the call `sid`."""
        return _masked(value, self._document, Known((sid,)))

    def calls(self, value: Mapping[str, Any], sids: Collection[str]) -> Any:
        """The answer of `GET /calls` that lists `sids`."""
        return _masked(value, self._calls, Known(sids))

    def envelope(self, value: Any, known: Known) -> Any:
        """An event."""
        return _masked(value, self._envelope, known)


def _masked(value: Any, plan: Plan, known: Known) -> Any:
    if value is None or value == "":
        return value
    if isinstance(plan, dict):
        return {name: _masked(value[name], plan[name], known) for name in plan if name in value} if isinstance(value, Mapping) else HIDDEN
    if isinstance(plan, list):
        return [_masked(one, plan[0], known) for one in value] if isinstance(value, list | tuple) else HIDDEN
    shown = plan.test(value, known) if isinstance(plan, Says) else plan(value)
    return value if shown else HIDDEN


def _document(businesses: Businesses, is_name: Callable[[str], bool]) -> dict[str, Plan]:
    """A CallSkeleton; `status` is what lists put beside it."""
    moment, is_slot = matches(MOMENT), one_of(*NAMES)
    offered = _service(businesses)
    source = {"words": hidden, "confidence": is_confidence, "confirmed": one_of(*get_args(Confirmed))}
    return {
        "callSid": is_sid,
        "status": one_of(*get_args(Status)),
        "createdAt": moment,
        "services": [offered],
        "company": {name: one_of(*_company_words(businesses)) for name in ("id", "name", "email", "userId")},
        "user": _user(moment, dict.fromkeys(offered, hidden)),
        "history": [_line()],
        "servicebooked": is_flag,
        "confirmEmailsent": is_flag,
        "resumedFrom": hidden,
        "progress": {**_steps(), "expecting": one_of("value", "confirmation", "choice", "nothing"), "filled": _slots(), "pending": _slots()},
        "provenance": {name: {**source, "timestamp": moment} for name in NAMES},
        "locked": [is_slot],
        "from": hidden,
        "language": _is_language(businesses),
        "heldBy": _names_one(is_name),
        "since": moment,
        "why": one_of(*WHY),
        "misses": is_count,
        "suggestions": _slots(),
        "packet": _packet(),
        "approval": {**_permission(businesses), "askedAt": moment, "until": moment},
        "booking": {
            "state": one_of("booked", "to_be_confirmed", "awaiting_approval", "held"),
            "until": moment,
            **dict.fromkeys(("reference", "service", "start", "end", "mailWhy"), hidden),
            "mail": one_of(*get_args(MailState)),
        },
    }


def _permission(businesses: Businesses) -> dict[str, Plan]:
    """A request for the office's yes."""
    rules = {rule for business in businesses.all for rule in business.needs_approval}
    return {"permissionId": matches(_PERMISSION), "tool_name": one_of(*get_args(Tool)), "rule": one_of(*rules)}


def _user(moment: Test, service: Plan) -> dict[str, Plan]:
    """Every slot where it lies, hidden, with when it was confirmed."""
    user: dict[str, Plan] = {}
    for slot, place in PLACES.items():
        table = user.setdefault(place.within, {}) if place.within else user
        table |= {place.name_for(slot): service if place.of_service else hidden, f"{slot}_timestamp": moment, **dict.fromkeys(place.parts, hidden)}
    return user


def _payload(businesses: Businesses, is_name: Callable[[str], bool]) -> dict[str, Plan]:
    """What events carry beside the fields of a document."""
    why = one_of(*WHY, *(reason.value for reason in Reason))
    return {
        **_steps(),
        **_line(),
        "lines": is_count,
        "status": one_of(
            *get_args(Status), "filled", "pending", "missed", "skipped", "corrected", "suggested", "started", "done", "failed", "erased"
        ),
        "before": one_of(*get_args(Status)),
        "slot": one_of(*NAMES, "confirm"),
        "value": hidden,
        "reason": why,
        "fields": _slots(),
        "packet": _packet(),
        "lock": [one_of(*NAMES)],
        "unlock": [one_of(*NAMES)],
        "tool": one_of(*get_args(Tool)),
        "occasion": one_of(*get_args(Occasion)),
        "success": is_flag,
        "free": is_flag,
        "kept": is_flag,
        **_permission(businesses),
        "what": _slots(),
        "askedAt": matches(MOMENT),
        "until": matches(MOMENT),
        "approved": is_flag,
        "outcome": one_of(*get_args(ApprovalState)),
        "agentId": _names_one(is_name),
        "ms": is_milliseconds,
        "heartbeatS": is_heartbeat_s,
        "lastEventId": is_covered,
        "language": _is_language(businesses),
    }


def _line() -> dict[str, Plan]:
    return {"speaker": one_of("AI", "customer", "agent"), "message": hidden, "startedAt": matches(MOMENT)}


def _packet() -> dict[str, Plan]:
    """What a person who takes over is given."""
    known = {"fields": _slots(), "pending": _slots(), "gaps": [one_of(*NAMES)], "lastTurns": [_line()], "free": [hidden]}
    return {**known, "why": one_of(*WHY), "slot": one_of(*NAMES), "askedAt": matches(MOMENT), "reason": hidden, "sentence": hidden}


def _names_one(is_name: Callable[[str], bool]) -> Test:
    """The name of a token, which is no secret of a caller."""
    return lambda value: isinstance(value, str) and is_name(value)


def _short(businesses: Businesses) -> dict[str, Plan]:
    """What the short form of a call has beside the fields of a document."""
    lines = {"lastMessage": _line(), "lastMessages": [_line()], "lastWords": hidden}
    called = {"business": one_of(*_company_words(businesses)), "companyName": one_of(*_company_words(businesses))}
    return {"name": hidden, **called, "step": _steps()["step"], "completed": is_count, **lines}


def _steps() -> dict[str, Plan]:
    step = one_of(*NAMES, "confirm", "done")
    return {"status": one_of(*get_args(Status)), "step": step, "completed": is_count, "total": is_count, "remaining": [one_of(*NAMES)]}


def _slots() -> dict[str, Plan]:
    return dict.fromkeys(NAMES, hidden)


def _service(businesses: Businesses) -> dict[str, Plan]:
    """A service on offer: shown as far as a business file says the same."""
    known = [service for business in businesses.all for service in business.services]
    words = {word for service in known for word in (service.id, service.description, *_wordings(service.name)) if word}
    prices = {service.price for service in known if service.price is not None}
    minutes = {service.minutes for service in known}
    return {
        "id": one_of(*words),
        "name": one_of(*words),
        "description": one_of(*words),
        "price": lambda value: isinstance(value, int | float) and value in prices,
        "minutes": lambda value: isinstance(value, int) and value in minutes,
    }


def _is_language(businesses: Businesses) -> Test:
    """A tag such as "en-AU": one of ours, in any region."""
    tags, known, regions = {tag for one in businesses.all for tag in one.languages}, languages.known(), phonenumbers.SUPPORTED_REGIONS

    def test(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        language, dash, region = value.partition("-")
        return value in tags or (language in known and (not dash or region in regions))

    return test


def _company_words(businesses: Businesses) -> set[str]:
    return {word for business in businesses.all for word in (business.id, business.name, business.email) if word}


def _wordings(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text.values())


def decoded(text: bytes) -> Any:
    """JSON as Masking takes it; None for what is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
