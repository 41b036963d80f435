"""What one utterance came to, and what is to be said about it: small tagged values that survive storage."""

import msgspec

from agent.acts import Act

RESTORE = "restore"
"""The detail of a correction that takes the value held before for the right one."""


class Inform(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The caller gave a value for a slot, or a part of one."""

    slot: str
    value: str
    rule: str
    words: str
    whole: bool = True
    options: tuple[str, ...] = ()
    patch: bool = False
    against: bool = False
    """Whether it was said with a "no": then the same value again is no yes, but one that we did not hear right."""
    asked: bool = True
    """Whether this slot had been asked for or read back."""
    sure: float = 0.5
    evidence: tuple[str, ...] = ()
    """Every value that any of the recogniser's hypotheses may have meant."""


class Did(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The caller did something that is no value. With `slots`, it is about those: a yes to their read-back, "why do you need that"."""

    act: Act
    slots: tuple[str, ...] = ()
    detail: str = ""


class NoMatch(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something was said that we could not use."""

    long: bool = False
    """It was too much to be read in one turn."""


class NoInput(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Silence."""


Taken = Inform | Did | NoMatch | NoInput


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to say before the next question. `key` picks the wording in `prompts/`, `values` fill it."""

    key: str
    slot: str = ""
    values: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
