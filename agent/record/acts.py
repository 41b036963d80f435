"""What one utterance came to, and what is to be said about it: small tagged values that survive storage."""

from enum import StrEnum

import msgspec


class Act(StrEnum):
    """What a caller does. The value is its label in logs, traces and measurements."""

    AFFIRM = "affirm"
    """Yes, that is right."""
    DENY = "deny"
    """No, that is wrong."""
    CORRECTION = "correction"
    """Something I said, or you understood, must be changed; `detail` names the slot when it was said."""
    REPEAT = "repeat"
    """Say that again."""
    HOLD_ON = "hold_on"
    """One moment."""
    CANCEL = "cancel"
    """Stop, forget the whole thing."""
    HANDOFF = "handoff"
    """I want a person."""
    EMERGENCY = "emergency"
    """One of the business's emergency words."""
    DONT_KNOW = "dont_know"
    DONT_CARE = "dont_care"
    """Any will do."""
    REFUSE = "refuse"
    """I'd rather not say; skip that."""
    START_OVER = "start_over"
    GO_BACK = "go_back"
    """The step before."""
    HELP = "help"
    """What can you do, help me."""
    WHY = "why"
    """Why do you need that? `detail` names the slot when it was said."""
    ASK_SERVICES = "ask_services"
    """What do you offer?"""
    ASK_PRICE = "ask_price"
    ASK_HOURS = "ask_hours"
    """When are you open; `detail` holds the words that may name a day."""
    ASK_LENGTH = "ask_length"
    """How long does it take?"""
    ASK = "ask"
    """A question that no other act names; `detail` holds its words."""
    ASK_HELD = "ask_held"
    """What do you have so far; did you get my number?"""
    SAME_NUMBER = "same_number"
    """The number I am calling from."""
    APPOINTMENT = "appointment"
    """Something is wanted of an appointment that the caller has; `detail` says what: "hear", "move", "cancel", "correct"."""
    REFERENCE = "reference"
    """The reference of an appointment, in `detail`."""
    LANGUAGE = "language"
    """Another language, please; `detail` is its code ("zh", "en") or its name when we do not speak it."""
    BACKCHANNEL = "backchannel"
    """"mm-hm", "uh-huh", "okay" said while listening: no answer by itself."""
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"


class ValueKind(StrEnum):
    """What a value is, where it is not simply the value of its slot. Each is called as the rule that reads it was called before kinds were kept."""

    SOONEST = "soonest"
    """A day, a part of it, or "", in which any time will do: "as soon as possible", "what do you have on Friday"."""
    AFTER = "after"
    """A moment after which any time will do."""
    BEFORE = "before"
    """A moment before which any time will do."""
    RANGE = "range"
    """The start of the times that would do: "between two and four"."""
    EXCLUDED = "excluded"
    """What stays of the time held, or of the options, when it was only said what is not meant: "not Friday"; "" when nothing stays."""
    OVERHEARD = "overheard"
    """What may have been meant while something else was asked: kept, and offered when its slot's turn comes."""
    CALLERS_NUMBER = "caller_id"
    """The number the caller rings from, which no recogniser can have misheard."""


WINDOWS = frozenset({ValueKind.SOONEST, ValueKind.AFTER, ValueKind.BEFORE})
"""No point in time: free times are to be looked for around it."""
_KINDS_BY_RULE = {kind.value: kind for kind in ValueKind}


class Inform(msgspec.Struct, frozen=True, kw_only=True, tag="Inform"):
    """The caller gave a value for a slot, or a part of one."""

    slot: str
    value: str
    rule: str
    """Which rule read it: provenance, shown in traces, never compared."""
    words: str
    whole: bool = True
    options: tuple[str, ...] = ()
    patch: bool = False
    against: bool = False
    """Whether it was said with a "no": then the same value again is no yes, but one that we did not hear right."""
    asked: bool = True
    """Whether this slot had been asked for or read back."""
    confidence: float = msgspec.field(default=0.5, name="sure")
    evidence: tuple[str, ...] = ()
    """Every value that any of the recogniser's hypotheses may have meant."""
    kind: ValueKind | msgspec.UnsetType = msgspec.UNSET
    """Unset, and not written, when it is simply a value of the slot."""

    def __post_init__(self) -> None:
        if self.kind is msgspec.UNSET and (kind := _KINDS_BY_RULE.get(self.rule)):  # a turn left open before kinds were kept
            msgspec.structs.force_setattr(self, "kind", kind)


class DialogueActKind(StrEnum):
    """What an act is, where its name does not say it all. Each is called as it was kept in `slots` or `detail` before kinds were."""

    ASKED_FOR = "asked"
    """Of a language: asked for, not simply spoken."""
    BOTH = "both"
    """Of a call for help: all of the services offered, of which one can be booked at a time."""
    RESTORE = "restore"
    """Of a correction: the value held before was right."""
    PERHAPS = "perhaps"
    """Of an appointment: it may be about this call instead."""
    AFTER = "after"
    """Of an appointment: wanted after what was said before it; `detail` is the caller's words."""


class DialogueAct(msgspec.Struct, frozen=True, kw_only=True, tag="Did"):
    """The caller did something that is no value. With `slots`, it is about those: a yes to their read-back, "why do you need that"."""

    act: Act
    slots: tuple[str, ...] = ()
    detail: str = ""
    kind: DialogueActKind | msgspec.UnsetType = msgspec.UNSET
    """Unset, and not written, when the act says it all."""
    reason: str | msgspec.UnsetType = msgspec.UNSET
    """Of the wish to cancel an appointment: why, in the caller's words. Unset where he gave no reason."""

    def __post_init__(self) -> None:
        if self.slots in (("asked",), ("both",)):  # a turn left open before kinds were kept
            msgspec.structs.force_setattr(self, "kind", DialogueActKind(self.slots[0]))
            msgspec.structs.force_setattr(self, "slots", ())
        elif self.act is Act.CORRECTION and self.detail == DialogueActKind.RESTORE:
            msgspec.structs.force_setattr(self, "kind", DialogueActKind.RESTORE)
            msgspec.structs.force_setattr(self, "detail", "")


class NoMatch(msgspec.Struct, frozen=True, kw_only=True, tag="NoMatch"):
    """Something was said that we could not use."""

    long: bool = False
    """It was too much to be read in one turn."""


class NoInput(msgspec.Struct, frozen=True, kw_only=True, tag="NoInput"):
    """Silence."""


UserAct = Inform | DialogueAct | NoMatch | NoInput


class SystemAct(msgspec.Struct, frozen=True, kw_only=True):
    """Something to say before the next question. `key` picks the wording in `prompts/`, `values` fill it."""

    key: str
    slot: str = ""
    values: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
