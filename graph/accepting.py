"""Values that did not come from the caller, put into the slot's own form by the same rules as a caller's words, or refused.

A supervisor's value is refused for whatever a caller's would be. What another system had in its document before the call is vouched for by that
system: an address that lacks its suburb stays as it was written and is not asked again. Only what is no value at all (a placeholder, a number that
cannot be rung, a service that is not offered) counts as not filled.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent import calendar
from agent.call import Call, SlotState
from agent.hearing import Context
from agent.reasons import Reason
from agent.slots import SLOTS
from agent.slots.names import NAMES
from agent.text import Said
from graph.errors import FieldRefused

replace = msgspec.structs.replace

SHORTEST_TIME = len("2026-03-02T09:00")
VOUCHED_FOR = frozenset(
    {("name", Reason.TOO_SHORT), ("address", Reason.NO_NUMBER), ("address", Reason.NO_SUBURB), ("address", Reason.POSTCODE_STATE)},
)
"""What another system's value may lack: a person can still make something of it."""


def context_of(call: Call, name: str, now: datetime) -> Context:
    """What the slot knows when it reads a value for `name` alone. `now`: aware."""
    here = now.astimezone(ZoneInfo(call.brief.time_zone))
    return Context(language=call.language, region=call.brief.region, now=here, asked=frozenset({name}), services=call.brief.services)


def accepted(call: Call, name: str, value: str, now: datetime) -> str:
    """The value in the slot's form; a time with the business's offset, not yet held against the calendar. Raises FieldRefused."""
    if name == "time":
        start = calendar.localise(value, call.brief.time_zone)
        if start is None or len(value) < SHORTEST_TIME:
            raise FieldRefused("time", Reason.NOT_A_TIME.value)
        return start.isoformat()
    slot, context = SLOTS[name], context_of(call, name, now)
    heard = [one.value for one in slot.hear(Said(value), context) if one.whole and not one.options]
    form = heard[0] if heard else value
    if name == "service" and slot.check(value, context) is None:
        form = value
    if name == "name" and slot.check(value, context) is None:
        form = _as_written(value, form)
    if reason := slot.check(form, context):
        raise FieldRefused(name, reason.value)
    return form


def adopted(call: Call, before: Call, now: datetime) -> Call:
    """The call with what it just took from another system's document in our form, and without what is no value."""
    for name in NAMES:
        state = call.slot(name)
        if before.slot(name).status == "empty" and state.status == "filled":
            call = call.with_slot(name, _adopted(call, name, state, now))
    return call


def _adopted(call: Call, name: str, state: SlotState, now: datetime) -> SlotState:
    try:
        value = accepted(call, name, state.value.strip(), now)
    except FieldRefused as refused:
        if (name, refused.reason) not in VOUCHED_FOR:
            return SlotState(locked=state.locked)
        value = state.value.strip()
    return replace(state, value=value, parts={**SLOTS[name].parts(value, context_of(call, name, now)), **state.parts})


def _as_written(name: str, heard: str) -> str:
    """A name that was typed with capitals stands as typed; one in a single case is written as a person writes it."""
    return heard if name in (name.lower(), name.upper()) and heard.casefold() == name.casefold() else name
