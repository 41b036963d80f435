"""A part of an address by itself: one of two offered, a correction of the address held, what goes on with one begun, or the first of one; and the
lines that an address may mean, and which of them the caller meant."""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.houses import called
from agent.slots.address.en.lexicon import Lexicon, lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts, line_of, refused
from agent.slots.address.en.patching import continued, edited
from agent.slots.address.en.pieces import Pieces, pieces
from agent.slots.address.en.postcode import alphanumeric, known_area
from agent.slots.address.en.unit import unit
from agent.slots.address.weights import BARE_PART, CHOSEN, PART, UNMISTAKABLE

_MISSING = {Reason.NO_STREET: "street", Reason.NO_NUMBER: "number", Reason.NO_SUBURB: "town"}


_OPTIONS = 5
"""States that a caller is asked to choose from at most."""


def in_parts(utterance: Utterance, line: Line, context: Context, asked: bool) -> Sequence[Candidate]:
    """A part of an address by itself."""
    known, held = line.lexicon, context.held
    if len(meant := readings_meant(utterance, held.options, context)) == 1:
        where = parse(value := held.options[meant[0]], known)
        span = line.span(0, line.size)
        return [Candidate(value=value, rule="choice", span=span, confidence=CHOSEN, whole=where.whole, parts=where.said())]
    if held.value:
        fixed = edited(parse(held.value, known), utterance, line, held.part)
        correcting = fixed is not None and fixed[1].labelled and not known.words["corrects"].isdisjoint(line.norms)
        if fixed is None or not (correcting or asked):
            return ()
        confidence = UNMISTAKABLE if correcting else PART if fixed[1].labelled else BARE_PART
        return [_part(line, *fixed, "patch", confidence)]
    if held.partial:  # what is no part of it does not take its place either
        begun, part = parse(held.partial, known), asked_part(context, known)
        if part == "number" and (name := called(line, begun)):
            return [_part(line, msgspec.structs.replace(begun, unit=name[0]), Pieces(begun, *name[1:], True), "continued", PART)]
        more = continued(begun, utterance, line, part)
        return [_of_all_offered(_part(line, *more, "continued", PART), utterance, line, context)] if more else ()
    if asked and (said := pieces(line)):
        return [_part(line, said.parts, said, "part", BARE_PART)]
    return _postcode_alone(line)


def asked_part(context: Context, known: Lexicon) -> str:
    """The part that was asked for: the one named, or else the first that an address begun has not."""
    missing = refused(parse(context.held.partial, known), known)
    return context.held.part or (_MISSING.get(missing, "") if missing else "")


def _part(line: Line, where: Parts, said: Pieces, rule: str, confidence: float) -> Candidate:
    lines = readings(None, where, line.lexicon, in_call=True)
    return Candidate(
        value=lines[0],
        rule=rule,
        span=line.span(said.start, said.end),
        confidence=confidence,
        whole=where.whole,
        options=tuple(lines) if len(lines) > 1 else (),
        parts=where.said(),
        patch=rule == "patch",
    )


def _of_all_offered(candidate: Candidate, utterance: Utterance, line: Line, context: Context) -> Candidate:
    """What a turn adds to an address begun is added to each of the two that it may be; which of them it is stays to be said."""
    known = line.lexicon
    fuller = [more for option in context.held.options if (more := continued(parse(option, known), utterance, line, context.held.part))]
    values = tuple(dict.fromkeys(line_of(parts, known) for parts, _ in fuller))
    return msgspec.structs.replace(candidate, value=values[0], options=values) if len(values) > 1 else candidate


