"""What acts mean in the middle of this call, where the words alone would say something else."""

from collections.abc import Mapping

import msgspec

from agent.acts import Act, HeardAct
from agent.business import Business
from agent.call import Question
from agent.labels import asks_why, declined, says_any
from agent.text import Said

replace = msgspec.structs.replace


def in_this_call(acts: Mapping[Act, HeardAct], said: Said, question: Question, business: Business) -> dict[Act, HeardAct]:
    """The acts as they are meant here."""
    meant = dict(acts)
    named = meant.get(Act.CORRECTION)
    if named and named.detail == "phone" and "address" in question.slots and "phone" not in question.slots:  # "it has no number", of a house
        meant[Act.CORRECTION] = replace(named, detail="address")
    if Act.HANDOFF in meant and says_any(said, "identity"):  # "am I talking to a real person" wishes for none
        meant[Act.HELP] = replace(meant.pop(Act.HANDOFF), act=Act.HELP)
    if Act.CANCEL in meant and says_any(said, "cut_off"):  # the line was, and nobody wants to stop
        meant[Act.GREET] = replace(meant.pop(Act.CANCEL), act=Act.GREET)
    if Act.CANCEL in meant and any(declined(said, slot) for slot in business.may_skip):
        del meant[Act.CANCEL]
    if Act.WHY in meant and not asks_why(said):  # Dee Why is a place
        del meant[Act.WHY]
    return meant
