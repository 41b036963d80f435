"""Two things that a caller wants of his appointments in one breath go one after the other.

The words of the first are understood as if they were all that was said; those of the second are kept in the record (`Errand.then`), and understood
when the first is done, or is wanted no more, as if the caller said them then. So none is lost, and a turn that is cut off between them goes on.
"""

import msgspec

from agent.dst.errands import is_fresh
from agent.dst.opening import asked_which
from agent.dst.understanding import understand
from agent.nlu.errands import says, wanted_of_it
from agent.nlu.one_by_one import parted
from agent.nlu.utterance import Utterance
from agent.policy.recognising import no_answers
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, UserAct
from agent.record.call import Call
from agent.record.errand import Errand
from agent.record.turn_context import TurnContext
from graph.state import Work

replace = msgspec.structs.replace


def understood(call: Call, turn_context: TurnContext) -> tuple[UserAct, ...]:
    """What the turn does; of two things that are wanted of appointments what the first does, and the words of the other."""
    user_acts = _read(call, turn_context)
    hurried = any(isinstance(one, DialogueAct) and one.act in (Act.HANDOFF, Act.EMERGENCY) for one in user_acts)
    text = turn_context.turn.text
    parts = parted(Utterance(text)) if not hurried and (call.errand or is_fresh(call)) else None
    if parts is None:
        return user_acts
    first, want, rest = parts
    told = user_acts if first == text else _read(call, turn_context, first)
    after = DialogueAct(act=Act.APPOINTMENT, kind=DialogueActKind.AFTER, detail=rest)
    if call.errand or any(map(_wishes, told)):
        return (*told, after)
    if not all(says(Utterance(part), "day_one") for part in (first, rest)):  # "move my toilet and fix the one in the hall"
        return user_acts
    names = (one for one in told if isinstance(one, Inform) and one.slot == caller_id.NAME_SLOT)
    return (DialogueAct(act=Act.APPOINTMENT, detail=want), *names, after)


def taken_up(work: Work) -> Work:
    """With what is wanted after what is done now; of the same appointment, if it moves or corrects what was not cancelled, and points at no other."""
    call, errand = work.call, work.call.errand
    if errand is None or call.status != "active" or not (errand.done and errand.then):
        return work
    text, want, rest = parted(Utterance(errand.then), errand.want) or (errand.then, errand.want, "")  # of three, the third waits again
    after, said = replace(asked_which(call), errand=Errand(want="hear", done=not rest, then=rest)), Utterance(text)
    acts = no_answers(_read(after, work.turn_context, text))
    if not any(map(_wishes, acts)):  # "and the one on Friday"
        acts = (DialogueAct(act=Act.APPOINTMENT, detail=want), *(one for one in acts if isinstance(one, Inform)))
    same = errand.want != "cancel" and wanted_of_it(said) != "cancel" and not says(said, "other_one") and not says(said, "day_one")
    known = (DialogueAct(act=Act.REFERENCE, detail=errand.reference),) if same else ()
    return replace(work, call=after, todo=(*acts, *known, *work.todo))


def _read(call: Call, turn_context: TurnContext, text: str = "") -> tuple[UserAct, ...]:
    turn = replace(turn_context.turn, text=text, digits="", alternatives=()) if text else turn_context.turn
    return understand(call, turn, turn_context.business, turn_context.now)


def _wishes(user_act: UserAct) -> bool:
    return isinstance(user_act, DialogueAct) and user_act.act is Act.APPOINTMENT
