"""Whether someone can be sent to an address in Mandarin."""

from agent.record.reasons import Reason
from agent.slots.address.zh.grammar import split_of


def validate(value: str) -> Reason | None:
    """What is missing: the number, the road or estate, or the division it lies in."""
    split = split_of(value)
    if not split.road:
        return Reason.NO_STREET
    if not (split.number or split.rest):
        return Reason.NO_NUMBER
    return None if split.divided else Reason.NO_SUBURB
