"""jambonz as it is: what it posts of what happens on the telephone, and what it makes of the verbs that it is given.

Which verbs are legal is asked of jambonz' own package and its schemas; those let any name pass, so that a name that no schema knows is refused here.
"""

import json
from functools import cache
from importlib import resources
from typing import Any

from jambonz_sdk.validator import JambonzValidator

from tests.telephony.twiml import Document, IllegalError

SCHEMAS = resources.files("jambonz_sdk") / "schema"
NAMES = {
    "CallSid": "call_sid",
    "From": "from",
    "To": "to",
    "Direction": "direction",
    "CallStatus": "call_status",
    "DialCallStatus": "dial_call_status",
}
"""What stands for what, of Twilio's names, which the tests speak in."""


@cache
def validator() -> JambonzValidator:
    return JambonzValidator()


@cache
def schema(place: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{place}.schema.json").read_text("utf-8"))
    return found


def written(fields: dict[str, str]) -> bytes:
    """The body of a webhook. A gather that heard nothing says so."""
    found: dict[str, Any] = {NAMES.get(name, name): value for name, value in fields.items() if name not in ("SpeechResult", "Confidence", "Digits")}
    found |= {"account_sid": "a", "application_sid": "b", "call_id": "c", "sip_status": 200, "trace_id": "0", "sip": {"headers": {"X-Trunk": "d"}}}
    if fields.get("SpeechResult"):
        found |= {"reason": "speechDetected", "speech": _speech(fields)}
    elif fields.get("Digits"):
        found |= {"reason": "dtmfDetected", "digits": fields["Digits"]}
    elif "DialCallStatus" not in fields:
        found["reason"] = "timeout"
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _speech(fields: dict[str, str]) -> dict[str, Any]:
    best: dict[str, Any] = {"transcript": fields["SpeechResult"]}
    if given := fields.get("Confidence"):
        try:
            best["confidence"] = float(given) if given != "nan" else None
        except ValueError:
            best["confidence"] = given
    return {"channel_tag": 1, "is_final": True, "alternatives": [best], "vendor": {"name": "deepgram", "evt": {"type": "Results"}}}


def parsed(text: str) -> list[dict[str, Any]]:
    """The verbs. Raises IllegalError with what is wrong."""
    verbs: list[dict[str, Any]] = json.loads(text)
    if not isinstance(verbs, list) or not verbs:
        raise IllegalError("no verbs")
    if wrong := validator().validate_app(verbs):
        raise IllegalError(str(wrong))
    for verb in verbs:
        if wrong := validator().validate_verb(verb):
            raise IllegalError(str(wrong))
        _known(verb, f"verbs/{verb['verb']}")
    return verbs


def _known(part: dict[str, Any], place: str) -> None:
    """Raises IllegalError for a name that jambonz does not know there."""
    known = schema(place)["properties"]
    if unknown := set(part) - set(known):
        raise IllegalError(f"{place}: {sorted(unknown)}")
    for name, inside in (("say", "verbs/say"), ("recognizer", "components/recognizer"), ("synthesizer", "components/synthesizer")):
        if isinstance(part.get(name), dict):
            _known(part[name], inside)
    for target in part.get("target", ()):
        _known(target, "components/target")


def read(text: str) -> Document:
    """What legal verbs come to. Raises IllegalError."""
    verbs = parsed(text)
    by_name = {verb["verb"]: verb for verb in verbs}
    gather, dial = by_name.get("gather"), by_name.get("dial")
    before = [verb for verb in verbs[: verbs.index(gather)] if verb["verb"] == "say"] if gather else [verb for verb in verbs if verb["verb"] == "say"]
    inside = gather.get("say", {}) if gather else {}
    said = [verb["text"] for verb in before] + ([inside["text"]] if inside else [])
    for one in said:
        _sayable(one)
    return Document(
        said="".join("".join(one) for one in said),
        gather=_flat(gather) if gather else None,
        barge_in=bool(inside) and bool((gather or {}).get("bargein")) and not before,
        redirect=by_name.get("redirect", {}).get("actionHook", ""),
        number=dial["target"][0]["number"] if dial else "",
        dial=_flat(dial) if dial else None,
        hangs_up=verbs[-1]["verb"] == "hangup",
    )


def _sayable(text: str | list[str]) -> None:
    """Raises IllegalError for what jambonz would fetch, or take for SSML, instead of saying it (say.js)."""
    for one in [text] if isinstance(text, str) else text:
        scheme, colon, _ = one.strip().partition(":")
        if (colon and scheme.isascii() and scheme[:1].isalpha() and set("+._-") >= {sign for sign in scheme if not sign.isalnum()}) or (
            one.startswith(("<speak", "silence_stream://"))
        ):
            raise IllegalError(f"not said: {one[:40]}")


def _flat(verb: dict[str, Any]) -> dict[str, str]:
    """A verb as the tests look at it: its hook under "action", and what is listened for beside it."""
    found = {"action": verb["actionHook"], **{name: str(value) for name, value in verb.items() if not isinstance(value, dict | list)}}
    recognizer = verb.get("recognizer", {})
    return found | {"language": recognizer.get("language", ""), "hints": ", ".join(recognizer.get("hints", ()))}
