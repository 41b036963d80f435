"""The office's answer to what needs its yes: `POST /calls/{callSid}/permission-response`."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from agent.record.characters import readable
from api.acting import acting
from api.bodies import SID, described, read
from api.calls import Sid
from api.errors import Problem
from api.parts import parts
from graph.approving import Answer

REASON_LIMIT = 500
"""Characters."""


class PermissionResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /calls/{callSid}/permission-response`; unknown fields are ignored."""

    approved: bool
    permissionId: str | None = None  # noqa: N815 - the contract's word
    """Which request; without it, the call's last one."""
    reason: Annotated[str, Meta(max_length=REASON_LIMIT)] | None = None
    """For those who watch; the caller does not hear it."""
    agentId: str | None = None  # noqa: N815
    """Who answers."""


router = APIRouter(tags=["people"])
_response = msgspec.json.Decoder(PermissionResponse)


@router.post("/calls/{callSid}/permission-response", summary="Approve or refuse what a call waits for", openapi_extra=described(PermissionResponse))
async def answer_permission(request: Request, sid: Sid) -> Response:
    """{"callSid", "permissionId", "approved", "rule"}. The same answer again is no error."""
    if not SID.fullmatch(sid):
        raise Problem("call_not_found")
    body = await read(request, _response)
    answer = Answer(
        approved=body.approved,
        by=acting(request, body.agentId),
        permission_id=body.permissionId or "",
        reason=readable(body.reason or "").strip(),
    )
    asked = await parts(request).walker.answer_permission(sid, answer, datetime.now(UTC))
    answered = {"callSid": sid, "permissionId": asked.id, "approved": body.approved, "rule": asked.rule}
    return Response(msgspec.json.encode(answered), headers={"Cache-Control": "no-store"}, media_type="application/json")
