"""Which appointment a caller means: by its reference, or by his name together with the number it was booked from.

Whatever was looked for in vain is answered alike, and counts for the whole call: after the last try a person takes over. What was told of the change
meanwhile is kept until it is known which one it is.
"""

from collections.abc import Sequence
from typing import cast

import msgspec

from agent.dst import tracker
from agent.dst.opening import in_the_way, without_errand
from agent.dst.updates import Update, handoff
from agent.policy.resuming import compared, is_said
from agent.policy.wishes import also, appointed, asks_much, errand_of, gone, moved, over, to_change
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoInput, NoMatch, SystemAct, UserAct
from agent.record.appointment import PERSONAL, Appointment
from agent.record.call import Call, Question
from agent.record.call_events import step_taken
from agent.record.errand import BY_NAME, Errand, Want
from agent.record.handoff import Handoff
from agent.record.progress import step
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace

_NO_ANSWER = frozenset({Act.DONT_KNOW, Act.DONT_CARE, Act.REFUSE, Act.AFFIRM, Act.CANCEL})
"""What says neither a reference nor a name."""
_NOT_MEANT = frozenset({Act.DENY, Act.START_OVER, Act.GO_BACK})
"""Which appointment? None."""
_ANSWERS = _NO_ANSWER | _NOT_MEANT | {Act.THANKS, Act.GOODBYE}


def recognised(call: Call, found: Sequence[Appointment], turn_context: TurnContext) -> Update:
    """The call once it was looked for an appointment. `found`: what has the reference, or was booked from the caller's number, whoever by."""
    errand = errand_of(call)
    mine = [one for one in found if one.state == "booked" and one.start > turn_context.seconds and (errand.sought != BY_NAME or _is_his(one, call))]
    looked = replace(errand, sought="")
    if not mine and errand.perhaps:
        return _about_this(replace(call, errand=looked), turn_context)
    if not mine:
        return _strike(replace(call, errand=looked), turn_context, (SystemAct(key="notice.not_found"),))
    if len(mine) > 1:
        return Update(call=replace(call, errand=replace(looked, perhaps=False, several=True), question=Question()))
    one = mine[0]
    proven = bool(one.caller) and one.caller == call.brief.caller
    known = replace(
        looked, perhaps=False, told=(), proven=proven, sid=one.sid, reference=one.reference, service=one.service, start=one.start, end=one.end
    )
    slots = {name: state if name == caller_id.NAME_SLOT else SlotState(locked=state.locked) for name, state in call.slots.items()}
    slots[SERVICE.name] = SlotState(status="filled", value=one.service, timestamp=turn_context.stamp)
    after = replace(call, errand=known, slots=slots, question=Question(), unfinished="", recognised=False, silences=0)
    if errand.want in ("move", "correct"):
        after = to_change(after, errand.want, (TIME.name,) if errand.want == "move" else errand.changes)
    if asks_much(after):
        return gone(after, turn_context)
    update = _as_told(after, errand.told, replace(turn_context, bookings=in_the_way(after, turn_context.bookings, turn_context.seconds)))
    update = moved(update, turn_context)
    if errand.want == "cancel" or update.call.slot(TIME.name).pending:  # what is asked next says which one it is
        return update
    told = SystemAct(key="notice.appointment", values=appointed(after, turn_context))
    return replace(update, system_acts=(told, *(one for one in update.system_acts if one.key != told.key)))


def _about_this(call: Call, turn_context: TurnContext) -> Update:
    """The caller has none: then "I want to cancel" was about this call, and a time that was told is to be this one's."""
    errand = errand_of(call)
    update = _strike(call, turn_context)
    if update.call.status != "active":
        return update
    if errand.want == "cancel":
        return Update(call=replace(update.call, errand=None, question=Question(kind="leave")))
    told = _as_told(replace(update.call, errand=None), errand.told, turn_context)
    return told if errand.told else replace(told, system_acts=(SystemAct(key="notice.not_found"),))


def no_answers(user_acts: Sequence[UserAct]) -> tuple[UserAct, ...]:
    """The acts of words that began a call about an appointment, and answer no question yet: what they tell, and not what they would answer."""
    return tuple(one for one in user_acts if not (isinstance(one, NoMatch | NoInput) or (isinstance(one, DialogueAct) and one.act in _ANSWERS)))


def wished(call: Call, dialogue_act: DialogueAct) -> Update:
    """What is wanted of an appointment: of the one that is known, else of one that is looked for by the name, if one was said."""
    if dialogue_act.kind is DialogueActKind.AFTER:
        after = replace(call, errand=replace(errand_of(call), then=dialogue_act.detail))
        return Update(call=after, system_acts=(SystemAct(key="notice.one_by_one"),))
    want, errand = cast(Want, dialogue_act.detail), call.errand
    reason = dialogue_act.reason if isinstance(dialogue_act.reason, str) else ""
    if errand is not None and errand.sid and want == "move" and errand.want == "correct" and errand.changes:  # beside what is put right
        return Update(call=also(call, errand, TIME.name))
    if errand is not None and errand.sid:
        return Update(call=to_change(replace(call, errand=replace(errand, reason=reason)), want, (TIME.name,) if want == "move" else ()))
    perhaps = dialogue_act.kind is DialogueActKind.PERHAPS
    known = is_said(call.slot(caller_id.NAME_SLOT))
    by_name = bool(call.brief.caller) and known and (perhaps or not call.in_vain)
    changes = tuple(slot for slot in dialogue_act.slots if slot in PERSONAL)
    asked = replace(
        errand or Errand(want=want), want=want, reason=reason, perhaps=perhaps, sought=BY_NAME if by_name else "", changes=changes, told=()
    )
    after = replace(call, errand=asked, unfinished="", recognised=False, silences=0, question=Question())
    return Update(call=after, system_acts=() if by_name or errand else (SystemAct(key="notice.gladly"),))


def _as_told(call: Call, told: Sequence[Inform], turn_context: TurnContext) -> Update:
    """With what was told of the change before it was known which appointment it is."""
    update = Update(call=call)
    for given in told:
        step = tracker.inform(update.call, given, turn_context)
        update = replace(step, system_acts=(*update.system_acts, *step.system_acts), events=(*update.events, *step.events))
    return update


def unrecognised(call: Call, user_act: UserAct, turn_context: TurnContext) -> Update | None:
    """The answer to the question which appointment it is."""
    if isinstance(user_act, Inform) and user_act.slot == TIME.name and call.question.kind != "which":  # told with the wish
        return Update(call=replace(call, errand=replace(errand_of(call), told=(user_act,))))
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
        case DialogueAct(act=act) if act in _NOT_MEANT and (errand_of(call).done or errand_of(call).then):  # what was wanted first, or is next
            update = over(call, turn_context, "appointment_kept")
            return update if errand_of(call).then else replace(update, system_acts=(SystemAct(key="close.farewell"),))
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


def _is_his(appointment: Appointment, call: Call) -> bool:
    """Whether it was booked in the name that was said in this call."""
    name = compared(call.slot(caller_id.NAME_SLOT).value)
    return bool(name) and compared(appointment.name) == name
