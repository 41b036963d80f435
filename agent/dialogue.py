"""What a caller's act does to the call, and what we ask next.

How it works. A turn was understood as a few acts. `take` carries out one of them: it changes the record and names what is to be said about it
(notices). When none is left, `next_question` reads off the record what is open: a value to confirm, a choice to make, the first slot not settled,
the summary, or nothing. Nothing else decides what we say, so the same record always asks the same thing. The last slots that wait for a yes are
read back within the summary, so that one yes confirms them and books.

Values. Where an error is cheap and the evidence strong (name, service) a value is taken at once and said in the acknowledgement; a "no" right
after reopens it. Where it is dear (phone, address, email, time) it waits in `pending` until the caller says yes. A new value takes the place of
the pending one; an old confirmed value stays until the new one is confirmed.
"""

from collections.abc import Callable

import msgspec

from agent import asides, caller_id, values
from agent.acts import Act
from agent.call import Call, HandOff, Question, SlotState
from agent.outcomes import bare, close, denied, hand_off, kept, missed, skip
from agent.progress import step
from agent.scene import Outcome, Scene
from agent.slots.names import NAMES
from agent.taken import RESTORE, Did, Inform, NoInput, NoMatch, Notice, Taken

replace = msgspec.structs.replace


def take(call: Call, taken: Taken, scene: Scene) -> Outcome:
    """One act carried out."""
    match taken:
        case Inform():
            return values.inform(call, taken, scene)
        case NoInput():
            return _no_input(call, scene)
        case NoMatch():
            return _no_match(call, scene, taken)
        case Did():
            return _DO.get(taken.act, asides.aside)(call, taken, scene)


def next_question(call: Call, scene: Scene, implied: tuple[str, ...] = ()) -> Question:
    """What is open now. `implied`: slots taken without a read-back in this turn."""
    if call.status != "active":
        return Question()
    if call.question.kind in ("leave", "change"):
        return call.question
    if call.recognised:
        return Question(kind="resume")
    for name in NAMES:
        if call.slot(name).options:
            return Question(kind="choice", slots=(name,), implied=implied)
    pending = tuple(name for name in NAMES if call.slot(name).pending)
    if reopened := next((name for name in NAMES if _is_reopened(call.slot(name))), ""):
        return Question(kind="ask", slots=(reopened,), implied=implied)
    rest = [name for name in NAMES if not (call.slot(name).settled or call.slot(name).locked) and name not in pending]
    if not rest:
        mended = implied or any(call.slot(name).denied for name in pending)
        again = call.question.whole and call.question.slots == pending and not mended
        return Question(kind="summary", slots=pending, implied=implied, whole=not call.summarised or again)
    if pending and not call.summarised:
        doubted = tuple(name for name in pending if call.slot(name).denied)
        return Question(kind="read_back", slots=doubted[:1] or pending, implied=implied)
    return Question(kind="ask", slots=(rest[0],), implied=implied)


def _is_reopened(state: SlotState) -> bool:
    """Whether the caller said that its value is wrong, and has not said what is right."""
    return state.status == "empty" and bool(state.disputed)


def _no_input(call: Call, scene: Scene) -> Outcome:
    """Silence: another prompt each time, then a polite close."""
    if call.turns == 0:
        return Outcome(call=call)
    silences = call.silences + 1
    after = replace(call, silences=silences)
    if silences >= scene.plan.silences:
        return close(after, scene, "silence")
    notices = () if call.question.kind == "ask" else (Notice(key="notice.still_there"),)  # the questions of the slots say so themselves
    return Outcome(call=after, notices=notices)


def _no_match(call: Call, scene: Scene, missing: NoMatch) -> Outcome:
    """Something we could not use: it counts against the slot being asked."""
    slots = call.question.slots or ((step(call),) if step(call) in NAMES else ())
    call = replace(call, silences=0)
    confirming = call.question.kind not in ("ask", "none", "change")
    if not missing.long and call.question.kind == "ask" and slots == ("name",) and call.turns <= 1 and not call.slot("name").no_match:
        return Outcome(call=call, notices=(Notice(key="notice.gladly"),))  # what the call is about, before any question was heard
    if slots and call.question.kind not in ("change", "leave", "resume"):
        outcome = missed(call, slots[0], scene, "no_match")
    elif call.idle + 1 >= 2 * scene.plan.tries:
        outcome = hand_off(call, scene, HandOff(why="not_understood"))
    else:
        outcome = Outcome(call=call)
    if (confirming or missing.long) and outcome.call.status == "active":
        return replace(outcome, notices=(Notice(key="notice.too_long" if missing.long else "notice.not_caught"), *outcome.notices))
    return outcome


