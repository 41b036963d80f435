"""Calls as records: `GET /calls`, `GET|PATCH|DELETE /calls/{callSid}`."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from agent.record import moments
from agent.record.call import Status
from agent.record.slot_names import NAMES
from api.acting import acting
from api.away import is_away, of_this_host
from api.bodies import SID, read, slots_in
from api.errors import Problem, bad_field
from api.parts import parts
from api.short_form import business_of, is_about, last_said
from api.shown import Known
from api.version import version
from storage import codec
from storage.errors import StoreUnavailable
from storage.keys import EVENTS_KEPT
from storage.store import Listed

STATUSES = get_args(Status)
PAGE = 50
PAGE_LIMIT = 200
QUERY_LIMIT = 100
"""Characters."""
SEARCHED = 1000
"""Calls looked through for one answer."""
MOST_EVENTS = 2 * EVENTS_KEPT
"""Of one call, which keeps about half as many."""
_LONG = ("history", "provenance", "services")
"""What a list leaves out of each document."""

_PRIVATE = {"Cache-Control": "no-store"}
"""No proxy and no browser is to keep a caller's values."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Pages = Callable[[str, int], Awaitable[Sequence[Listed]]]
"""The next calls behind a callSid, so many."""

Sid = Annotated[str, Path(alias="callSid")]

router = APIRouter(tags=["calls"])
_object = msgspec.json.Decoder(dict[str, Any])


@router.get("/calls", summary="Calls, newest first, a page at a time")
async def list_calls(
    request: Request, status: str = "", q: str = "", business: str = "", day: str = "", before: str = "", count: int = PAGE
) -> Response:
    """{"calls": [document without its long parts, with what was said last], "next": callSid to give as `before`, or null}.

    `status`: one, or several with commas between. `business`: only calls to the business of that id. `day` (YYYY-MM-DD): only calls that began on
    that day, in the zone of that business, or, with none, of the first one that whoever asks may see. `q`: only calls with that in their callSid, in
    the caller's name, or, of digits, in a number of theirs; or with that as the reference of their booking. With `q` or `business` a page may be
    short and yet have a next one, since no more than 1,000 calls are looked through for it. While Redis is away the list is of the calls that this
    host knows, and has "degraded": true, and "since", when that began.
    """
    if status and not set(status.split(",")) <= set(STATUSES):
        raise bad_field("status", "wrong_value", f"some of {', '.join(STATUSES)}")
    if not 1 <= count <= PAGE_LIMIT:
        raise bad_field("count", "out_of_range", f"from 1 to {PAGE_LIMIT}")
    if before and not SID.fullmatch(before):
        raise bad_field("before", "bad_id")
    if len(q) > QUERY_LIMIT:
        raise bad_field("q", "too_long", f"at most {QUERY_LIMIT} characters")
    since_ms, until_ms = _span(request, business, day)
    page = partial(parts(request).store.calls, status, since_ms=since_ms, until_ms=until_ms)
    if q.strip() or business:
        found, following = await _sought(page, _wanted(request, q.strip(), business), before, count)
    else:
        found = await page(before, count)
        following = found[-1].sid if len(found) == count else None
    listed = {"calls": [_short(one) for one in found], "next": following, **of_this_host(parts(request))}
    return _json(parts(request).masking.calls(listed, {one.sid for one in found}) if _masked(request) else listed)


def _wanted(request: Request, q: str, business: str) -> Callable[[Listed], bool]:
    seen = ("callSid",) if _masked(request) else ("callSid", "name", "phone", "reference")
    return lambda call: (not business or business_of(call.document) == business) and (not q or is_about(call, q, seen))


def _span(request: Request, business: str, day: str) -> tuple[int, int]:
    """When a day began and was over where the business is: Unix milliseconds, both 0 for no day. Raises Problem 422 for what is none."""
    if not day:
        return 0, 0
    begun = moments.read(f"{day}T00:00") if _DAY.fullmatch(day) else None
    if not isinstance(begun, datetime):
        raise bad_field("day", "bad_time", f"YYYY-MM-DD is expected, from {moments.YEARS.start} to {moments.YEARS.stop - 1}")
    served = parts(request).businesses
    zone = ZoneInfo((served.get(business) or served.default).time_zone)
    since, until = (int(each.replace(tzinfo=zone).timestamp() * 1000) for each in (begun, begun + timedelta(days=1)))
    return since, until


