"""One utterance heard in one call: what it does, whom it speaks to, and what each slot is given to listen with.

A `Hearing` is made once a turn. Its acts come from the words alone and are then read in the middle of this call (`acts_in_context`); `corrections`
may take a yes back out of them. A slot listens to its own words only: `assignment` gives each what the caller says of it, and leaves out what stands
under the name of another.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from agent.dst.acts_in_context import in_context
from agent.dst.assignment import Assignment
from agent.dst.contexts import context_for
from agent.dst.extraction import Extraction
from agent.languages import known, words
from agent.nlu.acts.recognition import is_all_acts, named_slot, recognise_acts
from agent.nlu.candidates import Candidate, Context
from agent.nlu.effort import spend, to_spare
from agent.nlu.utterance import MAX_CHARS, Utterance
from agent.record.acts import Act
from agent.record.business import Business
from agent.record.call import Call, Turn
from agent.record.caller_id import offered
from agent.record.slot_names import NAMES
from agent.slots import SLOTS

UNMISTAKABLE = 0.8
"""How plainly words make a value, from 0 to 1, from where a slot that was not asked takes it."""
CORRECTING = 0.5
"""The same, when the caller says that something is to be changed."""
_CHARACTERS = 3
"""Of a hypothesis, read in a unit of effort."""


class Hearing:
    """What is known of one utterance while the slots listen to it. `now`: aware, in the business's zone."""

    def __init__(self, call: Call, turn: Turn, business: Business, now: datetime, utterance: Utterance) -> None:
        self.call, self.turn, self.business, self.now, self.utterance = call, turn, business, now, utterance
        self.question = call.question
        asked = frozenset(NAMES) if self.question.kind == "change" else frozenset(self.question.slots)
        context = context_for(call, NAMES[0], utterance, business, now, asked)
        self.language = context.language
        self.context = context
        """What the acts are heard with."""
        self.acts = in_context({act.act: act for act in reversed(recognise_acts(utterance, context))}, utterance, self.question, business)
        if Act.CORRECTION in self.acts and not (self.acts[Act.CORRECTION].detail or call.begun or offered(call)):
            del self.acts[Act.CORRECTION]  # "I want to change my tyres": there is nothing yet that could be wrong
        self.correcting = Act.DENY in self.acts or Act.CORRECTION in self.acts
        """Whether something is said to be otherwise than we have it."""
        self.asked = asked | frozenset(self.question.implied) if self.correcting else asked
        """The slots that a bare value answers: those asked for, and with a "no" those taken just before without a read-back."""
        self.named = named_slot(utterance)
        self.talk = is_all_acts(utterance)
        """Nothing but talk about this conversation: "no, that doesn't work" tells of no tap."""
        self.extraction = Extraction()
        self._others: list[Utterance] = []

    def assign(self) -> None:
        """Tell apart whose words are whose. Raises TooMuch when the values named cost more to hear than a turn may."""
        self.assignment = Assignment(self.call, self.utterance, self.asked, self.asking, self.extraction)

    def asking(self, slot: str, utterance: Utterance) -> Context:
        """What a slot listens with that the caller speaks of: as if it had been asked for."""
        return context_for(self.call, slot, utterance, self.business, self.now, self.asked | {slot})

    def asking_only(self, slot: str, *, editing: bool = True) -> Context:
        """What a slot listens with as if it alone had been asked for."""
        return context_for(self.call, slot, self.utterance, self.business, self.now, frozenset({slot}), editing=editing)

    def listening(self, slot: str, utterance: Utterance) -> Context:
        """What a slot listens with. It edits what it holds when that is in question, or something is said to be otherwise."""
        if slot in self.assignment.slots:
            return self.asking(slot, utterance)
        in_question = SLOTS[slot].always_patched or slot in self.asked or self.named == slot
        editing = in_question or self.correcting or not _edits().isdisjoint(utterance.words)
        return context_for(self.call, slot, utterance, self.business, self.now, self.asked, editing=editing)

    def others(self) -> Iterator[Utterance]:
        """The recogniser's other hypotheses, each read once, for as long as there is effort to spare."""
        for place, text in enumerate(self.turn.alternatives):
            if not to_spare():
                return
            if place == len(self._others):
                spend(len(text[:MAX_CHARS]) // _CHARACTERS)
                self._others.append(Utterance(text))
            yield self._others[place]

    def extract(self, slot: str, utterance: Utterance, context: Context) -> Sequence[Candidate]:
        """What a slot hears in `utterance`."""
        return self.extraction.extract(slot, utterance, context)

    def extract_own(self, slot: str) -> Sequence[Candidate]:
        """What a slot hears in the words that are its own."""
        own = self.assignment.own_words(slot)
        return self.extract(slot, own, self.listening(slot, own))


@cache
def _edits() -> frozenset[str]:
    """Words of any language beside which a value held may be edited, whatever was asked."""
    return frozenset(word for language in known() for word in words(language, "reactions")["mends"])
