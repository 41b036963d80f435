"""From a value that was heard to what the caller did with it."""

from datetime import datetime

from agent.dst.contexts import context_for
from agent.dst.replies import CONFIRMING
from agent.nlu import references
from agent.nlu.candidates import Candidate
from agent.nlu.utterance import Utterance
from agent.record.acts import Act, DialogueAct, Inform, UserAct
from agent.record.business import Business
from agent.record.call import Call, Turn
from agent.slots import SLOTS


def inform(
    slot: str, candidate: Candidate, utterance: Utterance, *, asked: bool, rule: str = "", evidence: tuple[str, ...] = (), against: bool = False
) -> Inform:
    """The act of telling a value: `heard` in the words of `utterance`; `asked` when its slot was asked for, `against` when it stands against a
    "no"."""
    start, end = candidate.span
    return Inform(
        slot=slot,
        value=candidate.value,
        rule=rule or candidate.rule,
        kind=candidate.kind,
        words=utterance.text[start:end] or utterance.text,
        whole=candidate.whole,
        options=candidate.options,
        patch=candidate.patch,
        against=against,
        asked=asked,
        confidence=candidate.confidence,
        evidence=evidence,
    )


KEYS = {"1": Act.AFFIRM, "2": Act.DENY}
"""Keys instead of a yes or no."""
_KEYED = tuple(name for name, slot in SLOTS.items() if slot.listening.keys)
"""The slots whose values may be keyed whatever was asked."""


def keyed_acts(call: Call, turn: Turn, business: Business, now: datetime) -> tuple[UserAct, ...]:
    """What keys pressed mean: a number for the slot asked, 1 and 2 for yes and no, the place of an option."""
    keys = turn.digits.rpartition("*")[2].strip("#")
    if not keys:
        return ()
    question = call.question
    if question.kind == "which" and (code := references.keyed(keys)):
        return (DialogueAct(act=Act.REFERENCE, detail=code),)
    if question.kind in CONFIRMING and keys in KEYS:
        return (DialogueAct(act=KEYS[keys], slots=question.slots),)
    if question.kind == "choice":
        options = call.slot(question.slots[0]).options
        if 1 <= int(keys) <= len(options):
            return (Inform(slot=question.slots[0], value=options[int(keys) - 1], rule="keyed choice", words=keys, confidence=1.0),)
    utterance = Utterance(keys)
    for slot in (*question.slots, *_KEYED):
        found = SLOTS[slot].extract(utterance, context_for(call, slot, utterance, business, now, frozenset({slot})))
        if found:
            return (inform(slot, found[0], utterance, asked=True, rule="keyed"),)
    return ()
