"""Appointments, kept longer than the calls that made them: `GET /bookings`, `GET|PATCH|DELETE /bookings/{reference}`, `GET .../times`.

A viewer sees that there is one, whose, and how it stands: neither when it is, nor what it is called, and may ask by no time, since enough answers to
such questions are the time.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from agent.record.appointment import Appointment
from agent.record.booking_reference import ALPHABET, CHARACTERS
from agent.record.cancellation import MOST, Cancellation
from agent.record.characters import readable
from api.acting import acting
from api.bodies import SID, described, read, read_if_any, slots_in
from api.errors import Problem, bad_field
from api.masking import HIDDEN
from api.parts import Parts, parts

PAGE = 500
"""Appointments read from the store at a time."""
_PRIVATE = {"Cache-Control": "no-store"}
_REFERENCE = re.compile(f"[{ALPHABET}]{{{CHARACTERS}}}")
_SHOWN = ("callSid", "state", "business")
"""What a viewer sees of one in a list."""

Reference = Annotated[str, Path(alias="reference")]
Sid = Annotated[str, Query(alias="callSid")]


class Cancelling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `DELETE /bookings/{reference}`: what is written wrong must not cancel without it."""

    reason: Annotated[str, msgspec.Meta(max_length=MOST)] | None = None
    agentId: str | None = None  # noqa: N815 - the contract's word


router = APIRouter(tags=["bookings"])
_cancelling = msgspec.json.Decoder(Cancelling)
_object = msgspec.json.Decoder(dict[str, Any])


@router.get("/bookings", summary="Appointments, the first first")
async def list_bookings(
    request: Request,
    business: str = "",
    since: Annotated[str, Query(alias="from")] = "",
    until: Annotated[str, Query(alias="to")] = "",
) -> Response:
    """{"bookings": [{"callSid", "reference", "state": "booked" or "cancelled", "business", "service", "start", "end", "sequence", "name", "phone",
    "email", "address", "language"}]}: all that are kept, past and cancelled ones too.

    `business`: only those of the business of that id. `from`, `to`: only those that begin then or later, and before; ISO 8601, without an offset in
    the zone of that business, of a day alone its begin, for `to` its end. Of a viewer's question neither is looked at.
    """
    running, masked = parts(request), _masked(request)
    zone = ZoneInfo((running.businesses.get(business) or running.businesses.default).time_zone)
    begins, ends = _moment("from", since, zone, 0), _moment("to", until, zone, 1)
    found = await everything(running, business, 0 if masked else begins, 0 if masked else ends)
    shown = [_shown(running, one) for one in found]
    if masked:
        shown = sorted((_hidden(one, _SHOWN) for one in shown), key=lambda one: str(one["callSid"]))
    return _json({"bookings": shown})


async def everything(running: Parts, business: str, since: int = 0, until: int = 0) -> list[Appointment]:
    """Every appointment of a business ("": of all), the first first; bounds as `CallStore.appointments` takes them."""
    found: list[Appointment] = []
    before = ""
    while page := await running.store.appointments(business, since, until, before, PAGE):
        found += page
        before = page[-1].position
    return found[::-1]


@router.get("/bookings/{reference}", summary="One appointment")
async def read_booking(request: Request, reference: Reference, business: str = "", sid: Sid = "") -> Response:
    """As in the list. Where two have the same reference none is found by it alone: `business` and `callSid` tell whose is meant."""
    return _answer(request, await _found(request, reference, business, sid))


@router.get("/bookings/{reference}/times", summary="When on a day an appointment could begin")
async def read_times(request: Request, reference: Reference, day: str = "", business: str = "", sid: Sid = "") -> Response:
    """{"day", "times": [ISO 8601]}: the free times on the hour and half hour, as `PATCH` takes them until somebody else does; its own is among them.

    `day`: YYYY-MM-DD, where the business is; left out, the day on which it is now. 409 when it is cancelled.
    """
    running, one = parts(request), await _found(request, reference, business, sid)
    try:
        wanted = date.fromisoformat(day or _shown(running, one)["start"][:10])
    except ValueError:
        raise bad_field("day", "not_a_day", "YYYY-MM-DD is expected") from None
    free = await running.walker.times(one, wanted, datetime.now(UTC))
    return _json({"day": wanted.isoformat(), "times": [at.isoformat() for at in free]})


