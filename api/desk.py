"""What a page for supervisors needs to know before the first call: who it is for, and what is offered where (`GET /desk`)."""

from typing import Any

import msgspec
from babel.numbers import get_territory_currencies
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent.record.business import Business
from agent.slots import SLOTS
from api.parts import parts
from api.routing import CALLERS, EDITORS, PEOPLE
from api.tokens import Role

router = APIRouter(tags=["calls"])


@router.get("/desk", summary="Who asks, and the businesses that are served here")
async def read_desk(request: Request) -> Response:
    """{"slots": {name: title}, "me": {"name", "role", "named", "may", "business"},
    "businesses": [{"id", "name", "timeZone", "country", "currency", "languages", "numbers", "handOffNumber", "services", "canned"}]}.

    `named`: whether whoever has this token acts under that name alone. `business`: the id of the one it is bound to, which then is the only one here;
    "" for none. `may`: some of "edit" (values, and erasing), "people" (stepping into calls),
    "call" (posting a caller's turns). `currency`: ISO 4217, of the prices. `services` and `canned` as the business file has them: a name, or the
    lines a supervisor may say with one key, may be a table by language.
    """
    scope = request.scope
    role: Role = scope["role"]
    roles: dict[str, frozenset[Role]] = {"edit": EDITORS, "people": PEOPLE, "call": CALLERS}
    may = [what for what, who in roles.items() if role in who or not parts(request).tokens]
    me = {"name": scope["identity"], "role": role, "named": bool(scope["bound_name"]), "may": may, "business": scope["business"]}
    body = {
        "slots": {name: slot.title for name, slot in SLOTS.items()},
        "me": me,
        "businesses": [_shown(business) for business in parts(request).businesses.all],
    }
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _shown(business: Business) -> dict[str, Any]:
    return {
        "id": business.id,
        "name": business.name,
        "timeZone": business.time_zone,
        "country": business.country,
        "currency": (get_territory_currencies(business.country) or ["USD"])[0],
        "languages": business.languages,
        "numbers": business.numbers,
        "handOffNumber": business.handoff_number,
        "services": [{"id": one.id, "name": one.name, "price": one.price, "minutes": one.minutes} for one in business.services],
        "canned": business.canned,
    }
