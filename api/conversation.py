"""The caller's turn over HTTP: `POST /ai/conversation` and, in its shortest form, `POST /ai/reply`."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from typing import Annotated

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.record import moments
from agent.record.call import Turn
from agent.record.moments import YEARS
from agent.record.reasons import Reason
from api import logs
from api.bodies import ALTERNATIVES_LIMIT, clean, described, known_sid, read
from api.errors import Problem, as_problem, bad_field
from api.parts import parts
from api.turns import answer_in
from graph.state import TurnRequest
from storage.errors import CallElsewhere

Number = Annotated[float, Meta(ge=0, le=1)]
Keys = Annotated[str, Meta(pattern=r"^[0-9*#]{0,128}$")]
LanguageTag = Annotated[str, Meta(pattern=r"^([A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,5})?$")]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    message: str
    speaker: str = "customer"
    startedAt: str | None = None  # noqa: N815 - the contract's word


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ai/conversation`; unknown fields are ignored."""

    callSid: str  # noqa: N815
    customerMessage: Message  # noqa: N815
    turnId: str | None = None  # noqa: N815
    alternatives: list[str] | None = None
    confidence: Number | None = None
    digits: Keys | None = None
    caller: str | None = msgspec.field(name="from", default=None)
    dialled: str | None = msgspec.field(name="to", default=None)
    language: LanguageTag | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ai/reply`."""

    callSid: str  # noqa: N815
    message: str
    turnId: str | None = None  # noqa: N815
    startedAt: str | None = None  # noqa: N815


router = APIRouter(tags=["turns"])
_conversation = msgspec.json.Decoder(Conversation)
_reply = msgspec.json.Decoder(Reply)


def conversation_turn(posted: Conversation) -> TurnRequest:
    """The turn that a body holds. Raises Problem 422."""
    said = posted.customerMessage
    if said.speaker != "customer":
        raise bad_field("customerMessage.speaker", "wrong_value", 'only "customer" may speak here')
    started_at = moment(said.startedAt, "customerMessage.startedAt")
    return TurnRequest(
        sid=known_sid(posted.callSid),
        turn=Turn(
            key="",
            text=clean(said.message),
            alternatives=tuple(clean(text) for text in (posted.alternatives or ())[:ALTERNATIVES_LIMIT]),
            digits=(posted.digits or "").strip(),
            confidence=posted.confidence,
            started_at=started_at,
        ),
        caller=clean(posted.caller or "")[:256],
        dialled=clean(posted.dialled or "")[:256],
        language=posted.language or "",
        turn_id=posted.turnId or "",
        said=said.message,
    )


def reply_turn(posted: Reply) -> TurnRequest:
    """The turn that the short form holds. Raises Problem 422."""
    started_at = moment(posted.startedAt, "startedAt")
    return TurnRequest(
        sid=known_sid(posted.callSid),
        turn=Turn(key="", text=clean(posted.message), started_at=started_at),
        turn_id=posted.turnId or "",
        said=posted.message,
    )


def moment(text: str | None, field: str) -> str:
    """A time as ISO 8601 with its offset ("Z" for UTC, which is also meant when there is none); "" for none. Raises the 422 for what is no time."""
    if not text:
        return ""
    found = moments.read(text)
    if found is Reason.NOT_A_TIME:
        raise bad_field(field, "bad_time", "ISO 8601 is expected")
    if isinstance(found, Reason):
        raise bad_field(field, "bad_time", f"a year from {YEARS.start} to {YEARS.stop - 1} is expected")
    precise = "milliseconds" if found.microsecond and found.microsecond % 1000 == 0 else "auto"
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat(timespec=precise).replace("+00:00", "Z")


@router.post("/ai/conversation", summary="One turn of the caller", openapi_extra=described(Conversation))
async def conversation(request: Request) -> Response:
    turn = conversation_turn(await read(request, _conversation))
    return Response(await parts(request).turns.take(turn), media_type="application/json")


@router.post("/ai/reply", summary="One turn, in its shortest form", openapi_extra=described(Reply))
async def reply(request: Request) -> Response:
    turn = reply_turn(await read(request, _reply))
    answer = answer_in(await parts(request).turns.take(turn))
    return Response(msgspec.json.encode({"replyText": answer.aiResponse.message}), media_type="application/json")


def _directly(endpoint: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await endpoint(Request(scope, receive))
        except Problem:
            raise
        except CallElsewhere as error:
            raise as_problem(error) from None
        except Exception as error:
            logs.failure("request_failed", error)
            raise Problem("failed") from None
        await response(scope, receive, send)

    return app


ENDPOINTS: Mapping[str, ASGIApp] = {route.path: _directly(route.endpoint) for route in router.routes if isinstance(route, APIRoute)}
"""The endpoints above as ASGI applications that raise Problem, for whoever goes past FastAPI."""
