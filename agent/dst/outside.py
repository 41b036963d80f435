"""Values that did not come from the caller, put into the slot's own form or refused: the one door for an edit, a tool, another system's document.

A supervisor's value is refused for whatever a caller's would be. What another system had in its document before the call is vouched for by that
system: an address that lacks its suburb stays as it was written and is not asked again. Only what is no value at all (a placeholder, a number that
cannot be rung, a service that is not offered) counts as not filled.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.booking import rechecked, refusal
from agent.dst.updates import Update, bare, decided
from agent.nlu.candidates import Context
from agent.record.acts import SystemAct
from agent.record.call import Call, Question
from agent.record.characters import one_line
from agent.record.events import Event
from agent.record.provenance import Provenance
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace


_LONGEST = 512
"""Characters of what may be a value, as it was written: the longest kept is an e-mail address of 254, and spaces and signs may go."""


class Refused(msgspec.Struct, frozen=True):
    """An edit that is not carried out, for the first field that cannot be."""

    slot: str
    reason: str
    """A member of Reason, "unknown_field" or "already_booked"."""


def context_alone(call: Call, name: str, now: datetime) -> Context:
    """What the slot knows when it reads a value for `name` alone. `now`: aware."""
    here = now.astimezone(ZoneInfo(call.brief.time_zone))
    return Context(language=call.language, region=call.brief.region, now=here, asked=frozenset({name}), services=call.brief.services)


def accepted(call: Call, name: str, value: str, now: datetime) -> str | Reason:
    """The value in the slot's form, or why it is none; a time with the business's offset, not yet held against the calendar."""
    if len(value) > _LONGEST:  # whatever it is, nobody needs to read it
        return Reason.TOO_LONG
    return SLOTS[name].written(value, context_alone(call, name, now))


def adopted(call: Call, before: Call, now: datetime) -> Call:
    """The call with what it just took from another system's document in our form, and without what is no value."""
    for name in NAMES:
        state = call.slot(name)
        if before.slot(name).status == "empty" and state.status == "filled":
            call = call.with_slot(name, _adopted(call, name, state, now))
    return call


def _adopted(call: Call, name: str, state: SlotState, now: datetime) -> SlotState:
    value = accepted(call, name, state.value.strip(), now)
    if isinstance(value, Reason):
        if value not in SLOTS[name].vouched:
            return SlotState(locked=state.locked)
        value = one_line(state.value)
    return replace(state, value=value, parts={**SLOTS[name].parts(value, context_alone(call, name, now)), **state.parts})


def edited(
    call: Call, fields: Mapping[str, str | None], lock: Sequence[str], unlock: Sequence[str], turn_context: TurnContext, source: str
) -> Update | Refused:
    """All of the fields set (None and "" clear one), or none of them; `lock` and `unlock`: slots that nobody may change from now on, and may again.

    `source`: who sets them, for the record and its events.
    """
    for name in (*fields, *lock, *unlock):
        if name not in NAMES:
            return Refused(name, "unknown_field")
    if booked := next((name for name in NAMES if call.booked is not None and name in fields and SLOTS[name].calendar), ""):
        return Refused(booked, "already_booked")
    before = call
    for name in sorted(fields, key=NAMES.index):
        state = _set(call, name, (fields[name] or "").strip(), turn_context, source)
        if isinstance(state, Reason):
            return Refused(name, state.value)
        call = call.with_slot(name, state)
        call = decided(call, name)
    if SERVICE.name in fields and TIME.name not in fields:
        call = rechecked(call, turn_context)
    for name in (*lock, *unlock):
        state = call.slot(name)
        call = call.with_slot(name, replace(_put_aside(state) if name in lock else state, locked=name in lock))
    call = _taken_up(call, before, (*fields, *lock))
    payload = {
        "callSid": call.sid,
        "fields": {name: call.slot(name).value or None for name in fields},
        "locked": [name for name in NAMES if call.slot(name).locked],
        "lock": [*lock],
        "unlock": [*unlock],
        "agentId": source,
    }
    event = Event(type="client_updated", payload=payload, timestamp=turn_context.seconds, source=source)
    return Update(call=call, events=(event,), settled=True)


def _put_aside(state: SlotState) -> SlotState:
    """The slot without what awaited the caller's yes, or choice, there: that is not asked for any more."""
    return state if state.settled else bare(state, "filled" if state.value and not state.disputed else "empty")


def _taken_up(call: Call, before: Call, names: Collection[str]) -> Call:
    """The call with the caller's next words and our next sentence set to what was changed.

    What had been asked about such a slot is asked no more: the next words are no answer to it, unless they say that it is otherwise. The sentence
    tells of each new value; while a supervisor has the call, they do.
    """
    if call.status != "active":
        return call
    changed = [name for name in NAMES if name in names and call.slot(name).value not in ("", before.slot(name).value)]
    locked = [name for name in NAMES if name in names and name in call.question.slots and call.slot(name).locked and not call.slot(name).value]
    told = [*(SystemAct(key="people.edited", slot=name) for name in changed), *(SystemAct(key="people.locked", slot=name) for name in locked)]
    settled = [name for name in call.question.slots if name in names and (call.slot(name).settled or call.slot(name).locked)]
    if settled or (changed and call.question.kind == "summary"):
        call = replace(call, question=Question(implied=tuple(changed)))
        told = told or [SystemAct(key="people.edited", slot=name) for name in settled]
    return replace(call, untold=(*(one for one in call.untold if one not in told), *told))


def _set(call: Call, name: str, value: str, turn_context: TurnContext, source: str) -> SlotState | Reason:
    """The slot with a value from outside, or emptied."""
    if not value:
        return SlotState(locked=call.slot(name).locked)
    form = accepted(call, name, value, turn_context.now)
    if not isinstance(form, Reason) and name == TIME.name:
        form = refusal(call, form, turn_context) or form
    if isinstance(form, Reason):
        return form
    return SlotState(
        status="filled",
        value=form,
        parts=SLOTS[name].parts(form, context_alone(call, name, turn_context.now)),
        timestamp=turn_context.stamp,
        provenance=Provenance(turn="", words="", rule=source, confirmed="supervisor"),
        locked=call.slot(name).locked,
    )
