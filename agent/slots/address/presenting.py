"""Saying an address, and its parts for the record: each script by its own rules."""

from collections.abc import Mapping

from agent.nlu.candidates import Context
from agent.slots.address.en import presenting as english
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.places import state_of
from agent.slots.address.zh import presenting as mandarin
from agent.slots.address.zh.grammar import is_chinese, split_of


def present(value: str, context: Context, slow: bool) -> str:
    """The address as we say it."""
    if is_chinese(value):
        return mandarin.present(value)
    return english.spoken(value, parse(value, lexicon(context.region)), lexicon(context.region), slow)


def parts(value: str, context: Context) -> Mapping[str, str]:
    """`unit, street_number, street_name, suburb, state, postcode, country`, as far as known. The country is the region's unless another was said, and
    the state the postcode's where none was said."""
    if is_chinese(value):
        return mandarin.parts(split_of(value))
    found = parse(value, lexicon(context.region)).said()
    country = found.get("country", context.region)
    state = state_of(found.get("postcode", ""), context.region) if country == context.region and "state" not in found else ""
    return {**found, **({"state": state} if state else {}), "country": country} if found else {}
