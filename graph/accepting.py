"""Values that did not come from the caller, put into the slot's own form or refused: the one door for an edit, a tool, another system's document.

A supervisor's value is refused for whatever a caller's would be. What another system had in its document before the call is vouched for by that
system: an address that lacks its suburb stays as it was written and is not asked again. Only what is no value at all (a placeholder, a number that
cannot be rung, a service that is not offered) counts as not filled.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent.nlu.candidates import Context
from agent.record.call import Call, SlotState
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from graph.errors import FieldRefused

replace = msgspec.structs.replace

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
    form = SLOTS[name].written(value, context_of(call, name, now))
    if isinstance(form, Reason):
        raise FieldRefused(name, form.value)
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
        value = one_line(state.value)
    return replace(state, value=value, parts={**SLOTS[name].parts(value, context_of(call, name, now)), **state.parts})
