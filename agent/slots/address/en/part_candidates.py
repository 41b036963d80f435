"""A part of an address by itself: one of two offered, a correction of the address held, what goes on with one begun, or the first of one."""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.houses import called
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.parts import Parts, line_of
from agent.slots.address.en.patching import continued, edited
from agent.slots.address.en.pieces import Pieces, pieces
from agent.slots.address.en.postcode import alphanumeric, known_area
from agent.slots.address.en.readings import readings, readings_meant
from agent.slots.address.en.validating import refused
from agent.slots.address.weights import BARE_PART, CHOSEN, PART, UNMISTAKABLE

_MISSING = {Reason.NO_STREET: "street", Reason.NO_NUMBER: "number", Reason.NO_SUBURB: "town"}


def in_parts(utterance: Utterance, line: Line, context: Context, asked: bool) -> Sequence[Candidate]:
    """A part of an address by itself."""
    known = line.lexicon
    if len(meant := readings_meant(utterance, context.held.options, context)) == 1:
        return [_chosen(context.held.options[meant[0]], line)]
    if context.held.value:
        fixed = edited(parse(context.held.value, known), utterance, line, context.held.part)
        if fixed is None:
            return ()
        correcting = fixed[1].labelled and not known.corrects.isdisjoint(line.norms)
        if not (correcting or asked):
            return ()
        confidence = UNMISTAKABLE if correcting else PART if fixed[1].labelled else BARE_PART
        return [_part(line, fixed[0], fixed[1], "patch", confidence, patch=True)]
    if context.held.partial and asked_part(context, known) == "number" and (name := called(line, parse(context.held.partial, known))):
        held = parse(context.held.partial, known)
        return [_part(line, msgspec.structs.replace(held, unit=name[0]), Pieces(held, *name[1:], True), "continued", PART)]
    if context.held.partial:  # what is no part of it does not take its place either
        more = continued(parse(context.held.partial, known), utterance, line, asked_part(context, known))
        return [_of_all_offered(_part(line, more[0], more[1], "continued", PART), utterance, line, context)] if more else ()
    if asked and (begun := pieces(line)):
        return [_part(line, begun.parts, begun, "part", BARE_PART)]
    return _postcode_alone(line)


def asked_part(context: Context, known: Lexicon) -> str:
    """The part that was asked for: the one named, or else the first that an address begun has not."""
    missing = refused(parse(context.held.partial, known), known)
    return context.held.part or (_MISSING.get(missing, "") if missing else "")


def _part(line: Line, where: Parts, said: Pieces, rule: str, confidence: float, *, patch: bool = False) -> Candidate:
    lines = readings(None, where, line.lexicon, in_call=True)
    return Candidate(
        value=lines[0],
        rule=rule,
        span=line.span(said.start, said.end),
        confidence=confidence,
        whole=where.whole,
        options=tuple(lines) if len(lines) > 1 else (),
        parts=where.said(),
        patch=patch,
    )


def _of_all_offered(candidate: Candidate, utterance: Utterance, line: Line, context: Context) -> Candidate:
    """What a turn adds to an address begun is added to each of the two that it may be; which of them it is stays to be said."""
    known = line.lexicon
    fuller = [more for option in context.held.options if (more := continued(parse(option, known), utterance, line, context.held.part))]
    values = tuple(dict.fromkeys(line_of(parts, known) for parts, _ in fuller))
    return msgspec.structs.replace(candidate, value=values[0], options=values) if len(values) > 1 else candidate


def _chosen(option: str, line: Line) -> Candidate:
    """The one of the addresses offered that the number said is of."""
    where = parse(option, line.lexicon)
    return Candidate(value=option, rule="choice", span=line.span(0, line.size), confidence=CHOSEN, whole=where.whole, parts=where.said())


def _postcode_alone(line: Line) -> Sequence[Candidate]:
    """A postcode of letters and figures, which nothing else looks like, when its letters are a postal area's."""
    _, after = line.phrase(line.skip_to, line.lexicon.postcode_cue)
    cued = after + (line.norm(after) in ("is", ":")) if after > line.skip_to else line.skip_to
    start = next((at for at in (*range(min(line.skip_to + 1, line.size)), cued) if alphanumeric(line, at)[0]), line.size)
    postcode, end = alphanumeric(line, start)
    if not postcode or not known_area(postcode, line.lexicon.postcode_areas) or not line.only_courtesy(end):
        return ()
    return [Candidate(value=postcode, rule="postcode", span=line.span(start, end), confidence=PART, whole=False, parts={"postcode": postcode})]
