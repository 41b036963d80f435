"""What a caller's act does to the call, and what we ask next.

How it works. A turn was understood as a few acts. `apply` carries out one of them: it changes the record and names what is to be said about it
(notices). When none is left, `next_question` reads off the record what is open: a value to confirm, a choice to make, the first slot not settled,
the summary, or nothing. Nothing else decides what we say, so the same record always asks the same thing. The last slots that wait for a yes are
read back within the summary, so that one yes confirms them and books.

Values. Where an error is cheap and the evidence strong (`Slot.grounding`) a value is taken at once and said in the acknowledgement; a "no" right
after reopens it. Where it is dear it waits in `pending` until the caller says yes. A new value takes the place of
the pending one; an old confirmed value stays until the new one is confirmed.
"""

from collections.abc import Callable, Collection

import msgspec

from agent.dst import booking, grounding, times, values
from agent.dst.updates import Update, bare, close, denied, failed_attempt, handoff, kept, skip
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoMatch, SystemAct, ValueKind
from agent.record.call import Call, Question
from agent.record.call_events import step_taken
from agent.record.handoff import Handoff
from agent.record.progress import step
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS

replace = msgspec.structs.replace


def no_input(call: Call, turn_context: TurnContext) -> Update:
    """Silence: another prompt each time, then a polite close."""
    if call.turns == 0 or call.hears_back:
        return Update(call=call)
    silences = call.silences + 1
    after = replace(call, silences=silences)
    if silences >= turn_context.plan.silences:
        return close(after, turn_context, "silence")
    system_acts = () if call.question.kind == "ask" else (SystemAct(key="notice.still_there"),)  # the questions of the slots say so themselves
    return Update(call=after, system_acts=system_acts)


def no_match(call: Call, turn_context: TurnContext, missing: NoMatch) -> Update:
    """Something we could not use: it counts against the slot being asked, and those who watch are told, whatever was asked."""
    slot = missed(call)
    call = replace(call, silences=0)
    told = (step_taken(call, slot or step(call), "missed", "", turn_context.seconds, "no_match"),)
    if call.hears_back and call.question.kind == "none":
        return Update(call=call, events=told)
    confirming = call.question.kind not in ("ask", "none", "change")
    if not missing.long and call.question.kind == "ask" and slot == NAMES[0] and call.turns <= 1 and not call.slot(slot).no_match:
        return Update(call=call, system_acts=(SystemAct(key="notice.gladly"),), events=told)  # what the call is about, before any question was heard
    call = replace(call, misses=call.misses + 1)
    if slot:
        update = failed_attempt(call, slot, turn_context, "no_match")
    elif call.idle + 1 >= 2 * turn_context.plan.tries:
        update = handoff(call, turn_context, Handoff(why="not_understood"))
        update = replace(update, events=(*told, *update.events))
    else:
        update = Update(call=call, events=told)
    if (confirming or missing.long) and update.call.status == "active":
        return replace(update, system_acts=(SystemAct(key="notice.too_long" if missing.long else "notice.not_caught"), *update.system_acts))
    return update


def missed(call: Call) -> str:
    """The slot that something unusable was said to; "" when it was no question for a value."""
    if call.question.kind in ("change", "leave", "resume", "which", "what", "errand"):
        return ""
    here = step(call)
    return call.question.slots[0] if call.question.slots else here if here in NAMES else ""


def withheld(call: Call, dialogue_act: DialogueAct, may_skip: Collection[str]) -> str:
    """The slot that the caller does not know, or will not tell: one that was named and may be skipped, else the one that is open; "" for none."""
    if dialogue_act.act is Act.REFUSE and dialogue_act.slots and dialogue_act.slots[0] in may_skip:
        return dialogue_act.slots[0]
    here = step(call)
    return here if here in NAMES else ""