@router.patch("/bookings/{reference}", summary="Move an appointment, or change what it says")
async def change_booking(request: Request, reference: Reference, business: str = "", sid: Sid = "") -> Response:
    """Body: slot names to a value, as of a call ("time": ISO 8601), or null to clear; "agentId": who does it. All of it, or nothing: 422 says why.

    The caller is told as of a change of their own. 409 when it is cancelled, or somebody else was faster.
    """
    was = await _found(request, reference, business, sid)
    body = await read(request, _object)
    fields = {name: value or "" for name, value in slots_in(body, "agentId").items()}
    source = acting(request, body.get("agentId"))
    if not fields:
        return _answer(request, was)
    return _answer(request, await parts(request).walker.correct(was, fields, datetime.now(UTC), source))


@router.delete("/bookings/{reference}", summary="Cancel an appointment", openapi_extra=described(Cancelling, required=False))
async def cancel_booking(request: Request, reference: Reference, business: str = "", sid: Sid = "") -> Response:
    """As it stands then. The caller is told as of a cancellation of their own; what is kept on them is erased by `DELETE /calls/{callSid}`.

    Body, if there is one: "reason", which the business's webhook is told and the caller is not; "agentId": who does it.
    """
    was = await _found(request, reference, business, sid)
    body = await read_if_any(request, _cancelling, Cancelling())
    given_up = Cancellation(why="office", reason=" ".join(readable(body.reason or "").split()))
    return _answer(request, await parts(request).walker.cancel(was, datetime.now(UTC), acting(request, body.agentId), given_up))


async def _found(request: Request, reference: str, business: str, sid: str) -> Appointment:
    wanted = reference.upper()
    well_formed = _REFERENCE.fullmatch(wanted) and (not sid or SID.fullmatch(sid))
    found = await parts(request).store.appointment(wanted, business, sid) if well_formed else None
    if found is None:
        raise Problem("booking_not_found")
    return found


def _moment(field: str, written: str, zone: ZoneInfo, later_days: int) -> int:
    """Unix seconds of a bound, 0 for none. `later_days`: what of a day alone is meant. Raises the 422."""
    if not written:
        return 0
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", written.strip())  # a plus that nobody wrote as %2B
    try:
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text):
            found = datetime.combine(date.fromisoformat(text) + timedelta(days=later_days), time.min, zone)
        else:
            found = datetime.fromisoformat(text)
        return max(1, int((found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()))
    except (ValueError, OverflowError):
        raise bad_field(field, "not_a_time", "ISO 8601 is expected") from None


def _shown(running: Parts, one: Appointment) -> dict[str, Any]:
    business = running.businesses.get(one.business)
    zone = ZoneInfo(business.time_zone) if business else UTC
    start, end = (datetime.fromtimestamp(at, zone).isoformat() for at in (one.start, one.end))
    named = {name: getattr(one, name) for name in ("reference", "state", "business", "service")}
    more = {name: getattr(one, name) for name in ("sequence", "name", "phone", "email", "address", "language")}
    return {"callSid": one.sid, **named, "start": start, "end": end, **more}


def _hidden(shown: Mapping[str, Any], kept: tuple[str, ...]) -> dict[str, Any]:
    return {name: value if name in kept or value == "" else HIDDEN for name, value in shown.items()}


def _answer(request: Request, one: Appointment) -> Response:
    """To who may see no values: of one that was asked for by its reference, not whose it is."""
    shown = _shown(parts(request), one)
    return _json(_hidden(shown, _SHOWN[1:]) if _masked(request) else shown)


def _masked(request: Request) -> bool:
    return bool(request.scope["role"] == "viewer")


def _json(document: Any) -> Response:
    return Response(msgspec.json.encode(document), headers=_PRIVATE, media_type="application/json")
