"""Dialogue acts: what the caller does with an utterance besides giving a value."""

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
    """A question that no other act names; `detail` holds its words. Rules: "ask"; "leave", when it asks for something to be done ("can I have
    a receipt"); "but", behind a "but", so that a yes before it may be taken back."""
    ASK_HELD = "ask_held"
    """What do you have so far; did you get my number?"""
    SAME_NUMBER = "same_number"
    """The number I am calling from."""
    LANGUAGE = "language"
    """Another language, please; `detail` is its code ("zh", "en") or its name when we do not speak it."""
    BACKCHANNEL = "backchannel"
    """"mm-hm", "uh-huh", "okay" said while listening: no answer by itself."""
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"


class HeardAct(msgspec.Struct, frozen=True, kw_only=True):
    """One act that an utterance does."""

    act: Act
    rule: str
    """Which rule read it; never the caller's words."""
    span: tuple[int, int] = (0, 0)
    """Where in `said.text` its words stand."""
    detail: str = ""
