"""A booked caller who rings again: to hear of his appointment, to move or cancel it, to put right what it was booked with.

Under any callSid. He is known by the reference, or by his name together with the number it was booked from; neither says that there is an appointment
to anybody else: whatever was looked for in vain is answered alike, and after the last try a person takes over. Who is known hears the service and the
time, never the phone, the address or the e-mail, which anybody who has found a reference would like to know. What he wants is asked back before
it is done. A change goes through the steps of what changes, and no others.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from agent.dst import tracker
from agent.dst.booking import no_time
from agent.dst.updates import Update, handoff
from agent.policy.recognising import unrecognised, wished
from agent.policy.wishes import also, appointed, asks_much, errand_of, gone, moved, over, to_change
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, Inform, SystemAct, UserAct
from agent.record.appointment import PERSONAL, Appointment
from agent.record.call import Call, Question
from agent.record.call_events import Closing
from agent.record.errand import Errand, Want
from agent.record.handoff import Handoff
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots.presenting import spoken
from agent.slots.time import TIME

replace = msgspec.structs.replace

_CLOSED: dict[Want, Closing] = {"cancel": "appointment_cancelled", "move": "appointment_moved", "correct": "appointment_corrected"}


def take(call: Call, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """An act as it is meant in a call about an appointment; None where it means what it always does."""
    match user_act:
        case DialogueAct(act=Act.APPOINTMENT):
            return wished(call, user_act)
        case DialogueAct(act=Act.REFERENCE):
            return Update(call=replace(call, errand=replace(errand_of(call), perhaps=False, sought=user_act.detail), question=Question(), silences=0))
    errand = call.errand
    if errand is not None and errand.perhaps and errand.sought and isinstance(user_act, Inform) and user_act.slot == TIME.name:
        return Update(call=replace(call, errand=replace(errand, told=(user_act,))))
    if errand is None or errand.perhaps:
        return None
    if isinstance(user_act, DialogueAct) and user_act.act is Act.GOODBYE:
        return over(replace(call, errand=replace(errand, then="")), turn_context, "appointment_kept")
    if not errand.sid:
        return unrecognised(call, user_act, turn_context)
    update = _of_it(call, errand, user_act, turn_context)
    return gone(call, turn_context) if update and asks_much(update.call) else update


def question(call: Call) -> Question | None:
    """What is open about the appointment; None where the steps of its changes ask, or the call is about none."""
    errand = call.errand
    if errand is None or errand.perhaps:
        return None
    if not errand.sid:
        by_name = bool(call.brief.caller) and not errand.several
        return None if call.slot(caller_id.NAME_SLOT).pending else Question(kind="which", slots=(caller_id.NAME_SLOT,) if by_name else ())
    if errand.want == "cancel":
        return Question(kind="errand")
    if not errand.changes:
        return Question(kind="change" if errand.want == "correct" else "what")
    states = {name: call.slot(name) for name in errand.changes}
    if any(not (state.settled or state.pending) or state.options for state in states.values()):
        return None
    waiting = tuple(name for name, state in states.items() if state.pending)
    return Question(kind="errand", slots=waiting) if waiting or _changed(call) else Question(kind="what")


def asked_of(call: Call, names: Sequence[str]) -> Sequence[str]:
    """The slots that the call asks for, of all: those that the errand changes, or the name by which the appointment is looked for."""
    if call.errand is None or call.errand.perhaps:
        return names
    return call.errand.changes if call.errand.sid else (caller_id.NAME_SLOT,)


def wanted_of(call: Call, appointment: Appointment) -> Appointment:
    """The appointment as the caller wants it to be."""
    errand = errand_of(call)
    if errand.want == "cancel":
        return replace(appointment, state="cancelled")
    values = fields(call)
    if TIME.name not in values:
        return replace(appointment, **{name: value for name, value in values.items() if name in PERSONAL})
    start = int(datetime.fromisoformat(values[TIME.name]).timestamp())
    return replace(appointment, start=start, end=start + appointment.end - appointment.start)


def fields(call: Call) -> dict[str, str]:
    """What is to change, by slot."""
    return {name: call.slot(name).value for name in _changed(call)}


def is_settled(call: Call) -> bool:
    """Whether it is known what is to be done."""
    return errand_of(call).want == "cancel" or (bool(_changed(call)) and all(call.slot(name).settled for name in errand_of(call).changes))


def taken(call: Call, turn_context: TurnContext) -> Update:
    """Somebody was faster with the time that the caller wants it moved to: others are offered."""
    return no_time(call, call.slot(TIME.name).value, turn_context, Reason.TAKEN)


def done(call: Call, turn_context: TurnContext) -> Update:
    """What the caller wanted was done: he hears so, and the call is over."""
    errand = errand_of(call)
    want: Want = "move" if TIME.name in errand.changes else errand.want
    update = over(replace(call, before=None), turn_context, _CLOSED[want])  # what was done is not taken back by other words
    values = appointed(call, turn_context)
    if want == "move":
        values |= {TIME.name: spoken(call, TIME.name, call.slot(TIME.name).value, turn_context)}
    return replace(update, system_acts=(replace(update.system_acts[0], values=values),), settled=True)


def _changed(call: Call) -> list[str]:
    errand = call.errand
    return [name for name in errand.changes if call.slot(name).status == "filled" and call.slot(name).value] if errand else []


def _of_it(call: Call, errand: Errand, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """What is said of the appointment that is known."""
    match user_act:
        case Inform(slot=slot):
            return _told(call, errand, slot, user_act, turn_context)
        case DialogueAct(act=Act.CORRECTION, slots=(_, *_)):
            return _amended(call, user_act.slots, turn_context)
        case DialogueAct(act=Act.CORRECTION):
            return Update(call=to_change(call, "correct", ()))
        case DialogueAct(act=Act.DENY | Act.CANCEL) if call.question.kind in ("what", "change"):
            return over(call, turn_context, "appointment_kept")
        case DialogueAct(act=Act.DENY) if call.question.kind == "errand" and errand.want == "cancel":
            return Update(call=to_change(call, "hear", ()), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.START_OVER | Act.GO_BACK | Act.CANCEL):  # "never mind": of the change
            return Update(call=to_change(call, "hear", ()), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.DENY, slots=()) if call.question.kind == "errand":
            return Update(call=to_change(call, errand.want, errand.changes), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.THANKS) if call.question.kind == "what":
            return over(call, turn_context, "appointment_kept")
        case _:
            return None


def _told(call: Call, errand: Errand, slot: str, given: Inform, turn_context: TurnContext) -> Update | None:
    """A value: of what is to change; else it says what is, where that is still open. Another service is another job: for a person."""
    if slot == TIME.name and slot in errand.changes:
        return moved(tracker.inform(call, given, turn_context), turn_context)
    if slot in errand.changes:
        return None
    if slot == TIME.name and errand.want != "correct":
        return moved(tracker.inform(to_change(call, "move", (TIME.name,)), given, turn_context), turn_context)
    if slot in PERSONAL and (errand.want in ("correct", "hear") or (slot != caller_id.NAME_SLOT and call.question.kind == "errand")):
        return tracker.inform(also(call, errand, slot), given, turn_context)
    return handoff(call, turn_context, Handoff(why="appointment")) if errand.want == "correct" else Update(call=replace(call, silences=0))


def _amended(call: Call, slots: Sequence[str], turn_context: TurnContext) -> Update:
    """What is to be put right, by its name."""
    if TIME.name in slots:
        return Update(call=to_change(call, "move", (TIME.name,)))
    if not set(slots) <= set(PERSONAL):
        return handoff(call, turn_context, Handoff(why="appointment"))
    for slot in slots:
        call = also(call, errand_of(call), slot)
    return Update(call=call, system_acts=(SystemAct(key="notice.neither"),))
