"""All that is held on one caller, for whoever asks what that is (GDPR, 15 and 20): `GET /calls/{callSid}/export`."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent.record.booking_reference import booking_reference
from agent.record.moments import stamp
from api.bodies import SID
from api.calls import MOST_EVENTS, Sid
from api.errors import Problem
from api.parts import parts
from storage import codec
from storage.store import CallStore

router = APIRouter(tags=["calls"])


@router.get("/calls/{callSid}/export", summary="All that is held on one caller")
async def export_call(request: Request, sid: Sid) -> Response:
    """{"callSid", "exportedAt", "calls": [{"callSid", "document", "trace", "events"}], "bookings": [...], "deliveries": [...]}.

    Of the call and of all that belong together with it, as `DELETE` would erase them: the document with its conversation (null when only something
    that outlives the call is left of it), what was heard and decided, its events, what it booked, and what it still owes to the outside.
    """
    store = parts(request).store
    kin = await store.kin(sid) if SID.fullmatch(sid) else ()
    held = [await _held(store, one) for one in kin]
    body = {
        "callSid": sid,
        "exportedAt": stamp(datetime.now(UTC)),
        "calls": [{"callSid": one, **found["call"]} for one, found in zip(kin, held, strict=True) if found["call"]["document"] is not None],
        "bookings": [booking for found in held for booking in found["bookings"]],
        "deliveries": [delivery for found in held for delivery in found["deliveries"]],
    }
    if not (body["calls"] or body["bookings"] or body["deliveries"]):
        raise Problem("call_not_found")
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def _held(store: CallStore, sid: str) -> dict[str, Any]:
    document = await store.document(sid)
    booked = await store.appointment(booking_reference(sid), "", sid)
    return {
        "call": {
            "document": msgspec.json.decode(document) if document is not None else None,
            "trace": [msgspec.json.decode(turn) for turn in await store.trace(sid)],
            "events": [{"id": entry.id, **(codec.parse(entry.data) or {})} for entry in (await store.events(sid, "0", MOST_EVENTS)).entries],
        },
        "bookings": [msgspec.to_builtins(booked)] if booked else [],
        "deliveries": [msgspec.to_builtins(owed) for owed in await store.owed(sid)],
    }
