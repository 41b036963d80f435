"""What a caller is asked about an appointment that he has."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.record.call import Call
from agent.record.turn_context import TurnContext
from agent.slots.presenting import named, service_of, spoken
from agent.slots.service import SERVICE
from agent.slots.time import TIME


def asked(call: Call, turn_context: TurnContext, book: Mapping[str, Mapping[str, Any]]) -> str:
    """The question that is open: which appointment it is, what is to be done with it, or whether to do that."""
    errand, words = call.errand, book["common"]["question"]
    if errand is None:
        return ""
    if call.question.kind == "which":
        key = "which_name" if call.question.slots else "which_several" if errand.several else "which"
        return str(words[f"{key}_again" if call.in_vain else key])
    if call.question.kind == "what":
        return str(words["what"])
    begins = datetime.fromtimestamp(errand.start, UTC).astimezone(ZoneInfo(call.brief.time_zone))
    service = service_of(call)
    values = {
        SERVICE.name: named(service, call.language) if service else errand.service,
        TIME.name: spoken(call, TIME.name, begins.isoformat(), turn_context),
        "wish": _spoken(call, TIME.name, turn_context) if TIME.name in errand.changes else "",
    }
    signs = book["common"]["list"]
    items = [(name, _spoken(call, name, turn_context).rstrip(".。")) for name in errand.changes]
    values["list"] = signs["sentence"].join(book[name]["item"].format(value=value) for name, value in items if value)
    return str(words[f"errand_{errand.want}"]).format_map(values)


def _spoken(call: Call, slot: str, turn_context: TurnContext) -> str:
    """The new value, whether it waits for a yes or has had one; slowly when it was denied before."""
    state = call.slot(slot)
    value = state.pending or state.value
    return spoken(call, slot, value, turn_context, slow=bool(state.denied)) if value else ""