def _postcode_alone(line: Line) -> Sequence[Candidate]:
    """A postcode of letters and figures, which nothing else looks like, when its letters are a postal area's."""
    _, after = line.phrase(line.skip_to, "postcode_cue")
    cued = after + line.isa(after, "being") if after > line.skip_to else line.skip_to
    start = next((at for at in (*range(min(line.skip_to + 1, line.size)), cued) if alphanumeric(line, at)[0]), line.size)
    postcode, end = alphanumeric(line, start)
    if not postcode or not known_area(postcode, line.lexicon.postcode_areas) or not line.only_courtesy(end):
        return ()
    return [Candidate(value=postcode, rule="postcode", span=line.span(start, end), confidence=PART, whole=False, parts={"postcode": postcode})]


def readings(second: Parts | None, where: Parts, known: Lexicon, *, in_call: bool) -> list[str]:
    """The lines it may mean, the likelier first: two readings of the number, or a town that several states have.

    Which state is meant is a question for a call; of an utterance by itself the town stays as it was said.
    """
    if second:
        other = msgspec.structs.replace(where, unit=second.unit, street_number=second.street_number, street_name=second.street_name)
        return list(dict.fromkeys((line_of(where, known), line_of(other, known))))
    states = known.shared_suburbs.get(where.suburb.casefold(), ())
    if in_call and states and where.street_name and not (where.state or where.postcode or where.country):
        return [line_of(msgspec.structs.replace(where, state=state), known) for state in states[:_OPTIONS]]
    return [line_of(where, known)]


def at_home(candidate: Candidate, context: Context) -> Candidate:
    """Of the states that have a town of this name, the business's own, when it is one of them."""
    read = [(option, parse(option, lexicon(context.region))) for option in candidate.options] if context.near else []
    here = [(option, where) for option, where in read if where.state == context.near]
    if len(here) != 1 or len({where.state for _, where in read}) != len(read):
        return candidate
    return msgspec.structs.replace(candidate, value=here[0][0], options=(), parts=here[0][1].said())


def readings_meant(utterance: Utterance, options: Sequence[str], context: Context) -> tuple[int, ...]:
    """The places of those `options` that the number said may mean; () when it says nothing of their numbers.

    "One hundred and eighteen", and figures said one by one, are 118 and not 1/18; "one slash eighteen" and "unit one" are 1/18; "one eighteen" may be
    either, however often it is said.
    """
    if not options:
        return ()
    known = lexicon(context.region)
    line = Line(utterance, known)
    numbers = [_number(parse(option, known)) for option in options]
    for at in range(line.size):
        for reading in _numbers_said(line, at):
            if meant := tuple(place for place, number in enumerate(numbers) if number in reading):
                return meant
    return _by_unit(line, numbers)


def _number(parts: Parts) -> tuple[str, str]:
    """The figures of the unit, and the house number."""
    return parts.unit.rpartition(" ")[2], parts.street_number


def _numbers_said(line: Line, at: int) -> Sequence[set[tuple[str, str]]]:
    """The (unit, number) that the words at `at` may say."""
    text, end, runs_on = unit(line, at, before_number=True)
    if text or runs_on:
        after = end + line.isa(end, "before_numbers")
        after = line.phrase(after, "number_cue")[1]
        number = None if runs_on else house(line, after)
        if number:
            return [{(text.rpartition(" ")[2], number.number)}]
        number = house(line, at + 1, unit_said=True)  # "unit one eighteen"
        return [{(number.unit, number.number)}] if number else []
    number = house(line, at) if line.number_starts(at) else None
    return [{(number.unit, number.number), *([number.other] if number.other else [])}] if number else []


def _by_unit(line: Line, numbers: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """What is meant by "it's a unit", "with a slash", "there's no unit"."""
    units = [at for at in range(line.size) if line.norms[at] in line.lexicon.units or line.phrase(at, "slash")[1] > at]
    if not units:
        return ()
    flat_said = house(line, units[0] + 1)
    if flat_said:
        return tuple(place for place, (flat, _) in enumerate(numbers) if flat == flat_said.number)
    none = any(line.phrase(at, "none")[1] == units[0] for at in range(units[0]))
    meant = tuple(place for place, (flat, _) in enumerate(numbers) if bool(flat) is not none)
    return meant if len(meant) < len(numbers) else ()
