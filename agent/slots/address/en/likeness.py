"""Which part figures by themselves are of, by what they are like in the address held."""

from rapidfuzz.fuzz import ratio

from agent.slots.address.en.limits import ALIKE
from agent.slots.address.en.parts import Parts

_NEARLY = 75.0
"""Out of 100: one of four figures is another, or two are swapped."""


def unit_rather(number: str, held: Parts) -> str:
    """The number as the unit's, when it is nearly the one held there, with as many figures, and less like the house's: 3102 for "Apt 3012"."""
    label, _, old = held.unit.rpartition(" ")
    near = number != old and len(number) == len(old) and ratio(number, old) >= _NEARLY and ratio(number, held.street_number) < _NEARLY
    return f"{label} {number}".strip() if near else ""


def number_rather(number: str, postcode: str, held: Parts) -> bool:
    """Whether figures that may be either are rather the house number, being nearer to the one held."""
    to_number = ratio(number, held.street_number)
    if not held.postcode:  # then the form of a postcode decides, unless the number held has it too and is nearly the same
        return len(held.street_number) >= len(postcode) and to_number >= ALIKE
    return to_number > ratio(postcode, held.postcode)
