"""The parts of an address, and the one line a country writes them on."""

from functools import cache

import msgspec

from agent.languages import words
from agent.record.reasons import Reason
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.places import agree

FIELDS = {"number": "street_number", "street": "street_name", "town": "suburb", "postcode": "postcode", "unit": "unit", "state": "state"}
"""The parts as they are asked for, and their names in `Parts`."""


@cache
def written_as(name: str) -> frozenset[str]:
    """Words as the line writes them."""
    return frozenset(words("en", "address")["written"][name].split())


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that were said, each as it stands on the line; "" for what was not said. The names are the contract's."""

    unit: str = ""
    street_number: str = ""
    street_name: str = ""
    suburb: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    """ISO 3166, only when the caller named it."""

    @property
    def whole(self) -> bool:
        """Whether someone could drive there: a number (or a house with a name), a street, and a town or a postcode."""
        return bool((self.street_number or self.stands_by_name) and self.street_name and (self.suburb or self.postcode))

    @property
    def stands_by_name(self) -> bool:
        """Whether a house is named in the place of a number, and not only a part of one ("Flat 3"); on an estate the unit is enough."""
        names = (segment for segment in self.unit.split(", ") if segment and not any(c.isdigit() for c in segment))
        on_estate = bool(self.unit) and self.street_name.rpartition(" ")[2] in written_as("estates")
        return on_estate or any(name.split()[-1] not in written_as("parts_of_houses") for name in names)

    def filled_from(self, other: "Parts") -> "Parts":
        """These parts, and those of `other` where these have none."""
        return Parts(**{name: getattr(self, name) or getattr(other, name) for name in self.__struct_fields__})

    def said(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name)}


def line_of(parts: Parts, lexicon: Lexicon) -> str:
    """One line: "Unit 4/12 High Street, Richmond VIC 3121" (AU), "350 Fifth Avenue, Apt 4B, New York, NY 10118" (US)."""
    labelled = parts.street_number and not parts.street_name and (parts.suburb or parts.postcode or parts.state)
    number = f"House number {parts.street_number}" if labelled else parts.street_number  # what stands before a town would else be its name
    street = _with_unit(parts.unit, " ".join(part for part in (number, parts.street_name) if part), bool(parts.street_number), lexicon)
    end = " ".join(part for part in (parts.state, parts.postcode) if part)
    glue = ", " if lexicon.state_after_comma and parts.state else " "
    outward = parts.postcode.partition(" ")[0] if " " in parts.postcode else ""
    suburb = parts.suburb.removesuffix(f" {outward}") if outward else parts.suburb  # "Cardiff CF11", and then the whole of it
    town = glue.join(part for part in (suburb, end) if part)
    country = lexicon.country_names.get(parts.country, parts.country)
    return ", ".join(part for part in (street, town, country) if part)


def _with_unit(unit: str, street: str, numbered: bool, lexicon: Lexicon) -> str:
    """Unit and street in the country's order, with a slash where it has one: "Unit 4/12 High Street", "350 Fifth Avenue, Apt 4B"."""
    bare = unit.isalnum() and unit[:1].isdigit()
    if numbered and (bare or (lexicon.unit_before and lexicon.slash_unit and _takes_slash(unit))):
        return f"{unit}/{street}"
    return ", ".join(part for part in ((unit, street) if lexicon.unit_before else (street, unit)) if part)


def _takes_slash(unit: str) -> bool:
    """Whether the unit stands before the number with a slash: a level or a named building does not."""
    numbered = unit[-1:].isalnum() and any(c.isdigit() for c in unit)
    return numbered and not {",", "/"} & {*unit} and unit.split()[0] in written_as("slashed")


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
