"""What a telephone at a provider posts, and how it reads what it is told: for calls that are only played (`simulate.py`)."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode
from xml.etree import ElementTree

import msgspec

from api.telephony.posted import FORM, JSON

CONFIDENCE = 0.93
"""How sure the recogniser is said to be."""
Fields = Mapping[str, Any]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a telephone was told."""

    said: str = ""
    heard_url: str = ""
    """Where what is heard is posted; "" when nobody is listened to."""
    silence_url: str = ""
    hints: Sequence[str] = ()
    language: str = ""
    number: str = ""
    """Whom to dial."""
    back_url: str = ""
    fetch_url: str = ""
    socket_url: str = ""
    """Where the call goes on over a WebSocket, as it is signed; `back_url` is where to go on afterwards."""
    setup: Fields = {}
    """The first message over it."""


class Telephone(Protocol):
    """A telephone of one call, in a provider's writing."""

    kind: str
    """The media type of what it posts."""

    def ringing(self) -> Fields: ...

    def spoken(self, words: str) -> Fields: ...

    def keyed(self, keys: str) -> Fields: ...

    def silent(self) -> Fields: ...

    def nobody_there(self) -> Fields: ...

    def ended(self) -> Fields: ...

    def written(self, fields: Fields) -> bytes:
        """What is posted of one of these."""

    def read(self, text: str) -> Told:
        """Raises ValueError when that says nothing to a telephone."""


class OfTwiml:
    """At Twilio, and those that speak as it does."""

    kind = FORM

    def __init__(self, caller: str, dialled: str) -> None:
        self._call = {"CallSid": f"CA{uuid.uuid4().hex}", "From": caller, "To": dialled, "Direction": "inbound", "CallStatus": "in-progress"}

    def ringing(self) -> Fields:
        return {"CallStatus": "ringing"}

    def spoken(self, words: str) -> Fields:
        return {"SpeechResult": words, "Confidence": str(CONFIDENCE)}

    def keyed(self, keys: str) -> Fields:
        return {"Digits": keys}

    def silent(self) -> Fields:
        return {}

    def nobody_there(self) -> Fields:
        return {"DialCallStatus": "busy"}

    def ended(self) -> Fields:
        return {"CallStatus": "completed", "SequenceNumber": "3", "CallbackSource": "call-progress-events"}

    def written(self, fields: Fields) -> bytes:
        return urlencode({**self._call, **fields}).encode()

    def read(self, text: str) -> Told:
        try:
            heard = ElementTree.fromstring(text)  # noqa: S314 - the service's own words
        except ElementTree.ParseError as error:
            raise ValueError("no TwiML") from error
        gather, dial, redirect = heard.find("Gather"), heard.find("Dial"), heard.findtext("Redirect", "")
        listening = {} if gather is None else gather.attrib
        relay = heard.find("Connect/ConversationRelay")
        if relay is not None:
            return Told(
                language=relay.get("language", ""), back_url=heard[0].get("action", ""), socket_url=relay.get("url", ""), setup=self._setup(relay)
            )
        return Told(
            said="".join("".join(say.itertext()) for say in heard.iter("Say")),
            heard_url=listening.get("action", ""),
            silence_url=redirect if listening else "",
            hints=listening.get("hints", "").split(", "),
            language=listening.get("language", ""),
            number="" if dial is None else dial.findtext("Number", ""),
            back_url="" if dial is None else dial.get("action", ""),
            fetch_url="" if listening else redirect,
        )

    def _setup(self, relay: ElementTree.Element) -> Fields:
        parameters = {one.get("name", ""): one.get("value", "") for one in relay.iter("Parameter")}
        told = {"type": "setup", "sessionId": "VXsimulated", "callSid": self._call["CallSid"], "direction": "inbound"}
        return {**told, "from": self._call["From"], "to": self._call["To"], "customParameters": parameters}


class OfJambonz:
    kind = JSON

    def __init__(self, caller: str, dialled: str) -> None:
        self._call = {"call_sid": str(uuid.uuid4()), "from": caller, "to": dialled, "direction": "inbound", "call_status": "in-progress"}

    def ringing(self) -> Fields:
        return {"call_status": "trying"}

    def spoken(self, words: str) -> Fields:
        return {"reason": "speechDetected", "speech": {"is_final": True, "alternatives": [{"transcript": words, "confidence": CONFIDENCE}]}}

    def keyed(self, keys: str) -> Fields:
        return {"reason": "dtmfDetected", "digits": keys}

    def silent(self) -> Fields:
        return {"reason": "timeout"}

    def nobody_there(self) -> Fields:
        return {"dial_call_status": "busy", "dial_sip_status": 486}

    def ended(self) -> Fields:
        return {"call_status": "completed", "duration": 60}

    def written(self, fields: Fields) -> bytes:
        return json.dumps({**self._call, **fields}).encode()

    def read(self, text: str) -> Told:
        verbs = {verb["verb"]: verb for verb in json.loads(text)}
        gather, dial = verbs.get("gather", {}), verbs.get("dial", {})
        said = [verb.get("text", "") for verb in (verbs.get("say", {}), gather.get("say", {}))]
        recognizer = gather.get("recognizer", {})
        return Told(
            said="".join("".join(text) for text in said),
            heard_url=gather.get("actionHook", ""),
            silence_url=gather.get("actionHook", ""),
            hints=recognizer.get("hints", ()),
            language=recognizer.get("language", ""),
            number=next((target["number"] for target in dial.get("target", ())), ""),
            back_url=dial.get("actionHook", ""),
            fetch_url="" if gather else verbs.get("redirect", {}).get("actionHook", ""),
        )


def telephone(kind: str, caller: str, dialled: str) -> Telephone:
    """One whose provider posts bodies of that type."""
    return OfJambonz(caller, dialled) if kind == JSON else OfTwiml(caller, dialled)
