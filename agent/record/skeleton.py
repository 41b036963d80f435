"""The CallSkeleton: the document other systems read, and may have made before our first turn.

Source of the shape: the contract of telephony back ends that keep `call:{CallSid}` in Redis. What we do not know in it stays; what they filled
is not asked again; what we filled is never taken back by an older copy of theirs.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent.record.booking_reference import booking_reference
from agent.record.business import DEAREST, Service, in_language
from agent.record.call import Call
from agent.record.characters import one_line
from agent.record.moments import stamp
from agent.record.packet import packet
from agent.record.progress import progress
from agent.record.provenance import Provenance
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState

MOST_OF_A_TEXT = 2000
"""Characters of a text of another system's that are taken; nobody listens to more."""
_AMOUNT = re.compile(r"[$£€¥]?\s?(\d{1,9}(?:\.\d{1,2})?)")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a slot's value lies in the document: in `user`, under the slot's name, with the time it was confirmed beside it as `<slot>_timestamp`."""

    within: str = ""
    """The table of `user` that it lies in instead: "userInfo"."""
    key: str = ""
    """What it is called there, when not by the slot's name: "serviceBookedTime"."""
    blank: bool = False
    """Whether it stands there as "" before it is known."""
    parts: tuple[str, ...] = ()
    """The parts of the value that lie beside it, each under its own name."""
    of_service: bool = False
    """Whether the value is the id of a service, and the whole service lies there."""

    def name_for(self, slot: str) -> str:
        return self.key or slot

    def found(self, user: Mapping[str, Any], slot: str) -> Any:
        """What lies there; None for nothing."""
        return self.table(user).get(self.name_for(slot))

    def table(self, user: Mapping[str, Any]) -> Mapping[str, Any]:
        """The table it lies in."""
        return _mapping(user.get(self.within)) if self.within else user

    def id_found(self, user: Mapping[str, Any], slot: str) -> Any:
        """The value that lies there, of a service its id."""
        found = self.found(user, slot)
        return _id(found) if self.of_service and isinstance(found, Mapping) else found


def document(call: Call, places: Mapping[str, Place]) -> dict[str, Any]:
    """The call as a CallSkeleton, without `history`, which the store keeps and appends. `places`: of each slot."""
    foreign = call.foreign or {}
    user: dict[str, Any] = dict(_mapping(foreign.get("user")))
    for name, place in places.items():
        _put(user, place, name, call)
    return {
        **foreign,
        "callSid": call.sid,
        "services": foreign.get("services") or [_offer(service, call.language) for service in call.brief.services],
        "company": foreign.get("company") or dict(call.brief.company),
        "user": user,
        "servicebooked": call.booked is not None,
        "confirmEmailsent": _is_mailed(call) or bool(foreign.get("confirmEmailsent", False)),
        "createdAt": foreign.get("createdAt") or call.created_at,
        **({"resumedFrom": call.resumed_from} if call.resumed_from else {}),
        **_standing(call),
        **_asked_and_booked(call),
        "progress": progress(call),
        "provenance": {
            name: {**msgspec.to_builtins(state.provenance), "timestamp": state.timestamp}
            for name in NAMES
            if (state := call.slot(name)).value and state.provenance is not None
        },
    }


def _standing(call: Call) -> dict[str, Any]:
    """How the call stands with people: who has it, since when, why one is wanted, and what was told to one."""
    packed = {"packet": packet(call)} if call.status == "waiting_agent" or (call.held_by and call.handoff) else {}
    return {
        "from": call.brief.caller,
        "language": call.language,
        "heldBy": call.held_by,
        "since": call.since or call.created_at,
        "why": call.handoff.why if call.handoff else "",
        "misses": call.misses,
        "suggestions": dict(call.suggestions),
        "locked": [name for name in NAMES if call.slot(name).locked],
        **packed,
    }


def _asked_and_booked(call: Call) -> dict[str, Any]:
    """`approval` while a request stands open, `booking` while a place is the call's, or is to be."""
    found: dict[str, Any] = {}
    if call.approval and call.awaits_approval:
        asked = call.approval
        found["approval"] = {"permissionId": asked.id, "tool_name": "booking", "rule": asked.rule, "askedAt": asked.asked_at, "until": asked.until}
    if place := call.booked or call.to_be_confirmed or call.place:
        start, end = (datetime.fromtimestamp(at, ZoneInfo(call.brief.time_zone)).isoformat() for at in (place.start, place.end))
        state = _state(call)
        reference = {"reference": booking_reference(call.sid)} if state in ("booked", "to_be_confirmed") else {}
        until = {"until": stamp(datetime.fromtimestamp(place.held_until, UTC))} if state == "held" else {}
        found["booking"] = {"state": state, **reference, **until, "service": place.service, "start": start, "end": end, **_mail(call)}
    return found


def _state(call: Call) -> str:
    if call.booked:
        return "booked"
    return "to_be_confirmed" if call.to_be_confirmed else "awaiting_approval" if call.awaits_approval else "held"


def _mail(call: Call) -> dict[str, str]:
    """How it stands with the mail about a booking, where one was owed."""
    if call.booked is None or call.confirmation.mail == "none":
        return {}
    return {"mail": call.confirmation.mail, **({"mailWhy": call.confirmation.why} if call.confirmation.why else {})}


