"""A value taken apart again."""

from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import addresses
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.pieces import pieces


def parse(value: str, lexicon: Lexicon) -> Parts:
    """The parts of a value as `line_of` writes it, or of what a caller typed."""
    line = Line(Utterance(value), lexicon)
    if found := next(iter(addresses(line)), None):
        return found.parts
    begun = pieces(line, begun=True)
    return begun.parts if begun else Parts()