async def _sought(page: _Pages, is_wanted: Callable[[Listed], bool], before: str, count: int) -> tuple[Sequence[Listed], str | None]:
    """Of the next calls, those that are wanted, at most `count` of them, and where to go on, if there is more."""
    found: list[Listed] = []
    for _ in range(SEARCHED // PAGE_LIMIT):
        some = await page(before, PAGE_LIMIT)
        for call in some:
            before = call.sid
            if is_wanted(call):
                found.append(call)
                if len(found) == count:
                    return found, before
        if len(some) < PAGE_LIMIT:
            return found, None
    return found, before


@router.get("/calls/{callSid}", summary="One call, as a CallSkeleton document")
async def read_call(request: Request, sid: Sid, events: bool = False) -> Response:
    """`events`: with the call's own past events beside it, each with its id, oldest first, as far back as they are kept."""
    document = await parts(request).store.document(sid) if SID.fullmatch(sid) else None
    if document is None:
        raise Problem("call_not_found")
    if not _masked(request) and not events:
        return Response(document, headers=_PRIVATE, media_type="application/json")
    whole = {**msgspec.json.decode(document), "callSid": sid}
    shown = parts(request).masking.document(whole, sid) if _masked(request) else whole
    return _json({**shown, "events": await _past_events(request, sid)} if events else shown)


async def _past_events(request: Request, sid: str) -> list[dict[str, Any]]:
    """While Redis is away those that the journal of this host took, marked, and without the ids that they will have."""
    running = parts(request)
    mark: dict[str, Any] = {}
    try:
        page = await running.store.events(sid, "0", MOST_EVENTS)
    except StoreUnavailable:
        if running.spare is None or not is_away(running):
            raise
        page, mark = await running.spare.journal.events(sid, "0", MOST_EVENTS), {"id": "", "degraded": True}
    told: list[dict[str, Any]] = []
    for entry in page.entries:
        envelope = codec.parse(entry.data) or {}
        at = int(entry.id.partition("-")[0]) / 1000
        shown = running.masking.envelope(envelope, Known((sid,), at)) if _masked(request) else envelope
        told.append({"id": entry.id, **shown, **mark})
    return told


@router.get("/calls/{callSid}/trace", summary="Why it said that: what was heard and decided, turn by turn")
async def trace_call(request: Request, sid: Sid) -> Response:
    """{"callSid", "version", "resumedFrom"?, "turns": [what was heard, which rule read it, what was decided, what was said]}."""
    store = parts(request).store
    document = await store.document(sid) if SID.fullmatch(sid) else None
    if document is None:
        raise Problem("call_not_found")
    resumed = msgspec.json.decode(document).get("resumedFrom")
    turns = [msgspec.json.decode(turn) for turn in await store.trace(sid)]
    return _json({"callSid": sid, "version": version(), **({"resumedFrom": resumed} if resumed else {}), "turns": turns})


@router.patch("/calls/{callSid}", summary="Set, clear, lock or unlock fields of a call")
async def edit_call(request: Request, sid: Sid) -> Response:
    """Body: slot names to a value, or null to clear; "lock" and "unlock": lists of slot names; "agentId": who does it."""
    if not SID.fullmatch(sid):
        raise Problem("call_not_found")
    body = await read(request, _object)
    fields = slots_in(body, "lock", "unlock", "agentId")
    lock, unlock = _names(body, "lock"), _names(body, "unlock")
    source = acting(request, body.get("agentId"))
    await parts(request).walker.edit(sid, fields, lock, unlock, datetime.now(UTC), source)
    return await read_call(request, sid, events=False)


@router.delete("/calls/{callSid}", summary="Erase a caller everywhere", status_code=204)
async def erase_call(request: Request, sid: Sid) -> Response:
    told = await parts(request).store.erase(sid) if SID.fullmatch(sid) else ()
    if not told:
        raise Problem("call_not_found")
    for one in told:  # at once here; other processes hear of it in the log
        parts(request).hub.forget(one.sid)
    return Response(status_code=204)


def _short(call: Listed) -> dict[str, Any]:
    kept = {name: value for name, value in call.document.items() if name not in _LONG}
    return {**kept, **last_said(call.document), "callSid": call.sid, "status": call.status}


def _names(body: Mapping[str, Any], field: str) -> tuple[str, ...]:
    names = body.get(field)
    if names is None:
        return ()
    if not isinstance(names, list) or any(name not in NAMES for name in names):
        raise bad_field(field, "wrong_value", f"a list of {', '.join(NAMES)}")
    return tuple(dict.fromkeys(names))


def _masked(request: Request) -> bool:
    return bool(request.scope["role"] == "viewer")


def _json(document: Any) -> Response:
    return Response(msgspec.json.encode(document), headers=_PRIVATE, media_type="application/json")
