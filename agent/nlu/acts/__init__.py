"""Dialogue acts: what the caller does with an utterance besides giving a value."""

import msgspec

from agent.record.acts import Act


class ActCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """One act that an utterance does."""

    act: Act
    rule: str
    """Which rule read it; never the caller's words."""
    span: tuple[int, int] = (0, 0)
    """Where in `utterance.text` its words stand."""
    detail: str = ""
