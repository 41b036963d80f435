"""Party size: how many people come.

Extracted  a number, in words or figures, where it was asked for.
Held       in figures, e.g. "4".
Said       as figures.
"""

from agent.nlu.candidates import Context
from agent.slots.descriptor import Grounding, Slot
from agent.slots.party_size.extracting import extract
from agent.slots.party_size.validating import validate, written


def present(value: str, context: Context, slow: bool) -> str:
    """The figures."""
    return value


PARTY_SIZE = Slot(
    name="party_size",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    grounding=Grounding(implicit=True),
    example="4",
)
