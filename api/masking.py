"""What a viewer sees: how a call goes, and nothing of the caller.

A document, an answer or an event is walked along a plan of what it may hold. Where the plan has a test, the value is shown if it passes: a status is
one of the statuses, a price one that a business file names, a callSid that of the call it was asked for. So it does not matter who wrote the
document: another system may put a caller's words under any name, also under one of ours. What the plan hides becomes "•••", what it does not name is
left out; so a new field is seen by viewers only when somebody says how.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, get_args

import msgspec
import phonenumbers

from agent import languages
from agent.record.businesses import Businesses
from agent.record.call import ApprovalState, Status
from agent.record.call_events import Closing, Told, Tool
from agent.record.events import Type
from agent.record.handoff import Wanted
from agent.record.provenance import Confirmed
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import PLACES

HIDDEN = "•••"
Test = Callable[[Any], bool]
Plan = Any
"""A test for one value, one against what is known, `_hidden`, a mapping of names to plans, or a list that holds the plan of its entries."""
_MOST = 1000
_MOST_CALLS = 99_999
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
WHY = (*get_args(Wanted), *get_args(Told), *get_args(Closing))
"""Every reason for which a status moves: words of ours, no value of a caller."""
_PERMISSION = re.compile(r"[a-p]{20}")
"""Letters only: no number of a caller's."""

ASTRAY_S = 86_400.0
"""How far two clocks of ours may be apart. Any number is some moment; what happens now is no number of a caller."""


class Known(NamedTuple):
    """What the service itself says of what is masked: in these places nothing else is shown, whoever wrote it and whatever form it has."""

    sids: Collection[str]
    """The calls it is about."""
    at: float = 0.0
    """When it came about: Unix seconds."""
    covered: str = ""
    """The event id that a snapshot covers."""


class _Says(NamedTuple):
    """A test of a value against what is known."""

    test: Callable[[Any, Known], bool]


_is_sid = _Says(lambda value, known: isinstance(value, str) and value in known.sids)
_is_covered = _Says(lambda value, known: bool(value == known.covered))
_is_then = _Says(lambda value, known: isinstance(value, int | float) and known.at - ASTRAY_S < value < known.at + ASTRAY_S)


def _hidden(_: Any) -> bool:
    return False


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= _MOST


