"""What the providers have in common that speak TwiML: the names of their fields, and the documents they are answered with.

Source: TwiML for Programmable Voice (twilio.com/docs), the pages Gather, Say, Dial and Redirect; SignalWire's cXML and Telnyx' TeXML are dialects.
"""

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, assert_never
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import msgspec
from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from agent.record.call import Turn
from agent.record.characters import readable
from agent.record.language_tags import language_of
from api.bodies import clean, known_sid
from api.telephony.provider import Dial, Fetch, HangUp, Listen, Posted, Reply
from api.telephony.speaking import BREAK_MS, Piece, pieces
from graph.state import TurnRequest

KEYS = frozenset("0123456789*#")
MOST_KEYS = 128
MOST_HINTS, MOST_HINT_CHARACTERS, MOST_HINT_OCTETS = 500, 100, 20_000
RING_S = 20
"""How long the person who is dialled may let it ring."""
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What a call's status is when its line has ended."""
WITHHELD = frozenset({"+7378742833", "+2562533", "+8566696", "+266696687", "+86282452253"})
"""Not numbers but words on the keys (RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE), as Twilio shows callers who withhold theirs."""


class Voice(msgspec.Struct, frozen=True):
    """How a language is spoken and recognised (`voices.toml`)."""

    says: str
    voice: str
    hears: str
    model: str


@cache
def _voices() -> dict[str, Voice]:
    text = (resources.files(__package__) / "voices.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Voice])


def voice_of(tag: str) -> Voice:
    known = _voices()
    return known.get(tag) or known.get(language_of(tag)) or known["en"]


class Twiml:
    """A provider that speaks TwiML. What is its own, it overrides."""

    name = ""
    secret = ""
    media_type = "text/xml; charset=utf-8"
    ssml = True
    """Whether `<Say>` takes pauses and rates."""

    def turn(self, posted: Posted) -> TurnRequest:
        """The caller's turn: what was recognised, or the keys pressed; neither is silence."""
        fields = posted.fields
        number = fields.get("From", "")
        return TurnRequest(
            sid=known_sid(fields.get("CallSid", ""), "CallSid"),
            turn=Turn(
                key="",
                text=clean(fields.get("SpeechResult", "")).strip(),
                digits="".join(key for key in fields.get("Digits", "")[:MOST_KEYS] if key in KEYS),
                confidence=_confidence(fields.get("Confidence", "")),
            ),
            caller="" if number in WITHHELD else clean(number)[:256],
            dialled=clean(fields.get("To", ""))[:256],
            over_a_line=True,
        )

    def is_over(self, posted: Posted) -> bool:
        return posted.fields.get("CallStatus", "").lower() in FINAL

    def was_answered(self, posted: Posted) -> bool:
        fields = posted.fields
        return fields.get("DialCallStatus") in ("completed", "answered") or fields.get("QueueResult") in ("bridged", "redirected")

    def render(self, reply: Reply) -> bytes:
        voice, response = voice_of(reply.language), VoiceResponse()
        match reply.then:
            case Listen() as listen:
                gather = Gather(**self.gathering(listen, voice))
                self._say(gather if listen.barge_in else response, reply, voice)
                response.append(gather)
                response.redirect(listen.silence_url, method="POST")
            case Dial() as dial:
                self._say(response, reply, voice)
                shown = {"caller_id": dial.caller_id} if dial.caller_id else {}
                response.dial(action=dial.back_url, method="POST", timeout=RING_S, answer_on_bridge=True, **shown).number(dial.number)
            case Fetch(url):
                self._say(response, reply, voice)
                response.redirect(url, method="POST")
            case HangUp():
                self._say(response, reply, voice)
                response.hangup()
            case _:
                assert_never(reply.then)
        # As `to_xml` writes it, at half the cost.
        return b'<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(response.xml(), encoding="unicode").encode()

    def gathering(self, listen: Listen, voice: Voice) -> dict[str, Any]:
        """The attributes of `<Gather>`, as they are written there."""
        hints = ", ".join(hint for one in listen.hints[:MOST_HINTS] if 0 < len(hint := _hint(one)) <= MOST_HINT_CHARACTERS)
        if len(hints) > MOST_HINT_OCTETS // 5:  # it may be, once it is written
            hints = _so_much(hints)
        return {
            "input": "speech dtmf",
            "action": listen.heard_url,
            "method": "POST",
            "timeout": listen.wait_s,
            "speechTimeout": listen.pause_s,
            "language": voice.hears,
            "hints": hints or None,
            "numDigits": listen.digits or None,
        }

    def voice(self, voice: Voice) -> str:
        """The name of a voice, as the provider writes it."""
        return voice.voice

    def _say(self, parent: VoiceResponse | Gather, reply: Reply, voice: Voice) -> None:
        for run in pieces(reply.ssml):
            said = Say(voice=self.voice(voice), language=voice.says)
            if self.ssml:
                _mark(said, run)
            else:
                said.append("".join(piece.text for piece in run))
            parent.append(said)


def _mark(said: Say, run: Sequence[Piece]) -> None:
    """The pieces with pauses between, and what is slow said so."""
    for number, piece in enumerate(run):
        if number:
            said.break_(time=f"{BREAK_MS}ms")
        if piece.slow:
            said.prosody(piece.text, rate="slow")
        else:
            said.append(piece.text)


def _confidence(text: str) -> float | None:
    """The recogniser's, from 0 to 1; None when there is none. Nought is what Google's says when it has none (Speech-to-Text, RecognitionResult)."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found <= 1 else None


def _so_much(hints: str) -> str:
    """The first of many hints, so that what is said beside them fits the document, too."""
    while len(escape(hints).encode()) > MOST_HINT_OCTETS:
        hints = hints[: len(hints) // 2].rpartition(", ")[0]
    return hints


@lru_cache(1024)
def _hint(text: str) -> str:
    """A hint as the list of hints takes it: a comma would make two of it."""
    return " ".join(readable(text).replace(",", " ").split())
