"""Tickets for event streams: `POST /events/ticket`. What a ticket is stands in `api/stream_tickets.py`."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.parts import parts
from api.stream_tickets import LIFE_S

router = APIRouter(tags=["events"])


@router.post("/events/ticket", summary="A ticket that opens one event stream, once")
async def give_ticket(request: Request) -> Response:
    """{"ticket", "expiresIn": seconds}: for `?ticket=` on an event stream, where a browser can set no header."""
    ticket = await parts(request).tickets.ticket(request.scope["identity"])
    return JSONResponse({"ticket": ticket, "expiresIn": LIFE_S}, headers={"Cache-Control": "no-store"})
