"""A booked caller who rings again: to hear of his appointment, to move or cancel it, to put right what it was booked with.

Under any callSid. He is known by the reference, or by his name together with the number it was booked from; neither says that there is an appointment
to anybody else: whatever was looked for in vain is answered alike, and after the last try a person takes over. Who is known hears the service and the
time, never the phone, the address or the e-mail, which anybody who has found a reference would like to know. What he wants is asked back before
it is done. A change goes through the steps of what changes, and no others.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import msgspec

from agent.dst import tracker
from agent.dst.booking import no_time
from agent.dst.opening import without_errand
from agent.dst.updates import Update, bare, close, handoff
from agent.policy.resuming import compared, is_said
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoMatch, SystemAct, UserAct
from agent.record.appointment import PERSONAL, Appointment
from agent.record.call import Call, Question, SlotState
from agent.record.call_events import Closing, step_taken
from agent.record.errand import BY_NAME, Errand, Want
from agent.record.handoff import Handoff
from agent.record.progress import step
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots.email import EMAIL
from agent.slots.presenting import named, service_of, spoken
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace

_NO_ANSWER = frozenset({Act.DONT_KNOW, Act.DONT_CARE, Act.REFUSE, Act.AFFIRM, Act.CANCEL})
"""What says neither a reference nor a name."""
_NOT_MEANT = frozenset({Act.DENY, Act.START_OVER, Act.GO_BACK})
"""Which appointment? None."""
_CLOSED: dict[Want, Closing] = {"cancel": "appointment_cancelled", "move": "appointment_moved", "correct": "appointment_corrected"}


def take(call: Call, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """An act as it is meant in a call about an appointment; None where it means what it always does."""
    match user_act:
        case DialogueAct(act=Act.APPOINTMENT):
            return _wished(call, user_act)
        case DialogueAct(act=Act.REFERENCE):
            return Update(call=replace(call, errand=replace(errand_of(call), perhaps=False, sought=user_act.detail), question=Question(), silences=0))
    errand = call.errand
    if errand is None or errand.perhaps:
        return None
    if isinstance(user_act, DialogueAct) and user_act.act is Act.GOODBYE:
        return close(call, turn_context, "appointment_kept")
    if not errand.sid:
        return _unrecognised(call, user_act, turn_context)
    update = _of_it(call, errand, user_act, turn_context)
    return gone(call, turn_context) if update and _asks_much(update.call) else update


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


def recognised(call: Call, found: Sequence[Appointment], turn_context: TurnContext) -> Update:
    """The call once it was looked for an appointment. `found`: what has the reference, or was booked from the caller's number, whoever by."""
    errand = errand_of(call)
    mine = [one for one in found if one.state == "booked" and one.start > turn_context.seconds and (errand.sought != BY_NAME or _is_his(one, call))]
    looked = replace(errand, sought="")
    if not mine and errand.perhaps:  # then "I want to cancel" was about this call
        update = _strike(replace(call, errand=looked), turn_context)
        about_this = replace(update.call, errand=None, question=Question(kind="leave"))
        return Update(call=about_this) if update.call.status == "active" else update
    if not mine:
        return _strike(replace(call, errand=looked), turn_context, (SystemAct(key="notice.not_found"),))
    if len(mine) > 1:
        return Update(call=replace(call, errand=replace(looked, perhaps=False, several=True), question=Question()))
    one = mine[0]
    proven = bool(one.caller) and one.caller == call.brief.caller
    known = replace(looked, perhaps=False, proven=proven, sid=one.sid, reference=one.reference, service=one.service, start=one.start, end=one.end)
    slots = {name: state if name == caller_id.NAME_SLOT else SlotState(locked=state.locked) for name, state in call.slots.items()}
    slots[SERVICE.name] = SlotState(status="filled", value=one.service, timestamp=turn_context.stamp)
    after = replace(call, errand=known, slots=slots, question=Question(), unfinished="", recognised=False, silences=0)
    if errand.want in ("move", "correct"):
        after = _to_change(after, errand.want, (TIME.name,) if errand.want == "move" else errand.changes)
    if _asks_much(after):
        return gone(after, turn_context)
    told = () if errand.want == "cancel" else (SystemAct(key="notice.appointment", values=appointed(after, turn_context)),)
    return Update(call=after, system_acts=told)


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
    update = close(replace(call, before=None), turn_context, key := _CLOSED[errand.want])  # what was done is not taken back by other words
    values = appointed(call, turn_context)
    if errand.want == "move":
        values |= {TIME.name: spoken(call, TIME.name, call.slot(TIME.name).value, turn_context)}
    return replace(update, system_acts=(SystemAct(key=f"close.{key}", values=values),), settled=True)


