"""The addresses of an English utterance, or a part of one."""

from collections.abc import Sequence

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import Found, addresses, parse
from agent.slots.address.en.evidence import PLAIN, follows_talk, of_now, stands
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.part_candidates import asked_part, in_parts
from agent.slots.address.en.part_words import Talk
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.patching import continued, moved, unslashed
from agent.slots.address.en.readings import at_home, readings
from agent.slots.address.weights import CUED, KINDS, MOST, PLACED, UNMISTAKABLE


def extract(utterance: Utterance, context: Context, *, asked: bool) -> Sequence[Candidate]:
    """Every address that the utterance may hold, best first; a part of one when it was asked for, begun or held."""
    known = lexicon(context.region)
    begun = bool(context.held.partial or context.held.value)
    if not asked and not begun and known.gate.isdisjoint(utterance.words) and not known.postcode_shapes:
        return ()
    line = Line(utterance, known)
    found = [each for each in addresses(line) if stands(each, line, context, asked) or (asked and begun and follows_talk(each, utterance, line))]
    if begun and any(each.kind not in PLAIN for each in found):
        talk = Talk(utterance, line)
        found = [each for each in found if each.kind in PLAIN or talk.is_content(each.start, each.end)]  # "give me two ticks"
    if context.held.value:  # "it's 29 mate" edits the number
        found = [each for each in found if each.kind != "open" or each.parts.postcode or each.parts.state]
    if context.held.partial and all(each.kind == "open" and not each.parts.whole for each in found):
        # "10118 New York" goes on with the address begun, rather than begin one.
        found = [] if continued(parse(context.held.partial, known), utterance, line, asked_part(context, known)) else found
    if not found:
        return [at_home(candidate, context) for candidate in in_parts(utterance, line, context, asked)]
    found = of_now(found, line) if len(found) > 1 else found
    candidates = [at_home(_candidate(each, line, context), context) for each in found]
    # Of two in one breath the later is meant after "no, sorry"; else the plainer one.
    corrected = len(found) > 1 and not known.corrects.isdisjoint(line.norms[found[-2].end : found[-1].start])
    return [candidates[-1], *candidates[:-1]] if corrected else sorted(candidates, key=lambda each: -each.confidence)


def _candidate(found: Found, line: Line, context: Context) -> Candidate:
    known = line.lexicon
    where, patch = found.parts, False
    held = parse(context.held.value, known) if context.held.value else Parts()
    if context.held.value and moved(held, where) != where:
        where, patch = moved(held, where), True
    elif context.held.partial:
        where = where.filled_from(unslashed(parse(context.held.partial, known), where))
    placed = bool(where.suburb and (where.state or where.postcode))
    confidence = min(MOST, KINDS[found.kind] + (CUED if found.cued else 0.0) + (PLACED if placed else 0.0))
    if found.kind == "weak" and placed and (found.cued or where.postcode):
        confidence = max(confidence, UNMISTAKABLE)
    lines = readings(found.other, where, known, in_call=context.in_call)
    if context.held.value in lines and known.corrects.isdisjoint(line.norms):
        lines = [context.held.value]  # said again, in words that may mean another
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
