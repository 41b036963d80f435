"""TwiML as a carrier reads it: what is legal, and what it says and does."""

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

MOST_OCTETS, MOST_SAID, MOST_QUOTED = 65_536, 3_000, 4_500
SSML = {"break": {"time", "strength"}, "prosody": {"rate"}, "say-as": {"interpret-as"}}
ATTRIBUTES: dict[str, set[str]] = {
    "Response": set(),
    "Say": {"voice", "language", "loop"},
    "Play": {"loop"},
    "Pause": {"length"},
    "Gather": {
        *("action", "method", "input", "timeout", "speechTimeout", "speechModel", "language", "hints", "numDigits", "finishOnKey"),
        *("profanityFilter", "enhanced", "actionOnEmptyResult", "partialResultCallback"),
    },
    "Redirect": {"method"},
    "Hangup": set(),
    "Dial": {"action", "method", "timeout", "answerOnBridge", "callerId", "timeLimit"},
    "Number": {"statusCallback", "statusCallbackEvent"},
    "Enqueue": {"action", "waitUrl"},
    "Connect": {"action", "method"},
    "ConversationRelay": {
        *("url", "welcomeGreeting", "language", "ttsProvider", "voice", "interruptible", "reportInputDuringAgentSpeech", "dtmfDetection"),
        *("partialPrompts", "profanityFilter", "events", "hints"),
    },
    "Parameter": {"name", "value"},
}
INSIDE: dict[str, set[str]] = {
    "Response": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Dial", "Enqueue", "Connect"},
    "Gather": {"Say", "Play", "Pause"},
    "Say": set(SSML),
    "prosody": {"break"},
    "Dial": {"Number"},
    "Connect": {"ConversationRelay"},
    "ConversationRelay": {"Parameter"},
}


class IllegalError(Exception):
    """A document that a carrier refuses."""


def parsed(text: str) -> ET.Element:
    """The document. Raises IllegalError with what is wrong."""
    if len(text.encode()) > MOST_OCTETS:
        raise IllegalError("too large")
    if "<!DOCTYPE" in text:
        raise IllegalError("a DTD")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise IllegalError(str(error)) from None
    if root.tag != "Response":
        raise IllegalError("no Response")
    _check(root)
    return root


def _check(element: ET.Element) -> None:
    known = ATTRIBUTES.get(element.tag) if element.tag in ATTRIBUTES else SSML.get(element.tag)
    if known is None or not set(element.attrib) <= known:
        raise IllegalError(f"{element.tag} {sorted(element.attrib)}")
    match element.tag:
        case "Say":
            words = "".join(element.itertext())
            if len(words) > MOST_SAID or len(quote(words)) > MOST_QUOTED:
                raise IllegalError("said too long")
        case "Gather":
            hints = [hint.strip() for hint in element.get("hints", "").split(",")]
            if len(hints) > 500 or any(len(hint) > 100 for hint in hints):
                raise IllegalError("hints")
            if element.get("speechModel") and element.get("speechTimeout") == "auto":
                raise IllegalError("a model wants a number of seconds")
        case "ConversationRelay":
            if not element.get("url", "").startswith("wss://"):
                raise IllegalError("no wss")
    for child in element:
        if child.tag not in INSIDE.get(element.tag, set()):
            raise IllegalError(f"{child.tag} in {element.tag}")
        _check(child)


class Document(msgspec.Struct, frozen=True):
    """What a document comes to."""

    said: str
    """All that is said, without its marks."""
    gather: dict[str, str] | None = None
    barge_in: bool = False
    """Whether all that is said can be interrupted."""
    redirect: str = ""
    number: str = ""
    dial: dict[str, str] | None = None
    hangs_up: bool = False
    slow: str = ""
    """What of it is said slowly."""
    relay: dict[str, str] | None = None
    """What opens a WebSocket, with what it is told there in "parameters", as a query, and the URL for afterwards in "action"."""


def read(text: str) -> Document:
    """A legal document. Raises IllegalError."""
    root = parsed(text)
    gather, dial = root.find("Gather"), root.find("Dial")
    number = root.find("Dial/Number")
    connect, relay = root.find("Connect"), root.find("Connect/ConversationRelay")
    parameters = [] if relay is None else [(one.get("name", ""), one.get("value", "")) for one in relay.findall("Parameter")]
    inside: list[Any] = [] if gather is None else gather.findall("Say")
    return Document(
        said="".join("".join(say.itertext()) for say in root.iter("Say")),
        gather=None if gather is None else dict(gather.attrib),
        barge_in=bool(inside) and not root.findall("Say"),
        redirect=root.findtext("Redirect", ""),
        number="" if number is None else number.text or "",
        dial=None if dial is None else dict(dial.attrib),
        hangs_up=root.find("Hangup") is not None,
        slow="".join("".join(slow.itertext()) for slow in root.iter("prosody")),
        relay=None
        if connect is None or relay is None
        else {**relay.attrib, "action": connect.get("action", ""), "parameters": urlencode(parameters)},
    )
