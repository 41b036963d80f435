"""Whether the evidence suffices for an address, and how sure it is."""

from agent.languages import words
from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import Found
from agent.slots.address.en.line import Line
from agent.slots.address.en.patching import opening, parse

PLAIN = ("typed", "numbered", "box")
"""Kinds of addresses that nothing else is said like."""


def stands(found: Found, line: Line, context: Context, asked: bool) -> bool:
    """Whether the evidence suffices for an address: a plain street type always, a bare name only where nothing else is said, or with its postcode."""
    if found.kind in PLAIN:
        return True
    announced = asked or found.cued or bool(context.partial)
    placed = bool(found.parts.state and found.parts.postcode) or (bool(found.parts.postcode) and not line.lexicon.states)
    if found.kind == "house":
        return announced
    if found.kind == "named":
        return bool(context.partial and {"suburb", "postcode"} & parse(context.partial, line.lexicon).said().keys())
    if found.kind in ("weak", "known"):
        return found.cued or placed or found.start <= line.skip_to
    with_unit = bool(found.parts.unit and found.parts.suburb) and found.start <= line.skip_to and not _is_count(found)
    return with_unit or (placed and found.start <= line.skip_to) or (announced and not _is_count(found) and _alone(found, line))


def follows_talk(found: Found, utterance: Utterance, line: Line) -> bool:
    """Whether an everyday word that ends a street ("way") ends one here, since only words of the talk stand before: "no I meant 12 King Way"."""
    return found.kind in ("weak", "known") and opening(utterance, line) >= found.start


def _is_count(found: Found) -> bool:
    """Whether number and name may just as well count something: "one moment", "eighteen ounces"."""
    parts = found.parts
    name = parts.street_name.split()
    ordinal = len(name) == 1 and (name[0].casefold() in words("en", "numbers")["ordinals"] or name[0][0].isdigit())
    several = not parts.suburb and name[-1].endswith("s")
    return not parts.unit and (ordinal or several or parts.street_number == "1" or any(len(word) == 1 for word in name))


def _alone(found: Found, line: Line) -> bool:
    before = all(norm in line.lexicon.lead_in or not norm[0].isalnum() for norm in line.norms[: found.start])
    return before and all(norm in line.lexicon.courtesy or not norm[0].isalnum() for norm in line.norms[found.end :])
