"""ConversationRelay's messages: what a provider tells over its WebSocket, and what it can be told.

Source: ConversationRelay: WebSocket messages (twilio.com/docs); ConversationRelay WebSocket channel (developers.telnyx.com).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.telephony.heard import KEYS

MOST_TAG = 35
"""Characters of a language tag (RFC 5646, 4.4.1)."""
Message = dict[str, Any]
"""One of ours, as it is sent."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """The first of a connection: whose call it is."""

    callSid: str  # noqa: N815 - the provider's word
    sessionId: str = ""  # noqa: N815
    caller: str | None = msgspec.field(name="from", default=None)
    dialled: str | None = msgspec.field(name="to", default=None)
    customParameters: dict[str, Any] | None = None  # noqa: N815

    @property
    def language(self) -> str:
        """What `<Parameter name="language">` said; "" for nothing."""
        found = (self.customParameters or {}).get("language")
        return found if isinstance(found, str) and len(found) <= MOST_TAG else ""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller says, or while `last` is false has said so far."""

    voicePrompt: str  # noqa: N815
    last: bool = True


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """One key."""

    digit: str


class Interrupt(msgspec.Struct, frozen=True, kw_only=True):
    """The caller spoke over what we said, and heard so much of it."""

    utteranceUntilInterrupt: str = ""  # noqa: N815


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The provider did not understand something of ours. What it says of it may quote a caller."""


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was subscribed to: who begins to speak ("on"), and who has ended."""

    name: str = ""
    value: Any = None


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Of a type that we do not know."""


Incoming = Setup | Prompt | Keyed | Interrupt | Refused | Info | Other


class _Typed(msgspec.Struct, frozen=True):
    type: str


_type = msgspec.json.Decoder(_Typed).decode
_kinds: Mapping[str, msgspec.json.Decoder[Incoming]] = {
    name: msgspec.json.Decoder(kind)
    for name, kind in (("setup", Setup), ("prompt", Prompt), ("dtmf", Keyed), ("interrupt", Interrupt), ("error", Refused), ("info", Info))
}
_other = Other()


def read(text: str | None) -> Incoming | None:
    """A message; None for what is none: no text, no JSON, of no type, or with something in it that its type does not have."""
    if text is None:
        return None
    try:
        kind = _kinds.get(_type(text).type)
        found = kind.decode(text) if kind else _other
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return None if isinstance(found, Keyed) and found.digit not in KEYS else found


def text(token: str, *, last: bool, tag: str, interruptible: bool, preemptible: bool) -> Message:
    """Something to say. `tag`: its language, BCP 47; `preemptible`: whether what is said next may take its place."""
    return {"type": "text", "token": token, "last": last, "lang": tag, "interruptible": interruptible, "preemptible": preemptible}


def language(tag: str) -> Message:
    """From now on this language is spoken and listened for."""
    return {"type": "language", "ttsLanguage": tag, "transcriptionLanguage": tag}


def end(reason: str = "") -> Message:
    """The connection is over. With a `reason` the call goes on elsewhere, with a person; without one it is over too."""
    if not reason:
        return {"type": "end"}
    return {"type": "end", "handoffData": msgspec.json.encode({"reasonCode": "live-agent-handoff", "reason": reason}).decode()}
