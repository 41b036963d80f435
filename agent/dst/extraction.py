"""What the slots hear in one turn: of the same words, with the same in mind, once."""

from collections.abc import Sequence

from agent.nlu.candidates import Candidate, Context
from agent.nlu.effort import spend
from agent.nlu.utterance import Utterance
from agent.slots import SLOTS

_TOKEN = 3
"""Units that a slot takes for a token, beside what it looks for there."""


class Extraction:
    def __init__(self) -> None:
        self._heard: dict[tuple[object, ...], Sequence[Candidate]] = {}

    def extract(self, slot: str, utterance: Utterance, context: Context) -> Sequence[Candidate]:
        """`SLOTS[slot].hear`. `context` is one of this turn's: what a turn does not change in it tells no reading apart."""
        key = (slot, utterance.text, context.language, context.asked, context.held)
        if key not in self._heard:
            spend(_TOKEN * len(utterance.tokens))
            self._heard[key] = SLOTS[slot].extract(utterance, context)
        return self._heard[key]