def gone(call: Call, turn_context: TurnContext) -> Update:
    """It was cancelled, moved or erased by others meanwhile, or more is wanted than a reference allows: a person knows more."""
    return handoff(call, turn_context, Handoff(why="appointment"))


def appointed(call: Call, turn_context: TurnContext) -> dict[str, str | list[str]]:
    """The service and the time of the appointment, in words."""
    errand = errand_of(call)
    begins = datetime.fromtimestamp(errand.start, UTC).astimezone(ZoneInfo(call.brief.time_zone))
    service = service_of(call)
    return {
        SERVICE.name: named(service, call.language) if service else errand.service,
        TIME.name: spoken(call, TIME.name, begins.isoformat(), turn_context),
    }


def errand_of(call: Call) -> Errand:
    """What the call is about, where it is known to be about an appointment."""
    return call.errand or Errand(want="hear")


def _changed(call: Call) -> list[str]:
    errand = call.errand
    return [name for name in errand.changes if call.slot(name).status == "filled" and call.slot(name).value] if errand else []


def _asks_much(call: Call) -> bool:
    """Whether mails about the appointment, with all that it says, are to go elsewhere for somebody who has but its reference."""
    errand = call.errand
    return errand is not None and EMAIL.name in errand.changes and not errand.proven


def _is_his(appointment: Appointment, call: Call) -> bool:
    """Whether it was booked in the name that was said in this call."""
    name = compared(call.slot(caller_id.NAME_SLOT).value)
    return bool(name) and compared(appointment.name) == name


def _wished(call: Call, dialogue_act: DialogueAct) -> Update:
    """What is wanted of an appointment: of the one that is known, else of one that is looked for by the name, if one was said."""
    want, errand = cast(Want, dialogue_act.detail), call.errand
    if errand is not None and errand.sid:
        return Update(call=_to_change(call, want, (TIME.name,) if want == "move" else ()))
    perhaps = dialogue_act.kind is DialogueActKind.PERHAPS
    by_name = bool(call.brief.caller) and is_said(call.slot(caller_id.NAME_SLOT)) and not call.in_vain
    changes = tuple(slot for slot in dialogue_act.slots if slot in PERSONAL)
    asked = replace(errand or Errand(want=want), want=want, perhaps=perhaps, sought=BY_NAME if by_name else "", changes=changes)
    after = replace(call, errand=asked, unfinished="", recognised=False, silences=0, question=Question())
    return Update(call=after, system_acts=() if by_name or errand else (SystemAct(key="notice.gladly"),))


def _to_change(call: Call, want: Want, changes: tuple[str, ...]) -> Call:
    """The call with something else to be done with the appointment; what is to change is asked for anew."""
    slots = {name: SlotState(locked=state.locked) if name in changes else state for name, state in call.slots.items()}
    return replace(call, errand=replace(errand_of(call), want=want, changes=changes), slots=slots, question=Question(), silences=0)


