"""The lines that an address may mean, and which of them the caller meant."""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.lexicon import Lexicon, lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.part_words import part_words
from agent.slots.address.en.parts import Parts, line_of
from agent.slots.address.en.unit import unit

_OPTIONS = 5
"""States that a caller is asked to choose from at most."""


def readings(second: Parts | None, where: Parts, known: Lexicon, *, in_call: bool) -> list[str]:
    """The lines it may mean, the likelier first: two readings of the number, or a town that several states have.

    Which state is meant is a question for a call; of an utterance by itself the town stays as it was said.
    """
    if second:
        other = msgspec.structs.replace(where, unit=second.unit, street_number=second.street_number, street_name=second.street_name)
        return list(dict.fromkeys((line_of(where, known), line_of(other, known))))
    states = known.shared_suburbs.get(where.suburb.casefold(), ())
    if in_call and states and where.street_name and not where.state and not where.postcode and not where.country:
        return [line_of(msgspec.structs.replace(where, state=state), known) for state in states[:_OPTIONS]]
    return [line_of(where, known)]


def at_home(candidate: Candidate, context: Context) -> Candidate:
    """Of the states that have a town of this name, the business's own, when it is one of them."""
    if not context.near or not candidate.options:
        return candidate
    read = [(option, parse(option, lexicon(context.region))) for option in candidate.options]
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
        after = end + (line.norm(end) in (",", "/", "slash", "at"))
        after = line.phrase(after, line.lexicon.number_cue)[1]
        number = None if runs_on else house(line, after)
        if number:
            return [{(text.rpartition(" ")[2], number.number)}]
        number = house(line, at + 1, unit_said=True)  # "unit one eighteen"
        return [{(number.unit, number.number)}] if number else []
    number = house(line, at) if line.number_starts(at) else None
    return [{(number.unit, number.number), *([number.other] if number.other else [])}] if number else []


def _by_unit(line: Line, numbers: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """What is meant by "it's a unit", "with a slash", "there's no unit"."""
    words = part_words()
    units = [at for at in range(line.size) if line.norms[at] in line.lexicon.units or line.phrase(at, line.lexicon.slash)[1] > at]
    if not units:
        return ()
    flat_said = house(line, units[0] + 1)
    if flat_said:
        return tuple(place for place, (flat, _) in enumerate(numbers) if flat == flat_said.number)
    none = any(line.phrase(at, words.none)[1] == units[0] for at in range(units[0]))
    meant = tuple(place for place, (flat, _) in enumerate(numbers) if bool(flat) is not none)
    return meant if len(meant) < len(numbers) else ()
