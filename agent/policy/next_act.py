"""What is done with one act of the caller's, and what is asked next.

When no act is left, `next_question` reads off the record what is open: a value to confirm, a choice to make, the first slot not
settled, the summary, or nothing. Nothing else decides what we ask, so the same record always asks the same thing.
"""

from agent.dst import times
from agent.dst.tracker import TRACKED, dont_know, inform, missed, no_input, no_match, withheld
from agent.dst.updates import Update
from agent.policy import digressions, errands
from agent.record.acts import Act, DialogueAct, Inform, NoInput, NoMatch, UserAct
from agent.record.call import Call, Question
from agent.record.progress import step
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS

_CHANGING = frozenset({*TRACKED, Act.DONT_CARE, Act.LANGUAGE, Act.APPOINTMENT, Act.REFERENCE})
"""The acts that change the call."""


def apply(call: Call, user_act: UserAct, turn_context: TurnContext) -> Update:
    """One act carried out."""
    if (update := errands.take(call, user_act, turn_context)) is not None:
        return update
    match user_act:
        case Inform():
            return inform(call, user_act, turn_context)
        case NoInput():
            return no_input(call, turn_context)
        case NoMatch():
            return no_match(call, turn_context, user_act)
        case DialogueAct():
            return {Act.DONT_CARE: _dont_care, **TRACKED}.get(user_act.act, digressions.digress)(call, user_act, turn_context)


def about(call: Call, user_act: UserAct, turn_context: TurnContext) -> str:
    """The slot that an act is about: whose value it gives, confirms or denies, or counts against; "" for what is about the call as a whole."""
    match user_act:
        case Inform():
            return user_act.slot
        case NoMatch():
            return missed(call)
        case DialogueAct(act=Act.AFFIRM | Act.DENY | Act.CORRECTION, slots=(slot, *_)):
            return slot if slot in NAMES else ""
        case DialogueAct(act=Act.DONT_KNOW | Act.DONT_CARE | Act.REFUSE):
            return withheld(call, user_act, turn_context.business.may_skip)
        case _:
            return ""


def only_asks(user_act: UserAct) -> bool:
    """Whether an act changes nothing: a question, or a courtesy, that is answered from the record as it stands when all else is done."""
    return isinstance(user_act, DialogueAct) and user_act.act not in _CHANGING


def next_question(call: Call, turn_context: TurnContext, implied: tuple[str, ...] = ()) -> Question:
    """What is open now. `implied`: slots taken without a read-back in this turn."""
    if call.status != "active":
        return Question()
    if call.question.kind in ("leave", "change") and not (call.errand and call.errand.sid):
        return call.question
    if call.recognised:
        return Question(kind="resume")
    if (about_it := errands.question(call)) is not None:
        return about_it
    names = errands.asked_of(call, NAMES)
    for name in names:
        if call.slot(name).options:
            return Question(kind="choice", slots=(name,), implied=implied)
    pending = tuple(name for name in names if call.slot(name).pending)
    if reopened := next((name for name in names if _is_reopened(call.slot(name))), ""):
        return Question(kind="ask", slots=(reopened,), implied=implied)
    rest = [name for name in names if not (call.slot(name).settled or call.slot(name).locked) and name not in pending]
    if not rest and not pending and call.awaits_approval:
        return Question()
    if not rest and call.errand is None:
        edited = implied or any(call.slot(name).denied for name in pending)
        again = call.question.whole and call.question.slots == pending and not edited
        return Question(kind="summary", slots=pending, implied=implied, whole=not call.summarised or again)
    if pending and (not call.summarised if call.errand is None else not rest):  # of an appointment, all that changes is asked back together
        doubted = tuple(name for name in pending if call.slot(name).denied)
        return Question(kind="read_back", slots=doubted[:1] or pending, implied=implied)
    return Question(kind="ask", slots=(rest[0],), implied=implied)


def _is_reopened(state: SlotState) -> bool:
    """Whether the caller said that its value is wrong, and has not said what is right."""
    return state.status == "empty" and bool(state.disputed)


def _dont_care(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """Any time will do: the first two free ones are offered. Any other slot needs an answer."""
    open_slot = SLOTS.get(step(call))
    if open_slot is not None and open_slot.categorical:
        return digressions.digress(call, DialogueAct(act=Act.ASK_SERVICES), turn_context)
    if open_slot is None or open_slot.calendar != "start":
        return dont_know(call, dialogue_act, turn_context)
    return times.any_time(call, turn_context)
