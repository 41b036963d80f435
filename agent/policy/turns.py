"""The two ends of a turn: whether the call listens and what is said before any answer; what is asked now, and what the turn counted for."""

from collections.abc import Sequence

import msgspec

from agent.dst.opening import asked_which
from agent.dst.rebooking import is_given_up
from agent.dst.understanding import understand
from agent.dst.updates import Update, close
from agent.nlu.afterwards import wanted_afterwards
from agent.nlu.utterance import Utterance
from agent.policy import people
from agent.policy.next_act import next_question
from agent.policy.resuming import was_away
from agent.policy.wishes import appointed, is_over
from agent.record.acts import Act, DialogueAct, NoInput, NoMatch, SystemAct, UserAct
from agent.record.business import Business, in_language
from agent.record.call import Call, Question
from agent.record.company import company_name, is_another
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS

replace = msgspec.structs.replace

IMPLIED = {slot.noted: name for name, slot in SLOTS.items() if slot.grounding.implicit}
"""Acknowledgements that say a value which was not read back, and its slot."""
_TO_A_FAREWELL = frozenset({
    Act.AFFIRM, Act.DENY, Act.REPEAT, Act.HOLD_ON, Act.CANCEL, Act.DONT_KNOW, Act.DONT_CARE, Act.REFUSE, Act.BACKCHANNEL, Act.GREET, Act.THANKS,
    Act.GOODBYE, Act.LANGUAGE,
})  # fmt: skip


def deaf(call: Call, turn_context: TurnContext) -> Update | None:
    """What is said to a call that listens no more: it is booked or to be, waits for a person, was ended, or has lasted too long. None: it listens."""
    if call.status == "booked" or (call.booked and call.hears_back and call.status == "active"):
        return Update(call=call, system_acts=() if call.hears_back else (SystemAct(key="close.already_booked"),))
    if call.status == "waiting_agent":
        return _on_the_line(call)
    if is_given_up(call):
        return Update(call=call, system_acts=(SystemAct(key="close.appointment_cancelled", values=appointed(call, turn_context)),))
    if is_over(call):
        return Update(call=call, system_acts=(SystemAct(key="close.farewell"),))
    if call.status == "ended":  # by a supervisor, as the caller is about to be told
        return Update(call=call, system_acts=(SystemAct(key="close.already_noted"),) if call.to_be_confirmed else ())
    if call.turns >= turn_context.plan.turns or call.idle >= turn_context.plan.idle:
        return close(call, turn_context, "limit")
    return None


def opened_for(call: Call, stood: Call, turn_context: TurnContext) -> Call | None:
    """The call, opened again; None where it was over, as it `stood`, for an appointment, and no more is said now than one says to a farewell.

    Nothing that was asked before is answered by it. Whoever wants something else of "it" means the same appointment.
    """
    if call.status != "active" or not (is_over(stood) or is_given_up(stood)):
        return call
    if not is_given_up(stood) and wanted_afterwards(Utterance(turn_context.turn.text)):
        return asked_which(call)
    heard = understand(replace(call, question=Question()), turn_context.turn, turn_context.business, turn_context.now)
    more = any(not isinstance(one, NoInput | NoMatch) and not (isinstance(one, DialogueAct) and one.act in _TO_A_FAREWELL) for one in heard)
    return call if more else None


def _on_the_line(call: Call) -> Update:
    """What is said to a caller who waits for a person; nothing where there is news to tell."""
    if call.kept_waiting:
        return Update(call=call) if call.untold else people.hold(call)
    told = any(system_act.key == "close.handoff" for system_act in call.untold)
    return Update(call=call, system_acts=() if told else (SystemAct(key="close.handoff_wait"),))


def welcome(call: Call, before: Call | None, user_acts: Sequence[UserAct], turn_context: TurnContext) -> tuple[SystemAct, ...]:
    """What is said first: the greeting to a new caller who waits for it, a word to one who comes back after the line was cut. `before`: as kept."""
    if call.turns == 0 and tuple(user_acts) == (NoInput(),):
        return (_greeting(call, turn_context.business),)
    if before is not None and not is_over(before) and (before.status == "ended" or was_away(call, turn_context)):
        return (SystemAct(key="notice.resumed"),)
    return ()


def _greeting(call: Call, business: Business) -> SystemAct:
    """In the business's own words, or, where another system has said for whom it calls, in its name."""
    if is_another(call, business):
        return SystemAct(key="notice.greeting_for", values={"business": company_name(call, business)})
    return SystemAct(key="notice.greeting", values={"greeting": in_language(business.greeting, call.language)})


def asking(call: Call, before: Call | None, answered: Question, system_acts: Sequence[SystemAct], turn_context: TurnContext) -> Call:
    """The call with the question that is open now. `before`: as last committed; `answered`: what had been asked."""
    implied = tuple(slot for system_act in system_acts if (slot := IMPLIED.get(system_act.key) or _edited(system_act)))
    if not implied and not call.idle and not moved(call, before):  # right after an aside, a "no" is still about what was taken before it
        implied = answered.implied
    left = call.open_turn.behind if call.open_turn is not None else None
    return replace(call, question=next_question(call, turn_context, implied), open_turn=left)


def _edited(system_act: SystemAct) -> str:
    """The slot whose new value, a supervisor's, is said in passing; "" for none."""
    return system_act.slot if system_act.key == "people.edited" else ""


def counted(call: Call, before: Call | None) -> Call:
    """The call with this turn counted, when its question has been asked; what is said while a supervisor has the call is not ours to count."""
    if call.status == "with_agent":
        return call
    return replace(
        call,
        turns=call.turns + 1,
        summarised=call.summarised or call.question.kind == "summary",
        idle=0 if call.awaits_approval or moved(call, before) else call.idle + 1,
    )


def moved(call: Call, before: Call | None) -> bool:
    """Whether the turn brought the call further: something settled, pending, or half heard that was not before."""
    if before is None:
        return False
    held = {name: (state.value, state.pending, state.partial, state.options) for name, state in call.slots.items()}
    return before.open_turn is not None or any(
        held[name] != (state.value, state.pending, state.partial, state.options) for name, state in before.slots.items()
    )
