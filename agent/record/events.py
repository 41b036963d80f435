"""What supervisors are told. Each event is one JSON envelope: {"type", "payload", "timestamp", "source"}."""

from collections.abc import Mapping
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

_FOR_EVERYONE = frozenset({"status_change", "transfer_request", "permission_request", "permission_cleared"})


def is_for_everyone(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether every supervisor hears of an event, whoever it concerns: a mail that came back is somebody's to see to."""
    came_back = kind == "tool_result" and payload.get("tool") == "mail" and payload.get("success") is False and payload.get("status") != "late"
    return kind in _FOR_EVERYONE or came_back


class Event(msgspec.Struct, frozen=True, kw_only=True):
    type: Type
    payload: dict[str, Any]
    timestamp: float
    """Unix seconds."""
    source: str = "agent"
    degraded: bool | msgspec.UnsetType = msgspec.UNSET
    """True of what a process tells while nothing can be kept: it stands in no log."""
