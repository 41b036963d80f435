"""Whether the evidence suffices for an address, and whether somebody still is there."""

from collections.abc import Sequence

from agent.languages import words
from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import Found, parse
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.patching import opening

_WORDS_BEFORE, _WORDS_AFTER = 5, 10
"""Where it is said that an address is former: "my old address was", "that's the old one"."""
PLAIN = ("typed", "numbered", "box")
"""Kinds of addresses that nothing else is said like."""


def stands(found: Found, line: Line, context: Context, asked: bool) -> bool:
    """Whether the evidence suffices for an address: a plain street type always, a bare name only where nothing else is said, or with its postcode."""
    if found.kind in PLAIN:
        return True
    announced = asked or found.cued or bool(context.held.partial)
    placed = bool(found.parts.state and found.parts.postcode) or (bool(found.parts.postcode) and not line.lexicon.states)
    if found.kind == "house":
        return announced
    if found.kind == "named":
        return bool(context.held.partial and {"suburb", "postcode"} & parse(context.held.partial, line.lexicon).said().keys())
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
    return found.start <= line.skip_to and line.only_courtesy(found.end)


def of_now(found: list[Found], line: Line) -> list[Found]:
    """Those of several addresses where somebody still is: "my old address was ..., the new one is ...", "..., no, that's the old one, ..."."""
    kept = [each for at, each in enumerate(found) if not _is_former(line, each, found[at + 1].start if at + 1 < len(found) else line.size)]
    return kept or found


def _is_former(line: Line, found: Found, following: int) -> bool:
    before = line.norms[max(0, found.start - _WORDS_BEFORE) : found.start]
    after = line.norms[found.end : min(following, found.end + _WORDS_AFTER)]
    former = line.lexicon.former
    return (not former.isdisjoint(before) and not _points_back(before, line.lexicon)) or _points_back(after, line.lexicon)


def _points_back(norms: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the words say that what was just said is former: "that's the old one"."""
    said = next((at for at, norm in enumerate(norms) if norm in lexicon.former), 0)
    return not lexicon.pointing_back.isdisjoint(norms[:said])
