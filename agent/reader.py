"""Reader: the seam for a model that reads what the rules could not.

A reader is asked only when the rules heard nothing. What it returns are acts and values like any other: they pass the same checks and the
same read-back, their provenance names the model, and it never speaks to the caller.
"""

from collections.abc import Sequence
from typing import Protocol

from agent.record.acts import UserAct
from agent.record.call import Call, Turn


class Reader(Protocol):
    async def read(self, call: Call, turn: Turn) -> Sequence[UserAct]:
        """What the turn may do; empty when it cannot be read. Never raises: a model that fails has read nothing."""


class RulesAlone:
    """No second reader."""

    async def read(self, call: Call, turn: Turn) -> Sequence[UserAct]:
        return ()
