"""Calls as records: `GET /calls`, `GET|PATCH|DELETE /calls/{callSid}`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import msgspec
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from agent.record.call import Status
from agent.record.slot_names import NAMES
from api.acting import acting
from api.bodies import SID, read
from api.conversation import TEXT_LIMIT
from api.errors import Problem, bad_field
from api.parts import parts
from api.version import version
from storage.store import Listed

STATUSES = get_args(Status)
PAGE = 50
PAGE_LIMIT = 200
_LONG = ("history", "provenance", "services")
"""What a list leaves out of each document."""

_PRIVATE = {"Cache-Control": "no-store"}
"""No proxy and no browser is to keep a caller's values."""

Sid = Annotated[str, Path(alias="callSid")]

router = APIRouter(tags=["calls"])
_object = msgspec.json.Decoder(dict[str, Any])


@router.get("/calls", summary="Calls, newest first, a page at a time")
async def list_calls(request: Request, status: str = "", before: str = "", count: int = PAGE) -> Response:
    """{"calls": [document without its long parts], "next": callSid to give as `before`, or null}."""
    if status and status not in STATUSES:
        raise bad_field("status", "wrong_value", f"one of {', '.join(STATUSES)}")
    if not 1 <= count <= PAGE_LIMIT:
        raise bad_field("count", "out_of_range", f"from 1 to {PAGE_LIMIT}")
    if before and not SID.fullmatch(before):
        raise bad_field("before", "bad_id")
    found = await parts(request).store.calls(status, before, count)
    calls = [_short(one) for one in found]
    listed = {"calls": calls, "next": found[-1].sid if len(found) == count else None}
    return _json(parts(request).masking.calls(listed, {one.sid for one in found}) if _masked(request) else listed)


@router.get("/calls/{callSid}", summary="One call, as a CallSkeleton document")
async def read_call(request: Request, sid: Sid) -> Response:
    document = await parts(request).store.document(sid) if SID.fullmatch(sid) else None
    if document is None:
        raise Problem("call_not_found")
    if not _masked(request):
        return Response(document, headers=_PRIVATE, media_type="application/json")
    return _json(parts(request).masking.document({**msgspec.json.decode(document), "callSid": sid}, sid))


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
    fields = _fields(body)
    lock, unlock = _names(body, "lock"), _names(body, "unlock")
    source = acting(request, body.get("agentId"))
    await parts(request).walker.edit(sid, fields, lock, unlock, datetime.now(UTC), source)
    return await read_call(request, sid)


@router.delete("/calls/{callSid}", summary="Erase a caller everywhere", status_code=204)
async def erase_call(request: Request, sid: Sid) -> Response:
    told = await parts(request).store.erase(sid) if SID.fullmatch(sid) else ()
    if not told:
        raise Problem("call_not_found")
    for one in told:  # at once here; other processes hear of it in the log
        parts(request).hub.forget(one.sid)
    return Response(status_code=204)


def _short(call: Listed) -> dict[str, Any]:
    return {**{name: value for name, value in call.document.items() if name not in _LONG}, "callSid": call.sid, "status": call.status}


def _fields(body: Mapping[str, Any]) -> dict[str, str | None]:
    fields: dict[str, str | None] = {}
    for name, value in body.items():
        if name in ("lock", "unlock", "agentId"):
            continue
        if name not in NAMES:
            raise bad_field("body", "unknown_field", f"known are {', '.join((*NAMES, 'lock', 'unlock', 'agentId'))}")
        if value is not None and not isinstance(value, str):
            raise bad_field(name, "wrong_type", "a string, or null to clear it, is expected")
        if value is not None and len(value) > TEXT_LIMIT:
            raise bad_field(name, "too_long", f"at most {TEXT_LIMIT} characters")
        fields[name] = value
    return fields


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
