"""What a slot is given to listen with, and what it may answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from agent.record.acts import ValueKind
from agent.record.business import Service


class OpenQuestion(StrEnum):
    """The kind of question that was open when the caller spoke; but for the first and the offer, as the call's record has it."""

    UNKNOWN = "unknown"
    """There is no call: a single utterance is measured, or a value is only checked or spoken."""
    NONE = "none"
    ASK = "ask"
    OFFER = "offer"
    """A number is asked for, and the one the caller rings from is offered."""
    READ_BACK = "read_back"
    CHOICE = "choice"
    SUMMARY = "summary"
    CHANGE = "change"
    """What is to be corrected."""
    LEAVE = "leave"
    """Whether to end the call."""
    RESUME = "resume"
    """Whether to go on with an earlier call."""
    WHICH = "which"
    """Which appointment the call is about."""
    WHAT = "what"
    """What is to be done with it."""
    ERRAND = "errand"
    """Whether to do that."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the slot that listens holds so far, in its own form; each "" or () for nothing."""

    value: str = ""
    """Whole, pending or filled: what "the last two digits are four two" patches."""
    partial: str = ""
    """What was heard so far and is not whole yet: "0412" of a phone number, "2026-03-04" or "14:30" of a time, "12 High Street"."""
    part: str = ""
    """The part of the value that was asked for: "town", "number". It may be said without any word around it."""
    options: tuple[str, ...] = ()
    """The values just named to choose from, in order: "the second one" counts in them, "anything later" is after the last."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the listener knows before a word is said."""

    language: str = "en"
    """The call's language: "en" or "zh". A turn with Chinese characters is read as Mandarin whatever stands here."""
    region: str = "US"
    """ISO 3166; decides numbering plan, day and month order, states, street types."""
    home: str = ""
    """A number of the business, E.164: numbers said without an area code are of its area. "" when unknown."""
    now: datetime
    """The caller's "now", in the business's zone (aware), or naive local time when measuring."""
    question: OpenQuestion = OpenQuestion.UNKNOWN
    asked: frozenset[str] = frozenset()
    """The slots we had just asked for or read back: {"phone"}."""
    prompt: str = ""
    """The words of our last sentence, where they are all that is known of the question: outside a call."""
    services: Sequence[Service] = ()
    opening: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    """The business's opening hours (see Business.opening_hours): they may decide between morning and evening."""
    near: str = ""
    """The state or province the business is in ("VIC"), "" when unknown: a town that several states have is taken to be there."""
    held: Held = Held()

    @property
    def in_call(self) -> bool:
        """Whether it is known what was asked, if anything."""
        return bool(self.asked) or self.question is not OpenQuestion.UNKNOWN

    def asks(self, slot: str) -> bool:
        """Whether a bare value would be an answer for `slot`: it was asked for, or nobody knows what was asked."""
        return slot in self.asked or not self.in_call


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One value that an utterance may hold."""

    value: str
    """In the slot's canonical form; not whole: the part of it that was heard."""
    rule: str
    """Which rule read it, e.g. "digits" or "cue": provenance, shown in traces, never compared; never holds the caller's words."""
    kind: ValueKind | msgspec.UnsetType = msgspec.UNSET
    """Unset when it is simply a value of the slot."""
    span: tuple[int, int] = (0, 0)
    """Where in `utterance.text` it stands, cue words included: other slots do not listen there once it is taken."""
    confidence: float = 0.5
    """How plainly the words alone make it this slot's value, from 0 to 1, whatever was asked.

    From 0.8 it is taken when another slot was asked ("my name is Mary", ten digits in a row, "a@b.com"); below, only when this slot was asked.
    """
    whole: bool = True
    """False: a part of a value; the rest is to be asked for."""
    options: tuple[str, ...] = ()
    """The values it may mean when it is ambiguous ("at six"): to be asked, never guessed. `value` is the likelier one."""
    parts: Mapping[str, str] = msgspec.field(default_factory=dict)
    patch: bool = False
    """True: `context.held.value` with a part of it edited ("the last two digits are four two")."""