def _is_mailed(call: Call) -> bool:
    return call.booked is not None and call.confirmation.mail == "taken"


OURS = frozenset(
    {
        *("history", "progress", "provenance", "from", "language", "heldBy", "since", "why", "misses", "suggestions", "locked", "packet"),
        *("approval", "booking"),
    }
)
"""What stands in the document and is never taken back from it."""


def _put(user: dict[str, Any], place: Place, slot: str, call: Call) -> None:
    """A slot's value in its place, or its absence."""
    state, key = call.slot(slot), place.name_for(slot)
    table = user
    if place.within:
        table = user[place.within] = dict(place.table(user))
    if state.value:
        table[key] = _service(call, state.value) if place.of_service else state.value
        table[f"{slot}_timestamp"] = state.timestamp
        table.update({part: state.parts.get(part, "") for part in place.parts})
    elif place.blank or (place.within and key in table):
        table[key] = ""
    else:
        table.pop(key, None)


def adopt(call: Call, foreign: Mapping[str, Any], now: str, places: Mapping[str, Place]) -> Call:
    """The call with what another system left in its document: unknown keys kept, gaps filled, nothing of ours given up.

    `now`: ISO 8601, UTC, the time the adopted fields get.
    """
    user = _mapping(foreign.get("user"))
    slots = dict(call.slots)
    for name, place in places.items():
        value = place.id_found(user, name)
        if isinstance(value, str) and value.strip() and slots[name].status == "empty":
            parts = {part: _text(place.table(user).get(part)) for part in place.parts}
            # Of a call that goes on from another, this may be an older copy of what was taken over there: nobody has said it here either.
            origin = Provenance(turn="", words="", rule="document", confirmed="resumed" if call.resumed_from else "adopted")
            slots[name] = SlotState(
                status="filled", value=value, parts={part: theirs for part, theirs in parts.items() if theirs}, timestamp=now, provenance=origin
            )
    brief = call.brief
    offered = services(foreign, brief.services)
    if offered:
        brief = msgspec.structs.replace(brief, services=offered)
    if isinstance(foreign.get("company"), Mapping) and foreign["company"]:
        brief = msgspec.structs.replace(brief, company=dict(foreign["company"]))
    kept = {key: value for key, value in foreign.items() if key not in OURS}
    if _is_mailed(call):  # what stands there may be our own word, which is taken back when the booking changes
        kept["confirmEmailsent"] = bool((call.foreign or {}).get("confirmEmailsent", False))
    return msgspec.structs.replace(call, slots=slots, brief=brief, foreign=kept)


def services(foreign: Mapping[str, Any], known: Sequence[Service] = ()) -> tuple[Service, ...]:
    """The services another system offers in its document; entries without a name are left out, one without an id goes by its name.

    What a document says nothing about, how long a job takes and by which other words it goes, comes from the service of that id in `known`.
    """
    ours = {service.id: service for service in known}
    found = []
    for entry in _entries(foreign):
        id_, name, minutes = _id(entry), _text(entry["name"]), entry.get("minutes")
        if not name:
            continue
        like = ours.get(id_) or Service(id=id_, name=name)
        found.append(
            msgspec.structs.replace(
                like,
                name=name,
                price=_price(entry.get("price")),
                description=_text(entry.get("description")),
                minutes=minutes if isinstance(minutes, int) and not isinstance(minutes, bool) and 0 < minutes <= 60 * 24 else like.minutes,
            )
        )
    return tuple(found)


def _text(given: Any) -> str:
    """A text of theirs as it may be spoken and shown; "" for anything but one."""
    return one_line(given[:MOST_OF_A_TEXT]) if isinstance(given, str) else ""


MOST_SERVICES = 100
"""Of a document; reading what a caller says against each of them takes its time."""


def _entries(foreign: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = foreign.get("services")
    named = [entry for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)] if isinstance(entries, list) else []
    return [entry for entry in named if entry["name"].strip()][:MOST_SERVICES]


def _id(entry: Mapping[str, Any]) -> str:
    """What a service goes by: its id, which may be a number in a document, else its name."""
    given = entry.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return given if isinstance(given, str) and given else str(entry.get("name") or "")


def _price(given: Any) -> float | int | None:
    """A price as a number; documents also write it as text ("400", "$149.50"). None when it is no plain amount, or none that anything costs."""
    if isinstance(given, str):
        amount = _AMOUNT.fullmatch(given.strip())
        return None if amount is None else float(amount[1]) if "." in amount[1] else int(amount[1])
    return given if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < DEAREST else None


def _service(call: Call, service_id: str) -> dict[str, Any]:
    found = next((service for service in call.brief.services if service.id == service_id), None)
    theirs = next((entry for entry in _entries(call.foreign or {}) if _id(entry) == service_id), None)
    if theirs is not None:  # as its owner wrote it
        return {
            "id": theirs.get("id", service_id),
            "name": theirs["name"],
            "price": theirs.get("price"),
            "description": theirs.get("description") or "",
        }
    return _offer(found, call.language) if found else {"id": service_id, "name": service_id, "price": None, "description": ""}


def _offer(service: Service, language: str) -> dict[str, Any]:
    return {"id": service.id, "name": in_language(service.name, language), "price": service.price, "description": service.description}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
