"""People at a call: `POST /calls/{callSid}/escalate|takeover|messages|release|end`, and `/hangup` of the caller's own."""

from datetime import UTC, datetime

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent.policy.people import Deed, Drop, End, Escalate, Message, Release, Takeover
from agent.record.characters import readable
from api.acting import acting
from api.bodies import SID, TEXT_LIMIT, described, read
from api.calls import Sid, read_call
from api.errors import Problem, bad_field
from api.parts import parts

router = APIRouter(tags=["people"])


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `escalate`; unknown fields are ignored."""

    reason: str = ""
    agentId: str | None = None  # noqa: N815 - the contract's word


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `takeover`, `release` and `end`."""

    agentId: str | None = None  # noqa: N815


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `messages`."""

    message: str
    agentId: str | None = None  # noqa: N815


_wish = msgspec.json.Decoder(Wish)
_step = msgspec.json.Decoder(Step)
_words = msgspec.json.Decoder(Words)


@router.post("/calls/{callSid}/escalate", summary="Call a person to a call", status_code=202, openapi_extra=described(Wish))
async def escalate(request: Request, sid: Sid) -> Response:
    body = await read(request, _wish)
    return await _done(request, sid, Escalate(agent=acting(request, body.agentId), reason=_text("reason", body.reason)), 202)


@router.post("/calls/{callSid}/takeover", summary="Take a call over", openapi_extra=described(Step))
async def takeover(request: Request, sid: Sid) -> Response:
    return await _done(request, sid, Takeover(agent=_named(request, (await read(request, _step)).agentId)))


@router.post("/calls/{callSid}/messages", summary="Say something to the caller", status_code=202, openapi_extra=described(Words))
async def say(request: Request, sid: Sid) -> Response:
    body = await read(request, _words)
    text = _text("message", body.message)
    if not text:
        raise bad_field("message", "missing")
    return await _done(request, sid, Message(agent=_named(request, body.agentId), text=text), 202)


@router.post("/calls/{callSid}/release", summary="Hand a call back to the agent", openapi_extra=described(Step))
async def release(request: Request, sid: Sid) -> Response:
    return await _done(request, sid, Release(agent=_named(request, (await read(request, _step)).agentId)))


@router.post("/calls/{callSid}/end", summary="End a call", openapi_extra=described(Step))
async def end(request: Request, sid: Sid) -> Response:
    return await _done(request, sid, End(agent=_named(request, (await read(request, _step)).agentId)))


@router.post("/calls/{callSid}/hangup", summary="Say that the caller's line is gone")
async def hang_up(request: Request, sid: Sid) -> Response:
    """For whoever brings a telephone of their own: what the status callback of a provider says. Any body is left unread; said again it changes
    nothing. A turn after it opens the call again."""
    return await _done(request, sid, Drop(reason="line_dropped"))


async def _done(request: Request, sid: str, deed: Deed, status: int = 200) -> Response:
    """Do it; the answer is the call as it then stands."""
    if not SID.fullmatch(sid):
        raise Problem("call_not_found")
    await parts(request).walker.do(sid, deed, datetime.now(UTC))
    answer = await read_call(request, sid)
    answer.status_code = status
    return answer


def _named(request: Request, agent: str | None) -> str:
    """Whoever takes a call does so under a name: that of the body, or of the token."""
    if agent is None and not request.scope["bound_name"]:
        raise bad_field("agentId", "missing")
    return acting(request, agent)


def _text(field: str, text: str) -> str:
    """A text as it is kept and spoken: on one line, without what only steers."""
    if len(text) > TEXT_LIMIT:
        raise bad_field(field, "too_long", f"at most {TEXT_LIMIT} characters")
    return " ".join(readable(text).split())
