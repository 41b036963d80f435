"""Whether someone can be sent to an address in English: its parts, and whether state and postcode agree."""

from agent.record.reasons import Reason
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.parts import Parts
from agent.slots.address.places import agree


def refused(parts: Parts, lexicon: Lexicon) -> Reason | None:
    """The first thing that is missing or contradicts itself; None for an address someone can drive to."""
    if not parts.street_name:
        return Reason.NO_STREET
    if not parts.street_number and not (lexicon.named_houses and parts.stands_by_name):
        return Reason.NO_NUMBER
    if not parts.suburb and not parts.postcode:
        return Reason.NO_SUBURB
    abroad = parts.country and parts.country != lexicon.region
    return None if abroad or agree(parts.postcode, parts.state, lexicon.region) else Reason.POSTCODE_STATE