def inform(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A value, or a part of one, given by the caller."""
    if given.kind is ValueKind.OVERHEARD:
        return Update(call=call.with_slot(given.slot, replace(call.slot(given.slot), overheard=given)))
    if call.question.kind in ("change", "leave", "resume"):
        call = replace(call, question=Question(), unfinished="", recognised=False)
    call = replace(call, silences=0)
    if call.slot(given.slot).locked:
        return Update(call=call)
    take = times.wish if SLOTS[given.slot].calendar == "start" else values.take
    return take(call, given, turn_context)


# What each act does


def _affirm(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """Yes: to the read-back, to the summary, to cancelling."""
    if call.question.kind == "leave":
        return close(replace(call, question=Question()), turn_context, "cancelled")
    if dialogue_act.slots:
        return grounding.confirm(call, dialogue_act.slots[0], turn_context)
    if call.question.kind == "summary" and call.is_complete:  # not when this very yes came too late for its hour
        return booking.book(call, turn_context)
    return Update(call=replace(call, silences=0))


def _deny(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """No, without saying what it should be: the read-back is dropped, the part that is wrong is asked for, and next time we read back slowly."""
    call = replace(call, silences=0)
    if call.question.kind == "leave":
        return Update(call=replace(call, question=Question()), system_acts=(SystemAct(key="notice.neither"),))
    if call.question.kind == "resume":
        return Update(call=replace(call, question=Question(), unfinished="", recognised=False), system_acts=(SystemAct(key="notice.noted"),))
    if call.question.kind == "ask" and caller_id.offered(call):
        return Update(call=call.with_slot(caller_id.SLOT, replace(call.slot(caller_id.SLOT), disputed=call.brief.caller)))
    if call.question.kind == "change":
        return Update(call=replace(call, question=Question()), system_acts=(SystemAct(key="notice.noted"),))
    if call.question.kind == "choice":
        return _neither(call, dialogue_act.slots[0], turn_context)
    if call.question.kind == "ask" and dialogue_act.slots == call.question.slots:
        return _not_given(call, dialogue_act, turn_context)
    pending = [name for name in dialogue_act.slots if call.slot(name).pending]
    if call.question.kind == "summary" and (call.question.whole or len(pending) != 1):
        return Update(call=replace(call, question=Question(kind="change")), system_acts=(SystemAct(key="notice.which_change"),))
    if len(pending) > 1:
        for name in pending:
            call = call.with_slot(name, replace(call.slot(name), denied=call.slot(name).denied + 1))
        return Update(call=call, system_acts=(SystemAct(key="notice.wrong_part"),))
    if not dialogue_act.slots:
        return Update(call=replace(call, question=Question(kind="change")), system_acts=(SystemAct(key="notice.which_change"),))
    return denied(call, dialogue_act.slots[0], turn_context, dialogue_act.detail)


def _neither(call: Call, slot: str, turn_context: TurnContext) -> Update:
    """None of the options: the value is asked for again, from the beginning."""
    state = call.slot(slot)
    update = failed_attempt(call.with_slot(slot, replace(bare(state, "empty"), no_match=state.no_match)), slot, turn_context, "denied")
    return update if update.call.status != "active" else replace(update, system_acts=(SystemAct(key="notice.neither"), *update.system_acts))


def _not_given(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """A bare "no" where a value was asked for: asked once more, and then taken as a refusal."""
    slot = dialogue_act.slots[0]
    if call.slot(slot).no_match:
        return dont_know(call, dialogue_act, turn_context)
    update = failed_attempt(call, slot, turn_context, "denied")
    needed = () if slot in turn_context.business.may_skip else (SystemAct(key="notice.needed"),)
    return replace(update, system_acts=(SystemAct(key="why", slot=slot), *needed))


def _correct(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """A slot named as wrong, without a new value: it is asked again, and the old value stays until there is a better one."""
    if not dialogue_act.slots:
        return Update(call=replace(call, question=Question(kind="change")), system_acts=(SystemAct(key="notice.which_change"),))
    name = dialogue_act.slots[0]
    state = call.slot(name)
    if state.locked:
        return Update(call=replace(call, question=Question()))
    if dialogue_act.kind is DialogueActKind.RESTORE:
        after = call.with_slot(name, bare(state, "filled"))
        return Update(call=replace(after, silences=0), system_acts=(kept(after, name, turn_context),), settled=True)
    wrong = state.pending or state.disputed or state.said
    unknown = state.unspoken and not wrong  # nothing of it may be edited: all of it is asked for
    after = call.with_slot(name, SlotState() if unknown else replace(bare(state, "empty"), disputed=wrong, part=dialogue_act.detail))
    return Update(call=replace(after, question=Question(), silences=0), system_acts=(SystemAct(key="notice.neither"),))


def dont_know(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """Neither known nor told: skipped where the business allows, explained once, then a person."""
    slot = withheld(call, dialogue_act, turn_context.business.may_skip)
    call = replace(call, silences=0)
    if not slot:
        return Update(call=call, events=(step_taken(call, step(call), "missed", "", turn_context.seconds, dialogue_act.act.value),))
    state = call.slot(slot)
    if state.pending and dialogue_act.act is Act.DONT_KNOW:  # not sure whether it is right: once more, slowly
        return Update(call=call.with_slot(slot, replace(state, denied=state.denied + 1)))
    if slot in turn_context.business.may_skip:
        return skip(call, slot, turn_context)
    update = failed_attempt(call, slot, turn_context, dialogue_act.act.value)
    if update.call.status != "active":
        return update
    if call.slot(slot).no_match:
        return handoff(call, turn_context, Handoff(why="refused", slot=slot))
    return replace(update, system_acts=(SystemAct(key="why", slot=slot), SystemAct(key="notice.needed")))


def _start_over(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    slots = {name: state if state.locked or state.supervised else SlotState() for name, state in call.slots.items()}
    after = replace(call, slots=slots, suggestions={}, question=Question(), summarised=False, unfinished="", recognised=False)
    return Update(call=after, system_acts=(SystemAct(key="notice.started_over"),), settled=True)


def _go_back(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """The step before: its value is read back again, so that it can be corrected or confirmed; what may not be read back is asked for."""
    here = step(call)
    before = NAMES[: NAMES.index(here)] if here in NAMES else NAMES
    last = next((name for name in reversed(before) if not call.slot(name).locked), None)
    if last is None:
        return Update(call=call)
    state = call.slot(last)
    waiting = {name: bare(call.slot(name), "empty") for name in NAMES if name != last and call.slot(name).status == "pending"}
    again = replace(state, status="pending" if state.value else "empty", pending=state.value, pending_provenance=state.provenance)
    after = replace(call, slots={**call.slots, **waiting}).with_slot(last, SlotState() if state.unspoken else again)
    return Update(call=after, system_acts=(SystemAct(key="notice.gone_back"),))


def _cancel(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """To lose a call is dear: asked once more."""
    return Update(call=replace(call, question=Question(kind="leave"), silences=0))


def _goodbye(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    if call.hears_back and not call.awaits_approval:  # there is something to be told first
        return Update(call=call)
    return close(call, turn_context, "goodbye_waiting" if call.awaits_approval else "goodbye")


def _handoff(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    return handoff(call, turn_context, Handoff(why="caller_asked"))


def _emergency(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    return handoff(call, turn_context, Handoff(why="emergency"))


TRACKED: dict[Act, Callable[[Call, DialogueAct, TurnContext], Update]] = {
    Act.AFFIRM: _affirm,
    Act.DENY: _deny,
    Act.CORRECTION: _correct,
    Act.DONT_KNOW: dont_know,
    Act.REFUSE: dont_know,
    Act.START_OVER: _start_over,
    Act.GO_BACK: _go_back,
    Act.CANCEL: _cancel,
    Act.GOODBYE: _goodbye,
    Act.HANDOFF: _handoff,
    Act.EMERGENCY: _emergency,
}
"""The acts that change the call; the others are asides."""
