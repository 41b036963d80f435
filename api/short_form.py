"""The open calls in short: what `history` holds on `/events` and `/agents/{agentId}/events`, so that a page needs nothing else to list them.

Each is read off its document, which another system may have written: what is not there, or is of no use there, is empty.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage.store import CallStore, Listed

OPEN = ("active", "waiting_agent", "with_agent")
LISTED = 200
"""Open calls of one status listed at most, newest first."""
LINES = 2


async def open_calls(store: CallStore, zone: str) -> dict[str, Any]:
    """{"calls", "cut", "next", "bookedToday"}: newest first, whether there are more of them than are listed, and how many calls of today are booked.

    `next`: by status that has more, the callSid to give as `before` to `GET /calls?status=...`. Today is the day in `zone`. Raises StoreUnavailable.
    """
    calls: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    for status in OPEN:
        found = await store.calls(status, count=LISTED + 1)
        if len(found) > LISTED:
            more[status] = found[LISTED - 1].sid
        calls += [in_short(call) for call in found[:LISTED]]
    calls.sort(key=lambda call: str(call["createdAt"]), reverse=True)
    return {"calls": calls, "cut": bool(more), "next": more, "bookedToday": await store.how_many("booked", midnight(zone))}


def midnight(zone: str, now: datetime | None = None) -> int:
    """When the day began there: Unix milliseconds."""
    here = (now or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    return int(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def in_short(call: Listed) -> dict[str, Any]:
    document = call.document
    progress, lines = _table(document.get("progress")), _lines(document.get("history"))
    return {
        "callSid": call.sid,
        "from": _text(document.get("from")),
        "name": name_in(document),
        "business": business_of(document),
        "companyName": _text(_table(document.get("company")).get("name")),
        "language": _text(document.get("language")),
        "status": call.status,
        "step": progress.get("step", ""),
        "completed": progress.get("completed", 0),
        "misses": document.get("misses", 0),
        "heldBy": _text(document.get("heldBy")),
        "since": document.get("since") or document.get("createdAt", ""),
        "why": _text(document.get("why")),
        "approval": document.get("approval"),
        **last_said(document),
        **({"packet": document["packet"]} if document.get("packet") else {}),
        "createdAt": document.get("createdAt", ""),
        "progress": progress,
        "lastMessage": lines[-1] if lines else None,
    }


def last_said(document: Mapping[str, Any]) -> dict[str, Any]:
    """{"lastMessages": the last two lines, "lastWords": the caller's last that were not silence}."""
    lines = _lines(document.get("history"))
    return {"lastMessages": lines[-LINES:], "lastWords": _last_words(lines)}


def is_about(call: Listed, wanted: str, seen: Collection[str]) -> bool:
    """Whether a call is one that somebody looks for: `wanted` is the reference of its booking, or stands in its callSid, in the caller's name, or,
    by its digits, in a number of theirs.

    `seen`: what of it whoever looks may see, of "callSid", "name", "phone", "reference": nobody finds out by searching what they may not read.
    """
    words = wanted.casefold()
    digits = "".join(filter(str.isdecimal, wanted))
    dialling = digits if not wanted.strip("+0123456789()-./ ") else ""
    user = _table(_table(call.document.get("user")).get("userInfo"))
    numbers = (_text(user.get("phone")), _text(call.document.get("from")))
    return (
        ("callSid" in seen and words in call.sid.casefold())
        or ("name" in seen and words in name_in(call.document).casefold())
        or ("reference" in seen and "".join(words.split()) == _text(_table(call.document.get("booking")).get("reference")).casefold() != "")
        or ("phone" in seen and bool(dialling) and any(dialling in "".join(filter(str.isdecimal, number)) for number in numbers))
    )


def name_in(document: Mapping[str, Any]) -> str:
    return _text(_table(_table(document.get("user")).get("userInfo")).get("name"))


def business_of(document: Mapping[str, Any]) -> str:
    """The id of the business that was called; "" where the document does not tell it."""
    return _text(_table(document.get("company")).get("id"))


def _last_words(lines: Sequence[Any]) -> str:
    """What the caller said last that was not silence."""
    said = (_text(line.get("message")) for line in reversed(lines) if isinstance(line, Mapping) and line.get("speaker") == "customer")
    return next((words for words in said if words.strip()), "")


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _lines(history: Any) -> Sequence[Any]:
    return history if isinstance(history, list) else []
