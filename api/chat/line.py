"""Which call a request is about, who calls whom, and in which language: wherever the platform puts it.

A call goes by the name that everything else knows it by: the carrier's where there is one, since the records of other systems are kept under that.
The names below are looked for in this order, written with "-" or "_", in any case. A value that is a template nobody filled in is none.
Sources: Vapi, "Custom LLM" and its API schema; ElevenLabs, "Integrate your own model", "Dynamic variables"; LiveKit Agents and Pipecat.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from api.bodies import SID, clean
from api.errors import Problem

_CALL = ("call_id", "call_sid", "callsid", "system__call_sid", "conversation_id", "system__conversation_id", "session_id")
_CALLER = ("caller_id", "caller", "from", "caller_number", "system__caller_id")
_DIALLED = ("called_number", "dialled", "dialed", "to", "system__called_number")
_LANGUAGE = ("language",)
_EMPTY = ("", "none", "null", "undefined")
_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,5}")
_KEPT = "!#$&()*+,.:;<=>?@[]^_|~-"
"""What of a call's name stands as it is, beside letters and digits; the rest is written as in a URL."""
_LONGEST = 256
_LARGE = 10**20
"""Beyond every number that names anything."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    sid: str
    caller: str
    dialled: str
    language: str


def line_of(headers: Sequence[tuple[bytes, bytes]], body: Mapping[str, Any]) -> Line:
    """Raises Problem "call_unnamed" when nothing names the call."""
    places = list(_places(headers, body))
    call, number = body.get("call"), ("number",)
    sid = _sid(_first(places, _CALL) or _of(call, ("phonecallproviderid", "id")) or _first([body], ("user",)))
    if not sid:
        raise Problem("call_unnamed")
    caller = _first(places, _CALLER) or _of(body.get("customer"), number) or _of(_inner(call, "customer"), number)
    dialled = _first(places, _DIALLED) or _of(body.get("phoneNumber"), number) or _of(_inner(call, "phoneNumber"), number)
    language = _first(places, _LANGUAGE)
    return Line(
        sid=sid,
        caller=clean(caller)[:_LONGEST],
        dialled=clean(dialled)[:_LONGEST],
        language=language if _TAG.fullmatch(language) else "",
    )


def _places(headers: Sequence[tuple[bytes, bytes]], body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where names are looked for, those that somebody configured for us first."""
    yield {name.decode("latin-1").lower().removeprefix("x-"): value.decode("latin-1") for name, value in headers}
    for place in ("elevenlabs_extra_body", "", "metadata"):
        inner = body.get(place) if place else body
        if isinstance(inner, Mapping):
            yield inner


def _first(places: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """The value of the first of these names in the first place that has one."""
    return next((found for place in places if (found := _of(place, names))), "")


def _of(place: Any, names: Sequence[str]) -> str:
    if not isinstance(place, Mapping):
        return ""
    known = {str(name).lower().replace("-", "_"): value for name, value in place.items()}
    return next((found for name in names if (found := _value(known.get(name)))), "")


def _value(value: Any) -> str:
    if isinstance(value, bool) or not (isinstance(value, str) or (isinstance(value, int) and abs(value) < _LARGE)):
        return ""
    text = str(value).strip()
    return "" if text.lower() in _EMPTY or "{{" in text else text


def _inner(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, Mapping) else None


def _sid(name: str) -> str:
    """The name as a callSid: what could not stand in one is written as in a URL, so that no two names become the same. "" when it is too long."""
    sid = quote(name, safe=_KEPT)
    return sid if SID.fullmatch(sid) else ""
