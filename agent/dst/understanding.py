"""What the caller did with a turn, by rules alone: words in, user acts out.

How it works. Keys pressed answer the open question (`informing.keyed_acts`). Of words, a `Hearing` reads the acts, as they are meant in this call.
`assignment` tells whose words are whose: what stands under a slot's name no other slot hears. `corrections.settle_acts` takes back a yes that has an
exception. Then all slots listen, the asked ones with more trust, and `selection` takes the best value of each.

What the turn does is put together in this order: another language; what steers the whole call (`control`); the reply to the open question, the values
and the caller's own questions (`replies`); and where all of that is nothing, what the utterance may still be: a correction of a value held, a
courtesy, musing. Nothing is decided about values here: that is `tracker` and `values`.
"""

from collections.abc import Sequence
from datetime import datetime

from agent.dst.control import control, language_act, switched
from agent.dst.corrections import checked, edited, settle_acts
from agent.dst.errands import errand_acts
from agent.dst.facts import Facts
from agent.dst.hearing import Hearing
from agent.dst.informing import keyed_acts
from agent.dst.nearer import nearer
from agent.dst.overhearing import overheard
from agent.dst.replies import ALONE, REPLIES, asides, meant
from agent.dst.selection import values_told
from agent.nlu import set_phrases
from agent.nlu.acts.recognition import own_questions
from agent.nlu.effort import TooMuch, limited
from agent.nlu.some_day import asks_of_some_day
from agent.nlu.utterance import Utterance
from agent.record.acts import Act, DialogueAct, Inform, NoInput, NoMatch, UserAct
from agent.record.business import Business
from agent.record.call import Call, Turn
from agent.slots import SLOTS

_MUSING = 3
"""Words up to which one who only hums and haws is thinking: "uh", "well, let's see"."""


def understand(call: Call, turn: Turn, business: Business, now: datetime) -> tuple[UserAct, ...]:
    """What the turn does, in the order in which it is to be carried out; (NoInput,) for silence, (NoMatch,) when nothing could be used.

    `now`: aware, in the business's zone.
    """
    if keyed := keyed_acts(call, turn, business, now):
        return keyed
    utterance = Utterance(turn.text)
    if not utterance or set_phrases.is_machine(utterance, utterance.language(call.language)):
        return (NoInput(),)
    hearing = Hearing(call, turn, business, now, utterance)
    try:
        with limited():
            hearing.assign()
            settle_acts(hearing)
            return _user_acts(hearing, checked(hearing, values_told(hearing)))
    except (TooMuch, RecursionError):  # neither is the end of the call
        return _too_long(hearing)


def _user_acts(hearing: Hearing, informs: list[Inform]) -> tuple[UserAct, ...]:
    """The acts and values, in order."""
    switch = language_act(hearing, informs)
    if asked := _of_some_day(hearing, informs):
        return (*switch, *asked)
    if done := errand_acts(hearing, informs):
        return (*switch, *done)
    if steering := control(hearing, informs):
        return (*switch, steering)
    done = nearer(hearing, _answered(hearing, informs) or _left(hearing))
    return (*switch, *(done or (NoMatch(),)), *overheard(hearing, informs))


def _of_some_day(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """The question what could still be done later, which neither stops nor changes anything; with what was told beside it, and the yes before it."""
    hurries = Act.HANDOFF in hearing.acts or set_phrases.urgent(hearing.utterance, hearing.business)
    if hurries or not asks_of_some_day(hearing.utterance):
        return []
    question = hearing.question
    yes = question.slots if question.kind == "read_back" and Act.AFFIRM in hearing.acts else ()
    told = [inform for inform in informs if not SLOTS[inform.slot].calendar]
    asked = DialogueAct(act=Act.ASK, slots=question.slots, detail=hearing.utterance.text)
    return [*(DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in yes), *told, asked]


def _answered(hearing: Hearing, informs: list[Inform]) -> list[UserAct]:
    """The reply to the open question, the values, the caller's questions; without any of them a correction of what is held, or a courtesy."""
    unsaid = hearing.correcting and hearing.question.kind == "summary" and not informs
    if unsaid and (value := edited(hearing)):
        return [value]
    facts = Facts(hearing, informs)
    done = [*meant(REPLIES, facts), *informs, *asides(facts)]
    if not done and hearing.correcting and (value := edited(hearing)):
        return [value]
    return done or [*meant(ALONE, facts)]


def _left(hearing: Hearing) -> list[UserAct]:
    """What an utterance that answered nothing may still be: a value held, edited; one said to be wrong; musing."""
    if value := edited(hearing):
        return [value]
    first = next(iter(hearing.assignment.amended), None)
    if first and first.amends and not own_questions(hearing.utterance):
        return [DialogueAct(act=Act.CORRECTION, slots=(first.slot,))]
    if hearing.talk and not hearing.acts and not hearing.named and len(hearing.utterance.words) <= _MUSING:
        return [DialogueAct(act=Act.HOLD_ON)]
    return []


def _too_long(hearing: Hearing) -> tuple[UserAct, ...]:
    """What is heard of an utterance that would take too long to read: a danger, the wish for a person, else nothing."""
    switch = switched(hearing.utterance, hearing.call.language)
    if set_phrases.urgent(hearing.utterance, hearing.business):
        return (*switch, DialogueAct(act=Act.EMERGENCY))
    return (*switch, DialogueAct(act=Act.HANDOFF) if Act.HANDOFF in hearing.acts else NoMatch(long=True))
