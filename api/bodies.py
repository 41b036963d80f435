"""Reading a JSON body: parsed and checked once, refused with what is wrong and where, never with what was sent.

What a body is called. `application/json` and its kin (`application/merge-patch+json`), nothing at all, and `application/x-www-form-urlencoded`, which
`curl -d` says of whatever it sends, are read as JSON. Any other type is refused (415), `text/plain` and `multipart/form-data` too: nobody sends us
JSON by those names but a page in a browser, which may post the three without asking first (Fetch, "simple" requests). What is left of that door, the
form type, `api.access` closes: with tokens a page has no header to show, and without them its Origin is not ours. The bytes are JSON in UTF-8 (RFC
8259), not compressed, since a limit on a body means its size as it is read, and no key stands twice, since two readers would take different ones.
"""

import json
import re
from collections.abc import Iterable, Mapping
from email.message import Message
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from agent.record.characters import readable
from agent.record.slot_names import NAMES
from api.errors import Problem, bad_field

T = TypeVar("T")

TEXT_LIMIT = 2000
"""Characters of an utterance that are heard; the rest is cut."""
ALTERNATIVES_LIMIT = 10
"""Hypotheses of one utterance that are looked at beside the best."""
SID = re.compile(r"(?!\.{1,2}$)[!#$%&()*+,.0-9:;<=>?@A-Z\[\]^_a-z|~-]{1,256}")
"""A callSid: printable ASCII without spaces, quotes, slashes and braces, since it stands in URLs, Redis keys and hash tags."""
FORM = "application/x-www-form-urlencoded"
_JSON = re.compile(r"application/([a-z0-9!#$&^_.+-]+\+)?json|text/json")
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_BEGINNINGS = {b"\xef\xbb\xbf": "it begins with a byte order mark", b"\xff\xfe": "it is UTF-16", b"\xfe\xff": "it is UTF-16"}
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([A-Za-z_]+)`")


async def read(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """The body as `decoder` reads it. Raises Problem: 415 for another kind of body, 400 for no JSON, 422 naming the field that does not fit."""
    _need_json(request)
    try:
        body = await request.body()
    except ClientDisconnect:  # nobody is left to read the answer
        raise Problem("bad_request") from None
    try:
        _keys.decode(body.decode())
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), decoder.type) from None
    except _Twice:
        raise Problem("bad_json", "a key stands twice in one object") from None
    except RecursionError:
        raise Problem("bad_json", "it is nested too deep") from None
    except ValueError:  # of msgspec and of json, invalid UTF-8, a number of thousands of figures
        raise Problem("bad_json", next((why for bytes_, why in _BEGINNINGS.items() if body.startswith(bytes_)), "")) from None


async def read_if_any(request: Request, decoder: msgspec.json.Decoder[T], nothing: T) -> T:
    """The same, or `nothing` where there is no body. Raises as `read`."""
    try:
        return await read(request, decoder) if await request.body() else nothing
    except ClientDisconnect:
        raise Problem("bad_request") from None


def _need_json(request: Request) -> None:
    for name, value in request.scope["headers"]:
        if name == b"content-type" and not _is_json(value):
            raise Problem("unsupported_media", "Content-Type must be application/json in UTF-8", headers={"Accept": "application/json"})
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise Problem("unsupported_media", "a compressed body is not read", headers={"Accept-Encoding": "identity"})


@lru_cache(maxsize=64)
def _is_json(header: bytes) -> bool:
    """Whether a Content-Type lets a body be read as JSON in UTF-8."""
    if not header.strip():
        return True
    parsed = Message()
    parsed["content-type"] = "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in header)
    kind = parsed.get_content_type()
    return (kind == FORM or _JSON.fullmatch(kind) is not None) and (parsed.get_content_charset("utf-8") in _UTF8)


class _Twice(Exception):
    """A key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _Twice


_keys = json.JSONDecoder(object_pairs_hook=_once)
"""Looks at keys alone: msgspec takes the last of two without a word."""


def clean(text: str) -> str:
    """What is heard of a text: its beginning, without what only steers."""
    return readable(text[:TEXT_LIMIT])


def known_sid(sid: str, field: str = "callSid") -> str:
    """`sid`, if it can name a call. Raises the 422."""
    if not SID.fullmatch(sid):
        raise bad_field(field, "bad_id", "1 to 256 printable ASCII characters without spaces, quotes, slashes and braces")
    return sid


def _misfit(message: str, kind: Any) -> Problem:
    found = _PATH.search(message)
    path = found[1] if found else ""
    said = message[: found.start()] if found else message
    if missing := _MISSING.match(said):
        return bad_field(f"{path}.{missing[1]}".lstrip("."), "missing")
    if said.startswith("Object contains unknown field "):
        return bad_field(path or "body", "unknown_field", "" if path else _known(kind.__struct_encode_fields__))
    # Only the messages that begin so are made of our own types alone; others quote what was sent.
    return bad_field(path or "body", "wrong_type", said if said.startswith("Expected ") else "")


def _known(names: Iterable[str]) -> str:
    return f"known are {', '.join(names)}"


def described(kind: type, *, required: bool = True) -> dict[str, Any]:
    """What the API's description says about a body that `read` takes: its JSON schema, written out in place."""
    (schema,), known = msgspec.json.schema_components([kind], ref_template="{name}")
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": _inline(schema, known)}}}}


def _inline(schema: Any, known: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        return _inline(known[schema["$ref"]], known) if "$ref" in schema else {name: _inline(part, known) for name, part in schema.items()}
    return [_inline(part, known) for part in schema] if isinstance(schema, list) else schema


def slots_in(body: Mapping[str, Any], *beside: str) -> dict[str, str | None]:
    """The slots that are to be set, None to clear one. `beside`: what else may stand in the body, and is left out. Raises the 422."""
    slots: dict[str, str | None] = {}
    for name, value in body.items():
        if name in beside:
            continue
        if name not in NAMES:
            raise bad_field("body", "unknown_field", _known((*NAMES, *beside)))
        if value is not None and not isinstance(value, str):
            raise bad_field(name, "wrong_type", "a string, or null to clear it, is expected")
        if value is not None and len(value) > TEXT_LIMIT:
            raise bad_field(name, "too_long", f"at most {TEXT_LIMIT} characters")
        slots[name] = value
    return slots
