"""What a caller wants of an appointment, as it stands in his call: what is to change, and what of the appointment may be said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.updates import Update, close, handoff
from agent.record.acts import SystemAct
from agent.record.call import Call, Question
from agent.record.call_events import Closing
from agent.record.errand import Errand, Want
from agent.record.handoff import Handoff
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots.email import EMAIL
from agent.slots.presenting import named, service_of, spoken
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace


def errand_of(call: Call) -> Errand:
    """What the call is about, where it is known to be about an appointment."""
    return call.errand or Errand(want="hear")


def appointed(call: Call, turn_context: TurnContext) -> dict[str, str | list[str]]:
    """The service and the time of the appointment, in words."""
    errand = errand_of(call)
    begins = datetime.fromtimestamp(errand.start, UTC).astimezone(ZoneInfo(call.brief.time_zone))
    service = service_of(call)
    return {
        SERVICE.name: named(service, call.language) if service else errand.service,
        TIME.name: spoken(call, TIME.name, begins.isoformat(), turn_context),
    }


def gone(call: Call, turn_context: TurnContext) -> Update:
    """It was cancelled, moved or erased by others meanwhile, or more is wanted than a reference allows: a person knows more."""
    return handoff(call, turn_context, Handoff(why="appointment"))


def over(call: Call, turn_context: TurnContext, key: Closing) -> Update:
    """The farewell to whoever rang about an appointment; where more is wanted, that comes now."""
    after = replace(call, errand=replace(errand_of(call), done=True))
    return Update(call=after, system_acts=(SystemAct(key=f"notice.{key}"),)) if errand_of(call).then else close(after, turn_context, key)


def is_over(call: Call) -> bool:
    """Whether it was about an appointment, and its caller was bidden farewell."""
    return call.status == "ended" and call.errand is not None and call.errand.done


def to_change(call: Call, want: Want, changes: tuple[str, ...]) -> Call:
    """The call with something else to be done with the appointment; what is to change is asked for anew, what was to change is dropped."""
    anew = {*changes, *errand_of(call).changes}
    slots = {name: SlotState(locked=state.locked) if name in anew else state for name, state in call.slots.items()}
    return replace(call, errand=replace(errand_of(call), want=want, changes=changes), slots=slots, question=Question(), silences=0)


def is_where_it_was(call: Call) -> bool:
    """Whether the time that is waiting for a yes is the one that the appointment has."""
    pending = call.slot(TIME.name).pending
    return bool(pending) and datetime.fromisoformat(pending).timestamp() == errand_of(call).start


def moved(update: Update, turn_context: TurnContext) -> Update:
    """What a new time comes to; of the one that the appointment has, the caller hears that it has it, and is asked for another."""
    if not is_where_it_was(update.call):
        return update
    after = to_change(update.call, errand_of(update.call).want, errand_of(update.call).changes)
    return replace(update, call=after, system_acts=(SystemAct(key="notice.appointment", values=appointed(after, turn_context)),))


def also(call: Call, errand: Errand, slot: str) -> Call:
    """The call with one more of the appointment's values to be put right, beside what was asked back of it."""
    fresh = call.with_slot(slot, SlotState(locked=call.slot(slot).locked))
    changes = tuple(dict.fromkeys((*errand.changes, slot)))
    return replace(fresh, errand=replace(errand, want="correct", changes=changes), question=Question(), silences=0)


def asks_much(call: Call) -> bool:
    """Whether mails about the appointment, with all that it says, are to go elsewhere for somebody who has but its reference."""
    errand = call.errand
    return errand is not None and EMAIL.name in errand.changes and not errand.proven
