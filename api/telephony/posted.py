"""Reading what a provider sends, whatever it is, before anything of it is believed."""

from collections.abc import Sequence
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from api.sizes import CHAT_LIMIT, limited
from api.telephony.provider import Posted
from storage import codec

MOST_FIELDS = 1000
"""Providers send some forty."""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def bases(public_url: str) -> tuple[str, ...]:
    """The beginnings of the URLs that a provider may sign when it was told `public_url`, the likeliest first.

    User and password are left out; over https the port is too, by some. With a path in it, a proxy may have taken that path away, or not.
    """
    if not public_url:
        return ()
    parts = urlsplit(public_url)
    host = parts.netloc.rpartition("@")[2]
    hosts = [host.removesuffix(f":{parts.port}"), host] if parts.scheme == "https" and parts.port else [host]
    return tuple(dict.fromkeys(f"{parts.scheme}://{one}{path}" for path in (parts.path.rstrip("/"), "") for one in hosts))


async def read(scope: Scope, receive: Receive, step: str, beginnings: Sequence[str]) -> Posted:
    """The request, with its body. Raises Problem "too_large" for one that is beyond all reason, ClientDisconnect when its sender has gone."""
    headers = dict(scope["headers"])
    body = await _body(await limited(scope, receive, CHAT_LIMIT))
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    query_string: bytes = scope["query_string"]
    asked = scope["sent_path"] + (b"?" + query_string if query_string else b"")
    query = dict(pairs_of(query_string)) if query_string else {}
    pairs = pairs_of(body) if kind == FORM else ()
    content = (codec.parse(body) if kind == JSON else None) or {}
    texts = {name: value for name, value in content.items() if isinstance(value, str)}
    return Posted(
        step=step,
        method=scope["method"],
        urls=[base + asked.decode("latin-1") for base in beginnings],
        query=query,
        headers=headers,
        kind=kind,
        body=body,
        pairs=pairs,
        fields=query if scope["method"] == "GET" else dict(pairs) if pairs else texts,
        content=content,
    )


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message["type"] == "http.request" and message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    if message["type"] != "http.request":
        raise ClientDisconnect
    return body


def pairs_of(text: bytes) -> tuple[tuple[str, str], ...]:
    """The fields of a form; what is not UTF-8 in it is replaced, so that its signature fits no more. Too many fields are none."""
    parts = text.split(b"&") if text.count(b"&") < MOST_FIELDS else ()
    return tuple((_decoded(name), _decoded(value)) for name, _, value in (part.partition(b"=") for part in parts if part))


def _decoded(octets: bytes) -> str:
    # The same as urllib's, at half the cost: most of what is sent has nothing to decode.
    plain = octets.replace(b"+", b" ")
    return (unquote_to_bytes(plain) if b"%" in plain else plain).decode("utf-8", "replace")
