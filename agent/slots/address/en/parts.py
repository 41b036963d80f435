"""The parts of an address, and the one line a country writes them on."""

import msgspec

from agent.slots.address.en.lexicon import Lexicon

_PARTS_OF_HOUSES = frozenset({"Flat", "Unit", "Apt", "Studio", "Floor", "Level", "Penthouse", "Basement", "Rear", "Front", "Upstairs", "Downstairs"})


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
        on_estate = bool(self.unit) and self.street_name.rpartition(" ")[2] in ("Estate", "Park")
        return on_estate or any(name.split()[-1] not in _PARTS_OF_HOUSES for name in names)

    def filled_from(self, other: "Parts") -> "Parts":
        """These parts, and those of `other` where these have none."""
        return Parts(**{name: getattr(self, name) or getattr(other, name) for name in self.__struct_fields__})

    def said(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name)}


def line_of(parts: Parts, lexicon: Lexicon) -> str:
    """One line: "Unit 4/12 High Street, Richmond VIC 3121" (AU), "350 Fifth Avenue, Apt 4B, New York, NY 10118" (US)."""
    labelled = parts.street_number and not parts.street_name and (parts.suburb or parts.postcode or parts.state)
    number = f"House number {parts.street_number}" if labelled else parts.street_number  # what stands before a town would else be its name
    street = " ".join(part for part in (number, parts.street_name) if part)
    if parts.unit and lexicon.unit_before:
        slashed = (
            lexicon.slash_unit
            and parts.street_number
            and parts.unit[-1:].isalnum()
            and "," not in parts.unit
            and "/" not in parts.unit
            and any(c.isdigit() for c in parts.unit)
        )
        bare = parts.unit.isalnum() and parts.unit[:1].isdigit()
        street = (
            f"{parts.unit}/{street}"
            if (bare and parts.street_number) or (slashed and _takes_slash(parts.unit))
            else ", ".join(filter(None, (parts.unit, street)))
        )
    elif parts.unit:
        bare = parts.unit.isalnum() and parts.unit[:1].isdigit() and bool(parts.street_number)
        street = f"{parts.unit}/{street}" if bare else ", ".join(filter(None, (street, parts.unit)))
    end = " ".join(part for part in (parts.state, parts.postcode) if part)
    glue = ", " if lexicon.state_after_comma and parts.state else " "
    outward = parts.postcode.partition(" ")[0] if " " in parts.postcode else ""
    suburb = parts.suburb.removesuffix(f" {outward}") if outward else parts.suburb  # "Cardiff CF11", and then the whole of it
    town = glue.join(part for part in (suburb, end) if part)
    country = lexicon.country_names.get(parts.country, parts.country)
    return ", ".join(part for part in (street, town, country) if part)


def _takes_slash(unit: str) -> bool:
    """Whether the unit stands before the number with a slash: a level or a named building does not."""
    return unit.split()[0] in ("Unit", "Flat", "Apt", "Shop", "Suite", "Villa", "Townhouse", "Office", "Studio", "Duplex")
