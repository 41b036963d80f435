"""What the slots hear in one turn: of the same words, with the same in mind, once."""

from collections.abc import Sequence

from agent.effort import spend
from agent.hearing import Context, Heard
from agent.slots import SLOTS
from agent.text import Said

_TOKEN = 3
"""Units that a slot takes for a token, beside what it looks for there."""


class Ears:
    def __init__(self) -> None:
        self._heard: dict[tuple[object, ...], Sequence[Heard]] = {}

    def hear(self, slot: str, said: Said, context: Context) -> Sequence[Heard]:
        """`SLOTS[slot].hear`. `context` is one of this turn's: what a turn does not change in it tells no reading apart."""
        key = (slot, said.text, context.language, context.asked, context.current, context.partial, context.part)
        if key not in self._heard:
            spend(_TOKEN * len(said.tokens))
            self._heard[key] = SLOTS[slot].hear(said, context)
        return self._heard[key]
