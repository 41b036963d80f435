"""What is posted to webhooks, for the API's description (`webhooks` of OpenAPI)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from fastapi import APIRouter

from agent.record.delivery import Occasion
from agent.record.delivery_bodies import BODIES
from api.bodies import described

_SUMMARIES: Mapping[Occasion, str] = {
    "booking.created": "A place was booked",
    "booking.changed": "A booking was changed",
    "booking.cancelled": "A booking was cancelled",
    "booking.not_free": "A booking that was to be confirmed cannot be",
    "call.ended": "A call is over",
    "handoff.wanted": "A caller wants a person",
}
_HEADERS = {
    "webhook-id": "The same whenever the message is sent again: what was done by it is not done again.",
    "webhook-timestamp": "When this try was made: Unix seconds.",
    "webhook-signature": 'By Standard Webhooks: "v1," and a signature for each secret, with spaces between.',
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    "410": {"description": "It is not wanted, and is not sent again by itself."},
    "default": {"description": "It is sent again later, a redirect too; not before `Retry-After`."},
}


def _router() -> APIRouter:
    router = APIRouter(tags=["webhooks"])
    parameters = [
        {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}} for name, said in _HEADERS.items()
    ]
    for occasion, body in BODIES.items():
        name = occasion.replace(".", "_")
        message = msgspec.defstruct(name, [("type", Literal[occasion]), ("timestamp", str), ("data", body)])
        router.add_api_route(
            occasion,
            _received,
            methods=["POST"],
            name=name,
            operation_id=name,
            summary=_SUMMARIES[occasion],
            status_code=HTTPStatus.NO_CONTENT,
            response_description="It has arrived; so says any other 2xx.",
            responses=_ANSWERS,
            openapi_extra={**described(message), "parameters": parameters},
        )
    return router


async def _received() -> None:
    """Posted to the address of `SLOTLINE_WEBHOOK_URL`, or to that of the business's file."""


router = _router()
