"""What an utterance may mean where its words alone do not tell: asked about, when its slot alone was asked and the caller did nothing else."""

from collections.abc import Sequence

from agent.dst.hearing import Hearing
from agent.dst.informing import inform
from agent.nlu.candidates import Candidate
from agent.nlu.effort import to_spare
from agent.record.acts import Act, DialogueAct, Inform, UserAct
from agent.slots import SLOTS

_COURTESIES = frozenset({Act.GREET, Act.THANKS, Act.BACKCHANNEL})


def nearer(hearing: Hearing, done: list[UserAct]) -> list[UserAct]:
    """What was done, or in its place a guess at the value of the slot asked."""
    question = hearing.question
    if question.kind not in ("ask", "choice") or len(question.slots) != 1 or hearing.talk or not to_spare():
        return done
    slot = question.slots[0]
    guess, heard = SLOTS[slot].guess, _heard(slot, done)
    if guess is None or hearing.call.slot(slot).locked or (heard is None and not _is_idle(done)):
        return done
    own = hearing.assignment.own_words(slot)
    found = guess(own, hearing.listening(slot, own), heard)
    if found is None or found == heard:
        return done
    told = inform(slot, found, hearing.utterance, asked=True, evidence=(found.value,))
    return [*(act for act in done if not isinstance(act, Inform)), told]


def _is_idle(done: Sequence[UserAct]) -> bool:
    """Whether nothing was done but out of courtesy."""
    return all(isinstance(act, DialogueAct) and act.act in _COURTESIES for act in done)


def _heard(slot: str, done: Sequence[UserAct]) -> Candidate | None:
    """What the slot heard, where nothing else was done."""
    told = [act for act in done if isinstance(act, Inform)]
    if len(told) != 1 or told[0].slot != slot or not _is_idle([act for act in done if not isinstance(act, Inform)]):
        return None
    one = told[0]
    return Candidate(value=one.value, rule=one.rule, confidence=one.confidence, whole=one.whole, options=one.options)
