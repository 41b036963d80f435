"""What could not be brought to the outside, and what a call still owes: `GET /outbox`, `POST /outbox/{id}/send`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from agent.record.delivery import Owed, place_in_list
from agent.record.moments import stamp
from api.bodies import SID, described, read
from api.errors import Problem, bad_field
from api.masking import HIDDEN
from api.parts import parts

PAGE = 50
PAGE_LIMIT = 200
ID_LIMIT = 100
"""Characters."""
_PRIVATE = {"Cache-Control": "no-store"}


class SendAgain(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /outbox/{id}/send`; unknown fields are ignored."""

    callSid: str  # noqa: N815 - the contract's word
    """The call that owes it."""


router = APIRouter(tags=["outbox"])
_body = msgspec.json.Decoder(SendAgain)


@router.get("/outbox", summary="What could not be brought: mails that came back, webhooks that nobody took")
async def list_dead_letters(
    request: Request, business: str = "", before: str = "", count: int = PAGE, sid: Annotated[str, Query(alias="callSid")] = ""
) -> Response:
    """{"deliveries": [{"id", "kind": "mail" or "webhook", "occasion", "callSid", "business", "reference", "to", "made", "tries", "why", "state",
    "due"}], "next"}.

    The last given up first; `next`: what to give as `before`, or null: the next page is the same whatever became of this one meanwhile.
    `to`: the address of a mail. `why`: a code. `business`: only those of the business of that id.
    `callSid`: all that this call owes and that has not arrived, in the order in which it was made; `state` is "given_up", or "waiting" until `due`,
    when it is tried next.
    """
    if not 1 <= count <= PAGE_LIMIT:
        raise bad_field("count", "out_of_range", f"from 1 to {PAGE_LIMIT}")
    if before and not place_in_list(before):
        raise bad_field("before", "bad_position", 'what "next" of the page before said is expected')
    if sid and not SID.fullmatch(sid):
        raise bad_field("callSid", "bad_id")
    store = parts(request).store
    found = await store.owed(sid, business) if sid else await store.dead_letters(before, count, business)
    masked = request.scope["role"] == "viewer"
    more = not sid and len(found) == count
    listed = {"deliveries": [_shown(one, masked) for one in found], "next": found[-1].position if more else None}
    return Response(msgspec.json.encode(listed), headers=_PRIVATE, media_type="application/json")


@router.post("/outbox/{id}/send", summary="Try once more to bring what was given up", status_code=202, openapi_extra=described(SendAgain))
async def send_again(request: Request, id_: Annotated[str, Path(alias="id")]) -> Response:
    """{"id", "callSid"}: it is tried soon, and as often as if it had never been. A mail that a later one has overtaken is only taken off the list."""
    sid = (await read(request, _body)).callSid
    running = parts(request)
    if not SID.fullmatch(sid) or len(id_) > ID_LIMIT or " " in id_ or not await running.store.send_again(id_, sid):
        raise Problem("delivery_not_found")
    running.woken.set()
    return Response(msgspec.json.encode({"id": id_, "callSid": sid}), 202, headers=_PRIVATE, media_type="application/json")


def _shown(owed: Owed, masked: bool) -> dict[str, Any]:
    """`masked`: for who may not see a caller's values, nor what they could be computed from."""
    delivery = owed.delivery
    values = {"reference": delivery.body.get("reference", ""), "to": delivery.body.get("email", "") if delivery.kind == "mail" else ""}
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "occasion": delivery.occasion,
        "callSid": delivery.sid,
        "business": delivery.business,
        **{name: HIDDEN if masked and value else value for name, value in values.items()},
        "made": stamp(datetime.fromtimestamp(delivery.made, UTC)),
        "tries": owed.tries,
        "why": owed.why,
        "state": "waiting" if owed.due_ms else "given_up",
        "due": stamp(datetime.fromtimestamp(owed.due_ms / 1000, UTC)) if owed.due_ms else "",
    }
