"""What is refused before anything is said, in the shape that OpenAI's clients read.

429 and 5xx are never answered here: such clients ask again by themselves, and the caller waits meanwhile. Source: OpenAI API reference, "Errors".
"""

from typing import Any

import msgspec
from starlette.responses import Response

from api.errors import PROBLEMS, Problem

_KEY = ("token_missing", "token_unknown", "too_many_tries")
_SAID = {
    "token_missing": "You didn't provide an API key: send Authorization: Bearer with a token of the role integration.",
    "token_unknown": "Incorrect API key provided.",
    "role_refused": "This API key may not take turns: it needs the role integration.",
    "call_unnamed": "The call cannot be identified.",
    "call_not_found": "There is no such call.",
    "too_large": "Request too large.",
    "bad_json": "The body has to be JSON in UTF-8.",
}


def refusal(problem: Problem) -> Response:
    """The answer to a request for a completion that nothing is done about."""
    field = problem.errors[0]["field"] if problem.errors else "messages" if problem.code == "call_unnamed" else None
    error: dict[str, Any] = {
        "message": _SAID.get(problem.code, PROBLEMS[problem.code].title),
        "type": "invalid_request_error",
        "param": field,
        "code": "invalid_api_key" if problem.code in _KEY else None,
    }
    status = 401 if problem.code in _KEY else problem.status if problem.status in (403, 404, 408, 413) else 400
    headers = dict(problem.headers) | ({"WWW-Authenticate": "Bearer"} if status == 401 else {})
    return Response(msgspec.json.encode({"error": error}), status, headers, media_type="application/json")
