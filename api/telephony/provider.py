"""The seam between a telephone provider and the service: what a provider has to know, and the few things a telephone can be told to do."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from graph.state import TurnRequest


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came."""

    step: str
    """What is asked for: "voice", "turn", "status"."""
    method: str
    urls: Sequence[str]
    """The URLs that the provider may have called and signed, as the settings have them: never what the request says of itself."""
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    """By lower-case names."""
    kind: str
    """The media type of the body, in lower case."""
    body: bytes
    pairs: Sequence[tuple[str, str]]
    """The fields of a form, as they came, empty ones and repeated ones too."""
    fields: Mapping[str, str]
    """The fields to read: of the form, of a JSON body those that are texts, or for GET of the query."""
    content: Mapping[str, Any] = {}
    """A JSON body whole; {} for any other."""


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """Whose telephone it is, in the provider's own writing: nothing of it is checked, and any of it may be ""."""

    sid: str = ""
    """What the provider calls the call."""
    caller: str = ""
    """The number rung from."""
    dialled: str = ""
    """The number that was rung."""
    language: str = ""
    """BCP 47: what the recogniser says is spoken."""


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """Hear the caller, and bring what was heard."""

    heard_url: str
    silence_url: str
    """Where to go on when nothing was heard."""
    hints: Sequence[str] = ()
    digits: int = 0
    """How many keys the answer has; 0: any number."""
    pause_s: int = 1
    """Silence that ends what is said."""
    wait_s: int = 5
    """How long to wait for the caller to begin, and for the next key."""
    barge_in: bool = True
    """Whether the caller may speak while we do."""


class Dial(msgspec.Struct, frozen=True, kw_only=True):
    """Put the caller through to a person, who is a number of the business's file and of nothing else."""

    number: str
    """E.164."""
    back_url: str
    """Where to go on when the call with that person is over, or nobody answered."""
    caller_id: str = ""
    """The number to show; "": the caller's own."""
    dialled: str = ""
    """The number that the caller rang, for those who can show no other than the business's own; "" when it is none in E.164."""


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """Go on over a WebSocket, on which both sides may speak at any time."""

    url: str
    """wss."""
    back_url: str
    """Where to go on when it has ended."""
    language: str = ""
    """What whoever opens it is to be told of the caller's language; "" for nothing."""
    hints: Sequence[str] = ()


class Fetch(msgspec.Struct, frozen=True):
    """Ask there for what follows."""

    url: str


class HangUp(msgspec.Struct, frozen=True):
    pass


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the telephone is to say, and then to do."""

    ssml: str = ""
    """A `<speak>` document as `agent.nlg.speech` makes it; "" says nothing."""
    language: str = ""
    """BCP 47, as the business writes it: "en-AU"."""
    switched: bool = False
    """Whether that is another language than the business's first, for which a telephone may have a voice set."""
    then: Listen | Dial | Connect | Fetch | HangUp = HangUp()


class Provider(Protocol):
    """One provider, whole."""

    @property
    def name(self) -> str:
        """The first part of its paths."""

    @property
    def secret(self) -> str:
        """The field of `api.settings.Settings` that holds what it signs with."""

    @property
    def posts(self) -> str:
        """The media type of what it posts."""

    @property
    def media_type(self) -> str:
        """Of what it is answered with."""

    def verified(self, posted: Posted, secret: str, now: float) -> bool:
        """Whether it was sent by whoever has the secret. `now`: Unix seconds, where the signature has an age. Raises nothing, whatever was sent."""

    def signed(self, secret: str, url: str, body: bytes, now: float) -> Mapping[str, str] | None:
        """The headers by which `verified` takes a post of `body` (of the type `posts`) to `url`; None where nobody but the provider can make them."""

    def leg(self, posted: Posted) -> Leg:
        """Whose telephone it is. Raises nothing, whatever was sent."""

    def turn(self, posted: Posted) -> TurnRequest:
        """The caller's turn, without its `turn_id`. Raises Problem when it names no call."""

    def is_over(self, posted: Posted) -> bool:
        """Whether it says that the caller's line has ended."""

    def was_answered(self, posted: Posted) -> bool:
        """Whether it says that a person who was dialled, or queued for, has spoken with the caller."""

    def render(self, reply: Reply) -> bytes:
        """The reply as the provider takes it, within its limits."""
