"""The addresses of an English utterance, or a part of one, in three steps.

Candidates  every place where a number and a street stand (`addresses`); where none stands, parts by themselves (`part_candidates`)
Evidence    what the words around one say: whether it stands, whether somebody still is there, how plainly it is an address (`weights`)
Choice      the plainest first; of two in one breath the later after "no, sorry"
"""

from collections.abc import Sequence

from agent.languages import words
from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import Found, addresses, parse
from agent.slots.address.en.lexicon import Lexicon, lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.part_candidates import asked_part, at_home, in_parts, readings
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.patching import continued, moved, opening, unslashed
from agent.slots.address.en.talk import Talk
from agent.slots.address.weights import CUED, KINDS, MOST, PLACED, UNMISTAKABLE

_WORDS_BEFORE, _WORDS_AFTER = 5, 10
"""Where it is said that an address is former: "my old address was", "that's the old one"."""
_PLAIN = ("typed", "numbered", "box")
"""Kinds of addresses that nothing else is said like."""


def extract(utterance: Utterance, context: Context, *, asked: bool) -> Sequence[Candidate]:
    """Every address that the utterance may hold, best first; a part of one when it was asked for, begun or held."""
    known = lexicon(context.region)
    begun = bool(context.held.partial or context.held.value)
    if not asked and not begun and known.gate.isdisjoint(utterance.words) and not known.postcode_shapes:
        return ()
    line = Line(utterance, known)
    held = parse(context.held.value, known) if context.held.value else Parts()
    partial = parse(context.held.partial, known) if context.held.partial else Parts()
    talk_before = opening(utterance, line) if asked and begun else -1
    found = [each for each in addresses(line) if _stands(each, line, partial, context, asked, talk_before)]
    if begun and any(each.kind not in _PLAIN for each in found):
        talk = Talk(utterance, line)
        found = [each for each in found if each.kind in _PLAIN or talk.is_content(each.start, each.end)]  # "give me two ticks"
    if context.held.value:  # "it's 29 mate" edits the number
        found = [each for each in found if each.kind != "open" or each.parts.postcode or each.parts.state]
    if context.held.partial and all(each.kind == "open" and not each.parts.whole for each in found):
        # "10118 New York" goes on with the address begun, rather than begin one.
        found = [] if continued(partial, utterance, line, asked_part(context, known)) else found
    if not found:
        return [at_home(candidate, context) for candidate in in_parts(utterance, line, context, asked)]
    found = _of_now(found, line) if len(found) > 1 else found
    candidates = [at_home(_candidate(each, line, context, held, partial), context) for each in found]
    corrected = len(found) > 1 and not known.words["corrects"].isdisjoint(line.norms[found[-2].end : found[-1].start])
    return [candidates[-1], *candidates[:-1]] if corrected else sorted(candidates, key=lambda each: -each.confidence)


def _candidate(found: Found, line: Line, context: Context, held: Parts, partial: Parts) -> Candidate:
    known, where = line.lexicon, found.parts
    patch = bool(context.held.value) and moved(held, where) != where
    where = moved(held, where) if patch else where.filled_from(unslashed(partial, where))
    placed = bool(where.suburb and (where.state or where.postcode))
    confidence = min(MOST, KINDS[found.kind] + (CUED if found.cued else 0.0) + (PLACED if placed else 0.0))
    if found.kind == "weak" and placed and (found.cued or where.postcode):
        confidence = max(confidence, UNMISTAKABLE)
    lines = readings(found.other, where, known, in_call=context.in_call)
    return Candidate(
        value=lines[0],
        rule=found.kind,
        span=line.span(found.start, found.end),
        confidence=confidence,
        whole=where.whole or found.kind == "box",
        options=tuple(lines) if len(lines) > 1 else (),
        parts=where.said(),
        patch=patch,
    )


def _stands(found: Found, line: Line, partial: Parts, context: Context, asked: bool, talk_before: int) -> bool:
    """Whether the evidence suffices for an address: a plain street type always, a bare name only where nothing else is said, or with its postcode.

    An everyday word that ends a street ("way") ends one also where only words of the talk stand before: "no I meant 12 King Way".
    """
    parts, opens = found.parts, found.start <= line.skip_to
    announced = asked or found.cued or bool(context.held.partial)
    placed = bool(parts.postcode) and (bool(parts.state) or not line.lexicon.phrases["states"])
    match found.kind:
        case "typed" | "numbered" | "box":
            return True
        case "house":
            return announced
        case "named":
            return bool(partial.suburb or partial.postcode)
        case "weak" | "known":
            return found.cued or placed or opens or talk_before >= found.start
    named = bool(parts.unit and parts.suburb) or (announced and line.only_courtesy(found.end))
    return opens and (placed or (named and not _is_count(parts)))


def _is_count(parts: Parts) -> bool:
    """Whether number and name may just as well count something: "one moment", "eighteen ounces"."""
    name = parts.street_name.split()
    ordinal = len(name) == 1 and (name[0].casefold() in words("en", "numbers")["ordinals"] or name[0][0].isdigit())
    several = not parts.suburb and name[-1].endswith("s")
    return not parts.unit and (ordinal or several or parts.street_number == "1" or any(len(word) == 1 for word in name))


def _of_now(found: list[Found], line: Line) -> list[Found]:
    """Those of several addresses where somebody still is: "my old address was ..., the new one is ...", "..., no, that's the old one, ..."."""
    ends = [*(each.start for each in found[1:]), line.size]
    return [each for each, following in zip(found, ends, strict=True) if not _is_former(line, each, following)] or found


def _is_former(line: Line, found: Found, following: int) -> bool:
    before = line.norms[max(0, found.start - _WORDS_BEFORE) : found.start]
    after = line.norms[found.end : min(following, found.end + _WORDS_AFTER)]
    former = line.lexicon.words["former"]
    return (not former.isdisjoint(before) and not _points_back(before, line.lexicon)) or _points_back(after, line.lexicon)


def _points_back(norms: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the words say that what was just said is former: "that's the old one"."""
    said = next((at for at, norm in enumerate(norms) if norm in lexicon.words["former"]), 0)
    return not lexicon.words["pointing_back"].isdisjoint(norms[:said])
