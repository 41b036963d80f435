"""A calendar for each business that any calendar program can subscribe to: where it is (`GET /bookings/feed`), and the file (`GET /feeds/...`).

Calendar programs can show no token, so the address itself is the key: behind the business's id stands what only those can make who have the service's
secret. It is in the path and never in the query, which proxies and browsers write down more readily. Nothing has to be kept for it; another word for
`feed_key` in the business's file makes another address, and the old one is none any more, as is each when the service's secret changes.
"""

import asyncio
import hashlib
import hmac
import time
from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from agent.record.business import Business
from api.bookings import everything
from api.errors import Problem, bad_field
from api.parts import Parts, parts

PAST_S = 31 * 86_400
"""How long ago a job may have begun that is still in the file."""
_ENDING = ".ics"

router = APIRouter(tags=["bookings"])


@router.get("/bookings/feed", summary="The address of a business's calendar")
async def tell_feed(request: Request, business: str = "") -> Response:
    """{"business", "url", "path"}: whoever has the address reads the appointments, with names and numbers, without a token.

    `business`: its id; needed where several are served.
    """
    running = parts(request)
    if not business and len(running.businesses.all) > 1:
        raise bad_field("business", "missing")
    found = running.businesses.get(business) if business else running.businesses.default
    if found is None:
        raise bad_field("business", "wrong_value", "the id of a business that is served here")
    path = f"/feeds/{quote(found.id, safe='')}/{await _key(running, found)}{_ENDING}"
    base = running.settings.public_url or str(request.base_url)
    body = {"business": found.id, "url": base.rstrip("/") + path, "path": path}
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.head("/feeds/{business}/{key}", include_in_schema=False)
@router.get("/feeds/{business}/{key}", summary="A business's appointments, for calendars that subscribe", response_class=Response)
async def read_feed(request: Request, business: Annotated[str, Path()], key: Annotated[str, Path()]) -> Response:
    """text/calendar, of the last month and all that is to come; 304 when it is as `If-None-Match` knows it."""
    running = parts(request)
    found = running.businesses.get(business)
    wanted = await _key(running, found) if found else ""
    if found is None or not hmac.compare_digest(key.encode(), f"{wanted}{_ENDING}".encode()):
        raise Problem("not_found")
    from api.outbox.feed_file import feed_file  # here, since what writes calendars takes a while to load

    appointments = await everything(running, found.id, int(time.time()) - PAST_S)
    file = await asyncio.to_thread(feed_file, found, appointments)
    tag = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    headers = {"Cache-Control": "private, no-cache", "ETag": tag, "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file, headers=headers, media_type="text/calendar; charset=utf-8")


async def _key(running: Parts, business: Business) -> str:
    """Raises StoreUnavailable."""
    return (await running.keys.signed(f"feed {business.id} {business.outgoing.feed_key}")).hex()[:48]