def _unrecognised(call: Call, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """The answer to the question which appointment it is."""
    if isinstance(user_act, Inform) and user_act.slot == caller_id.NAME_SLOT:
        update = tracker.inform(call, user_act, turn_context)
        errand = update.call.errand
        by_name = errand is not None and bool(call.brief.caller) and not errand.several
        if errand and by_name:
            return replace(update, call=replace(update.call, errand=replace(errand, sought=BY_NAME)))
        return _strike(update.call, turn_context) if call.question.kind == "which" else update
    if call.question.kind != "which":
        return None
    match user_act:
        case Inform():
            return _strike(call, turn_context)
        case NoMatch():
            event = step_taken(call, step(call), "missed", "", turn_context.seconds, "no_match")
            update = _strike(replace(call, misses=call.misses + 1), turn_context, (SystemAct(key="notice.not_caught"),))
            return replace(update, events=(event, *update.events))
        case DialogueAct(act=act) if act in _NOT_MEANT:
            return Update(call=replace(without_errand(call), question=Question(), silences=0), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.DONT_KNOW | Act.REFUSE) if not call.question.slots:  # nothing else tells who it is
            return handoff(call, turn_context, Handoff(why="appointment"))
        case DialogueAct(act=act) if act in _NO_ANSWER:
            return _strike(call, turn_context)
        case _:
            return None


def _strike(call: Call, turn_context: TurnContext, system_acts: tuple[SystemAct, ...] = ()) -> Update:
    """It is not known which appointment it is: asked again, and after the last try a person takes over."""
    after = replace(call, errand=replace(errand_of(call), sought=""), in_vain=call.in_vain + 1, question=Question(), silences=0)
    if after.in_vain < turn_context.plan.tries:
        return Update(call=after, system_acts=system_acts)
    update = handoff(after, turn_context, Handoff(why="appointment"))
    return replace(update, system_acts=(*system_acts, *update.system_acts))


def _of_it(call: Call, errand: Errand, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """What is said of the appointment that is known."""
    match user_act:
        case Inform(slot=slot):
            return _told(call, errand, slot, user_act, turn_context)
        case DialogueAct(act=Act.CORRECTION, slots=(slot, *_)):
            return _amended(call, slot, turn_context)
        case DialogueAct(act=Act.CORRECTION):
            return Update(call=_to_change(call, "correct", ()))
        case DialogueAct(act=Act.CANCEL):
            return Update(call=_to_change(call, "cancel", ()))
        case DialogueAct(act=Act.START_OVER | Act.GO_BACK):
            return Update(call=_to_change(call, "hear", ()))
        case DialogueAct(act=Act.DENY) if call.question.kind in ("what", "change"):
            return close(call, turn_context, "appointment_kept")
        case DialogueAct(act=Act.DENY) if call.question.kind == "errand" and errand.want == "cancel":
            return Update(call=_to_change(call, "hear", ()), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.DENY, slots=()) if call.question.kind == "errand":
            return Update(call=_to_change(call, errand.want, errand.changes), system_acts=(SystemAct(key="notice.neither"),))
        case DialogueAct(act=Act.THANKS) if call.question.kind == "what":
            return close(call, turn_context, "appointment_kept")
        case _:
            return None


def _told(call: Call, errand: Errand, slot: str, given: Inform, turn_context: TurnContext) -> Update | None:
    """A value: of what is to change; else it says what is, where that is still open. Another service is another job: for a person."""
    if slot in errand.changes:
        return None
    if slot == TIME.name and errand.want != "correct":
        return tracker.inform(_to_change(call, "move", (TIME.name,)), given, turn_context)
    if slot in PERSONAL and errand.want in ("correct", "hear"):
        changes = tuple(dict.fromkeys((*errand.changes, slot)))
        fresh = call.with_slot(slot, bare(SlotState(locked=call.slot(slot).locked), "empty"))
        return tracker.inform(replace(fresh, errand=replace(errand, want="correct", changes=changes), question=Question()), given, turn_context)
    return handoff(call, turn_context, Handoff(why="appointment")) if errand.want == "correct" else Update(call=replace(call, silences=0))


def _amended(call: Call, slot: str, turn_context: TurnContext) -> Update:
    """What is to be put right, by its name."""
    if slot == TIME.name:
        return Update(call=_to_change(call, "move", (slot,)))
    if slot not in PERSONAL:
        return handoff(call, turn_context, Handoff(why="appointment"))
    return Update(call=_to_change(call, "correct", (slot,)), system_acts=(SystemAct(key="notice.neither"),))