# What each act does


def _affirm(call: Call, did: Did, scene: Scene) -> Outcome:
    """Yes: to the read-back, to the summary, to cancelling."""
    if call.question.kind == "leave":
        return close(replace(call, question=Question()), scene, "cancelled")
    if did.slots:
        return values.confirm(call, did.slots[0], scene, "explicit")
    if call.question.kind == "summary" and all(state.settled for state in call.slots.values()):  # not when this very yes came too late for its hour
        return values.book(call, scene)
    return Outcome(call=replace(call, silences=0))


def _deny(call: Call, did: Did, scene: Scene) -> Outcome:
    """No, without saying what it should be: the read-back is dropped, the part that is wrong is asked for, and next time we read back slowly."""
    call = replace(call, silences=0)
    if call.question.kind == "leave":
        return Outcome(call=replace(call, question=Question()), notices=(Notice(key="notice.neither"),))
    if call.question.kind == "resume":
        return Outcome(call=replace(call, question=Question(), unfinished="", recognised=False), notices=(Notice(key="notice.noted"),))
    if call.question.kind == "ask" and caller_id.offered(call):
        return Outcome(call=call.with_slot("phone", replace(call.slot("phone"), disputed=call.brief.caller)))
    if call.question.kind == "change":
        return Outcome(call=replace(call, question=Question()), notices=(Notice(key="notice.noted"),))
    if call.question.kind == "choice":
        return _neither(call, did.slots[0], scene)
    if call.question.kind == "ask" and did.slots == call.question.slots:
        return _not_given(call, did, scene)
    pending = [name for name in did.slots if call.slot(name).pending]
    if call.question.kind == "summary" and (call.question.whole or len(pending) != 1):
        return Outcome(call=replace(call, question=Question(kind="change")), notices=(Notice(key="notice.which_change"),))
    if len(pending) > 1:
        for name in pending:
            call = call.with_slot(name, replace(call.slot(name), denied=call.slot(name).denied + 1))
        return Outcome(call=call, notices=(Notice(key="notice.wrong_part"),))
    if not did.slots:
        return Outcome(call=replace(call, question=Question(kind="change")), notices=(Notice(key="notice.which_change"),))
    return denied(call, did.slots[0], scene, did.detail)


def _neither(call: Call, slot: str, scene: Scene) -> Outcome:
    """None of the options: the value is asked for again, from the beginning."""
    state = call.slot(slot)
    outcome = missed(call.with_slot(slot, replace(bare(state, "empty"), no_match=state.no_match)), slot, scene, "denied")
    return outcome if outcome.call.status != "active" else replace(outcome, notices=(Notice(key="notice.neither"), *outcome.notices))


def _not_given(call: Call, did: Did, scene: Scene) -> Outcome:
    """A bare "no" where a value was asked for: asked once more, and then taken as a refusal."""
    slot = did.slots[0]
    if call.slot(slot).no_match:
        return _dont_know(call, did, scene)
    outcome = missed(call, slot, scene, "denied")
    needed = () if slot in scene.business.may_skip else (Notice(key="notice.needed"),)
    return replace(outcome, notices=(Notice(key="why", slot=slot), *needed))


def _correct(call: Call, did: Did, scene: Scene) -> Outcome:
    """A slot named as wrong, without a new value: it is asked again, and the old value stays until there is a better one."""
    if not did.slots:
        return Outcome(call=replace(call, question=Question(kind="change")), notices=(Notice(key="notice.which_change"),))
    name = did.slots[0]
    state = call.slot(name)
    if state.locked:
        return Outcome(call=replace(call, question=Question()))
    if did.detail == RESTORE:
        after = call.with_slot(name, bare(state, "filled"))
        return Outcome(call=replace(after, silences=0), notices=(kept(after, name, scene),), settled=True)
    wrong = state.pending or state.disputed or state.said
    unknown = state.unspoken and not wrong  # nothing of it may be mended: all of it is asked for
    after = call.with_slot(name, SlotState() if unknown else replace(bare(state, "empty"), disputed=wrong, part=did.detail))
    return Outcome(call=replace(after, question=Question(), silences=0), notices=(Notice(key="notice.neither"),))


