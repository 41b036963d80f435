"""What can go wrong with a call, beside the store.

GraphError
├── CallNotFound    there is no such call
└── FieldRefused    a field from outside did not pass the slot's own check
"""


class GraphError(Exception):
    """Any failure of a step. Messages name the call, never what the caller said."""


class CallNotFound(GraphError):
    """There is no such call."""


class FieldRefused(GraphError):
    """A value from outside was refused; `reason` is a member of `agent.record.reasons.Reason` or another code of one word."""

    def __init__(self, slot: str, reason: str) -> None:
        super().__init__(f"{slot}: {reason}")
        self.slot, self.reason = slot, reason
