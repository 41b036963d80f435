"""What supervisors are told. Each event is one JSON envelope: {"type", "payload", "timestamp", "source"}."""

from typing import Any, Literal

import msgspec

Type = Literal[
    "connected",
    "history",
    "progress",
    "new_message",
    "taken_back",
    "client_updated",
    "status_change",
    "transfer_request",
    "permission_request",
    "permission_cleared",
    "tool_status",
    "tool_result",
    "heartbeat",
    "reset",
]

FOR_EVERYONE = frozenset({"status_change", "transfer_request", "permission_request", "permission_cleared"})
"""Events that every supervisor hears of, whoever they concern."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    type: Type
    payload: dict[str, Any]
    timestamp: float
    """Unix seconds."""
    source: str = "agent"
    degraded: bool | msgspec.UnsetType = msgspec.UNSET
    """True of what a process tells while nothing can be kept: it stands in no log."""
