"""A service picked out of a list by its place ("the second one"), its price ("the 149 one") or by comparing prices ("the cheaper one")."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from agent.business import Service
from agent.hearing import Context
from agent.languages import words
from agent.languages.numbers import cardinal, ordinal
from agent.text import Said


class Pick(NamedTuple):
    service: Service
    rule: str
    first: int
    last: int
    """The tokens that picked it."""
    plain: bool
    """It cannot be about anything but a list."""


def listed(context: Context) -> Sequence[Service]:
    """The services that places count in: those our last sentence named, in its order, else all."""
    prompt = Said(context.prompt).lower if context.prompt else ""
    found = []
    for service in context.services:
        names = (service.name,) if isinstance(service.name, str) else tuple(service.name.values())
        places = [prompt.find(name.lower()) for name in names if name]
        if place := [at for at in places if at >= 0]:
            found.append((min(place), service))
    return [service for _, service in sorted(found, key=lambda one: one[0])] if len(found) > 1 else context.services


def pick(said: Said, context: Context) -> Pick | None:
    """The one service that place or price picks, or None."""
    language = "zh" if said.has_han else "en" if context.language == "zh" else context.language
    table = words(language, "service")
    services = listed(context)
    return _by_place(said, services, language, table) or _by_price(said, services, language, table) or _by_comparison(said, services, table)


def _by_place(said: Said, services: Sequence[Service], language: str, table: dict[str, Any]) -> Pick | None:
    spoken = said.words
    for at, word in enumerate(spoken):
        place, end = ordinal(said.tokens, at, language)
        numbered = False
        if place is None and (found := _either(spoken, at, table["first"])):
            place, end = 1, found
        if place is None and (found := _either(spoken, at, table["last"])):
            place, end = len(services), found
        if place is None and word in table["pick_number"]:
            start = at + 2 if spoken[at + 1 : at + 2] == (".",) else at + 1
            place, end = cardinal(said.tokens, start, language)
            numbered = place is not None
        if place is None and at == 0 and len(spoken) <= 3:
            place, end = cardinal(said.tokens, at, language)
        if place is None or not 1 <= place <= len(services):
            continue
        follower = " ".join(spoken[end : end + 1])
        if follower in table["not_after_ordinal"] or "".join(spoken[end : end + 2]) in table["not_after_ordinal"] or follower.isdigit():
            continue
        noun = any(_begins(spoken, end, phrase) for phrase in table["pick_nouns"])
        alone = all(other in table["pick_fillers"] or not other[0].isalnum() for other in (*spoken[:at], *spoken[end:])) or (
            noun
            and all(
                other in table["pick_fillers"] or other in table["pick_nouns"] or not other[0].isalnum() for other in (*spoken[:at], *spoken[end:])
            )
        )
        if noun and not _negated(spoken, at, table) or (alone and not (numbered and not alone)):
            return Pick(services[place - 1], "place", at, end, noun and alone)
    return None


def _by_price(said: Said, services: Sequence[Service], language: str, table: dict[str, Any]) -> Pick | None:
    """Prices that no two services share."""
    spoken = said.words
    at = 0
    while at < len(spoken):
        amount, end = cardinal(said.tokens, at, language)
        if amount is None or end <= at:
            at += 1
            continue
        cued = any(spoken[end : end + 1] == (unit,) for unit in table["currency"]) or (at > 0 and spoken[at - 1] in table["currency"])
        noun = any(_begins(spoken, end + place, phrase) for place in (0, 1) for phrase in table["pick_nouns"])
        same = [service for service in services if service.price is not None and int(service.price) == amount]
        if len(same) == 1 and (cued or noun) and not _negated(spoken, at, table):
            return Pick(same[0], "price", at, end, cued or noun)
        at = end
    return None


def _by_comparison(said: Said, services: Sequence[Service], table: dict[str, Any]) -> Pick | None:
    priced = [(service.price, service) for service in services if service.price is not None]
    if len(priced) < 2:
        return None
    spoken = said.words
    for at in range(len(spoken)):
        for phrases, wanted in ((table["dearest"], max), (table["cheapest"], min)):
            if (end := _either(spoken, at, phrases)) and not _negated(spoken, at, table):
                best = wanted(price for price, _ in priced)
                some = [service for price, service in priced if price == best]
                return Pick(some[0], "comparison", at, end, True) if len(some) == 1 else None
    return None


def _either(spoken: Sequence[str], at: int, phrases: Sequence[str]) -> int:
    """The end of the first phrase that stands here, 0 for none."""
    return next((at + len(Said(phrase).words) for phrase in phrases if _begins(spoken, at, phrase)), 0)


def _begins(spoken: Sequence[str], at: int, phrase: str) -> bool:
    wanted = Said(phrase).words
    return tuple(spoken[at : at + len(wanted)]) == wanted


def _negated(spoken: Sequence[str], at: int, table: dict[str, Any]) -> bool:
    return any(_begins(spoken, place, phrase) for place in range(max(0, at - 4), at) for phrase in table["negators"])
