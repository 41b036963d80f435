"""The query of a request's address, read once and within bounds."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.types import Scope

from api.errors import Problem

MOST_BYTES = 4096
MOST_FIELDS = 64


def query_of(scope: Scope) -> Mapping[str, str]:
    """The fields of the query, the first of each name. Raises Problem 400 when it is longer than any path of ours takes."""
    raw: bytes = scope.get("query_string", b"")
    if not raw:
        return {}
    if len(raw) > MOST_BYTES or raw.count(b"&") >= MOST_FIELDS:
        raise Problem("bad_request")
    found: dict[str, str] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True):
        found.setdefault(name, value)
    return found
