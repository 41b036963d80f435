"""`POST /ai/summary`: a call in a few plain sentences, from its record, or from what was sent along when there is none."""

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent.nlg import summary
from api.bodies import clean, described, known_sid, read
from api.errors import Problem
from api.parts import parts

LINES = 400
"""Lines of a sent conversation that are looked at."""


class Spoken(msgspec.Struct, frozen=True):
    message: str = ""
    speaker: str = "customer"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /ai/summary`."""

    callSid: str  # noqa: N815 - the contract's word
    conversation: list[Spoken | str] | str | None = None
    serviceInfo: dict[str, Any] | str | None = None  # noqa: N815


_SPEAKERS = {"customer": "customer", "caller": "customer", "user": "customer", "": ""}

router = APIRouter(tags=["turns"])
_asked = msgspec.json.Decoder(Asked)


@router.post("/ai/summary", summary="A call in a few sentences", openapi_extra=described(Asked))
async def summarise(request: Request) -> Response:
    """{"summary": str, "keyPoints": [str]}; 404 when there is neither a record nor anything sent along."""
    asked = await read(request, _asked)
    document = await parts(request).store.document(known_sid(asked.callSid))
    if document is not None:
        found = summary.of_record(msgspec.json.decode(document))
    elif asked.conversation is not None or asked.serviceInfo is not None:
        found = summary.of_words(_lines(asked.conversation), asked.serviceInfo)
    else:
        raise Problem("call_not_found")
    return Response(msgspec.json.encode(found), media_type="application/json")


def _lines(conversation: list[Spoken | str] | str | None) -> list[tuple[str, str]]:
    entries = [conversation] if isinstance(conversation, str) else (conversation or [])[-LINES:]
    spoken = [Spoken(entry, "") if isinstance(entry, str) else entry for entry in entries]
    return [(_SPEAKERS.get(one.speaker.lower(), "other"), clean(one.message)) for one in spoken]
