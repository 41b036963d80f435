"""Reading a JSON body: parsed and checked once, refused with what is wrong and where, never with what was sent."""

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from api.errors import Problem, bad_field

T = TypeVar("T")

SID = re.compile(r"(?!\.{1,2}$)[!#$%&()*+,.0-9:;<=>?@A-Z\[\]^_a-z|~-]{1,256}")
"""A callSid: printable ASCII without spaces, quotes, slashes and braces, since it stands in URLs, Redis keys and hash tags."""
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([A-Za-z_]+)`")


async def read(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """The body as `decoder` reads it. Raises Problem: 400 when it is no JSON, 422 naming the field that does not fit."""
    try:
        return decoder.decode(await request.body())
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem("bad_json") from None
    except ClientDisconnect:  # nobody is left to read the answer
        raise Problem("bad_request") from None


def known_sid(sid: str, field: str = "callSid") -> str:
    """`sid`, if it can name a call. Raises the 422."""
    if not SID.fullmatch(sid):
        raise bad_field(field, "bad_id", "1 to 256 printable ASCII characters without spaces, quotes, slashes and braces")
    return sid


def _misfit(message: str) -> Problem:
    found = _PATH.search(message)
    path = found[1] if found else ""
    said = message[: found.start()] if found else message
    if missing := _MISSING.match(said):
        return bad_field(f"{path}.{missing[1]}".lstrip("."), "missing")
    # Only the messages that begin so are made of our own types alone; others quote what was sent.
    return bad_field(path or "body", "wrong_type", said if said.startswith("Expected ") else "")


def described(kind: type) -> dict[str, Any]:
    """What the API's description says about a body that `read` takes: its JSON schema, written out in place."""
    (schema,), known = msgspec.json.schema_components([kind], ref_template="{name}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inline(schema, known)}}}}


def _inline(schema: Any, known: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        return _inline(known[schema["$ref"]], known) if "$ref" in schema else {name: _inline(part, known) for name, part in schema.items()}
    return [_inline(part, known) for part in schema] if isinstance(schema, list) else schema
