"""What the providers have in common that speak TwiML: the names of their fields, and the documents they are answered with.

Source: TwiML for Programmable Voice (twilio.com/docs), the pages Gather, Say, Dial and Redirect; SignalWire's cXML and Telnyx' TeXML are dialects.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, assert_never
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import msgspec
from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from agent.record.call import Turn
from agent.record.language_tags import language_of
from api.bodies import clean, known_sid
from api.telephony.heard import FINAL, RING_S, confidence, hints, keys, number_of
from api.telephony.posted import FORM
from api.telephony.provider import Connect, Dial, Fetch, HangUp, Leg, Listen, Posted, Reply
from api.telephony.speaking import BREAK_MS, Piece, pieces
from graph.state import TurnRequest

MOST_HINT_OCTETS = 20_000


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
    posts = FORM
    media_type = "text/xml; charset=utf-8"
    ssml = True
    """Whether `<Say>` takes pauses and rates."""

    def leg(self, posted: Posted) -> Leg:
        fields = posted.fields
        return Leg(sid=fields.get("CallSid", ""), caller=fields.get("From", ""), dialled=fields.get("To", ""), language=fields.get("Language", ""))

    def turn(self, posted: Posted) -> TurnRequest:
        """The caller's turn: what was recognised, or the keys pressed; neither is silence."""
        fields = posted.fields
        return TurnRequest(
            sid=known_sid(fields.get("CallSid", ""), "CallSid"),
            turn=Turn(
                key="",
                text=clean(fields.get("SpeechResult", "")).strip(),
                digits=keys(fields.get("Digits", "")),
                confidence=confidence(fields.get("Confidence", "")),
            ),
            caller=number_of(fields.get("From", "")),
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
            case Connect() as connect:
                self._say(response, reply, voice)
                relay = response.connect(action=connect.back_url, method="POST").conversation_relay(**self.relaying(connect, reply.language, voice))
                if connect.language:
                    relay.parameter(name="language", value=connect.language)
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
        return {
            "input": "speech dtmf",
            "action": listen.heard_url,
            "method": "POST",
            "timeout": listen.wait_s,
            "speechTimeout": listen.pause_s,
            "language": voice.hears,
            "hints": _listed(listen.hints) or None,
            "numDigits": listen.digits or None,
        }

    def relaying(self, connect: Connect, tag: str, voice: Voice) -> dict[str, Any]:
        """The attributes of `<ConversationRelay>`. What may be interrupted each text says itself; what may not be is not listened over either."""
        return {
            "url": connect.url,
            "language": tag,
            "ttsProvider": "Amazon",
            "voice": voice.voice.removeprefix("Polly."),
            "interruptible": "any",
            "reportInputDuringAgentSpeech": "none",
            "dtmfDetection": True,
            "partialPrompts": True,
            "profanityFilter": False,
            "events": "speaker-events",
            "hints": _listed(connect.hints) or None,
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


def _listed(some: Sequence[str]) -> str:
    listed = ", ".join(hints(some))
    return _so_much(listed) if len(listed) > MOST_HINT_OCTETS // 5 else listed  # it may be too much, once it is written


def _so_much(listed: str) -> str:
    """The first of many hints, so that what is said beside them fits the document, too."""
    while len(escape(listed).encode()) > MOST_HINT_OCTETS:
        listed = listed[: len(listed) // 2].rpartition(", ")[0]
    return listed
