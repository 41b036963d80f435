"""Which error is which HTTP status: the one table, and the one shape of an error on the wire.

Problem
├── named in PROBLEMS by its code; the table gives status and title
└── everything the frameworks raise is turned into one of them by `add_handlers`

The shape is `application/problem+json` (RFC 9457): {"type", "title", "status", "code", "detail"?, "errors"?}. `errors` is a list of
{"field", "code", "detail"?}. Nothing in it was sent by a caller, and nothing tells how the service is made.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, cast

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graph.errors import (
    BookingCancelled,
    BookingNotFound,
    CallNotFound,
    DeedRefused,
    FieldRefused,
    PermissionAnswered,
    PermissionNotFound,
    PlaceGone,
)
from storage.errors import CallElsewhere, StoreUnavailable


class Kind(NamedTuple):
    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "bad_json": Kind(400, "The body is not JSON in UTF-8."),
    "call_unnamed": Kind(400, "The call cannot be identified."),
    "bad_request": Kind(400, "The request cannot be read."),
    "token_missing": Kind(401, "A token is needed."),
    "token_unknown": Kind(401, "This token is not known."),
    "ticket_unknown": Kind(401, "This ticket is not known."),
    "ticket_spent": Kind(401, "This ticket was used, or is too old: ask for another."),
    "too_many_tries": Kind(429, "Too many tokens were tried."),
    "role_refused": Kind(403, "This token's role may not do that."),
    "business_refused": Kind(403, "This is for tokens that are bound to no business."),
    "host_refused": Kind(403, "The service is for this machine only until tokens are set."),
    "forwarded_refused": Kind(403, "A request that a proxy brings needs tokens to be set."),
    "name_refused": Kind(403, "This token does not act under that name."),
    "not_verified": Kind(403, "The sender could not be verified."),
    "not_found": Kind(404, "There is nothing here."),
    "call_not_found": Kind(404, "There is no such call."),
    "booking_not_found": Kind(404, "There is no such booking, or more than one of that reference."),
    "permission_not_found": Kind(404, "The call has no such request."),
    "delivery_not_found": Kind(404, "Nothing of that id was given up."),
    "method_refused": Kind(405, "This path does not take that method."),
    "too_slow": Kind(408, "The request took too long to arrive."),
    "conflict": Kind(409, "Somebody else was first."),
    "held": Kind(409, "Another supervisor has the call."),
    "not_held": Kind(409, "No supervisor has the call."),
    "call_over": Kind(409, "The call is over."),
    "too_many_messages": Kind(429, "The caller has not heard the last messages yet."),
    "booking_cancelled": Kind(409, "The booking is cancelled."),
    "permission_answered": Kind(409, "Nobody waits for this answer any more."),
    "place_gone": Kind(409, "Somebody else has the place by now."),
    "too_large": Kind(413, "The body is too large."),
    "url_too_long": Kind(414, "The address is too long."),
    "unsupported_media": Kind(415, "A body has to be JSON in UTF-8, as it is."),
    "bad_field": Kind(422, "A field is missing or of the wrong kind."),
    "field_refused": Kind(422, "A value was refused."),
    "too_many_turns": Kind(429, "Too many turns are waiting."),
    "too_many_connections": Kind(429, "Too many connections from one address."),
    "too_many_requests": Kind(429, "Too many requests on one connection before their answers."),
    "head_too_large": Kind(431, "The head of the request is too large."),
    "failed": Kind(500, "The service failed."),
    "busy": Kind(503, "The service has no room for another connection."),
    "draining": Kind(503, "The service is stopping."),
    "store_unavailable": Kind(503, "The store of calls cannot be reached."),
}
RETRY_AFTER_S = {
    "too_many_turns": 1,
    "too_many_tries": 5,
    "too_many_connections": 5,
    "too_many_requests": 1,
    "too_many_messages": 5,
    "busy": 2,
    "draining": 2,
    "store_unavailable": 2,
}


_NAMED: Mapping[type[Exception], str] = {
    CallNotFound: "call_not_found",
    CallElsewhere: "call_not_found",
    BookingNotFound: "booking_not_found",
    BookingCancelled: "booking_cancelled",
    PermissionNotFound: "permission_not_found",
    PermissionAnswered: "permission_answered",
    PlaceGone: "place_gone",
}
"""What can go wrong with a call, and is no more than a code to the outside."""


class Problem(Exception):
    """An error to answer with; `code` is a key of PROBLEMS."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        held_by: str = "",
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.errors = code, detail, errors
        self.status = status or PROBLEMS[code].status
        self.headers = headers or {}
        self.held_by = held_by
        """The agentId of the supervisor who has the call, where that is the matter."""

    def response(self) -> Response:
        """The answer on the wire."""
        body: dict[str, Any] = {"type": "about:blank", "title": PROBLEMS[self.code].title, "status": self.status, "code": self.code}
        if self.detail:
            body["detail"] = self.detail
        if self.held_by:
            body["heldBy"] = self.held_by
        if self.errors:
            body["errors"] = list(self.errors)
        headers = dict(self.headers)
        if self.code in RETRY_AFTER_S:
            headers.setdefault("Retry-After", str(RETRY_AFTER_S[self.code]))
        if self.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        return Response(msgspec.json.encode(body), self.status, headers, media_type="application/problem+json")


def bad_field(field: str, code: str, detail: str = "") -> Problem:
    """The 422 about one field. `code` is one word such as "missing", "wrong_type", "too_long"."""
    error = {"field": field, "code": code} | ({"detail": detail} if detail else {})
    return Problem("bad_field", detail, errors=[error])


def add_handlers(app: FastAPI, is_away: Callable[[], bool]) -> None:
    """Every error of the app leaves as a problem. `is_away`: whether the store is, so that of a call that is not on this host nobody knows."""

    async def problem(_: Request, error: Exception) -> Response:
        found = as_problem(error)
        return (Problem("store_unavailable") if found.code == "call_not_found" and is_away() else found).response()

    for kind in (Problem, HTTPException, RequestValidationError, StoreUnavailable, *_NAMED, FieldRefused, DeedRefused, Exception):
        app.add_exception_handler(kind, problem)


def as_problem(error: Exception) -> Problem:
    """The problem that an error is to the outside."""
    match error:
        case Problem():
            return error
        case HTTPException():
            code = {404: "not_found", 405: "method_refused", 413: "too_large"}.get(error.status_code, "bad_request")
            return Problem(code, status=error.status_code, headers=error.headers)
        case RequestValidationError():
            errors = [{"field": ".".join(str(part) for part in found["loc"][1:]), "code": str(found["type"])} for found in error.errors()]
            return Problem("bad_field", errors=errors)
        case StoreUnavailable():
            return Problem("store_unavailable")
        case _ if type(error) in _NAMED:
            return Problem(_NAMED[type(error)])
        case FieldRefused():
            return Problem("field_refused", errors=[{"field": error.slot, "code": str(error.reason)}])
        case DeedRefused():
            return Problem(error.code, held_by=error.held_by)
        case _:  # logged by `Limits`, to which Starlette raises it once more
            return Problem("failed")


@lru_cache(256)
def on_the_wire(code: str, default_headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """A problem as HTTP/1.1, with the end of the connection: where no framework has read the request."""
    response = Problem(code, headers={"Connection": "close"}).response()
    status = HTTPStatus(response.status_code)
    lines = [b"HTTP/1.1 %d %b" % (status, status.phrase.encode())]
    lines += [b"%b: %b" % (name, value) for name, value in (*default_headers, *response.raw_headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + cast(bytes, response.body)
