"""What acts mean in the middle of this call, where the words alone would say something else."""

from collections.abc import Mapping

import msgspec

from agent.nlu.acts import ActCandidate
from agent.nlu.reactions import asks_why, declined, says_any
from agent.nlu.utterance import Utterance
from agent.record.acts import Act
from agent.record.business import Business
from agent.record.call import Question
from agent.slots.address import ADDRESS
from agent.slots.phone import PHONE

replace = msgspec.structs.replace


def in_context(acts: Mapping[Act, ActCandidate], utterance: Utterance, question: Question, business: Business) -> dict[Act, ActCandidate]:
    """The acts as they are meant here."""
    meant = dict(acts)
    named = meant.get(Act.CORRECTION)
    if named and named.detail == PHONE.name and ADDRESS.name in question.slots and PHONE.name not in question.slots:  # "it has no number", of a house
        meant[Act.CORRECTION] = replace(named, detail=ADDRESS.name)
    if Act.HANDOFF in meant and says_any(utterance, "identity"):  # "am I talking to a real person" wishes for none
        meant[Act.HELP] = replace(meant.pop(Act.HANDOFF), act=Act.HELP)
    if Act.CANCEL in meant and says_any(utterance, "cut_off"):  # the line was, and nobody wants to stop
        meant[Act.GREET] = replace(meant.pop(Act.CANCEL), act=Act.GREET)
    if Act.CANCEL in meant and any(declined(utterance, slot) for slot in business.may_skip):
        del meant[Act.CANCEL]
    if Act.WHY in meant and not asks_why(utterance):  # Dee Why is a place
        del meant[Act.WHY]
    return meant
