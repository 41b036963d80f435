"""Whether someone can be sent to an address."""

import unicodedata

from agent.nlu.candidates import Context
from agent.record.reasons import Reason
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.en.parts import refused
from agent.slots.address.zh.grammar import is_chinese, split_of

LONGEST = 250
"""Characters of an address that a label can carry."""
_MARKS = frozenset(" ,.'-/#&()+·、，。（）№º°\"\u200c\u200d")
"""What addresses are written with beside letters and figures."""


def is_address_like(line: str) -> bool:
    """Whether a line is no longer than an address and written with what addresses are written with, in any script."""
    return len(line) <= LONGEST and all(c.isalnum() or c in _MARKS or unicodedata.category(c)[0] == "M" for c in line)


def validate(value: str, context: Context) -> Reason | None:
    """Why nobody could be sent there, or None."""
    if not is_address_like(value):
        return Reason.NOT_AN_ADDRESS if len(value) <= LONGEST else Reason.TOO_LONG
    if is_chinese(value):
        split = split_of(value)
        if not split.road:
            return Reason.NO_STREET
        if not (split.number or split.rest):
            return Reason.NO_NUMBER
        return None if split.divided else Reason.NO_SUBURB
    return refused(parse(value, lexicon(context.region)), lexicon(context.region))
