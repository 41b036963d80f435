"""A plain summary of a call for whoever reads it afterwards: only what the record holds, or what was sent along, nothing made up.

Read off the CallSkeleton document, since that is what every system shares; parts of it may have been written by another system, so that
every field is looked at before it is believed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agent.record import caller_id
from agent.record.business import DEAREST
from agent.record.characters import readable
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from agent.slots.descriptor import Slot

POINTS = 12
"""Lines of a conversation that are quoted when there is nothing but the conversation."""
QUOTE = 200
"""Characters of each."""
_STATUS = {
    "active": "The call is under way.",
    "waiting_agent": "The caller is waiting for a person.",
    "with_agent": "The caller is speaking with a person.",
    "booked": "The booking is made.",
    "ended": "The call ended without a booking.",
}


class Summary(msgspec.Struct, frozen=True):
    summary: str
    keyPoints: list[str]  # noqa: N815 - the contract's word


def of_record(document: Mapping[str, Any]) -> Summary:
    """Who called, what they want, when, what is missing, how it stands."""
    user = _table(document.get("user"))
    held = {name: value for name, slot in SLOTS.items() if (value := _in_words(slot, slot.place.found(user, name)))}
    progress = _table(document.get("progress"))
    pending = [name for name in NAMES if name in _table(progress.get("pending")) and name not in held]
    missing = [name for name in NAMES if name not in held and name not in pending]
    booked = document.get("servicebooked") is True
    status = "booked" if booked else _text(progress.get("status"))

    who = held.get(caller_id.NAME_SLOT) or "A caller"
    company = _text(_table(document.get("company")).get("name"))
    parts = [f"{who} called {company}." if company else f"{who} called."]
    if wish := " on ".join(value for name, value in held.items() if SLOTS[name].calendar):
        parts.append(f"{'Booked' if booked else 'Asked for'}: {wish}.")
    if _table(document.get("booking")).get("state") == "to_be_confirmed":
        parts.append("The booking is noted and still to be confirmed.")
    elif _table(document.get("approval")) and not booked:
        parts.append("The booking waits for the office's yes.")
    elif status in _STATUS:
        parts.append(_STATUS[status])
    if missing and not booked:
        parts.append(f"Not given yet: {', '.join(SLOTS[name].title.lower() for name in missing)}.")
    points = [f"{SLOTS[name].title}: {held[name]}" for name in NAMES if name in held]
    points += [f"{SLOTS[name].title}: read back, not confirmed yet" for name in pending]
    points += [f"{SLOTS[name].title}: not given" for name in missing]
    points.append(f"Booked: {'yes' if booked else 'no'}")
    return Summary(" ".join(parts), points)


def of_words(conversation: Sequence[tuple[str, str]], service: Mapping[str, Any] | str | None) -> Summary:
    """When there is no record: what was said, in quotes, and what service was named beside it.

    `conversation`: speaker ("customer", "" when nobody knows) and line; what others said is left out.
    """
    said = [("Caller" if speaker else "Line", line.strip()) for speaker, line in conversation if speaker in ("customer", "") and line.strip()]
    wanted = _service(service) if isinstance(service, Mapping) else _text(service)
    parts = ["There is no record of this call."]
    if wanted:
        parts.append(f"Service: {wanted}.")
    if said:
        parts.append(f"{len(said)} line{'s' if len(said) != 1 else ''} of conversation; the last: {_quoted(said[-1][1])}.")
    elif not wanted:
        parts.append("Nothing the caller said was sent along.")
    points = [f"Service: {wanted}"] if wanted else []
    return Summary(" ".join(parts), points + [f"{who}: {_quoted(line)}" for who, line in said[:POINTS]])


def _in_words(slot: Slot, found: Any) -> str:
    """What lies in a slot's place, as it is read; "" for nothing."""
    return _service(found) if slot.categorical else _moment(found) if slot.calendar == "start" else _text(found)


def _quoted(line: str) -> str:
    return f'"{line if len(line) <= QUOTE else line[: QUOTE - 1] + "…"}"'


def _service(value: Any) -> str:
    table = _table(value)
    name, price = _text(table.get("name")) or _text(table.get("id")), table.get("price")
    if name and isinstance(price, int | float) and not isinstance(price, bool) and 0 <= price < DEAREST:
        return f"{name} ({price:g})"
    return name


def _moment(value: Any) -> str:
    text = _text(value)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at:%A}, {at.day} {at:%B %Y} at {at:%H:%M}"


def _text(value: Any) -> str:
    return readable(value).strip() if isinstance(value, str) else ""


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