def _dont_know(call: Call, did: Did, scene: Scene) -> Outcome:
    """Neither known nor told: skipped where the business allows, explained once, then a person."""
    named = did.slots[0] if did.act is Act.REFUSE and did.slots and did.slots[0] in scene.business.may_skip else ""
    slot = named or step(call)
    call = replace(call, silences=0)
    if slot not in NAMES:
        return Outcome(call=call)
    state = call.slot(slot)
    if state.pending and did.act is Act.DONT_KNOW:  # not sure whether it is right: once more, slowly
        return Outcome(call=call.with_slot(slot, replace(state, denied=state.denied + 1)))
    if slot in scene.business.may_skip:
        return skip(call, slot, scene)
    outcome = missed(call, slot, scene, did.act.value)
    if outcome.call.status != "active":
        return outcome
    if call.slot(slot).no_match:
        return hand_off(call, scene, HandOff(why="refused", slot=slot))
    return replace(outcome, notices=(Notice(key="why", slot=slot), Notice(key="notice.needed")))


def _dont_care(call: Call, did: Did, scene: Scene) -> Outcome:
    """Any time will do: the first two free ones are offered. Any other slot needs an answer."""
    if step(call) == "service":
        return asides.aside(call, Did(act=Act.ASK_SERVICES), scene)
    if step(call) != "time":
        return _dont_know(call, did, scene)
    return values.any_time(call, scene)


def _start_over(call: Call, did: Did, scene: Scene) -> Outcome:
    slots = {name: state if state.locked else SlotState() for name, state in call.slots.items()}
    after = replace(call, slots=slots, question=Question(), summarised=False, unfinished="", recognised=False)
    return Outcome(call=after, notices=(Notice(key="notice.started_over"),), settled=True)


def _go_back(call: Call, did: Did, scene: Scene) -> Outcome:
    """The step before: its value is read back again, so that it can be corrected or confirmed; what may not be read back is asked for."""
    here = step(call)
    before = NAMES[: NAMES.index(here)] if here in NAMES else NAMES
    last = next((name for name in reversed(before) if not call.slot(name).locked), None)
    if last is None:
        return Outcome(call=call)
    state = call.slot(last)
    waiting = {name: bare(call.slot(name), "empty") for name in NAMES if name != last and call.slot(name).status == "pending"}
    again = replace(state, status="pending" if state.value else "empty", pending=state.value, pending_provenance=state.provenance)
    after = replace(call, slots={**call.slots, **waiting}).with_slot(last, SlotState() if state.unspoken else again)
    return Outcome(call=after, notices=(Notice(key="notice.gone_back"),))


def _cancel(call: Call, did: Did, scene: Scene) -> Outcome:
    """To lose a call is dear: asked once more."""
    return Outcome(call=replace(call, question=Question(kind="leave"), silences=0))


def _goodbye(call: Call, did: Did, scene: Scene) -> Outcome:
    return close(call, scene, "goodbye")


def _handoff(call: Call, did: Did, scene: Scene) -> Outcome:
    return hand_off(call, scene, HandOff(why="caller_asked"))


def _emergency(call: Call, did: Did, scene: Scene) -> Outcome:
    return hand_off(call, scene, HandOff(why="emergency"))


_DO: dict[Act, Callable[[Call, Did, Scene], Outcome]] = {
    Act.AFFIRM: _affirm,
    Act.DENY: _deny,
    Act.CORRECTION: _correct,
    Act.DONT_KNOW: _dont_know,
    Act.REFUSE: _dont_know,
    Act.DONT_CARE: _dont_care,
    Act.START_OVER: _start_over,
    Act.GO_BACK: _go_back,
    Act.CANCEL: _cancel,
    Act.GOODBYE: _goodbye,
    Act.HANDOFF: _handoff,
    Act.EMERGENCY: _emergency,
}
"""The acts that change the call; the others are asides."""