def _is_many(value: Any) -> bool:
    """A count of calls: not long enough to be the number of one."""
    return isinstance(value, int) and 0 <= value <= _MOST_CALLS


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_confidence(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _is_heartbeat_s(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 3600


def _is_milliseconds(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 600_000


def _matches(pattern: re.Pattern[str]) -> Test:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*words: str) -> Test:
    known = frozenset(words)
    return lambda value: isinstance(value, str) and value in known


class Masking:
    """Masks what was decoded from JSON; each gives a copy, made for viewers. What the files of `businesses` name is no secret of a caller, nor is the
    name of a token (`is_name`).
    """

    def __init__(self, businesses: Businesses, is_name: Callable[[str], bool] = lambda _: False) -> None:
        document = _document(businesses, is_name)
        payload = {**document, **_payload(businesses, is_name)}
        listed = {**_short(businesses), **document}
        self._document = document
        self._calls: Plan = {"calls": [listed], "next": _is_sid}
        open_calls = {"calls": [listed], "cut": _is_flag, "next": dict.fromkeys(get_args(Status), _is_sid), "bookedToday": _is_many}
        self._envelope: Plan = {
            "type": _one_of(*get_args(Type)),
            "payload": {**payload, **open_calls, "lastMessages": [_line()]},
            "timestamp": _is_then,
            "source": lambda value: value in ("agent", "service", "customer") or (isinstance(value, str) and is_name(value)),
            "degraded": _is_flag,
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
    shown = plan.test(value, known) if isinstance(plan, _Says) else plan(value)
    return value if shown else HIDDEN


def _document(businesses: Businesses, is_name: Callable[[str], bool]) -> dict[str, Plan]:
    """A CallSkeleton; `status` is what lists put beside it."""
    moment, is_slot = _matches(_MOMENT), _one_of(*NAMES)
    offered = _service(businesses)
    source = {"words": _hidden, "confidence": _is_confidence, "confirmed": _one_of(*get_args(Confirmed))}
    return {
        "callSid": _is_sid,
        "status": _one_of(*get_args(Status)),
        "createdAt": moment,
        "services": [offered],
        "company": {name: _one_of(*_company_words(businesses)) for name in ("id", "name", "email", "userId")},
        "user": _user(moment, dict.fromkeys(offered, _hidden)),
        "history": [_line()],
        "servicebooked": _is_flag,
        "confirmEmailsent": _is_flag,
        "resumedFrom": _hidden,
        "progress": {**_steps(), "expecting": _one_of("value", "confirmation", "choice", "nothing"), "filled": _slots(), "pending": _slots()},
        "provenance": {name: {**source, "timestamp": moment} for name in NAMES},
        "locked": [is_slot],
        "from": _hidden,
        "language": _is_language(businesses),
        "heldBy": _names_one(is_name),
        "since": moment,
        "why": _one_of(*WHY),
        "misses": _is_count,
        "suggestions": _slots(),
        "packet": _packet(),
        "approval": {**_permission(businesses), "askedAt": moment, "until": moment},
        "booking": {"state": _one_of("booked", "awaiting_approval"), "reference": _hidden, "service": _hidden, "start": _hidden, "end": _hidden},
    }


def _permission(businesses: Businesses) -> dict[str, Plan]:
    """A request for the office's yes."""
    rules = {rule for business in businesses.all for rule in business.needs_approval}
    return {"permissionId": _matches(_PERMISSION), "tool_name": _one_of(*get_args(Tool)), "rule": _one_of(*rules)}


def _user(moment: Test, service: Plan) -> dict[str, Plan]:
    """Every slot where it lies, hidden, with when it was confirmed."""
    user: dict[str, Plan] = {}
    for slot, place in PLACES.items():
        table = user.setdefault(place.within, {}) if place.within else user
        table |= {place.name_for(slot): service if place.of_service else _hidden, f"{slot}_timestamp": moment, **dict.fromkeys(place.parts, _hidden)}
    return user


def _payload(businesses: Businesses, is_name: Callable[[str], bool]) -> dict[str, Plan]:
    """What events carry beside the fields of a document."""
    why = _one_of(*WHY, *(reason.value for reason in Reason))
    return {
        **_steps(),
        **_line(),
        "lines": _is_count,
        "status": _one_of(
            *get_args(Status), "filled", "pending", "missed", "skipped", "corrected", "suggested", "started", "done", "failed", "erased"
        ),
        "before": _one_of(*get_args(Status)),
        "slot": _one_of(*NAMES, "confirm"),
        "value": _hidden,
        "reason": why,
        "fields": _slots(),
        "packet": _packet(),
        "lock": [_one_of(*NAMES)],
        "unlock": [_one_of(*NAMES)],
        "tool": _one_of(*get_args(Tool)),
        "success": _is_flag,
        "free": _is_flag,
        **_permission(businesses),
        "what": _slots(),
        "askedAt": _matches(_MOMENT),
        "until": _matches(_MOMENT),
        "approved": _is_flag,
        "outcome": _one_of(*get_args(ApprovalState)),
        "agentId": _names_one(is_name),
        "ms": _is_milliseconds,
        "heartbeatS": _is_heartbeat_s,
        "lastEventId": _is_covered,
        "language": _is_language(businesses),
    }


def _line() -> dict[str, Plan]:
    return {"speaker": _one_of("AI", "customer", "agent"), "message": _hidden, "startedAt": _matches(_MOMENT)}


def _packet() -> dict[str, Plan]:
    """What a person who takes over is given."""
    known = {"fields": _slots(), "pending": _slots(), "gaps": [_one_of(*NAMES)], "lastTurns": [_line()]}
    return {**known, "why": _one_of(*WHY), "slot": _one_of(*NAMES), "reason": _hidden, "sentence": _hidden}


def _names_one(is_name: Callable[[str], bool]) -> Test:
    """The name of a token, which is no secret of a caller."""
    return lambda value: isinstance(value, str) and is_name(value)


def _short(businesses: Businesses) -> dict[str, Plan]:
    """What the short form of a call has beside the fields of a document."""
    lines = {"lastMessage": _line(), "lastMessages": [_line()], "lastWords": _hidden}
    called = {"business": _one_of(*_company_words(businesses)), "companyName": _one_of(*_company_words(businesses))}
    return {"name": _hidden, **called, "step": _steps()["step"], "completed": _is_count, **lines}


def _steps() -> dict[str, Plan]:
    step = _one_of(*NAMES, "confirm", "done")
    return {"status": _one_of(*get_args(Status)), "step": step, "completed": _is_count, "total": _is_count, "remaining": [_one_of(*NAMES)]}


def _slots() -> dict[str, Plan]:
    return dict.fromkeys(NAMES, _hidden)


def _service(businesses: Businesses) -> dict[str, Plan]:
    """A service on offer: shown as far as a business file says the same."""
    known = [service for business in businesses.all for service in business.services]
    words = {word for service in known for word in (service.id, service.description, *_wordings(service.name)) if word}
    prices = {service.price for service in known if service.price is not None}
    minutes = {service.minutes for service in known}
    return {
        "id": _one_of(*words),
        "name": _one_of(*words),
        "description": _one_of(*words),
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
