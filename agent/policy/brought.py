"""What a call is told of a delivery that was tried: events for those who watch, and how it stands with the mail about its booking.

begun      the first try failed, and there will be others     tool_status
taken      it has arrived                                     tool_result, success; of a mail `confirmEmailsent` is true from now on
returned   it will never arrive                               tool_result, failure; of a mail every supervisor hears of it: "the mail came back"
late       it was not sent, and is of no use any more         tool_result, failure, with the status "late"; nobody has to see to it
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from agent.dst.updates import Update
from agent.policy.owed import concerns
from agent.record.call import Call
from agent.record.call_events import ToolState, tool
from agent.record.delivery import Delivery

replace = msgspec.structs.replace


_STATES: Mapping[str, ToolState] = {"taken": "done", "returned": "failed", "late": "late"}


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """How a try to bring a delivery went."""

    delivery: Delivery
    result: Literal["begun", "taken", "returned", "late"]
    first: bool
    """Whether nothing was tried before: nobody has heard that it began."""
    began: float
    """When the try began: Unix seconds."""
    ms: float
    """How long it took."""
    why: str = ""
    """Why it failed, as a code."""


def brought(call: Call, tried: Brought) -> Update:
    """The call after it was told; the same call where there is nothing to tell."""
    delivery = tried.delivery
    newest = delivery.body.get("revision", 0) >= call.confirmation.revision
    counts = delivery.kind == "mail" and tried.result != "begun" and concerns(call, delivery.body) and newest
    events = []
    if tried.first and tried.result != "late":
        events.append(tool(call, delivery.kind, "started", tried.began, occasion=delivery.occasion))
    if tried.result != "begun":
        told: dict[str, Any] = {"occasion": delivery.occasion, "ms": round(tried.ms, 3), **({"reason": tried.why} if tried.why else {})}
        events.append(tool(call, delivery.kind, _STATES[tried.result], tried.began + tried.ms / 1000, **told))
    if not events:
        return Update(call=call)
    if counts and tried.result != "begun":
        why = tried.why if tried.result == "returned" else ""
        call = replace(call, confirmation=replace(call.confirmation, mail=tried.result, why=why))
    return Update(call=call, events=tuple(events))
