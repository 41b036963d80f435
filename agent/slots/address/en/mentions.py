"""Which part of an address the caller speaks of."""

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.corrections import told
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.parsing import parse


def named_part(utterance: Utterance, context: Context) -> str:
    """The first part of the address that is spoken of and not said anew: "number", "street", "town", "postcode", "unit", "state"; "" for none.

    "The suburb's wrong", "just the number", "it's the zip code"; not "the suburb is Kew", and not "the suburb is fine".
    """
    known = lexicon(context.region)
    candidate = told(utterance, Line(utterance, known), parse(context.held.value or context.held.partial, known), context.held.part)
    return candidate.named[0] if candidate and candidate.named and not candidate.parts and not candidate.strange else ""
