"""jambonz: JSON in, a list of verbs out, for a telephone system of one's own (Asterisk, FreeSWITCH, any SIP trunk behind it).

Signed     `Jambonz-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA256 by the account's webhook secret over `<seconds>.<body>`, at most five minutes old.
           The URL is not covered, so GET, where all is in the URL, is refused.
Waits      10 s, and asks again only where its URL says so (`#rc=2&rp=ct,5xx`); takes 200, 202 and 204 alone.
Silence    comes as a reason of its own, to the URL where words would come. When a recogniser cannot be reached at all nothing comes: then the next
           verb is done, which asks for what follows silence.
Says       plain text, since it is the application that chooses who speaks, and not all of them know SSML. A text that could be read as a URL is
           fetched instead of said, and one that begins with `<speak>` taken for SSML.
Voices     those of the application; a language that the caller changed to is named beside it.
Source     jambonz.org: the verbs gather, say, dial, redirect, hangup, Webhook retries; jambonz-feature-server: gather.js, say.js, dial.js,
           http-requestor.js; the schemas in the jambonz-python-sdk package.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import msgspec

from agent.record.call import Turn
from api.bodies import ALTERNATIVES_LIMIT, clean, known_sid
from api.telephony.heard import FINAL, RING_S, confidence, hints, keys, number_of
from api.telephony.posted import JSON
from api.telephony.provider import Connect, Dial, Fetch, HangUp, Leg, Listen, Posted, Reply
from api.telephony.speaking import pieces
from graph.state import TurnRequest

AGE_S = 300
"""Seconds that the clocks may differ, or a request be on its way."""
HEADER = "Jambonz-Signature"
OWN = "default"
"""Whose recogniser and voice: those of the application."""
_SIGNED_AT = re.compile(rb"[0-9]{1,12}")
_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+._-]*:")
"""How a text begins that a URL parser takes for one (WHATWG URL, scheme state), or jambonz for a stream of its own."""
_SSML = re.compile(r"\s*<(?=speak)")

Verb = dict[str, Any]


class Jambonz:
    name = "jambonz"
    secret = "jambonz_webhook_secret"  # noqa: S105 - a setting's name
    posts = JSON
    media_type = JSON

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        parts = [part.strip().partition(b"=") for part in posted.headers.get(HEADER.lower().encode(), b"").split(b",")]
        at = next((value for name, _, value in parts if name == b"t"), b"")
        if posted.method != "POST" or not _SIGNED_AT.fullmatch(at) or abs(now - int(at)) > AGE_S:
            return False
        right = _signature(secret, at, posted.body)
        return any(hmac.compare_digest(value, right) for name, _, value in parts if name == b"v1")

    def signed(self, secret: str, url: str, body: bytes, now: float) -> Mapping[str, str] | None:
        at = str(int(now)).encode()
        return {HEADER: f"t={at.decode()},v1={_signature(secret, at, body).decode()}"}

    def leg(self, posted: Posted) -> Leg:
        fields, spoken = posted.fields, _table(posted.content.get("speech"))
        return Leg(
            sid=fields.get("call_sid", ""),
            caller=fields.get("from", ""),
            dialled=fields.get("to", ""),
            language=_text(spoken.get("language_code")),
        )

    def turn(self, posted: Posted) -> TurnRequest:
        """The caller's turn: what was recognised, also where jambonz finds it hardly was, or the keys pressed; neither is silence."""
        fields = posted.fields
        best, *others = _heard(posted) or [{}]
        sure = best.get("confidence")
        return TurnRequest(
            sid=known_sid(fields.get("call_sid", ""), "call_sid"),
            turn=Turn(
                key="",
                text=clean(_text(best.get("transcript"))).strip(),
                alternatives=tuple(words for one in others[:ALTERNATIVES_LIMIT] if (words := clean(_text(one.get("transcript"))).strip())),
                digits=keys(fields.get("digits", "")),
                confidence=confidence(sure) if isinstance(sure, int | float) else None,
            ),
            caller=number_of(fields.get("from", "")),
            dialled=clean(fields.get("to", ""))[:256],
            over_a_line=True,
        )

    def is_over(self, posted: Posted) -> bool:
        return posted.fields.get("call_status", "").lower() in FINAL

    def was_answered(self, posted: Posted) -> bool:
        return posted.fields.get("dial_call_status") == "completed" or posted.fields.get("queue_result") == "bridged"

    def render(self, reply: Reply) -> bytes:
        return msgspec.json.encode(self.verbs(reply))

    def verbs(self, reply: Reply) -> list[Verb]:
        """What the telephone is to do, in order; what follows a `gather` that was answered takes the place of the rest."""
        said = _say(reply)
        match reply.then:
            case Listen() as listen:
                gather = _gather(listen, reply.language)
                go_on = {"verb": "redirect", "actionHook": listen.silence_url}
                if not listen.barge_in:
                    return [*said, gather, go_on]
                heard = {"bargein": True, "say": {name: value for verb in said for name, value in verb.items() if name != "verb"}} if said else {}
                return [{**gather, **heard}, go_on]
            case Dial() as dial:
                return [*said, _dial(dial)]
            case Fetch(url):
                return [*said, {"verb": "redirect", "actionHook": url}]
            case Connect(back_url=url):  # told to nobody who is not among SOCKETS; it would go on behind it
                return [*said, {"verb": "redirect", "actionHook": url}]
            case HangUp():
                return [*said, {"verb": "hangup"}]
            case _:
                assert_never(reply.then)


def _gather(listen: Listen, language: str) -> Verb:
    """Without `minDigits`, keys that nothing ends are dropped; `asrTimeout` puts parts together, with pauses of more than a second between them."""
    recognizer = {"vendor": OWN, "language": language or OWN, "hints": [*hints(listen.hints)]}
    return {
        "verb": "gather",
        "input": ["speech", "digits"],
        "actionHook": listen.heard_url,
        "timeout": listen.wait_s,
        "finishOnKey": "#",
        "minDigits": 1,
        "interDigitTimeout": listen.wait_s,
        "recognizer": {**recognizer, **({"asrTimeout": listen.pause_s} if listen.pause_s > 1 else {})},
        **({"numDigits": listen.digits} if listen.digits else {}),
    }


def _dial(dial: Dial) -> Verb:
    """Shown is the number that was rung, where it is known: most trunks let nobody show another than their own."""
    shown = {"callerId": dial.dialled} if dial.dialled else {}
    return {"verb": "dial", "actionHook": dial.back_url, **shown, "timeout": RING_S, "target": [{"type": "phone", "number": dial.number}]}


def _say(reply: Reply) -> list[Verb]:
    """One verb, or none when nothing is said; a long text is given in parts."""
    texts = [_plain("".join(piece.text for piece in run)) for run in pieces(reply.ssml)]
    if not texts:
        return []
    voice = {"synthesizer": {"vendor": OWN, "language": reply.language}} if reply.switched else {}
    return [{"verb": "say", "text": texts[0] if len(texts) == 1 else texts, **voice}]


def _plain(text: str) -> str:
    """A text that is nothing but said."""
    if found := _URL.match(text):
        return f"{text[: found.end() - 1]},{text[found.end() :]}"
    return _SSML.sub("", text, count=1) if _SSML.match(text) else text


def _signature(secret: str, at: bytes, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), at + b"." + body, hashlib.sha256).hex().encode()


def _heard(posted: Posted) -> Sequence[Mapping[str, Any]]:
    """What may have been said, the likeliest first."""
    found = _table(posted.content.get("speech")).get("alternatives")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


PROVIDER = Jambonz()
